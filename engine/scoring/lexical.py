"""The embedded agreement predictor: words, the side they take, and how a statement is put; no model to load.

score = appeal(statement, question) + personal(opinion, statement, question), both linear. Appeal is what the same
statement has for everybody; on real ratings it carries most of the signal. The weights are fitted on pairs of
statements by Bradley and Terry's model (Bakker et al. 2022, section 3.3, use the same loss for their reward model),
with floors under the personal ones: the data's opinions seldom speak of the statement that was voted on, and where
one does, opposite sides must count. The rating scale is `engine.scoring.calibration`. `FIGURES` names the data.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log
from pathlib import Path
from typing import Any

import numpy as np

from engine import language
from engine.ports import AgreementPredictor
from engine.records import Matrix, Prediction, Revision
from engine.scoring.calibration import Calibration

FIGURES = Path(__file__).with_name("lexical_calibration.json")
"""The fitted weights and calibration, with what they were fitted on; benchmarks/fit_lexical.py writes it."""

APPEAL = (
    "length",
    "word_length",
    "on_question",
    "directive",
    "hedges",
    "negators",
    "first_person",
    "questions",
    "shouting",
)
"""What a statement has for everybody; see `appeal`."""

PERSONAL = ("common", "sides", "stance")
"""What it has for the writer of one opinion; see `personal`."""

_HEDGES = frozenset(
    """may might could perhaps maybe possibly probably some sometimes often usually generally somewhat fairly likely
    seem seems appear unless depends depending""".split()
)
_DIRECTIVES = frozenset({"should", "must", "ought", "need", "needs"})
_FIRST_PERSON = frozenset({"i", "me", "my", "mine", "myself", "i'm", "i've", "i'd", "i'll", "im"})
_NEGATORS = frozenset(
    {"not", "no", "never", "none", "nothing", "nobody", "nor", "neither", "without", "against", "cannot"}
)
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_SHOUTED = re.compile(r"\b[A-Z]{4,}\b")
_YES_NO = re.compile(
    r"(?:do|does|did|is|are|was|were|should|can|could|will|would|must|shall|has|have|ought)\b", re.IGNORECASE
)
_ASKS_WHICH = re.compile(r"\b(?:what|which|who|whom|whose|where|when|why|how)\b", re.IGNORECASE)
_ASKS_FOR_A_VIEW = re.compile(
    r"\b(?:think|feel|opinion|view|support|favou?r|agree)\b|^(?:what|how) about\b", re.IGNORECASE
)
_LONG_ENOUGH = 60


class LexicalPredictor(AgreementPredictor):
    """Predicts from shared words and sides; calibrated, deterministic, and instant at the sizes of a channel.

    An opinion that is empty, in another language or on another topic is neutral: its row holds the statements'
    general appeal. `model` None reads the shipped figures.
    """

    def __init__(self, model: LexicalModel | None = None) -> None:
        self._model = model

    @property
    def name(self) -> str:
        return "lexical"

    @property
    def calibrated(self) -> bool:
        return True

    @property
    def instant(self) -> bool:
        return True

    async def predict(
        self,
        question: str,
        opinions: Sequence[str],
        statements: Sequence[str],
        *,
        revision: Revision | None = None,
    ) -> Prediction:
        return await asyncio.to_thread(self.predict_now, question, opinions, statements, revision)

    def predict_now(
        self, question: str, opinions: Sequence[str], statements: Sequence[str], revision: Revision | None = None
    ) -> Prediction:
        """`predict` for callers without an event loop."""
        model = self._model or shipped()
        score = model.score(question, opinions, statements, revision.critiques if revision else None)
        return Prediction(score, model.calibration.expected_agreement(score), model.calibration.p_agree(score))


@dataclass(frozen=True, slots=True)
class LexicalModel:
    """Weights by feature name and the calibration of their sum."""

    weights: Mapping[str, float]
    calibration: Calibration

    def score(
        self,
        question: str,
        opinions: Sequence[str],
        statements: Sequence[str],
        critiques: Sequence[str] | None = None,
    ) -> Matrix:
        """[members, candidates], any real number, higher agrees more."""
        general = appeal(question, statements) @ np.array([self.weights[name] for name in APPEAL])
        own = personal(question, opinions, statements, critiques) @ np.array([self.weights[name] for name in PERSONAL])
        return np.asarray(general[None, :] + own)

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> LexicalModel:
        """Raises KeyError, TypeError or ValueError where `fields` is not what benchmarks/fit_lexical.py writes."""
        weights = {name: float(fields["weights"][name]) for name in (*APPEAL, *PERSONAL)}
        return cls(weights, Calibration.from_fields(fields["calibration"]))


@lru_cache(maxsize=1)
def shipped() -> LexicalModel:
    """The model that comes with Parley, read once."""
    return LexicalModel.from_fields(json.loads(FIGURES.read_text(encoding="utf-8")))


def appeal(question: str, statements: Sequence[str]) -> Matrix:
    """[candidates, len(APPEAL)], each feature a few units wide and not below 0.

    length: log words, level above 60. word_length: mean letters over 5, level above 2. on_question: share of the
    content words that the question has too. directive, questions, shouting: 0 or 1. hedges, negators,
    first_person: square root of the number of such words, level above 3.
    """
    asked = language.stems(question)
    found = [_appeal(statement, asked) for statement in statements]
    return np.array(found, dtype=np.float64).reshape(len(statements), len(APPEAL))


def _appeal(statement: str, asked: frozenset[str]) -> tuple[float, ...]:
    read = statement[: language.LONGEST]
    words = _WORD.findall(read.replace("’", "'").casefold())
    content = [term.stem for term in language.terms(read)]
    count = max(1, len(words))

    def some(listed: frozenset[str]) -> float:
        return float(
            min(3, sum(word in listed or (listed is _NEGATORS and word.endswith("n't")) for word in words)) ** 0.5
        )

    return (
        log(1 + min(len(words), _LONG_ENOUGH)),
        min(2.0, sum(map(len, words)) / count / 5),
        sum(stem in asked for stem in content) / max(1, len(content)),
        float(any(word in _DIRECTIVES for word in words)),
        some(_HEDGES),
        some(_NEGATORS),
        some(_FIRST_PERSON),
        float("?" in read),
        float(_SHOUTED.search(read) is not None and read.upper() != read),
    )


def personal(
    question: str, opinions: Sequence[str], statements: Sequence[str], critiques: Sequence[str] | None = None
) -> Matrix:
    """[members, candidates, len(PERSONAL)], every feature 0 where the opinion says nothing about the statement.

    common: cosine of the content words, the question's own left out, on which both do not take opposite sides, 0..1.
    sides: signed square of the cosine of the attitudes towards those content words, -1 opposite .. +1 alike; the
    square, because a single shared word says little.
    stance: product of both stances on the question, where it names something one can be for or against ("Should
    we ...?", "What do you think about ...?"), -1 opposite sides .. +1 the same side.
    critiques: [members], words that count like the opinion's, except for the stance, which is on the question and not
    on a draft; "" where a member gave none.
    """
    asked = language.stems(question)
    told = opinions if critiques is None else [f"{one}\n{more}" for one, more in zip(opinions, critiques, strict=True)]
    heard = [_besides(asked, text) for text in told]
    said = [_besides(asked, statement) for statement in statements]
    index = {stem: at for at, stem in enumerate(sorted({stem for attitude in said for stem in attitude}))}
    sides_heard, sides_said = _vectors(heard, index), _vectors(said, index)
    alike = (sides_heard > 0) * 1.0 @ (sides_said > 0).T + (sides_heard < 0) * 1.0 @ (sides_said < 0).T
    size = np.outer(_lengths(heard), _lengths(said))
    cosine = sides_heard @ sides_said.T / size
    towards = np.outer(_stances(opinions, question), _stances(statements, question))
    return np.stack([alike / size, cosine * np.abs(cosine), towards], axis=-1)


def _besides(asked: frozenset[str], text: str) -> dict[str, float]:
    return {stem: side for stem, side in language.attitudes(text).items() if stem not in asked}


def _lengths(attitudes: Sequence[Mapping[str, float]]) -> Matrix:
    return np.array([max(1, len(attitude)) ** 0.5 for attitude in attitudes], dtype=np.float64)


def _vectors(attitudes: Sequence[Mapping[str, float]], index: Mapping[str, int]) -> Matrix:
    matrix = np.zeros((len(attitudes), len(index)))
    for row, attitude in enumerate(attitudes):
        for stem, side in attitude.items():
            if stem in index:
                matrix[row, index[stem]] = side
    return matrix


def _stances(texts: Sequence[str], question: str) -> list[float]:
    if not _has_sides(question):
        return [0.0 for _ in texts]
    return [language.stance(text, question) for text in texts]


def _has_sides(question: str) -> bool:
    """Whether one can be for or against what is asked: not so for "Where should we go?" or "What matters to you?"."""
    asking = language.sentences(question)
    asking = [sentence for sentence in asking if sentence.rstrip().endswith("?")] or asking
    return any(
        _YES_NO.match(sentence) or _ASKS_FOR_A_VIEW.search(sentence) or not _ASKS_WHICH.search(sentence)
        for sentence in asking
    )
