"""Discord's side of the door: what people do, out of the gateway, to the handler and back.

discord.py keeps the connection; the gateway's payloads are read as they came, so that what was shown before a
restart works after it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any

from bot.discord import inbound
from bot.discord.acting import LONGEST_WAIT, Acting
from bot.discord.calls import Calls
from bot.discord.directory import Directory
from bot.discord.inbound import Act
from bot.discord.interacting import DEFER_AFTER, Interacting
from bot.discord.keycaps import Keycaps
from bot.discord.messages import render
from bot.discord.posting import Posting
from bot.discord.reacting import Reacting
from bot.discord.silence import Silence
from bot.discord.threads import Threads
from bot.platform import Card, Handler, PostDeleted, Reply, Whisper
from engine.errors import PlatformRefused, PlatformUnavailable, StoreUnavailable
from engine.ports import Clock

log = logging.getLogger(__name__)

Payload = Mapping[str, Any]


class Serving:
    """Listens for what people do on all servers of one bot and gives it to the handler. bot: our own user id.

    after_gap: called at the start and when events may have been missed.
    """

    def __init__(
        self,
        handler: Handler,
        calls: Calls,
        posting: Posting,
        directory: Directory,
        keycaps: Keycaps,
        clock: Clock,
        *,
        bot: str,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        defer_after: float = DEFER_AFTER,
    ) -> None:
        self._posting = posting
        self._directory = directory
        self._clock = clock
        self._bot = bot
        self._pause = pause
        self._acting = Acting(handler, directory, clock, pause)
        self.threads = Threads(calls)
        self._interacting = Interacting(
            self._acting, calls, posting, directory, self.threads, clock, defer_after=defer_after
        )
        self._reacting = Reacting(self._acting, keycaps, posting, clock, self._reply, bot=bot)
        self.after_gap: Callable[[], Awaitable[None]] | None = None
        self.silence = Silence(clock)
        self._tasks: set[asyncio.Task[None]] = set()
        self._gap: asyncio.Task[None] | None = None
        self._wanted = False
        self._away: dict[str, float] = {}

    def take(self, event: str, data: Payload) -> None:
        """Begin to handle a gateway event, in the order in which it came."""
        match event:
            case "INTERACTION_CREATE" if self._interacting.first_time(str(data["id"])):
                self._soon(self._interacting.came(data), "interaction")
            case "MESSAGE_CREATE" if not data.get("guild_id"):
                self._soon(self.hear(inbound.written(data)), "message")
            case "MESSAGE_UPDATE" if not data.get("guild_id"):
                self._soon(self.hear(inbound.edited(data, self._clock.now())), "edit")
            case "MESSAGE_DELETE" if not data.get("guild_id"):
                self._soon(self._deleted(data), "deletion")
            case "MESSAGE_REACTION_ADD" | "MESSAGE_REACTION_REMOVE":
                if (work := self._reacting.came(data, added=event.endswith("ADD"))) is not None:
                    self._soon(work, "reaction")
                    if data.get("burst") and event.endswith("REMOVE"):
                        self.reconcile()  # an ordinary one of the same emoji may stand there still
            case "MESSAGE_REACTION_REMOVE_ALL" | "MESSAGE_REACTION_REMOVE_EMOJI":
                self.reconcile()
            case "MESSAGE_DELETE":
                self.gone(str(data["channel_id"]), str(data["id"]))
            case "MESSAGE_DELETE_BULK":
                self.gone(str(data["channel_id"]), *(str(one) for one in data["ids"]))
            case "CHANNEL_DELETE":
                self.gone(str(data["id"]), "")
            case "GUILD_MEMBER_REMOVE":
                self._soon(self._left(data), "leaving")
            case "GUILD_DELETE" if data.get("unavailable"):
                self._away.setdefault(str(data["id"]), self._clock.now())
            case "GUILD_CREATE" if (since := self._away.pop(str(data["id"]), None)) is not None:
                self._server_back(since)
            case _:
                return

    def gone(self, channel: str, *messages: str) -> None:
        """Messages in a server were deleted, or ("") a channel or thread."""
        for message in messages:
            self._soon(self._lost(inbound.gone(channel, message, self._clock.now())), "loss")

    async def finish(self, grace: float) -> None:
        """Give what is under way some seconds."""
        if self._gap is not None:
            self._gap.cancel()
        if self._tasks:
            _, late = await asyncio.wait(list(self._tasks), timeout=grace)
            for task in late:
                task.cancel()

    def regained(self, shard: int) -> None:
        """A connection is there again: find out what it missed."""
        if self.after_gap is not None:
            self.silence.regained(shard)
            self._reacting.regained()
            self.reconcile()

    def _server_back(self, since: float) -> None:
        """A server is there again after an outage of its own, of which the connection told nothing else."""
        if self.after_gap is not None:
            self.silence.begin(since)
            self._reacting.regained()
            self.reconcile()

    def reconcile(self) -> None:
        """Compare what stands on Discord with what reached us, after whatever else happens at this moment."""
        if self.after_gap is None:
            return
        self._wanted = True
        if self._gap is None or self._gap.done():
            self._gap = asyncio.create_task(self._reconciled(self.after_gap), name="discord: catching up")

    async def _reconciled(self, catch_up: Callable[[], Awaitable[None]]) -> None:
        wait = 1.0
        while self._wanted:
            self._wanted = False
            # What came before the gap and still waits for its turn is older than what is read now.
            await self._reacting.heard()
            try:
                await catch_up()
            except (PlatformUnavailable, StoreUnavailable) as problem:
                log.warning("not caught up yet", extra={"problem": str(problem)})
                self._wanted = True
                await self._pause(wait)
                wait = min(wait * 2, LONGEST_WAIT)
        self.silence.found_out()

    async def fall_back(self, user: int, card: Card) -> str | None:
        """Show somebody a private card where they last pressed something; the message's id, None where it is over."""
        return await self._interacting.fall_back(user, card)

    async def hear(self, act: Act | None, show: bool = True) -> None:
        """A direct message, or an edit of one. show: say what is to be said at once."""
        if act is None or act.user in {"", self._bot}:
            return
        self._posting.directs.meet(int(act.user), int(act.channel))
        self._posting.directs.opens(int(act.user))
        async with self._acting.turns.of(act.user):
            reply = await self._acting.happen(act)
            if show:
                await self._reply(act, reply)

    async def _deleted(self, data: Payload) -> None:
        user = await self._acting.patiently(lambda: self._posting.directs.whose(str(data["channel_id"])), "deletion")
        act = inbound.deleted(data, user, self._clock.now())
        if act is not None:
            async with self._acting.turns.of(act.user):
                await self._acting.happen(act)

    async def _reply(self, act: Act, reply: Reply) -> None:
        """What is to be said at once to somebody who wrote."""
        if not isinstance(reply, Whisper):
            return
        try:
            for page in render(reply.card).pages:
                await self._posting.post(int(act.channel), page)
        except (PlatformRefused, PlatformUnavailable) as problem:
            log.warning("answer not shown", extra={"problem": str(problem)})

    async def _left(self, data: Payload) -> None:
        """Somebody left a server, and so every channel of it."""
        for channel in self._directory.channels_of(int(data["guild_id"])):
            act = inbound.left(data, channel, self._clock.now())
            async with self._acting.turns.of(act.user):
                await self._acting.happen(act)
        self._directory.forget(str((data.get("user") or {}).get("id")))

    async def _lost(self, item: PostDeleted) -> None:
        await self._acting.take_in(item)

    def _soon(self, work: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.create_task(work, name=f"discord: {name}")
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (problem := task.exception()) is not None:
            log.error("not handled", exc_info=problem, extra={"task": task.get_name()})
