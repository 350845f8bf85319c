"""Posting to Slack: a card once per key, at Slack's pace, with its seeds, its pages and its pictures.

Slack has no idempotency key. Every first message carries the key in its metadata, so that after a crash a page
of history says whether it was posted; in channels that takes the optional history scopes. In this process a
post that did not get through all its steps goes on where it stopped.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, TypeVar

from bot.platform import Card, InChannel, MessageRef, Picture, Target
from bot.slack.blocks import Page, Rendered, render
from bot.slack.calls import PATIENCE, Calls
from bot.slack.history import messages
from bot.slack.ids import ours, theirs
from bot.slack.inbound import EMOJI
from engine.errors import PlatformRefused, PlatformUnavailable
from engine.ports import Clock

log = logging.getLogger(__name__)
T = TypeVar("T")

PLAIN = "none"
"""How the text beside the blocks is read: addresses in it become no links."""

EVENT_TYPE = "parley_effect"
BEFORE = 120.0
"""Seconds by which our clock and Slack's may differ when history is searched."""

GONE = frozenset({"message_gone", "file_not_found", "file_deleted", "cant_delete_file", "cant_delete_message"})
"""Why there is nothing to delete any more."""

PAGES = 10
"""How many pages of history are searched."""

ALT = 1_000
UNFINISHED = 1_000
PACES = 5_000


@dataclass(slots=True)
class _Post:
    """How far one post got: its first message, and steps after it that are done.

    again: an earlier try may have posted the same, and nobody can tell. parts: what the steps posted: the ts of
    messages, the ids of files.
    """

    channel: str
    ts: str
    done: int = 0
    again: bool = False
    parts: list[str] = field(default_factory=list)


class Pacer:
    """Lets one message a second through to each channel, in the order in which they came."""

    def __init__(self, seconds: float, pause: Callable[[float], Awaitable[None]], clock: Callable[[], float]) -> None:
        self._seconds = seconds
        self._pause = pause
        self._clock = clock
        self._next: OrderedDict[str, float] = OrderedDict()

    async def turn(self, channel: str) -> None:
        """Wait for this message's turn."""
        now = self._clock()
        at = max(now, self._next.get(channel, now))
        self._next[channel] = at + self._seconds
        self._next.move_to_end(channel)
        while len(self._next) > PACES:
            self._next.popitem(last=False)
        if at > now:
            await self._pause(at - now)


class Posting:
    """Sends and edits messages of one installation."""

    def __init__(
        self, calls: Calls, clock: Clock, *, pace: float, pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        """`pace`: seconds between messages to one channel."""
        self._calls = calls
        self._clock = clock
        self._pacer = Pacer(pace, pause, asyncio.get_running_loop().time if pace else clock.now)
        self._directs: dict[str, str] = {}
        self._unfinished: OrderedDict[str, _Post] = OrderedDict()
        self._refused: OrderedDict[str, bool] = OrderedDict()

    async def send(self, key: str, target: Target, card: Card, retried_since: float | None) -> MessageRef:
        """See `ChatPlatform.send`."""
        known = theirs(target.channel if isinstance(target, InChannel) else target.member)
        post = self._unfinished.get(key)
        shown = render(card)
        if post is None:
            channel = known.id if isinstance(target, InChannel) else await self.direct(known.id)
            post = await self._found_or_posted(channel, key, shown, retried_since)
            _keep(self._unfinished, key, post)
        await self._follow_up(post, shown, card, key)
        del self._unfinished[key]
        return MessageRef(ours(known.team, post.channel), post.ts, post.again, tuple(post.parts))

    async def _found_or_posted(self, channel: str, key: str, shown: Rendered, since: float | None) -> _Post:
        """The message that an earlier try posted, or a new one; where nobody can tell, it may be there twice."""
        again = False
        if since is not None and key not in self._refused:
            try:
                found = await self._earlier(channel, key, since)
            except PlatformRefused as refusal:
                if refusal.reason != "missing_scope":
                    raise
                again = True
            else:
                if found is not None:
                    return found
        first = since is None or self._refused.pop(key, None) is not None
        try:
            metadata = {"event_type": EVENT_TYPE, "event_payload": {"key": key}}
            ts = await self._post(channel, shown.pages[0], metadata=metadata)
        except PlatformUnavailable as problem:
            if first and problem.retry_after is not None:  # asked to wait: it was surely not posted
                _keep(self._refused, key, True)
            raise
        if again:
            log.warning("posted again without the history scopes: possible duplicate", extra={"effect": key})
        return _Post(channel, ts, again=again)

    async def edit(self, ref: MessageRef, card: Card) -> None:
        """See `ChatPlatform.edit`. Pages beyond the first are posted in the thread."""
        shown, channel = render(card), theirs(ref.channel).id
        await self._update(channel, ref.message, shown.pages[0])
        for more in (*shown.pages[1:], *shown.detail):
            await self._post(channel, more, thread=ref.message)

    async def rewrite(self, ref: MessageRef, card: Card, bot: str) -> MessageRef:
        """See `bot.platform.PostsParts`. bot: our id there, by which our answers in the thread are known."""
        shown, channel = render(card), theirs(ref.channel).id
        await self._update(channel, ref.message, shown.pages[0])
        for part in dict.fromkeys((*ref.parts, *await self._in_thread(channel, ref.message, bot))):
            await self._remove(channel, part)
        post = _Post(channel, ref.message)
        await self._follow_up(post, shown, replace(card, seeds=False), f"again-{ref.message}")
        return MessageRef(ref.channel, ref.message, parts=tuple(post.parts))

    async def _in_thread(self, channel: str, ts: str, bot: str) -> list[str]:
        """Our answers and files in a message's thread; none where the history scopes are missing."""
        replies = messages(self._calls, self._calls.client.conversations_replies, channel=channel, ts=ts)
        try:
            said = [one async for one in replies if one.get("ts") != ts and one.get("user") == bot]
        except PlatformRefused as refusal:
            if refusal.reason not in {"missing_scope", "message_gone"}:
                raise
            return []
        files = [str(file["id"]) for one in said for file in one.get("files") or ()]
        return [*files, *(str(one["ts"]) for one in said)]

    async def _remove(self, channel: str, part: str) -> None:
        """Delete an answer of ours or a file; one that is gone is deleted already."""
        client = self._calls.client
        try:
            if part.startswith("F"):
                await self._calls(client.files_delete, file=part, patience=PATIENCE)
            else:
                await self._calls(client.chat_delete, channel=channel, ts=part, patience=PATIENCE)
        except PlatformRefused as refusal:
            if refusal.reason not in GONE:
                raise

    async def show(self, channel: str, user: str | None, card: Card) -> None:
        """Show a card at once: to `user` alone in a channel, or (None) in a conversation of two."""
        shown = render(card)
        for page in (*shown.pages, *shown.detail):
            if user is None:
                await self._post(channel, page)
            else:
                await self._calls(
                    self._calls.client.chat_postEphemeral,
                    channel=channel,
                    user=user,
                    text=page.text,
                    blocks=page.blocks,
                    parse=PLAIN,
                    patience=PATIENCE,
                )

    async def direct(self, user: str) -> str:
        """Slack's id of the conversation between this person and the bot."""
        known = self._directs.get(user)
        if known is None:
            answer = await self._calls(self._calls.client.conversations_open, users=user, patience=PATIENCE)
            known = self._directs[user] = str(answer["channel"]["id"])
            if len(self._directs) > PACES:
                self._directs.pop(next(iter(self._directs)))
        return known

    async def reactions(self, ref: MessageRef, bot: str, *, can_wait: bool = False) -> dict[str, tuple[int, ...]]:
        """See `ChatPlatform.reactions`, and `Calls` for `can_wait`."""
        place = theirs(ref.channel)
        client = self._calls.client
        answer = await self._calls(
            client.reactions_get,
            channel=place.id,
            timestamp=ref.message,
            full=True,
            patience=PATIENCE,
            can_wait=can_wait,
        )
        digits = {name: int(digit) for digit, name in EMOJI.items()}
        held: dict[str, list[int]] = {}
        for one in (answer.get("message") or {}).get("reactions") or ():
            rating = digits.get(str(one.get("name")))
            for user in one.get("users") or () if rating is not None else ():
                if user != bot and rating is not None:
                    held.setdefault(ours(place.team, str(user)), []).append(rating)
        return {member: tuple(sorted(ratings)) for member, ratings in held.items()}

    async def erase(self, user: str) -> None:
        """Delete our messages in the conversation with this person; Slack lets nobody but them delete theirs."""
        channel = await self.direct(user)
        client = self._calls.client
        there = [one async for one in messages(self._calls, client.conversations_history, channel=channel)]
        for root in [one for one in there if one.get("reply_count")]:
            replies = messages(self._calls, client.conversations_replies, channel=channel, ts=root["ts"])
            there += [one async for one in replies if one["ts"] != root["ts"]]
        for ts in [str(one["ts"]) for one in there if one.get("bot_id") or one.get("user") not in {None, user}]:
            try:
                await self._calls(client.chat_delete, channel=channel, ts=ts, patience=PATIENCE)
            except PlatformRefused as refusal:
                if refusal.reason not in {"message_gone", "cant_delete_message"}:
                    raise

    async def _update(self, channel: str, ts: str, page: Page) -> None:
        update = self._calls.client.chat_update
        await self._calls(
            update, channel=channel, ts=ts, text=page.text, blocks=page.blocks, parse=PLAIN, patience=PATIENCE
        )

    async def _post(self, channel: str, page: Page, *, thread: str | None = None, metadata: Any = None) -> str:
        await self._pacer.turn(channel)
        answer = await self._calls(
            self._calls.client.chat_postMessage,
            channel=channel,
            text=page.text,
            blocks=page.blocks,
            thread_ts=thread,
            metadata=metadata,
            parse=PLAIN,
            unfurl_links=False,
            unfurl_media=False,
            patience=PATIENCE,
        )
        return str(answer["ts"])

    async def _follow_up(self, post: _Post, shown: Rendered, card: Card, key: str) -> None:
        """Seeds, then the rest of the card in the thread, then its pictures; each step once."""
        steps: list[Callable[[], Awaitable[str | None]]] = []
        if card.seeds:
            steps += [partial(self._seed, post, EMOJI[str(rating)]) for rating in range(1, 8)]
        more = (*shown.pages[1:], *shown.detail)
        steps += [partial(self._post, post.channel, page, thread=post.ts) for page in more]
        for number, picture in enumerate(shown.pictures, 1):
            name = f"{re.sub(r'[^A-Za-z0-9]+', '-', key)}-{number}.png"
            steps.append(partial(self._upload, post, picture, name, shown.pages[0].text))
        for step in steps[post.done :]:
            part = await step()
            post.parts += [part] if part else []
            post.done += 1

    async def _seed(self, post: _Post, emoji: str) -> None:
        try:
            await self._calls(
                self._calls.client.reactions_add,
                channel=post.channel,
                timestamp=post.ts,
                name=emoji,
                patience=PATIENCE,
            )
        except PlatformRefused as refusal:
            if refusal.reason not in {"already_reacted", "message_gone", "too_many_reactions", "too_many_emoji"}:
                raise

    async def _upload(self, post: _Post, picture: Picture, name: str, title: str) -> str | None:
        """Put a picture into the thread; the file's id, None where Slack does not take it."""
        from bot.picture import png

        content = await asyncio.to_thread(png, picture.svg)
        await self._pacer.turn(post.channel)
        try:
            answer = await self._calls(
                self._calls.client.files_upload_v2,
                channel=post.channel,
                thread_ts=post.ts,
                filename=name,
                title=title[:250],
                content=content,
                alt_txt=picture.alt[:ALT],
                patience=PATIENCE,
            )
        except PlatformRefused as refusal:
            log.warning("picture refused", extra={"reason": refusal.reason})
            return None
        return next((str(one["id"]) for one in answer.get("files") or () if one.get("id")), None)

    async def _earlier(self, channel: str, key: str, since: float) -> _Post | None:
        """The message that an earlier try posted under this key, if history tells."""
        history = self._calls.client.conversations_history
        oldest = f"{since - BEFORE:.6f}"
        async for one in messages(
            self._calls, history, pages=PAGES, channel=channel, oldest=oldest, include_all_metadata=True
        ):
            metadata = one.get("metadata") or {}
            payload = metadata.get("event_payload") or {}
            if metadata.get("event_type") == EVENT_TYPE and payload.get("key") == key:
                post = _Post(channel, str(one["ts"]))
                if one.get("reply_count"):
                    await self._go_on_after(post, one)
                return post
        return None

    async def _go_on_after(self, post: _Post, message: dict[str, Any]) -> None:
        """Take the steps as done that were taken after the first message: its seeds, and the answers in its thread."""
        there = messages(self._calls, self._calls.client.conversations_replies, channel=post.channel, ts=post.ts)
        who = {message.get("user"), message.get("bot_id")} - {None}
        replies = [one async for one in there if one["ts"] != post.ts and {one.get("user"), one.get("bot_id")} & who]
        seeded = any(one.get("name") in EMOJI.values() for one in message.get("reactions") or ())
        post.done = len(replies) + (7 if seeded else 0)
        post.parts = [str(next((file["id"] for file in one.get("files") or ()), one["ts"])) for one in replies]


def _keep(kept: OrderedDict[str, T], key: str, value: T) -> None:
    """Remember the newest ones."""
    kept[key] = value
    while len(kept) > UNFINISHED:
        kept.popitem(last=False)
