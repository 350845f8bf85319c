"""The stage on which the browser platform plays, its server running and its rows in the same database."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection

from bot.platform import (
    Block,
    Button,
    Card,
    CheckField,
    ChoiceField,
    Done,
    Fact,
    Field,
    FieldProblems,
    Form,
    Moment,
    Note,
    OpenForm,
    Picture,
    Quote,
    RatingField,
    Scale,
    Text,
    TextField,
    Whisper,
)
from bot.web import messages
from bot.web.actions import AnyAction, Command, Delete, Edit, Leave, Press, React, Say, Submit
from bot.web.platform import WebPlatform
from bot.web.seats import Seat
from bot.web.showing import Refusal
from storage.store import DatabaseStore
from tests.dialogues.bot_stage import Answer, BotStage, Post, Refused, Written
from tests.dialogues.stage import Cast
from tests.fakes.clock import FakeClock

BLOCKS: dict[str, type[Block]] = {
    "text": Text,
    "quote": Quote,
    "fact": Fact,
    "moment": Moment,
    "note": Note,
    "picture": Picture,
}
FIELDS: dict[str, type[Field]] = {
    "text": TextField,
    "choice": ChoiceField,
    "rating": RatingField,
    "check": CheckField,
}


class WebStage(BotStage):
    """People act as their pages would; what they see is read from what their pages are sent."""

    keycaps = False

    def __init__(self, store: DatabaseStore, cast: tuple[Cast, ...]) -> None:
        clock = FakeClock()
        super().__init__(store, cast, clock)
        self._platform = WebPlatform(store.database, "a secret for tests only", "127.0.0.1", 0, clock=clock)
        self._seats: dict[str, Seat] = {}
        self._channel = ""
        self._deliveries = 0

    @property
    def platform(self) -> WebPlatform:
        """See BotStage."""
        return self._platform

    @property
    def channel(self) -> str:
        """See Stage."""
        return self._channel

    async def set_the_stage(self) -> None:
        """Open the channel and seat everybody."""
        self._channel = await self._platform.open_channel("general")
        for name, front in self.people.items():
            self._seats[name] = await self._platform.seat(self._channel, name, moderator=front.cast.moderator)
        await self._platform.listening()

    async def posts(self) -> list[Post]:
        """See BotStage."""
        names = {seat.member: name for name, seat in self._seats.items()}

        def work(connection: Connection) -> list[messages.Shown]:
            return messages.changed_since(connection, 0, [])

        rows = [one.row for one in await self.store.database.read(work)]
        ours = [row for row in rows if row["card"] and not row["deleted_at"]]
        ours.sort(key=lambda row: int(row["number"]))
        return [
            Post(row["id"], None if row["member"] is None else names[row["member"]], _card(json.loads(row["card"])))
            for row in ours
        ]

    async def give_command(self, who: str, direct: bool, word: str, rest: str) -> Answer:
        """See BotStage."""
        place = "direct" if direct else "channel"
        return await self._act(who, Command(delivery=self._next(), do="command", place=place, word=word, rest=rest))

    async def say(self, who: str, text: str, parent: str, attachments: int) -> tuple[str, Answer]:
        """See BotStage."""
        action = Say(delivery=self._next(), do="say", place="direct", text=text, parent=parent, attachments=attachments)
        message = messages.message_id("m", self._seats[who].member, action.delivery)
        return message, await self._act(who, action)

    async def change(self, who: str, message: Written, text: str) -> Answer:
        """See BotStage."""
        return await self._act(who, Edit(delivery=self._next(), do="edit", message=message.id, text=text))

    async def take_back(self, who: str, message: Written) -> Answer:
        """See BotStage."""
        return await self._act(who, Delete(delivery=self._next(), do="delete", message=message.id))

    async def push(self, who: str, direct: bool, button: Button, value: str) -> Answer:
        """See BotStage."""
        action = Press(
            delivery=self._next(),
            do="press",
            place="direct" if direct else "channel",
            action=button.action,
            round=button.round,
            target=button.target,
            value=value,
        )
        return await self._act(who, action)

    async def submit(self, who: str, direct: bool, form: Form, values: dict[str, str]) -> Answer:
        """See BotStage."""
        action = Submit(
            delivery=self._next(),
            do="submit",
            place="direct" if direct else "channel",
            form=form.kind,
            round=form.round,
            target=form.target,
            values=values,
        )
        return await self._act(who, action)

    async def put_reaction(self, who: str, post: Post, emoji: str, added: bool) -> Answer:
        """See BotStage."""
        action = React(delivery=self._next(), do="react", message=post.id, emoji=emoji, added=added)
        return await self._act(who, action)

    async def go(self, who: str) -> Answer:
        """See BotStage."""
        return await self._act(who, Leave(delivery=self._next(), do="leave"))

    def _next(self) -> str:
        self._deliveries += 1
        return f"delivery-{self._deliveries}"

    async def _act(self, who: str, action: AnyAction) -> Answer:
        given = await self._platform.act(self._seats[who], action)
        if isinstance(given, Refusal):
            return Refused(given.sentence.format(**dict(given.values)))
        reply: dict[str, Any] = given
        match reply["type"]:
            case "whisper":
                return Whisper(_card(reply["card"]))
            case "form":
                return OpenForm(_form(reply["form"]))
            case "problems":
                return FieldProblems(tuple((name, sentence) for name, sentence in reply["problems"]))
            case _:
                return Done()


def _card(made: dict[str, Any]) -> Card:
    blocks = tuple(BLOCKS[one["type"]](**_without_type(one)) for one in made["blocks"])
    kinds: dict[str, type[Button | Scale]] = {"button": Button, "scale": Scale}
    buttons = tuple(kinds[one["type"]](**_without_type(one)) for one in made["buttons"])
    return Card(made["kind"], made["summary"], blocks, buttons, made["seeds"])


def _form(made: dict[str, Any]) -> Form:
    intro = tuple(BLOCKS[one["type"]](**_without_type(one)) for one in made["intro"])
    fields = tuple(FIELDS[one["type"]](**_without_type(one)) for one in made["fields"])
    return Form(made["kind"], made["title"], made["submit"], fields, intro, made["round"], made["target"])


def _without_type(made: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in made.items() if name != "type"}
