"""Settings come from a file, the environment and options, in that order; mistakes get one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.settings import Settings, load
from engine.errors import SettingsError


def test_options_win_over_environment_which_wins_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "parley.toml"
    file.write_text('port = 1111\nhost = "127.0.0.2"\nlocale = "en"\nchannels = ["a", "b"]\n', encoding="utf-8")
    settings = load(file, {"PARLEY_PORT": "2222", "PARLEY_HOST": "127.0.0.3"}, port=3333, database=None)
    assert (settings.port, settings.host, settings.channels) == (3333, "127.0.0.3", ("a", "b"))
    assert settings.database == Settings().database


def test_the_environment_may_name_the_file(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("port = 4444\n", encoding="utf-8")
    assert load(None, {"PARLEY_CONFIG": str(file)}).port == 4444


def test_lists_in_the_environment_are_separated_by_commas() -> None:
    assert load(None, {"PARLEY_CHANNELS": "general, offsite"}).channels == ("general", "offsite")


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"PARLEY_PROT": "1"}, "There is no setting 'prot' (PARLEY_PROT); did you mean 'port'?"),
        ({"PARLEY_PORT": "http"}, "The setting 'port' (PARLEY_PORT) cannot be 'http'"),
        ({"PARLEY_PORT": "http"}, "give a whole number"),
        ({"PARLEY_PORT": "70000"}, "give 65535 or less"),
        ({"PARLEY_LEASE": "soon"}, "give a number"),
        ({"PARLEY_LEASE": "1"}, "give 5"),
        ({"PARLEY_OPEN_SEATS": "perhaps"}, "give true or false"),
        ({"PARLEY_LOG_LEVEL": "loud"}, "choose 'debug', 'info', 'warning' or 'error'"),
        ({"PARLEY_PUBLIC_URL": "parley.example.org"}, "give the whole address, such as https://"),
        ({"PARLEY_PUBLIC_URL": "https:///channel"}, "give the whole address"),
        ({"PARLEY_PLATFORMS": "irc"}, "'irc'"),
        ({"PARLEY_CONFIG": "/nowhere/parley.toml"}, "does not exist"),
    ],
)
def test_a_mistake_names_the_key_where_it_came_from_and_what_to_do(environment: dict[str, str], sentence: str) -> None:
    with pytest.raises(SettingsError) as raised:
        load(None, environment)
    assert sentence in str(raised.value)


def test_a_mistaken_option_is_called_as_it_was_typed() -> None:
    with pytest.raises(SettingsError, match=r"^The setting 'platforms' \(--platform\) cannot be 'irc': choose"):
        load(None, {}, platforms="irc")


@pytest.mark.parametrize(
    ("content", "said"), [(b"port = ", "not valid TOML"), (b"\xff\xfe", "not valid TOML"), (b"prt = 1", "'prt'")]
)
def test_a_broken_file_is_named(tmp_path: Path, content: bytes, said: str) -> None:
    file = tmp_path / "parley.toml"
    file.write_bytes(content)
    with pytest.raises(SettingsError) as raised:
        load(file, {})
    assert said in str(raised.value)
    assert str(file) in str(raised.value)


def test_a_secret_is_never_shown() -> None:
    settings = load(None, {"PARLEY_SECRET": "correct horse"})
    assert "correct horse" not in repr(settings)
    with pytest.raises(SettingsError) as raised:
        load(None, {"PARLEY_SECRET": "correct horse", "PARLEY_PORT": "x"})
    assert "correct horse" not in str(raised.value)


def test_settings_cannot_change_after_start() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Settings().port = 1  # type: ignore[misc]


def test_the_key_of_a_language_model_reaches_its_back_end_and_no_repr_or_error() -> None:
    settings = load(None, {"PARLEY_OPENAI_API_KEY": "sk-secret", "PARLEY_OPENAI_BASE_URL": "http://127.0.0.1:1/v1"})
    assert settings.back_ends.openai_api_key == "sk-secret"
    assert settings.back_ends.openai_base_url == "http://127.0.0.1:1/v1"
    assert "sk-secret" not in repr(settings) + repr(settings.back_ends)
    with pytest.raises(SettingsError) as raised:
        load(None, {}, openai_api_key=["sk-secret"])
    assert "sk-secret" not in str(raised.value)
