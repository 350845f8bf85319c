"""Which points a statement is made of, and in which balance: plans, in the order of preference."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from engine.generation.asking import Asked
from engine.generation.grammar import words
from engine.generation.points import Gathered, Point
from engine.generation.reading import Role, points_back
from engine.language import contradicts

LONGEST = 75
"""Words of a statement; more is not read in a chat."""

POOL = 24
"""Points that plans are made of, most members first: enough for 16 different statements."""

TOO_ALIKE = 0.7
"""Two statements whose points overlap more than this (Jaccard) do not differ in content."""


class Frame(StrEnum):
    """The balance of a statement."""

    POINTS = "points"
    FOR = "for"
    AGAINST = "against"
    LEAN_FOR = "lean for"
    LEAN_AGAINST = "lean against"
    BOTH = "both"
    UNDECIDED = "undecided"
    ANSWER = "answer"
    ANSWERS = "answers"
    OPPOSED = "opposed"


@dataclass(frozen=True, slots=True)
class Plan:
    """A statement before it is worded. points: in the order they are said; others: the other side's."""

    frame: Frame
    points: tuple[Point, ...] = ()
    others: tuple[Point, ...] = ()

    @property
    def content(self) -> frozenset[object]:
        """What two plans share when they say the same."""
        balance: set[object] = {self.frame} if self.frame is not Frame.POINTS else set()
        return frozenset(balance | {one.text for one in (*self.points, *self.others)})


def plans(asked: Asked, gathered: Gathered, seed: int) -> Iterable[Plan]:
    """Plans in the order of preference; far more than are needed."""
    dice = random.Random(seed)
    points = [one for one in gathered.points if not one.weak] or list(gathered.points)
    answers = [one for one in points if one.role is Role.ANSWER]
    voiced = [side for side in gathered.sides if side]
    if asked.affirming and voiced and len(voiced) * 3 >= len(gathered.sides):
        yield from _on_position(asked, gathered, points, dice)
        yield from _on_points(
            [
                one
                for one in points
                if one.role is Role.PROPOSAL or (one.role is Role.CLAIM and one.side == 0 and not points_back(one.text))
            ],
            dice,
            asked,
        )
    elif answers:
        yield from _on_answers(points, answers, dice)
        yield from _on_points([one for one in points if one.role is not Role.ANSWER and not one.key], dice, asked)
    else:
        free = [one for one in points if one.role is not Role.CONDITION and not points_back(one.text)]
        yield from _on_points(free or points, dice, asked)


def _on_position(asked: Asked, gathered: Gathered, points: Sequence[Point], dice: random.Random) -> Iterable[Plan]:
    """Plans around a yes/no question's position statement."""
    pro, con = len(gathered.holding(1)), len(gathered.holding(-1))
    major = 1 if pro >= con else -1
    reasons = {
        side: _varied([one for one in points if one.role is Role.CLAIM and one.side == side]) for side in (1, -1)
    }
    proposals = _varied([one for one in points if one.role is Role.PROPOSAL and one.side in (0, major)])
    caveats = _varied([one for one in points if one.role is Role.CAVEAT])
    neutral = _varied([one for one in points if one.role is Role.CLAIM and one.side == 0 and not points_back(one.text)])
    conditions = [one for one in points if one.role is Role.CONDITION][:POOL]
    ours, theirs = reasons[major], reasons[-major]
    firm = Frame.FOR if major > 0 else Frame.AGAINST
    lean = Frame.LEAN_FOR if major > 0 else Frame.LEAN_AGAINST
    split = min(pro, con) > 0
    terms = conditions[:2] if major > 0 else []
    undecided = [*proposals, *neutral]
    between = len(gathered.sides) - pro - con

    if between > max(pro, con) and len(undecided) > 1:
        yield _covering(asked, undecided, undecided[0], 3)
    yield Plan(firm, (*terms, *ours[:1], *([] if terms else caveats[:1])))
    if split:
        yield Plan(Frame.BOTH, tuple(reasons[1][:1]), tuple(reasons[-1][:1]))
        yield Plan(lean, (*terms, *ours[:1], *proposals[:1]), tuple(theirs[:1]))
        yield Plan(lean, tuple(ours[:2]), tuple(theirs[:1]))
    if between * 3 >= len(gathered.sides) and len(undecided) > 1:
        yield _covering(asked, undecided, undecided[0], 3)
        yield Plan(firm, _covering(asked, undecided, undecided[0], 2).points)
    yield Plan(firm, tuple(ours[:2]))
    yield Plan(firm, (*terms, *proposals[:1], *caveats[:1]))
    yield Plan(firm)
    yield Plan(firm, tuple(terms))
    if split:
        if proposals or caveats:
            yield Plan(Frame.UNDECIDED, (*proposals[:2], *(caveats or neutral)[:1]))
        yield Plan(Frame.BOTH, tuple(reasons[1][:2]), tuple(reasons[-1][:2]))
        minor, minor_lean = (Frame.AGAINST, Frame.LEAN_AGAINST) if major > 0 else (Frame.FOR, Frame.LEAN_FOR)
        minor_terms = conditions[:1] if major < 0 else []
        yield Plan(minor, (*minor_terms, *theirs[:2]))
        yield Plan(minor_lean, (*minor_terms, *theirs[:1]), tuple(ours[:1]))
    if proposals:
        yield Plan(Frame.POINTS, (*proposals[:1], *(caveats or neutral)[:1]))
        yield Plan(Frame.POINTS, tuple(proposals[:2]))
    for one in ours[1:8]:
        yield Plan(firm, (*terms, one))
        yield Plan(firm, (*terms, one, *caveats[:1]))
    for one in (*proposals[:8], *caveats[:6], *neutral[:6], *(conditions[1:4] if major > 0 else [])):
        yield Plan(firm, (one,))
        yield Plan(firm, (*ours[:1], one))
    if split:
        for mine, other in zip(reasons[1][1:6], reasons[-1][1:6], strict=False):
            yield Plan(Frame.BOTH, (mine,), (other,))
        for one in proposals[:4]:
            yield Plan(Frame.UNDECIDED, (one,))
        for one in (*proposals[:4], *neutral[:4]):
            yield Plan(Frame.BOTH, (*reasons[1][:1], one), tuple(reasons[-1][:1]))
    pool = [*ours, *proposals, *caveats, *neutral]
    for _ in range(60 if pool else 0):
        picked = dice.sample(pool, min(len(pool), dice.randint(1, 3)))
        leaning = bool(theirs) and dice.random() < 0.4
        yield Plan(lean if leaning else firm, tuple(picked), tuple(dice.sample(theirs, 1)) if leaning else ())


def _varied(points: Sequence[Point]) -> list[Point]:
    """Points in their order, those that mostly repeat an earlier one put last."""
    fresh: list[Point] = []
    repeated: list[Point] = []
    for one in points[:POOL]:
        (repeated if any(_overlap(one, other) > 0.45 for other in fresh) else fresh).append(one)
    return [*fresh, *repeated]


def _overlap(one: Point, other: Point) -> float:
    """The share of the shorter point's stems that the other has too."""
    return len(one.stems & other.stems) / max(1, min(len(one.stems), len(other.stems)))


def opposed(asked: Asked, one: Point, other: Point) -> bool:
    """True when two points take opposite sides of something more than the question's own subject."""
    mine, theirs = one.stems - asked.stems, other.stems - asked.stems
    least = min(len(mine), len(theirs))
    return (
        least > 0
        and len(mine & theirs) >= max(min(2, least), 0.5 * least)
        and not one.members & other.members
        and contradicts(one.text, other.text)
    )


def _on_answers(points: Sequence[Point], answers: Sequence[Point], dice: random.Random) -> Iterable[Plan]:
    """Plans for a question whose answers exclude each other."""
    free = [one for one in points if one.role is not Role.ANSWER and not one.key and not points_back(one.text)][:POOL]

    def why(answer: Point) -> list[Point]:
        held = [one for one in points if one.role is not Role.ANSWER and one.key & answer.key]
        return _varied([one for one in held if " but " not in one.text])

    first = answers[0]
    yield Plan(Frame.ANSWER, (first, *why(first)[:1], *free[:1]))
    if len(answers) > 1:
        second = answers[1]
        yield Plan(Frame.ANSWER, (first, *why(first)[:1]), (second, *why(second)[:1]))
        yield Plan(Frame.ANSWERS, (first, *why(first)[:1]), (second, *why(second)[:1]))
    for answer in answers[:6]:
        yield Plan(Frame.ANSWER, (answer, *why(answer)[:2]))
        yield Plan(Frame.ANSWER, (answer,))
    for answer in answers[1:6]:
        yield Plan(Frame.ANSWER, (answer, *why(answer)[:1]), (first, *why(first)[:1]))
        yield Plan(Frame.ANSWERS, (answer,), (first,))
        yield Plan(Frame.ANSWER, (answer, *why(answer)[:1], *free[:1]))
    for one in free[:6]:
        yield Plan(Frame.ANSWER, (first, one))
        yield Plan(Frame.POINTS, (one,))
    for _ in range(40):
        answer = answers[min(len(answers) - 1, dice.randint(0, 3))]
        pool = [*why(answer), *free]
        yield Plan(Frame.ANSWER, (answer, *dice.sample(pool, min(len(pool), dice.randint(0, 3)))))


def _on_points(points: Sequence[Point], dice: random.Random, asked: Asked) -> Iterable[Plan]:
    """Plans for an open question: points that together speak for many members."""
    pool = list(points[:POOL])
    if not pool:
        return
    pairs = ((one, other) for at, one in enumerate(pool[:16]) for other in pool[at + 1 : 16])
    split = next((pair for pair in pairs if opposed(asked, *pair)), None)
    shared = [one for one in pool if len(one.members) > 1]
    yield _covering(asked, pool, pool[0], 3)
    yield _covering(asked, pool, pool[0], 2)
    if split:
        common = [one for one in pool if one not in split and not any(opposed(asked, one, side) for side in split)]
        yield Plan(Frame.OPPOSED, (split[0], *common[:1]), (split[1],))
        yield Plan(Frame.OPPOSED, (split[0],), (split[1],))
    yield _covering(asked, pool, pool[0], 4)
    if len(shared) > 1:
        yield Plan(Frame.POINTS, tuple(shared[:3]))
    yield Plan(Frame.POINTS, (pool[0],))
    for start in pool[1:8]:
        yield _covering(asked, pool, start, 2)
        yield _covering(asked, pool, start, 3)
    for start in pool[1:6]:
        yield Plan(Frame.POINTS, (start,))
    for kind in (Role.PROPOSAL, Role.CLAIM):
        same = [one for one in pool if one.role is kind]
        if len(same) > 1:
            yield _covering(asked, same, same[0], 3)
    for _ in range(120):
        start = pool[min(len(pool) - 1, int(dice.expovariate(0.35)))]
        yield _covering(asked, [start, *dice.sample(pool, min(len(pool), 5))], start, dice.randint(1, 4))


def _covering(asked: Asked, pool: Sequence[Point], start: Point, size: int) -> Plan:
    """`start` and the points that add most members to it, without contradicting or repeating what is there."""
    chosen = [start]
    length = len(words(start.text))
    while len(chosen) < size:
        covered = frozenset().union(*(one.members for one in chosen))
        best, most = None, 0.0
        for one in pool:
            if one in chosen or length + len(words(one.text)) > LONGEST - 8:
                continue
            value = len(one.members - covered) + 0.35 * (one.merit + 3) + 0.05 * len(one.members)
            value -= 1.5 * max(0.0, max(_overlap(one, other) for other in chosen) - 0.4)
            if value > most and not any(opposed(asked, one, other) for other in chosen):
                best, most = one, value
        if best is None:
            break
        chosen.append(best)
        length += len(words(best.text))
    return Plan(Frame.POINTS, _ordered(chosen))


_RANK = {Role.ANSWER: 0, Role.PROPOSAL: 1, Role.CONDITION: 2, Role.CLAIM: 3, Role.CAVEAT: 4}


def _ordered(points: Iterable[Point]) -> tuple[Point, ...]:
    """Most members first; what to do before what is so."""
    return tuple(sorted(points, key=lambda one: (-len(one.members), _RANK[one.role], one.place)))
