"""The port itself: what a chat platform can do, and to whom and as what it sends a card."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from bot.platform.card import Card
from bot.platform.inbound import Inbound
from bot.platform.reply import Reply


@dataclass(frozen=True, slots=True)
class InChannel:
    """For everybody in a channel."""

    channel: str


@dataclass(frozen=True, slots=True)
class Privately:
    """For one person, in the conversation between them and the bot. Context: the round's channel."""

    member: str
    channel: str


Target = InChannel | Privately


@dataclass(frozen=True, slots=True)
class MessageRef:
    """A message on its platform.

    again: an earlier try may have posted the same message, and the platform cannot tell. parts: what else it consists
    of, such as answers in its thread and files, as the platform names them.
    """

    channel: str
    message: str
    again: bool = field(default=False, compare=False)
    parts: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a platform can do, declared.

    idempotent: `send` with a key it has seen returns the first message instead of posting again.
    removes_reactions: may take somebody else's reaction off. text_limit: characters in one message.
    own_chat: the chat is in our own database, so that forgetting somebody there waits for no network.
    """

    idempotent: bool
    removes_reactions: bool
    text_limit: int
    own_chat: bool = False


Handler = Callable[[Inbound], Awaitable[Reply]]
"""Answers an inbound item when what it changes is committed."""


class ChatPlatform(Protocol):
    """One chat platform. Raises PlatformUnavailable (retry later) or PlatformRefused (never retry)."""

    @property
    def name(self) -> str:
        """The prefix of this platform's ids: "web", "slack", "discord"."""
        ...

    @property
    def abilities(self) -> Abilities: ...

    async def run(self, handler: Handler) -> None:
        """Serve until cancelled. Every inbound item goes to `handler`; it is acknowledged to the platform
        only after `handler` returned, and an item that was not acknowledged comes again with the same
        delivery id. Items of one person arrive in the order in which that person acted.
        """
        ...

    async def send(self, key: str, target: Target, card: Card, *, retried_since: float | None = None) -> MessageRef:
        """Post a card under an idempotency key, seeds included. With `retried_since` an earlier try with
        this key may have got through since that time: the message must not appear twice if the platform
        can tell.
        """
        ...

    async def edit(self, ref: MessageRef, card: Card) -> None:
        """Replace a message of ours. Raises PlatformRefused(reason="message_gone") when it is not there."""
        ...

    async def reactions(self, ref: MessageRef) -> dict[str, tuple[int, ...]]:
        """What the platform holds on a message: member -> ratings 1..7, the bot's own seeds left out.

        Raises PlatformRefused where that cannot be known any more.
        """
        ...

    async def resolve(
        self, references: tuple[str, ...], *, after: str | None, limit: int
    ) -> tuple[list[str], str | None]:
        """A page of the members that references stand for (a member id, a group, a channel), without bots,
        and the cursor of the next page, None at the end.
        """
        ...

    async def forget(self, member: str) -> None:
        """Delete what the platform itself keeps of this person's conversation with the bot, as far as it may."""
        ...

    async def name_of(self, member: str) -> str:
        """How the group calls a member; the id where the platform does not say."""
        ...


@runtime_checkable
class LosesTouch(Protocol):
    """A platform on which something may happen unheard, as while its connection is down, and be found out later."""

    async def hold(self, channel: str, due: float, *, settling: bool) -> float | None:
        """Until when a timer of a round in this channel that came due then has to wait; None when it need not.

        It waits as long as something may have happened that is not known yet. settling: also for five minutes more
        where it came due in such a time, so that people may do what they could not do then.
        """
        ...


@runtime_checkable
class PostsParts(Protocol):
    """A platform on which a card becomes several things, of which `edit` reaches only the first."""

    async def rewrite(self, ref: MessageRef, card: Card) -> MessageRef:
        """Put another card in the place of all that `ref` names, so that nothing of the old one is left to see.

        Returns the message with the parts that it has now; raises as `edit`. Repeating it is harmless.
        """
        ...
