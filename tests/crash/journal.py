"""What the world outside the process remembers: one JSON object a line, on disk before anybody goes on."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Record = dict[str, Any]


class Journal:
    """Deeds of people, posts and edits of the bot, acknowledgements, and how far the script got."""

    def __init__(self, path: Path) -> None:
        """Read what there is; the file is made with the first record."""
        self._path = path
        self.records: list[Record] = []
        self.read()

    def read(self) -> None:
        """Take in what other processes wrote meanwhile."""
        if self._path.exists():
            self.records = [json.loads(line) for line in self._path.read_text().splitlines()]

    def append(self, **record: Any) -> None:
        """Write one record; it is on disk when this returns."""
        self.records.append(record)
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(descriptor, (json.dumps(record) + "\n").encode())
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def of(self, kind: str, **wanted: Any) -> Iterator[Record]:
        """Records of a kind with these values, oldest first."""
        for record in self.records:
            if record["kind"] == kind and all(record[name] == value for name, value in wanted.items()):
                yield record

    def first(self, kind: str, **wanted: Any) -> Record | None:
        """The oldest such record."""
        return next(self.of(kind, **wanted), None)
