"""What a prompt is: its messages, and which opinions they hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

CountTokens = Callable[[str], int]


class Style(StrEnum):
    """How a statement is asked for."""

    ZERO_SHOT = "zero-shot"
    FEW_SHOT = "few-shot"
    REASONED = "reasoned"
    TEMPLATE = "template"
    """As plain text in the template of fine-tuning, for models that were fine-tuned on it."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a chat with a language model; a "text" stands alone and is continued, outside any chat."""

    role: Literal["system", "user", "assistant", "text"]
    content: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """What is sent, and what it holds.

    seen: positions of the opinions that are in, in the order in which they stand. left_out: positions of those
    that did not fit, ascending; blank opinions are in neither. version: the kind of prompt and PROMPT_VERSION.
    fence, canary: tokens that no answer may hold.
    """

    messages: tuple[Message, ...]
    seen: tuple[int, ...]
    left_out: tuple[int, ...]
    version: str
    fence: str
    canary: str


@dataclass(frozen=True, slots=True)
class Example:
    """A question, its opinions and a statement that answers them well."""

    question: str
    opinions: tuple[str, ...]
    statement: str
