"""Statements out of points: which points, in which balance, and the sentences that carry them."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from engine.generation.asking import Asked
from engine.generation.grammar import looks_english, words
from engine.generation.points import Gathered, Point, Role
from engine.generation.wording import lower_first, upper_first
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


def statements(asked: Asked, gathered: Gathered, n: int, seed: int) -> list[str]:
    """At most `n` statements that differ in balance and content, best supported first; [] without a usable point."""
    texts: list[str] = []
    taken: list[Plan] = []
    seen: set[str] = set()
    for plan in _plans(asked, gathered, seed):
        if len(texts) >= n:
            break
        if any(_alike(plan, other) for other in taken):
            continue
        text = wording(asked, plan)
        folded = re.sub(r"\W+", " ", text).casefold()
        if not text or len(words(text)) > LONGEST or folded in seen:
            continue
        seen.add(folded)
        taken.append(plan)
        texts.append(text)
    return texts


def _alike(one: Plan, other: Plan) -> bool:
    whole = one.content | other.content
    return len(one.content & other.content) > TOO_ALIKE * len(whole)


def _plans(asked: Asked, gathered: Gathered, seed: int) -> Iterable[Plan]:
    """Plans in the order of preference; far more than are needed."""
    dice = random.Random(seed)
    points = [one for one in gathered.points if not one.weak] or list(gathered.points)
    answers = [one for one in points if one.role is Role.ANSWER]
    voiced = [side for side in gathered.sides if side]
    if asked.affirming and voiced and len(voiced) * 3 >= len(gathered.sides):
        yield from _on_position(gathered, points, dice)
    elif answers:
        yield from _on_answers(points, answers, dice)
    yield from _on_points([one for one in points if one.role is not Role.CONDITION and not (answers and one.key)], dice)


def _on_position(gathered: Gathered, points: Sequence[Point], dice: random.Random) -> Iterable[Plan]:
    """Plans around a yes/no question's position statement."""
    pro, con = len(gathered.holding(1)), len(gathered.holding(-1))
    major = 1 if pro >= con else -1
    reasons = {side: [one for one in points if one.role is Role.CLAIM and one.side == side][:POOL] for side in (1, -1)}
    proposals = [one for one in points if one.role is Role.PROPOSAL and one.side in (0, major)][:POOL]
    caveats = [one for one in points if one.role is Role.CAVEAT][:POOL]
    neutral = [one for one in points if one.role is Role.CLAIM and one.side == 0][:POOL]
    conditions = [one for one in points if one.role is Role.CONDITION][:POOL]
    ours, theirs = reasons[major], reasons[-major]
    firm = Frame.FOR if major > 0 else Frame.AGAINST
    lean = Frame.LEAN_FOR if major > 0 else Frame.LEAN_AGAINST
    split = min(pro, con) > 0
    terms = conditions[:1] if major > 0 else []
    concern = (caveats or neutral)[:1]

    yield Plan(firm, (*terms, *ours[:1], *concern))
    if split:
        yield Plan(Frame.BOTH if pro >= con else Frame.BOTH, tuple(reasons[1][:1]), tuple(reasons[-1][:1]))
        yield Plan(lean, (*terms, *ours[:1], *proposals[:1]), tuple(theirs[:1]))
        yield Plan(lean, tuple(ours[:2]), tuple(theirs[:1]))
    yield Plan(firm, tuple(ours[:2]))
    yield Plan(firm, (*terms, *proposals[:1], *caveats[:1]))
    yield Plan(firm)
    yield Plan(firm, tuple(terms))
    if split:
        if proposals or conditions or neutral:
            yield Plan(Frame.UNDECIDED, (*proposals[:2], *(caveats or neutral)[:1]))
        yield Plan(Frame.BOTH, tuple(reasons[1][:2]), tuple(reasons[-1][:2]))
        minor, minor_lean = (Frame.AGAINST, Frame.LEAN_AGAINST) if major > 0 else (Frame.FOR, Frame.LEAN_FOR)
        minor_terms = conditions[:1] if major < 0 else []
        yield Plan(minor, (*minor_terms, *theirs[:2]))
        yield Plan(minor_lean, (*minor_terms, *theirs[:1], *proposals[:1]), tuple(ours[:1]))
    if proposals:
        yield Plan(Frame.POINTS, (*proposals[:1], *(caveats or neutral or ours)[:1]))
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
        for one in (*proposals[:4], *neutral[:4]):
            yield Plan(Frame.UNDECIDED, (one,))
            yield Plan(Frame.BOTH, (*reasons[1][:1], one), tuple(reasons[-1][:1]))
    for _ in range(60):
        pool = [*ours, *proposals, *caveats, *neutral]
        picked = dice.sample(pool, min(len(pool), dice.randint(1, 3)))
        yield Plan(lean if split and theirs and dice.random() < 0.4 else firm, tuple(picked), tuple(dice.sample(theirs, 1)) if split and theirs else ())


def _on_answers(points: Sequence[Point], answers: Sequence[Point], dice: random.Random) -> Iterable[Plan]:
    """Plans for a question whose answers exclude each other."""
    free = [one for one in points if one.role is not Role.ANSWER and not one.key][:POOL]

    def why(answer: Point) -> list[Point]:
        return [one for one in points if one.role is not Role.ANSWER and one.key & answer.key]

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


def _on_points(points: Sequence[Point], dice: random.Random) -> Iterable[Plan]:
    """Plans for an open question: points that together speak for many members."""
    pool = list(points[:POOL])
    if not pool:
        return
    opposed = next(((a, b) for at, a in enumerate(pool[:16]) for b in pool[at + 1 : 16] if contradicts(a.text, b.text)), None)
    shared = [one for one in pool if len(one.members) > 1]
    yield _covering(pool, pool[0], 3)
    yield _covering(pool, pool[0], 2)
    if opposed:
        common = [one for one in pool if one not in opposed and not any(contradicts(one.text, side.text) for side in opposed)]
        yield Plan(Frame.OPPOSED, (opposed[0], *common[:1]), (opposed[1],))
    yield _covering(pool, pool[0], 4)
    if len(shared) > 1:
        yield Plan(Frame.POINTS, tuple(shared[:3]))
    yield Plan(Frame.POINTS, (pool[0],))
    for start in pool[1:8]:
        yield _covering(pool, start, 2)
        yield _covering(pool, start, 3)
    for start in pool[1:6]:
        yield Plan(Frame.POINTS, (start,))
    for kind in (Role.PROPOSAL, Role.CLAIM):
        same = [one for one in pool if one.role is kind]
        if len(same) > 1:
            yield _covering(same, same[0], 3)
    for _ in range(120):
        start = pool[min(len(pool) - 1, int(dice.expovariate(0.35)))]
        yield _covering([start, *dice.sample(pool, min(len(pool), 5))], start, dice.randint(1, 4))


def _covering(pool: Sequence[Point], start: Point, size: int) -> Plan:
    """`start` and the points that add most members to it, without contradicting or repeating what is there."""
    chosen = [start]
    length = len(words(start.text))
    while len(chosen) < size:
        covered = frozenset().union(*(one.members for one in chosen))
        best, most = None, 0.0
        for one in pool:
            if one in chosen or length + len(words(one.text)) > LONGEST - 8:
                continue
            added = len(one.members - covered)
            value = added + 0.35 * (one.merit + 3) + 0.05 * len(one.members)
            overlap = max(len(one.stems & other.stems) / max(1, min(len(one.stems), len(other.stems))) for other in chosen)
            value -= 1.5 * max(0.0, overlap - 0.4)
            if value > most and not any(contradicts(one.text, other.text) for other in chosen):
                best, most = one, value
        if best is None:
            break
        chosen.append(best)
        length += len(words(best.text))
    return Plan(Frame.POINTS, _ordered(chosen))


_RANK = {Role.ANSWER: 0, Role.PROPOSAL: 1, Role.CONDITION: 2, Role.CLAIM: 3, Role.CAVEAT: 4}


def _ordered(points: Iterable[Point]) -> tuple[Point, ...]:
    """Most members first; what to do before what is so."""
    return tuple(sorted(points, key=lambda one: (-len(one.members), _RANK[one.role], -one.merit, one.text)))


def wording(asked: Asked, plan: Plan) -> str:
    """The plan as a statement: one to five sentences in the first person plural."""
    if plan.frame in (Frame.POINTS, Frame.UNDECIDED, Frame.OPPOSED):
        sentences = _points_worded(asked, plan)
    elif plan.frame is Frame.BOTH:
        sentences = _both_worded(asked, plan)
    elif plan.frame in (Frame.ANSWER, Frame.ANSWERS):
        sentences = _answers_worded(asked, plan)
    else:
        sentences = _side_worded(asked, plan)
    text = " ".join(_finished(one) for one in sentences if one)
    return _as_group(asked, text)


def _side_worded(asked: Asked, plan: Plan) -> list[str]:
    """The position or its denial, with conditions, reasons, caveats, and what the others say."""
    affirmed = plan.frame in (Frame.FOR, Frame.LEAN_FOR)
    main = asked.affirming if affirmed else asked.negating
    side = 1 if affirmed else -1
    conditions = [one for one in plan.points if one.role is Role.CONDITION]
    reasons = [one for one in plan.points if one.role is Role.CLAIM and one.side == side]
    rest = [one for one in plan.points if one not in conditions and one not in reasons]
    if conditions:
        main = f"{main}, {conditions[0].text}"
    elif reasons and len(words(main)) + len(words(reasons[0].text)) <= 34:
        main = f"{main}, because {reasons.pop(0).text}"
    sentences = [main, *_together([one.text for one in reasons])]
    for one in rest:
        if one.role is Role.CAVEAT or (one.role is Role.CLAIM and one.side == 0):
            sentences.append(f"at the same time, {one.text}")
        else:
            sentences.append(_also(one.text) if one.text.startswith("we should ") and main.startswith("we should ") else one.text)
    if plan.frame in (Frame.LEAN_FOR, Frame.LEAN_AGAINST):
        sentences.append(_disagreeing(plan.others))
    return sentences


def _disagreeing(others: Sequence[Point]) -> str:
    if not others:
        return "some of us see it differently"
    return f"some of us see it differently, because {others[0].text}"


def _both_worded(asked: Asked, plan: Plan) -> list[str]:
    pro = [one for one in plan.points if one.side == 1]
    rest = [one for one in plan.points if one.side != 1]
    first = f"some of us think {_that(asked.affirming)}"
    if pro:
        first += f", because {pro[0].text}"
    second = "others think we should not" if asked.affirming.startswith("we should ") else "others disagree"
    if plan.others:
        second += f", because {plan.others[0].text}"
    return [first, *(one.text for one in pro[1:]), second, *(one.text for one in plan.others[1:]), *(one.text for one in rest)]


def _answers_worded(asked: Asked, plan: Plan) -> list[str]:
    answer, *rest = plan.points
    reasons = [one for one in rest if one.key]
    free = [one for one in rest if not one.key]
    if plan.frame is Frame.ANSWERS:
        first = f"some of us would choose {answer.answer}{_because(reasons)}"
        other = plan.others[0]
        second = f"others would choose {other.answer}{_because(plan.others[1:])}"
        joined = f"{first}, while {second}" if len(words(first + second)) <= 22 else None
        return [joined] if joined else [first, second]
    sentences = [answer.text + _because(reasons[:1]), *(one.text for one in reasons[1:])]
    if plan.others:
        sentences.append(f"some of us would rather choose {plan.others[0].answer}{_because(plan.others[1:])}")
    return [*sentences, *(one.text for one in free)]


def _because(points: Sequence[Point]) -> str:
    return f", because {points[0].text}" if points else ""


def _points_worded(asked: Asked, plan: Plan) -> list[str]:
    sentences: list[str] = []
    points = list(plan.points)
    if plan.frame is Frame.UNDECIDED:
        sentences.append("we do not all agree on this yet")
    if plan.frame is Frame.OPPOSED:
        sentences.append(f"some of us think {_that(points.pop(0).text)}, while others think {_that(plan.others[0].text)}")
    return [*sentences, *_together([one.text for one in points])]


def _that(clause: str) -> str:
    """A clause after "think": "that" unless it is short and plain."""
    return clause if clause.startswith(("we ", "it ", "the ", "they ", "there ")) and len(words(clause)) < 14 else f"that {clause}"


_SHARED = re.compile(r"^(.{2,60}?\b(?:should(?: not)?|must(?: not)?|needs? to|ought to|would like to|want to)) (?!not\b)(.+)$", re.I)
_JOINED = re.compile(r",|;|:|\b(?:and|because|if|so|which|instead|rather|but|while|when|or|as|who|that|also)\b", re.I)


def _together(clauses: Sequence[str]) -> list[str]:
    """Clauses as sentences; two short ones with the same subject and modal become one, longer ones say "also"."""
    sentences: list[str] = []
    before = ""
    for clause in clauses:
        found = _SHARED.match(clause)
        start = found.group(1).lower() if found else ""
        if found and start == before and sentences:
            both = len(words(sentences[-1])) + len(words(found.group(2)))
            if both <= 22 and not _JOINED.search(sentences[-1]) and not _JOINED.search(clause) and "not" not in start:
                sentences[-1] = f"{sentences[-1]} and {found.group(2)}"
                before = ""
                continue
            clause = _also(clause)
        sentences.append(clause)
        before = start
    return sentences


def _also(clause: str) -> str:
    """ "we should plan" -> "we should also plan"."""
    return re.sub(r"^(.{2,60}?\b(?:should|must|needs?|ought|would|want))(?! (?:also|not)\b) ", r"\1 also ", clause, count=1)


def _finished(clause: str) -> str:
    """A clause as a sentence."""
    clause = re.sub(r"\bi\b(?!['.])", "I", clause.strip())
    end = "" if clause.endswith(("。", "！", "？")) else "."
    return upper_first(clause.rstrip(".!?; ,")) + end


def _as_group(asked: Asked, text: str) -> str:
    """The statement in the first person plural even where every clause is about something else."""
    if re.search(r"\b(?:we|our|us|ours|ourselves)\b", text, re.I) or not looks_english(text):
        return text
    return f"We think that {lower_first(text, asked.names)}"


__all__ = ["LONGEST", "Frame", "Plan", "statements", "wording"]
