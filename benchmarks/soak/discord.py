"""The soak's group on Discord: our server that speaks Discord, and the bot as `parley serve` runs it.

discord.py beats its heart in real seconds and does all else in the loop's, so the server counts its rate limits in
simulated time, and asks for heartbeats as much more often as time is faster. Interactions are timed in real seconds.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from benchmarks.soak.checks import Acknowledged, Posts, Seen
from benchmarks.soak.discord_record import Act, Record
from benchmarks.soak.habits import AGAIN_AFTER, EARLY_VOTE, OUTAGE_SPEED, PATIENCE, TRIES, question
from benchmarks.soak.load import Opinion, Plan, Rating
from benchmarks.soak.serving import Bot
from benchmarks.soak.warped import Warp, WarpedTime
from bot.discord.inbound import KEYCAPS
from tests.discord_server.person import Answer, Person
from tests.discord_server.rights import MANAGE_GUILD
from tests.discord_server.seeing import shown
from tests.discord_server.server import DiscordServer
from tests.discord_server.sessions import Timing
from tests.discord_server.world import Channel, Message

PLATFORM, TITLE = "discord", "Discord"
DISTURBED_EVERY = 40.0
REPEATED = 12
"""How many of the last events Discord tells again after a connection was lost."""

CLOSED = 5.0
"""Seconds for which a bucket is closed that refuses a call."""

HEARTBEAT, BETWEEN_IDENTIFIES = 41.25, 4.5
"""Simulated seconds: between heartbeats, and (a little less than Discord's five) between two identifications."""

MESSAGES = ("POST", "/channels/{channel}/messages")
EDITS = ("PATCH", "/channels/{channel}/messages/{message}")
SEEDS = ("PUT", "/channels/{channel}/messages/{message}/reactions/{emoji}/@me")


class DiscordStage:
    """See `Stage`. `speed`: simulated seconds in a real one, but for the outage."""

    def __init__(
        self,
        server: DiscordServer,
        warped: WarpedTime,
        plan: Plan,
        folder: Path,
        database: str,
        speed: float,
    ) -> None:
        self.server = server
        self._log = folder / "bot.log"
        self._settings = {
            "database": database,
            "platforms": [PLATFORM],
            "discord_token": server.token,
            "discord_api_url": server.api_url,
            "secret": "a secret of this soak",
        }
        self._warped = warped
        self._speed = speed
        self._people = [server.add_user(f"member{number}") for number in range(plan.members)]
        self._directs = [one.direct for one in self._people]
        self._hands = [asyncio.Lock() for _ in self._people]
        moderators = server.add_role("moderators", MANAGE_GUILD)
        self._moderator = server.add_user("moderator", roles=[moderators])
        self._moderating = asyncio.Lock()
        self._channels = [server.add_channel(f"team{round}") for round in range(plan.rounds)]
        self._cards: dict[str, Message] = {}
        self._coming: asyncio.Task[None]
        self._outage_began = 0.0
        self._record = Record(server, self._channels, speed)

    async def start(self) -> None:
        """Begin a process of the bot's, and wait until it is connected."""
        self.bot = await Bot.start(self._settings, self._warped.warp, self._log)
        await self.server.until(lambda: self.server.ready or self.bot.ended, PATIENCE)

    async def crash(self) -> None:
        """See `Stage`."""
        begun = self._warped.now()
        self._coming.cancel()
        await self.bot.kill()
        await self.server.until(lambda: not self.server.connections, PATIENCE)
        self.server.forget_sessions()
        await self.start()
        self._record.gap(begun, self._warped.now())

    async def open(self, round: int, *, ends_early: bool) -> None:
        """See `Stage`."""
        channel, options = self._channels[round], {"question": question(round)}
        if ends_early:
            options["voting_time"] = EARLY_VOTE
        async with self._moderating:
            await self._try(lambda: self._moderator.command("consensus ask", options, channel))
        await self.server.until(lambda: self._announced(channel), PATIENCE)

    async def opine(self, opinion: Opinion) -> None:
        """See `Stage`: over a button under the announcement, and the modal or the bot's private question."""
        async with self._hands[opinion.member]:
            opine = self._write if opinion.written else self._fill_in
            await opine(opinion, self._people[opinion.member])

    async def _write(self, opinion: Opinion, person: Person) -> None:
        card, asked = self._card(opinion.round), question(opinion.round)
        direct = self._directs[opinion.member]

        def question_card() -> Message | None:
            return next((one for one in direct.said if one.author.bot and asked in one.content), None)

        await self._try(lambda: person.press("Join and be asked privately", on=card))
        await self.server.until(question_card, 2 * PATIENCE)
        await person.say(opinion.text, under=question_card())

    async def _fill_in(self, opinion: Opinion, person: Person) -> None:
        card = self._card(opinion.round)
        for _ in range(TRIES):
            await self._try(lambda: person.press("Give my opinion", on=card))
            form = person.form
            if form is None:  # the bot was too slow to open it, and said so
                self._record.repeated += 1
                await self._warped.sleep(AGAIN_AFTER)
                continue
            values: dict[str, Any] = {"opinion": opinion.text}
            if "position" in form.state:
                values["position"] = str(opinion.position)
            if await self._sent(person, values):
                break
        else:
            raise AssertionError("the form never opened")
        if person.form is not None:  # another one came late, after a first try that seemed to have failed
            person.close()

    async def _sent(self, person: Person, values: dict[str, Any]) -> bool:
        """Submit the modal in front, again when that seems to fail; False when it is not there any more."""
        for _ in range(TRIES):
            if person.form is None:
                return False
            if not (await person.submit(values)).failure:
                return True
            self._record.repeated += 1
            await self._warped.sleep(AGAIN_AFTER)
        return False

    async def close(self, round: int) -> None:
        """See `Stage`: nobody at a client sends a second command before the first is answered."""
        async with self._moderating:
            await self._try(lambda: self._moderator.command("consensus close", None, self._channels[round]))

    async def rate(self, rating: Rating) -> None:
        """See `Stage`: keycaps go on and off; Discord tells the bot, where it is connected."""
        person = self._people[rating.member]
        message = self._record.candidates(self._channels[rating.round])[rating.candidate]
        held = [digit for digit, emoji in KEYCAPS.items() if person.id in message.reactions.get(emoji, ())]
        wanted = None if rating.rating is None else str(rating.rating)
        self._record.acts.append(Act(self._warped.now(), message, person.id, rating.rating))
        if not rating.beside:
            for digit in held:
                if digit != wanted:
                    await person.unreact(message, KEYCAPS[digit])
        if wanted is not None and wanted not in held:
            await person.react(message, KEYCAPS[wanted])

    def voting(self, round: int) -> bool:
        """See `Stage`."""
        found, bot = self._record.candidates(self._channels[round]), self.server.bot.id
        return len(found) == 3 and all(bot in one.reactions.get(KEYCAPS["7"], ()) for one in found)

    def closed(self, round: int) -> bool:
        """See `Stage`."""
        return "This round is closed" in shown(self._card(round))

    async def disturb(self) -> None:
        """See `Stage`."""
        self.server.repeat(REPEATED)
        number = 0
        kinds: tuple[Callable[[], Awaitable[None]], ...] = (
            self.server.reconnect,
            lambda: self._limit("user"),
            lambda: self.server.invalidate(resumable=True),
            lambda: self.server.drop(4000),
            lambda: self._limit("shared"),
            self.server.invalidate,
            self.server.drop,
            lambda: self._limit("global"),
            self._time_out,
        )
        while True:
            await self._warped.sleep(DISTURBED_EVERY)
            begun = self._warped.now()
            await kinds[number % len(kinds)]()
            await self.server.until(lambda: self.server.ready, PATIENCE)
            self._record.gap(begun, self._warped.now())
            number += 1

    async def _limit(self, scope: str) -> None:
        for method, route in (MESSAGES, EDITS, SEEDS) if scope != "global" else (EDITS,):
            self.server.close_bucket(method, route, CLOSED, scope=scope)

    async def _time_out(self) -> None:
        """Discord takes the session for dead, and knows nothing of it afterwards."""
        self.server.forget_sessions()
        await self.server.drop(4009)

    async def begin_outage(self) -> None:
        """See `Stage`."""
        self._outage_began = self._warped.now()
        await self.server.begin_outage("unreachable")
        await self.bot.change(self._warped, self._speed * OUTAGE_SPEED)

    async def end_outage(self) -> None:
        """See `Stage`: for half an hour Discord keeps no session."""
        await self.bot.change(self._warped, self._speed)
        self._record.gap(self._outage_began, self._warped.now())
        self.server.forget_sessions()
        self.server.end_outage()
        self._coming = asyncio.create_task(self._back(self._warped.now()), name="the bot comes back")

    async def _back(self, since: float) -> None:
        with suppress(AssertionError):
            await self.server.until(lambda: self.server.ready, PATIENCE)
            self._record.back_after = self._warped.now() - since

    def seen(self) -> Seen:
        """What everybody could see in the end, for the checks."""
        return self._record.seen()

    def acknowledged(self) -> list[Acknowledged]:
        """Every interaction that reached the bot, and how long its first answer took in real seconds."""
        return self._record.acknowledged()

    def counts(self) -> dict[str, int]:
        """How often what happened on the way."""
        return self._record.counts()

    def posts(self) -> Posts:
        """When messages were posted, by channel."""
        return self._record.posts()

    async def _try(self, act: Callable[[], Awaitable[Answer]]) -> None:
        """Do something as people do: again, when Discord says that the app did not respond."""
        for _ in range(TRIES):
            if not (await act()).failure:
                return
            self._record.repeated += 1
            await self._warped.sleep(AGAIN_AFTER)
        raise AssertionError("the bot did not answer")

    def _announced(self, channel: Channel) -> bool:
        card = next((one for one in channel.said if one.author is self.server.bot and one.components), None)
        if card is not None:
            self._cards.setdefault(channel.id, card)
        return card is not None

    def _card(self, round: int) -> Message:
        return self._cards[self._channels[round].id]


@asynccontextmanager
async def staged(
    plan: Plan, folder: Path, *, database: str, speed: float, seed: int
) -> AsyncIterator[tuple[DiscordStage, WarpedTime]]:
    """A Discord with everybody in it, and the bot connected. What disturbs it comes by turns, whatever the seed."""
    del seed
    warped = WarpedTime(Warp(time.monotonic(), time.time(), speed))
    timing = Timing(heartbeat=HEARTBEAT / speed, identify=BETWEEN_IDENTIFIES / speed)
    async with DiscordServer(time=warped, timing=timing, client_now=warped.now) as server:
        stage = DiscordStage(server, warped, plan, folder, database, speed)
        await stage.start()
        try:
            yield stage, warped
        finally:
            await stage.bot.stop()
