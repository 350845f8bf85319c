"""A stage with the whole bot behind it; what is left open is how people act on the platform and what stands there."""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from bot.answering import Answering, Models
from bot.dispatcher import Dispatcher
from bot.effects import Effects
from bot.forms import BackEnds
from bot.inbound import Inbox
from bot.platform import (
    Button,
    Card,
    ChatPlatform,
    CheckField,
    Done,
    FieldProblems,
    Form,
    Inbound,
    OpenForm,
    Reply,
    Whisper,
)
from bot.speaking import Speaking
from bot.texts import Texts
from storage.store import DatabaseStore
from tests.dialogues.rendering import form_lines, lines
from tests.dialogues.stage import Cast, Stage
from tests.fakes.clock import FakeClock
from tests.fakes.models import FakeGenerator, FakePredictor


@dataclass(frozen=True)
class Post:
    """A message of ours as it stands now. who: in whose private conversation, None in the channel."""

    id: str
    who: str | None
    card: Card


@dataclass
class Written:
    """What somebody wrote to the bot."""

    id: str
    text: str
    parent: str


@dataclass(frozen=True)
class Refused:
    """The platform itself did not take an act, and said why to whoever acted."""

    sentence: str


Answer = Reply | Refused


@dataclass
class InFront:
    """What one person has in front of them besides the chat itself."""

    cast: Cast
    whispers: list[tuple[Card, bool]] = field(default_factory=list)
    fresh: list[str] = field(default_factory=list)
    form: Form | None = None
    form_direct: bool = False
    typed: dict[str, str] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    written: list[Written] = field(default_factory=list)


class BotStage(Stage):
    """Inbox, store, dispatcher and clock around a platform. The bot gets every item twice, which must be harmless."""

    def __init__(self, store: DatabaseStore, cast: tuple[Cast, ...], clock: FakeClock) -> None:
        self.clock = clock
        self.people = {one.name: InFront(one) for one in cast}
        self._store = store
        self._generator = FakeGenerator()
        self._inbox = self._new_inbox()
        self._before: Mapping[str, str] = {}
        self._once: list[tuple[str | None, Card]] = []
        self._dispatcher: Dispatcher | None = None
        self._serving: asyncio.Task[None] | None = None
        self.handling = 0

    @property
    @abstractmethod
    def platform(self) -> ChatPlatform:
        """The platform under test."""

    @abstractmethod
    async def posts(self) -> list[Post]:
        """Every message of ours that stands there, oldest first."""

    @abstractmethod
    async def give_command(self, who: str, direct: bool, word: str, rest: str) -> Answer: ...

    @abstractmethod
    async def say(self, who: str, text: str, parent: str, attachments: int) -> tuple[str, Answer]:
        """The new message's id, and the answer."""

    @abstractmethod
    async def change(self, who: str, message: Written, text: str) -> Answer: ...

    @abstractmethod
    async def take_back(self, who: str, message: Written) -> Answer: ...

    @abstractmethod
    async def push(self, who: str, direct: bool, button: Button, value: str) -> Answer: ...

    @abstractmethod
    async def submit(self, who: str, direct: bool, form: Form, values: dict[str, str]) -> Answer: ...

    @abstractmethod
    async def put_reaction(self, who: str, post: Post, emoji: str, added: bool) -> Answer: ...

    @abstractmethod
    async def go(self, who: str) -> Answer: ...

    deletions = False

    async def take_down(self, post: Post | None) -> None:
        """Somebody with the right deletes a message of ours in the channel, or (None) the channel."""
        raise AssertionError("nobody can delete what is posted here")

    async def set_the_stage(self) -> None:
        """Whatever the platform needs before people can act."""

    async def __aenter__(self) -> Self:
        platforms = {self.platform.name: self.platform}
        predictor = FakePredictor()
        answering = Answering(
            self._store, platforms, Models(lambda name: self._generator, lambda name: predictor), self.clock
        )
        speaking = Speaking(self._store, platforms, lambda _: None, Texts(), self.clock)
        effects = Effects(self._store, answering, speaking)
        self._dispatcher = Dispatcher(self._store, effects.carry_out, effects.give_up, self.clock, "stage", platforms)
        self._serving = asyncio.create_task(self.platform.run(self._twice), name="platform under test")
        await self.set_the_stage()
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._serving is not None:
            self._serving.cancel()
            await asyncio.gather(self._serving, return_exceptions=True)

    @property
    def store(self) -> DatabaseStore:
        """See Stage."""
        return self._store

    @property
    def generator(self) -> FakeGenerator:
        """See Stage."""
        return self._generator

    async def command(self, who: str, word: str, rest: str, *, direct: bool = False) -> None:
        """See Stage."""
        await self._begin()
        await self._answer(who, direct, await self.give_command(who, direct, word, rest))

    async def write(self, who: str, text: str, *, under: str = "", attachments: int = 0) -> None:
        """See Stage."""
        await self._begin()
        parent = (await self._find(who, under)).id if under else ""
        message, answer = await self.say(who, text, parent, attachments)
        self.people[who].written.append(Written(message, text, parent))
        await self._answer(who, True, answer)

    async def rewrite(self, who: str, old: str, new: str) -> None:
        """See Stage."""
        await self._begin()
        message = self._written(who, old)
        answer = await self.change(who, message, new)
        message.text = new
        await self._answer(who, True, answer)

    async def delete(self, who: str, text: str) -> None:
        """See Stage."""
        await self._begin()
        message = self._written(who, text)
        self.people[who].written.remove(message)
        await self._answer(who, True, await self.take_back(who, message))

    async def press(self, who: str, label: str, *, value: str = "", under: str = "") -> None:
        """See Stage."""
        await self._begin()
        button, direct = await self._button(who, label, under, scale=bool(value))
        await self._answer(who, direct, await self.push(who, direct, button, value))

    async def fill_in(self, who: str, values: dict[str, str]) -> None:
        """See Stage."""
        await self._begin()
        front = self.people[who]
        form, direct = front.form, front.form_direct
        assert form is not None, f"no form is open in front of {who}"
        unknown = values.keys() - {one.name for one in form.fields}
        assert not unknown, f"the form has no field {unknown}"
        front.typed |= values
        answer = await self.submit(who, direct, form, {one.name: front.typed[one.name] for one in form.fields})
        if not isinstance(answer, FieldProblems):
            front.form = None
        await self._answer(who, direct, answer)

    async def react(self, who: str, emoji: str, text: str, *, added: bool = True) -> None:
        """See Stage."""
        await self._begin()
        post = await self._find(None, text)
        await self._answer(who, False, await self.put_reaction(who, post, emoji, added))

    async def leave(self, who: str) -> None:
        """See Stage."""
        await self._begin()
        await self._answer(who, False, await self.go(who))

    async def remove(self, text: str) -> None:
        """See Stage."""
        await self._begin()
        await self.take_down(await self._find(None, text))
        await self._run_due()

    async def remove_channel(self) -> None:
        """See Stage."""
        await self._begin()
        await self.take_down(None)
        await self._run_due()

    async def wait(self, seconds: float) -> None:
        """See Stage."""
        await self._look()
        until = self.clock.now() + seconds
        while (due := await self._store.next_due((self.platform.name,))) is not None and due <= until:
            self.clock.move(due)
            if not await self._run_due():
                break
        self.clock.move(until)
        await self._run_due()

    async def restart(self) -> None:
        """See Stage."""
        self._inbox = self._new_inbox()

    async def news(self, who: str | None) -> list[str]:
        """See Stage."""
        posts = [one for one in await self.posts() if who in ("*", one.who)]
        changed = [lines(one.card) for one in posts if self._before.get(one.id) != lines(one.card)]
        fronts = self.people.values() if who == "*" else [self.people[who]] if who else []
        return changed + [one for front in fronts for one in front.fresh]

    async def shown(self, who: str | None) -> list[str]:
        """See Stage."""
        return [lines(one.card) for one in await self.posts() if one.who == who]

    def form(self, who: str) -> str:
        """See Stage."""
        form = self.people[who].form
        return "" if form is None else form_lines(form)

    def problems(self, who: str) -> dict[str, str]:
        """See Stage."""
        return self.people[who].problems

    def _new_inbox(self) -> Inbox:
        return Inbox(self._store, BackEnds(), lambda _: None)

    async def _twice(self, item: Inbound) -> Reply:
        """The reply of the first delivery; the second one, of the same item, must change nothing."""
        self.handling += 1
        try:
            reply = await self._inbox(item)
            await self._inbox(item)
        finally:
            self.handling -= 1
        return reply

    async def _begin(self) -> None:
        await self._look()
        self.clock.pass_(1.0)

    async def _look(self) -> None:
        posts = await self.posts()
        self._once += [(one.who, one.card) for one in posts if self._before.get(one.id) != lines(one.card)]
        self._before = {one.id: lines(one.card) for one in posts}
        for front in self.people.values():
            front.fresh.clear()

    async def _answer(self, who: str, direct: bool, answer: Answer) -> None:
        front = self.people[who]
        front.problems = {}
        match answer:
            case Whisper(card):
                front.whispers.append((card, direct))
                front.fresh.append(lines(card))
            case OpenForm(form):
                front.form, front.form_direct = form, direct
                front.typed = {one.name: _value(one) for one in form.fields}
            case FieldProblems(problems):
                front.problems = dict(problems)
            case Refused(sentence):
                front.fresh.append(sentence)
            case Done():
                pass
        await self._run_due()

    async def _run_due(self) -> int:
        assert self._dispatcher is not None, "the stage is not set"
        return await self._dispatcher.run_due()

    async def _button(self, who: str, label: str, under: str, *, scale: bool) -> tuple[Button, bool]:
        """The newest one in a whisper, in the conversation, or in the channel; scales count as buttons.

        Where none stands any more, one that stood there: somebody's page may be behind.
        """
        posts = list(reversed(await self.posts()))
        whispers = list(reversed(self.people[who].whispers))
        private = [(one.card, True) for one in posts if one.who == who]
        public = [(one.card, False) for one in posts if one.who is None]
        once = [(card, one is not None) for one, card in reversed(self._once) if one in (who, None)]
        for card, direct in (*whispers, *private, *public, *once):
            if under and under not in lines(card):
                continue
            for one in card.buttons:
                if label in one.label and isinstance(one, Button) is not scale:
                    return Button(one.action, one.label, one.round, one.target), direct
        raise AssertionError(f"{who} sees no button {label!r}")

    async def _find(self, who: str | None, text: str) -> Post:
        there = [one for one in await self.posts() if one.who == who and text in lines(one.card)]
        assert there, f"{who or 'the channel'} shows no {text!r}"
        return there[-1]

    def _written(self, who: str, text: str) -> Written:
        there = [one for one in self.people[who].written if text in one.text]
        assert there, f"{who} wrote nothing that contains {text!r}"
        return there[-1]


def _value(one: object) -> str:
    value = getattr(one, "value", None)
    if isinstance(one, CheckField):
        return "yes" if value else ""
    return "" if value is None else str(value)
