"""A bar for work that takes a while, where somebody looks."""

from __future__ import annotations

import io
import time

import pytest
from rich.console import Console

from bot.terminal.progress import progress


def test_a_bar_appears_only_when_work_takes_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two seconds, shortened here; a terminal is one that Rich takes for one."""
    shown = io.StringIO()
    monkeypatch.setattr("rich.console.Console", lambda **_: Console(file=shown, force_terminal=True, width=80))
    with progress("Quick"):
        pass
    assert shown.getvalue() == ""
    monkeypatch.setattr("bot.terminal.progress.PATIENCE", 0.01)
    with progress("Exporting rounds") as on_round:
        on_round(1, 2)
        time.sleep(0.2)
    assert "Exporting rounds" in shown.getvalue()


def test_no_bar_is_drawn_where_nobody_looks(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.terminal.progress.PATIENCE", 0.01)
    with progress("Exporting rounds"):
        time.sleep(0.1)
    assert capsys.readouterr().err == ""
