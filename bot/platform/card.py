"""A card: a message of ours, as blocks and buttons that every platform renders in its own way."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Style(StrEnum):
    """How a button or a piece of text presents itself."""

    PLAIN = "plain"
    PRIMARY = "primary"
    DANGER = "danger"


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph. `untrusted`: people or a model wrote it, so it must come out inert (no pings, no markup)."""

    text: str
    untrusted: bool = False
    heading: bool = False


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of a member or a model, set apart; always inert."""

    text: str


@dataclass(frozen=True, slots=True)
class Fact:
    """A label and a value."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Moment:
    """A label and a time, shown in the reader's zone. `at`: seconds since the epoch, UTC."""

    label: str
    at: float


@dataclass(frozen=True, slots=True)
class Note:
    """Small print."""

    text: str


@dataclass(frozen=True, slots=True)
class Picture:
    """An SVG that platforms without SVG turn into a PNG, with its alt text."""

    svg: str
    alt: str


Block = Text | Quote | Fact | Moment | Note | Picture


@dataclass(frozen=True, slots=True)
class Button:
    """Pressing it sends ButtonPressed(action, round, target). Survives restarts: its identity is its data."""

    action: str
    label: str
    round: str
    target: str = ""
    style: Style = Style.PLAIN


@dataclass(frozen=True, slots=True)
class Scale:
    """Seven buttons in a row, 1 to 7, between two poles; pressing one sends the digit as `value`."""

    action: str
    label: str
    low: str
    high: str
    round: str
    target: str = ""
    value: int | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """A message of ours. `summary` is its one-line text for notifications, logs of the demo and readers.

    seeds: reactions 1..7 to put under it before voting.
    """

    kind: str
    summary: str
    blocks: tuple[Block, ...]
    buttons: tuple[Button | Scale, ...] = ()
    seeds: bool = False
