"""Orders to whoever writes the statement, inside an opinion: found by what they speak of, and taken out.

A sentence is about the world, or it is about the writing: it speaks of the text, its writer, his instructions or what
others wrote, and says what to put down. No word decides that; which families of words stand together does, and a
logistic model over the families, their pairs and the sentence's form weighs it. Its weights are fitted on made-up
sentences and on what people really wrote (benchmarks/fit_orders.py). A word that the question holds belongs to the
world there. An order to the world ("Ban it now", "Write to the council") is an opinion and stays.
"""

from __future__ import annotations

import json
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from engine.generation.grammar import is_base_verb
from engine.generation.known_words import is_known
from engine.generation.order_words import families, kinds_of
from engine.generation.worldly import DETERMINERS, dismisses, is_aimed, of_the_world
from engine.language import sentences, stems

FLOOD = 100
"""A sentence that one opinion repeats more often than this is no opinion; it goes like an order."""

ORDER = 0.95
"""A sentence that is likelier an order than this is taken out."""

SUSPECT = 0.14
"""What only a sentence says that is likelier an order than this is not posted first; see `support`."""

WEIGHTS = Path(__file__).with_name("order_weights.json")
"""The fitted weights by feature, with what they were fitted on; benchmarks/fit_orders.py writes it."""

READ = 1_000
"""Characters of one sentence that are read."""

OF_A_STATEMENT = (
    "statement sentence paragraph text wording word draft line summary say mention include add put remove drop delete "
    "shorten state read begin end open close opening closing replace change opinion view everyone"
)
"""What a critique is about beside the question: to speak of the statement is its purpose."""

_WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*(?:(?<=s)['’](?!\w))?")
_COLON = re.compile(r"[\"'`)\]]*\s*[:：=>]+\s*\S")
_OPENED = re.compile(r"""\s*(?:(?<=\s)["'‘]|[«„「“])\w""")
_PAYLOAD = re.compile(r"\w[\"'`)\]]*\s*[:：=>]+\s*\S")
_QUOTED = re.compile(r"(?<!\w)[\"'«„「“]\w[^\"'»“”」]{2,}[\"'»“”」](?!\w)|'\w+'")
_MARKED = re.compile(r"[\[\]{}<>|=~#\\`^*_]|/\w|--|\w\(|\);")
_PIECE = re.compile(r"(?s).{1,9999}(?:[.!?…\n](?=\s)|\Z)|.{1,9999}(?=\s)|.{1,9999}")
_SPACED_OUT = re.compile(r"(?:(?<!\w)\w ){5,}\w(?!\w)")
_INTRODUCING = frozenset({"write", "place", "text", "writing", "writer", "only", "instruction", "rule"})
INTRODUCTION = 4
"""Words before a colon of which one is of the writing, where what follows is to be written."""

QUOTE = 2
"""The same before a quotation."""

_AIMED = frozenset({"write", "place", "discard"})
_LEET = str.maketrans("013457$@", "oieastsa")
_LOOKALIKES = str.maketrans(
    "АВЕКМНОРСТУХаеіоrрсухѕԁјɡΑΒΕΖΗΙΚΜΝΟΡΤΥΧοІЅЈα", "ABEKMHOPCTYXaeiorpcyxsdjgABEZHIKMNOPTYXoISJa"
)
"""Letters of other scripts that are drawn like Latin ones."""


@lru_cache(maxsize=1)
def _weights() -> Mapping[str, float]:
    weights: dict[str, float] = json.loads(WEIGHTS.read_text(encoding="utf-8"))["weights"]
    return weights


def features(sentence: str, about: str = "") -> dict[str, float]:
    """The families that a sentence speaks of, the pairs of them, and its form, each above 0 or absent."""
    shown = unicodedata.normalize("NFKC", "".join(c for c in sentence[:READ] if unicodedata.category(c) != "Cf"))
    found: Counter[str] = Counter()
    disguised = _SPACED_OUT.search(shown) is not None
    unknown = shouted = aimed = introduced = dismissed = 0
    matches = list(_WORD.finditer(shown))
    said = [match.group() for match in matches]
    world = stems(about) if about else frozenset()
    spoken: list[frozenset[str]] = []
    for at, word in enumerate(said):
        plainer, faked = _undisguised(word)
        disguised |= faked
        low = plainer.casefold().removesuffix("'s")
        shouted += len(word) > 3 and word.isupper()
        unknown += low.isascii() and low.isalpha() and len(low) > 2 and not is_known(plainer.removesuffix("'s"))
        kinds = kinds_of(low)
        if at == 0 and "write" in kinds:  # "Reply to the council" names no reply
            kinds = kinds - {"text", "writing"}
        if at and said[at - 1].casefold() in DETERMINERS:  # "the state", "a talk"
            kinds = kinds - {"write"}
        if not kinds or of_the_world(said, at, kinds) or (world and stems(low) <= world):
            kinds = frozenset()
        if not kinds.isdisjoint(_AIMED) and is_aimed(said, at):
            kinds = kinds - _AIMED - {"instruction"}
            aimed += 1
        dismissed += "discard" in kinds and dismisses(said, at)
        found.update(kinds)
        spoken.append(kinds)
        reach = INTRODUCTION if _COLON.match(shown, matches[at].end()) else 0
        reach = max(reach, QUOTE if _OPENED.match(shown, matches[at].end()) else 0)
        introduced += any(not one.isdisjoint(_INTRODUCING) for one in spoken[max(0, len(spoken) - reach) :])
    for name, family in families().items():
        found[name] += sum(part in shown for part in family.inside)
    values = {name: math.sqrt(min(3, times)) for name, times in found.items() if times}
    first = _undisguised(said[0])[0].casefold() if said else ""
    form = {
        "payload": _PAYLOAD.search(shown) is not None,
        "introduced": float(introduced > 0),
        "dismissed": float(dismissed > 0),
        "aimed": math.sqrt(min(3, aimed)),
        "quoted": _QUOTED.search(shown) is not None,
        "shouted": math.sqrt(min(3, shouted)) if shouted < 0.8 * len(said) else 0.0,
        "unknown": math.sqrt(min(3, unknown)),
        "marked": math.sqrt(min(4, len(_MARKED.findall(shown)))),
        "disguised": float(disguised),
        "demands": bool(first) and is_base_verb(first),
    }
    values |= {name: float(value) for name, value in form.items() if value}
    names = sorted(values)
    for at, one in enumerate(names):
        for other in names[at + 1 :]:
            values[f"{one} {other}"] = values[one] * values[other]
    return values


def _undisguised(word: str) -> tuple[str, bool]:
    """A word with look-alike letters and digits read as what they look like, and whether it held any."""
    latin = sum("a" <= letter <= "z" for letter in word.casefold())
    if not latin or latin == len(word):
        return word, False
    mixed = any(ord(letter) > 0x36F and letter.isalpha() for letter in word)
    digits = latin > 2 and re.search(r"[^\W\d_][013457]+[^\W\d_]|^[0134][^\W\d_]{3}", word) is not None
    read = word.translate(_LOOKALIKES)
    return (read.translate(_LEET) if digits else read), mixed or digits


def likelihood(sentence: str, about: str = "") -> float:
    """How likely a sentence speaks to whoever writes the statement, 0 to 1."""
    weights = _weights()
    total = weights[""] + sum(weights.get(name, 0.0) * value for name, value in features(sentence, about).items())
    return 1 / (1 + math.exp(-max(-50.0, min(50.0, total))))


def orders_a_model(sentence: str, about: str = "") -> bool:
    """True for a sentence that speaks to whoever writes the statement, instead of speaking about the question."""
    return likelihood(sentence, about) > ORDER


def parted(text: str, about: str = "") -> tuple[list[str], list[str]]:
    """The sentences of `text` that are about the question, and those that are not, both in order.

    Whatever follows an order belongs to it: a payload is rarely in the sentence that asks for it. So does a sentence
    that is repeated more than FLOOD times.
    """
    said = [sentence for piece in _pieces(text) for sentence in sentences(piece)]
    times = Counter(said)
    kept: list[str] = []
    for at, sentence in enumerate(said):
        if times[sentence] > FLOOD:
            continue
        if orders_a_model(sentence, about):
            return kept, [*_distinct(said, kept, at), *said[at:]]
        kept.append(sentence)
    return kept, _distinct(said, kept, len(said))


def suspected(text: str, about: str = "") -> list[str]:
    """The sentences of `text` that may be orders or are repeated without end, each once, with their neighbours."""
    said = [sentence for piece in _pieces(text) for sentence in sentences(piece)]
    times = Counter(said)
    distinct = list(times)
    found = [times[one] > FLOOD or likelihood(one, about) > SUSPECT for one in distinct]
    return [one for at, one in enumerate(distinct) if any(found[max(0, at - 1) : at + 2])]


def _distinct(said: Sequence[str], kept: Sequence[str], until: int) -> list[str]:
    """What was not kept of the sentences before `until`, each once."""
    known = set(kept)
    return list(dict.fromkeys(sentence for sentence in said[:until] if sentence not in known))


def without_orders(text: str, about: str = "") -> str:
    """`text` without orders to whoever writes the statement and what follows them; the same where there are none."""
    kept, gone = parted(text, about)
    return " ".join(kept) if gone else text


def _pieces(text: str) -> Iterator[str]:
    """`text` in pieces that `sentences` reads to their end, cut between sentences where there are any."""
    return (found.group() for found in _PIECE.finditer(text))
