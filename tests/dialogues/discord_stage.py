"""The stage on which Discord plays: discord.py against a strict Discord over real sockets."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any, Self

from bot.discord.ids import ours
from bot.discord.inbound import KEYCAPS
from bot.discord.keys import Pressed, write_key
from bot.discord.platform import DiscordPlatform
from bot.platform import Button, Done, FieldProblems, Form, Inbound, OpenForm, Reply, Whisper
from storage.store import DatabaseStore
from tests.chat_server.clock import SimulatedTime
from tests.dialogues import discord_reading
from tests.dialogues.bot_stage import Answer, BotStage, Post, Written
from tests.dialogues.discord_forms import Filling
from tests.dialogues.stage import Cast
from tests.discord_server import rights
from tests.discord_server.limits import RateLimits
from tests.discord_server.person import Answer as Told
from tests.discord_server.person import Person
from tests.discord_server.server import BOT_RIGHTS, DiscordServer
from tests.discord_server.sessions import GUILD_MEMBERS
from tests.discord_server.world import Channel, Message
from tests.fakes.clock import FakeClock

EMOJI = {"0": "0\ufe0f\u20e3", "8": "8\ufe0f\u20e3", "tada": "\U0001f389"} | dict(KEYCAPS)
QUIET = 0.012
Seen = dict[str, tuple[str, str]]


class DiscordStage(BotStage):
    """People act as at Discord's clients; what they see is what stands in the guild.

    What no client offers, such as an eighth key of a scale, reaches the bot as a forged payload. The names of a
    form's fields, which nobody sees, are those of the bot's last answer to a person.
    """

    keycaps = False
    deletions = True
    bot_rights = BOT_RIGHTS

    def __init__(self, store: DatabaseStore, cast: tuple[Cast, ...]) -> None:
        clock = FakeClock()
        super().__init__(store, cast, clock)
        self.discord = DiscordServer(
            time=SimulatedTime(clock),
            limits=RateLimits.none(),
            privileged=GUILD_MEMBERS,
            bot_rights=self.bot_rights,
        )
        moderators = self.discord.add_role("moderators", rights.MANAGE_GUILD | rights.MANAGE_MESSAGES)
        self.seats: dict[str, Person] = {
            one.name: self.discord.add_user(one.name, roles=[moderators] if one.moderator else []) for one in cast
        }
        del self.discord.guild.members[self.discord.owner.id]
        self.general: Channel = self.discord.add_channel("general")
        self._platform: DiscordPlatform | None = None
        self._pointed = contextlib.ExitStack()
        self._problems: dict[str, FieldProblems] = {}
        self._whispered: set[str] = set()
        self._asked: dict[str, Form] = {}
        self._fillings: dict[str, Filling] = {}

    @property
    def platform(self) -> DiscordPlatform:
        """See BotStage."""
        assert self._platform is not None, "the stage is not set"
        return self._platform

    def new_platform(self) -> DiscordPlatform:
        """A process's side of Discord."""
        return DiscordPlatform(
            self.discord.token,
            clock=self.clock,
            members=True,
            pace=0.0,
            store=self._store,
            api_url=self.discord.api_url,
            pause=_no_pause,
            ready_wait=0.05,
        )

    @property
    def channel(self) -> str:
        """See Stage."""
        return ours(self.general.id)

    async def __aenter__(self) -> Self:
        await self.discord.start()
        self._pointed.enter_context(self.discord.pointed())
        self._platform = self.new_platform()
        return await super().__aenter__()

    async def __aexit__(self, *problem: object) -> None:
        await super().__aexit__(*problem)
        self._pointed.close()
        await self.discord.stop()
        if not any(problem):
            assert not self.discord.violations

    async def set_the_stage(self) -> None:
        """Wait until the bot hears what people do."""
        await self.discord.until(lambda: self.discord.ready)
        await self._quiet()

    async def posts(self) -> list[Post]:
        """See BotStage: the channel and the conversations, a card with the messages in which it goes on."""
        found: dict[str, tuple[str | None, list[Message]]] = {}
        places: list[tuple[str | None, Channel]] = [(None, self.general)]
        places += [(name, seat.direct) for name, seat in self.seats.items()]
        for who, place in places:
            for one in place.said:
                if one.author is not self.discord.bot or one.id in self._whispered:
                    continue
                answered = str((one.reference or {}).get("message_id"))
                if answered in found:
                    found[answered][1].append(one)
                else:
                    found[one.id] = (who, [one])
        ordered = sorted(found.items(), key=lambda pair: int(pair[0]))
        return [
            Post(f"{pages[0].channel.id}/{known}", who, discord_reading.card(pages)) for known, (who, pages) in ordered
        ]

    async def give_command(self, who: str, direct: bool, word: str, rest: str) -> Answer:
        """See BotStage."""
        seat, before = self.seats[who], self._private(who)
        place = None if direct else self.general
        options = options_of(word, rest)
        if options is not None and seat.offered(f"consensus {word}".strip(), place) and len(rest) <= 1_000:
            told = await seat.command(f"consensus {word}", options, place)
        else:
            told = await seat.forge_command("consensus", _forged(word, OPTION.get(word, "rest"), rest), place)
        return await self._answered(who, told, before)

    async def say(self, who: str, text: str, parent: str, attachments: int) -> tuple[str, Answer]:
        """See BotStage."""
        seat, before = self.seats[who], self._private(who)
        under = seat.direct.messages[_message(parent)] if parent else None
        said = await seat.post(text, seat.direct, under=under, files=attachments, forged=True)
        return said.id, await self._answered(who, None, before)

    async def change(self, who: str, message: Written, text: str) -> Answer:
        """See BotStage."""
        before = self._private(who)
        await self.seats[who].edit(self._own(who, message), text)
        return await self._answered(who, None, before)

    async def take_back(self, who: str, message: Written) -> Answer:
        """See BotStage."""
        before = self._private(who)
        await self.seats[who].delete(self._own(who, message))
        return await self._answered(who, None, before)

    async def push(self, who: str, direct: bool, button: Button, value: str) -> Answer:
        """See BotStage."""
        seat, before = self.seats[who], self._private(who)
        message, custom_id = self._holder(seat, Pressed(button.action, button.round, button.target))
        told = await seat.forge(custom_id, message, *([value] if value else []))
        return await self._answered(who, told, before)

    async def submit(self, who: str, direct: bool, form: Form, values: dict[str, str]) -> Answer:
        """See BotStage."""
        before = self._private(who)
        return await self._answered(who, await self._fillings[who].send(values), before)

    async def put_reaction(self, who: str, post: Post, emoji: str, added: bool) -> Answer:
        """See BotStage: why a reaction does not count stands in the channel for a moment."""
        seat, before = self.seats[who], self._private(who)
        message = self.general.messages[_message(post.id)]
        since = len(self.discord.journal)
        await (seat.react(message, EMOJI[emoji]) if added else seat.unreact(message, EMOJI[emoji]))
        answer = await self._answered(who, None, before)
        lines = [
            one.message
            for one in self.discord.journal[since:]
            if one.kind == "post" and one.message is not None and one.message.channel is self.general
        ]
        return Whisper(discord_reading.card(lines)) if lines else answer

    async def go(self, who: str) -> Answer:
        """See BotStage."""
        before = self._private(who)
        await self.seats[who].leave(self.discord.guild)
        return await self._answered(who, None, before)

    async def take_down(self, post: Post | None) -> None:
        """See BotStage."""
        if post is None:
            self.discord.remove_channel(self.general)
        else:
            self.discord.discord.deleted(self.general.messages[_message(post.id)])
        await self._quiet()

    async def _twice(self, item: Inbound) -> Reply:
        reply = await super()._twice(item)
        if not item.person.member:
            return reply
        who = self._name(item.person.member)
        if isinstance(reply, OpenForm):
            self._asked[who] = reply.form
        elif isinstance(reply, FieldProblems):
            self._problems[who] = reply
        return reply

    def _name(self, member: str) -> str:
        return next(name for name, seat in self.seats.items() if ours(seat.id) == member)

    def _own(self, who: str, message: Written) -> Message:
        return self.seats[who].direct.messages[message.id]

    def _private(self, who: str) -> Seen:
        """What one person alone has seen so far, as it stands."""
        self._problems.pop(who, None)
        return _as_it_stands(self.seats[who])

    async def _answered(self, who: str, told: Told | None, before: Seen) -> Answer:
        """The reply as it came through Discord: a modal, a form in a message, or a message to one person alone."""
        await self._quiet()
        seat = self.seats[who]
        failure = "" if told is None else told.failure
        assert not failure, f"{who} reads {failure!r}"
        now = _as_it_stands(seat)
        fresh = [one for one in _private_to(seat) if one.author.bot and before.get(one.id) != now[one.id]]
        self._whispered |= {one.id for one in fresh if one.id not in before}
        forms = [one for one in fresh if discord_reading.place_of(one)]
        if seat.form is not None or forms:
            filling = Filling(self._quiet, seat, self._asked[who], forms[-1] if forms else None)
            self._fillings[who] = filling
            if forms and (problems := self._shown_problems(who, forms[-1])):
                return FieldProblems(problems)
            return OpenForm(await filling.read())
        if fresh and who in self._problems:
            return FieldProblems(self._shown_problems(who, fresh[-1]))
        if fresh:
            return Whisper(discord_reading.card(fresh))
        return Done()

    async def _quiet(self) -> None:
        """Wait until nothing is on its way in the server or in the bot, which share an event loop."""
        await self.discord.quiet(QUIET, busy=lambda: self.handling > 0)

    def _shown_problems(self, who: str, message: Message) -> tuple[tuple[str, str], ...]:
        """The sentences that stand over a form, with the fields that the bot named."""
        reply = self._problems.get(who)
        if reply is None:
            return ()
        shown = "\n".join(discord_reading.plain(one) for one in discord_reading.texts_of(message))
        for _, sentence in reply.problems:
            assert sentence in shown, f"{who} does not read {sentence!r}"
        return reply.problems

    def _holder(self, seat: Person, wanted: Pressed) -> tuple[Message, str]:
        """The newest message with this control, or one beside which it would stand; and the control's identity."""
        there = [*self.general.said, *seat.messages, *seat.ephemerals]
        beside: Message | None = None
        for message in sorted(there, key=lambda one: one.key, reverse=True):
            for part, key in discord_reading.keys_of(message):
                if key == wanted:
                    return message, part["custom_id"]
                if isinstance(key, Pressed) and (key.action, key.round) == (wanted.action, wanted.round):
                    beside = beside or message
        assert beside is not None, f"no control {wanted} stands anywhere"
        return beside, write_key(wanted)


class UntidiedDiscordStage(DiscordStage):
    """The bot has no right to manage messages, so that nobody's earlier keycap is taken off."""

    keycaps = True
    bot_rights = BOT_RIGHTS & ~rights.MANAGE_MESSAGES


def _private_to(seat: Person) -> list[Message]:
    """What stands for one person alone. An answer to what they wrote is a message in the conversation."""
    return sorted([*seat.ephemerals, *seat.messages], key=lambda one: one.key)


def _as_it_stands(seat: Person) -> Seen:
    return {one.id: (one.content, str(one.components)) for one in _private_to(seat) if one.author.bot}


def _message(post: str) -> str:
    return post.partition("/")[2]


OPTION = {"ask": "question", "extend": "time", "reopen": "time", "hide": "reason"}
"""By command: the option that takes a text."""


def options_of(word: str, rest: str) -> dict[str, Any] | None:
    """How somebody says this with the command's options; None where Discord would not let them."""
    if not rest:
        return {}
    if word == "hide":
        number, _, reason = rest.removeprefix("#").partition(" ")
        if not number.isdecimal() or not 1 <= int(number) <= 10:
            return None
        return {"number": int(number)} | ({"reason": reason} if reason else {})
    return {OPTION[word]: rest} if word in OPTION else None


def _forged(word: str, option: str, rest: str) -> list[dict[str, object]]:
    if not word:
        return []
    given = [{"name": option, "type": 3, "value": rest}] if rest else []
    return [{"name": word, "type": 1, "options": given}]


async def _no_pause(_: float) -> None:
    await asyncio.sleep(0)
