"""What `parley export` prints."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.settings import Settings
from bot.terminal.exporting import export_rounds
from storage.migrations import migrate


async def test_exporting_says_what_was_written_and_where(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    database = f"sqlite:///{tmp_path / 'parley.db'}"
    migrate(database)
    await export_rounds(Settings(database=database), tmp_path / "out", "csv", linkable=True)
    printed = capsys.readouterr().out
    assert f"Wrote {tmp_path / 'out'} (there are no rounds yet)" in printed
    assert "This export is linkable" in printed
    assert (tmp_path / "out" / "manifest.json").exists()
