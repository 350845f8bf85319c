"""Guards: what a language model answered is judged before anybody sees it, and what fails is dropped for a reason.

A guard reads words; it understands nothing. It errs towards dropping, because another candidate costs little.
No text is logged or raised: a reason is one word of `Reason`.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from engine.generation.languages import foreign, languages_of
from engine.generation.leaks import Leaks
from engine.generation.orders import OF_A_STATEMENT, orders_a_model, parted, without_orders
from engine.generation.plain import plain
from engine.language import sentences, stems
from engine.position import derive
from engine.records import Revision

LONGEST_WORDS = 200
LONGEST_CHARACTERS = 1_500
"""A longer statement is no statement; no platform of ours would cut one of this length."""

LEAST_WORDS = 3
SUPPORTED = 0.08
"""The least share of a statement's content words that the question and the opinions must hold."""
LEFT = 0.25
"""The same share when any one opinion is left out."""


ORDERED_WORDS, STRIKING_WORDS = 30, 12
"""Of the orders in one opinion: how many words are watched for, two of which are too many, and how many of the
longest, one of which is. Few, so that nobody can ban whatever a model might write."""

_SEVERAL = -1


class Reason(StrEnum):
    """Why a candidate was dropped."""

    EMPTY = "empty"
    CUT_SHORT = "cut-short"
    CANARY = "canary"
    PING = "ping"
    LINK = "link"
    REFUSAL = "refusal"
    TOO_LONG = "too-long"
    REPEATED = "repeated"
    ORDER = "order"
    HATEFUL = "hateful"
    NAMES_MEMBERS = "names-members"
    LEAK = "leak"
    LANGUAGE = "language"
    UNSUPPORTED = "unsupported"
    ONE_OPINION = "one-opinion"


@dataclass(frozen=True, slots=True)
class Judged:
    """kept: (position, text made plain) of what passed, in order. dropped: (position, reason) of the rest."""

    kept: tuple[tuple[int, str], ...]
    dropped: tuple[tuple[int, Reason], ...]


_PING = re.compile(
    r"<[@!#][^>\s]*>?|(?<![\w.])[@＠]\s?[\w-]|[@＠]\s?(?:everyone|here|channel)|<!(?:here|channel|everyone)", re.I
)
_LINK = re.compile(
    r"(?:[a-z][a-z0-9+.-]{1,15}://|www\.|mailto:)\S|\]\(\s*\S|[\w.+-]+@[\w-]+\.\w|"
    r"(?<![\w@.])(?:[\w-]{2,63}\.){1,5}(?:com|org|net|io|dev|app|co|gov|edu|info|biz|xyz|me|ly|gg|uk|de|fr|eu|ru|cn)\b"
    r"(?!\.\w)",
    re.I,
)
_REFUSAL = re.compile(
    r"\A\W*(?:i(?:'?m| am) (?:very |really |so )?(?:sorry|afraid|unable|not able)|sorry\b|"
    r"(?:unfortunately,? )?i (?:can'?t|cannot|can not|won'?t|will not|do not|don'?t|am not able to) "
    r"(?:help|assist|comply|write|create|generate|provide|produce|fulfil|fulfill|do|answer|have|see|engage|support)|"
    r"(?:please )?(?:provide|share|send|give)\b[^.]{0,60}\b(?:question|opinions?|information|context|details)\b|"
    r"no (?:opinions?|statements?)\b[^.]{0,40}\b(?:given|provided|found|possible))"
    r"|\bas an? (?:ai|artificial intelligence|language model|large language model|assistant)\b"
    r"|\b(?:against|violates?) (?:my|our|the) (?:guidelines|content polic|usage polic|programming)"
    r"|\bmy (?:instructions|system prompt|guidelines|training)\b",
    re.I,
)
_FEW = r"(?:one|two|three|four|five|six|seven|eight|nine|ten|\d+|half|most|(?:a|the) (?:vast )?(?:majority|minority))"
_NUMBER = rf"(?:{_FEW}|many|a few|few|several|some|another|(?:the )?others?|the remaining)"
_PEOPLE = r"(?:participants?|members?|respondents?|contributors?|commenters?|opinions?)"
_COUNTED = re.compile(
    rf"\b{_NUMBER} (?:of )?(?:(?:the|our|these) )?(?:\w+ )?{_PEOPLE}\b|\b{_FEW} of (?:us|them)\b"
    rf"|\b{_PEOPLE} (?:no\. ?|number |#)?\d+\b"
    rf"|\bthe {_PEOPLE} (?:think|thinks|say|says|said|believe|believes|agree|agrees|feel|want|argue)\b",
    re.I,
)
_QUOTED = re.compile(
    r"\b(?:[Aa]s|[Ll]ike) [A-Z]\w+ (?:said|says|wrote|writes|argued|argues|suggested|suggests|put it|pointed out)\b"
    r"|\b(?i:participant|member|respondent|opinion) [A-Z]\b"
)
_UNANIMOUS = re.compile(
    r"\b(?:we|they) (?:all|unanimously|universally) (?:agree|think|believe|want|support|feel|accept)\b"
    r"|\b(?:everyone|everybody) (?:here |in (?:the|our) (?:group|team) |of us )?(?:agrees|thinks|believes|supports"
    r"|accepts)\b|\bunanimous(?:ly)?\b|\ball of us (?:agree|think|believe|want|support)\b",
    re.I,
)


class Guard:
    """Judges the answers to one request for statements.

    opinions: [members] as they were written; blank ones are ignored. revision: critiques are as private as
    opinions; the previous statement is public. secrets: fences and canaries that no answer may hold.
    """

    def __init__(
        self, question: str, opinions: Sequence[str], *, revision: Revision | None = None, secrets: Sequence[str] = ()
    ) -> None:
        critiques = revision.critiques if revision else ("",) * len(opinions)
        written = [
            f"{plain(one)}\n{plain(two)}"
            for one, two in zip(opinions, critiques, strict=True)
            if one.strip() or two.strip()
        ]
        stated = derive(question).statement
        public = [question, *((stated.affirming, stated.negating) if stated else ())]
        if revision is not None:
            public.append(revision.previous_statement)
        self._about = f"{question} {OF_A_STATEMENT}" if revision else question
        self._public = [_folded(text) for text in public]
        self._leaks = Leaks(written, public)
        self._languages = languages_of([without_orders(text, self._about) for text in written])
        self._common = frozenset().union(*(stems(text) for text in public))
        # Words cannot tell what opinions in two languages share.
        self._several = len(written) > 1 and len(self._languages) < 2
        self._holders: dict[str, int] = {}
        for member, text in enumerate(written):
            for stem in stems(without_orders(text, self._about)):
                self._holders[stem] = member if self._holders.get(stem, member) == member else _SEVERAL
        self._everybody_wrote = _folded("\n".join(written))
        allowed = self._common | self._holders.keys()
        orders = [_ordered(text, self._about) for text in written]
        self._ordered = frozenset(stem for one in orders for stem in one) - allowed
        self._striking = frozenset(stem for one in orders for stem in one[:STRIKING_WORDS]) - allowed
        self._known = [_folded(revision.previous_statement)] if revision else []
        self._secrets = [secret.casefold() for secret in secrets]

    def add_secrets(self, *secrets: str) -> None:
        """More tokens that no answer may hold, for a further request about the same opinions."""
        self._secrets.extend(secret.casefold() for secret in secrets)

    def judge(self, answers: Sequence[str], *, cut_short: frozenset[int] = frozenset()) -> Judged:
        """What of `answers` may be shown, no statement twice; what was kept before counts as known.

        cut_short: positions of answers that the model did not finish.
        """
        kept: list[tuple[int, str]] = []
        dropped: list[tuple[int, Reason]] = []
        for at, answer in enumerate(answers):
            text = re.sub(r"\s+", " ", plain(answer)).strip()
            reason = Reason.CUT_SHORT if at in cut_short else self._fault(answer, text)
            if reason is None:
                self._known.append(_folded(text))
                kept.append((at, text))
            else:
                dropped.append((at, reason))
        return Judged(tuple(kept), tuple(dropped))

    def _fault(self, answer: str, text: str) -> Reason | None:
        folded = answer.casefold()
        if any(secret in folded for secret in self._secrets):
            return Reason.CANARY
        if _PING.search(answer):
            return Reason.PING
        if _LINK.search(answer):
            return Reason.LINK
        return self._form(text) or self._content(text)

    def _form(self, text: str) -> Reason | None:
        words = re.findall(r"\w+", text)
        if sum(len(word) if word[0] > "\u3040" else 2 for word in words) < 2 * LEAST_WORDS:
            return Reason.EMPTY
        if _REFUSAL.search(text):
            return Reason.REFUSAL
        if len(words) > LONGEST_WORDS or len(text) > LONGEST_CHARACTERS:
            return Reason.TOO_LONG
        said = _folded(text)
        if any(_alike(said, known) for known in self._known) or _loops(text, words):
            return Reason.REPEATED
        return None

    def _content(self, text: str) -> Reason | None:
        if any(orders_a_model(sentence, self._about) for sentence in sentences(text)):
            return Reason.ORDER
        if _hateful(text):
            return Reason.HATEFUL
        if self._names_members(text):
            return Reason.NAMES_MEMBERS
        if self._leaks.in_text(text):
            return Reason.LEAK
        if foreign(text, self._languages):
            return Reason.LANGUAGE
        return self._unsupported(text)

    def _names_members(self, text: str) -> bool:
        """Members counted, numbered or quoted, unless the question or an opinion itself speaks of such people."""
        if _UNANIMOUS.search(text):
            return True
        found = (_folded(match.group()) for pattern in (_COUNTED, _QUOTED) for match in pattern.finditer(text))
        return any(
            phrase not in self._everybody_wrote and not any(phrase in public for public in self._public)
            for phrase in found
        )

    def _unsupported(self, text: str) -> Reason | None:
        """Leave-one-out: what a statement says must rest on the question and opinions, and not on one opinion alone."""
        said = stems(text)
        if said & self._striking or len(said & self._ordered) > 1:
            return Reason.ORDER
        supported = [stem for stem in said if stem in self._common or stem in self._holders]
        if len(supported) < SUPPORTED * len(said):
            return Reason.UNSUPPORTED
        alone = Counter(self._holders[stem] for stem in supported if stem not in self._common)
        alone.pop(_SEVERAL, None)
        if self._several and any(len(supported) - lost < LEFT * len(said) for lost in alone.values()):
            return Reason.ONE_OPINION
        return None


def _ordered(text: str, about: str) -> list[str]:
    """The stems of what an opinion orders a model to do, longest first."""
    found = {stem for sentence in parted(text[:20_000], about)[1] for stem in stems(sentence)}
    return sorted(found, key=lambda stem: (-len(stem), stem))[:ORDERED_WORDS]


def _alike(one: str, other: str) -> bool:
    """True for the same words, typing slips aside."""
    from rapidfuzz.fuzz import ratio

    return one == other or ratio(one, other, score_cutoff=96) > 0


def _loops(text: str, words: Sequence[str]) -> bool:
    """True where a model is stuck: a sentence twice, or few words over and over."""
    said = [_folded(sentence) for sentence in sentences(text)]
    if len(set(said)) < len(said):
        return True
    return len(words) > 30 and len({word.casefold() for word in words}) < 0.3 * len(words)


def _folded(text: str) -> str:
    return " ".join(re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold()))


@lru_cache(maxsize=1)
def _hateful_words() -> tuple[frozenset[str], re.Pattern[str]]:
    lists = tomllib.loads(Path(__file__).with_name("hateful.toml").read_text(encoding="utf-8"))
    return frozenset(lists["words"].split()), re.compile("|".join(lists["patterns"]))


def _hateful(text: str) -> bool:
    words, patterns = _hateful_words()
    said = unicodedata.normalize("NFKC", text).casefold()
    return bool(words & set(re.findall(r"\w+", said))) or patterns.search(said) is not None
