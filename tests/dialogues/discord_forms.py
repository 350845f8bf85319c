"""Long forms as somebody at a Discord client goes through them: modals, drafts with pages, ballots with menus."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.discord.asking import COMMANDED
from bot.discord.ballots import NEXT
from bot.discord.drafts import SEND
from bot.discord.keys import FormKey, read_key
from bot.discord.messages import NONE
from bot.discord.modals import OPEN
from bot.platform import Block, CheckField, Field, Form, RatingField, Text
from tests.dialogues import discord_reading
from tests.discord_server.filling import Entered, Incomplete, check_complete, fields
from tests.discord_server.interactions import Form as Modal
from tests.discord_server.person import Answer, Person
from tests.discord_server.world import Message


@dataclass
class Filling:
    """One person's way through the form in front of them. message: the draft or ballot, None for a lone modal."""

    quiet: Callable[[], Awaitable[None]]
    seat: Person
    asked: Form
    message: Message | None = None

    async def read(self) -> Form:
        """The whole form as it shows itself, every page of it looked at."""
        intro: list[Block] = []
        if self.message is None and self._paged():
            intro += discord_reading.modal_intro(self._modal())
            await self._begin_draft()
        if self.message is None:
            alone = self._modal()
            return self._form(alone.title, discord_reading.modal_intro(alone), self._fields(alone))
        if discord_reading.place_of(self.message) == "b":
            return await self._read_ballot(self.message)
        intro.append(Text(discord_reading.plain(self.message.content)))
        found: list[Field] = []
        title = self.asked.title
        for part in self._pages(self.message):
            modal, _ = await self._open(self.message, part)
            assert modal is not None, f"page {part} does not open"
            title = modal.title
            intro += discord_reading.modal_intro(modal)
            found += self._fields(modal)
            self.seat.close()
        return self._form(title, intro, found)

    async def send(self, values: Mapping[str, str]) -> Answer:
        """Enter the values and send the form; what no client would send is forged."""
        if self.message is None:
            return await self._enter(self._modal(), values)
        if discord_reading.place_of(self.message) == "b":
            return await self._send_ballot(self.message, values)
        pages = self._pages(self.message)
        for part in pages:
            modal, told = await self._open(self.message, part)
            if modal is None:
                return told
            if not _differ(modal, values) and len(pages) > 1:
                self.seat.close()
                continue
            told = await self._enter(modal, values)
            await self.quiet()
            if len(pages) == 1:
                return told
        return await self._use(self.message, SEND)

    def _paged(self) -> bool:
        key = read_key(self._modal().custom_id)
        return isinstance(key, FormKey) and key.kind in COMMANDED

    async def _begin_draft(self) -> None:
        """Send the first page as it stands, which only makes the message from which the others are opened."""
        before = {one.id for one in self.seat.ephemerals}
        told = await self.seat.submit(forged=True)
        assert not told.failure, told.failure
        await self.quiet()
        fresh = [one for one in self.seat.ephemerals if one.id not in before]
        assert fresh, "a page that was sent is kept in a message"
        assert discord_reading.place_of(fresh[-1]) == "d"
        self.message = fresh[-1]

    async def _read_ballot(self, message: Message) -> Form:
        intro: list[Block] = []
        found: list[Field] = []
        while True:
            intro += [Text(discord_reading.plain(one)) for one in discord_reading.texts_of(message)]
            found += discord_reading.ballot_fields(message, self.asked)
            following = _ending(message, NEXT)
            if discord_reading.control(message, following).get("disabled"):
                break
            await self._use(message, following)
        await self._first_page(message)
        return self._form(self.asked.title, intro, found)

    async def _first_page(self, message: Message) -> None:
        while not discord_reading.control(message, back := _ending(message, "back")).get("disabled"):
            await self._use(message, back)

    async def _send_ballot(self, message: Message, values: Mapping[str, str]) -> Answer:
        await self._first_page(message)
        while True:
            for one in discord_reading.ballot_fields(message, self.asked):
                given, shown = values[one.name], "" if one.value is None else str(one.value)
                if given == shown:
                    continue
                index = [field.name for field in self.asked.fields].index(one.name)
                part = next(known for known in discord_reading.parts_of(message) if known.endswith(f"-{index}"))
                custom_id = discord_reading.control(message, part)["custom_id"]
                told = await self.seat.forge(custom_id, message, given or NONE)
                await self.quiet()
                if not discord_reading.place_of(message):
                    return told
            following = _ending(message, NEXT)
            if discord_reading.control(message, following).get("disabled"):
                break
            await self._use(message, following)
        return await self._use(message, _ending(message, SEND))

    async def _open(self, message: Message, part: str) -> tuple[Modal | None, Answer]:
        """A page of a draft; None where the bot said something instead."""
        told = await self._use(message, part)
        return self.seat.form, told

    async def _use(self, message: Message, part: str) -> Answer:
        told = await self.seat.press(discord_reading.control(message, part)["custom_id"], on=message)
        assert not told.failure, told.failure
        await self.quiet()
        return told

    async def _enter(self, modal: Modal, values: Mapping[str, str]) -> Answer:
        """Submit a modal with those of the values that it has fields for."""
        forged = False
        for name, part in fields(modal).items():
            if name in values:
                modal.state[name] = _state(part, values[name])
                offered = [one["value"] for one in part.get("options") or []]
                forged = forged or bool(offered and values[name] and values[name] not in offered)
        try:
            check_complete(modal)
        except Incomplete:
            forged = True
        return await self.seat.submit(forged=forged)

    def _modal(self) -> Modal:
        modal = self.seat.form
        assert modal is not None, f"no modal is in front of {self.seat.user.name}"
        return modal

    def _fields(self, modal: Modal) -> list[Field]:
        return discord_reading.modal_fields(modal, self.asked)

    def _pages(self, message: Message) -> list[str]:
        return [one for one in discord_reading.parts_of(message) if one.isdecimal()]

    def _form(self, title: str, intro: list[Block], found: list[Field]) -> Form:
        return replace(self.asked, title=title, intro=tuple(intro), fields=tuple(found))


def values_of(form: Form) -> dict[str, str]:
    """What stands in a form's fields, as a submission has it."""
    return {one.name: _value(one) for one in form.fields}


def _value(one: Field) -> str:
    if isinstance(one, CheckField):
        return "yes" if one.value else ""
    if isinstance(one, RatingField):
        return "" if one.value is None else str(one.value)
    return one.value


def _ending(message: Message, what: str) -> str:
    return next(one for one in discord_reading.parts_of(message) if one.endswith(f"-{what}"))


def _state(part: Any, value: str) -> Entered:
    if part["type"] == 23:
        return value == "yes"
    if part["type"] == 3:
        return [value] if value else []
    if part["type"] == 21:
        takes_off = any(one["value"] == OPEN for one in part["options"])
        return value or (OPEN if takes_off else None)
    return value


def _differ(modal: Modal, values: Mapping[str, str]) -> bool:
    return any(modal.state[name] != _state(part, values[name]) for name, part in fields(modal).items())
