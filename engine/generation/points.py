"""The points that members made: near-duplicates merged, each with who holds it."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from engine.generation.asking import Asked
from engine.generation.grammar import looks_english, words
from engine.generation.reading import Role, Said, read
from engine.language import contradicts


@dataclass(frozen=True, slots=True)
class Point:
    """A clause that a statement can use.

    members: positions of the opinions that say it. side: 1 or -1 where it speaks for or against the
    position statement, else 0. place: member and position
    of the wording, the order in which it was said. key: the answer it gives or argues for, for a question whose answers
    exclude each other. merit: what makes it readable and general, higher is better, about -3 to 2.
    """

    text: str
    role: Role
    members: frozenset[int]
    side: int
    weak: bool
    merit: float
    key: frozenset[str]
    stems: frozenset[str]
    place: tuple[int, int]
    answer: str = ""
    """The short answer itself, such as "Lisbon", where the role is ANSWER."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """What the opinions hold. points: most members first. sides: each member's side of the position statement."""

    points: tuple[Point, ...]
    sides: tuple[int, ...]

    def holding(self, side: int) -> frozenset[int]:
        """The members on one side."""
        return frozenset(at for at, one in enumerate(self.sides) if one == side)


_EXTREME = re.compile(
    r"\b(?:every|never|always|all|eliminate|nobody|abolish|destroy|only|worst|disaster|defunct|whole|like)\b|[\"']\w",
    re.I,
)
_ENGLISH_FILL = frozenset("thing way lot someth anyth everyth peopl person idea need want".split())


MOST_PHRASES = 12
"""Phrases of one member that are read; the rest of a very long opinion adds nothing to a short statement."""

LEAST_PHRASES = 3
ALL_PHRASES = 3_000
"""Phrases of a whole group, so that a thousand long opinions take seconds; a member always has LEAST_PHRASES."""


def gather(asked: Asked, opinions: Sequence[str]) -> Gathered:
    """The points of `opinions` ([members] plain texts, "" where a member gave none), most members first."""
    said: list[Said] = []
    sides: list[int] = []
    most = max(LEAST_PHRASES, min(MOST_PHRASES, ALL_PHRASES // max(1, len(opinions))))
    for member, opinion in enumerate(opinions):
        found, side = read(asked, member, opinion, most)
        said.extend(found)
        sides.append(side)
    points = sorted(merged(asked, said), key=lambda one: (one.weak, -len(one.members), -one.merit, min(one.members)))
    return Gathered(tuple(points), tuple(sides))


def merged(asked: Asked, said: list[Said]) -> list[Point]:
    """Points out of phrases: each phrase joins the most similar leader that says the same, or leads itself.

    An inverted index over the rarer stems keeps this near-linear in the number of phrases.
    """
    frequency = Counter(stem for one in said for stem in one.stems)
    total = max(1, len(said))
    weight = {
        stem: math.log(1 + total / times)
        * (0.35 if stem in asked.stems else 1.0)
        * (0.4 if stem in _ENGLISH_FILL else 1.0)
        for stem, times in frequency.items()
    }
    mass = [sum(weight[stem] for stem in one.stems) for one in said]
    order = sorted(range(len(said)), key=lambda at: (said[at].weak, len(said[at].stems) > 9, said[at].member, at))
    leaders: dict[int, list[int]] = {}
    index: defaultdict[str, list[int]] = defaultdict(list)
    for at in order:
        one = said[at]
        shared: defaultdict[int, float] = defaultdict(float)
        for stem in one.stems:
            for leader in index[stem][-300:]:
                shared[leader] += weight[stem]
        best, most = None, 0.0
        for leader, common in shared.items():
            close = _sameness(common, mass[at], mass[leader], one, said[leader])
            if close > most and not contradicts(one.text, said[leader].text):
                best, most = leader, close
        if best is None:
            leaders[at] = [at]
            for stem in one.stems:
                index[stem].append(at)
        else:
            leaders[best].append(at)
    place = {id(one): at for at, one in enumerate(said)}
    return [_point(asked, [said[at] for at in group], weight, place) for group in leaders.values()]


def _sameness(common: float, mine: float, theirs: float, one: Said, leader: Said) -> float:
    """0 where two phrases say different things, else how close they are."""
    if (one.role is Role.CONDITION) != (leader.role is Role.CONDITION):
        return 0.0
    if (one.role is Role.ANSWER) != (leader.role is Role.ANSWER):
        return 0.0
    if one.role is Role.ANSWER:
        alike = len(one.key & leader.key) / max(1, len(one.key | leader.key))
        if one.key & leader.key & _DAYS:
            return max(alike, 0.5)
        return alike if alike > 0.3 and _one_answer(one, leader) else 0.0
    if one.key and leader.key and not one.key & leader.key:
        return 0.0
    if one.side * leader.side < 0:
        return 0.0
    dice = 2 * common / (mine + theirs) if mine + theirs else 0.0
    within = common / min(mine, theirs) if min(mine, theirs) else 0.0
    least = min(len(one.stems), len(leader.stems))
    if dice >= (0.55 if least > 2 else 0.7):
        return dice
    if within >= 0.95 and least >= 3:
        return max(dice, 0.5)
    return 0.0


def _one_answer(one: Said, leader: Said) -> bool:
    """False for amounts and rhythms that differ, such as "weekly" and "every two weeks"."""
    return one.key == leader.key or not any(stem.isdigit() or stem in _NUMBERS for stem in one.key ^ leader.key)


_DAYS = frozenset("monday tuesday wednesday thursday friday saturday sunday".split())
_NUMBERS = frozenset("one two three four five six seven eight nine ten once twice half doubl singl".split())


def _point(asked: Asked, group: list[Said], weight: dict[str, float], place: dict[int, int]) -> Point:
    """One point: the wording closest to what all its members wrote, shorter where that is equal."""
    usable = [one for one in group if not one.weak] or group

    def shared(one: Said) -> float:
        mine = sum(weight[stem] for stem in one.stems)
        score = 0.0
        for other in group[:40]:
            if other.member != one.member:
                theirs = sum(weight[stem] for stem in other.stems)
                score += 2 * sum(weight[stem] for stem in one.stems & other.stems) / (mine + theirs or 1.0)
        return score / max(1, min(40, len(group))) - 0.012 * len(words(one.text))

    chosen_one = max(usable[:60], key=lambda one: (shared(one) + 0.05 * _merit(asked, one), -len(one.text)))
    side = sum(one.side for one in group)
    roles = Counter(one.role for one in usable)
    role = chosen_one.role if chosen_one.role in (Role.ANSWER, Role.CONDITION) else roles.most_common(1)[0][0]
    if role is not chosen_one.role and chosen_one.role is Role.PROPOSAL:
        role = Role.PROPOSAL
    return Point(
        text=chosen_one.text,
        role=role,
        members=frozenset(one.member for one in group),
        side=(side > 0) - (side < 0),
        weak=all(one.weak for one in group),
        merit=_merit(asked, chosen_one),
        key=chosen_one.key,
        stems=chosen_one.stems,
        place=(chosen_one.member, place[id(chosen_one)]),
        answer=chosen_one.answer,
    )


def _merit(asked: Asked, one: Said) -> float:
    """How readable and general a wording is; about -3 to 2."""
    count = len(words(one.text))
    merit = {Role.ANSWER: 1.6, Role.PROPOSAL: 1.2, Role.CONDITION: 0.6, Role.CLAIM: 0.2, Role.CAVEAT: 0.3}[one.role]
    if count > 14:
        merit -= 0.07 * (count - 14)
    if count < 4:
        merit -= 0.5
    merit += 0.25 * min(2, len(one.stems & asked.stems))
    merit -= 0.3 * min(3, len(_EXTREME.findall(one.text)))
    if re.match(r"we would (?:not )?(?:like|love)|we want", one.text):
        merit -= 0.2
    if not looks_english(one.text):
        merit -= 0.4
    return merit - (2.0 if one.weak else 0.0)
