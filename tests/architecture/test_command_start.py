"""Nothing happens at import: `parley --help` answers at once and loads none of the heavy libraries."""

import os
import resource
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
HEAVY = {
    "aiohttp", "alembic", "apscheduler", "discord", "lemminflect", "numpy", "slack_bolt", "slack_sdk", "sqlalchemy",
    "sqlmodel", "torch", "transformers",
}  # fmt: skip
HELP = "from bot.cli import app; app(['--help'], prog_name='parley')"
HELP_THEN_MODULES = f"""
import sys
try:
    {HELP}
except SystemExit as done:
    assert not done.code, done.code
print("LOADED", *sorted({{name.partition(".")[0] for name in sys.modules}}))
"""
SECONDS = 0.5


def run_python(program: str) -> str:
    """What the program prints, in a fresh interpreter that has loaded nothing of the tests."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("COV_", "PYTEST_"))}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_help_loads_no_heavy_library() -> None:
    printed, _, loaded = run_python(HELP_THEN_MODULES).rpartition("LOADED")
    assert "deliberate" in printed
    assert not HEAVY & set(loaded.split())


def test_help_answers_at_once() -> None:
    """Processor time, which other work on the machine does not lengthen as it does the time on the wall."""

    def seconds() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        run_python(HELP)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    assert min(seconds() for _ in range(3)) < SECONDS
