"""Posting to Discord: a card once per key, with its pages, its picture and its seeds.

Discord takes a nonce once within a few minutes, and it is made of the key. For what is older, the newest messages of
the channel are compared with what was to be posted. In this process a post that did not get through all its steps
goes on where it stopped.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import logging
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from bot.discord.calls import Calls
from bot.discord.directs import Directs
from bot.discord.ids import made_after, ours, theirs
from bot.discord.inbound import KEYCAPS
from bot.discord.messages import Json, Page, Rendered, render
from bot.platform import Card, InChannel, MessageRef, Picture, Target
from engine.errors import PlatformRefused
from engine.ports import Clock

log = logging.getLogger(__name__)

MESSAGES = "/channels/{channel_id}/messages"
MESSAGE = "/channels/{channel_id}/messages/{message_id}"
SEED = "/channels/{channel_id}/messages/{message_id}/reactions/{emoji}/@me"

BEFORE = 120.0
"""Seconds by which our clock and Discord's may differ when earlier messages are looked through."""

ALT = 1_024
NONCE = 25
UNFINISHED = 1_000
REMEMBERED = 5_000


@dataclass(slots=True)
class _Post:
    """How far one post got: its pages' messages, and how many of the seeds."""

    channel: int
    pages: list[str] = field(default_factory=list)
    seeds: int = 0


class Posting:
    """Sends and edits messages of one bot."""

    def __init__(
        self, calls: Calls, clock: Clock, *, pace: float, pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        """`pace`: seconds between two seeds; Discord takes about four a second."""
        self._calls = calls
        self._clock = clock
        self._pace = pace
        self._pause = pause
        self.directs = Directs(calls, clock)
        self._unfinished: OrderedDict[str, _Post] = OrderedDict()
        self._pages: OrderedDict[str, list[str]] = OrderedDict()
        self.seeded: OrderedDict[str, None] = OrderedDict()

    async def send(self, key: str, channel: int, card: Card, retried_since: float | None) -> MessageRef:
        """See `ChatPlatform.send`."""
        shown = render(card)
        post = self._unfinished.get(key) or _Post(channel)
        self._unfinished[key] = post
        while len(self._unfinished) > UNFINISHED:
            self._unfinished.popitem(last=False)
        if not post.pages and retried_since is not None:
            post.pages = await self._earlier(channel, key, shown, retried_since)
        try:
            await self._go_on(post, key, card, shown)
        except PlatformRefused:
            self._unfinished.pop(key, None)
            raise
        self._unfinished.pop(key, None)
        first = post.pages[0]
        self._remember(first, post.pages[1:])
        return MessageRef(ours(channel), first)

    async def _go_on(self, post: _Post, key: str, card: Card, shown: Rendered) -> None:
        for number in range(len(post.pages), len(shown.pages)):
            pictures = shown.pictures if number == 0 else ()
            answers = post.pages[0] if post.pages else None
            nonce = nonce_of(key, number)
            post.pages.append(await self.post(post.channel, shown.pages[number], nonce, answers, pictures))
        while card.seeds and post.seeds < len(KEYCAPS):
            if self._pace and post.seeds:
                await self._pause(self._pace)
            if not await self._seed(post.channel, post.pages[0], list(KEYCAPS.values())[post.seeds]):
                break
            post.seeds += 1

    async def post(
        self,
        channel: int,
        page: Page,
        nonce: str | None = None,
        answers: str | None = None,
        pictures: tuple[Picture, ...] = (),
    ) -> str:
        """Post one message; its id. answers: the message it replies to."""
        payload = page.payload()
        if nonce is not None:
            payload |= {"nonce": nonce, "enforce_nonce": True}
        if answers is not None:
            payload["message_reference"] = {"message_id": answers, "fail_if_not_exists": False}
        made = await self._write("POST", MESSAGES, payload, pictures, nonce or "picture", channel_id=channel)
        return str(made["id"])

    async def edit(self, ref: MessageRef, card: Card) -> None:
        """See `ChatPlatform.edit`. Pages beyond the first answer the first; those too many are deleted."""
        channel, shown = theirs(ref.channel), render(card)
        rest = await self._pages_of(channel, ref.message)
        first = shown.pages[0].payload()
        await self._write(
            "PATCH", MESSAGE, first, shown.pictures, "again", channel_id=channel, message_id=int(ref.message)
        )
        kept: list[str] = []
        for page, known in zip(shown.pages[1:], [*rest, *[""] * len(shown.pages)], strict=False):
            if known and await self._replaced(channel, known, page):
                kept.append(known)
            else:
                kept.append(await self.post(channel, page, answers=ref.message))
        for known in rest[len(shown.pages) - 1 :]:
            await self.delete(channel, known)
        self._remember(ref.message, kept)

    async def _replaced(self, channel: int, message: str, page: Page) -> bool:
        try:
            await self._calls("PATCH", MESSAGE, json=page.payload(), channel_id=channel, message_id=int(message))
        except PlatformRefused as refusal:
            if refusal.reason != "message_gone":
                raise
            return False
        return True

    async def delete(self, channel: int, message: str) -> None:
        """Delete a message of ours; one that is gone is deleted already."""
        try:
            await self._calls("DELETE", MESSAGE, channel_id=channel, message_id=int(message))
        except PlatformRefused as refusal:
            if refusal.reason not in {"message_gone", "channel_gone"}:
                raise

    async def erase(self, user: int, bot: str) -> None:
        """Delete our messages in the conversation with this person; Discord lets nobody but them delete theirs."""
        channel = await self.directs.open(user)
        before: str | None = None
        while True:
            query = {"limit": 100} | ({"before": before} if before else {})
            found = await self._calls("GET", MESSAGES, query=query, channel_id=channel)
            for one in found:
                if str(one["author"]["id"]) == bot:
                    await self.delete(channel, str(one["id"]))
            if len(found) < 100:
                return
            before = str(found[-1]["id"])

    def rated_here(self, message: str) -> None:
        """Know a message under which people rate by keycap."""
        self.seeded[message] = None
        while len(self.seeded) > REMEMBERED:
            self.seeded.popitem(last=False)

    async def seed_again(self, channel: int, message: str, digits: list[str]) -> None:
        """Put keycaps back under a message that people rate by keycap."""
        for number, digit in enumerate(digits):
            if self._pace and number:
                await self._pause(self._pace)
            if not await self._seed(channel, message, KEYCAPS[digit]):
                return

    async def _seed(self, channel: int, message: str, emoji: str) -> bool:
        """Put a keycap under a message; False where it takes none."""
        self.rated_here(message)
        try:
            await self._calls("PUT", SEED, channel_id=channel, message_id=int(message), emoji=emoji)
        except PlatformRefused as refusal:
            if refusal.reason in {"message_gone", "too_many_reactions", "reaction_blocked", "missing_permissions"}:
                log.warning("keycap refused", extra={"reason": refusal.reason})
                return False
            raise
        return True

    async def _write(
        self, method: str, path: str, payload: Json, pictures: tuple[Picture, ...], name: str, **ids: Any
    ) -> Json:
        if not pictures:
            return dict(await self._calls(method, path, json=payload, **ids))
        from bot.picture import png

        stem = re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-")
        named = [(f"{stem}-{number}.png", one) for number, one in enumerate(pictures, 1)]
        payload["attachments"] = [
            {"id": number, "filename": file, "description": one.alt[:ALT]} for number, (file, one) in enumerate(named)
        ]
        parts: list[Json] = [{"name": "payload_json", "value": json.dumps(payload), "content_type": "application/json"}]
        for number, (file, one) in enumerate(named):
            content = await asyncio.to_thread(png, one.svg)
            parts.append({"name": f"files[{number}]", "value": content, "filename": file, "content_type": "image/png"})
        try:
            return dict(await self._calls(method, path, parts=parts, **ids))
        except PlatformRefused as refusal:
            if refusal.reason != "missing_permissions":
                raise
            # Without the right to attach files the words still go out.
            log.warning("picture refused", extra={"reason": refusal.reason})
            payload["attachments"] = []
            return dict(await self._calls(method, path, json=payload, **ids))

    async def _earlier(self, channel: int, key: str, shown: Rendered, since: float) -> list[str]:
        """The pages that an earlier try posted, as far as the channel's newest messages tell."""
        query = {"limit": 100, "after": str(made_after(since - BEFORE))}
        try:
            found = await self._calls("GET", MESSAGES, query=query, channel_id=channel)
        except PlatformRefused as refusal:
            if refusal.reason in {"channel_gone", "direct_messages_closed"}:
                raise
            return []
        there = sorted(found, key=lambda one: int(one["id"]))
        pages: list[str] = []
        for number, page in enumerate(shown.pages):
            nonce = nonce_of(key, number)
            for one in there:
                if str(one["id"]) not in pages and (str(one.get("nonce")) == nonce or _same(page, one)):
                    pages.append(str(one["id"]))
                    break
            else:
                break
        return pages

    async def _pages_of(self, channel: int, first: str) -> list[str]:
        """The messages in which a card goes on: known, or (after a restart) the replies right after it."""
        known = self._pages.get(first)
        if known is not None:
            return known
        try:
            found = await self._calls("GET", MESSAGES, query={"limit": 10, "after": first}, channel_id=channel)
        except PlatformRefused:
            return []
        return [
            str(one["id"])
            for one in sorted(found, key=lambda one: int(one["id"]))
            if str((one.get("message_reference") or {}).get("message_id")) == first and one["author"].get("bot")
        ]

    def _remember(self, first: str, rest: list[str]) -> None:
        self._pages[first] = rest
        self._pages.move_to_end(first)
        while len(self._pages) > REMEMBERED:
            self._pages.popitem(last=False)


def nonce_of(key: str, page: int) -> str:
    """The nonce of one page of a post: the same for the same key."""
    digest = hashlib.sha256(f"{key}#{page}".encode()).digest()
    return base64.urlsafe_b64encode(digest).decode()[:NONCE]


def _same(page: Page, message: Any) -> bool:
    """Whether a message of ours is this page: the same words over the same buttons."""
    return (
        bool((message.get("author") or {}).get("bot"))
        and str(message.get("content") or "").strip() == page.content.strip()
        and custom_ids(message.get("components")) == custom_ids(page.components)
    )


def custom_ids(rows: Any) -> list[str]:
    """The identities of a message's controls, in their order."""
    return [str(one["custom_id"]) for row in rows or () for one in row.get("components") or () if one.get("custom_id")]


def target_of(target: Target) -> tuple[int | None, int]:
    """(Discord's id of a person or None, Discord's id of the channel). Raises ValueError for another platform's."""
    if isinstance(target, InChannel):
        return None, theirs(target.channel)
    return theirs(target.member), theirs(target.channel)
