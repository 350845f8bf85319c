"""Text on its way to Discord and back: inert, and read as it was typed.

A backslash before a character of markup shows the character; it also keeps addresses and invites from becoming
links, in the clients and in the servers that look for them in a message's raw text. After @ comes a space of no
width besides, since the servers do not read backslashes when they look for mentions.

Source: Discord's reference, "Message Formatting"; its help page "Markdown Text 101".
"""

from __future__ import annotations

import re
from collections.abc import Mapping

NO_WIDTH = "\u200b"

_ALWAYS = re.compile(r"([\\*_~`|\[<])")
_START = re.compile(r"^(\s*)(#{1,3}(?=\s)|>|[-+](?=[\s#])|-#)", re.MULTILINE)
_NUMBERED = re.compile(r"^(\s*\d{1,9})([.)])(?=\s)", re.MULTILINE)
_LINK = re.compile(r"(?<=:)//")
_INVITE = re.compile(r"\b(discord(?:app)?)\.(?=(?:com|gg|me|io|li)\b)", re.IGNORECASE)
_AT = re.compile(r"@(?=[!&]?[\w])")
_UNESCAPE = re.compile(r"\\([^0-9A-Za-z\s])")
_MARK = re.compile(r"<(?P<kind>@!?|@&|#)(?P<id>\d{15,25})>")
_EMOJI = re.compile(r"<a?(?P<name>:\w+:)\d{15,25}>")
_COMMAND = re.compile(r"</(?P<name>[^:>]+):\d{15,25}>")


def inert(text: str) -> str:
    """The text as Discord shows it unchanged: no markup, no link, no invite, no ping."""
    escaped = _ALWAYS.sub(r"\\\1", text)
    escaped = _START.sub(r"\1\\\2", escaped)
    escaped = _NUMBERED.sub(r"\1\\\2", escaped)
    escaped = _LINK.sub(r"\\/\\/", escaped)
    escaped = _INVITE.sub(r"\1\\.", escaped)
    return _AT.sub(f"@{NO_WIDTH}", escaped)


def shown(text: str) -> str:
    """What a reader sees of `inert` text."""
    return _UNESCAPE.sub(r"\1", text).replace(NO_WIDTH, "")


def typed(text: str, names: Mapping[str, str]) -> str:
    """What somebody typed, out of what Discord made of it: mentions and emoji as they read.

    names: how people, roles and channels mentioned are called, by Discord's id.
    """

    def read(found: re.Match[str]) -> str:
        sign = "#" if found["kind"] == "#" else "@"
        return f"{sign}{names.get(found['id'], found['id'])}"

    text = _MARK.sub(read, text)
    text = _EMOJI.sub(lambda found: found["name"], text)
    return _COMMAND.sub(lambda found: f"/{found['name']}", text)
