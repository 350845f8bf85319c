"""Cards as Discord messages: pure functions from a card to payloads that stay within Discord's published limits.

Everything we say travels inert: what people and models wrote shows the characters it is made of, nobody is
pinged and no link is previewed. What does not fit a message goes on in the next; buttons stand under the last.

Limits: Discord's reference, "Create Message" and "Component Reference".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from bot.cutting import cut, pieces
from bot.discord.keys import Pressed, write_key
from bot.discord.wording import inert
from bot.platform import Block, Button, Card, Fact, Moment, Note, Picture, Quote, Scale, Style, Text

Json = dict[str, Any]

CONTENT = 2_000
ROWS = 5
IN_ROW = 5
LABEL = 80
PLACEHOLDER = 150
OPTION = 100
EPHEMERAL = 1 << 6
SUPPRESS_EMBEDS = 1 << 2
STYLES = {Style.PRIMARY: 1, Style.PLAIN: 2, Style.DANGER: 4}
NOBODY: Json = {"parse": [], "replied_user": False}
"""allowed_mentions: whatever a message says, nobody is pinged."""


@dataclass(frozen=True, slots=True)
class Page:
    """One message."""

    content: str
    components: list[Json] = field(default_factory=list)

    def payload(self) -> Json:
        """What is sent to post it or to put it in another one's place."""
        return {
            "content": self.content,
            "components": self.components,
            "allowed_mentions": NOBODY,
            "flags": SUPPRESS_EMBEDS,
        }


@dataclass(frozen=True, slots=True)
class Rendered:
    """A card on Discord: messages in their order, and the pictures that belong to the first."""

    pages: tuple[Page, ...]
    pictures: tuple[Picture, ...]


def render(card: Card) -> Rendered:
    """The messages a card becomes, at least one."""
    pictures = tuple(one for one in card.blocks if isinstance(one, Picture))
    text = markdown(one for one in card.blocks if not isinstance(one, Picture)) or inert(
        cut(card.summary, CONTENT // 4)
    )
    rows = list(rows_of(card.buttons))
    parts = split(text)
    pages = [Page(part) for part in parts[:-1]]
    pages.append(Page(parts[-1], rows[:ROWS]))
    pages += [Page(NUMBER_SIGN, rows[at : at + ROWS]) for at in range(ROWS, len(rows), ROWS)]
    return Rendered(tuple(pages), pictures)


NUMBER_SIGN = "…"
"""The text of a message that only carries further buttons: Discord takes none without any."""


def split(text: str) -> list[str]:
    """A text of ours as contents of messages; joined they are the text, but for space at the cuts.

    A line whose mark (quote, small print) is cut off goes on with its mark.
    """
    found: list[str] = []
    page = ""
    for line in text.split("\n"):
        mark = next((one for one in ("> ", "-# ", "### ") if line.startswith(one)), "")
        body = line.removeprefix(mark)
        for part in pieces(body, CONTENT - 10, "\\") or [""]:
            whole = f"{mark}{part.rstrip() if len(body) > len(part) else part}"
            joined = f"{page}\n{whole}" if page else whole
            if page and _width(joined) > CONTENT:
                found.append(page)
                page = whole
            else:
                page = joined
    return [*found, page] if page.strip() or not found else found


def _width(text: str) -> int:
    return len(text) + sum(character > "\uffff" for character in text)


def markdown(blocks: Iterable[Block]) -> str:
    """Blocks of ours as Discord's markup, in which nothing of what was given is markup."""
    return "\n".join(line for one in blocks for line in _lines(one)).strip("\n")


def _lines(block: Block) -> Iterator[str]:
    match block:
        case Text(text=text, heading=True):
            for line in _marked(text):
                yield f"### {line}" if line else ""
        case Text(text=text):
            yield from _marked(text)
        case Quote(text=text):
            for line in _marked(text):
                yield f"> {line}"
        case Note(text=text):
            for line in _marked(text):
                yield f"-# {line}" if line.strip() else ""
        case Fact(label=label, value=value):
            yield from _marked(f"{label}: {value}")
        case Moment(label=label, at=at):
            yield f"{inert(label)} <t:{int(at)}:f>".strip()


def _marked(text: str) -> list[str]:
    return inert(text).split("\n") if text.strip() else []


def rows_of(controls: Iterable[Button | Scale], first: int = 0) -> Iterator[Json]:
    """Action rows: buttons five to a row, a scale as a menu of its seven keys."""
    number = first
    for kind, group in groupby(controls, key=type):
        if kind is Button:
            buttons = [one for one in group if isinstance(one, Button)]
            for at in range(0, len(buttons), IN_ROW):
                row = buttons[at : at + IN_ROW]
                yield row_of(*(_button(one, number + n) for n, one in enumerate(row)))
                number += len(row)
        else:
            for scale in group:
                if isinstance(scale, Scale):
                    key = write_key(Pressed(scale.action, scale.round, scale.target), number)
                    yield row_of(scale_menu(key, scale.label, scale.low, scale.high, scale.value))
                    number += 1


def row_of(*components: Json) -> Json:
    """An action row."""
    return {"type": 1, "components": list(components)}


def button(custom_id: str, label: str, style: Style = Style.PLAIN, *, disabled: bool = False) -> Json:
    """A button."""
    made: Json = {"type": 2, "style": STYLES[style], "label": cut(label, LABEL), "custom_id": custom_id}
    if disabled:
        made["disabled"] = True
    return made


def _button(one: Button, number: int) -> Json:
    return button(write_key(Pressed(one.action, one.round, one.target), number), one.label, one.style)


def scale_menu(custom_id: str, label: str, low: str, high: str, value: int | None, none: str = "") -> Json:
    """A menu of 1 to 7 between two poles. none: the label of the option that takes a rating off, "" for no such."""
    poles = {1: low, 7: high}
    options: list[Json] = []
    for rating in range(1, 8):
        option: Json = {
            "label": f"{rating} · {poles[rating]}" if rating in poles else str(rating),
            "value": str(rating),
        }
        option["label"] = cut(option["label"], OPTION)
        if rating == value:
            option["default"] = True
        options.append(option)
    if none:
        options.append({"label": cut(none, OPTION), "value": NONE})
    return {
        "type": 3,
        "custom_id": custom_id,
        "placeholder": cut(label, PLACEHOLDER),
        "options": options,
        "min_values": 1,
        "max_values": 1,
    }


NONE = "none"
"""The value of the option that takes a rating off."""
