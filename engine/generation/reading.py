"""One member's opinion as phrases in the group's voice, and the side it takes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from engine.generation.asking import Asked
from engine.generation.grammar import AUXILIARIES, classes, has_finite_verb, is_imperative, words
from engine.generation.orders import parted
from engine.generation.replying import answered, bare_reply, chosen, only_judges, reply, restates
from engine.generation.wording import Phrase, Sort, phrase
from engine.language import clauses, stems


class Role(StrEnum):
    """What a point does for the question."""

    ANSWER = "answer"
    PROPOSAL = "proposal"
    CLAIM = "claim"
    CONDITION = "condition"
    CAVEAT = "caveat"


@dataclass(slots=True)
class Said:
    text: str
    role: Role
    member: int
    side: int
    weak: bool
    key: frozenset[str]
    stems: frozenset[str]
    answer: str = ""


_CONDITION = re.compile(
    r"^(?P<main>.*?)[, ]*\b(?P<joint>(?:but )?(?:only if|as long as|so long as|provided that|provided"
    r"|on condition that|if|unless)) (?P<rest>.+)$",
    re.I,
)
_BECAUSE = re.compile(
    r"^(?P<main>.+?),? +(?:because|since|cause|as(?! (?:long|soon|well|much|many|an?)\b)) (?P<rest>.+)$", re.I
)
_WHY = re.compile(
    r"^(?:because|since|as(?! (?:long|soon|well|much|many|an?)\b)|so that|so(?! (?:long|far)\b)|but) +", re.I
)
_CONTRAST = re.compile(r"^(?:but|however|although|though|still|yet|that said)\b|\bhowever\b", re.I)
_WORRY = re.compile(
    r"\b(?:worr(?:y|ied)|concern(?:ed|s)?|afraid|risk(?:s|y)?|fear|downside|not sure|unsure|problem is|nervous)\b", re.I
)
_DOWNSIDE = re.compile(
    r"\b(?:slow\w*|expensive|too (?:many|much|hard|late|early|costly|complicated|long)|waste|exhausting|tiring"
    r"|problems?"
    r"|harder|hurts?|harm\w*|los(?:e|es|ing)|costs? (?:money|too|more)|difficult|annoying|unfair)\b",
    re.I,
)
_POINTING = re.compile(
    r"^(?:it|it's|this|that|they|these|those|he|she|him|her|such|them|their|its|same|otherwise|the former"
    r"|the latter|neither|both)\b(?! (?:would be|is|are) (?:better|good|best|important|fair|unfair|time"
    r"|unacceptable|a good idea|possible)\b)",
    re.I,
)
_TURN = re.compile(r",? +(?=but )|; +|,? +(?=(?:although|though|however) )")
_LINKING = frozenset(
    "in on at by for from to of with without about through not than as and or which who whose is so".split()
)
_SUBORDINATE = re.compile(
    r"(?i)^(?:if|when|while|whenever|as|because|since|although|though|even|unless|until|once|with|without|under"
    r"|given|to|for|in|on|at|by|after"
    r"|before|despite|in order|having|being|\w+ing|where|whether|instead|rather|until|due)\b"
)
_LONGEST_SENTENCE = 600
"""Characters of one sentence that are read."""


def read(asked: Asked, member: int, opinion: str, most: int) -> tuple[list[Said], int]:
    """At most `most` phrases of one member, and the side they take on a yes/no question."""
    found: list[Said] = []
    votes: list[int] = []
    contrast = False
    for sentence in parted(_titled(asked, opinion), asked.text)[0][: 2 * most]:
        if len(found) >= most:
            break
        for piece in _pieces(asked, sentence[:_LONGEST_SENTENCE]):
            vote = reply(asked, piece)
            if vote:
                votes.append(vote)
            contrast = contrast or _CONTRAST.search(piece) is not None
            found.extend(_phrases(asked, member, piece, contrast, vote))
    side = votes[0] if votes else 0
    answers = [one.key for one in found if one.role is Role.ANSWER]
    for one in found:
        if one.role is Role.CLAIM and not one.key and len(answers) == 1:
            one.key = answers[0]
            one.weak = one.weak and _POINTING.match(one.text) is None
    for one in found:
        if one.role is Role.CLAIM and not side and asked.affirming and _DOWNSIDE.search(one.text):
            one.role = Role.CAVEAT
        if one.role is Role.CAVEAT and side < 0 and _WORRY.search(one.text):
            one.role = Role.CLAIM
        one.side = 0 if one.role in (Role.CAVEAT, Role.CONDITION) or side == 0 else side
    distinct: dict[str, Said] = {}
    for one in found:
        distinct.setdefault(one.text.lower(), one)
    return list(distinct.values())[:most], side


def _pieces(asked: Asked, sentence: str) -> list[str]:
    """The sentence, cut where a reply or a contrast stands beside something of its own."""
    pieces = [sentence]
    if not asked.exclusive and '"' not in sentence:
        pieces = _cut(pieces, _TURN)
        pieces = [cut for piece in pieces for cut in _spliced(piece)]
        if asked.affirming:
            pieces = [cut for piece in pieces for cut in _reply_apart(asked, piece)]
            pieces = [cut for piece in pieces for cut in _clauses(piece)]
    mark = sentence.rstrip()[-1:]
    return [
        one if one.endswith((".", "!", "?")) else one + ("?" if mark == "?" else "") for one in pieces if one.strip()
    ]


def _clauses(piece: str) -> list[str]:
    """The clauses of a piece, where cutting leaves each with a subject and a verb."""
    if len(words(piece)) <= 9 or _CONDITION.match(piece):
        return [piece]
    found = clauses(piece)
    sound = all(has_finite_verb(one) and words(one)[-1].lower() not in AUXILIARIES for one in found)
    return found if sound and all(_can_open(one) for one in found[1:]) else [piece]


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
    if classes(first) == {"VERB"} and not is_imperative(said):
        return False
    return has_finite_verb(said) or is_imperative(said)


def _spliced(piece: str) -> list[str]:
    """Two sentences joined by a comma, apart: "We need a course, nobody knows it well"."""
    if _SUBORDINATE.match(piece):
        return [piece]
    for comma in re.finditer(
        r", +(?=(?:i|we|it|they|this|that|there|people|nobody|everyone|he|she|you|my|our)(?:'\w+)?\b)", piece, re.I
    ):
        left, right = piece[: comma.start()], piece[comma.end() :]
        if has_finite_verb(right) and (has_finite_verb(left) or len(words(left)) <= 6):
            return [left, *_spliced(right)]
    return [piece]


def _reply_apart(asked: Asked, piece: str) -> list[str]:
    """ "We should ban them because they are dangerous" -> the restatement, then the reason."""
    found = _BECAUSE.match(piece)
    if found and (restates(asked, found.group("main")) or bare_reply(asked, found.group("main"))):
        return [found.group("main"), found.group("rest")]
    found = re.match(r"^(?P<main>[^,]+?),? (?:so that|so(?! (?:long|far)\b)|and|but) (?P<rest>.+)$", piece) or re.match(
        r"^(?P<main>[^,]+?), (?P<rest>.+)$", piece
    )
    if (
        found
        and (restates(asked, found.group("main")) or bare_reply(asked, found.group("main")))
        and has_finite_verb(found.group("rest"))
    ):
        return [found.group("main"), found.group("rest")]
    return [piece]


def _phrases(asked: Asked, member: int, piece: str, contrast: bool, vote: int) -> list[Said]:
    choice = chosen(asked, piece)
    if choice:
        return _choice(asked, member, *choice)
    condition = _CONDITION.match(piece) if asked.affirming else None
    if condition and vote >= 0:
        main = condition.group("main")
        if len(words(main)) <= 1 or restates(asked, main) or reply(asked, main) and len(words(main)) <= 6:
            turned = phrase(_supposed(condition.group("rest"), main), asked.names)
            if turned and len(words(turned.text)) <= 20:
                joint = condition.group("joint").lower().removeprefix("but ")
                joint = {
                    "provided": "provided that",
                    "if": "as long as",
                    "only if": "as long as",
                    "so long as": "as long as",
                }.get(joint, joint)
                return [_said(asked, f"{joint} {turned.text}", Role.CONDITION, member, turned.weak)]
            return []
    turned = phrase(piece, asked.names)
    if turned is not None and turned.sort is Sort.FRAGMENT and only_judges(turned.text):
        return []
    if turned is None or (
        asked.affirming and (restates(asked, turned.text) or bare_reply(asked, turned.text) or bare_reply(asked, piece))
    ):
        return []
    role, text, weak = _placed(asked, turned)
    if role is Role.CLAIM and asked.affirming and (contrast or _WORRY.search(text)):
        role = Role.CAVEAT
    if role is Role.PROPOSAL and asked.affirming and contrast:
        role = Role.CAVEAT
    made = _said(asked, text, role, member, weak)
    if (
        turned.sort is Sort.FRAGMENT
        and asked.slot is not None
        and text.startswith(asked.slot.before)
        and asked.slot.kind in ("what", "what one", "for")
    ):
        made.answer = text[len(asked.slot.before) :].removesuffix(asked.slot.after)
    return [made]


def _supposed(rest: str, main: str) -> str:
    """What is supposed, without what follows from it where a sentence opens with its condition."""
    before, _, after = rest.partition(", ")
    return before if not main.strip() and has_finite_verb(before) and has_finite_verb(after) else rest


def _placed(asked: Asked, turned: Phrase) -> tuple[Role, str, bool]:
    """The role of a phrase, and its text; a short answer is put into the question's own words."""
    if turned.sort is Sort.FRAGMENT:
        clause = answered(asked, turned.text)
        return (Role.PROPOSAL if clause else Role.CLAIM), clause or turned.text, turned.weak or clause is None
    if asked.exclusive and re.match(r"(?:any|some)(?:where|time|thing)\b|wherever|whenever", turned.text):
        return Role.PROPOSAL, answered(asked, turned.text) or turned.text, turned.weak
    if turned.sort is Sort.CONDITION:
        return Role.CLAIM, turned.text, True
    if turned.text.startswith("otherwise "):
        return Role.CLAIM, turned.text, turned.weak or not asked.affirming
    lost = re.search(r"\b(?:it|them)\b", turned.text) is not None and len(words(turned.text)) <= 6
    weak = turned.weak or (not asked.affirming and not asked.exclusive and (lost or points_back(turned.text)))
    return (Role.PROPOSAL if turned.sort is Sort.PROPOSAL else Role.CLAIM), turned.text, weak


def _choice(asked: Asked, member: int, what: str, rest: str) -> list[Said]:
    """The answer a member chose, and the reason they gave for it."""
    clause = answered(asked, what)
    if clause is None:
        return []
    key = stems(what) - asked.stems or stems(what)
    denies = " should not " in clause
    found = [
        _said(asked, clause, Role.PROPOSAL if denies else Role.ANSWER, member, False, frozenset() if denies else key)
    ]
    if denies:
        key = frozenset()
    elif asked.slot is not None and clause.startswith(asked.slot.before):
        gap = clause[len(asked.slot.before) :].removesuffix(asked.slot.after)
        found[0].answer = re.sub(r"^(?:in|on|at) (?=[A-Z])", "", gap)
    else:
        found[0].answer = what
    because = _WHY.sub("", rest)
    turned = phrase(because, asked.names) if because and not because.lower().startswith("as soon as ") else None
    if turned and turned.sort not in (Sort.FRAGMENT, Sort.CONDITION):
        weak = turned.weak or len(words(turned.text)) > 20
        free = rest.lower().startswith("but ") or turned.sort is Sort.PROPOSAL
        role = Role.PROPOSAL if turned.sort is Sort.PROPOSAL else Role.CLAIM
        found.append(_said(asked, turned.text, role, member, weak, frozenset() if free else key))
    return found


def _said(asked: Asked, text: str, role: Role, member: int, weak: bool, key: frozenset[str] = frozenset()) -> Said:
    return Said(text, role, member, 0, weak, key, stems(text))


def _titled(asked: Asked, opinion: str) -> str:
    """Names as the question writes them: "LB" and "landbank" become "the Land Bank" where it asks about it."""
    opinion = re.sub(r"(?i)\b(min|max)\. ?(?=(?:of )?\d|of\b)", lambda found: found.group(1) + "imum ", opinion)
    for title in asked.titles:
        parts = title.split()
        initials = "".join(part[0] for part in parts)
        forms = [r"[\s-]?".join(re.escape(part) for part in parts)] + ([initials] if len(initials) > 1 else [])
        the = len(re.findall(rf"\bthe {title}\b(?! of\b)", asked.text)) == asked.text.count(title)
        pattern = re.compile(rf"(?<![\w-])(?P<the>the )?(?:{'|'.join(f'(?:{form})' for form in forms)})(?![\w-])", re.I)

        opinion = pattern.sub(partial(_named, title, the), opinion)
    return opinion


def _named(title: str, the: bool, found: re.Match[str]) -> str:
    """The name as the question writes it, with its article where the sentence lacks one."""
    before, after = found.string[: found.start()].rstrip(), found.string[found.end() :].lower()
    verb = re.match(
        r"(?:'s)? (?:should|must|needs?|is|has|can|could|will|would|does|seeks|provides|plays)\b|'s ", after
    )
    starts = not before or before[-1] in ".!?\n"
    linked = re.search(r"\b(?:by|of|on|for|from|with|that|think|believe|and|to)$", before, re.I)
    article = found.group("the") or ("the " if the and verb and (starts or linked) else "")
    return (article.capitalize() if starts else article.lower()) + title


def points_back(text: str) -> bool:
    """True for a clause that opens with a word for something said before it, such as "it" or "they"."""
    return _POINTING.match(text) is not None
