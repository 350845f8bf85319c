"""What a reward model is asked, as text and as tokens. A prompt and a statement are tokenised apart and put together.

The score is that of one sequence: what the tokenizer puts before a text, prompt, statement, the end-of-text token as
TRL's RewardTrainer appends it, and what the tokenizer puts after a text.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from engine import prompts
from engine.errors import SettingsError
from engine.scoring.checkpoint import defused

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

STATEMENT_ROOM = 512
"""Tokens kept free for a statement, or half of what the model holds where that is less."""

POSITIONS = 4_096
"""Tokens that a model is taken to hold when its configuration does not say."""

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


def shortened(asked: Asked, room: int, count_tokens: Callable[[str], int]) -> Asked:
    """`asked` with its longest text cut at the end, again and again, until the prompt takes at most `room` tokens.

    Depends on nothing but its arguments, so that a member's scores do not change with the company. Raises
    SettingsError where even an empty prompt is too long.
    """
    while count_tokens(asked.prompt) > room:
        texts = {name: getattr(asked, name) for name in ("opinion", "critique", "previous", "question")}
        longest = max(texts, key=lambda name: len(texts[name]))
        if not texts[longest]:
            raise SettingsError(f"The reward model has room for {room} tokens of a prompt, which is too little.")
        kept = texts[longest][: len(texts[longest]) * 9 // 10]
        asked = replace(asked, **{longest: kept.rsplit(None, 1)[0] if " " in kept.strip() else kept})
    return asked


class Tokens:
    """Turns pairs into sequences of a tokenizer, none longer than `positions`."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase, positions: int) -> None:
        self.tokenizer = tokenizer
        content, wrapped = self._ids(["a"])[0], list(tokenizer("a")["input_ids"])
        at = next(at for at in range(len(wrapped)) if wrapped[at : at + len(content)] == content)
        self._before = wrapped[:at]
        end = tokenizer.eos_token_id
        self._after = ([] if end is None else [int(end)]) + wrapped[at + len(content) :]
        self._statement_room = min(STATEMENT_ROOM, positions // 2)
        self._prompt_room = positions - self._statement_room - len(self._before)

    def rows(self, asked: Sequence[Asked], statements: Sequence[str]) -> tuple[list[Row], int]:
        """[members] rows of [candidates] suffixes, and how many members' texts had to be shortened."""
        fitting = [shortened(one, self._prompt_room, lambda text: len(self._ids([text])[0])) for one in asked]
        cut = sum(one != other for one, other in zip(fitting, asked, strict=True))
        heads = [one.prompt for one in fitting]
        tails = [prompts.reward_completion(statement) for statement in statements]
        if not heads or not tails:
            return [Row([], []) for _ in heads], cut
        apart_heads, apart_tails = self._ids(heads), self._ids(tails)
        if self._concatenate(heads, tails, apart_heads, apart_tails):
            suffixes = [self._ended(tail) for tail in apart_tails]
            return [Row(self._before + head, suffixes) for head in apart_heads], cut
        return [self._parted(head, tails) for head in heads], cut

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
        return Row(self._before + wholes[0][:same], [self._ended(whole[same:]) for whole in wholes])

    def _ended(self, tail: Ids) -> Ids:
        return tail[: self._statement_room - len(self._after)] + self._after

    def _ids(self, texts: Sequence[str]) -> list[Ids]:
        return [list(ids) for ids in self.tokenizer(list(texts), add_special_tokens=False)["input_ids"]]
