"""What an export says about itself: manifest.json."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from storage.export.writers import TableWriter

LAYOUT = 1
"""Counts up when files or columns change their meaning."""

NOTICE = (
    "Answering was consent to the round only. Use a member's rows for research only where members.research is true, "
    "and for training models only where members.training is true for everybody whose words the row contains; where "
    "rounds.ratings_linked is false, ratings carry no consent and train nothing. Delete the rows of every pseudonym "
    "in deletions from earlier exports. No licence is given with this data."
)
PSEUDONYMS = (
    "Keyed, with a key that stays in the database. One per member and round; the same across rounds for members who "
    "consented to research, where ratings are linked."
)
WITHHELD = (
    "Times of members' rows, who is on the roster and who left. For open ballots also the join of opinions with "
    "ratings, with quality ratings and with positions rated afterwards, and pseudonyms that last across rounds: the "
    "channel saw who reacted, and when."
)
LINKABLE = (
    "Nothing: with what the channel saw of open ballots, members' opinions can be told from this export. Keep it as "
    "you keep the database."
)


@dataclass(frozen=True, slots=True)
class Described:
    """What the manifest says beside the files. created: seconds since the epoch."""

    parley: str
    schema: str
    created: float
    form: str
    linkable: bool


def manifest(described: Described, writers: Sequence[TableWriter]) -> dict[str, Any]:
    """The manifest of closed tables: version, counts, hashes and every column's meaning. Raises OSError."""
    return {
        "parley": described.parley,
        "schema": described.schema,
        "layout": LAYOUT,
        "created": datetime.fromtimestamp(described.created, UTC).isoformat(),
        "format": described.form,
        "linkable": described.linkable,
        "withheld": LINKABLE if described.linkable else WITHHELD,
        "pseudonyms": PSEUDONYMS,
        "notice": NOTICE,
        "counts": {writer.table.name: writer.written for writer in writers},
        "files": {
            writer.path.name: {
                "row": writer.table.row,
                "rows": writer.written,
                "sha256": _digest(writer.path),
                "columns": [
                    {"name": column.name, "type": column.kind.value, "means": column.means}
                    for column in writer.table.columns
                ],
            }
            for writer in writers
        },
    }


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
