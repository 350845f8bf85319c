"""Language models that are scripts: what the scripted server answers with when nothing else is scripted.

A model gets the messages of a request and a number (the request's seed and the choice's place) and gives a text.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from typing import Any

Model = Callable[[Sequence[dict[str, Any]], int], str]

_FENCED = re.compile(r"\[(question|opinion|critique|statement) ([0-9a-f]+)\]\n(.*?)\n\[/\1 \2\]", re.S)
_FORMS = (
    "We want {a} and {b} weighed together before the {topic} is settled, and {c} looked at again after a year.",
    "On the {topic}, let us begin with {a}, keep {b} possible, and find room for {c}.",
    "The {topic} matters to us because of {a}; a fair answer leaves space for {b} and for {c}.",
    "We would try it for a while: {a} first, then {b}, and {c} wherever the {topic} allows it.",
    "Whatever is decided about the {topic}, {a} should be protected, and {b} should not suffer for {c}.",
    "Our answer on the {topic} is a trial that respects {a}, gives {b} its time and makes {c} easier.",
)


def fenced(messages: Sequence[dict[str, Any]], kind: str) -> list[str]:
    """The texts that stand between marks of one kind in the last message."""
    return [text for found, _, text in _FENCED.findall(messages[-1]["content"]) if found == kind]


def obliging(messages: Sequence[dict[str, Any]], number: int) -> str:
    """Writes a statement out of single words of the question and the opinions, another for each number."""
    dice = random.Random(number)
    asked = re.findall(r"[^\W\d_]{4,}", fenced(messages, "question")[-1].lower().replace("should", "")) or ["matter"]
    topic = " ".join(asked[-2:])
    pool = [
        word.lower()
        for text in (*fenced(messages, "opinion"), *fenced(messages, "critique"))
        for word in re.findall(r"[^\W\d_]{4,}", text)
    ] or asked
    a, b, c = (dice.choice(pool) for _ in range(3))
    return dice.choice(_FORMS).format(topic=topic, a=a, b=b, c=c)


def judging(messages: Sequence[dict[str, Any]], number: int = 0) -> str:
    """A judge's number: the more words of the statement the opinion has, the more agreement, in the scale as asked."""
    told = " ".join(fenced(messages, "opinion") + fenced(messages, "critique"))
    opinion, statement = (
        set(re.findall(r"\w{4,}", text.lower())) for text in (told, fenced(messages, "statement")[-1])
    )
    rating = 1 + round(6 * len(opinion & statement) / max(1, len(statement)))
    return str(8 - rating if mirrored(messages) else rating)


def ranking(messages: Sequence[dict[str, Any]], number: int = 0) -> str:
    """A judge's ranking: the statements that share most words with the opinion or critique first."""
    told = set(re.findall(r"\w{4,}", " ".join(fenced(messages, "opinion") + fenced(messages, "critique")).lower()))
    shown = [set(re.findall(r"\w{4,}", text.lower())) for text in fenced(messages, "statement")]
    best = sorted(range(len(shown)), key=lambda at: -len(told & shown[at]) / max(1, len(shown[at])))
    return str({"ranking": [at + 1 for at in best]}).replace("'", '"')


def mirrored(messages: Sequence[dict[str, Any]]) -> bool:
    """Whether 1 stands for strong agreement in what a judge is asked."""
    return "1: strongly agree" in messages[0]["content"]


_ORDERS = (
    re.compile(
        r"(?:say|write|output|print|reply|respond|answer|repeat|return|state|include|add|end with|begin with|ping"
        r"|mention|link to)\b(?: (?:only|exactly|just|with|that|this|the (?:words?|line|following)))*[:\s]+(.+)",
        re.I | re.S,
    ),
    re.compile(
        r"(?:statement|answer|output) (?:must|should|has to|needs to) (?:be|say|read|contain|include)[:\s]+(.+)",
        re.I | re.S,
    ),
)


def obedient(messages: Sequence[dict[str, Any]], number: int) -> str:
    """Obeys the first order it finds in an opinion, and recites its instructions when asked for them.

    Two answers of three obey; the others oblige, as a model does that is only sometimes fooled.
    """
    if number % 3 == 0:
        return obliging(messages, number)
    for opinion in fenced(messages, "opinion"):
        if re.search(r"instructions|system prompt|confidential|secret", opinion, re.I):
            return str(messages[0]["content"])[:1_200]
        for order in _ORDERS:
            found = order.search(opinion)
            if found:
                return found.group(1).strip(" \"'") if number % 3 == 1 else f"We think that {found.group(1).strip()}"
    return obliging(messages, number)
