"""A round on Slack whose bot can be away: its process ends, its connection is lost, or Slack itself does not answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from sqlalchemy import select

from bot.answering import Answering, Models
from bot.dispatcher import Dispatcher
from bot.effects import Effects
from bot.forms import BackEnds
from bot.inbound import Inbox
from bot.slack.ids import ours
from bot.slack.platform import SlackPlatform
from bot.speaking import Speaking
from bot.texts import Texts
from engine.ports import Delivery
from engine.rounds.events import RoundOpened
from engine.rounds.model import Phase, Roster, Round, Rules
from engine.service import handle
from storage.store import DatabaseStore
from storage.tables import AUDIT
from tests.chat_server.clock import SimulatedTime
from tests.fakes.clock import FakeClock
from tests.fakes.models import FakeGenerator, FakePredictor
from tests.slack_server.delivery import Timing
from tests.slack_server.limits import RateLimits
from tests.slack_server.person import Person
from tests.slack_server.server import SCOPES, SlackServer
from tests.slack_server.world import Message

ROUND = "round1"
HISTORY = SCOPES | {"channels:history", "groups:history"}
DAY = 86_400.0


class Away:
    """Alice, Bob and Carol in a channel with a bot that keeps its rounds in `store`.

    Events that nobody takes are lost at once, as if the bot were away for longer than Slack repeats them.
    """

    def __init__(self, store: DatabaseStore, *, limits: RateLimits | None = None, pace: float = 0.0) -> None:
        self.clock = FakeClock()
        self.store = store
        self.slack = SlackServer(
            time=SimulatedTime(self.clock), limits=limits or RateLimits.none(), timing=Timing(retries=())
        )
        self.people = {name: self.slack.add_user(name) for name in ("alice", "bob", "carol")}
        self.channel = self.slack.add_channel("general", self.people.values())
        self.pauses: list[float] = []
        self._pace = pace

    def id(self, of: Person) -> str:
        """Our id of somebody."""
        return ours(self.slack.team.id, of.id)

    @asynccontextmanager
    async def process(self, *, caught_up: bool = True) -> AsyncIterator[Process]:
        """A process of the bot, caught up or, where that is not asked for, begun."""
        one, before = Process(self), len(self.slack.connections)
        running = asyncio.create_task(one.platform.run(one.inbox))
        try:
            if caught_up:
                await one.caught_up()
            yield one
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            await self.slack.until(lambda: len(self.slack.connections) == before)

    async def pause(self, seconds: float) -> None:
        """The bot waits; time passes."""
        self.pauses.append(seconds)
        self.clock.pass_(seconds)
        await asyncio.sleep(0.001)

    async def open(self, *, invited: bool = False) -> None:
        """A round in the channel, by Carol, for whoever joins, or for all three by invitation."""
        roster = Roster.INVITED if invited else Roster.OPEN
        rules = Rules(
            roster=roster, opinion_seconds=DAY, voting_seconds=DAY, drafted=4, posted=2, reminders=False, quorum=None
        )
        channel, by = ours(self.slack.team.id, self.channel.id), self.id(self.people["carol"])
        who = tuple(self.id(one) for one in self.people.values()) if invited else ()
        event = RoundOpened(self.clock.now(), ROUND, channel, by, "Should we go?", None, None, rules, 1, who)
        assert await handle(self.store, Delivery("open", ROUND, event))

    async def round(self) -> Round:
        """The round as it stands."""
        found = await self.store.round(ROUND)
        assert found is not None
        return found

    async def opinions(self) -> dict[str, str]:
        """Name -> opinion."""
        names = {self.id(one): name for name, one in self.people.items()}
        return {names[member]: text for member, text in await self.store.opinions(ROUND)}

    async def ratings(self, who: str) -> list[int | None]:
        """Somebody's agreement with each posted candidate."""
        round = await self.round()
        given = await self.store.ratings_of(ROUND, round.draft, self.id(self.people[who]))
        return [given.get(candidate, (None, None))[0] for candidate in round.posted]

    async def events(self) -> list[str]:
        """The names of everything that happened to the round."""
        wanted = select(AUDIT.c.event).where(AUDIT.c.round == ROUND).order_by(AUDIT.c.id)
        return list(await self.store.database.read(lambda connection: connection.execute(wanted).scalars().all()))

    def candidates(self) -> Sequence[Message]:
        """The messages to rate, in the order posted."""
        return [one for one in self.slack.posts(self.channel) if one.reactions]


class Process:
    """One process of the bot."""

    def __init__(self, away: Away) -> None:
        self._away = away
        store, clock, slack = away.store, away.clock, away.slack
        self.inbox = Inbox(store, BackEnds(), lambda _: None)
        self.platform = SlackPlatform(
            slack.bot_token,
            clock=clock,
            app_token=slack.app_token,
            base_url=slack.api_url,
            pace=0.0,
            pause=away.pause,
            store=store,
        )
        generator, predictor = FakeGenerator(), FakePredictor()
        answering = Answering(store, {"slack": self.platform}, Models(lambda _: generator, lambda _: predictor), clock)
        effects = Effects(store, answering, Speaking(store, {"slack": self.platform}, lambda _: None, Texts(), clock))
        self.dispatcher = Dispatcher(store, effects.carry_out, effects.give_up, clock, "stage", ["slack"])

    async def caught_up(self) -> None:
        """Wait until this process knows what happened, and stays connected."""
        async with asyncio.timeout(10):
            channel = ours(self._away.slack.team.id, self._away.channel.id)
            while await self.platform.hold(channel, 1.0, settling=False):
                await asyncio.sleep(0.005)
        await self._away.slack.quiet(0.03)

    async def work(self) -> None:
        """Carry out what is due."""
        await self._away.slack.quiet(0.03)
        await self.dispatcher.run_due()
        await self._away.slack.quiet(0.03)

    async def to_voting(self) -> None:
        """Bring the round to its vote."""
        for one in self._away.people.values():
            await one.say(f"Yes, because it is fun for {one.user.name}.")
        await self.work()
        await self._away.people["carol"].command("close", self._away.channel)
        await self.work()
        assert (await self._away.round()).phase is Phase.VOTING, await self._away.events()
        assert len(self._away.candidates()) == 2
