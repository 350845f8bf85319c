"""As many opinions as a model holds, in an order drawn by the seed; no text is ever cut."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from engine.prompts.fencing import Marks, drawn
from engine.prompts.model import CountTokens, Message, Prompt
from engine.prompts.words import PROMPT_VERSION

PER_MESSAGE = 8
"""Tokens that a chat template spends on each message, counted generously."""


def order(positions: Sequence[int], seed: int) -> tuple[int, ...]:
    """`positions` in an order drawn by `seed`; the same seed gives the same order."""
    return tuple(sorted(positions, key=lambda at: (drawn("order", seed, at), at)))


def fitted(
    frame: Sequence[Message],
    said: Callable[[Sequence[str]], str],
    blocks: Sequence[str],
    *,
    kind: str,
    marks: Marks,
    seed: int,
    room: int,
    count_tokens: CountTokens,
    role: Literal["user", "text"] = "user",
) -> Prompt:
    """The frame and a last message, `said` of as many blocks as the room holds; "" is no block.

    blocks: [members]. room: tokens that the whole may take by `count_tokens`. Raises ValueError where not even one
    block fits, naming the room that would be needed.
    """
    given = [at for at, block in enumerate(blocks) if block]
    used = sum(count_tokens(one.content) + PER_MESSAGE for one in frame) + count_tokens(said(())) + PER_MESSAGE
    costs = {at: count_tokens(blocks[at]) + 2 for at in given}
    fair = 4 * (room - used) / max(1, len(given))
    ordered = order(given, seed)
    seen: list[int] = []
    for at in sorted(ordered, key=lambda at: costs[at] > fair):  # one endless opinion does not crowd out the others
        if used + costs[at] <= room:
            used += costs[at]
            seen.append(at)
    seen.sort(key=ordered.index)
    if not seen:
        needed = used + min(costs.values(), default=0)
        raise ValueError(f"not one opinion fits into {room} tokens; at least {needed} are needed")
    message = Message(role, said([blocks[at] for at in seen]))
    left_out = tuple(at for at in given if at not in set(seen))
    return Prompt((*frame, message), tuple(seen), left_out, f"{kind}-{PROMPT_VERSION}", marks.fence, marks.canary)
