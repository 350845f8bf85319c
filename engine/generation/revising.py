"""The next statement out of the last one and what members said about it.

Source of the step: Tessler et al. 2024 (critique and revision); the rules are ours.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from engine.generation.asking import Asked
from engine.generation.composing import as_group, finished
from engine.generation.grammar import has_finite_verb, words
from engine.generation.orders import OF_A_STATEMENT, orders_a_model
from engine.generation.plain import plain
from engine.generation.planning import LONGEST
from engine.generation.points import Gathered, Point, merged
from engine.generation.reading import Role, Said, points_back
from engine.generation.wording import lower_first, phrase
from engine.language import contradicts, sentences, stems

_REMOVE = re.compile(
    r"\b(?:remov\w+|delet\w+|drop(?:ped)?|take (?:it |that |this )?out|leave (?:it |that |this )?out"
    r"|cut (?:out)?|strike|get rid of|lose)\b"
    r"|\b(?:do not|don't|does not|doesn't|should not|shouldn't|cannot|can't|no need to|not) (?:need to |have to "
    r"|really )?"
    r"(?:agree|like|say|mention|include|support|want|accept|believe|think|promise|claim|call)\b"
    r"|\b(?:disagree|object|oppose|untrue|not true|wrong|incorrect|false|misleading|unfair|too strong"
    r"|exaggerat\w+|unnecessary|irrelevant|goes too far)\b",
    re.I,
)
_REQUEST = re.compile(
    r"^(?:.*?\b(?:(?:it|this|the statement|we|you) )?(?:should|could|must|needs? to|ought to|please"
    r"|would like (?:it|us|the statement) to|want (?:it|us|the statement) to|can (?:we|you|it))?"
    r" ?(?:also |at least )?\b(?:mention(?:s|ed)?|include(?:s|d)?|add(?:s|ed)?|say(?! (?:so|no))|state|note"
    r"|address(?:ed)?|acknowledge|cover|talk about|speak of|consider|emphasi[sz]e|stress|make (?:it )?clear"
    r"|specify|clarify|spell out)"
    r"|.*?\b(?:missing(?: is)?|nothing (?:is said )?about|no mention of|forgets|ignores|leaves out|lacks"
    r"|overlooks|says nothing about|silent (?:on|about)|what about|how about)"
    r"|.*?\b(?:does not|doesn't|did not|didn't) (?:mention|say anything about|address|include|cover|consider"
    r"|talk about))"
    r"(?: (?:something |anything |a (?:line|sentence|word|point) )?(?:about|on)?)?(?::| that"
    r"| also)? +(?P<what>[^.!?]+)",
    re.I,
)
_SHORTER = re.compile(r"\b(?:too long|shorter|more concise|too wordy|briefer|shorten)\b", re.I)
_PRAISE = re.compile(
    r"^(?:(?:i|we) (?:really |fully |mostly |still )?(?:like|agree|love|support|am happy|'m happy)|(?:it |this "
    r"|that )?(?:looks|sounds|is|seems) (?:good|great|fine|fair|ok|okay|right|perfect)|(?:all )?good|great|fine"
    r"|perfect|well (?:put|said)|nothing|none|no (?:changes|comment|critique|objection)s?)\b",
    re.I,
)
_NOISE = frozenset(
    "remov delet drop part statement sentenc bit line word mention say agre disagre like wrong "
    "true add includ also need".split()
)
_TAIL = re.compile(r",? (?=(?:because|as long as|while|although|unless|so that|provided that|but) )", re.I)


@dataclass(frozen=True, slots=True)
class _Segment:
    """A part of the previous statement that can be taken out by itself; a tail goes with its head."""

    text: str
    sentence: int
    head: bool
    stems: frozenset[str]


def revised(asked: Asked, previous: str, critiques: Sequence[str], gathered: Gathered, n: int) -> list[str]:
    """At most `n` statements made of `previous` less what critiques object to, plus what they ask for, best first.

    critiques: [members] texts, "" where a member gave none. Points of the opinions that the previous
    statement leaves out fill what is asked for. [] where nothing of the previous statement can stay.
    """
    segments = _segments(plain(previous))
    objections, requests, shorter = _heard(asked, segments, [plain(one) for one in critiques])
    against = [at for at, count in sorted(objections.items(), key=lambda item: (-item[1], item[0]))]
    known = frozenset().union(*(segment.stems for segment in segments)) if segments else frozenset()
    left = [
        one
        for one in gathered.points
        if not one.weak and not points_back(one.text) and one.role in (Role.PROPOSAL, Role.CLAIM)
    ]
    fresh = [one for one in left if len(one.stems & known) < 0.6 * max(1, len(one.stems))][:6]
    changed = bool(against or requests or shorter)
    found: list[str] = []
    for gone, added in _changes(against, requests, fresh):
        kept = _kept(segments, gone)
        for limit in (2, None) if shorter else (None,):
            text = _put_together(asked, kept[:limit], added if limit is None else added[:1])
            same = re.sub(r"\W+", " ", text).casefold() == re.sub(r"\W+", " ", previous).casefold()
            if text and text not in found and not (same and changed) and len(words(text)) <= LONGEST + 25:
                found.append(text)
    return found[:n]


def _changes(
    against: list[int], requests: Sequence[Point], fresh: Sequence[Point]
) -> Iterable[tuple[list[int], tuple[Point, ...]]]:
    """What to take out and what to add, the fullest answer to the critiques first."""
    yield against, tuple(requests[:2])
    yield against, tuple(requests[:1])
    yield against, ()
    for at in range(1, min(6, len(requests))):
        yield against, (requests[at],)
    yield against, tuple(requests[:3])
    for one in fresh[:3]:
        yield against, (*requests[:1], one)
        yield against, (one,)
    for gone in against[:3]:
        yield [gone], tuple(requests[:1])
        yield [gone], ()
    if requests:
        yield [], tuple(requests[:1])


def _segments(previous: str) -> list[_Segment]:
    found: list[_Segment] = []
    for at, sentence in enumerate(sentences(previous)):
        for place, part in enumerate(_TAIL.split(sentence)):
            found.append(_Segment(part.strip(" .,;"), at, place == 0, stems(part)))
    return found


def _heard(
    asked: Asked, segments: Sequence[_Segment], critiques: Sequence[str]
) -> tuple[dict[int, int], list[Point], bool]:
    """Objections by segment with how many members made them, requests as points, and whether it is too long."""
    objections: dict[int, int] = {}
    said: list[Said] = []
    shorter = False
    for member, critique in enumerate(critiques):
        mine: set[int] = set()
        for sentence in sentences(critique):
            if orders_a_model(sentence, f"{asked.text} {OF_A_STATEMENT}"):
                continue
            shorter = shorter or _SHORTER.search(sentence) is not None
            for piece in re.split(r",? (?:but|and also|;) ", sentence):
                request = _REQUEST.match(piece)
                removing = _REMOVE.search(piece)
                if removing and not (request and request.start("what") < removing.start()):
                    target = _target(asked, segments, piece)
                    if target is not None:
                        mine.add(target)
                        continue
                if request and not removing:
                    wish = _wish(asked, request.group("what"))
                elif _PRAISE.match(piece.strip()) or removing or _SHORTER.search(piece):
                    wish = None
                else:
                    mine.update(at for at, one in enumerate(segments) if contradicts(piece, one.text))
                    wish = _point_made(asked, piece)
                if wish:
                    said.append(Said(wish, Role.PROPOSAL, member, 0, False, frozenset(), stems(wish)))
        for target in mine:
            objections[target] = objections.get(target, 0) + 1
    known = [segment.stems for segment in segments]
    requests = [one for one in merged(asked, said) if not any(one.stems <= stems_ for stems_ in known)]
    return objections, sorted(requests, key=lambda one: (-len(one.members), one.place)), shorter


def _target(asked: Asked, segments: Sequence[_Segment], piece: str) -> int | None:
    """The segment that an objection is about: the one that shares most of its words, tails before heads."""
    about = stems(piece) - _NOISE
    best, most = None, 0.0
    for at, segment in enumerate(segments):
        shared = about & segment.stems
        value = len(shared - asked.stems) + 0.4 * len(shared & asked.stems)
        value = value / max(1.0, len(segment.stems) ** 0.5) + (0.01 if not segment.head else 0.0)
        if shared and value > most:
            best, most = at, value
    return best


def _wish(asked: Asked, what: str) -> str | None:
    """What a critique asks for, as a clause: its own, or "we should take the cost into account"."""
    said = re.sub(r"(?i)^(?:that|the fact that|something about|about) ", "", what.strip(" \"'"))
    if re.match(r"(?i)(?:who|what|when|where|which|how|why|whether) ", said) and len(words(said)) <= 14:
        return f"we should make clear {lower_first(said, asked.names)}"
    turned = phrase(said, asked.names)
    if turned is None or turned.weak and len(words(said)) > 12:
        return None
    if has_finite_verb(said) and not turned.weak:
        return turned.text
    named = lower_first(said, asked.names)
    return f"we should take {named} into account" if 1 <= len(words(named)) <= 10 else None


def _point_made(asked: Asked, piece: str) -> str | None:
    turned = phrase(piece, asked.names)
    if turned is None or turned.weak or len(words(turned.text)) < 4 or points_back(turned.text):
        return None
    return turned.text if has_finite_verb(turned.text) else None


def _kept(segments: Sequence[_Segment], gone: Sequence[int]) -> list[str]:
    """The sentences of what is left; a sentence without its head goes whole."""
    headless = {segments[at].sentence for at in gone if segments[at].head}
    lines: dict[int, str] = {}
    for at, segment in enumerate(segments):
        if at in gone or segment.sentence in headless:
            continue
        before = lines.get(segment.sentence)
        lines[segment.sentence] = segment.text if before is None else f"{before}, {segment.text}"
    return list(lines.values())


def _put_together(asked: Asked, kept: Sequence[str], added: Sequence[Point]) -> str:
    sound = [one for one in kept if not any(contradicts(one, more.text) for more in added)]
    return as_group(asked, " ".join(finished(one) for one in (*sound, *(more.text for more in added))))
