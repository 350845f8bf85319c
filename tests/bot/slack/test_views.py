"""Forms as modals and back: Slack's published limits, and what is read out of a submission.

Limits: Slack's Block Kit reference, views, as `tests.slack_server.blocks` holds them.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.platform import ChoiceField, Form, RatingField, TextField
from bot.slack.views import Opened, digest, errors, modal, opened, values_of
from bot.texts import Texts
from tests.bot.slack.reviewing import as_reviewed
from tests.bot.slack.sample_cards import HOSTILE, forms
from tests.slack_server.blocks import check_view
from tests.slack_server.checking import Check
from tests.slack_server.view_methods import initial_state

TEXTS = Texts()
KINDS = sorted(forms())
NOW = 1_790_000_000.0
GROUPS = tuple((f"S{number}", f"group-{number:03}") for number in range(250))


def problems(view: dict[str, Any]) -> list[str]:
    check = Check("modal")
    check_view(check, view)
    return check.problems + check.repeated_actions


def submitted(view: dict[str, Any]) -> dict[str, Any]:
    """The view as Slack gives it back when nothing was changed."""
    return {**view, "state": {"values": initial_state(view["blocks"])}}


def text_form(value: str, limit: int = 4_000) -> Form:
    return Form("opinion", "Opinion", "Send", (TextField("opinion", "Opinion", value, limit=limit, multiline=True),))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("said", ["", HOSTILE, "word " * 200])
def test_every_form_is_a_modal_that_slack_takes(kind: str, said: str) -> None:
    form = forms(said)[kind]
    for groups in ((), GROUPS):
        view = modal(form, "C1", TEXTS, direct=False, team="T1", now=NOW, groups=groups)
        assert not problems(view)
        assert opened(view) == Opened(form.kind, form.round, form.target, "C1", False, "T1")
        assert [name for name, _ in values_of(submitted(view))] == [one.name for one in form.fields]


@pytest.mark.parametrize("kind", KINDS)
def test_a_form_that_nobody_changed_comes_back_as_it_was(kind: str) -> None:
    form = forms("Closing is good?")[kind]
    given = dict(values_of(submitted(modal(form, "C1", TEXTS, direct=True, team="T1", now=NOW))))
    for one in form.fields:
        value = one.value
        shown = "yes" if value is True else "" if value in (None, False) else str(value)
        assert given[one.name] == shown, one.name


@pytest.mark.parametrize("kind", KINDS)
def test_a_form_looks_as_reviewed(kind: str) -> None:
    held = {"S7": "designers", "S8": "leads"}
    view = modal(forms(HOSTILE)[kind], "C1", TEXTS, direct=False, team="T1", now=NOW, groups=tuple(held.items()))
    as_reviewed(f"modal-{kind}", view)


@settings(max_examples=60, deadline=None)
@given(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=4_000)
    | st.integers(2_990, 8_000).map(lambda length: ("word \n" * length)[:length])
    | st.integers(1_490, 1_510).map(lambda length: "😀" * length)
)
def test_a_text_of_any_length_fits_and_comes_back_whole(said: str) -> None:
    view = modal(text_form(said), "C1", TEXTS, direct=True)
    assert not problems(view)
    assert dict(values_of(submitted(view)))["opinion"] == said


def test_a_field_that_takes_more_than_an_input_has_one_to_spare() -> None:
    names = [one["block_id"] for one in modal(text_form(""), "C1", TEXTS, direct=True)["blocks"]]
    assert names == ["opinion", "opinion~2c"]
    names = [one["block_id"] for one in modal(text_form("", limit=1_000), "C1", TEXTS, direct=True)["blocks"]]
    assert names == ["opinion"]


def test_a_rating_that_was_given_can_be_taken_off_unless_it_is_required() -> None:
    def offered(value: int | None, required: bool) -> list[str]:
        field = RatingField("r", "Rating", "low", "high", value, required=required)
        (block,) = modal(Form("f", "Form", "Send", (field,)), "C1", TEXTS, direct=True)["blocks"]
        return [one["value"] for one in block["element"]["options"]]

    ratings = [str(rating) for rating in range(1, 8)]
    assert offered(None, False) == ratings
    assert offered(3, True) == ratings
    assert offered(3, False) == [*ratings, "none"]
    view = {"state": {"values": {"r": {"r": {"type": "radio_buttons", "selected_option": {"value": "none"}}}}}}
    assert values_of(view) == (("r", ""),)


def test_a_choice_too_long_for_its_option_is_told_whole_in_the_hint() -> None:
    label = "word " * 30
    field = ChoiceField("c", "Choice", (("a", label), ("b", "B")), "a", "A hint")
    (block,) = modal(Form("f", "Form", "Send", (field,)), "C1", TEXTS, direct=True)["blocks"]
    assert label in block["hint"]["text"]
    assert "A hint" in block["hint"]["text"]


def test_a_title_too_long_for_slack_stands_whole_in_the_form() -> None:
    view = modal(Form("f", "A title that is much too long for Slack", "Send", ()), "C1", TEXTS, direct=True)
    assert len(view["title"]["text"]) <= 24
    assert view["blocks"][0]["text"]["text"] == "A title that is much too long for Slack"


def test_problems_stand_on_their_fields_and_none_is_lost() -> None:
    view = modal(forms()["ask"], "C1", TEXTS, direct=False)
    shown = errors(view, (("quorum", "Too high."), ("nowhere", "Strange."), ("question", "Empty.")))
    assert shown["quorum"] == "Too high."
    assert shown["question"] == "Strange. Empty."


def test_the_same_values_have_the_same_digest_in_any_order() -> None:
    assert digest((("a", "1"), ("b", "2"))) == digest((("b", "2"), ("a", "1")))
    assert digest((("a", "1"),)) != digest((("a", "2"),))


def test_a_form_for_which_slack_has_no_room_is_our_mistake() -> None:
    fields = tuple(TextField(f"t{number}", "T") for number in range(60))
    with pytest.raises(ValueError, match="100 fit"):
        modal(Form("f", "Form", "Send", fields), "C1", TEXTS, direct=True)


@pytest.mark.parametrize("metadata", ["", "x", "{}", "[]", '{"form": 1}'])
def test_a_modal_of_somebody_else_is_none_of_ours(metadata: str) -> None:
    assert opened({"private_metadata": metadata}) is None
