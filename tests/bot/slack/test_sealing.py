"""Tokens sealed at rest: Fernet's guarantees, several keys, and changing them."""

from __future__ import annotations

import pytest
from cryptography.fernet import Fernet

from bot.settings import Settings, load
from bot.slack.sealing import Seal
from engine.errors import SettingsError

OLD, NEW = (Fernet.generate_key().decode() for _ in range(2))


def test_what_was_sealed_opens_and_does_not_show() -> None:
    sealed = Seal([OLD]).close("xoxb-secret")
    assert "xoxb" not in sealed
    assert Seal([OLD]).open(sealed) == "xoxb-secret"


def test_every_key_opens_and_the_first_one_seals() -> None:
    sealed = Seal([OLD]).close("xoxb-secret")
    both = Seal([NEW, OLD])
    assert both.open(sealed) == "xoxb-secret"
    assert not both.is_current(sealed)
    assert both.is_current(both.close("xoxb-secret"))
    assert Seal([NEW]).open(both.close("x")) == "x"


def test_a_key_that_was_taken_out_too_early_is_said() -> None:
    with pytest.raises(SettingsError, match="put the key back"):
        Seal([NEW]).open(Seal([OLD]).close("xoxb-secret"))


@pytest.mark.parametrize("keys", [[], ["short"], [OLD, "§"]])
def test_no_key_or_a_wrong_one_says_how_to_make_one(keys: list[str]) -> None:
    with pytest.raises(SettingsError, match="generate_key"):
        Seal(keys)


def test_keys_come_from_the_environment_with_commas_and_are_never_shown() -> None:
    settings = load(environment={"PARLEY_SLACK_TOKEN_KEYS": f"{NEW}, {OLD}"})
    assert [one.get_secret_value() for one in settings.slack_token_keys] == [NEW, OLD]
    assert OLD not in repr(settings)
    assert OLD not in str(Settings(slack_token_keys=(OLD,)))
