"""What a reward model is asked, as text and as tokens. A prompt and a statement are tokenised apart and put together.

The score is that of one sequence: what the tokenizer puts before a text, prompt, statement, the end-of-text token as
TRL's RewardTrainer appends it, and what the tokenizer puts after a text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from engine import prompts
from engine.scoring.checkpoint import defused
from engine.scoring.fitting import Counting, Room, around, counted_by, cut, first_fitting, shorter_statements

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

Ids = list[int]


@dataclass(frozen=True, slots=True)
class Asked:
    """One member's side of a pair; previous and critique belong to a critique iteration, else ""."""

    question: str
    opinion: str
    previous: str = ""
    critique: str = ""

    @property
    def prompt(self) -> str:
        """What stands before the statement."""
        return prompts.reward_prompt(self.question, self.opinion, previous=self.previous, critique=self.critique)

    def without(self, marks: Sequence[str]) -> Asked:
        """The same without anything that a tokenizer takes for a special token."""
        held = (self.question, self.opinion, self.previous, self.critique)
        return Asked(*(defused(text, marks) for text in held))


@dataclass(frozen=True, slots=True)
class Row:
    """One member's tokens: `prefix` + `suffixes[c]` is the whole sequence of the pair with candidate c."""

    prefix: Ids
    suffixes: Sequence[Ids]

    def whole(self, candidate: int) -> Ids:
        """The sequence of one pair."""
        return self.prefix + self.suffixes[candidate]


def shorter_prompts(asked: Asked) -> list[Asked]:
    """`asked` and what is left of it when its longest text is cut again and again, down to nothing."""
    found = [asked]
    while True:
        texts = {name: getattr(found[-1], name) for name in ("opinion", "critique", "previous", "question")}
        longest = max(texts, key=lambda name: len(texts[name]))
        if not texts[longest]:
            return found
        found.append(replace(found[-1], **{longest: cut(texts[longest])}))


def fitting_prompt(asked: Asked, room: int) -> Counting[Asked]:
    """`asked`, shortened until its prompt takes at most `room` tokens. Raises SettingsError where it cannot."""
    return first_fitting(asked, shorter_prompts, lambda one: one.prompt, room)


def fitting_statement(statement: str, room: int) -> Counting[str]:
    """`statement`, shortened until it takes at most `room` tokens after a prompt."""
    return first_fitting(statement, shorter_statements, prompts.reward_completion, room)


class Shortened(NamedTuple):
    """How many members' texts and how many statements were shortened to what the model holds."""

    members: int
    statements: int


def differing(texts: Sequence[object], others: Sequence[object]) -> int:
    """How many of `texts` are not what they were."""
    return sum(one != other for one, other in zip(texts, others, strict=True))


class Tokens:
    """Turns pairs into sequences of a tokenizer, none longer than `positions`."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase, positions: int) -> None:
        self.tokenizer = tokenizer
        self._before, after = around(self._ids(["a"])[0], list(tokenizer("a")["input_ids"]))
        end = tokenizer.eos_token_id
        self._after = ([] if end is None else [int(end)]) + after
        self._room = Room.of(positions, len(self._before), len(self._after))

    def rows(self, asked: Sequence[Asked], statements: Sequence[str]) -> tuple[list[Row], Shortened]:
        """[members] rows of [candidates] suffixes, and how many texts had to be shortened."""
        held = [counted_by(self._count, fitting_prompt(one, self._room.prompt)) for one in asked]
        told = [counted_by(self._count, fitting_statement(one, self._room.statement)) for one in statements]
        shortened = Shortened(differing(asked, held), differing(statements, told))
        heads = [one.prompt for one in held]
        tails = [prompts.reward_completion(statement) for statement in told]
        if not heads or not tails:
            return [Row([], []) for _ in heads], shortened
        apart_heads, apart_tails = self._ids(heads), self._ids(tails)
        if self._concatenate(heads, tails, apart_heads, apart_tails):
            suffixes = [tail + self._after for tail in apart_tails]
            return [Row(self._before + head, suffixes) for head in apart_heads], shortened
        return [self._parted(head, tails) for head in heads], shortened

    def _concatenate(
        self, heads: Sequence[str], tails: Sequence[str], apart_heads: Sequence[Ids], apart_tails: Sequence[Ids]
    ) -> bool:
        """Whether tokens of prompt and statement, made apart, are those of the whole.

        Every prompt ends in the same words, so the first statement after each and each statement after the first tell.
        """
        wholes = self._ids([head + tails[0] for head in heads] + [heads[0] + tail for tail in tails])
        joined = [head + apart_tails[0] for head in apart_heads] + [apart_heads[0] + tail for tail in apart_tails]
        return wholes == joined

    def _parted(self, head: str, tails: Sequence[str]) -> Row:
        """The tokens of the wholes, parted where they begin to differ."""
        wholes = self._ids([head + tail for tail in tails])
        same = 0
        while same < min(map(len, wholes)) - 1 and len({whole[same] for whole in wholes}) == 1:
            same += 1
        same = min(same, len(self._ids([head])[0]))
        return Row(self._before + wholes[0][:same], [whole[same:] + self._after for whole in wholes])

    def _count(self, text: str) -> int:
        return len(self._ids([text])[0])

    def _ids(self, texts: Sequence[str]) -> list[Ids]:
        return [list(ids) for ids in self.tokenizer(list(texts), add_special_tokens=False)["input_ids"]]
