"""Text on its way to Slack and back: inert, and read as it was typed.

Source: Slack's documentation, "Formatting text for app surfaces".
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from typing import Any

_MARK = re.compile(r"<(?P<kind>[@#!]?)(?P<what>[^<>|]+)(?:\|(?P<label>[^<>]*))?>")
USER = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^<>]*)?>")


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
