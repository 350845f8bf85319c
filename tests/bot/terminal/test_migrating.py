"""What `parley migrate` prints."""

from __future__ import annotations

from pathlib import Path

from bot.settings import Settings
from bot.terminal.migrating import migrate_database


def test_migrating_says_what_it_did(tmp_path: Path) -> None:
    settings = Settings(database=f"sqlite:///{tmp_path / 'parley.db'}")
    assert "is set up, at revision" in migrate_database(settings)
    assert "is up to date, at revision" in migrate_database(settings)
