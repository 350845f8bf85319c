"""Block Kit's elements: what each may hold and where it may stand.

Limits and places: Slack's Block Kit reference, block elements.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tests.slack_server.checking import (
    Check,
    Json,
    Rule,
    Spec,
    anything,
    boolean,
    confirm,
    one_of,
    option,
    options,
    string,
    text,
    url,
    whole,
)

PLACEHOLDER = text(150, plain=True)
BASE: Mapping[str, Rule] = {"action_id": string(255)}
ASKING: Mapping[str, Rule] = {**BASE, "confirm": confirm, "focus_on_load": boolean}
TYPING: Mapping[str, Rule] = {
    **BASE,
    "placeholder": PLACEHOLDER,
    "focus_on_load": boolean,
    "dispatch_action_config": anything,
}


def _matching(pattern: str, what: str) -> Rule:
    def rule(check: Check, value: Any, pointer: str) -> None:
        if not isinstance(value, str) or not re.fullmatch(pattern, value):
            check.no(f"must be a valid {what}", pointer)

    return rule


def _option_groups(check: Check, value: Any, pointer: str) -> None:
    group = Spec({"label": text(75, plain=True), "options": options(100)}, ("label", "options"))
    for number, one in enumerate(check.items(value, 1, 100, pointer)):
        check.object(one, f"{pointer}/{number}", group)


def _ids(check: Check, value: Any, pointer: str) -> None:
    check.items(value, 1, 1_000, pointer)


STATIC: Mapping[str, Rule] = {
    **ASKING,
    "placeholder": PLACEHOLDER,
    "options": options(100),
    "option_groups": _option_groups,
}
MANY: Mapping[str, Rule] = {"max_selected_items": whole(1, 1_000)}
PICKING: Mapping[str, Rule] = {**ASKING, "placeholder": PLACEHOLDER}

ELEMENTS: Mapping[str, Spec] = {
    "button": Spec(
        {
            **BASE,
            "text": text(75, plain=True),
            "value": string(2_000),
            "url": url,
            "style": one_of("primary", "danger"),
            "confirm": confirm,
            "accessibility_label": string(75),
        },
        ("text",),
    ),
    "checkboxes": Spec(
        {**ASKING, "options": options(10, marked=True), "initial_options": options(10, marked=True)}, ("options",)
    ),
    "radio_buttons": Spec(
        {**ASKING, "options": options(10, marked=True), "initial_option": option(marked=True)}, ("options",)
    ),
    "datepicker": Spec({**PICKING, "initial_date": _matching(r"\d{4}-\d\d-\d\d", "date")}),
    "timepicker": Spec({**PICKING, "initial_time": _matching(r"\d\d:\d\d", "time"), "timezone": string(255)}),
    "datetimepicker": Spec({**ASKING, "initial_date_time": whole(1_000_000_000, 9_999_999_999)}),
    "overflow": Spec({**BASE, "options": options(5, link=True), "confirm": confirm}, ("options",)),
    "plain_text_input": Spec(
        {
            **TYPING,
            "initial_value": string(3_000, 0),
            "multiline": boolean,
            "min_length": whole(0, 3_000),
            "max_length": whole(1, 3_000),
        }
    ),
    "email_text_input": Spec({**TYPING, "initial_value": string(3_000, 0)}),
    "url_text_input": Spec({**TYPING, "initial_value": string(3_000, 0)}),
    "number_input": Spec(
        {
            **TYPING,
            "is_decimal_allowed": boolean,
            "initial_value": string(255),
            "min_value": string(255),
            "max_value": string(255),
        },
        ("is_decimal_allowed",),
    ),
    "rich_text_input": Spec({**TYPING, "initial_value": anything}),
    "file_input": Spec({**BASE, "filetypes": anything, "max_files": whole(1, 10)}),
    "static_select": Spec({**STATIC, "initial_option": option()}),
    "multi_static_select": Spec({**STATIC, **MANY, "initial_options": options(100)}),
    "external_select": Spec({**PICKING, "initial_option": option(), "min_query_length": whole(0, 3_000)}),
    "multi_external_select": Spec(
        {**PICKING, **MANY, "initial_options": options(100), "min_query_length": whole(0, 3_000)}
    ),
    "users_select": Spec({**PICKING, "initial_user": string(255)}),
    "multi_users_select": Spec({**PICKING, **MANY, "initial_users": _ids}),
    "channels_select": Spec({**PICKING, "initial_channel": string(255), "response_url_enabled": boolean}),
    "multi_channels_select": Spec({**PICKING, **MANY, "initial_channels": _ids}),
    "conversations_select": Spec(
        {
            **PICKING,
            "initial_conversation": string(255),
            "default_to_current_conversation": boolean,
            "response_url_enabled": boolean,
            "filter": anything,
        }
    ),
    "multi_conversations_select": Spec(
        {
            **PICKING,
            **MANY,
            "initial_conversations": _ids,
            "default_to_current_conversation": boolean,
            "filter": anything,
        }
    ),
}

SELECTS = frozenset({"static_select", "external_select", "users_select", "channels_select", "conversations_select"})
MULTI_SELECTS = frozenset(f"multi_{one}" for one in SELECTS)
CHOOSERS = SELECTS | {"checkboxes", "radio_buttons", "datepicker", "timepicker"}
IN_ACTIONS = CHOOSERS | {"button", "overflow", "datetimepicker"}
IN_SECTION = CHOOSERS | MULTI_SELECTS | {"button", "overflow", "image"}
IN_INPUT = (
    CHOOSERS
    | MULTI_SELECTS
    | {
        "datetimepicker",
        "plain_text_input",
        "email_text_input",
        "url_text_input",
        "number_input",
        "rich_text_input",
        "file_input",
    }
)
NOT_ON_HOME = frozenset({"datetimepicker", "file_input"})
MODAL_ONLY = frozenset({"email_text_input", "url_text_input", "number_input", "file_input"})


def element(check: Check, value: Any, pointer: str, allowed: frozenset[str], block: str) -> None:
    """Check an element that stands in a block with this id."""
    if not isinstance(value, dict):
        check.no("must provide an object", pointer)
        return
    kind = str(value.get("type"))
    if kind == "image" and "image" in allowed:
        image(check, value, pointer)
        return
    spec = ELEMENTS.get(kind)
    if spec is None or kind not in allowed:
        check.no(f"unsupported type: {kind}", f"{pointer}/type")
        return
    if (check.surface == "home" and kind in NOT_ON_HOME) or (check.surface != "modal" and kind in MODAL_ONLY):
        check.no(f"unsupported type: {kind}", f"{pointer}/type")
        return
    before = len(check.problems)
    check.object(value, pointer, spec)
    if len(check.problems) == before:
        _agreement(check, value, pointer)
    check.focused += bool(value.get("focus_on_load"))
    action = value.get("action_id")
    if isinstance(action, str):
        if (block, action) in check.action_ids:
            check.no(f'`action_id` "{action}" already exists for block', f"{pointer}/action_id")
        elif any(known == action for _, known in check.action_ids):
            check.repeated_actions.append(action)
        check.action_ids.add((block, action))


def image(check: Check, value: Any, pointer: str, *, title: bool = False) -> None:
    """An image: alt text, and exactly one of a web address and a Slack file."""
    fields: dict[str, Rule] = {"alt_text": string(2_000), "image_url": url, "slack_file": _slack_file}
    if title:
        fields |= {"title": text(2_000, plain=True), "block_id": string(255)}
    if check.object(value, pointer, Spec(fields, ("alt_text",))) and ("image_url" in value) == ("slack_file" in value):
        check.no("must define either `image_url` or `slack_file`", pointer)


def _slack_file(check: Check, value: Any, pointer: str) -> None:
    if not isinstance(value, dict) or set(value) not in ({"id"}, {"url"}):
        check.no("invalid slack file", pointer)
    elif "id" in value and not check.known_file(str(value["id"])):
        check.no("invalid slack file", pointer)


def _agreement(check: Check, value: Json, pointer: str) -> None:
    """What fields of one element must mean together."""
    kind = str(value["type"])
    if kind.endswith("static_select") and ("options" in value) == ("option_groups" in value):
        check.no("must define either `options` or `option_groups`", pointer)
    offered = [one for one in value.get("options") or [] if isinstance(one, dict)]
    offered += [
        one
        for group in value.get("option_groups") or []
        if isinstance(group, dict)
        for one in group.get("options") or []
    ]
    initial = [value["initial_option"]] if "initial_option" in value else value.get("initial_options") or []
    if offered and any(one not in offered for one in initial):
        check.no("must match one of the options", f"{pointer}/initial_option")
    low, high, typed = value.get("min_length"), value.get("max_length"), value.get("initial_value")
    if kind == "plain_text_input" and isinstance(low, int) and isinstance(high, int) and low > high:
        check.no("`min_length` must not be greater than `max_length`", pointer)
    if isinstance(typed, str) and isinstance(high, int) and len(typed) > high:
        check.no(f"must be less than {high + 1} characters", f"{pointer}/initial_value")
