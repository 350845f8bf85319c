"""Writes the state diagram of a round into docs/architecture.md, from the table in engine/rounds/machine.py.

python docs/make_state_diagram.py          writes it
python docs/make_state_diagram.py --check  exits 1 when the diagram is stale
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from engine.rounds.machine import TABLE
from engine.rounds.model import Phase

PAGE = Path(__file__).parent / "architecture.md"
BETWEEN = re.compile(r"(<!-- state diagram -->\n).*?(<!-- end of state diagram -->)", re.DOTALL)


def diagram() -> str:
    """The phases and what leads from one to another, in Mermaid's notation."""
    arrows: dict[tuple[Phase, Phase], list[str]] = {}
    for (phase, event), row in TABLE.items():
        for target in row.leads_to - {phase}:
            arrows.setdefault((phase, target), []).append(event.__name__)
    order = list(Phase)
    lines = ["```mermaid", "stateDiagram-v2", "    [*] --> collecting: RoundOpened"]
    for source, target in sorted(arrows, key=lambda pair: (order.index(pair[0]), order.index(pair[1]))):
        lines.append(f"    {source} --> {target}: {', '.join(arrows[source, target])}")
    return "\n".join([*lines, "    cancelled --> [*]", "```", ""])


def page() -> str:
    """docs/architecture.md with the diagram brought up to date."""
    text = PAGE.read_text(encoding="utf-8")
    return BETWEEN.sub(lambda found: found[1] + diagram() + found[2], text)


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(page() != PAGE.read_text(encoding="utf-8"))
    PAGE.write_text(page(), encoding="utf-8")
