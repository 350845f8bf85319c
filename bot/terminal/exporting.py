"""`parley export`: the logged rounds as files for researchers."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from bot.terminal.database_file import require_database
from bot.terminal.progress import progress

if TYPE_CHECKING:
    from bot.settings import Settings


async def export_rounds(settings: Settings, out: Path, form: str, *, linkable: bool) -> None:
    """Write the logged rounds to the new folder `out` and say what it holds.

    Raises UsageError for the folder and the format, and StoreUnusable or StoreUnavailable for the database.
    """
    from importlib.metadata import version

    from bot.clock import SystemClock
    from storage.export import write_export
    from storage.export.manifest import Described
    from storage.export.writers import require_format
    from storage.migrations import head
    from storage.store import open_store

    require_format(form)
    require_database(settings.database)
    store = await open_store(settings.database, migrate=False)
    try:
        described = Described(version("parley"), head(), SystemClock().now(), form, linkable)
        with progress("Exporting rounds") as on_round:
            counts = await write_export(store.database, out, described, on_round)
    finally:
        await store.close()
    _say_exported(out, counts, linkable=linkable)


def _say_exported(out: Path, counts: dict[str, int], *, linkable: bool) -> None:
    held = ", ".join(f"{name} {number:,}" for name, number in counts.items() if number)
    said = [f"Wrote {out} ({held or 'there are no rounds yet'}); its manifest.json says what is what."]
    if counts["deletions"]:
        said.append(
            f"Delete the rows of every pseudonym in deletions ({counts['deletions']:,}) from every earlier export."
        )
    if linkable:
        said.append(
            "This export is linkable: with what the channel saw, it tells who holds which opinion. Keep it as closely "
            "as the database."
        )
    sys.stdout.write("\n".join(said) + "\n")
