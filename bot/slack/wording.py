"""Text on its way to Slack and back: cut where Slack's limits bite, inert, and read as it was typed.

Source: Slack's documentation, "Formatting text for app surfaces".
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping

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


def mentioned(text: str) -> tuple[str, ...]:
    """Slack's ids of the people whom a text mentions."""
    return tuple(dict.fromkeys(USER.findall(text)))
