"""Statements out of plans: the sentences that carry them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from engine.generation.asking import Asked
from engine.generation.grammar import has_finite_verb, looks_english, words
from engine.generation.planning import LONGEST, TOO_ALIKE, Frame, Plan, plans
from engine.generation.points import Gathered, Point
from engine.generation.reading import Role
from engine.generation.wording import lower_first, upper_first
from engine.language import sentences, stance


def statements(asked: Asked, gathered: Gathered, n: int, seed: int) -> list[str]:
    """At most `n` statements that differ in balance and content, best supported first; [] without a usable point."""
    texts: list[str] = []
    taken: list[Plan] = []
    seen: set[str] = set()
    for plan in plans(asked, gathered, seed):
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


def wording(asked: Asked, plan: Plan) -> str:
    """The plan as a statement: one to five sentences in the first person plural."""
    if plan.frame in (Frame.POINTS, Frame.UNDECIDED, Frame.OPPOSED):
        lines = _points_worded(asked, plan)
    elif plan.frame is Frame.BOTH:
        lines = _both_worded(asked, plan)
    elif plan.frame in (Frame.ANSWER, Frame.ANSWERS):
        lines = _answers_worded(asked, plan)
    else:
        lines = _side_worded(asked, plan)
    text = " ".join(finished(one) for one in lines if one)
    return as_group(asked, text)


def _side_worded(asked: Asked, plan: Plan) -> list[str]:
    """The position or its denial, with conditions, reasons, caveats, and what the others say."""
    affirmed = plan.frame in (Frame.FOR, Frame.LEAN_FOR)
    main = asked.affirming if affirmed else asked.negating
    side = 1 if affirmed else -1
    conditions = [one for one in plan.points if one.role is Role.CONDITION]
    reasons = [one for one in plan.points if one.role is Role.CLAIM and one.side == side]
    rest = [one for one in plan.points if one not in conditions and one not in reasons]
    if conditions:
        main = f"{main}, {_joint(conditions)}"
    elif reasons and len(words(main)) + len(words(reasons[0].text)) <= 34:
        main = f"{main}, because {reasons.pop(0).text}"
    lines = [main, *_together([one.text for one in reasons])]
    for one in rest:
        against = one.role is Role.CAVEAT or (one.role is Role.CLAIM and side * stance(one.text, asked.affirming) < 0)
        if against and not any(done.startswith("at the same time") for done in lines):
            lines.append(f"at the same time, {one.text}")
        elif not affirmed and one.role is Role.PROPOSAL and "instead" not in one.text and one.side == 0:
            lines.append(f"instead, {one.text}")
        else:
            lines.append(
                _also(one.text)
                if affirmed and one.text.startswith("we should ") and main.startswith("we should ")
                else one.text
            )
    if plan.frame in (Frame.LEAN_FOR, Frame.LEAN_AGAINST):
        lines.append(_disagreeing(plan.others))
    return lines


def _joint(conditions: Sequence[Point]) -> str:
    """Two short conditions with the same joining words as one."""
    first, *more = (one.text for one in conditions)
    start = "as long as "
    if more and first.startswith(start) and more[0].startswith(start) and len(words(first + more[0])) <= 22:
        return f"{first} and {more[0].removeprefix(start)}"
    return first


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
    return [
        first,
        *(one.text for one in pro[1:]),
        second,
        *(one.text for one in plan.others[1:]),
        *(one.text for one in rest),
    ]


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
    lines = [answer.text + _because(reasons[:1]), *(one.text for one in reasons[1:])]
    if plan.others:
        lines.append(f"some of us would rather choose {plan.others[0].answer}{_because(plan.others[1:])}")
    return [*lines, *(one.text for one in free)]


def _because(points: Sequence[Point]) -> str:
    return f", because {points[0].text}" if points else ""


def _points_worded(asked: Asked, plan: Plan) -> list[str]:
    lines: list[str] = []
    points = list(plan.points)
    if plan.frame is Frame.UNDECIDED:
        lines.append("we do not all agree on this yet")
    if plan.frame is Frame.OPPOSED:
        lines.append(f"some of us {_held(points.pop(0).text)}, while others {_held(plan.others[0].text)}")
    slot = asked.slot
    short = [one for one in points if one.answer and slot is not None]
    if slot is not None and len(short) > 1 and all(len(words(one.answer)) <= 7 for one in short[:2]):
        first, second = short[:2]
        link = "or" if slot.kind == "what one" else "and"
        at = points.index(first)
        joined = f"{slot.before}{first.answer} {link} {second.answer}{slot.after}"
        rest = [one for one in points[at + 1 :] if one is not second]
        return [*lines, *_together([*(one.text for one in points[:at]), joined, *(one.text for one in rest)])]
    return [*lines, *_together([one.text for one in points])]


def _held(clause: str) -> str:
    """ "want a park" for "we want a park", else "think" and the clause."""
    own = re.match(r"we (?=(?:want|need|prefer|support|oppose|favour|would (?:like|love|prefer))\b)", clause)
    return clause[own.end() :] if own else f"think {_that(clause)}"


def _that(clause: str) -> str:
    """A clause after "think": "that" unless it is short and plain."""
    return (
        clause
        if clause.startswith(("we ", "it ", "the ", "they ", "there ")) and len(words(clause)) < 14
        else f"that {clause}"
    )


_SHARED = re.compile(
    r"^(.{2,60}?\b(?:should(?: not)?|must(?: not)?|needs? to|ought to|would like to|want to)) (?!not\b)(.+)$", re.I
)
_JOINED = re.compile(r",|;|:|\b(?:and|because|if|so|which|instead|rather|but|while|when|or|as|who|that|also)\b", re.I)


def _together(clauses: Sequence[str]) -> list[str]:
    """Clauses as sentences; two short ones with the same subject and modal become one, longer ones say "also"."""
    lines: list[str] = []
    before = ""
    for clause in clauses:
        found = _SHARED.match(clause)
        start = found.group(1).lower() if found else ""
        if found and start == before and lines:
            both = len(words(lines[-1])) + len(words(found.group(2)))
            if both <= 22 and not _JOINED.search(lines[-1]) and not _JOINED.search(clause) and "not" not in start:
                lines[-1] = f"{lines[-1]} and {found.group(2)}"
                before = ""
                continue
            clause = _also(clause)
        lines.append(clause)
        before = start
    return lines


def _also(clause: str) -> str:
    """ "we should plan" -> "we should also plan"."""
    return re.sub(
        r"^(.{2,60}?\b(?:should|must|needs?|ought|would|want))(?! (?:also|not)\b) ", r"\1 also ", clause, count=1
    )


def finished(clause: str) -> str:
    """A clause as a sentence."""
    clause = re.sub(r"\bi\b(?!['.])", "I", clause.strip())
    end = "" if clause.endswith(("。", "！", "？")) else "."
    return upper_first(clause.rstrip(".!?; ,")) + end


def as_group(asked: Asked, text: str) -> str:
    """The statement in the first person plural even where every clause is about something else."""
    if re.search(r"\b(?:we|our|us|ours|ourselves)\b", text, re.I) or not looks_english(text):
        return text
    said = sentences(text)
    if not any(has_finite_verb(one) for one in said):
        return text
    at = next((at for at, one in enumerate(said) if not _SUBORDINATE.match(one)), 0)
    return " ".join([*said[:at], f"We think that {lower_first(said[at], asked.names)}", *said[at + 1 :]])


_SUBORDINATE = re.compile(
    r"(?:if|when|while|whenever|as|because|since|although|though|even|unless|until|once|with|without|under|given|to|for"
    r"|in|on|at|by|after|before|despite|assuming|whether|where|instead|rather|due|considering)\b",
    re.I,
)
