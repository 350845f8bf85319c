"""Statements written by any language model that is prompted: what every such back end has in common.

All candidates are asked for at once; where a model gives fewer, or guards drop some, further requests with other seeds
and another order of the opinions top up, until there are enough, nothing new comes, or the budget is spent.

Source: Bakker et al. 2022, section 3.4 (16 candidates sampled from one model, reranked afterwards).
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import math
import re
from abc import abstractmethod
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager
from copy import copy
from dataclasses import dataclass
from typing import Any, Protocol

from engine import prompts
from engine.endpoint.answers import Answers, PromptTooLong
from engine.errors import GeneratorMisbehaved, GeneratorUnavailable, ParleyError
from engine.generation.guards import Guard, Judged
from engine.generation.orders import OF_A_STATEMENT, without_orders
from engine.generation.plain import plain
from engine.ports import StatementGenerator
from engine.prompts import Example, Message, Prompt, Style
from engine.records import Candidate, Provenance, Revision

log = logging.getLogger(__name__)

CONTEXT = 4_096
"""Tokens that a model is taken to hold when neither the settings nor the server say; small servers cut silently."""

ANSWER_TOKENS = {Style.ZERO_SHOT: 500, Style.FEW_SHOT: 500, Style.REASONED: 1_200, Style.TEMPLATE: 500}
AT_ONCE = 4
"""Requests under way at the same time, where a server gives one choice per request."""

MARK_TOKENS = 20
"""Tokens of a mark around an opinion, counted generously: twelve of its characters are random."""

SUBSETS = 4
"""Into how many requests the candidates are divided at most, where no prompt holds all opinions."""

STALE = 3
"""Rounds of requests that may bring nothing usable, one after another, before we stop asking."""


@dataclass(frozen=True, slots=True)
class Budget:
    """What one drafting may cost. seconds: in all; request_seconds: per request; tokens: sent and written in all."""

    seconds: float = 120.0
    request_seconds: float = 60.0
    tokens: int = 200_000


PER_BUDGET = 100
"""Opinions up to which a drafting has one budget; a larger group is deliberated in as many parts as it has such."""

SIDE_BY_SIDE = 8
"""Parts of a large group that are worked on at the same time, so that seconds grow more slowly than tokens."""


class Spending:
    """What one drafting may still cost, over all the calls of `generate` that it takes."""

    def __init__(self, budget: Budget, opinions: int = 0) -> None:
        """Seconds pass while at least one call is under way, and not while others work on the same drafting."""
        parts = max(1, math.ceil(opinions / PER_BUDGET))
        self.seconds = budget.seconds * (1 + (parts - 1) / SIDE_BY_SIDE)
        self.most_tokens = budget.tokens * parts
        self.tokens = 0
        self._used = 0.0
        self._since = 0.0
        self._calls = 0

    @contextmanager
    def call(self) -> Iterator[float]:
        """A call is under way; gives when the seconds are over, by the running loop's clock."""
        clock = asyncio.get_running_loop()
        if not self._calls:
            self._since = clock.time()
        self._calls += 1
        try:
            yield self._since + self.seconds - self._used
        finally:
            self._calls -= 1
            if not self._calls:
                self._used += clock.time() - self._since

    @property
    def broke(self) -> bool:
        """Whether its tokens are spent."""
        return self.tokens >= self.most_tokens


class LanguageModel(Protocol):
    """What is asked: an endpoint, or a model in a process of ours."""

    one_choice: bool
    """True once it has shown that it gives one choice whatever is asked."""

    async def context(self) -> int | None:
        """How many tokens it holds, prompt and answer together, where that can be known."""
        ...

    async def count_tokens(self, texts: Sequence[str]) -> list[int] | None:
        """How many tokens it makes of each text, where that can be known."""
        ...

    async def ask(
        self,
        messages: Sequence[Message],
        n: int,
        *,
        seed: int,
        most_tokens: int,
        form: Mapping[str, Any] | None = None,
    ) -> Answers:
        """At least one and at most `n` answers, in the JSON schema `form` where the model can be held to one.

        Raises PromptTooLong, GeneratorUnavailable and GeneratorMisbehaved.
        """
        ...


class PromptedGenerator(StatementGenerator):
    """Statements by a prompted language model; see `engine.ports.StatementGenerator`.

    The same arguments give the same candidates as far as the model honours seeds. Opinions are made plain, and
    sentences that speak to a language model are taken out, before anything is sent; see `engine.prompts` for how
    they are fenced and `engine.generation.guards` for what is dropped of the answers. Raises GeneratorUnavailable
    when the model does not answer in time and GeneratorMisbehaved when no answer can be used or the tokens are spent.
    """

    def __init__(
        self,
        model: str,
        *,
        budget: Budget,
        style: Style,
        context: int | None = None,
        structured: bool = True,
        examples: Sequence[Example] | None = None,
    ) -> None:
        """context: tokens that the model holds; None asks it. structured: hold it to a form where it can be.

        examples: what a few-shot prompt shows; None for the three that Parley brings.
        """
        self.examples = examples
        """What a few-shot prompt shows; None for the built-in ones."""

        self._model = model
        self._budget = budget
        self._style = style
        self._context = context
        self._form = prompts.answer_form(style) if structured and style is not Style.TEMPLATE else None
        self.spending: Spending | None = None
        """What the drafting that this one is for may still cost; None where each call has a budget of its own."""

    longer_context = "give it a model with a longer context"
    """What to do where opinions do not fit."""

    @abstractmethod
    def _open(self, seed: int) -> AbstractAsyncContextManager[LanguageModel]:
        """The model, for one drafting."""

    @property
    @abstractmethod
    def _said(self) -> str:
        """The model in words that begin a sentence, such as "The language model llama at this machine"."""

    def for_drafting(self, opinions: int) -> PromptedGenerator:
        """See `engine.ports.StatementGenerator.for_drafting`."""
        made = copy(self)
        made.spending = Spending(self._budget, opinions)
        return made

    async def generate(
        self, question: str, opinions: Sequence[str], n: int, *, seed: int, revision: Revision | None = None
    ) -> list[Candidate]:
        """At most `n` candidates that passed every guard, in the order in which they were written."""
        spending = self.spending or Spending(self._budget)
        if spending.broke:
            raise GeneratorMisbehaved(
                f"{self._said} has spent the {spending.most_tokens:,} tokens that one drafting may cost."
            )
        texts = await asyncio.to_thread(sayable, opinions, question)
        if not any(texts):
            raise GeneratorMisbehaved(
                "No statement can be made of these opinions: none of them holds words that say something about the "
                "question."
            )
        if revision is not None:
            said = await asyncio.to_thread(sayable, revision.critiques, f"{question} {OF_A_STATEMENT}")
            revision = Revision(revision.previous_statement, tuple(said))
        guard = await asyncio.to_thread(Guard, question, opinions, revision=revision)
        async with self._open(seed) as endpoint:
            asking = _Asking(self, endpoint, guard, question, texts, revision, n, seed, self._form, spending)
            try:
                with spending.call() as until:
                    async with asyncio.timeout_at(until):
                        self._context = self._context or await endpoint.context()
                        await asking.run(self._context or CONTEXT, self._style)
            except TimeoutError:
                asking.ended = f"{self._said} wrote nothing within {spending.seconds:g} seconds."
                if not asking.candidates:
                    raise GeneratorUnavailable(asking.ended) from None
            except (GeneratorUnavailable, GeneratorMisbehaved) as failure:
                asking.ended = str(failure)
                if not asking.candidates:
                    raise
            finally:
                log.info("candidates judged", extra={"model": self._model, **asking.figures()})
        if not asking.candidates:
            why = ", ".join(f"{reason} {number}" for reason, number in asking.dropped.most_common())
            raise GeneratorMisbehaved(f"{self._said} wrote nothing that can be used ({why}).")
        return asking.candidates


class _Asking:
    """One drafting: requests, what came of them, and what they cost."""

    def __init__(
        self,
        generator: PromptedGenerator,
        endpoint: LanguageModel,
        guard: Guard,
        question: str,
        opinions: Sequence[str],
        revision: Revision | None,
        n: int,
        seed: int,
        form: Mapping[str, Any] | None,
        spending: Spending,
    ) -> None:
        self.ended = "cancelled"
        """Why nothing more was asked for."""

        self.candidates: list[Candidate] = []
        self.dropped: Counter[str] = Counter()
        self.requests = 0
        self.tokens = 0
        self._generator = generator
        self._endpoint = endpoint
        self._guard = guard
        self._question = question
        self._opinions = opinions
        self._revision = revision
        self._n = n
        self._seed = seed
        self._form = form
        self._counted: dict[str, int] = {}
        self._spending = spending

    def figures(self) -> dict[str, Any]:
        """What the log keeps of it; no text of anybody."""
        return {
            "kept": len(self.candidates),
            "dropped": {str(reason): number for reason, number in self.dropped.items()},
            "requests": self.requests,
            "tokens": self.tokens,
            "ended": self.ended,
        }

    async def run(self, context: int, style: Style) -> None:
        """Ask until there are enough candidates, nothing new comes, or the tokens are spent."""
        answer = ANSWER_TOKENS[style]
        room = context - answer
        if self._crowded(room, style):
            await self._measure()
        stale = 0
        while len(self.candidates) < self._n and stale < STALE and not self._spending.broke:
            batch = self._batch(room, style)
            before = len(self.candidates)
            asked = [self._ask(prompt, n, seed, answer) for prompt, n, seed in batch]
            came = await asyncio.gather(*asked, return_exceptions=True)
            for (prompt, _, _), answers in zip(batch, came, strict=True):
                if isinstance(answers, Answers):
                    await self._keep(prompt, answers, style)
                elif not isinstance(answers, (ParleyError, PromptTooLong)):
                    raise answers
            failures = [answers for answers in came if isinstance(answers, ParleyError)]
            if len(failures) == len(came):
                raise failures[0]
            if any(isinstance(answers, PromptTooLong) for answers in came):
                room //= 2
            stale = stale + 1 if len(self.candidates) == before else 0
        enough = len(self.candidates) >= self._n
        self.ended = "enough" if enough else "tokens spent" if self._spending.broke else "nothing new came"

    def _crowded(self, room: int, style: Style) -> bool:
        """Whether a prompt leaves out opinions by the estimate, which is generous."""
        try:
            return bool(self._prompt(0, room, style).left_out)
        except GeneratorMisbehaved:
            return True

    async def _measure(self) -> None:
        """Have the server count what members wrote, where it can."""
        said = self._revision.critiques if self._revision is not None else ()
        texts = sorted({text.strip() for text in (self._question, *self._opinions, *said) if text.strip()})
        counts = await self._endpoint.count_tokens(texts) or ()
        self._counted = dict(zip(texts, counts, strict=False))

    def _count(self, text: str) -> int:
        """Tokens of a piece of a prompt: of what members wrote as measured, of our own words as estimated."""
        if not self._counted:
            return estimated_tokens(text)
        pieces = (piece.strip() for piece in re.split(r"\[/?[a-z]+ [0-9a-f]{12}\]", text))
        marks = len(re.findall(r"\[/?[a-z]+ [0-9a-f]{12}\]", text))
        return MARK_TOKENS * marks + sum(self._counted.get(piece, estimated_tokens(piece)) for piece in pieces)

    def _batch(self, room: int, style: Style) -> list[tuple[Prompt, int, int]]:
        """(prompt, choices, seed) of the requests to send next; none holds more than the room."""
        missing = self._n - len(self.candidates)
        first = self._prompt(self.requests, room, style)
        if self._endpoint.one_choice:
            number, choices = min(AT_ONCE, missing), 1
        else:
            given = len(first.seen) + len(first.left_out)
            number = min(SUBSETS, missing, math.ceil(given / len(first.seen)))
            choices = math.ceil(missing / number)
        made = [first, *(self._prompt(self.requests + at, room, style) for at in range(1, number))]
        batch = [(prompt, choices, self._drawn(self.requests + at)) for at, prompt in enumerate(made)]
        self.requests += number
        return batch

    def _prompt(self, request: int, room: int, style: Style) -> Prompt:
        seed = self._drawn(request)
        try:
            if self._revision is not None:
                return prompts.revision(
                    self._question,
                    self._opinions,
                    self._revision,
                    seed=seed,
                    room=room,
                    count_tokens=self._count,
                    style=style,
                )
            return prompts.statement(
                self._question,
                self._opinions,
                seed=seed,
                room=room,
                count_tokens=self._count,
                style=style,
                examples=self._generator.examples,
            )
        except ValueError as problem:
            raise GeneratorMisbehaved(
                f"The generator {self._generator.name!r} cannot put these opinions into its prompt: {problem}; "
                f"{self._generator.longer_context}."
            ) from None

    async def _ask(self, prompt: Prompt, n: int, seed: int, most_tokens: int) -> Answers:
        answers = await self._endpoint.ask(prompt.messages, n, seed=seed, most_tokens=most_tokens, form=self._form)
        written = [one.content for one in prompt.messages] + list(answers.texts)
        spent = answers.tokens or sum(estimated_tokens(text) for text in written)
        self.tokens += spent
        self._spending.tokens += spent
        return answers

    async def _keep(self, prompt: Prompt, answers: Answers, style: Style) -> None:
        self._guard.add_secrets(prompt.fence, prompt.canary)
        read = [prompts.read_statement(text, style) for text in answers.texts]
        whole = [
            text if any(secret in text.casefold() for secret in (prompt.fence, prompt.canary)) else statement
            for text, statement in zip(answers.texts, read, strict=True)
        ]
        judged: Judged = await asyncio.to_thread(self._guard.judge, whole, cut_short=answers.cut_short)
        self.dropped.update(str(reason) for _, reason in judged.dropped)
        made = Provenance(
            self._generator.name, self._generator.name.partition(":")[2], prompt.version, self._seed, prompt.seen
        )
        self.candidates.extend(Candidate(text, made) for _, text in judged.kept[: self._n - len(self.candidates)])

    def _drawn(self, request: int) -> int:
        """A seed of its own for each request, of 31 bits, as every server takes it."""
        return int.from_bytes(hashlib.sha256(f"{self._seed}/{request}".encode()).digest()[:4], "big") >> 1


def estimated_tokens(text: str) -> int:
    """At least as many tokens as a usual tokenizer makes of `text`: an ASCII letter counts a third, any other one."""
    ascii_letters = sum(letter.isascii() for letter in text)
    return math.ceil(ascii_letters / 3) + len(text) - ascii_letters


def sayable(texts: Sequence[str], about: str) -> list[str]:
    """[members] the texts made plain, without orders to whoever writes the statement; about: what they speak of."""
    return [without_orders(plain(text), about) if text.strip() else "" for text in texts]
