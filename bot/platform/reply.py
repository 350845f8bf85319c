"""What the person who sent an inbound item sees at once."""

from __future__ import annotations

from dataclasses import dataclass

from bot.platform.card import Card
from bot.platform.form import Form


@dataclass(frozen=True, slots=True)
class Done:
    """Committed; nothing to show at once (what there is to say comes through the outbox)."""


@dataclass(frozen=True, slots=True)
class Whisper:
    """Show this card at once to the person alone, in the place where they acted."""

    card: Card


@dataclass(frozen=True, slots=True)
class OpenForm:
    """Open this form for the person."""

    form: Form


@dataclass(frozen=True, slots=True)
class FieldProblems:
    """The form stays open with these sentences on its fields: (field name, sentence)."""

    problems: tuple[tuple[str, str], ...]


Reply = Done | Whisper | OpenForm | FieldProblems
