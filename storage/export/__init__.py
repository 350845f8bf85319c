"""`parley export`: the log of every round as tables of files, under pseudonyms."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from storage.database import Database
from storage.export.columns import DELETIONS, TABLES, Row, Table
from storage.export.folder import export_folder
from storage.export.key import pseudonym_key
from storage.export.log import count_rounds, read_round, round_ids, tombstones
from storage.export.manifest import Described, manifest
from storage.export.pseudonyms import Pseudonyms
from storage.export.rows import rows_of
from storage.export.writers import TableWriter, open_table

Progress = Callable[[int, int], None]
"""Told after each round: how many are done, of how many."""


async def write_export(
    database: Database, out: Path, described: Described, on_round: Progress = lambda done, of: None
) -> dict[str, int]:
    """Write every round of a migrated database to the new folder `out`; returns how many rows each table has.

    One round is in memory at a time, each read as it stands at one moment. The folder appears when it is complete.
    Raises UsageError for the folder and the format, and what the database raises.
    """
    key = await pseudonym_key(database)
    pseudonyms = Pseudonyms(key, linkable=described.linkable)
    with export_folder(out) as folder, ExitStack() as files:
        writers = {table: open_table(described.form, folder, table) for table in TABLES}
        for writer in writers.values():
            files.callback(writer.close)
        await _write_rounds(database, pseudonyms, writers, on_round)
        async for rows in _deletions(database, pseudonyms):
            await asyncio.to_thread(writers[DELETIONS].write, rows)
        await asyncio.to_thread(_finish, folder, files.pop_all(), described, list(writers.values()))
    return {table.name: writer.written for table, writer in writers.items()}


async def _write_rounds(
    database: Database, pseudonyms: Pseudonyms, writers: dict[Table, TableWriter], on_round: Progress
) -> None:
    total = await database.read(count_rounds)
    done, last = 0, None
    while page := await database.read(partial(round_ids, after=last)):
        for _, round in page:
            log = await database.read(partial(read_round, round=round))
            await asyncio.to_thread(_write_round, writers, rows_of(log, pseudonyms))
            done += 1
            on_round(done, max(done, total))
        last = page[-1]


def _write_round(writers: dict[Table, TableWriter], tables: Iterable[tuple[Table, Iterable[Row]]]) -> None:
    for table, rows in tables:
        writers[table].write(rows)


async def _deletions(database: Database, pseudonyms: Pseudonyms) -> AsyncIterator[list[Row]]:
    """Read last, so that somebody forgotten while the export was written is on the list."""
    last = None
    while page := await database.read(partial(tombstones, after=last)):
        named = sorted(
            (pseudonyms.round(round), name) for round, member in page for name in pseudonyms.all_of(round, member)
        )
        yield [{"round": round, "member": name} for round, name in named]
        last = page[-1]


def _finish(folder: Path, files: ExitStack, described: Described, writers: list[TableWriter]) -> None:
    files.close()
    text = json.dumps(manifest(described, writers), ensure_ascii=False, indent=2)
    (folder / "manifest.json").write_text(text + "\n", encoding="utf-8")
