"""A vote on Discord whose bot loses its connection, or its process, while people go on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.discord.ids import ours
from engine.rounds.model import Phase, Round
from tests.dialogues.discord_stage import EMOJI, DiscordStage
from tests.dialogues.stage import Cast
from tests.discord_server.person import Person
from tests.discord_server.world import Message

CAST = (Cast("maria", moderator=True), Cast("alice"), Cast("bob"), Cast("carol"))


class GappyStage(DiscordStage):
    """Three members who write and rate, and a connection that can be lost."""

    async def to_collecting(self) -> None:
        """A round that everybody is asked in."""
        await self.command("maria", "ask", "Should we close the office on Fridays?")
        for who in ("alice", "bob", "carol"):
            await self.press(who, "Join and be asked privately")

    async def to_voting(self) -> None:
        """The same round with three opinions, at its vote."""
        await self.to_collecting()
        for who in ("alice", "bob", "carol"):
            await self.write(who, f"We should close, says {who}.")
        await self.command("maria", "close", "")
        assert (await self.round()).phase is Phase.VOTING

    async def round(self) -> Round:
        """The round as it stands."""
        there = [
            *await self.store.rounds_in(self.channel, running=True),
            *await self.store.rounds_in(self.channel, running=False),
        ]
        return there[-1]

    def candidates(self) -> list[Message]:
        """The messages to rate, in the order posted."""
        return [one for one in self.general.said if one.author is self.discord.bot and one.reactions]

    async def put(self, who: str, number: int, digit: int) -> None:
        """Put a keycap under a statement, whether the bot hears of it or not."""
        await self.seats[who].react(self.candidates()[number], EMOJI[str(digit)])

    async def take(self, who: str, number: int, digit: int) -> None:
        """Take a keycap off."""
        await self.seats[who].unreact(self.candidates()[number], EMOJI[str(digit)])

    async def ratings(self) -> dict[str, list[int | None]]:
        """Name -> agreement with each posted statement, for those who rated any."""
        round = await self.round()
        found = {}
        for name, seat in self.seats.items():
            given = await self._store.ratings_of(round.id, round.draft, ours(seat.id))
            mine = [given.get(candidate, (None, None))[0] for candidate in round.posted]
            if any(mine):
                found[name] = mine
        return found

    async def opinions(self) -> dict[str, str]:
        """Name -> opinion."""
        names = {ours(seat.id): name for name, seat in self.seats.items()}
        return {names[who]: text for who, text in await self._store.opinions((await self.round()).id)}

    async def back(self) -> None:
        """Wait until the bot is connected again and knows what happened."""
        await self.discord.until(lambda: self.discord.ready, seconds=10)
        async with asyncio.timeout(20):
            while await self.platform.hold(self.channel, self.clock.now() + 1.0, settling=False) is not None:
                await asyncio.sleep(0.01)
        await self.discord.quiet(0.1, busy=lambda: self.handling > 0)
        await self._run_due()
        await self.discord.quiet(0.03)

    @asynccontextmanager
    async def process_away(self) -> AsyncIterator[None]:
        """The bot's process is gone for as long as the block lasts, then another one takes over."""
        assert self._serving is not None
        self._serving.cancel()
        await asyncio.gather(self._serving, return_exceptions=True)
        await self.discord.until(lambda: not self.discord.connections)
        yield
        before = self.discord.discord.gateway.identified
        self._serving = asyncio.create_task(self.platform.run(self._twice), name="the next process")
        await self.discord.until(lambda: self.discord.discord.gateway.identified > before)
        await self.back()

    def seat(self, who: str) -> Person:
        """Somebody."""
        return self.seats[who]
