"""The file of the database, where it has one: a mistyped name makes no empty database."""

from __future__ import annotations

from pathlib import Path

from engine.errors import StoreUnusable


def require_database(url: str) -> None:
    """Raise StoreUnusable when `url` names a SQLite file that is not there, instead of making an empty one."""
    file = sqlite_file(url)
    if file is not None and not file.exists():
        raise StoreUnusable(f"There is no database {str(file)!r}: check --database, or start `parley serve` first.")


def sqlite_file(url: str) -> Path | None:
    """The file of a SQLite database; None when it is in PostgreSQL. Raises StoreUnusable."""
    from storage.database import parsed_url

    parsed = parsed_url(url)
    return Path(str(parsed.database)) if parsed.get_backend_name() == "sqlite" else None
