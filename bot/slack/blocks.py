"""Cards as Block Kit: pure functions from a card to payloads that stay within Slack's published limits.

Words of people and models, and everything else we say, travel as plain_text or as rich text's literal text,
so that `<!channel>`, `<@U1>`, links and markup come out as the characters they are. Times alone are mrkdwn,
since only there does Slack write them in the reader's zone. What does not fit a message goes on in the next.

Limits: Slack's Block Kit reference.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from bot.cutting import cut, pieces, width
from bot.platform import Block, Button, Card, Fact, Moment, Note, Picture, Quote, Scale, Style, Text
from bot.slack.wording import escaped

Json = dict[str, Any]

IN_MESSAGE = 50
IN_HOME = 100
IN_ACTIONS = 25
IN_FIELDS = 10
SECTION = 3_000
HEADER = 150
FIELD = 2_000
LABEL = 75
VALUE = 2_000
PAGE = 12_000
"""Characters in the blocks of one message; more are refused with msg_blocks_too_long."""


@dataclass(frozen=True, slots=True)
class Page:
    """One message. text: what notifications and readers without blocks show."""

    text: str
    blocks: list[Json]


@dataclass(frozen=True, slots=True)
class Rendered:
    """A card on Slack: `pages` are messages, `detail` answers in the thread of the first, then the pictures."""

    pages: tuple[Page, ...]
    detail: tuple[Page, ...]
    pictures: tuple[Picture, ...]


@dataclass(frozen=True, slots=True)
class Pressed:
    """What a button carries as data. value: the key of a scale, "" for a button."""

    action: str
    round: str
    target: str
    value: str = ""


def render(card: Card) -> Rendered:
    """The messages a card becomes. An outcome's figures stand in its thread."""
    text = escaped(cut(card.summary, SECTION // 5)) or card.kind
    pictures = tuple(one for one in card.blocks if isinstance(one, Picture))
    said = [one for one in card.blocks if not isinstance(one, Picture)]
    at = next((number for number, one in enumerate(said) if isinstance(one, Fact)), len(said))
    head, rest = (said[:at], said[at:]) if card.kind == "outcome" else (said, [])
    pages = _pages(text, [*block_kit(head), *controls(card.buttons)])
    return Rendered(pages, _pages(text, list(block_kit(rest))) if rest else (), pictures)


def _pages(text: str, blocks: list[Json]) -> tuple[Page, ...]:
    pages: list[list[Json]] = [[]]
    room = PAGE
    for block in blocks:
        size = _size(block)
        if pages[-1] and (len(pages[-1]) == IN_MESSAGE or size > room):
            pages.append([])
            room = PAGE
        pages[-1].append(block)
        room -= size
    return tuple(Page(text, page) for page in pages)


def _size(part: Any) -> int:
    """Characters of text in a block."""
    if isinstance(part, dict):
        return sum(
            width(value) if key == "text" and isinstance(value, str) else _size(value) for key, value in part.items()
        )
    return sum(_size(one) for one in part) if isinstance(part, list) else 0


def block_kit(blocks: Iterable[Block]) -> Iterator[Json]:
    """The blocks of a message or view for blocks of ours, pictures left out."""
    for kind, group in groupby(blocks, key=type):
        if kind is Fact:
            yield from _facts([one for one in group if isinstance(one, Fact)])
        elif kind is Note:
            yield from _small("\n".join(one.text for one in group if isinstance(one, Note)))
        else:
            for one in group:
                yield from _block(one)


def _block(block: Block) -> Iterator[Json]:
    match block:
        case Text(text=text, heading=True) if text.strip() and width(text) <= HEADER and "\n" not in text:
            yield {"type": "header", "text": plain(text)}
        case Text(text=text, heading=True):
            yield from (_rich("rich_text_section", part, bold=True) for part in _parts(text))
        case Text(text=text):
            yield from ({"type": "section", "text": plain(part)} for part in _parts(text))
        case Quote(text=text):
            yield from (_rich("rich_text_quote", part) for part in _parts(text))
        case Moment(label=label, at=at):
            yield from _moment(label, at)


def plain(text: str) -> Json:
    """A text object that shows its characters and nothing else."""
    return {"type": "plain_text", "text": text, "emoji": False}


def _parts(text: str, limit: int = SECTION) -> list[str]:
    return [part for part in pieces(text, limit) if part.strip()]


def _rich(kind: str, text: str, *, bold: bool = False) -> Json:
    part: Json = {"type": "text", "text": text}
    if bold:
        part["style"] = {"bold": True}
    return {"type": "rich_text", "elements": [{"type": kind, "elements": [part]}]}


def _facts(facts: list[Fact]) -> Iterator[Json]:
    fields = [plain(part) for one in facts for part in _parts(f"{one.label}: {one.value}", FIELD)]
    for at in range(0, len(fields), IN_FIELDS):
        yield {"type": "section", "fields": fields[at : at + IN_FIELDS]}


def _small(text: str) -> Iterator[Json]:
    for part in _parts(text, FIELD):
        yield {"type": "context", "elements": [plain(part)]}


def _moment(label: str, at: float) -> Iterator[Json]:
    seconds = int(at)
    fallback = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")
    when = f"<!date^{seconds}^{{date_short_pretty}} {{time}}|{fallback}>"
    *before, last = pieces(label, FIELD // 5) or [""]
    yield from ({"type": "section", "text": plain(part)} for part in before)
    yield {"type": "section", "text": {"type": "mrkdwn", "text": f"{escaped(last)} {when}".strip(), "verbatim": True}}


def controls(found: Iterable[Button | Scale], number: int = 0) -> Iterator[Json]:
    """The blocks of buttons and scales. number: how many stand in the message or view already."""
    for kind, group in groupby(found, key=type):
        if kind is Button:
            buttons = [one for one in group if isinstance(one, Button)]
            for one in buttons:
                if width(one.label) > LABEL:
                    yield from _small(one.label)
            for at in range(0, len(buttons), IN_ACTIONS):
                row = buttons[at : at + IN_ACTIONS]
                yield {"type": "actions", "elements": [_button(one, number + n) for n, one in enumerate(row)]}
                number += len(row)
        else:
            for scale in group:
                if isinstance(scale, Scale):
                    yield from _scale(scale, number)
                    number += 7


def _button(button: Button, number: int) -> Json:
    made: Json = {
        "type": "button",
        "action_id": f"{number}:{button.action}"[:255],
        "text": plain(cut(button.label, LABEL)),
        "value": write_value(Pressed(button.action, button.round, button.target)),
    }
    if button.style is not Style.PLAIN:
        made["style"] = str(button.style)
    return made


def _scale(scale: Scale, number: int) -> Iterator[Json]:
    yield from ({"type": "section", "text": plain(part)} for part in _parts(scale.label))
    keys: list[Json] = []
    for rating in range(1, 8):
        pole = {1: f"1: {scale.low}", 7: f"7: {scale.high}"}.get(rating, str(rating))
        key: Json = {
            "type": "button",
            "action_id": f"{number + rating - 1}:{scale.action}"[:255],
            "text": plain(str(rating)),
            "value": write_value(Pressed(scale.action, scale.round, scale.target, str(rating))),
            "accessibility_label": cut(pole, LABEL),
        }
        if scale.value == rating:
            key["style"] = "primary"
        keys.append(key)
    yield {"type": "actions", "elements": keys}
    yield from _small(f"1 = {scale.low} · 7 = {scale.high}")


def chosen(blocks: Iterable[Json], action_id: str) -> list[Json]:
    """Blocks in which a key was pressed: it stands out, and no other of its row."""
    return [_chosen(block, action_id) for block in blocks]


def _chosen(block: Json, action_id: str) -> Json:
    keys: list[Json] = block.get("elements") or [] if block.get("type") == "actions" else []
    if not any(one.get("action_id") == action_id for one in keys):
        return block
    bare = [{name: value for name, value in one.items() if name != "style"} for one in keys]
    return block | {
        "elements": [one | {"style": "primary"} if one.get("action_id") == action_id else one for one in bare]
    }


def write_value(pressed: Pressed) -> str:
    """A button's data as its value; `read_value` reads it. Raises ValueError where it does not fit."""
    value = json.dumps([pressed.action, pressed.round, pressed.target, pressed.value], ensure_ascii=False)
    if width(value) > VALUE:
        raise ValueError(f"the data of button {pressed.action!r} is {width(value)} characters long and {VALUE} fit")
    return value


def read_value(value: str) -> Pressed | None:
    """The data of a button, None where it is not one of ours."""
    try:
        read = json.loads(value)
    except ValueError:
        return None
    if not isinstance(read, list) or len(read) != 4 or not all(isinstance(one, str) for one in read):
        return None
    return Pressed(*read)
