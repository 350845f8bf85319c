"""`judge:MODEL`: a prompted language model says how each member would rate each statement, for want of a reward model.

One request asks about one member and one statement only, so that an opinion that gives orders moves no other row.
Each cell is asked twice, once with 1 and once with 7 standing for strong agreement, and the two distributions are
averaged: a model that prefers a number or a place in the list whatever it reads comes out at 4, the middle. Where
the server gives log-probabilities, an answer's distribution over 1..7 is the model's own; otherwise it is the number
that the model writes.

What comes back is no P(rating): a language model's distribution is narrower than people's ratings, and nobody has
measured by how much for the model at hand. So its mean is a score without a scale, unless a calibration that was
fitted on logged ratings is given.

Source: Zheng et al. 2023, "Judging LLM-as-a-Judge", section 3.4 (asking in both orders against position bias); Liu
et al. 2023, "G-Eval", section 2 (the mean under the answers' probabilities instead of the likeliest answer).
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from engine import prompts
from engine.endpoint.answers import Answers
from engine.records import Matrix, Prediction, Revision
from engine.scoring.calibration import RATINGS, Calibration
from engine.scoring.judging import Budget, Judging, PromptedJudge, side_by_side

LIKELIEST = 20
"""Log-probabilities asked for at each token; hosted services and vLLM allow no more."""

SHORT, LONG = 8, 800
"""Tokens of an answer: of one that is a number, and of a model that has to think before it."""

NEUTRAL = 4.0
"""The score of a member who wrote nothing."""

Distribution = npt.NDArray[np.float64]


class JudgePredictor(PromptedJudge):
    """Agreement as a language model behind an endpoint judges it; see `engine.ports.AgreementPredictor`.

    score: the mean rating that the model expects, 1-7, uncalibrated. The same input gives the same output as far as
    the server repeats itself at temperature 0.
    """

    def __init__(
        self,
        model: str,
        *,
        base_url: str | None = None,
        api_key: str | None = None,
        budget: Budget | None = None,
        calibration: Calibration | None = None,
    ) -> None:
        """base_url: the endpoint, often ending in /v1; None for the hosted service.

        Raises SettingsError where the address is unusable or the extra `openai` is not installed.
        """
        super().__init__("judge", model, base_url=base_url, api_key=api_key, budget=budget)
        self._calibration = calibration

    @property
    def calibrated(self) -> bool:
        """True with a calibration that was fitted on ratings."""
        return self._calibration is not None

    async def predict(
        self,
        question: str,
        opinions: Sequence[str],
        statements: Sequence[str],
        *,
        revision: Revision | None = None,
    ) -> Prediction:
        """`opinions` [members], `statements` [candidates] -> Prediction of [members, candidates].

        A blank opinion is not asked about: its row is 4. Raises PredictorUnavailable when the endpoint does not
        answer within the budget or answers without a number.
        """
        score = np.full((len(opinions), len(statements)), NEUTRAL, dtype=np.float64)
        cells = [
            (row, column)
            for row, opinion in enumerate(opinions)
            if opinion.strip()
            for column in range(len(statements))
        ]
        if cells:
            async with self._judging(len(cells)) as judging:
                await _Rating(judging).run(question, opinions, statements, revision, cells, score)
        if self._calibration is None:
            return Prediction(score, None, None)
        return Prediction(score, self._calibration.expected_agreement(score), self._calibration.p_agree(score))


class _Rating:
    """One prediction; `length` is what answers may have by now."""

    def __init__(self, judging: Judging) -> None:
        self._judging = judging
        self._length = SHORT

    async def run(
        self,
        question: str,
        opinions: Sequence[str],
        statements: Sequence[str],
        revision: Revision | None,
        cells: Sequence[tuple[int, int]],
        score: Matrix,
    ) -> None:
        """Fill the `cells` of `score`; a member's statements follow one another, for servers that keep a prefix."""

        async def fill(cell: tuple[int, int]) -> None:
            row, column = cell
            both = [
                await self._distribution(
                    prompts.agreement(
                        question,
                        opinions[row],
                        statements[column],
                        mirrored=mirrored,
                        draft=revision.previous_statement if revision else "",
                        critique=revision.critiques[row] if revision else "",
                    ),
                    mirrored=mirrored,
                )
                for mirrored in (False, True)
            ]
            score[cell] = (both[0] + both[1]) @ RATINGS / 2

        await side_by_side(fill, cells)

    async def _distribution(self, prompt: prompts.Prompt, *, mirrored: bool) -> Distribution:
        """[7], the probability of each rating 1..7 in one order of the scale; sums to 1."""
        found = read_rating(await self._ask(prompt))
        if found is None and self._length == SHORT:
            self._length = LONG
            found = read_rating(await self._ask(prompt))
        if found is None:
            raise self._judging.without("a number from 1 to 7")
        return found[::-1] if mirrored else found

    async def _ask(self, prompt: prompts.Prompt) -> Answers:
        return await self._judging.ask(prompt.messages, most_tokens=self._length, likeliest=LIKELIEST)


def read_rating(answers: Answers) -> Distribution | None:
    """[7], the probability of each number 1..7 in the first answer, summing to 1; None where it holds no number.

    With log-probabilities, those of the first token that is a number from 1 to 7, shared out among such numbers.
    """
    written = _written(answers.texts[0])
    if written is None:
        return None
    thought = "</think" in answers.texts[0].casefold()
    for place in answers.likely[0] if answers.likely and not thought else ():
        held = [(token, value) for token, value in place if math.isfinite(value)]
        if not held or not _is_rating(max(held, key=lambda one: one[1])[0]):
            continue
        likeliest = max(value for _, value in held)
        chances = np.zeros(7)
        for token, value in held:
            if _is_rating(token):
                chances[int(token) - 1] += math.exp(value - likeliest)
        return np.asarray(chances / chances.sum())
    return np.asarray(np.eye(7)[written - 1], dtype=np.float64)


def _is_rating(token: str) -> bool:
    return re.fullmatch(r"\s*[1-7]\s*", token, re.A) is not None


def _written(answer: str) -> int | None:
    """The first number from 1 to 7 that stands by itself after the thoughts; None where there is none."""
    if re.match(r"\s*<think", answer, re.I) and not re.search(r"</think", answer, re.I):
        return None
    text = re.sub(r"\A.*</think(?:ing)?>", " ", answer, flags=re.S | re.I)
    text = re.sub(r"(?:from )?1 ?(?:-|–|to) ?7", " ", text)
    found = re.search(r"(?<![\w.,])[1-7](?![\w]|[.,]\d)", text, re.A)
    return int(found.group()) if found else None
