"""`parley migrate`: the database brought to the schema of this version."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.settings import Settings


def migrate_database(settings: Settings) -> str:
    """Create or update the database's tables; returns a sentence that says what was done.

    Raises StoreUnusable and StoreUnavailable.
    """
    from storage.database import parsed_url, place
    from storage.migrations import current, migrate

    before = current(settings.database)
    after = migrate(settings.database)
    where = place(parsed_url(settings.database))
    if before is None:
        return f"The database {where} is set up, at revision {after}."
    if before == after:
        return f"The database {where} is up to date, at revision {after}."
    return f"The database {where} was brought from revision {before} to {after}."
