"""What a question becomes: its kind and, when the rule is sure, its position statement."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class PositionStatement:
    """A yes/no question said declaratively, and its denial; each one sentence with a capital and a period."""

    affirming: str
    negating: str


class QuestionKind(StrEnum):
    """YES_NO can be answered by agreeing, OPEN cannot, UNSURE is for the moderator to say."""

    YES_NO = "yes/no"
    OPEN = "open"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Derived:
    """The kind of a question; `statement` is there exactly when the kind is YES_NO."""

    kind: QuestionKind
    statement: PositionStatement | None
