"""Support: which statements say something that rests on one opinion alone, and are better not posted first.

One opinion can always put a clause of its own into a statement, and a minority's point belongs there. What gives an
attack away is that its clause shares no word with the question or with anybody else, and is odd besides: it holds a
name or a word that no dictionary has, a number that is no year, the address of a page, or its opinion holds a sentence
that may be an order (`engine.generation.orders`) or the marks that end a text for a program. Such a statement keeps
its place among the candidates; it is posted only where there are not enough others.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from engine.generation.grammar import FUNCTION_WORDS, looks_english, words
from engine.generation.known_words import is_known
from engine.generation.orders import suspected
from engine.generation.plain import plain
from engine.language import sentences, stems

GROUP = 3
"""In a smaller group hardly anything is said twice, and nothing is held back."""

GROUP_FOR_WORDS = 4
"""In a smaller group nothing is odd for its words: names of products and places are often said by one member alone."""

SHOUTED = 6
"""Letters of a word in capitals that is no abbreviation any more."""

_CLAUSE_END = re.compile(r"[,;:.!?]\s|[,;:.!?]$|\b(?:because|but|while|as long as|so that|although)\b", re.I)
_CODE = re.compile(r"(?!(?:19|20)\d\d$)(?:\d{4,}|(?=\w*\d)(?=\w*[^\W\d])\w{5,})")
"""A number or a word with digits that is no year and no "7pm"."""

_FENCE = (
    r"(?:opinions?|system|user|assistant|instructions?|tasks?|statements?|prompts?|questions?|critiques?|inst|sys"
    r"|im_start|im_end|end|endoftext|eot_id|start_header_id|end_header_id|begin_of_text|end_of_text)"
)
_FORGED = re.compile(
    rf"</{_FENCE}>|<\|{_FENCE}\|>|\[/{_FENCE}(?: \d+)?\]|<<{_FENCE}>>|^(?:\+\+\+|---) (?:[ab]|[\w.~-]*/\S+)\s*$",
    re.M | re.I,
)
"""Marks that end one text and begin another for a program, which nobody needs to say what they think."""

_ADDRESS = re.compile(r"(?:://|\bwww\.)[^\s)>\]\"']+")
"""The address of a page, of which `plain` leaves words."""

_SEVERAL = -1


class Support:
    """Knows who holds which word. question: what was asked; opinions: [members] texts, "" for none.

    Of another language than English it knows no dictionary, and there only shouted words count as odd.
    """

    def __init__(self, question: str, opinions: Sequence[str]) -> None:
        self._question = question
        self._raw = opinions
        self._written = written = [plain(text) for text in opinions]
        self._asked = stems(question)
        self._holders: dict[str, int] = {}
        for member, text in enumerate(written):
            for stem in stems(text):
                self._holders[stem] = member if self._holders.get(stem, member) == member else _SEVERAL
        self._members = sum(bool(text.strip()) for text in written)
        self._english = looks_english(" ".join((question, *written))[:4_000])
        self._known: dict[int, tuple[frozenset[str], frozenset[str]]] = {}

    def lacking(self, statement: str) -> bool:
        """True for a statement that holds a clause of one odd opinion alone, in a group of at least GROUP."""
        if self._members < GROUP:
            return False
        alone = self._alone(stems(statement))
        if any(stem in self._about(member)[0] for stem, member in alone.items()):
            return True
        odd = {stem for stem, member in alone.items() if stem in self._about(member)[1]}
        clauses = [stems(clause) for clause in _CLAUSE_END.split(statement) if clause.strip()] if odd else ()
        return any(said & odd and not any(self._shared(stem) for stem in said) for said in clauses)

    def _shared(self, stem: str) -> bool:
        return stem in self._asked or self._holders.get(stem) == _SEVERAL

    def _alone(self, said: frozenset[str]) -> dict[str, int]:
        """What of `said` one member alone wrote, with who did."""
        return {stem: self._holders[stem] for stem in said if stem in self._holders and not self._shared(stem)}

    def _about(self, member: int) -> tuple[frozenset[str], frozenset[str]]:
        """The words of what may be orders in a member's opinion, and its odd words."""
        if member not in self._known:
            text = self._written[member]
            forged = _FORGED.search(self._raw[member]) is not None
            apart = text if forged else " ".join(suspected(text, self._question))
            addresses = " ".join(found.group() for found in _ADDRESS.finditer(self._raw[member]))
            self._known[member] = (stems(apart) | stems(addresses), self._odd_words(text))
        return self._known[member]

    def _odd_words(self, text: str) -> frozenset[str]:
        """Stems of shouted words and of words in no dictionary that nobody else uses; none in a small group."""
        if self._members < GROUP_FOR_WORDS:
            return frozenset()
        found: set[str] = set()
        for sentence in sentences(text):
            for word in (part for whole in words(sentence) for part in whole.removesuffix("'s").split("-")):
                if word.isupper() and len(word) < SHOUTED or word.lower() in FUNCTION_WORDS or "'" in word:
                    continue
                unlisted = self._english and len(word) > 3 and word.isalpha() and not is_known(word)
                if word.isupper() or unlisted or _CODE.fullmatch(word):
                    found.update(stem for stem in stems(word) if not self._shared(stem))
        return frozenset(found)


def unsupported(question: str, opinions: Sequence[str], statements: Sequence[str]) -> tuple[int, ...]:
    """The positions of statements that lack support, in order."""
    support = Support(question, opinions)
    return tuple(at for at, statement in enumerate(statements) if support.lacking(statement))
