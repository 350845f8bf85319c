"""What a reader sees of messages and views: their text, and the elements that can be worked."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from tests.slack_server.blocks import elements_of
from tests.slack_server.refusal import Json
from tests.slack_server.world import Ephemeral, Message, View

Holder = Message | Ephemeral | View


def plain(mrkdwn: str) -> str:
    """Mrkdwn as it reads: entities resolved, links and dates as their labels, mentions as @U1 or @channel."""
    text = re.sub(r"<!date\^[^|>]*\|([^>]*)>", r"\1", mrkdwn)
    text = re.sub(r"<(?:https?|mailto):[^|>]*\|([^>]*)>", r"\1", text)
    text = re.sub(r"<((?:https?|mailto):[^|>]*)>", r"\1", text)
    text = re.sub(r"<!(channel|here|everyone)(?:\|[^>]*)?>", r"@\1", text)
    text = re.sub(r"<!subteam\^(\w+)(?:\|[^>]*)?>", r"@\1", text)
    text = re.sub(r"<[@#](\w+)(?:\|[^>]*)?>", r"@\1", text)
    return html.unescape(text)


def blocks_of(holder: Holder) -> list[Json]:
    """The blocks a holder shows."""
    return list(holder.body["blocks"]) if isinstance(holder, View) else holder.blocks


def shown(holder: Holder) -> str:
    """A message or view as lines: title, blocks, buttons as [label], or the text where there are no blocks."""
    lines = [_title(holder)] if isinstance(holder, View) else []
    blocks = blocks_of(holder)
    if not blocks and not isinstance(holder, View):
        return plain(holder.text)
    for block in blocks:
        lines += _lines(block)
    if isinstance(holder, View) and holder.body.get("submit"):
        lines.append(f"[{holder.body['submit']['text']}]")
    return "\n".join(lines)


def elements(holder: Holder) -> Iterator[tuple[Json, Json]]:
    """Every (block, element) that can be worked."""
    for block in blocks_of(holder):
        for part in elements_of(block):
            yield block, part


def label_of(part: Json) -> str:
    """What stands on a button; "" for other elements."""
    return str(part["text"]["text"]) if part["type"] == "button" else ""


def _title(view: View) -> str:
    return str((view.body.get("title") or {}).get("text", ""))


def _lines(block: Json) -> list[str]:
    kind = block["type"]
    if kind == "header":
        return [_text(block["text"])]
    if kind == "section":
        found = [_text(one) for one in ([block["text"]] if "text" in block else []) + list(block.get("fields", []))]
        return found + ([_element(block["accessory"])] if "accessory" in block else [])
    if kind == "context":
        return [one["alt_text"] if one["type"] == "image" else _text(one) for one in block["elements"]]
    if kind == "image":
        return [*([_text(block["title"])] if "title" in block else []), block["alt_text"]]
    if kind == "actions":
        return [_element(one) for one in block["elements"]]
    if kind == "input":
        hint = [_text(block["hint"])] if "hint" in block else []
        return [f"{_text(block['label'])}: {_element(block['element'])}", *hint]
    if kind == "markdown":
        return [plain(block["text"])]
    if kind == "rich_text":
        return ["".join(_spans(block))]
    return []


def _spans(value: Json) -> Iterator[str]:
    for one in value.get("elements", []):
        if one.get("type") in {"text", "link"}:
            yield str(one.get("text") or one.get("url"))
        else:
            yield from _spans(one)


def _text(part: Json) -> str:
    return str(part["text"]) if part["type"] == "plain_text" else plain(part["text"])


def _element(part: Json) -> str:
    if part["type"] == "image":
        return str(part["alt_text"])
    if part["type"] == "button":
        return f"[{label_of(part)}]"
    initial = part.get("initial_value") or (part.get("initial_option") or {}).get("value") or ""
    offered = "/".join(_text(one["text"]) for one in part.get("options", []))
    return f"({part['type']} {part['action_id']}: {initial}{' of ' + offered if offered else ''})"
