"""What a text says, as far as words alone can tell: its points, its content words and which side they take.

English first; a text in another language, or in no language, is still split, compared and answered with
"cannot tell" (0), never an error. The method is an algebra of signs: within a clause every negator ("not",
"against"), every reversing verb ("ban", "reduce") and the clause's value words ("disaster", "benefit") each
turn the attitude taken towards the other content words, so that "do not ban cars" and "banning cars would be
a disaster" come out on the same side. The idea of composing polarity by rule is Moilanen and Pulman (2007),
"Sentiment Composition"; ours is smaller and needs no parser. Words are stemmed by Snowball (Porter 2001).
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import zip_longest
from pathlib import Path
from types import MappingProxyType

LONGEST = 20_000
"""Characters of a text that are read; what follows is ignored here, whatever the callers' own limits."""

_WORD = re.compile(r"\d+(?:[.,]\d+)*%?|[^\W_]+(?:['-][^\W_]+)*")
_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"')\]]*\s+|(?<=[。！？])\s*|\s*[\r\n]+\s*")
_ABBREVIATION = re.compile(r"(?:\b(?:e\.?g|i\.?e|etc|vs|approx|cf)|\b[a-z]|\.[a-z])\.$", re.IGNORECASE)
_TITLE = re.compile(r"\b(?:Mr|Mrs|Ms|Dr|Prof|St)\.$")
_BULLET = re.compile(r"^\s*(?:[-*•–—·>]+|\(?\d{1,2}[.)])\s+")
_POINT_BREAK = re.compile(
    r"\s*;\s*|\s+[-–—]{1,2}\s+|(?:\s*,)?\s+(?:but|because|although|though|whereas|while|however|and|so|yet|since)\s+",
    re.IGNORECASE,
)
_UNSPACED = re.compile("[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_CONTRACTED = re.compile(r"'(?:s|m|re|ve|ll|d)$")
_OPENING = 300
_LEAD_IN = re.compile(
    r"^(?:(?:i think|i am|i'm|we are|we're|well|oh|really|strongly|totally|completely|fully|firmly|very much)\s+)+"
    r"|\b(?:strongly|totally|completely|fully|firmly)\s+"
)
_IDEA = frozenset({"idea", "thing", "plan", "propos", "agre", "total", "complet", "strong"})
_THE_PROPOSAL = frozenset({"it", "this", "that"})
_QUOTES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "´": "'", "“": '"', "”": '"'})


@dataclass(frozen=True, slots=True)
class Term:
    """A content word by its stem; `negated` when an odd number of negators before it in its clause cover it."""

    stem: str
    negated: bool


def sentences(text: str) -> list[str]:
    """The sentences of `text` in order, trimmed, without list bullets; [] for a text without words."""
    found: list[str] = []
    for piece in _SENTENCE_END.split(text[:LONGEST]):
        piece = _BULLET.sub("", piece).strip()
        if not piece:
            continue
        if found and (_TITLE.search(found[-1]) or (_ABBREVIATION.search(found[-1]) and not piece[0].isupper())):
            found[-1] = f"{found[-1]} {piece}"
        else:
            found.append(piece)
    return [sentence for sentence in found if _WORD.search(sentence)]


def clauses(text: str) -> list[str]:
    """The points of `text` in order: sentences, cut where both sides of a conjunction or semicolon can stand alone.

    A side stands alone when it has a subject and a verb, or is a demand, and does not open with a word that
    points back ("it", "they"). The joining word is dropped; every other word stays as written.
    """
    return [point for sentence in sentences(text) for point in _points(sentence)]


def terms(text: str) -> list[Term]:
    """The content words of `text` in order, repeats included: stemmed, without stop words and negators."""
    return list(_terms(text[:LONGEST]))


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


def similarity(a: str, b: str, weights: Mapping[str, float] | None = None) -> float:
    """How much `a` and `b` say with the same words, 0..1, symmetric; 1 for equal wording, 0 when either is blank.

    The Dice coefficient of the sets of stems, each stem counting `weights.get(stem, 1.0)` (>= 0); near-equal
    spellings of the whole (a typing slip) count by their edit ratio. Side taken plays no part: see `contradicts`.
    """
    mine, theirs = stems(a), stems(b)
    if not mine or not theirs:
        return 0.0
    if mine == theirs:
        return 1.0
    weight = (weights or {}).get
    shared = sum(weight(stem, 1.0) for stem in mine & theirs)
    whole = sum(weight(stem, 1.0) for stem in mine) + sum(weight(stem, 1.0) for stem in theirs)
    dice = min(1.0, 2.0 * shared / whole) if whole > 0 else 0.0
    return max(dice, _slip_ratio(" ".join(sorted(mine)), " ".join(sorted(theirs))))


def contradicts(a: str, b: str) -> bool:
    """True when `a` and `b` speak of the same things and take opposite sides."""
    return _alignment(_attitudes(a[:LONGEST]), _attitudes(b[:LONGEST])) <= -0.5


def stems(text: str) -> frozenset[str]:
    """The distinct content stems of `text`; where it has none, the stems of all its words."""
    return _stems(text[:LONGEST])


@dataclass(frozen=True, slots=True)
class _Words:
    """The word lists of language_words.toml, by surface (stop, negators ...) or by stem (reversers ...)."""

    stop: frozenset[str]
    negators: frozenset[str]
    reversers: frozenset[str]
    affirmers: frozenset[str]
    directives: frozenset[str]
    good: frozenset[str]
    bad: frozenset[str]
    anaphora: frozenset[str]
    finite: frozenset[str]
    imperatives: frozenset[str]
    subjects: frozenset[str]
    negator_phrases: tuple[str, ...]
    not_negating: tuple[str, ...]
    for_it: re.Pattern[str]
    against_it: re.Pattern[str]


@lru_cache(maxsize=1)
def _words() -> _Words:
    lists = tomllib.loads(Path(__file__).with_name("language_words.toml").read_text(encoding="utf-8"))

    def surface(name: str) -> frozenset[str]:
        return frozenset(lists[name].split())

    def stemmed(name: str) -> frozenset[str]:
        return frozenset(_stem(word) for word in lists[name].split())

    def opening(name: str) -> re.Pattern[str]:
        return re.compile(r"^(?:" + "|".join(re.escape(phrase) for phrase in lists[name]) + r")(?![\w'])")

    return _Words(
        stop=surface("stop"),
        negators=surface("negators"),
        reversers=stemmed("reversers"),
        affirmers=stemmed("affirmers"),
        directives=surface("directives"),
        good=stemmed("good"),
        bad=stemmed("bad"),
        anaphora=surface("anaphora"),
        finite=surface("finite"),
        imperatives=surface("imperatives"),
        subjects=surface("subjects"),
        negator_phrases=tuple(lists["negator_phrases"]),
        not_negating=tuple(lists["not_negating"]),
        for_it=opening("for_it"),
        against_it=opening("against_it"),
    )


@lru_cache(maxsize=50_000)
def _stem(word: str) -> str:
    import snowballstemmer

    # A stemmer keeps the word it works on, so each call has its own: threads share this function.
    stem: str = snowballstemmer.stemmer("english").stemWord(word)
    return stem


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).translate(_QUOTES).casefold()


def _tokens(text: str) -> list[str]:
    """Words in lower case, "n't" and the negating phrases as "not", unspaced scripts as pairs of characters."""
    words = _words()
    for phrase in words.not_negating:
        if phrase in text:
            text = re.sub(rf"\b{phrase}\b", " ", text)
    for phrase in words.negator_phrases:
        if phrase in text:
            text = re.sub(rf"\b{phrase}\b", " not ", text)
    found: list[str] = []
    for word in _WORD.findall(text):
        if word.endswith("n't") or word in {"dont", "cant", "wont", "shouldnt", "doesnt", "isnt", "cannot", "arent"}:
            found.append("not")
        elif _UNSPACED.search(word):
            found.extend(word[at : at + 2] for at in range(max(1, len(word) - 1)))
        elif word.endswith("-free"):
            found.extend(["not", *word.removesuffix("-free").split("-")])
        else:
            found.extend(_CONTRACTED.sub("", word).split("-"))
    return found


@lru_cache(maxsize=4_096)
def _terms(text: str) -> tuple[Term, ...]:
    words = _words()
    found: list[Term] = []
    for segment in _segments(text):
        negated = False
        for word in segment:
            if word in words.negators:
                negated = not negated
            elif word not in words.stop and (len(word) > 1 or not word.isascii() or word.isdigit()):
                found.append(Term(_stem(word), negated))
    return tuple(found)


@lru_cache(maxsize=4_096)
def _stems(text: str) -> frozenset[str]:
    content = frozenset(term.stem for term in _terms(text))
    return content or frozenset(_stem(word) for word in _tokens(_folded(text)))


_SEGMENT_BREAK = re.compile(
    r"[,;:()\"\n.!?…。！？，、]+(?:\s|$)|\s[-–—]{1,2}\s|[。！？，、]"
    r"|\b(?:but|because|although|though|whereas|while|since|however|so that|unless|if|when|except|which)\b"
    r"|\b(?:and|or)\b(?=\s+(?:i|we|it|they|you|he|she|this|that|there|not|no|never|don't|should|must|will|would|can"
    r"|people|the|stop|oppose|ban|keep|allow|make|also|then)\b)"
)


def _segments(text: str) -> list[list[str]]:
    """The words of `text` cut where a negation stops reaching: at punctuation and at joining words."""
    return [found for piece in _SEGMENT_BREAK.split(_folded(text)) if (found := _tokens(piece))]


def _points(sentence: str) -> list[str]:
    joints = list(_POINT_BREAK.finditer(sentence))
    points: list[str] = []
    start = 0
    for joint, following in zip_longest(joints, joints[1:]):
        left = sentence[start : joint.start()]
        right = sentence[joint.end() : following.start() if following else None]
        if _stands_alone(left) and _stands_alone(right):
            points.append(left)
            start = joint.end()
    points.append(sentence[start:])
    return [trimmed for point in points if (trimmed := point.strip(" ,;:–—"))]


def _stands_alone(side: str) -> bool:
    words = _words()
    said = re.findall(r"[^\W_]+(?:['-][^\W_]+)*", _folded(side[:_OPENING]))
    if len(said) < 2 or said[0] in words.anaphora or not any(word not in words.stop for word in said):
        return False
    if said[0] in words.imperatives:
        return True
    if len(said) > 2 and said[0] in words.subjects:
        return True
    return any(word in words.finite for word in said[1:]) and said[0] not in words.finite


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
    words = _words()
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
        stem = _stem(word)
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


@lru_cache(maxsize=4_096)
def _attitudes(text: str) -> Mapping[str, float]:
    words = _words()
    total: dict[str, float] = {}
    times: dict[str, int] = {}
    parts = [_clause(segment) for segment in _segments(text)]
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
    words = _words()
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
    return not _words().reversers.isdisjoint(found)


def _reply(text: str, objects: frozenset[str]) -> float:
    """A plain answer to the question in the opening words, such as "Absolutely not" or "that would be a disaster".

    -0.7 .. 0.7. Opening words that name one of `objects`, or anything else, are no plain answer.
    """
    words = _words()
    known = words.good | words.bad | words.affirmers | _IDEA
    for piece in _SEGMENT_BREAK.split(_folded(text[:200]))[:2]:
        said = _LEAD_IN.sub("", piece.strip())
        segment = _tokens(said)
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


def _slip_ratio(a: str, b: str) -> float:
    """The edit ratio of two short, nearly equal strings; 0 below 0.85, where words rather than letters differ."""
    if min(len(a), len(b)) < 8 or max(len(a), len(b)) > 300:
        return 0.0
    from rapidfuzz import fuzz

    return float(fuzz.ratio(a, b, score_cutoff=85.0)) / 100.0
