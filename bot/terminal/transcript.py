"""A channel of the browser platform as lines of text: what everybody in it could see."""

from __future__ import annotations

import textwrap
from typing import Any

from bot.web import messages
from engine.simulation.rehearsal import Rehearsal
from storage.database import Database

WIDTH = 88
BLOCKS = {"text": "text", "quote": "text", "note": "text", "picture": "alt"}


async def lines(database: Database, channel: str) -> list[str]:
    """The newest page of the channel's messages, oldest first, wrapped to WIDTH columns."""
    shown = await database.read(lambda connection: messages.newest(connection, channel, "", False, None))
    found: list[str] = []
    for one in shown:
        message = messages.message_json(one, "")
        found += _card(message["card"]) if message["card"] else _said(message)
        if message["reactions"]:
            keycaps = "  ".join(f"[{one['emoji']}] x{one['count']}" for one in message["reactions"])
            found.append(f"    {keycaps}")
        found.append("")
    return found


def said_privately(rehearsal: Rehearsal) -> list[str]:
    """What the simulated members wrote to Parley alone, which the channel never sees."""
    found = _wrapped(
        f"{len(rehearsal.members)} simulated members told Parley in private what they think, and the channel "
        "does not see it:",
        "",
    )
    for member in rehearsal.members:
        found += _wrapped(f"{member.name}: {member.opinion}", "    ")
    return [*found, "", "This is what the channel saw:", ""]


def _said(message: dict[str, Any]) -> list[str]:
    return _wrapped(f"{message['name']}: {message['text']}", "")


def _card(card: dict[str, Any]) -> list[str]:
    found = [f"Parley ({card['kind']})"]
    for block in card["blocks"]:
        kind = block["type"]
        if kind == "fact":
            found += _wrapped(f"{block['label']}: {block['value']}", "    ")
        elif kind in BLOCKS:
            mark = "    | " if kind == "quote" else "    "
            found += _wrapped(block[BLOCKS[kind]], mark)
    return found


def _wrapped(text: str, indent: str) -> list[str]:
    return [
        line
        for paragraph in text.splitlines()
        for line in textwrap.wrap(paragraph, WIDTH, initial_indent=indent, subsequent_indent=indent) or [""]
    ]
