"""What controls carry as their identity, and what Discord is told of the command."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cards import WORDS
from bot.discord.commands import changed, definition
from bot.discord.ids import made_after, made_at, ours, theirs
from bot.discord.inbound import emoji_name
from bot.discord.keys import LIMIT, FormKey, Pressed, read_key, read_state, write_key, write_state
from bot.texts import Texts

SHORT = st.text(st.characters(min_codepoint=45, max_codepoint=122, exclude_characters="|"), max_size=12)


@given(SHORT, SHORT, st.text(max_size=20), st.integers(0, 24))
def test_a_button_carries_its_data(action: str, round: str, target: str, number: int) -> None:
    pressed = Pressed(action, round, target)
    assert read_key(write_key(pressed, number)) == pressed


@given(st.sampled_from("mdb"), SHORT, SHORT, SHORT, SHORT, st.booleans())
def test_a_part_of_a_form_carries_its_data(
    place: str, part: str, kind: str, round: str, state: str, thread: bool
) -> None:
    key = FormKey(place, part, kind, round, "7", state, thread)
    assert read_key(write_key(key)) == key


@given(st.lists(st.sampled_from(["", "1", "7", "z", "many", "0", "12"]), max_size=21))
def test_a_state_is_read_as_it_was_written(values: list[str]) -> None:
    assert read_state(write_state(values)) == values


def test_the_longest_ballot_fits() -> None:
    """Ten posted statements with agreement and quality each, and the position."""
    key = FormKey("b", "10-next", "ballot", "abcdefghijkl", "12", write_state(["7"] * 21))
    assert len(write_key(key)) <= LIMIT


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="100 fit"):
        write_key(Pressed("take", "abcdefghijkl", "x" * 100))


@pytest.mark.parametrize("custom_id", ["", "p", "p|1", "x|1|2|3|4", "m|1", "join"])
def test_what_is_not_ours_is_left_alone(custom_id: str) -> None:
    assert read_key(custom_id) is None


def test_ids_are_discords_with_our_prefix() -> None:
    assert theirs(ours(175928847299117063)) == 175928847299117063
    assert made_at(175928847299117063) == pytest.approx(1462015105.796)
    assert made_at(made_after(1_500_000_000.0)) == 1_500_000_000.0
    for wrong in ("slack:1", "discord:", "discord:x", "discord:1/2"):
        with pytest.raises(ValueError, match="is no id of Discord's"):
            theirs(wrong)


def test_emoji_are_numbers_or_names() -> None:
    assert emoji_name({"name": "7\ufe0f\u20e3"}) == "7"
    assert emoji_name({"name": "8\u20e3"}) == "8"
    assert emoji_name({"name": "\N{KEYCAP TEN}"}) == "10"
    assert emoji_name({"name": "7", "id": "5"}) == ":7:"
    assert not emoji_name({"name": "\U0001f389"}).isdecimal()


def test_every_word_is_a_subcommand() -> None:
    made = definition(Texts())
    assert tuple(one["name"] for one in made["options"]) == WORDS
    assert all(0 < len(one["description"]) <= 100 for one in made["options"])


def test_a_command_that_discord_knows_is_not_sent_again() -> None:
    made = definition(Texts())
    known = {**made, "id": "1", "version": "2", "nsfw": False, "dm_permission": True}
    assert not changed(made, [known])
    assert changed(made, [])
    assert changed(made, [known, known])
    assert changed(made, [{**known, "description": "Another"}])
    fewer = {**made, "options": made["options"][:-1]}
    assert changed(fewer, [known])
