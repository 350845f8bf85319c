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

import asyncio
import logging
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

import numpy as np
import numpy.typing as npt

from engine import prompts
from engine.endpoint import Address, Answers, Endpoint, PromptTooLong
from engine.errors import GeneratorMisbehaved, GeneratorUnavailable, PredictorUnavailable, SettingsError
from engine.ports import AgreementPredictor
from engine.records import Matrix, Prediction, Revision
from engine.scoring.calibration import RATINGS, Calibration

log = logging.getLogger(__name__)

AT_ONCE = 16
"""Requests under way at the same time."""

LIKELIEST = 20
"""Log-probabilities asked for at each token; hosted services and vLLM allow no more."""

SHORT, LONG = 8, 800
"""Tokens of an answer: of one that is a number, and of a model that has to think before it."""

NEUTRAL = 4.0
"""The score of a member who wrote nothing."""

Distribution = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Budget:
    """What one prediction may cost. seconds: in all; request_seconds: per request; tokens: sent and written in all."""

    seconds: float = 300.0
    request_seconds: float = 60.0
    tokens: int = 2_000_000


class JudgePredictor(AgreementPredictor):
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
        if find_spec("openai") is None:
            raise SettingsError(
                "The predictor 'judge' needs one more package: run `pip install '.[openai]'` in Parley's folder."
            )
        self._model = model
        self._address = Address.of(base_url, api_key, who="predictor 'judge'", settings="judge")
        self._budget = budget or Budget()
        self._calibration = calibration

    @property
    def name(self) -> str:
        """The catalog name."""
        return f"judge:{self._model}"

    @property
    def calibrated(self) -> bool:
        """True with a calibration that was fitted on ratings."""
        return self._calibration is not None

    @property
    def service(self) -> str:
        """Where opinions are sent."""
        return f"the language model {self._model} at {self._address.place}"

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
            await asyncio.to_thread(import_module, "openai")
            seconds = min(self._budget.request_seconds, self._budget.seconds)
            async with Endpoint(self._model, self._address, request_seconds=seconds, seed=0) as endpoint:
                judging = _Judging(self.service, endpoint, self._budget.tokens)
                try:
                    async with asyncio.timeout(self._budget.seconds):
                        await judging.run(question, opinions, statements, revision, cells, score)
                except TimeoutError:
                    raise PredictorUnavailable(
                        f"Judging by {self.service} was not done within {self._budget.seconds:g} seconds; raise "
                        "judge_seconds or draft fewer candidates."
                    ) from None
                except GeneratorUnavailable as failure:
                    raise PredictorUnavailable(str(failure), retry_after=failure.retry_after) from None
                except GeneratorMisbehaved as failure:
                    raise PredictorUnavailable(str(failure)) from None
                except PromptTooLong:
                    raise PredictorUnavailable(
                        f"An opinion and a statement do not fit into the context of {self.service}; serve it with a "
                        "longer one."
                    ) from None
            log.info(
                "statements judged",
                extra={
                    "model": self._model,
                    "cells": len(cells),
                    "requests": judging.requests,
                    "tokens": judging.tokens,
                    "from_log_probabilities": judging.from_likely,
                },
            )
        if self._calibration is None:
            return Prediction(score, None, None)
        return Prediction(score, self._calibration.expected_agreement(score), self._calibration.p_agree(score))


class _Judging:
    """One prediction: its requests, and what they cost."""

    def __init__(self, said: str, endpoint: Endpoint, most_tokens: int) -> None:
        self.requests = 0
        self.tokens = 0
        self.from_likely = 0
        self._said = said
        self._endpoint = endpoint
        self._most_tokens = most_tokens
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
        left = iter(cells)

        async def work() -> None:
            for row, column in left:
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
                score[row, column] = (both[0] + both[1]) @ RATINGS / 2

        workers = [asyncio.create_task(work()) for _ in range(min(AT_ONCE, len(cells)))]
        try:
            await asyncio.gather(*workers)
        finally:
            for worker in workers:
                worker.cancel()
            await asyncio.gather(*workers, return_exceptions=True)

    async def _distribution(self, prompt: prompts.Prompt, *, mirrored: bool) -> Distribution:
        """[7], the probability of each rating 1..7 in one order of the scale; sums to 1."""
        found = read_rating(await self._ask(prompt.messages))
        if found is None and self._length == SHORT:
            self._length = LONG
            found = read_rating(await self._ask(prompt.messages))
        if found is None:
            raise PredictorUnavailable(
                f"{self._said[0].upper()}{self._said[1:]} answered without a number from 1 to 7."
            )
        return found[::-1] if mirrored else found

    async def _ask(self, messages: Sequence[prompts.Message]) -> Answers:
        if self.tokens >= self._most_tokens:
            raise PredictorUnavailable(
                f"Judging by {self._said} would take more than {self._most_tokens:,} tokens; raise judge_tokens or "
                "draft fewer candidates."
            )
        answers = await self._endpoint.ask(
            messages, 1, seed=0, most_tokens=self._length, temperature=0.0, likeliest=LIKELIEST
        )
        self.requests += 1
        self.tokens += answers.tokens or sum(len(one.content) for one in messages) // 3
        self.from_likely += bool(answers.likely)
        return answers


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
