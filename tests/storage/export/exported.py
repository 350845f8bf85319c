"""Exports as a researcher reads them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from storage.export import write_export
from storage.export.columns import TABLES
from storage.export.manifest import Described
from storage.store import DatabaseStore

Tables = dict[str, list[dict[str, Any]]]


async def export(store: DatabaseStore, out: Path, *, linkable: bool = False, form: str = "jsonl") -> Path:
    """Write an export of everything to `out`."""
    await write_export(store.database, out, Described("0.1.0", "0003", 1_900_000_000.0, form, linkable))
    return out


def tables(out: Path) -> Tables:
    """The rows of every table of a JSON lines export."""
    return {
        table.name: [
            json.loads(line) for line in (out / f"{table.name}.jsonl").read_text(encoding="utf-8").splitlines()
        ]
        for table in TABLES
    }


async def exported(store: DatabaseStore, out: Path, *, linkable: bool = False) -> Tables:
    """The rows of every table of a new export."""
    return tables(await export(store, out, linkable=linkable))
