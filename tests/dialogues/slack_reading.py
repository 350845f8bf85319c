"""What stands on Slack, read back as cards and forms: the texts as they read, buttons by the data they carry."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from bot.platform import (
    Block,
    Button,
    Card,
    CheckField,
    ChoiceField,
    Fact,
    Field,
    Form,
    Moment,
    RatingField,
    Scale,
    Text,
    TextField,
)
from bot.slack.blocks import read_value
from bot.slack.views import opened
from tests.slack_server.reading import plain

Json = dict[str, Any]
_DATE = re.compile(r"^(?P<label>.*?) ?<!date\^(?P<at>\d+)\^[^|>]*\|[^>]*>$", re.DOTALL)


def card(blocks: list[Json], files: list[Json]) -> Card:
    """The card that a message shows; a file as its alt text."""
    said: list[Block] = []
    controls: list[Button | Scale] = []
    for block in blocks:
        if block["type"] != "actions":
            said += _block(block)
            continue
        keys = [read_value(one["value"]) for one in block["elements"]]
        assert all(keys), "a button of ours carries its data"
        first = keys[0]
        assert first is not None
        if first.value:
            label = said.pop()
            assert isinstance(label, Text)
            controls.append(Scale(first.action, label.text, "", "", first.round, first.target))
            continue
        for key, one in zip(keys, block["elements"], strict=True):
            assert key is not None
            controls.append(Button(key.action, one["text"]["text"], key.round, key.target))
    said += [Text(one["alt_txt"]) for one in files]
    return Card("slack", "", tuple(said), tuple(controls))


def form(view: Json) -> Form:
    """The form that a modal shows."""
    known = opened(view)
    assert known is not None, "a modal of ours carries what it is"
    intro: list[Block] = []
    fields: list[Field] = []
    statement = ""
    for block in view["blocks"]:
        if block["type"] != "input":
            shown = _block(block)
            intro += shown
            statement = "\n".join(one.text for one in shown if isinstance(one, Text))
        elif "~" not in block["block_id"]:
            fields.append(_field(block, statement))
            statement = ""
    submit, title = view["submit"]["text"], view["title"]["text"]
    return Form(known.form, title, submit, tuple(fields), tuple(intro), known.round, known.target)


def _field(block: Json, statement: str) -> Field:
    name, label, element = block["block_id"], block["label"]["text"], block["element"]
    match element["type"]:
        case "plain_text_input":
            return TextField(name, label, element.get("initial_value", ""))
        case "static_select":
            options = tuple((one["value"], one["text"]["text"]) for one in element["options"])
            return ChoiceField(name, label, options, (element.get("initial_option") or {}).get("value", ""))
        case "radio_buttons":
            chosen = (element.get("initial_option") or {}).get("value")
            return RatingField(name, label, "", "", int(chosen) if chosen else None, statement=statement)
        case "multi_users_select":
            return TextField(name, label, ", ".join(element.get("initial_users", [])))
        case "datetimepicker":
            return TextField(name, label, element["action_id"].partition("/")[2])
        case "checkboxes":
            return CheckField(name, label, bool(element.get("initial_options")))
        case kind:
            raise AssertionError(f"no form of ours has a {kind}")


def _block(block: Json) -> list[Block]:
    match block["type"]:
        case "section" if "fields" in block:
            pairs = (one["text"].partition(": ") for one in block["fields"])
            return [Fact(label, value) for label, _, value in pairs]
        case "section" if found := _DATE.match(block["text"]["text"]):
            return [Moment(plain(found["label"]), float(found["at"]))]
        case "section" | "header":
            part = block["text"]
            return [Text(part["text"] if part["type"] == "plain_text" else plain(part["text"]))]
        case "context":
            return [Text(one["text"]) for one in block["elements"]]
        case "rich_text":
            return [Text("".join(_spans(block)))]
        case "divider":
            return []
        case kind:
            raise AssertionError(f"no card of ours has a {kind}")


def _spans(value: Json) -> Iterator[str]:
    for one in value.get("elements", []):
        if one["type"] == "text":
            yield one["text"]
        else:
            yield from _spans(one)
