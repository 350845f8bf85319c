"""The points that members made: clauses in the group's voice, near-duplicates merged, each with who holds it."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from engine.generation.asking import Asked, answered, bare_reply, chosen, reply, restates
from engine.generation.grammar import AUXILIARIES, has_finite_verb, is_imperative, looks_english, words
from engine.generation.plain import orders_a_model
from engine.generation.wording import Phrase, Sort, phrase
from engine.language import clauses, contradicts, sentences, stems


class Role(StrEnum):
    """What a point does for the question."""

    ANSWER = "answer"
    PROPOSAL = "proposal"
    CLAIM = "claim"
    CONDITION = "condition"
    CAVEAT = "caveat"


@dataclass(frozen=True, slots=True)
class Point:
    """A clause that a statement can use.

    members: positions of the opinions that say it. side: 1 or -1 where it speaks for or against the
    position statement, else 0. key: the answer it gives or argues for, for a question whose answers
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


@dataclass(slots=True)
class _Said:
    text: str
    role: Role
    member: int
    side: int
    weak: bool
    key: frozenset[str]
    stems: frozenset[str]
    answer: str = ""


_CONDITION = re.compile(
    r"^(?P<main>.*?)[, ]*\b(?P<joint>(?:but )?(?:only if|as long as|so long as|provided that|provided|on condition that|if|unless)) (?P<rest>.+)$", re.I
)
_BECAUSE = re.compile(r"^(?P<main>.+?),? +(?:because|since|cause|as(?! (?:long|soon|well|much|many|an?)\b)) (?P<rest>.+)$", re.I)
_CONTRAST = re.compile(r"^(?:but|however|although|though|still|otherwise|yet|that said)\b|\bhowever\b", re.I)
_WORRY = re.compile(r"\b(?:worr(?:y|ied)|concern(?:ed|s)?|afraid|risk(?:s|y)?|fear|downside|not sure|unsure|problem is|nervous)\b", re.I)
_POINTING = re.compile(r"^(?:it|it's|this|that|they|these|those|he|she|him|her|such|them|their|its|same|otherwise|the former|the latter|neither|both)\b(?! (?:would be|is|are) (?:better|good|best|important|fair|unfair|time|unacceptable|a good idea|possible)\b)", re.I)
_EXTREME = re.compile(r"\b(?:every|never|always|all|eliminate|nobody|abolish|destroy|only|worst|disaster|defunct|whole)\b|\d|[\"']\w", re.I)
_ENGLISH_FILL = frozenset("thing way lot someth anyth everyth peopl person idea need want".split())
_TURN = re.compile(r",? +(?=but )|; +|,? +(?=(?:although|though|however) )")
_LINKING = frozenset("in on at by for from to of with without about through not than as and or which who whose is so".split())
_SUBORDINATE = re.compile(
    r"(?i)^(?:if|when|while|whenever|as|because|since|although|though|even|unless|until|once|with|without|under|given|to|for|in|on|at|by|after"
    r"|before|despite|in order|having|being|\w+ing|where|whether|instead|rather|until|due)\b"
)
MOST_PHRASES = 12
"""Phrases of one member that are read; the rest of a very long opinion adds nothing to a short statement."""


def gather(asked: Asked, opinions: Sequence[str]) -> Gathered:
    """The points of `opinions` ([members] plain texts, "" where a member gave none), most members first."""
    said: list[_Said] = []
    sides: list[int] = []
    for member, opinion in enumerate(opinions):
        found, side = _read(asked, member, opinion)
        said.extend(found)
        sides.append(side)
    merged = _merged(asked, said)
    points = sorted(merged, key=lambda one: (one.weak, -len(one.members), -one.merit, min(one.members)))
    return Gathered(tuple(points), tuple(sides))


def _read(asked: Asked, member: int, opinion: str) -> tuple[list[_Said], int]:
    """One member's phrases, and the side they take on a yes/no question."""
    found: list[_Said] = []
    votes: list[int] = []
    contrast = False
    for sentence in sentences(_titled(asked, opinion)):
        if orders_a_model(sentence):
            continue
        for piece in _pieces(asked, sentence):
            vote = reply(asked, piece)
            if vote:
                votes.append(vote)
            contrast = contrast or _CONTRAST.search(piece) is not None
            found.extend(_phrases(asked, member, piece, contrast, vote))
            if len(found) >= MOST_PHRASES:
                break
    side = votes[0] if votes else 0
    answers = [one.key for one in found if one.role is Role.ANSWER]
    for one in found:
        if one.role is Role.CLAIM and not one.key and len(answers) == 1:
            one.key = answers[0]
            one.weak = one.weak and _POINTING.match(one.text) is None
    for one in found:
        one.side = 0 if one.role in (Role.CAVEAT, Role.CONDITION) or side == 0 else side
    distinct: dict[str, _Said] = {}
    for one in found:
        distinct.setdefault(one.text.lower(), one)
    return list(distinct.values())[:MOST_PHRASES], side


def _pieces(asked: Asked, sentence: str) -> list[str]:
    """The sentence, cut where a reply or a contrast stands beside something of its own."""
    pieces = [sentence]
    if not asked.exclusive and '"' not in sentence:
        pieces = _cut(pieces, _TURN)
        pieces = [cut for piece in pieces for cut in _spliced(piece)]
        if asked.affirming:
            pieces = [cut for piece in pieces for cut in _reply_apart(asked, piece)]
            pieces = [cut for piece in pieces for cut in (clauses(piece) if len(words(piece)) > 9 and not _CONDITION.match(piece) else [piece])]
    mark = sentence.rstrip()[-1:]
    return [one if one.endswith((".", "!", "?")) else one + ("?" if mark == "?" else "") for one in pieces if one.strip()]


def _cut(pieces: list[str], at: re.Pattern[str]) -> list[str]:
    """Pieces cut where both sides can stand alone."""
    cut: list[str] = []
    for piece in pieces:
        start = 0
        for joint in at.finditer(piece):
            left, right = piece[start : joint.start()], piece[joint.end() :]
            if words(left) and _can_open(right) and (has_finite_verb(left) or len(words(left)) <= 4):
                cut.append(left)
                start = joint.end()
        cut.append(piece[start:])
    return cut


def _can_open(right: str) -> bool:
    """True when a text has a subject of its own in front, or is a demand."""
    said = re.sub(r"(?i)^(?:but|although|though|however),? ", "", right.strip())
    first = (words(said.lower()) or [""])[0]
    if first in AUXILIARIES or first in _LINKING or first.endswith("ing"):
        return False
    return has_finite_verb(said) or is_imperative(said)


def _spliced(piece: str) -> list[str]:
    """Two sentences joined by a comma, apart: "We need a course, nobody knows it well"."""
    if _SUBORDINATE.match(piece):
        return [piece]
    for comma in re.finditer(r", +(?=(?:i|we|it|they|this|that|there|people|nobody|everyone|he|she|you|my|our)(?:'\w+)?\b)", piece, re.I):
        left, right = piece[: comma.start()], piece[comma.end() :]
        if has_finite_verb(right) and (has_finite_verb(left) or len(words(left)) <= 6):
            return [left, *_spliced(right)]
    return [piece]


def _reply_apart(asked: Asked, piece: str) -> list[str]:
    """ "We should ban them because they are dangerous" -> the restatement, then the reason."""
    found = _BECAUSE.match(piece)
    if found and (restates(asked, found.group("main")) or bare_reply(asked, found.group("main"))):
        return [found.group("main"), found.group("rest")]
    found = re.match(r"^(?P<main>[^,]+?),? (?:so that|so|and|but) (?P<rest>.+)$", piece) or re.match(r"^(?P<main>[^,]+?), (?P<rest>.+)$", piece)
    if found and (restates(asked, found.group("main")) or bare_reply(asked, found.group("main"))) and has_finite_verb(found.group("rest")):
        return [found.group("main"), found.group("rest")]
    return [piece]


def _phrases(asked: Asked, member: int, piece: str, contrast: bool, vote: int) -> list[_Said]:
    choice = chosen(asked, piece)
    if choice:
        return _choice(asked, member, *choice)
    condition = _CONDITION.match(piece) if asked.affirming else None
    if condition and vote >= 0:
        main = condition.group("main")
        if len(words(main)) <= 1 or restates(asked, main) or reply(asked, main) and len(words(main)) <= 6:
            turned = phrase(condition.group("rest"), asked.names)
            if turned and len(words(turned.text)) <= 20:
                joint = condition.group("joint").lower().removeprefix("but ")
                joint = {"provided": "provided that", "if": "as long as", "only if": "as long as", "so long as": "as long as"}.get(joint, joint)
                return [_said(asked, f"{joint} {turned.text}", Role.CONDITION, member, turned.weak)]
            return []
    turned = phrase(piece, asked.names)
    if turned is None or (asked.affirming and (restates(asked, turned.text) or bare_reply(asked, turned.text) or bare_reply(asked, piece))):
        return []
    role, text, weak = _placed(asked, turned)
    if role is None:
        return []
    if role is Role.CLAIM and asked.affirming and (contrast or _WORRY.search(text)):
        role = Role.CAVEAT
    if role is Role.PROPOSAL and asked.affirming and contrast:
        role = Role.CAVEAT
    return [_said(asked, text, role, member, weak)]


def _placed(asked: Asked, turned: Phrase) -> tuple[Role | None, str, bool]:
    """The role of a phrase, and its text; a short answer is put into the question's own words."""
    if turned.sort is Sort.FRAGMENT:
        clause = answered(asked, turned.text)
        return (Role.PROPOSAL if clause else Role.CLAIM), clause or turned.text, turned.weak or clause is None
    if turned.sort is Sort.CONDITION:
        return Role.CLAIM, turned.text, True
    weak = turned.weak or (_POINTING.match(turned.text) is not None and not asked.affirming)
    return (Role.PROPOSAL if turned.sort is Sort.PROPOSAL else Role.CLAIM), turned.text, weak


def _choice(asked: Asked, member: int, what: str, rest: str) -> list[_Said]:
    """The answer a member chose, and the reason they gave for it."""
    clause = answered(asked, what)
    if clause is None:
        return []
    key = stems(what) - asked.stems or stems(what)
    denies = " should not " in clause
    found = [_said(asked, clause, Role.PROPOSAL if denies else Role.ANSWER, member, False, frozenset() if denies else key)]
    if denies:
        key = frozenset()
    elif asked.slot is not None and clause.startswith(asked.slot.before):
        gap = clause[len(asked.slot.before) :].removesuffix(asked.slot.after)
        found[0].answer = re.sub(r"^(?:in|on|at) (?=[A-Z])", "", gap)
    else:
        found[0].answer = what
    because = re.sub(r"(?i)^(?:because|since|as|so that|so|but) +", "", rest)
    turned = phrase(because, asked.names) if because else None
    if turned and turned.sort not in (Sort.FRAGMENT, Sort.CONDITION):
        weak = turned.weak or len(words(turned.text)) > 20
        found.append(_said(asked, turned.text, Role.CLAIM, member, weak, key))
    return found


def _said(asked: Asked, text: str, role: Role, member: int, weak: bool, key: frozenset[str] = frozenset()) -> _Said:
    return _Said(text, role, member, 0, weak, key, stems(text))


def _titled(asked: Asked, opinion: str) -> str:
    """Names as the question writes them: "LB" and "landbank" become "the Land Bank" where it asks about it."""
    for title in asked.titles:
        parts = title.split()
        initials = "".join(part[0] for part in parts)
        forms = [r"[\s-]?".join(re.escape(part) for part in parts)] + ([initials] if len(initials) > 1 else [])
        the = f"the {title}" in asked.text
        pattern = re.compile(rf"(?<![\w-])(?P<the>the )?(?:{'|'.join(f'(?:{form})' for form in forms)})(?![\w-])", re.I)

        def named(found: re.Match[str], title: str = title, the: bool = the) -> str:
            after = opinion[found.end() :].lower()
            verb = re.match(r"(?:'s)? (?:should|must|needs?|is|has|can|could|will|would|does|seeks|provides|plays)\b", after)
            before = opinion[: found.start()].rstrip()
            starts = not before or before[-1] in ".!?\n"
            linked = re.search(r"\b(?:by|of|on|for|from|with|that|think|believe|and|to)$", before, re.I)
            article = found.group("the") or ("the " if the and ((starts and verb) or (linked and verb)) else "")
            return (article.capitalize() if starts else article.lower()) + title

        opinion = pattern.sub(named, opinion)
    return opinion


def _merged(asked: Asked, said: list[_Said]) -> list[Point]:
    """Points out of phrases: each phrase joins the most similar leader that says the same, or leads itself.

    An inverted index over the rarer stems keeps this near-linear in the number of phrases.
    """
    frequency = Counter(stem for one in said for stem in one.stems)
    total = max(1, len(said))
    weight = {stem: math.log(1 + total / times) * (0.35 if stem in asked.stems else 1.0) * (0.4 if stem in _ENGLISH_FILL else 1.0) for stem, times in frequency.items()}
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
    return [_point(asked, [said[at] for at in group], weight) for group in leaders.values()]


def _sameness(common: float, mine: float, theirs: float, one: _Said, leader: _Said) -> float:
    """0 where two phrases say different things, else how close they are."""
    if (one.role is Role.CONDITION) != (leader.role is Role.CONDITION):
        return 0.0
    if (one.role is Role.ANSWER) != (leader.role is Role.ANSWER):
        return 0.0
    if one.role is Role.ANSWER:
        return 1.0 if one.key & leader.key else 0.0
    if one.key and leader.key and not one.key & leader.key:
        return 0.0
    if one.side * leader.side < 0:
        return 0.0
    dice = 2 * common / (mine + theirs) if mine + theirs else 0.0
    within = common / min(mine, theirs) if min(mine, theirs) else 0.0
    least = min(len(one.stems), len(leader.stems))
    if dice >= (0.55 if least > 2 else 0.7):
        return dice
    if within >= 0.9 and least >= 3 and dice >= 0.4:
        return dice
    return 0.0


def _point(asked: Asked, group: list[_Said], weight: dict[str, float]) -> Point:
    """One point: the wording closest to what all its members wrote, shorter where that is equal."""
    usable = [one for one in group if not one.weak] or group

    def shared(one: _Said) -> float:
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
        answer=chosen_one.answer,
    )


def _merit(asked: Asked, one: _Said) -> float:
    """How readable and general a wording is; about -3 to 2."""
    count = len(words(one.text))
    merit = {Role.ANSWER: 1.5, Role.PROPOSAL: 1.0, Role.CONDITION: 0.6, Role.CLAIM: 0.2, Role.CAVEAT: 0.3}[one.role]
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


__all__ = ["Gathered", "Point", "Role", "gather"]
