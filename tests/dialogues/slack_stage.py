"""The stage on which Slack plays: slack-bolt and slack_sdk against a strict Slack over real sockets."""

from __future__ import annotations

import asyncio
import copy
from typing import Any, Self

from bot.durations import parse_duration
from bot.platform import Button, Card, Done, FieldProblems, Form, OpenForm, Whisper
from bot.slack.answering import REPLY
from bot.slack.blocks import Pressed, read_value, write_value
from bot.slack.ids import ours
from bot.slack.platform import SlackPlatform
from bot.slack.views import INPUT
from storage.store import DatabaseStore
from tests.chat_server.clock import SimulatedTime
from tests.dialogues import slack_reading
from tests.dialogues.bot_stage import Answer, BotStage, Post, Written
from tests.dialogues.stage import Cast
from tests.fakes.clock import FakeClock
from tests.slack_server import interactions
from tests.slack_server.delivery import INTERACTIVE
from tests.slack_server.filling import Incomplete, check_complete
from tests.slack_server.limits import RateLimits
from tests.slack_server.person import Answer as Told
from tests.slack_server.person import Person
from tests.slack_server.refusal import Json
from tests.slack_server.server import SlackServer
from tests.slack_server.submitting import apply_answer
from tests.slack_server.world import Channel, Ephemeral, Message, View

NUMBERS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


class SlackStage(BotStage):
    """People act as at Slack's clients; what they see is what stands in the workspace.

    What no client offers, such as an eighth key of a scale, reaches the bot as a forged payload.
    """

    keycaps = True

    def __init__(self, store: DatabaseStore, cast: tuple[Cast, ...]) -> None:
        clock = FakeClock()
        super().__init__(store, cast, clock)
        self.slack = SlackServer(time=SimulatedTime(clock), limits=RateLimits.none())
        self.seats: dict[str, Person] = {
            one.name: self.slack.add_user(one.name, admin=one.moderator, zone="UTC") for one in cast
        }
        self.general: Channel = self.slack.add_channel("general", self.seats.values())
        self._platform: SlackPlatform | None = None

    @property
    def platform(self) -> SlackPlatform:
        """See BotStage."""
        assert self._platform is not None, "the stage is not set"
        return self._platform

    @property
    def channel(self) -> str:
        """See Stage."""
        return ours(self.slack.team.id, self.general.id)

    async def __aenter__(self) -> Self:
        await self.slack.start()
        self._platform = SlackPlatform(
            self.slack.bot_token,
            clock=self.clock,
            app_token=self.slack.app_token,
            base_url=self.slack.api_url,
            pace=0.0,
        )
        return await super().__aenter__()

    async def __aexit__(self, *problem: object) -> None:
        await super().__aexit__(*problem)
        await self.slack.stop()
        if not any(problem):
            assert not self.slack.violations

    async def set_the_stage(self) -> None:
        """Wait until the bot's socket is open."""
        await self.platform.listening()
        await self.slack.until(lambda: self.slack.connections)

    async def posts(self) -> list[Post]:
        """See BotStage: the channel, its threads and the conversations, without what people wrote."""
        found: list[tuple[str | None, Message]] = [(None, one) for one in self.general.messages]
        found += [(name, one) for name, seat in self.seats.items() for one in seat.messages]
        said = [(who, one) for who, one in found if one.user == self.slack.bot.id and (one.blocks or one.files)]
        said.sort(key=lambda pair: pair[1].ts)
        cards = ((who, one, slack_reading.card(one.blocks, one.files)) for who, one in said)
        return [Post(f"{one.channel.id}/{one.ts}", who, card) for who, one, card in cards]

    async def give_command(self, who: str, direct: bool, word: str, rest: str) -> Answer:
        """See BotStage."""
        seat, before = self.seats[who], self._private(who)
        told = await seat.command(f"{word} {rest}".strip(), None if direct else self.general)
        return await self._answered(who, told, before)

    async def say(self, who: str, text: str, parent: str, attachments: int) -> tuple[str, Answer]:
        """See BotStage."""
        seat, before = self.seats[who], self._private(who)
        under = seat.direct.message(_ts(parent)) if parent else None
        told = await seat.say(text, under=under, files=attachments)
        message = [one for one in seat.messages if one.user == seat.id][-1]
        return message.ts, await self._answered(who, told, before)

    async def change(self, who: str, message: Written, text: str) -> Answer:
        """See BotStage."""
        before = self._private(who)
        return await self._answered(who, await self.seats[who].edit(self._own(who, message), text), before)

    async def take_back(self, who: str, message: Written) -> Answer:
        """See BotStage."""
        before = self._private(who)
        return await self._answered(who, await self.seats[who].delete(self._own(who, message)), before)

    async def push(self, who: str, direct: bool, button: Button, value: str) -> Answer:
        """See BotStage."""
        seat, before = self.seats[who], self._private(who)
        wanted = Pressed(button.action, button.round, button.target, value)
        holder, part = self._holder(seat, wanted)
        if part is not None:
            told = await seat.press(part["action_id"], on=holder)
        else:
            told = await self._forged_press(seat, holder, wanted)
        return await self._answered(who, told, before)

    async def submit(self, who: str, direct: bool, form: Form, values: dict[str, str]) -> Answer:
        """See BotStage."""
        seat, before = self.seats[who], self._private(who)
        view = seat.view
        assert view is not None, f"no modal is in front of {who}"
        told = await self._forged_submission(seat, view) if self._fill(view, values) else await seat.submit()
        return await self._answered(who, told, before)

    async def put_reaction(self, who: str, post: Post, emoji: str, added: bool) -> Answer:
        """See BotStage."""
        seat, before = self.seats[who], self._private(who)
        message = self.general.message(_ts(post.id))
        assert message is not None
        name = NUMBERS[int(emoji)] if emoji.isdecimal() else emoji
        told = await (seat.react(message, name) if added else seat.unreact(message, name))
        return await self._answered(who, told, before)

    async def go(self, who: str) -> Answer:
        """See BotStage."""
        before = self._private(who)
        return await self._answered(who, await self.seats[who].leave(self.general), before)

    def _fill(self, view: View, values: dict[str, str]) -> bool:
        """Enter the values in the modal; True where no client would send them: not offered, or required and empty."""
        forged = False
        inputs = {one["block_id"]: one["element"] for one in view.body["blocks"] if one["type"] == "input"}
        ends: dict[str, float] = {}
        for name, value in values.items():
            part: Any = inputs[name]
            kind, action = part["type"], part["action_id"]
            more = next((one for one in inputs if one.startswith(f"{name}~")), None)
            state: Json | None
            if kind == "plain_text_input":
                first, rest = (value[:INPUT], value[INPUT:]) if more else (value, "")
                state = {"type": kind, "value": first or None}
                if more:
                    _enter(view, more, more, {"type": kind, "value": rest or None})
            elif kind == "checkboxes":
                chosen = copy.deepcopy(part["options"]) if value == "yes" else []
                state = {"type": kind, "selected_options": chosen}
            elif kind == "multi_users_select":
                state = self._people(view, name, value)
            elif kind == "datetimepicker":
                state = self._time(name, value, action, part, ends)
            else:
                option = next((one for one in part["options"] if one["value"] == value), None)
                if option is None and value:
                    forged = True
                    option = {"text": {"type": "plain_text", "text": value}, "value": value}
                state = {"type": kind, "selected_option": option}
            if state is None:
                forged = True
                state = {"type": "plain_text_input", "value": value}
            _enter(view, name, action, state)
        try:
            check_complete(view)
        except Incomplete:
            forged = True
        return forged

    def _people(self, view: View, name: str, value: str) -> Json | None:
        """What is picked for names with commas between; None for names that no picker offers."""
        names = [one.strip().removeprefix("@") for one in value.split(",") if one.strip()]
        if names == ["everyone"]:
            places = {"type": "multi_conversations_select", "selected_conversations": [self.general.id]}
            _enter(view, f"{name}~3l", f"{name}~3l", places)
            names = []
        ids = {one.id: one.id for one in self.seats.values()} | {who: one.id for who, one in self.seats.items()}
        if any(one not in ids for one in names):
            return None
        return {"type": "multi_users_select", "selected_users": [ids[one] for one in names]}

    def _time(self, name: str, value: str, action: str, part: Json, ends: dict[str, float]) -> Json | None:
        """What is picked for a duration, which follows that of the field before; None for what is none."""
        before = ends.get("before", self.clock.now())
        seconds = parse_duration(value)
        ends["before"] = before + (seconds or parse_duration(action.partition("/")[2]) or 0.0)
        if value and seconds is None:
            return None
        picked = int(ends["before"]) if value else None
        if value == action.partition("/")[2]:
            picked = part["initial_date_time"]
        return {"type": "datetimepicker", "selected_date_time": picked}

    def _own(self, who: str, message: Written) -> Message:
        found = self.seats[who].direct.message(message.id)
        assert found is not None
        return found

    def _private(self, who: str) -> tuple[int, str | None, int]:
        """What one person alone has seen so far: ephemeral messages, the modal, and the bot's messages to them."""
        seat = self.seats[who]
        return len(seat.ephemerals), seat.view.id if seat.view else None, len(seat.messages)

    async def _answered(self, who: str, told: Told, before: tuple[int, str | None, int]) -> Answer:
        """The reply as it came through Slack: a modal, sentences on fields, or a message to one person alone."""
        await self.slack.quiet(0.03, busy=self._at_work)
        seat = self.seats[who]
        assert not told.failure, f"{who} reads {told.failure!r}"
        if told.errors:
            return FieldProblems(tuple(told.errors.items()))
        if seat.view is not None and seat.view.id != before[1]:
            return OpenForm(slack_reading.form(seat.view.body))
        fresh: list[Ephemeral | Message] = [*seat.ephemerals[before[0] :]]
        if fresh:
            return Whisper(_together(fresh))
        return Done()

    def _at_work(self) -> bool:
        """Whether the bot, which shares the event loop, still takes something in or shows a reply."""
        return self.handling > 0 or any(task.get_name() == REPLY for task in asyncio.all_tasks())

    def _holder(self, seat: Person, wanted: Pressed) -> tuple[Message | Ephemeral, Json | None]:
        """The newest message with this button, or one beside which it would stand."""
        there = [*self.general.messages, *seat.messages]
        newest: list[Message | Ephemeral] = sorted([*there, *seat.ephemerals], key=lambda one: one.ts, reverse=True)
        beside: Message | Ephemeral | None = None
        for holder in newest:
            for block in holder.blocks:
                for part in block["elements"] if block["type"] == "actions" else ():
                    read = read_value(part["value"])
                    if read == wanted:
                        return holder, part
                    if read is not None and (read.action, read.round) == (wanted.action, wanted.round):
                        beside = beside or holder
        assert beside is not None, f"no button {wanted} stands anywhere"
        return beside, None

    async def _forged_press(self, seat: Person, holder: Message | Ephemeral, wanted: Pressed) -> Told:
        action: Json = {
            "action_id": "forged",
            "block_id": "forged",
            "type": "button",
            "action_ts": self.slack.slack.stamp(),
            "value": write_value(wanted),
        }
        respond = self.slack.front.answers.address(self.slack.app, holder.channel, seat.user, holder)
        payload = interactions.on_message(self.slack.slack, self.slack.app, seat.user, holder, [action], respond)
        _, response = await self.slack.slack.hub.ask(self.slack.app, INTERACTIVE, payload)
        return Told(response.failure)

    async def _forged_submission(self, seat: Person, view: View) -> Told:
        payload = interactions.submission(self.slack.slack, self.slack.app, seat.user, view)
        _, response = await self.slack.slack.hub.ask(self.slack.app, INTERACTIVE, payload)
        apply_answer(self.slack.slack, view, response.body)
        return Told(response.failure, errors=dict(view.errors))


def _ts(post: str) -> str:
    return post.partition("/")[2]


def _together(fresh: list[Ephemeral | Message]) -> Card:
    cards = [slack_reading.card(one.blocks, []) for one in fresh]
    blocks = tuple(block for one in cards for block in one.blocks)
    return Card("slack", "", blocks, tuple(button for one in cards for button in one.buttons))


def _enter(view: View, block: str, action: str, state: Json) -> None:
    view.state.setdefault(block, {})[action] = state
