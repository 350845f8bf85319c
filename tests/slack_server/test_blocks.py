"""Block Kit's limits and required fields, as published in Slack's Block Kit reference."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.slack_server.blocks import check_blocks, check_view, completed, elements_of
from tests.slack_server.checking import Check

Json = dict[str, Any]


def plain(text: str = "x") -> Json:
    return {"type": "plain_text", "text": text}


def marked(text: str = "x") -> Json:
    return {"type": "mrkdwn", "text": text}


def options(number: int) -> list[Json]:
    return [{"text": plain(f"o{one}"), "value": f"v{one}"} for one in range(number)]


def button(**more: Any) -> Json:
    return {"type": "button", "action_id": "press", "text": plain()} | more


def buttons(number: int) -> list[Json]:
    return [button(action_id=f"b{one}") for one in range(number)]


def actions(*parts: Json) -> Json:
    return {"type": "actions", "elements": list(parts)}


def field(part: Json, **more: Any) -> Json:
    return {"type": "input", "label": plain(), "element": part} | more


def section(text: str = "x", **more: Any) -> Json:
    return {"type": "section", "text": marked(text)} | more


def select(**more: Any) -> Json:
    return {"type": "static_select", "action_id": "pick", "options": options(2)} | more


def radio(**more: Any) -> Json:
    return {"type": "radio_buttons", "action_id": "rate", "options": options(7)} | more


def typing(**more: Any) -> Json:
    return {"type": "plain_text_input", "action_id": "type"} | more


def modal(*blocks: Json, **more: Any) -> Json:
    return {"type": "modal", "title": plain(), "submit": plain(), "blocks": list(blocks)} | more


def problems(*blocks: Json, surface: str = "message") -> list[str]:
    check = Check(surface)
    check_blocks(check, list(blocks), "/blocks")
    return check.problems


def view_problems(view: Json) -> list[str]:
    check = Check("modal")
    check_view(check, view)
    return check.problems


FINE = {
    "section": section("x" * 3_000),
    "fields": {"type": "section", "fields": [marked("x" * 2_000)] * 10},
    "header": {"type": "header", "text": plain("x" * 150)},
    "divider": {"type": "divider"},
    "context": {"type": "context", "elements": [marked()] * 10},
    "actions": {"type": "actions", "elements": buttons(25)},
    "button": actions(button(text=plain("x" * 75), value="x" * 2_000, action_id="x" * 255, style="danger")),
    "select": actions(select(options=options(100), initial_option=options(2)[1])),
    "radio": actions(radio(options=options(10), initial_option=options(10)[9])),
    "input": field(typing(max_length=3_000, multiline=True), label=plain("x" * 2_000)),
    "when": actions({"type": "datetimepicker", "action_id": "when", "initial_date_time": 1_790_000_000}),
    "image": {"type": "image", "alt_text": "x", "image_url": "https://example.org/x.png"},
    "accessory": section(accessory=select()),
}
REFUSED = {
    "long section": (section("x" * 3_001), "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"),
    "empty section": ({"type": "section"}, "must define either `text` or `fields` [json-pointer:/blocks/0]"),
    "no text": (section(""), "must be more than 0 characters [json-pointer:/blocks/0/text/text]"),
    "long header": (
        {"type": "header", "text": plain("x" * 151)},
        "must be less than 151 characters [json-pointer:/blocks/0/text/text]",
    ),
    "marked header": ({"type": "header", "text": marked()}, "unsupported type: mrkdwn"),
    "many fields": (
        {"type": "section", "fields": [marked()] * 11},
        "no more than 10 items allowed [json-pointer:/blocks/0/fields]",
    ),
    "many in context": ({"type": "context", "elements": [marked()] * 11}, "no more than 10 items allowed"),
    "button in context": ({"type": "context", "elements": [button()]}, "unsupported type: button"),
    "many buttons": (
        {"type": "actions", "elements": buttons(26)},
        "no more than 25 items allowed [json-pointer:/blocks/0/elements]",
    ),
    "no buttons": ({"type": "actions", "elements": []}, "no fewer than 1 items allowed"),
    "long label": (actions(button(text=plain("x" * 76))), "must be less than 76 characters"),
    "long value": (
        actions(button(value="x" * 2_001)),
        "must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]",
    ),
    "long action id": (actions(button(action_id="x" * 256)), "must be less than 256 characters"),
    "style": (actions(button(style="default")), "value must be one of: primary, danger"),
    "same action id": (actions(button(), button()), '`action_id` "press" already exists'),
    "unknown field": (section(colour="red"), "invalid additional property: colour [json-pointer:/blocks/0]"),
    "null": (actions(select(initial_option=None)), "must not be null"),
    "other initial": (actions(select(initial_option=options(5)[4])), "must match one of the options"),
    "many options": (actions(radio(options=options(11))), "no more than 10 items allowed"),
    "very many options": (actions(select(options=options(101))), "no more than 100 items allowed"),
    "same option": (actions(select(options=[options(1)[0]] * 2)), "option values must be unique"),
    "long option": (
        actions(select(options=[{"text": plain("x" * 76), "value": "v"}])),
        "must be less than 76 characters",
    ),
    "input in actions": (actions(typing()), "unsupported type: plain_text_input"),
    "picker as accessory": (
        section(accessory={"type": "datetimepicker", "action_id": "when"}),
        "unsupported type: datetimepicker",
    ),
    "long input": (field(typing(max_length=3_001)), "must be between 1 and 3000"),
    "long initial": (field(typing(max_length=3, initial_value="long")), "must be less than 4 characters"),
    "unlabelled": ({"type": "input", "element": typing()}, "missing required field: label"),
    "no alt text": ({"type": "image", "image_url": "https://example.org/x.png"}, "missing required field: alt_text"),
    "no picture": ({"type": "image", "alt_text": "x"}, "must define either `image_url` or `slack_file`"),
    "unknown block": ({"type": "poem"}, "unsupported type: poem [json-pointer:/blocks/0/type]"),
    "emoji in mrkdwn": (section() | {"text": marked() | {"emoji": True}}, "invalid additional property: emoji"),
    "milliseconds": (
        actions({"type": "datetimepicker", "action_id": "when", "initial_date_time": 1_790_000_000_000}),
        "must be between",
    ),
}


@pytest.mark.parametrize("block", FINE.values(), ids=FINE)
def test_what_the_limits_allow_is_taken(block: Json) -> None:
    assert problems(block) == []


@pytest.mark.parametrize(("block", "problem"), REFUSED.values(), ids=REFUSED)
def test_what_they_forbid_is_refused(block: Json, problem: str) -> None:
    assert any(problem in one for one in problems(block)), problems(block)


def test_fifty_blocks_in_a_message_a_hundred_in_a_view() -> None:
    assert problems(*[section()] * 50) == []
    assert problems(*[section()] * 51) == ["no more than 50 items allowed [json-pointer:/blocks]"]
    assert view_problems(modal(*[section()] * 100)) == []
    assert view_problems(modal(*[section()] * 101)) == ["no more than 100 items allowed [json-pointer:/view/blocks]"]


def test_block_ids_are_unique() -> None:
    found = problems(section(block_id="a"), section(block_id="a"))
    assert found == ["`block_id` already exists [json-pointer:/blocks/1/block_id]"]


@pytest.mark.parametrize(
    ("view", "problem"),
    [
        (modal(title=plain("x" * 25)), "must be less than 25 characters [json-pointer:/view/title/text]"),
        (modal(submit=plain("x" * 25)), "must be less than 25 characters [json-pointer:/view/submit/text]"),
        (modal(private_metadata="x" * 3_001), "must be less than 3001 characters"),
        (modal(callback_id="x" * 256), "must be less than 256 characters"),
        ({"type": "modal", "blocks": []}, "missing required field: title [json-pointer:/view]"),
        (
            {"type": "modal", "title": plain(), "blocks": [field(typing())]},
            "must define `submit` to use an `input` block in modals",
        ),
        (
            {"type": "home", "blocks": [actions({"type": "datetimepicker", "action_id": "when"})]},
            "unsupported type: datetimepicker",
        ),
        ({"type": "home", "title": plain(), "blocks": []}, "invalid additional property: title"),
        (
            modal(field(typing(focus_on_load=True)), field(typing(action_id="t2", focus_on_load=True))),
            "only one element may have `focus_on_load`",
        ),
    ],
)
def test_views(view: Json, problem: str) -> None:
    assert any(problem in one for one in view_problems(view)), view_problems(view)


SHORT = [section(), actions(button(), select()), field(radio()), {"type": "divider"}, section(accessory=button())]


@given(st.lists(st.sampled_from(SHORT), max_size=10))
def test_completing_keeps_blocks_valid_and_gives_every_block_its_own_id(blocks: list[Json]) -> None:
    before = copy.deepcopy(blocks)
    kept = completed(blocks)
    assert blocks == before
    assert problems(*kept) == []
    assert len({one["block_id"] for one in kept}) == len(kept)
    assert all(part.get("action_id") for block in kept for part in elements_of(block))


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["type", "text", "elements", "options", "element", "label"]), inner, max_size=4
        )
    ),
)


@given(junk)
def test_nonsense_is_refused_and_never_breaks_the_check(value: Any) -> None:
    for block in (value, {"type": "section", "text": value}, {"type": "actions", "elements": value}, field(value)):
        assert problems(block)
    assert view_problems(value)
