"""What somebody enters in the elements of a message or view, as Slack's client takes it or refuses it."""

from __future__ import annotations

import re
from typing import Any

from tests.slack_server.blocks import elements_of
from tests.slack_server.refusal import Json
from tests.slack_server.world import View


class Incomplete(AssertionError):
    """Slack's client does not let anybody submit this: a required field is empty, a text too long."""


def entered(part: Json, given: Any) -> Json:
    """The state of an element after somebody entered a value: a text, an option's value, a list of them, seconds."""
    kind = str(part["type"])
    if kind in {"plain_text_input", "email_text_input", "url_text_input", "number_input"}:
        return {"type": kind, "value": str(given) if given not in (None, "") else None}
    if kind == "rich_text_input":
        return {"type": kind, "rich_text_value": given}
    if kind in {"radio_buttons", "static_select", "external_select"}:
        return {"type": kind, "selected_option": None if given in (None, "") else _option(part, given)}
    if kind in {"checkboxes", "multi_static_select", "multi_external_select"}:
        return {"type": kind, "selected_options": [_option(part, one) for one in given or []]}
    if kind == "datetimepicker":
        return {"type": kind, "selected_date_time": None if given in (None, "") else int(given)}
    names = {
        "users_select": "selected_user",
        "multi_users_select": "selected_users",
        "channels_select": "selected_channel",
        "multi_channels_select": "selected_channels",
        "conversations_select": "selected_conversation",
        "multi_conversations_select": "selected_conversations",
        "datepicker": "selected_date",
        "timepicker": "selected_time",
    }
    assert kind in names, f"nothing can be entered in a {kind}"
    if kind.startswith("multi_"):
        return {"type": kind, names[kind]: list(given or [])}
    return {"type": kind, names[kind]: given or None}


def is_empty(state: Json) -> bool:
    """True when nothing was entered."""
    return all(value in (None, "", []) for name, value in state.items() if name != "type")


def check_complete(view: View) -> None:
    """Raise Incomplete for what the client would not send."""
    for block in view.body["blocks"]:
        if block["type"] != "input":
            continue
        part = block["element"]
        state = view.state.get(block["block_id"], {}).get(part["action_id"], {})
        if is_empty(state):
            if not block.get("optional"):
                raise Incomplete(f"{block['label']['text']!r} is required")
            continue
        problem = _problem(part, state)
        if problem:
            raise Incomplete(f"{block['label']['text']!r}: {problem}")


def find(blocks: list[Json], name: str) -> tuple[Json, Json]:
    """The (block, element) with this action id or block id; AssertionError when there is none or several."""
    found = [
        (block, part)
        for block in blocks
        for part in elements_of(block)
        if name in (part.get("action_id"), block["block_id"])
    ]
    assert found, f"there is no element {name!r}; there are {names_in(blocks)}"
    assert len(found) == 1, f"{name!r} stands for several elements"
    return found[0]


def names_in(blocks: list[Json]) -> list[str]:
    """The action ids in blocks."""
    return [part["action_id"] for block in blocks for part in elements_of(block) if "action_id" in part]


def _problem(part: Json, state: Json) -> str:
    value = str(state.get("value") or "")
    if part["type"] == "plain_text_input":
        longest, shortest = part.get("max_length", 3_000), part.get("min_length", 0)
        if len(value) > longest:
            return f"at most {longest} characters"
        if len(value) < shortest:
            return f"at least {shortest} characters"
    if part["type"] == "email_text_input" and not re.fullmatch(r"[^@\s]+@[^@\s]+", value):
        return "not an e-mail address"
    if part["type"] == "number_input":
        return _number_problem(part, value)
    most = part.get("max_selected_items")
    if most and any(isinstance(one, list) and len(one) > most for one in state.values()):
        return f"at most {most} items"
    return ""


def _number_problem(part: Json, value: str) -> str:
    pattern = r"-?\d+(\.\d+)?" if part["is_decimal_allowed"] else r"-?\d+"
    if not re.fullmatch(pattern, value):
        return "not a number"
    if "min_value" in part and float(value) < float(part["min_value"]):
        return f"at least {part['min_value']}"
    if "max_value" in part and float(value) > float(part["max_value"]):
        return f"at most {part['max_value']}"
    return ""


def _option(part: Json, given: Any) -> Json:
    offered = list(part.get("options") or [])
    offered += [one for group in part.get("option_groups") or [] for one in group["options"]]
    if part["type"].endswith("external_select") and isinstance(given, dict):
        return given
    for one in offered:
        if given in (one["value"], one["text"]["text"]):
            return dict(one)
    raise AssertionError(f"{given!r} is not offered; there are {[one['value'] for one in offered]}")
