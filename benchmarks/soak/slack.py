"""The soak's group on Slack: our server that speaks Slack, and the bot as `parley serve` runs it, over Socket Mode."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from benchmarks.soak.checks import Acknowledged, Posts, Seen
from benchmarks.soak.habits import AGAIN_AFTER, EARLY_VOTE, OUTAGE_SPEED, PATIENCE, TRIES, question
from benchmarks.soak.load import Opinion, Plan, Rating
from benchmarks.soak.serving import Bot
from benchmarks.soak.slack_record import DIGITS, NAMES, Record
from benchmarks.soak.warped import Warp, WarpedTime
from tests.slack_server.delivery import Timing
from tests.slack_server.person import Answer, Person
from tests.slack_server.reading import shown
from tests.slack_server.refusal import Refusal
from tests.slack_server.server import SlackServer
from tests.slack_server.world import Channel, Message, View

PLATFORM, TITLE = "slack", "Slack"

DUPLICATES = 0.05
HELD_SECONDS, DISTURBED_EVERY = 4.0, 60.0


class SlackStage:
    """See `Stage`. `speed`: simulated seconds in a real one, but for the outage."""

    def __init__(
        self, server: SlackServer, warped: WarpedTime, plan: Plan, folder: Path, database: str, speed: float
    ) -> None:
        self.server = server
        self._log = folder / "bot.log"
        self._settings = {
            "database": database,
            "platforms": [PLATFORM],
            "slack_bot_token": server.bot_token,
            "slack_app_token": server.app_token,
            "slack_api_url": server.api_url,
            "secret": "a secret of this soak",
        }
        self._warped = warped
        self._plan = plan
        self._speed = speed
        self._people = [server.add_user(f"member{number}") for number in range(plan.members)]
        self._hands = [asyncio.Lock() for _ in self._people]
        self._moderator = server.add_user("moderator", admin=True)
        self._settling = asyncio.Lock()
        inside: dict[int, list[Person]] = {round: [self._moderator] for round in range(plan.rounds)}
        for member, round in sorted({(one.member, one.round) for one in plan.opinions}):
            inside[round].append(self._people[member])
        self.channels = [server.add_channel(f"team{round}", inside[round]) for round in range(plan.rounds)]
        self._record = Record(server, self.channels, speed)

    async def start(self) -> None:
        """Begin a process of the bot's, and wait until it is connected."""
        self.bot = await Bot.start(self._settings, self._warped.warp, self._log)
        await self.server.until(lambda: self.server.connections or self.bot.ended, PATIENCE)

    async def crash(self) -> None:
        """See `Stage`."""
        await self.bot.kill()
        await self.server.until(lambda: not self.server.connections, PATIENCE)
        await self.start()

    async def open(self, round: int, *, ends_early: bool) -> None:
        """See `Stage`."""
        channel = self.channels[round]
        if ends_early:
            async with self._settling:
                await self._try(lambda: self._moderator.command("settings", channel))
                await self.server.until(lambda: self._moderator.view, PATIENCE)
                await self._try(lambda: self._moderator.submit({"voting_seconds": EARLY_VOTE}))
        await self._try(lambda: self._moderator.command(f"ask {question(round)}", channel))
        await self.server.until(lambda: self._announcement(channel), PATIENCE)

    async def opine(self, opinion: Opinion) -> None:
        """See `Stage`: over a button under the announcement, and the modal or the bot's private question."""
        async with self._hands[opinion.member]:
            opine = self._write if opinion.written else self._fill_in
            await opine(opinion, self._people[opinion.member])

    async def _write(self, opinion: Opinion, person: Person) -> None:
        card = self._announcement(self.channels[opinion.round])
        assert card is not None, "the round was opened"

        def asked() -> Message | None:
            cards = (one for one in person.messages if one.user == self.server.bot.id and not one.reply)
            return next((one for one in cards if question(opinion.round) in shown(one)), None)

        await self._try(lambda: person.press("Join and be asked privately", on=card))
        await self.server.until(asked, 2 * PATIENCE)
        await person.say(opinion.text, under=asked())

    async def _fill_in(self, opinion: Opinion, person: Person) -> None:
        card = self._announcement(self.channels[opinion.round])
        assert card is not None, "the round was opened"
        for _ in range(TRIES):
            await self._try(lambda: person.press("Give my opinion", on=card))
            try:
                await self.server.until(lambda: _form(person, card.channel), PATIENCE / 3)
                break
            except AssertionError:
                self._record.repeated += 1
        view = _form(person, card.channel)
        assert view is not None, "the form never opened"
        values: dict[str, Any] = {"opinion": opinion.text}
        if any(block["block_id"] == "position" for block in view.body["blocks"]):
            values["position"] = str(opinion.position)
        await self._try(lambda: person.submit(values))
        while person.view is not None:  # another one came late, after a first try that seemed to have failed
            await person.close()

    async def close(self, round: int) -> None:
        """See `Stage`."""
        await self._try(lambda: self._moderator.command("close", self.channels[round]))

    async def rate(self, rating: Rating) -> None:
        """See `Stage`: keycaps go on and off; Slack tells the bot, or tries to."""
        person = self._people[rating.member]
        message = self._record.candidates(self.channels[rating.round])[rating.candidate]
        held = [digit for name, digit in DIGITS.items() if person.id in message.reactions.get(name, ())]
        if not rating.beside:
            for digit in held:
                if digit != rating.rating:
                    await person.unreact(message, NAMES[digit])
        if rating.rating is None:
            self._record.last.pop((message.channel.id, message.ts, person.id), None)
        elif rating.rating not in held:
            self._record.last[message.channel.id, message.ts, person.id] = rating.rating
            await person.react(message, NAMES[rating.rating])

    def voting(self, round: int) -> bool:
        """See `Stage`."""
        found = self._record.candidates(self.channels[round])
        return len(found) == 3 and all(self.server.bot.id in one.reactions.get("seven", ()) for one in found)

    def closed(self, round: int) -> bool:
        """See `Stage`."""
        card = self._announcement(self.channels[round])
        return card is not None and "This round is closed" in shown(card)

    async def disturb(self) -> None:
        """See `Stage`."""
        self.server.slack.hub.faults.duplicates = DUPLICATES
        kinds = ("refresh_requested", "reorder", "", "reorder", "limited", "warning")
        number = 0
        try:
            while True:
                await self._warped.sleep(DISTURBED_EVERY)
                kind = kinds[number % len(kinds)]
                number += 1
                if kind == "reorder":
                    self.server.slack.hub.hold()
                    await self._warped.sleep(HELD_SECONDS)
                    await self.server.slack.hub.release("shuffled")
                elif kind == "limited":
                    for method in ("chat.postMessage", "chat.update", "views.open"):
                        self.server.fail_next(method, "ratelimited", status=429, retry_after=5)
                else:
                    await self.server.disconnect(kind)
        finally:
            self.server.slack.hub.faults.duplicates = 0.0
            if self.server.slack.hub.faults.held is not None:
                await asyncio.shield(self.server.slack.hub.release("shuffled"))

    async def begin_outage(self) -> None:
        """See `Stage`."""
        await self.server.begin_outage("unreachable")
        await self.bot.change(self._warped, self._speed * OUTAGE_SPEED)

    async def end_outage(self) -> None:
        """See `Stage`."""
        await self.bot.change(self._warped, self._speed)
        self.server.end_outage()

    def seen(self) -> Seen:
        """What everybody could see in the end, for the checks."""
        return self._record.seen()

    def acknowledged(self) -> list[Acknowledged]:
        """Every payload that reached the bot, and how long it took in real seconds."""
        return self._record.acknowledged()

    def counts(self) -> dict[str, int]:
        """How often what happened on the way."""
        return self._record.counts()

    def posts(self) -> Posts:
        """When messages were posted, by channel."""
        return self._record.posts()

    async def _try(self, act: Callable[[], Awaitable[Answer]]) -> None:
        """Do something as people do: again, when Slack says that it did not work."""
        for _ in range(TRIES):
            try:
                answer = await act()
            except Refusal:
                return
            if not answer.failure:
                assert not answer.errors, f"the form was refused: {answer.errors}"
                return
            self._record.repeated += 1
            await self._warped.sleep(AGAIN_AFTER)
        raise AssertionError("the bot did not answer")

    def _announcement(self, channel: Channel) -> Message | None:
        return next((one for one in channel.messages if one.user == self.server.bot.id and one.blocks), None)


def _form(person: Person, channel: Channel) -> View | None:
    """The modal in front, when it was opened in this channel; those of other channels are closed on the way."""
    view = person.view
    if view is not None and json.loads(view.body["private_metadata"])["channel"] != channel.id:
        view.open = False
        return None
    return view


@asynccontextmanager
async def staged(
    plan: Plan, folder: Path, *, database: str, speed: float, seed: int
) -> AsyncIterator[tuple[SlackStage, WarpedTime]]:
    """A Slack with everybody in it, and the bot connected."""
    begun, epoch = time.monotonic(), time.time()
    warped = WarpedTime(Warp(begun, epoch, speed))
    async with SlackServer(time=warped, timing=Timing(ack=3.0), seed=seed) as server:
        stage = SlackStage(server, warped, plan, folder, database, speed)
        await stage.start()
        try:
            yield stage, warped
        finally:
            await stage.bot.stop()
