"""Text on its way to Slack and back: cut where Slack's limits bite, inert, and read as it was typed.

Source: Slack's documentation, "Formatting text for app surfaces".
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from typing import Any

_MARK = re.compile(r"<(?P<kind>[@#!]?)(?P<what>[^<>|]+)(?:\|(?P<label>[^<>]*))?>")
USER = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^<>]*)?>")


def width(text: str) -> int:
    """How long a text is to Slack's clients: in UTF-16 units, which is never less than its characters."""
    return len(text) + sum(character > "\uffff" for character in text)


def pieces(text: str, limit: int) -> list[str]:
    """The text in parts of at most `limit`, cut after a line or a word where possible; joined they are the text."""
    parts: list[str] = []
    while width(text) > limit:
        at = _end(text, limit)
        within = text[:at]
        for gap in ("\n", " "):
            found = within.rfind(gap) + 1
            if found > at // 2:
                at = found
                break
        parts.append(text[:at])
        text = text[at:]
    if text:
        parts.append(text)
    return parts


def cut(text: str, limit: int) -> str:
    """The text, shortened with an ellipsis where it is longer than `limit`; only where the whole stands elsewhere."""
    if width(text) <= limit:
        return text
    return f"{text[: _end(text, limit - 1)].rstrip()}…"


def _end(text: str, limit: int) -> int:
    """How many characters of a text that is too long fit, at least one."""
    used = 0
    for at, character in enumerate(text):
        used += 2 if character > "\uffff" else 1
        if used > limit:
            return max(at, 1)
    return len(text)


def escaped(text: str) -> str:
    """The text for mrkdwn, in which it can neither ping nor link."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def typed(text: str, names: Mapping[str, str]) -> str:
    """What somebody typed, out of what Slack made of it: links and mentions as they read.

    names: how the people mentioned are called, by Slack's user id.
    """

    def read(found: re.Match[str]) -> str:
        what, label = found["what"], found["label"]
        match found["kind"]:
            case "@":
                return f"@{names.get(what) or label or what}"
            case "#":
                return f"#{label or what}"
            case "!":
                word = what.partition("^")[0]
                return label or ("" if word == "date" else f"@{word}")
            case _:
                address = what.removeprefix("mailto:").removeprefix("tel:")
                return address if not label or label in what else f"{label} ({what})"

    return html.unescape(_MARK.sub(read, text))


def spoken(blocks: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> str | None:
    """What somebody typed, out of the rich text that Slack keeps of it, with emoji as characters.

    None where there is none, or something in it that only Slack can read.
    """
    if not blocks or any(block.get("type") != "rich_text" for block in blocks):
        return None
    lines: list[str] = []
    for block in blocks:
        for part in block.get("elements") or ():
            if part.get("type") == "rich_text_list":
                lines += [f"- {_run(item, names)}" for item in part.get("elements") or ()]
            else:
                lines.append(_run(part, names))
    return "\n".join(line.removesuffix("\n") for line in lines)


def _run(section: Mapping[str, Any], names: Mapping[str, str]) -> str:
    return "".join(_inline(one, names) for one in section.get("elements") or ())


def _inline(one: Mapping[str, Any], names: Mapping[str, str]) -> str:
    match one.get("type"):
        case "user":
            known = str(one.get("user_id"))
            return f"@{names.get(known, known)}"
        case "usergroup":
            return f"@{one.get('usergroup_id')}"
        case "channel":
            return f"#{one.get('channel_id')}"
        case "broadcast":
            return f"@{one.get('range')}"
        case "emoji":
            points = str(one.get("unicode") or "").split("-")
            try:
                return "".join(chr(int(point, 16)) for point in points)
            except (ValueError, OverflowError):
                return f":{one.get('name')}:"
        case "link":
            label, address = str(one.get("text") or ""), str(one.get("url") or "")
            return address if not label or label in address else f"{label} ({address})"
        case _:
            return str(one.get("text") or one.get("fallback") or one.get("value") or "")


def mentioned(text: str) -> tuple[str, ...]:
    """Slack's ids of the people whom a text mentions."""
    return tuple(dict.fromkeys(USER.findall(text)))
