"""What a question asks for, and what a member's sentence is to it: a reply, a restatement, an answer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from engine.generation.grammar import DETERMINERS, FUNCTION_WORDS, words
from engine.generation.plain import plain
from engine.generation.wording import lower_first
from engine.language import sentences, stems
from engine.position import derive


@dataclass(frozen=True, slots=True)
class Slot:
    """A sentence with a gap that a short answer fills: "we should hold the offsite" + ("in") + answer."""

    before: str
    after: str
    kind: str
    """The question word, "or" for a choice of two, "for" where the answer is only favoured."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question taken apart.

    affirming, negating: the position statement and its denial as clauses, "" for a question that cannot
    be answered by yes or no. slot: where a short answer goes. exclusive: one answer rules out the others.
    names: words that keep their capital; titles: names of several words as the question writes them.
    """

    text: str
    affirming: str
    negating: str
    slot: Slot | None
    exclusive: bool
    names: frozenset[str]
    titles: tuple[str, ...]
    stems: frozenset[str]


_PREAMBLE = re.compile(
    r"^(?:(?:do|would|did) (?:you|we) (?:think|say|believe|agree|feel)(?: that)?|in your (?:opinion|view),?"
    r"|what do you think(?: about)?:?) +",
    re.I,
)
_QUESTION_WORD = re.compile(
    r"^(?:(?:and|so|but) )?(what|which|where|when|who|how many|how much|how often|how long|how)\b *(.*)$", re.I | re.S
)
_ENDING = re.compile(r"\s*[?!.]+\s*$")
_ONE_OF = frozenset("have eat order call name use pick choose drink watch play cook get adopt".split())
ALWAYS_CAPITAL = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday january february april june july august september "
    "october "
    "november december english french german spanish python java rust slack discord berlin lisbon paris london europe "
    "america africa asia christmas easter".split()
)


def ask(question: str, texts: Sequence[str]) -> Asked:
    """The question taken apart; `texts`: the members' plain opinions, read for names only."""
    said = plain(question).replace("\n", " ")
    last = [one for one in sentences(said) if one.rstrip(" \"')").endswith("?")]
    core = _ENDING.sub("", _PREAMBLE.sub("", (last or [said])[-1].strip()))
    names = _names([said, *texts])
    slot = _slot(core, names)
    derived = derive(core + "?").statement if slot is None else None
    affirming = lower_first(derived.affirming.rstrip("."), names) if derived else ""
    negating = lower_first(derived.negating.rstrip("."), names) if derived else ""
    exclusive = slot is not None and slot.kind in (
        "where",
        "when",
        "which",
        "who",
        "or",
        "how many",
        "how much",
        "how often",
        "how long",
        "what one",
    )
    return Asked(said, affirming, negating, slot, exclusive, names, _titles(said), stems(said))


def _names(texts: Iterable[str]) -> frozenset[str]:
    """Words that stand capitalised inside a sentence at least as often as not."""
    capital: dict[str, int] = {}
    small: dict[str, int] = {}
    for text in texts:
        for sentence in re.split(r"(?<=[.!?:])\s+|\n|\"|(?<=\s)- ", text):
            found = words(sentence)
            if sum(word[:1].isupper() for word in found) > 0.6 * len(found):
                continue
            for word in found[1:]:
                word = word.removesuffix("'s")
                if word[:1].isupper() and word != "I" and not word.startswith("I'"):
                    capital[word] = capital.get(word, 0) + 1
                elif word.islower():
                    small[word] = small.get(word, 0) + 1
    return frozenset(
        {
            word
            for word, times in capital.items()
            if times >= small.get(word.lower(), 0) and word.lower() not in FUNCTION_WORDS
        }
        | {word.capitalize() for word in ALWAYS_CAPITAL}
    )


def _titles(question: str) -> tuple[str, ...]:
    """Names of two words or more as the question writes them, such as "Land Bank"."""
    return tuple(dict.fromkeys(re.findall(r"(?<=[a-z,] )[A-Z][\w]+(?: [A-Z][\w]+)+", question)))


def _slot(core: str, names: frozenset[str]) -> Slot | None:
    """Where the answer to an open question goes, as far as its form is one of the usual ones."""
    choice = re.match(r"(?i)should (we|our \w+|the \w+(?: \w+)?) (.+?) (\S+) or (.+)$", core)
    if choice and "whether" not in core.lower() and "," not in core:
        return _choice(choice)
    found = _QUESTION_WORD.match(core)
    if not found:
        return None
    word, rest = found.group(1).lower(), found.group(2)
    if word in ("which", "what"):
        which = re.match(
            r"(?i)(?:of (?:these|the) \w+ )?([\w' -]*?) ?\b(should|shall|could|can|must|do|would) (we|our \w+"
            r"|the \w+) (?:(?:want|like|need) to )?(\w+)\b(.*)$",
            rest,
        )
        if which:
            noun, _, who, verb, after = which.groups()
            if verb.lower() == "be":
                return Slot("we favour ", "", "for")
            kind = (
                "which"
                if noun or word == "which"
                else (
                    "what one"
                    if re.search(r"\b(?:name|colou?r|day|time|place)\b", core)
                    else ("what one" if verb.lower() in _ONE_OF else "what")
                )
            )
            return Slot(f"{lower_first(who, names)} should {verb} ", after.rstrip(), kind)
        named = re.match(r"(?i)(?:should|could) (.+?) be(?: called| named)?$", rest) or re.match(
            r"(?i)(?:is|would be) (the best .+|our .+|the right .+)$", rest
        )
        if named:
            return Slot(f"{lower_first(named.group(1), names)} should be ", "", "what one")
        return Slot("we favour ", "", "which") if word == "which" else Slot("we want ", "", "for")
    if word == "who":
        doer = re.match(r"(?i)(?:should|could|can|will) (.+)$", rest)
        return Slot("", f" should {doer.group(1)}", "who") if doer else Slot("we favour ", "", "for")
    if word in ("how many", "how much"):
        many = re.match(
            r"(?i)(.*?) ?\b(?:should|shall|could|can|must|do|would) (we|our \w+) (?:(?:want|like"
            r"|need) to )?(\w+) ?(.*)$",
            rest,
        )
        if many:
            return Slot(
                f"{many.group(2).lower()} should {many.group(3)} ", f" {many.group(1)} {many.group(4)}".rstrip(), word
            )
    modal = re.match(r"(?i)(?:should|shall|could|can|must|might) ", rest)
    clause = derive(f"Should {rest[modal.end() :]}?").statement if modal else None
    if clause is not None:
        return Slot(f"{lower_first(clause.affirming.rstrip('.'), names)} ", "", word)
    return Slot("we favour ", "", "for")


def _choice(found: re.Match[str]) -> Slot | None:
    """ "Should we use tabs or spaces for it?": the gap where "tabs" stands, and what follows both."""
    who, start, left, right = found.groups()
    first = right.split()[0].lower()
    start_words = start.split()
    for at, one in enumerate(start_words):
        if one.lower() == first and at:
            return Slot(f"{who.lower()} should {' '.join(start_words[:at])} ", "", "or")
    if first in ("not", "should", "do", "is", "are", "more", "less", "keep") or len(right.split()) > 6:
        return None
    while start_words and start_words[-1].lower() in DETERMINERS:
        start_words.pop()
    return Slot(f"{who.lower()} should {' '.join(start_words)} ", "", "or") if start_words and left else None
