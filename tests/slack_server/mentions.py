"""What a text would do to people: mentions that ping, links, and how Slack writes down what somebody types.

Source: Slack's documentation of formatting text for app surfaces.
"""

from __future__ import annotations

import re
from typing import Any

Json = dict[str, Any]

SPECIAL = re.compile(r"<(![a-z]+(?:\^[A-Z0-9]+)?|@[UW][A-Z0-9]+)(?:\|[^>]*)?>")
LINK = re.compile(r"<((?:https?|mailto|tel):[^|>]+)(?:\|[^>]*)?>")
BARE = re.compile(r"(?<![<|\w])https?://[^\s<>|]+")
EMOJI = {
    "👍": ":+1:",
    "👎": ":-1:",
    "❤️": ":heart:",
    "🎉": ":tada:",
    "🔥": ":fire:",
    "🙂": ":slightly_smiling_face:",
    "😂": ":joy:",
    "🤔": ":thinking_face:",
}
LOOSE = re.compile(r"(?<![\w@<])@(channel|here|everyone)\b")


def pings(text: str, *, whole: bool = False) -> list[str]:
    """The mentions in mrkdwn: "!channel", "@U123", "!subteam^S123". whole: link_names or parse=full was given."""
    found = [one for one in SPECIAL.findall(text) if not one.startswith("!date")]
    return found + ([f"!{one}" for one in LOOSE.findall(text)] if whole else [])


def links(text: str, *, verbatim: bool = False) -> list[str]:
    """The addresses that Slack makes clickable in mrkdwn: marked ones, and bare ones unless `verbatim`."""
    marked: list[str] = LINK.findall(text)
    return marked + ([] if verbatim else BARE.findall(LINK.sub("", text)))


def typed(text: str) -> str:
    """What somebody typed, as Slack stores it: control characters escaped, addresses made links, emoji named."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    for sign, name in EMOJI.items():
        escaped = escaped.replace(sign, name)
    return re.sub(r"https?://[^\s<>|]+[^\s<>|.,;:!?]", lambda found: f"<{found[0]}>", escaped)


def rich_text(text: str) -> Json:
    """The block Slack adds to what people type."""
    part = {"type": "text", "text": text}
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [part] if text else []}]}
