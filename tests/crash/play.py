"""One life of the bot's process: it takes up a script where the lives before it left it, and plays it to the end.

Everything is what runs in production, but for the clock, the chat, and the models' memory. After each moment of
the script whatever is due is carried out before the next one comes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot import answering
from bot.answering import Answering, Models
from bot.dispatcher import Dispatcher, Pace
from bot.effects import Effects
from bot.forms import BackEnds
from bot.inbound import Inbox
from bot.platform import ChatPlatform
from bot.speaking import Speaking
from bot.texts import Texts
from storage.database import Database
from storage.store import DatabaseStore
from tests.crash.boundaries import Boundaries, CountedDatabase
from tests.crash.chats import BrowserChat, Chat, JournalChat
from tests.crash.discord_chat import SETTLED as SETTLED_ON_DISCORD
from tests.crash.discord_chat import DiscordChat
from tests.crash.journal import Journal
from tests.crash.live_chat import Surroundings
from tests.crash.models import RememberedGenerator, RememberedPredictor
from tests.crash.script import START, Script, Step
from tests.crash.scripts import SCRIPTS
from tests.crash.slack_chat import SETTLED, SlackChat, essentials
from tests.crash.state import canonical, whole_state
from tests.fakes.clock import FakeClock

LEASE = 10.0
"""Seconds until rows of a dead process are taken over."""

TRIES, BACKOFF, TRYING = 5, 1.0, 16.0
"""After how many failures a row is given up, the seconds before the second try, and the seconds until the last."""

REDELIVERED = 3
"""How many acknowledged items come again after a restart."""

BATCH = 2
"""Members per transaction of a fan-out, so that few people make several batches."""

MARK = re.compile(r"\$(?P<what>[a-z]+)(?::(?P<which>[\w-]+))?")

State = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Setting:
    """What is played where.

    chat: "keyed" (a key it knows posts nothing), "unkeyed" (posts again), "browser", "slack", "slack, history",
    or "discord".
    """

    script: str
    chat: str
    database: str
    folder: str

    @property
    def journal(self) -> Path:
        """Where the chat and the script's progress are kept."""
        return Path(self.folder) / "journal"


async def play(setting: Setting, boundaries: Boundaries, life: int) -> State:
    """Play the script from wherever it stands to its end; the state that everything is in then.

    life: how many processes have begun to play it, this one included.
    """
    answering.BATCH = BATCH
    database = CountedDatabase(Database.open(setting.database), boundaries)
    playing = _Playing(setting, boundaries, database, life)
    try:
        if life == 1:
            with boundaries.uncounted():
                await playing.chat.set_up(playing.script.people)
        await playing.to_the_end()
        return canonical(await playing.state())  # type: ignore[no-any-return]
    finally:
        await playing.chat.end()
        await database.close()


class _Playing:
    """The objects of one life, put together as the composition root does it."""

    def __init__(self, setting: Setting, boundaries: Boundaries, database: Database, life: int) -> None:
        self.script: Script = SCRIPTS[setting.script]
        self._boundaries = boundaries
        self._life = life
        self._recovering = LEASE + 1
        self._journal = Journal(setting.journal)
        self._clock = FakeClock(START)
        self._store = store = DatabaseStore(database)
        self._database = database
        generator = RememberedGenerator(self.script.troubles, self._clock)
        predictor = RememberedPredictor()
        handler = Inbox(store, BackEnds(generator.name, predictor.name, predictor.calibrated), lambda _: None)
        settings = dict(self.script.settings)
        around = Surroundings(setting.folder, settings, boundaries, self._clock, handler, store)
        if setting.chat == "browser":
            self.chat: Chat = BrowserChat(database, self._clock, handler)
        elif setting.chat.startswith("slack"):
            self.chat = SlackChat(around)
            self._recovering = LEASE + SETTLED
        elif setting.chat == "discord":
            self.chat = DiscordChat(around)
            self._recovering = LEASE + SETTLED_ON_DISCORD
        else:
            keyed, troubles = setting.chat == "keyed", self.script.troubles
            self.chat = JournalChat(
                self._journal, boundaries, self._clock, handler, idempotent=keyed, troubles=troubles
            )
        platforms: dict[str, ChatPlatform] = {self.chat.prefix: self.chat.platform}
        models = Models(lambda _: generator, lambda _: predictor)
        effects = Effects(
            store,
            Answering(store, platforms, models, self._clock),
            Speaking(store, platforms, lambda _: None, Texts(), self._clock),
        )
        pace = Pace(lease=LEASE, tries=TRIES, backoff=BACKOFF)
        self._dispatcher = Dispatcher(
            store, effects.carry_out, effects.give_up, self._clock, f"life {life}", platforms, pace
        )

    async def to_the_end(self) -> None:
        """Take the script up at the first moment that was not carried out in full."""
        done = sum(1 for _ in self._journal.of("carried-out"))
        steps = self.script.steps()
        if self._life > 1:
            self._clock.move(steps[min(done, len(steps) - 1)].at)
            await self.chat.begin(self._clock.now())
            await self._redeliver(steps[:done])
        for step in steps[done:]:
            self._boundaries.begin(step.number)
            self._clock.move(step.at)
            await self.chat.begin(step.at)
            if step.act is not None:
                await self._happen(step)
            await self._carry_out()
            if self._life > 1 and step.number == done:
                # A life that died while it recovered left leases that end later than those of the life before it.
                self._journal.append(kind="recovering", step=step.number)
                lives = sum(one["step"] == step.number for one in self._journal.of("recovering"))
                self._clock.pass_(lives * self._recovering)
                await self._carry_out()
            self._journal.append(kind="carried-out", step=step.number)

    async def _carry_out(self) -> None:
        """Whatever is due, and what follows from it; what failed is tried again when its time comes."""
        end = self._clock.now() + TRYING
        while True:
            await self._dispatcher.run_due()
            due = await self._store.next_due((self.chat.prefix,))
            if due is None or not self._clock.now() < due <= end:
                return
            self._clock.move(due)

    async def _redeliver(self, past: list[Step]) -> None:
        """The newest acknowledged items come once more, as a platform may do."""
        acknowledged = [step for step in past if self._journal.first("acknowledged", delivery=step.delivery)]
        for step in acknowledged[-REDELIVERED:]:
            self._clock.move(step.at)
            await self._deliver(step)

    async def _happen(self, step: Step) -> None:
        act = step.act
        assert act is not None
        if self._journal.first("deed", delivery=step.delivery) is None:
            action = {name: await self._filled(act.who, value) for name, value in act.action.items()}
            self._journal.append(kind="deed", delivery=step.delivery, who=act.who, action=action, label=act.label)
        if act.delivered and self._journal.first("acknowledged", delivery=step.delivery) is None:
            self._journal.append(kind="delivery", delivery=step.delivery)
            self._boundaries.reach("item: before")
            reply = await self._deliver(step)
            self._boundaries.reach("item: handled")
            self._journal.append(kind="acknowledged", delivery=step.delivery, reply=reply)
            self._boundaries.reach("item: acknowledged")

    async def _deliver(self, step: Step) -> State:
        deed = self._journal.first("deed", delivery=step.delivery)
        assert deed is not None
        return await self.chat.deliver(deed["who"], step.delivery, step.at, deed["action"])

    async def _filled(self, who: str, value: Any) -> Any:
        """A value of an action with its marks replaced by what they stand for now."""
        if isinstance(value, dict):
            return {name: await self._filled(who, one) for name, one in value.items()}
        found = MARK.fullmatch(value) if isinstance(value, str) else None
        return value if found is None else await self._meant(who, found["what"], found["which"] or "")

    async def _meant(self, who: str, what: str, which: str) -> str:
        if what == "wrote":
            deed = self._journal.first("deed", who=who, label=which)
            assert deed is not None
            return self.chat.own_message(who, deed["delivery"])
        round = (await self._store.rounds_in(self.chat.channel, running=False))[0]
        match what:
            case "round":
                return round.id
            case "posted":
                return round.posted[int(which)]
            case "statement":
                return (await self._store.sent(round.id, "candidate", draft=round.draft))[int(which)].message
            case "announcement":
                return (await self._store.sent(round.id, "announcement"))[-1].message
            case "card":
                return (await self._store.sent(round.id, which, member=self.chat.member(who)))[-1].message
            case "undelivered":
                rows = (await whole_state(self._database))["outbox"]
                key: str = next(row["key"] for row in rows if row["settled"] == "quarantined")
                return key
            case _:
                raise AssertionError(f"a script has no mark {what!r}")

    async def state(self) -> State:
        """The whole database, what people see, and what they were answered where the bot was asked once.

        Who asks again after a crash may be answered in other words: that the round is closed already.
        """
        tables: Any = await whole_state(self._database)
        if isinstance(self.chat, (SlackChat, DiscordChat)):
            tables = essentials(tables)
        if isinstance(self.chat, DiscordChat):
            tables = self.chat.comparable(tables)
        return {
            "tables": tables,
            "messages": await self.chat.messages(),
            "replies": {
                one["delivery"]: one["reply"]
                for one in self._journal.of("acknowledged")
                if len(list(self._journal.of("delivery", delivery=one["delivery"]))) == 1
            },
            "duplicates": self.chat.duplicates(),
        }
