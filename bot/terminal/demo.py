"""`parley demo`: simulated members play a whole round in a real browser channel; a visitor may take part.

The members act exactly as their pages would: through the browser platform, under delivery ids, acknowledged
after the commit. With `--exit` the transcript of the channel is printed and everything ends.
"""

from __future__ import annotations

import asyncio
import itertools
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from rich.console import Console

from bot.dispatcher import Pace
from bot.main import Application, application, loudly
from bot.settings import Settings
from bot.web.actions import ACTION
from bot.web.seats import Seat
from bot.web.showing import Refusal
from engine.errors import ParleyError
from engine.ports import Sent
from engine.rounds.model import Phase, Round
from engine.simulation.members import SimulatedMember
from engine.simulation.rehearsal import FOUR_DAYS, Rehearsal

Found = TypeVar("Found")

CHANNEL = "demo"
PATIENCE = 30.0
"""Seconds that the demo waits for what Parley itself has to do."""

HOUR = 3600.0

VISITOR_PACES = 8
"""How many paces the moderator leaves a visitor for an opinion or a vote."""


async def play(settings: Settings, *, keep: bool, leave: bool, pace: float) -> None:
    """Play the rehearsed round; stay up afterwards unless `leave`. `pace`: seconds between acts."""
    with tempfile.TemporaryDirectory(prefix="parley-demo-") as folder:
        database = settings.database if keep else f"sqlite:///{Path(folder) / 'demo.db'}"
        chosen = settings.model_copy(
            update={
                "database": database,
                "channels": (CHANNEL,),
                "open_seats": True,
                "port": 0 if leave else settings.port,
            }
        )
        async with application(chosen, pace=Pace(poll=0.2)) as parley:
            running = asyncio.create_task(parley.run(), name="parley")
            stage = Stage(parley, FOUR_DAYS, pace, Console(highlight=False))
            playing = asyncio.create_task(stage.play(leave=leave), name="demo")
            try:
                await asyncio.wait({running, playing}, return_when=asyncio.FIRST_COMPLETED)
                for task in (playing, running):
                    if task.done():
                        await loudly(task)
            finally:  # also after Ctrl-C: whoever works still needs the database, which closes next
                playing.cancel()
                running.cancel()
                await asyncio.gather(playing, running, return_exceptions=True)


@dataclass
class Stage:
    """The rehearsal on its stage: who sits where, and what was said."""

    parley: Application
    rehearsal: Rehearsal
    pace: float
    console: Console
    seats: dict[str, Seat] = field(default_factory=dict)
    acts: Any = field(default_factory=itertools.count)

    async def play(self, *, leave: bool) -> None:
        """The whole round, from the command to the outcome."""
        web = self.parley.web
        await web.listening()
        await web.open_channel(CHANNEL, open_seats=True)
        moderator = self.rehearsal.moderator
        self.seats[moderator] = await web.seat(CHANNEL, moderator, moderator=True)
        for member in self.rehearsal.members:
            self.seats[member.name] = await web.seat(CHANNEL, member.name)
        if not leave:
            self.console.print(f"The round plays at [bold]{web.visit_url(CHANNEL)}[/bold]  (Ctrl-C ends it)")
            self.console.print("Open the link, take a seat and take part.\n")
        round = await self._opened()
        await self._opinions(round)
        round = await self._voted(await self._until(round.id, Phase.VOTING))
        await self._revised(round)
        await self._there(self._nothing_left_to_say)
        await self._transcript()
        if not leave:
            self.console.print("\nThe round is over and the channel stays up; try `/consensus ask` there yourself.")
            await asyncio.Event().wait()

    async def _opened(self) -> Round:
        before = {one.id for one in await self.parley.store.rounds_in(self._channel, running=False)}
        rest = self.rehearsal.question
        await self._act(self.rehearsal.moderator, do="command", place="channel", word="ask", rest=rest)
        found = [one for one in await self.parley.store.rounds_in(self._channel, running=False) if one.id not in before]
        return found[0]

    async def _opinions(self, round: Round) -> None:
        for member in self.rehearsal.members:
            await self._press(member.name, "channel", "join", round.id)
            card = await self._card(round, "opinion-card", member)
            if round.asks_position:
                await self._press(member.name, "direct", "position", round.id, value=str(member.position))
            await self._pause()
            await self._act(member.name, do="say", place="direct", text=member.opinion, parent=card.message)
        await self._wait_for_visitors()
        await self._close(round)

    async def _voted(self, round: Round) -> Round:
        posted = await self._candidates(round)
        for member in self.rehearsal.members:
            for sent, text in posted:
                rating = member.rate(round.question, text)
                await self._act(member.name, do="react", message=sent.message, emoji=str(rating), added=True)
                await self._pause(0.4)
            if round.asks_position:
                best = max(member.rate(round.question, text) for _, text in posted)
                after = str(member.position_after(best))
                await self._press(member.name, "direct", "position", round.id, value=after)
        await self._wait_for_visitors()
        await self._close(round)
        return await self._until(round.id, Phase.CLOSED)

    async def _revised(self, round: Round) -> Round:
        """One critique iteration, as the button under an outcome asks for it."""
        await self._there(lambda: self.parley.store.sent(round.id, "outcome", draft=round.draft))
        await self._press(self.rehearsal.moderator, "channel", "critique-iteration", round.id)
        round = await self._until(round.id, Phase.CRITIQUING)
        for member in self.rehearsal.members:
            card = await self._card(round, "critique-card", member)
            await self._pause(0.5)
            await self._act(member.name, do="say", place="direct", text=member.critique, parent=card.message)
        await self._close(round)
        return await self._voted(await self._until(round.id, Phase.VOTING))

    async def _candidates(self, round: Round) -> list[tuple[Sent, str]]:
        drafted = await self.parley.store.candidates(round.id, round.draft)
        texts = {one: candidate.text for one, candidate in drafted if candidate is not None}

        async def posted() -> list[Sent]:
            found = await self.parley.store.sent(round.id, "candidate", draft=round.draft)
            return found if len(found) == len(round.posted) else []

        await self._there(posted)
        return [(sent, texts[sent.candidate]) for sent in await posted() if sent.candidate in texts]

    async def _card(self, round: Round, kind: str, member: SimulatedMember) -> Sent:
        """The newest card of a kind that a member was sent; waits until it is there."""
        return await self._there(lambda: self.parley.store.sent(round.id, kind, member=self._id(member.name)))

    async def _close(self, round: Round) -> None:
        await self._act(self.rehearsal.moderator, do="command", place="channel", word="close")

    async def _press(self, name: str, place: str, action: str, round: str, *, value: str = "") -> None:
        await self._act(name, do="press", place=place, action=action, round=round, value=value)

    async def _act(self, name: str, **action: Any) -> None:
        done = await self.parley.web.act(
            self.seats[name], ACTION.validate_python({"delivery": f"demo-act-{next(self.acts):06d}", **action})
        )
        if isinstance(done, Refusal):
            raise ParleyError(f"The demo's {name!r} was refused: {done.sentence}")
        await self._pause()

    async def _pause(self, paces: float = 1.0) -> None:
        await asyncio.sleep(self.pace * paces)

    async def _wait_for_visitors(self) -> None:
        await self._pause(VISITOR_PACES)

    async def _until(self, round_id: str, phase: Phase) -> Round:
        async def there() -> list[Round]:
            round = await self.parley.store.round(round_id)
            if round is not None and round.phase is Phase.FAILED:
                raise ParleyError("The demo's round failed; run `parley doctor`.")
            return [round] if round is not None and round.phase is phase else []

        return await self._there(there)

    async def _there(self, find: Callable[[], Awaitable[list[Found]]]) -> Found:
        """The last thing that `find` finds, as soon as it finds any."""
        try:
            async with asyncio.timeout(PATIENCE):
                while not (found := await find()):  # noqa: ASYNC110 - another process may be the one that works
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise ParleyError(
                f"The demo waited {PATIENCE:.0f} seconds for Parley in vain; run `parley doctor`."
            ) from None
        return found[-1]

    async def _nothing_left_to_say(self) -> list[bool]:
        """Whether all that stands in the channel is brought up to date; planned deadlines are a day away."""
        due = await self.parley.store.next_due(self.parley.settings.platforms)
        return [True] if due is None or due > time.time() + HOUR else []

    @property
    def _channel(self) -> str:
        return self.seats[self.rehearsal.moderator].channel

    def _id(self, name: str) -> str:
        return self.seats[name].member

    async def _transcript(self) -> None:
        from bot.terminal.transcript import lines, said_privately

        for line in said_privately(self.rehearsal):
            self.console.print(line, markup=False, soft_wrap=True)
        for line in await lines(self.parley.store.database, self._channel):
            self.console.print(line, markup=False, soft_wrap=True)
