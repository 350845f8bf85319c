"""Which side a text takes, of what it names itself or of another text.

The method is an algebra of signs: within a clause every negator ("not", "against"), every reversing verb ("ban",
"reduce") and the clause's value words ("disaster", "benefit") each turn the attitude taken towards the other content
words, so that "do not ban cars" and "banning cars would be a disaster" come out on the same side. The idea of
composing polarity by rule is Moilanen and Pulman (2007), "Sentiment Composition"; ours is smaller and needs no parser.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from engine.language.lexicon import lexicon, stemmed
from engine.language.words import LONGEST, SEGMENT_BREAK, folded, segments, tokens

_LEAD_IN = re.compile(
    r"^(?:(?:i think|i am|i'm|we are|we're|well|oh|really|strongly|totally|completely|fully|firmly|very much)\s+)+"
    r"|\b(?:strongly|totally|completely|fully|firmly)\s+"
)
_IDEA = frozenset({"idea", "thing", "plan", "propos", "agre", "total", "complet", "strong"})
_THE_PROPOSAL = frozenset({"it", "this", "that"})


def attitudes(text: str) -> Mapping[str, float]:
    """The attitude of `text` towards each of its content stems, -1 against .. +1 for.

    A clause in which nothing shows a side counts for 0.2 (naming a thing is weakly for it); a stem in several
    clauses gets their mean. Reversing verbs and value words steer the attitude towards the others.
    """
    return _attitudes(text[:LONGEST])


def stance(text: str, about: str) -> float:
    """How far `text` takes the side of `about`, a question or its position statement: -1 opposes .. +1 supports.

    0 when it cannot tell: nothing in common and no plain answer such as "I agree" or "no way".
    """
    return _stance(text[:LONGEST], about[:LONGEST])


def contradicts(a: str, b: str) -> bool:
    """True when `a` and `b` speak of the same things and take opposite sides."""
    return _alignment(_attitudes(a[:LONGEST]), _attitudes(b[:LONGEST])) <= -0.5


@lru_cache(maxsize=4_096)
def _attitudes(text: str) -> Mapping[str, float]:
    words = lexicon()
    total: dict[str, float] = {}
    times: dict[str, int] = {}
    parts = [_clause(segment) for segment in segments(text)]
    for at, part in enumerate(parts):
        sign, shown = part.sign, part.shown
        if not shown and len(part.stems) <= 2 and len(parts) > 1:
            # A short piece that shows no side ("In the centre," or a list) takes that of what it leads to.
            neighbour = parts[at + 1] if at + 1 < len(parts) else parts[at - 1]
            sign, shown = neighbour.sign, neighbour.shown
        bads = sum(1 for stem in part.stems if stem in words.bad)
        for stem, own in zip(part.stems, part.own, strict=True):
            if stem in words.bad and bads > 1:
                own = 1
            side = (sign * own) * (1.0 if shown else 0.2)
            total[stem] = total.get(stem, 0.0) + side
            times[stem] = times.get(stem, 0) + 1
    return MappingProxyType({stem: value / times[stem] for stem, value in total.items()})


@dataclass(frozen=True, slots=True)
class _Clause:
    """One segment's signs: `sign` of its operators, whether anything showed a side, and its stems' own signs."""

    sign: int
    shown: bool
    stems: tuple[str, ...]
    own: tuple[int, ...]
    """Per stem the sign it contributes itself as a reverser or value word, 1 otherwise."""


def _clause(segment: list[str]) -> _Clause:
    """The sign a segment gives its objects; a reverser right before a bad thing ("reduce pollution") is good."""
    words = lexicon()
    sign = 1
    shown = False
    value = 0
    found: list[str] = []
    own: list[int] = []
    pending = -9
    for at, word in enumerate(segment):
        if word in words.negators:
            sign, shown = -sign, True
            continue
        if word in words.directives:
            shown = True
        if word in words.stop and word != "too":
            continue
        stem = stemmed(word)
        part = 1
        if stem in words.bad and at - pending <= 3:
            sign, value, pending = -sign, value + 1, -9
        elif stem in words.bad:
            value, part = value - 1, -1
        elif stem in words.good:
            value += 1
        elif stem in words.reversers:
            sign, part, shown, pending = -sign, -1, True, at
        elif stem in words.affirmers:
            shown = True
        if word != "too" and (len(word) > 1 or not word.isascii() or word.isdigit()):
            found.append(stem)
            own.append(part)
    if value < 0:
        sign = -sign
    return _Clause(sign, shown or value != 0, tuple(found), tuple(own))


def _alignment(a: Mapping[str, float], b: Mapping[str, float]) -> float:
    """Agreement of sides over the shared objects, -1..1; 0 where too little is shared to compare."""
    shared = _objects(a.keys() & b.keys())
    if not shared:
        return 0.0
    needed = 0.34 * min(len(_objects(a)), len(_objects(b)))
    if len(shared) < needed:
        return 0.0
    products = [a[stem] * b[stem] for stem in shared]
    return sum(products) / len(products)


def _objects(found: Iterable[str]) -> list[str]:
    """The stems that an attitude is about: all, or those that do not merely praise or affirm where there are such."""
    words = lexicon()
    everything = list(found)
    return [stem for stem in everything if stem not in words.good and stem not in words.affirmers] or everything


@lru_cache(maxsize=4_096)
def _stance(text: str, about: str) -> float:
    target = _attitudes(about)
    objects = _objects(target)
    mine = _attitudes(text)
    shared = [stem for stem in objects if stem in mine]
    reply = _reply(text, frozenset(objects))
    if not shared:
        return reply
    products = [(1.0 if target[stem] >= 0 else -1.0) * mine[stem] for stem in shared]
    aligned = sum(products) / len(products)
    if abs(aligned) <= 0.2 and _reverses(target) and not _reverses(dict.fromkeys(shared, 1.0)):
        aligned = 0.0  # it names the object of a ban and shows no side
    coverage = min(1.0, len(shared) / min(len(objects), 2))
    return max(-1.0, min(1.0, coverage * aligned + reply))


def _reverses(found: Mapping[str, float]) -> bool:
    return not lexicon().reversers.isdisjoint(found)


def _reply(text: str, objects: frozenset[str]) -> float:
    """A plain answer to the question in the opening words, such as "Absolutely not" or "that would be a disaster".

    -0.7 .. 0.7. Opening words that name one of `objects`, or anything else, are no plain answer.
    """
    words = lexicon()
    known = words.good | words.bad | words.affirmers | _IDEA
    for piece in SEGMENT_BREAK.split(folded(text[:200]))[:2]:
        said = _LEAD_IN.sub("", piece.strip())
        segment = tokens(said)
        part = _clause(segment)
        if not segment or not objects.isdisjoint(part.stems) or not known.issuperset(part.stems):
            continue
        if words.against_it.match(said):
            return -0.7
        if words.for_it.match(said):
            return 0.7
        if part.stems and segment[0] in _THE_PROPOSAL and not (words.good | words.bad).isdisjoint(part.stems):
            return 0.6 * part.sign
    return 0.0
