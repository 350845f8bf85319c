"""The secret of an installation: made once beside a SQLite file, asked for with PostgreSQL."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from bot.secrets_file import secret_of
from bot.settings import load
from engine.errors import SettingsError


@pytest.mark.parametrize("form", ["sqlite:///{}", "{}"])
def test_a_sqlite_database_keeps_its_secret_beside_it(tmp_path: Path, form: str) -> None:
    settings = load(None, {}, database=form.format(tmp_path / "mine.db"))
    made = secret_of(settings)
    assert len(made) == 64
    assert secret_of(settings) == made
    assert stat.S_IMODE((tmp_path / "mine.secret").stat().st_mode) == 0o600


def test_a_given_secret_wins(tmp_path: Path) -> None:
    given = "a secret of the operator's own"
    assert secret_of(load(None, {"PARLEY_SECRET": given}, database=str(tmp_path / "mine.db"))) == given
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"PARLEY_SECRET": "short"}, "at least 16 characters"),
        ({"PARLEY_DATABASE": "postgresql://localhost/parley"}, "With PostgreSQL, set PARLEY_SECRET"),
        (
            {"PARLEY_DATABASE": "sqlite:////nowhere/at/all.db"},
            "There is no folder '/nowhere/at' for the database",
        ),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(environment: dict[str, str], said: str) -> None:
    with pytest.raises(SettingsError) as raised:
        secret_of(load(None, environment))
    assert said in str(raised.value)
