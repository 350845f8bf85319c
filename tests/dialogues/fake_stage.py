"""The stage on which the fake platform plays."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from bot.answering import Answering, Models
from bot.dispatcher import Dispatcher
from bot.effects import Effects
from bot.forms import BackEnds
from bot.inbound import Inbox
from bot.platform import (
    Button,
    ButtonPressed,
    Card,
    ChannelLeft,
    CheckField,
    CommandGiven,
    DirectMessage,
    DirectMessageDeleted,
    DirectMessageEdited,
    Done,
    FieldProblems,
    Form,
    FormSubmitted,
    OpenForm,
    Person,
    Reacted,
    Reply,
    Whisper,
)
from bot.speaking import Speaking
from bot.texts import Texts
from engine.ports import RoundStore
from tests.dialogues.rendering import form_lines, lines
from tests.dialogues.stage import Cast, Stage
from tests.fakes.clock import FakeClock
from tests.fakes.models import FakeGenerator, FakePredictor
from tests.fakes.platform import FakePlatform, Neighbour, Posted

CHANNEL = "fake:C1"


@dataclass
class _Message:
    """What somebody wrote to the bot."""

    id: str
    text: str
    parent: str


@dataclass
class _Seat:
    """What stands in front of one person besides the chat itself."""

    cast: Cast
    whispers: list[tuple[Card, bool]] = field(default_factory=list)
    fresh: list[str] = field(default_factory=list)
    form: Form | None = None
    typed: dict[str, str] = field(default_factory=dict)
    form_direct: bool = False
    problems: dict[str, str] = field(default_factory=dict)
    written: list[_Message] = field(default_factory=list)


class FakeStage(Stage):
    """The fake platform with the whole bot behind it. Every act is delivered twice: repeating must be harmless."""

    def __init__(self, store: RoundStore, cast: tuple[Cast, ...], *, service: str | None = None) -> None:
        self._clock = FakeClock()
        people = [Neighbour(_member(one.name), one.name, one.moderator) for one in cast]
        self.platform = FakePlatform(self._clock, {CHANNEL: people})
        self._seats = {one.name: _Seat(one) for one in cast}
        self._store = store
        self._generator = FakeGenerator(service)
        predictor = FakePredictor()
        platforms = {"fake": self.platform}
        models = Models(lambda name: self._generator, lambda name: predictor)
        answering = Answering(store, platforms, models, self._clock)
        speaking = Speaking(store, platforms, lambda name: service, Texts(), self._clock)
        effects = Effects(store, answering, speaking)
        self._dispatcher = Dispatcher(store, effects.carry_out, effects.give_up, self._clock, "stage")
        self._service = service
        self._inbox = self._new_inbox()
        self._deliveries = 0
        self._serving: asyncio.Task[None] | None = None

    def _new_inbox(self) -> Inbox:
        return Inbox(self._store, BackEnds(), lambda name: self._service)

    async def __aenter__(self) -> FakeStage:
        self._serving = asyncio.create_task(self.platform.run(self._inbox), name="fake platform")
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._serving is not None:
            self._serving.cancel()
            await asyncio.gather(self._serving, return_exceptions=True)

    @property
    def store(self) -> RoundStore:
        """See Stage."""
        return self._store

    @property
    def generator(self) -> FakeGenerator:
        """See Stage."""
        return self._generator

    @property
    def channel(self) -> str:
        """See Stage."""
        return CHANNEL

    async def command(self, who: str, word: str, rest: str, *, direct: bool = False) -> None:
        """See Stage."""
        delivery, at, person = self._begin(who, direct)
        await self._answer(who, direct, await self._twice(CommandGiven(delivery, at, person, word, rest)))

    async def write(self, who: str, text: str, *, under: str = "", attachments: int = 0) -> None:
        """See Stage."""
        parent = self._private(who, under).ref.message if under else ""
        delivery, at, person = self._begin(who, True)
        message = _Message(f"w-{delivery}", text, parent)
        self._seats[who].written.append(message)
        item = DirectMessage(delivery, at, person, message.id, text, parent, attachments)
        await self._answer(who, True, await self._twice(item))

    async def rewrite(self, who: str, old: str, new: str) -> None:
        """See Stage."""
        message = self._written(who, old)
        delivery, at, person = self._begin(who, True)
        message.text = new
        item = DirectMessageEdited(delivery, at, person, message.id, new, message.parent)
        await self._answer(who, True, await self._twice(item))

    async def delete(self, who: str, text: str) -> None:
        """See Stage."""
        message = self._written(who, text)
        delivery, at, person = self._begin(who, True)
        self._seats[who].written.remove(message)
        item = DirectMessageDeleted(delivery, at, person, message.id, message.parent)
        await self._answer(who, True, await self._twice(item))

    async def press(self, who: str, label: str, *, value: str = "", under: str = "") -> None:
        """See Stage."""
        button, direct = self._button(who, label, under, scale=bool(value))
        delivery, at, person = self._begin(who, direct)
        item = ButtonPressed(delivery, at, person, button.action, button.round, button.target, value)
        await self._answer(who, direct, await self._twice(item))

    async def fill_in(self, who: str, values: dict[str, str]) -> None:
        """See Stage."""
        seat = self._seats[who]
        form, direct = seat.form, seat.form_direct
        assert form is not None, f"no form is open in front of {who}"
        unknown = values.keys() - {one.name for one in form.fields}
        assert not unknown, f"the form has no field {unknown}"
        seat.typed |= values
        delivery, at, person = self._begin(who, direct)
        typed = tuple((one.name, seat.typed[one.name]) for one in form.fields)
        item = FormSubmitted(delivery, at, person, form.kind, form.round, form.target, typed)
        reply = await self._twice(item)
        if not isinstance(reply, FieldProblems):
            seat.form = None
        await self._answer(who, direct, reply)

    async def react(self, who: str, emoji: str, text: str, *, added: bool = True) -> None:
        """See Stage."""
        there = [one for one in self.platform.posted if one.member is None and text in lines(one.card)]
        assert there, f"the channel shows no {text!r}"
        delivery, at, person = self._begin(who, False)
        self.platform.react(person.member, there[-1], emoji, added=added)
        item = Reacted(delivery, at, person, there[-1].ref.message, emoji, added)
        await self._answer(who, False, await self._twice(item))

    async def leave(self, who: str) -> None:
        """See Stage."""
        delivery, at, person = self._begin(who, False)
        await self._answer(who, False, await self._twice(ChannelLeft(delivery, at, person)))

    async def wait(self, seconds: float) -> None:
        """See Stage."""
        self._clear()
        until = self._clock.now() + seconds
        while (due := await self._store.next_due()) is not None and due <= until:
            self._clock.move(due)
            if not await self._dispatcher.run_due():
                break
        self._clock.move(until)
        await self._dispatcher.run_due()

    async def restart(self) -> None:
        """See Stage."""
        await self.__aexit__()
        self._inbox = self._new_inbox()
        await self.__aenter__()

    def news(self, who: str | None) -> list[str]:
        """See Stage."""
        posted = [lines(card) for member, card in self.platform.news if who == "*" or member == _maybe(who)]
        if who is None:
            return posted
        seats = self._seats.values() if who == "*" else (self._seats[who],)
        return posted + [one for seat in seats for one in seat.fresh]

    def shown(self, who: str | None) -> list[str]:
        """See Stage."""
        return [lines(one.card) for one in self.platform.posted if one.member == _maybe(who)]

    def form(self, who: str) -> str:
        """See Stage."""
        form = self._seats[who].form
        return "" if form is None else form_lines(form)

    def problems(self, who: str) -> dict[str, str]:
        """See Stage."""
        return self._seats[who].problems

    async def _twice(
        self,
        item: CommandGiven
        | ButtonPressed
        | FormSubmitted
        | DirectMessage
        | DirectMessageEdited
        | DirectMessageDeleted
        | Reacted
        | ChannelLeft,
    ) -> Reply:
        """The reply of the first delivery; the second one, of the same item, must change nothing."""
        reply = await self.platform.deliver(item)
        await self.platform.deliver(item)
        return reply

    async def _answer(self, who: str, direct: bool, reply: Reply) -> None:
        seat = self._seats[who]
        seat.problems = {}
        match reply:
            case Whisper(card):
                seat.whispers.append((card, direct))
                seat.fresh.append(lines(card))
            case OpenForm(form):
                seat.form, seat.form_direct = form, direct
                seat.typed = {one.name: _value(one) for one in form.fields}
            case FieldProblems(problems):
                seat.problems = dict(problems)
            case Done():
                pass
        await self._dispatcher.run_due()

    def _begin(self, who: str, direct: bool) -> tuple[str, float, Person]:
        self._clear()
        self._clock.pass_(1.0)
        self._deliveries += 1
        cast = self._seats[who].cast
        person = Person(_member(who), who, CHANNEL, moderator=cast.moderator, direct=direct)
        return f"delivery-{self._deliveries}", self._clock.now(), person

    def _clear(self) -> None:
        self.platform.news.clear()
        for seat in self._seats.values():
            seat.fresh.clear()

    def _button(self, who: str, label: str, under: str, *, scale: bool) -> tuple[Button, bool]:
        """The newest one in a whisper, in the conversation, or in the channel; scales count as buttons."""
        whispers = [(card, direct) for card, direct in reversed(self._seats[who].whispers)]
        posts = list(reversed(self.platform.posted))
        private = [(one.card, True) for one in posts if one.member == _member(who)]
        public = [(one.card, False) for one in posts if one.member is None]
        for card, direct in (*whispers, *private, *public):
            if under and under not in lines(card):
                continue
            for one in card.buttons:
                if label in one.label and isinstance(one, Button) is not scale:
                    return Button(one.action, one.label, one.round, one.target), direct
        raise AssertionError(f"{who} sees no button {label!r}")

    def _private(self, who: str, text: str) -> Posted:
        there = [one for one in self.platform.posted if one.member == _member(who) and text in lines(one.card)]
        assert there, f"{who} has no card that shows {text!r}"
        return there[-1]

    def _written(self, who: str, text: str) -> _Message:
        there = [one for one in self._seats[who].written if text in one.text]
        assert there, f"{who} wrote nothing that contains {text!r}"
        return there[-1]


def _member(name: str) -> str:
    return f"fake:{name}"


def _maybe(name: str | None) -> str | None:
    return None if name is None else _member(name)


def _value(one: object) -> str:
    value = getattr(one, "value", None)
    if isinstance(one, CheckField):
        return "yes" if value else ""
    return "" if value is None else str(value)
