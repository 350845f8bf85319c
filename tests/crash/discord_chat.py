"""The real Discord platform in a life that is killed: unmodified discord.py against a Discord in another process."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from bot.discord import platform, session, silence
from bot.discord.calls import Calls
from bot.discord.ids import PREFIX, ours
from bot.discord.platform import DiscordPlatform
from bot.platform import ChatPlatform
from storage.hearing import Hearing
from storage.tables import INBOX
from tests.crash.boundaries import Boundaries
from tests.crash.live_chat import FOREVER, LiveChat, Surroundings

SETTLED = silence.SETTLING + 1.0
"""Seconds after a restart until a timer that came due meanwhile has come."""

IDLE = {"discord: heard", "discord: ready"}
"""The platform's tasks that go on while nothing happens."""

A_NUMBER = re.compile(r"\d{17,20}")
"""One of Discord's ids, wherever it stands."""


class CountedCalls(Calls):
    """Calls of the HTTP API with boundaries around those that change something."""

    boundaries: Boundaries

    async def __call__(self, method: str, path: str, **given: Any) -> Any:
        """See Calls."""
        counted = method != "GET"
        if counted:
            self.boundaries.reach(f"{method} {path}: before")
        answer = await super().__call__(method, path, **given)
        if counted:
            self.boundaries.reach(f"{method} {path}: after")
        return answer


class DiscordChat(LiveChat):
    """Discord; see LiveChat."""

    prefix = "discord"

    def __init__(self, around: Surroundings) -> None:
        import yarl
        from discord.gateway import DiscordWebSocket

        super().__init__(around)
        self._hearing = Hearing(around.store.database)
        # A note by the machine's clock that everything was heard would come at another boundary each time.
        platform.BEAT = FOREVER
        vars(session)["Calls"] = self._counted
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(self._known["gateway_url"])
        self._discord = DiscordPlatform(
            self._known["token"],
            clock=around.clock,
            pace=0.0,
            store=around.store,
            api_url=self._known["api_url"],
            pause=_no_pause,
            grace=0.0,
            defer_after=FOREVER,
            ready_wait=0.01,
        )
        self.platform: ChatPlatform = self._discord

    @property
    def channel(self) -> str:
        """See Chat: a thread, where the round is in one."""
        return ours(self._known["channel"])

    def member(self, who: str) -> str:
        """See Chat."""
        return ours(self._known["people"][who])

    async def set_up(self, people: Sequence[str]) -> None:
        """See Chat."""
        await self._store.set_channel_settings(ours(self._known["team"]), self._settings)

    async def begin(self, at: float) -> None:
        """See Chat: Discord's clock goes with ours; at first the platform is started and catches up."""
        await super().begin(at)
        self._known |= await self._order(order="hello")
        if self._running is None:
            self._running = asyncio.create_task(self._discord.run(self._happens), name="platform")
            listening = asyncio.create_task(self._discord.listening(), name="listening")
            await asyncio.wait({self._running, listening}, return_when=asyncio.FIRST_COMPLETED)
            assert not self._running.done(), self._running
            while await self._discord.hold(self.channel, at - FOREVER, settling=False):
                await asyncio.sleep(0.001)
            await self._settle()
        with self._boundaries.uncounted():
            await self._hearing.heard(PREFIX, at)

    async def deliver(self, who: str, delivery: str, at: float, action: dict[str, Any]) -> dict[str, Any]:
        """See Chat. Who got no answer tries again, unless they see that it happened all the same; a form that is
        still open is sent again in any case.
        """
        given = {"who": who, "delivery": delivery, "action": action}
        before = self._happened
        answer = await self._order(order="deliver", **given)
        if lost := answer.get("unanswered"):
            if action["do"] != "submit" and await self._committed(lost):
                await self._order(order="happened", delivery=delivery)
            else:
                answer = await self._order(order="retry", **given)
        async with asyncio.timeout(20):
            while answer.get("event") and self._happened == before:
                await asyncio.sleep(0.001)
        await self._settle()
        return answer

    async def messages(self) -> dict[str, list[list[str]]]:
        """See Chat: each message as it reads, with how many hold which reaction."""
        await self._settle()
        self._shown = await self._order(order="messages")
        assert not self._shown["violations"], self._shown["violations"]
        places: dict[str, list[list[str]]] = self._shown["places"]
        return places

    def comparable(self, tables: dict[str, Any]) -> Any:
        """Without the ids that Discord gave while the script was played, since one that was lost shifts all others,
        and keycaps without the order in which it became known that they were put or taken off.
        """
        for row in tables["standings"]:
            row["marks"] = sorted(json.loads(row["marks"] or "[]"))
        known = {self._known["team"], *self._known["people"].values()}
        text = A_NUMBER.sub(lambda found: found[0] if found[0] in known else "(id)", json.dumps(tables))
        return json.loads(text)

    async def _committed(self, interaction: str) -> bool:
        """Whether what somebody did has happened, though nobody told them so."""
        wanted = select(INBOX.c.id).where(INBOX.c.id.contains(interaction))
        return await self._store.database.read(lambda connection: connection.execute(wanted).first()) is not None

    async def _settle(self) -> None:
        """Wait until nothing is on its way, at Discord or here."""
        calm = 0
        async with asyncio.timeout(20):
            while calm < 2:
                before = self._happened
                await self._order(order="quiet")
                calm = calm + 1 if before == self._happened and not _busy() else 0

    def _counted(self, *given: Any) -> Calls:
        calls = CountedCalls(*given)
        calls.boundaries = self._boundaries
        return calls


def _busy() -> bool:
    names = {task.get_name() for task in asyncio.all_tasks()} - IDLE
    return any(name.startswith(("discord: ", "discord.py: on_")) for name in names)


async def _no_pause(_: float) -> None:
    await asyncio.sleep(0)
