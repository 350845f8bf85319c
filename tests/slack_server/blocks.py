"""Block Kit's blocks and views: validation, and the shape in which Slack gives them back.

Limits: Slack's Block Kit reference, blocks and views.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

from tests.slack_server import mentions
from tests.slack_server.checking import (
    Check,
    Json,
    Rule,
    Spec,
    anything,
    boolean,
    string,
    text,
)
from tests.slack_server.elements import IN_ACTIONS, IN_INPUT, IN_SECTION, element, image

IN_MESSAGE = 50
TEXT_IN_MESSAGE = 12_000
"""Characters in all blocks of a message; unpublished, told by Slack in issue 2509 of slackapi/bolt-js."""
IN_VIEW = 100
MARKDOWN = 12_000


def check_blocks(check: Check, value: Any, pointer: str) -> None:
    """Check the blocks of a message or view."""
    for number, one in enumerate(check.items(value, 0, IN_MESSAGE if check.surface == "message" else IN_VIEW, pointer)):
        _block(check, one, f"{pointer}/{number}")
    if check.focused > 1:
        check.no("only one element may have `focus_on_load`", pointer)


def check_view(check: Check, view: Any) -> None:
    """Check a modal or a Home tab; `check.surface` becomes the view's."""
    if not isinstance(view, dict):
        check.no("must provide an object", "/view")
        return
    kind = str(view.get("type"))
    if kind not in {"modal", "home"}:
        check.no(f"unsupported type: {kind}", "/view/type")
        return
    check.surface = kind
    check.object(view, "/view", MODAL if kind == "modal" else HOME)
    blocks = view.get("blocks")
    inputs = [
        one
        for one in (blocks if isinstance(blocks, list) else [])
        if isinstance(one, dict) and one.get("type") == "input"
    ]
    if kind == "modal" and inputs and not view.get("submit"):
        check.no("must define `submit` to use an `input` block in modals", "/view")


def _block(check: Check, value: Any, pointer: str) -> None:
    if not isinstance(value, dict):
        check.no("must provide an object", pointer)
        return
    kind = str(value.get("type"))
    rule = BLOCKS.get(kind)
    if rule is None or (kind == "markdown" and check.surface != "message"):
        check.no(f"unsupported type: {kind}", f"{pointer}/type")
        return
    known = value.get("block_id")
    if isinstance(known, str) and known:
        if known in check.block_ids:
            check.no("`block_id` already exists", f"{pointer}/block_id")
        check.block_ids.add(known)
    rule(check, value, pointer)


def _plain(spec: Spec) -> Rule:
    full = Spec({"block_id": string(255), **spec.fields}, spec.required)

    def rule(check: Check, value: Any, pointer: str) -> None:
        check.object(value, pointer, full)

    return rule


def _elements(allowed: frozenset[str], high: int, low: int = 1) -> Rule:
    def rule(check: Check, value: Any, pointer: str) -> None:
        for number, one in enumerate(check.items(value, low, high, pointer)):
            element(check, one, f"{pointer}/{number}", allowed, pointer)

    return rule


def _section(check: Check, value: Any, pointer: str) -> None:
    def accessory(check: Check, part: Any, pointer: str) -> None:
        element(check, part, pointer, IN_SECTION, pointer)

    def fields(check: Check, parts: Any, pointer: str) -> None:
        for number, one in enumerate(check.items(parts, 1, 10, pointer)):
            text(2_000)(check, one, f"{pointer}/{number}")

    spec = Spec({"text": text(3_000), "fields": fields, "accessory": accessory, "expand": boolean})
    _plain(spec)(check, value, pointer)
    if "text" not in value and "fields" not in value:
        check.no("must define either `text` or `fields`", pointer)


def _context(check: Check, value: Any, pointer: str) -> None:
    def elements(check: Check, parts: Any, pointer: str) -> None:
        for number, one in enumerate(check.items(parts, 1, 10, pointer)):
            at = f"{pointer}/{number}"
            if isinstance(one, dict) and one.get("type") == "image":
                image(check, one, at)
            else:
                text(3_000)(check, one, at)

    _plain(Spec({"elements": elements}, ("elements",)))(check, value, pointer)


def _input(check: Check, value: Any, pointer: str) -> None:
    def inside(check: Check, part: Any, pointer: str) -> None:
        element(check, part, pointer, IN_INPUT, pointer)

    spec = Spec(
        {
            "label": text(2_000, plain=True),
            "element": inside,
            "dispatch_action": boolean,
            "hint": text(2_000, plain=True),
            "optional": boolean,
        },
        ("label", "element"),
    )
    _plain(spec)(check, value, pointer)


def _image(check: Check, value: Any, pointer: str) -> None:
    image(check, value, pointer, title=True)


def _markdown(check: Check, value: Any, pointer: str) -> None:
    _plain(Spec({"text": string(MARKDOWN)}, ("text",)))(check, value, pointer)
    check.markdown += len(str(value.get("text", "")))
    if check.markdown > MARKDOWN:
        check.no(f"markdown blocks must be less than {MARKDOWN + 1} characters together", pointer)


def _rich_text(check: Check, value: Any, pointer: str) -> None:
    kinds = {"rich_text_section", "rich_text_list", "rich_text_preformatted", "rich_text_quote"}

    def elements(check: Check, parts: Any, pointer: str) -> None:
        for number, one in enumerate(check.items(parts, 0, 1_000, pointer)):
            if not isinstance(one, dict) or one.get("type") not in kinds:
                check.no("unsupported type", f"{pointer}/{number}/type")

    _plain(Spec({"elements": elements}, ("elements",)))(check, value, pointer)


BLOCKS: dict[str, Rule] = {
    "actions": _plain(Spec({"elements": _elements(IN_ACTIONS, 25)}, ("elements",))),
    "context": _context,
    "divider": _plain(Spec({})),
    "header": _plain(Spec({"text": text(150, plain=True)}, ("text",))),
    "image": _image,
    "input": _input,
    "markdown": _markdown,
    "rich_text": _rich_text,
    "section": _section,
}
VIEW_FIELDS: dict[str, Rule] = {
    "blocks": check_blocks,
    "private_metadata": string(3_000, 0),
    "callback_id": string(255, 0),
    "external_id": string(255, 0),
}
HOME = Spec(VIEW_FIELDS, ("blocks",))
MODAL = Spec(
    {
        **VIEW_FIELDS,
        "title": text(24, plain=True),
        "close": text(24, plain=True),
        "submit": text(24, plain=True),
        "clear_on_close": boolean,
        "notify_on_close": boolean,
        "submit_disabled": anything,
    },
    ("title", "blocks"),
)


def text_length(blocks: list[Json]) -> int:
    """Characters in all texts of blocks."""
    return sum(len(text) for _, text in texts_of(blocks))


def links_of(blocks: list[Json]) -> list[str]:
    """What can be clicked in blocks because of markup or as an address, buttons not counted."""
    found: list[str] = []

    def visit(value: Json) -> None:
        if value.get("type") == "mrkdwn":
            found.extend(mentions.links(value["text"], verbatim=bool(value.get("verbatim"))))
        elif value.get("type") == "markdown":
            found.extend(mentions.links(value["text"]))
        elif value.get("type") == "link":
            found.append(str(value["url"]))

    _walk(blocks, visit)
    return found


def completed(blocks: list[Json]) -> list[Json]:
    """The blocks as Slack keeps them: every block and every interactive element has an id, texts their flags."""
    kept: list[Json] = json.loads(json.dumps(blocks))
    taken = {one.get("block_id") for one in kept}
    names = (name for name in (f"b{number:04x}" for number in count(1)) if name not in taken)
    for block in kept:
        if not block.get("block_id"):
            block["block_id"] = next(names)
        for part in elements_of(block):
            if part["type"] != "image" and not part.get("action_id"):
                part["action_id"] = next(names)
    _walk(kept, _flags)
    return kept


def elements_of(block: Json) -> Iterator[Json]:
    """The elements in a block that may be interacted with."""
    if block["type"] == "actions":
        yield from block["elements"]
    elif block["type"] == "input":
        yield block["element"]
    elif block["type"] == "section" and "accessory" in block:
        yield block["accessory"]


def _flags(value: Json) -> None:
    if value.get("type") == "plain_text":
        value.setdefault("emoji", True)
    elif value.get("type") == "mrkdwn":
        value.setdefault("verbatim", False)


def _walk(value: Any, visit: Callable[[Json], None]) -> None:
    if isinstance(value, dict):
        visit(value)
        for part in value.values():
            _walk(part, visit)
    elif isinstance(value, list):
        for part in value:
            _walk(part, visit)


def texts_of(blocks: list[Json]) -> list[tuple[str, str]]:
    """Every (type, text) of the text objects and raw texts in blocks, in reading order."""
    found: list[tuple[str, str]] = []

    def visit(value: Json) -> None:
        if value.get("type") in {"plain_text", "mrkdwn", "markdown", "text"} and isinstance(value.get("text"), str):
            found.append((str(value["type"]), value["text"]))
        elif value.get("type") == "image":
            found.append(("alt_text", str(value.get("alt_text", ""))))
        elif value.get("type") in {"user", "usergroup", "broadcast"}:
            mark = {"user": "@{user_id}", "usergroup": "!subteam^{usergroup_id}", "broadcast": "!{range}"}
            found.append(("mrkdwn", f"<{mark[str(value['type'])].format(**value)}>"))

    _walk(blocks, visit)
    return found
