"""What a server says: a chat completion as plain values, and how long it asks to wait."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any


class PromptTooLong(Exception):
    """The prompt and the answer do not fit into the model's context."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What one request brought.

    cut_short: positions of texts that ended because they were too long. tokens: prompt and answers together, None
    where the server does not say. likely: for each text, where log-probabilities were asked for and given, at each
    token the (token, log-probability) pairs that the model held likeliest; else empty.
    """

    texts: tuple[str, ...]
    cut_short: frozenset[int]
    tokens: int | None
    likely: tuple[tuple[tuple[tuple[str, float], ...], ...], ...] = ()


def read(body: str) -> Answers | None:
    """The choices of a chat completion, `body` being its JSON; None where it is none."""
    try:
        told = json.loads(body)
        choices = told["choices"]
        texts = tuple(
            _content(choice["message"].get("content") if "message" in choice else choice["text"]) for choice in choices
        )
        cut = frozenset(at for at, choice in enumerate(choices) if choice.get("finish_reason") == "length")
        likely = tuple(_likely(choice.get("logprobs")) for choice in choices)
        used = (told.get("usage") or {}).get("total_tokens")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return (
        Answers(texts, cut, used if isinstance(used, int) else None, likely if any(likely) else ()) if texts else None
    )


def _likely(told: Any) -> tuple[tuple[tuple[str, float], ...], ...]:
    """At each token of one choice, the likeliest (token, log-probability) pairs; empty where none were given."""
    return tuple(
        tuple((str(one["token"]), float(one["logprob"])) for one in place.get("top_logprobs") or [place])
        for place in (told or {}).get("content") or ()
    )


def _content(content: object) -> str:
    if content is not None and not isinstance(content, str):
        raise TypeError
    return content or ""


def seconds_of(retry_after: str, *, now: str) -> float | None:
    """The seconds that a Retry-After header asks for, as a number or as a date; None where it is neither.

    now: the Date header of the same answer, since clocks differ (RFC 9110, section 10.2.3).
    """
    try:
        seconds = float(retry_after)
        return max(0.0, seconds) if math.isfinite(seconds) else None
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(retry_after) - parsedate_to_datetime(now)).total_seconds())
    except (ValueError, TypeError):
        return None
