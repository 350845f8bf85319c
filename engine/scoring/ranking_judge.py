"""`judge-ranking:MODEL`: a prompted language model puts the statements in the order in which a member would like them.

Two requests per member, however many statements there are: one shows them in an order drawn by their texts, the other
in the reverse of it. A statement's score is its Borda share, 0 for the last and 1 for the first, averaged over both, so
that a model that ranks by place comes out at a half for all.

A rank says which of two statements somebody would rather have and nothing about whether they would agree with either,
so these scores have no scale and cannot get one: utilitarian, median and schulze rounds only.

Source: Zheng et al. 2023, "Judging LLM-as-a-Judge", section 3.4 (asking in both orders against position bias);
Tessler et al. 2024 (predicted rankings, aggregated by social choice).
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any
from zlib import crc32

import numpy as np
import numpy.typing as npt

from engine import prompts
from engine.endpoint.answers import Answers
from engine.records import Prediction, Revision
from engine.scoring.judging import Budget, Judging, PromptedJudge, side_by_side

SHORT, LONG = 200, 1_500
"""Tokens of an answer: of one that is a ranking, and of a model that has to think before it."""

NEUTRAL = 0.5
"""The score of every statement for a member who wrote nothing."""

Shares = npt.NDArray[np.float64]


class RankingJudgePredictor(PromptedJudge):
    """Preferences as a language model behind an endpoint ranks them; see `engine.ports.AgreementPredictor`.

    score: 0-1, the share of the other statements that the member would like less; uncalibrated. The same input gives
    the same output as far as the server repeats itself at temperature 0.
    """

    def __init__(
        self,
        model: str,
        *,
        base_url: str | None = None,
        api_key: str | None = None,
        budget: Budget | None = None,
    ) -> None:
        """base_url: the endpoint, often ending in /v1; None for the hosted service.

        Raises SettingsError where the address is unusable or the extra `openai` is not installed.
        """
        super().__init__("judge-ranking", model, base_url=base_url, api_key=api_key, budget=budget)

    @property
    def calibrated(self) -> bool:
        """A rank is no rating."""
        return False

    @property
    def comparing(self) -> bool:
        """A statement's score depends on the others."""
        return True

    async def predict(
        self,
        question: str,
        opinions: Sequence[str],
        statements: Sequence[str],
        *,
        revision: Revision | None = None,
    ) -> Prediction:
        """`opinions` [members], `statements` [candidates] -> Prediction of [members, candidates].

        A blank opinion is not asked about: its row is 0.5. Raises PredictorUnavailable when the endpoint does not
        answer within the budget or answers without a ranking.
        """
        score = np.full((len(opinions), len(statements)), NEUTRAL, dtype=np.float64)
        rows = [row for row, opinion in enumerate(opinions) if opinion.strip()] if len(statements) > 1 else []
        if not rows:
            return Prediction(score, None, None)
        shown = _shown(statements)

        async with self._judging(len(rows) * len(statements)) as judging:

            async def rank(row: int) -> None:
                draft = revision.previous_statement if revision else ""
                critique = revision.critiques[row] if revision else ""
                shares = np.zeros(len(statements))
                for order in (shown, shown[::-1]):
                    prompt = prompts.ranking(
                        question, opinions[row], [statements[at] for at in order], draft=draft, critique=critique
                    )
                    shares[list(order)] += await _ranked(judging, prompt, len(statements))
                score[row] = shares / 2

            await side_by_side(rank, rows)
        return Prediction(score, None, None)


async def _ranked(judging: Judging, prompt: prompts.Prompt, count: int) -> Shares:
    """[statements as shown] the Borda share of each."""
    form = prompts.ranking_form(count)
    for length in (SHORT, LONG):
        found = read_ranking(await judging.ask(prompt.messages, most_tokens=length, form=form), count)
        if found is not None:
            return found
    raise judging.without("a ranking of the statements")


def read_ranking(answers: Answers, count: int) -> Shares | None:
    """[count] the Borda share, 0-1, of each statement as shown; None where fewer than half are ranked.

    Numbers that are none of a statement or come again are ignored; statements that are not ranked share what is left.
    """
    text = re.sub(r"\A.*</think(?:ing)?>", " ", answers.texts[0], flags=re.S | re.I)
    if re.match(r"\s*<think", text, re.I):
        return None
    told = _form(text)
    ranked = _numbers(told, count) if told is not None else _a_line_each(text, count) or _in_a_line(text, count)
    if 2 * len(ranked) < count or not ranked:
        return None
    shares = np.full(count, (count - 1 - len(ranked)) / 2)
    shares[ranked] = count - 1 - np.arange(len(ranked))
    return np.asarray(shares / (count - 1), dtype=np.float64)


def _form(text: str) -> str | None:
    """The list of an answer in the form that was asked for; None for any other answer."""
    held = re.search(r"\{.*\}", text, re.S)
    if held:
        try:
            told: Any = json.loads(held.group())
            return " ".join(map(str, told["ranking"]))
        except (ValueError, KeyError, TypeError, RecursionError):
            pass
    return None


_LISTED = re.compile(
    r"\W*(?:[0-9]{1,3}(?:\W+(?=statement)|[.):]\W*))?(?:statement\s*)?#?(?P<statement>[0-9]{1,3})\W*", re.I
)
"""A line of a list: one statement, perhaps behind its place."""


def _a_line_each(text: str, count: int) -> list[int]:
    """The statements of a list with one on each line; none where another line names one that the list lacks."""
    lines = [(line, _LISTED.fullmatch(line)) for line in text.splitlines()]
    listed = _numbers(" ".join(found["statement"] for _, found in lines if found), count)
    besides = _numbers(" ".join(line for line, found in lines if not found), count)
    return listed if len(listed) > 1 and set(besides) <= set(listed) else []


def _in_a_line(text: str, count: int) -> list[int]:
    """The statements of the last line that names every one that the text names; none where no line does."""
    named = set(_numbers(text, count))
    found = (_numbers(line, count) for line in reversed(text.splitlines()))
    return next((one for one in found if set(one) == named), [])


def _numbers(text: str, count: int) -> list[int]:
    """Places of statements, from 0, in the order in which the text names them."""
    named = (int(one) - 1 for one in re.findall(r"(?<!\d)\d{1,3}(?!\d)", text, re.A))
    return [at for at in dict.fromkeys(named) if 0 <= at < count]


def _shown(statements: Sequence[str]) -> tuple[int, ...]:
    """Places of the statements in an order drawn by their texts alone, whatever the order in which they come."""
    by_text = sorted(range(len(statements)), key=lambda at: statements[at])
    drawn = prompts.order(range(len(statements)), crc32("\n".join(sorted(statements)).encode("utf-8", "replace")))
    return tuple(by_text[at] for at in drawn)
