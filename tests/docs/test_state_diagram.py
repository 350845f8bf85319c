"""The diagram in docs/architecture.md is the table in engine/rounds/machine.py."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_state_diagram_is_up_to_date() -> None:
    check = [sys.executable, "docs/make_state_diagram.py", "--check"]
    done = subprocess.run(check, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, check=False)
    assert done.returncode == 0, "stale: run python docs/make_state_diagram.py"
