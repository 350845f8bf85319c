"""What of a round is gone from its channel, however it was found out: each loss happens once."""

from __future__ import annotations

from bot.desk import Desk
from bot.platform import Done, PostDeleted, Reply
from engine.errors import PlatformRefused
from engine.ports import Delivery, RoundStore, Sent
from engine.rounds.events import Post, PostLost
from engine.rounds.model import Round
from engine.service import handle

POSTS = {"announcement": Post.ANNOUNCEMENT, "candidate": Post.CANDIDATE}
"""The kinds of messages that people need in the channel."""


class Losing:
    """Tells rounds of what was deleted in their channels."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def deleted(self, item: PostDeleted) -> Reply:
        """A message is gone, or a whole channel with every round in it."""
        channel, store = item.person.channel, self._desk.store
        if item.message:
            if (sent := await store.sent_as(channel, item.message)) is not None:
                await _lost_message(store, sent, item.at)
        else:
            for round in await store.rounds_in(channel, running=True):
                await _lost_channel(store, round, item.at)
        self._desk.committed()
        return Done()


async def found_gone(store: RoundStore, round: Round, sent: Sent, refusal: PlatformRefused, at: float) -> None:
    """A platform refused what was to be done with a message: tell the round where it is gone, or its channel is."""
    if refusal.reason == "message_gone":
        await _lost_message(store, sent, at)
    elif refusal.reason == "channel_gone":
        await _lost_channel(store, round, at)


async def _lost_message(store: RoundStore, sent: Sent, at: float) -> None:
    if sent.kind not in POSTS:
        return
    post = POSTS[sent.kind]
    if post is Post.ANNOUNCEMENT and sent != (await store.sent(sent.round, sent.kind))[-1]:
        return  # one that was made anew since
    event = PostLost(at, post, sent.message, sent.candidate)
    await handle(store, Delivery(f"gone/{sent.channel}/{sent.message}", sent.round, event))


async def _lost_channel(store: RoundStore, round: Round, at: float) -> None:
    await handle(store, Delivery(f"gone/{round.channel}/{round.id}", round.id, PostLost(at, Post.CHANNEL)))
