"""The soak's group on Slack: our server that speaks Slack, and the bot as `parley serve` runs it, over Socket Mode."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from benchmarks.soak.checks import Acknowledged, Held, Posts, Rate, Seen
from benchmarks.soak.habits import AGAIN_AFTER, EARLY_VOTE, NOTICED, OUTAGE_SPEED, PATIENCE, TRIES, question
from benchmarks.soak.load import Opinion, Plan, Rating
from benchmarks.soak.serving import Bot
from benchmarks.soak.warped import Warp, WarpedTime
from bot.slack.ids import ours
from tests.slack_server.delivery import EVENTS, Delivery, Timing
from tests.slack_server.person import Answer, Person
from tests.slack_server.reading import shown
from tests.slack_server.refusal import Refusal
from tests.slack_server.server import SlackServer
from tests.slack_server.world import Channel, Message, View

PLATFORM, TITLE = "slack", "Slack"
RATE = Rate(a_second=1.0, burst=3)
NAMES = ("", "one", "two", "three", "four", "five", "six", "seven")
DIGITS = {name: digit for digit, name in enumerate(NAMES) if name}

DUPLICATES = 0.05
HELD_SECONDS, DISTURBED_EVERY = 4.0, 60.0


class SlackStage:
    """See `Stage`. `speed`: simulated seconds in a real one, but for the outage."""

    def __init__(
        self, server: SlackServer, warped: WarpedTime, plan: Plan, folder: Path, database: str, speed: float, seed: int
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
        self.outages: list[tuple[float, float]] = []
        self.repeated = 0
        self._warped = warped
        self._plan = plan
        self._speed = speed
        self._chance = random.Random(seed)
        self._people = [server.add_user(f"member{number}") for number in range(plan.members)]
        self._hands = [asyncio.Lock() for _ in self._people]
        self._moderator = server.add_user("moderator", admin=True)
        self._settling = asyncio.Lock()
        inside: dict[int, list[Person]] = {round: [self._moderator] for round in range(plan.rounds)}
        for member, round in sorted({(one.member, one.round) for one in plan.opinions}):
            inside[round].append(self._people[member])
        self.channels = [server.add_channel(f"team{round}", inside[round]) for round in range(plan.rounds)]
        self._last: dict[tuple[str, str, str], int] = {}

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
                self.repeated += 1
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
        message = self._candidates(self.channels[rating.round])[rating.candidate]
        held = [digit for name, digit in DIGITS.items() if person.id in message.reactions.get(name, ())]
        if not rating.beside:
            for digit in held:
                if digit != rating.rating:
                    await person.unreact(message, NAMES[digit])
        if rating.rating is None:
            self._last.pop((message.channel.id, message.ts, person.id), None)
        elif rating.rating not in held:
            self._last[message.channel.id, message.ts, person.id] = rating.rating
            await person.react(message, NAMES[rating.rating])

    def voting(self, round: int) -> bool:
        """See `Stage`."""
        found = self._candidates(self.channels[round])
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
        self.outages.append((self._warped.now(), 0.0))
        await self.server.begin_outage("unreachable")
        await self._change(self._speed * OUTAGE_SPEED)

    async def end_outage(self) -> None:
        """See `Stage`."""
        await self._change(self._speed)
        self.outages[-1] = (self.outages[-1][0], self._warped.now())
        self.server.end_outage()

    def seen(self) -> Seen:
        """What everybody could see in the end, for the checks."""
        bot, team = self.server.bot.id, self.server.team.id
        held: dict[Held, int] = {}
        undecidable: dict[Held, frozenset[int]] = {}
        unheard = self._unheard()
        for channel in self.channels:
            for message in self._candidates(channel):
                by_user: dict[str, list[int]] = {}
                for name, users in message.reactions.items():
                    for user in users:
                        if user != bot and name in DIGITS:
                            by_user.setdefault(user, []).append(DIGITS[name])
                for user, digits in by_user.items():
                    one = Held(ours(team, channel.id), message.ts, ours(team, user))
                    held[one] = digits[0] if len(digits) == 1 else self._last[channel.id, message.ts, user]
                    if len(digits) > 1 and (channel.id, message.ts, user) in unheard:
                        undecidable[one] = frozenset(digits)
        keys = Counter(
            (channel.id, message.metadata["event_payload"]["key"])
            for channel in self.server.world.channels.values()
            for message in channel.messages
            if message.metadata
        )
        return Seen(
            held, undecidable, sum(count - 1 for count in keys.values()), self._ignored(), tuple(self._violations())
        )

    def acknowledged(self) -> list[Acknowledged]:
        """Every payload that reached the bot, and how long it took in real seconds."""
        return [
            Acknowledged(_kind(one), attempt.seconds, late="timeout" in attempt.failure)
            for one in self.server.slack.hub.history
            for attempt in one.attempts
            if not attempt.failure or "timeout" in attempt.failure
        ]

    def counts(self) -> dict[str, int]:
        """How often what happened on the way."""
        history = self.server.slack.hub.history
        limited = [one for one in self.server.requests if one.status == 429]
        return {
            "payloads sent": len(history),
            "sent more than once": sum(len(one.attempts) > 1 for one in history),
            "events dropped after their retries": sum(
                one.outcome == "dropped" for one in history if one.kind == EVENTS
            ),
            "acts repeated by hand": self.repeated,
            "calls of Slack": len(self.server.requests),
            "calls answered 429": len(limited),
        } | {f"429 of {method}": count for method, count in Counter(one.method for one in limited).most_common()}

    def posts(self) -> Posts:
        """When messages were posted, by channel."""
        found: dict[str, list[float]] = {}
        for one in self.server.requests:
            if one.method == "chat.postMessage" and one.answer.get("ok"):
                found.setdefault(str(one.arguments["channel"]), []).append(one.at)
        return Posts(found, RATE)

    def _violations(self) -> list[str]:
        # The SDK answers what came over a connection that has ended over its next one.
        expected = {"not_acknowledged", "late_acknowledgement", "retry_after_ignored", "unknown_envelope"}
        return [f"{one.kind}: {one.detail}" for one in self.server.violations if one.kind not in expected]

    def _unheard(self) -> set[tuple[str, str, str]]:
        """Whose reactions to which messages did not all reach the bot at once."""
        found = set()
        for delivery in self.server.slack.hub.history:
            event = delivery.payload.get("event") or {}
            if "reaction" in event and not (delivery.acknowledged and len(delivery.attempts) == 1):
                found.add((event["item"]["channel"], event["item"]["ts"], event["user"]))
        return found

    def _ignored(self) -> int:
        """Calls that began while an earlier answer of the same method still asked to wait.

        What was on its way when that answer was given is no fault; `NOTICED` real seconds are allowed for it.
        """
        closed: dict[str, tuple[float, float]] = {}
        ignored = 0
        for one in self.server.requests:
            answered, until = closed.get(one.method, (0.0, 0.0))
            ignored += answered + NOTICED * self._speed < one.began < until - NOTICED * self._speed
            if one.retry_after:
                closed[one.method] = (one.at, one.at + one.retry_after)
        return ignored

    async def _change(self, speed: float) -> None:
        at = time.monotonic() + 0.3
        self.bot.tell({"at": at, "speed": speed})
        await self._warped.change(at, speed)

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
            self.repeated += 1
            await self._warped.sleep(AGAIN_AFTER)
        raise AssertionError("the bot did not answer")

    def _announcement(self, channel: Channel) -> Message | None:
        return next((one for one in channel.messages if one.user == self.server.bot.id and one.blocks), None)

    def _candidates(self, channel: Channel) -> list[Message]:
        return [one for one in channel.messages if self.server.bot.id in one.reactions.get("one", ())]


def _form(person: Person, channel: Channel) -> View | None:
    """The modal in front, when it was opened in this channel; those of other channels are closed on the way."""
    view = person.view
    if view is not None and json.loads(view.body["private_metadata"])["channel"] != channel.id:
        view.open = False
        return None
    return view


def _kind(delivery: Delivery) -> str:
    payload = delivery.payload
    return str((payload.get("event") or {}).get("type") or payload.get("type") or "slash_command")


@asynccontextmanager
async def staged(
    plan: Plan, folder: Path, *, database: str, speed: float, seed: int
) -> AsyncIterator[tuple[SlackStage, WarpedTime]]:
    """A Slack with everybody in it, and the bot connected."""
    begun, epoch = time.monotonic(), time.time()
    warped = WarpedTime(Warp(begun, epoch, speed))
    async with SlackServer(time=warped, timing=Timing(ack=3.0), seed=seed) as server:
        stage = SlackStage(server, warped, plan, folder, database, speed, seed)
        await stage.start()
        try:
            yield stage, warped
        finally:
            status = await stage.bot.stop()
            if status:
                raise RuntimeError(f"the bot ended with status {status}; see {folder / 'bot.log'}")
