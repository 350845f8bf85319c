"""The Discord beside the bot. It tells nothing twice: what somebody wrote or put there stands, and who got no answer
tries again.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext

from bot.discord.inbound import KEYCAPS
from bot.discord.keys import FormKey, Pressed, read_key
from tests.chat_server.clock import SimulatedTime
from tests.crash.beside import Json, World, beside
from tests.crash.script import START
from tests.crash.scripts import SCRIPTS
from tests.dialogues.discord_stage import options_of
from tests.discord_server import rights
from tests.discord_server.components import SELECTS, walk
from tests.discord_server.interactions import MODAL, Interaction, first_answer
from tests.discord_server.limits import RateLimits
from tests.discord_server.person import Person
from tests.discord_server.seeing import shown
from tests.discord_server.server import DiscordServer
from tests.discord_server.sessions import Timing
from tests.discord_server.world import Channel, Message
from tests.fakes.clock import FakeClock

ANSWER = 60.0
"""Seconds that Discord waits here for an answer: how busy the machine is must not decide what happens."""

A_TIME = re.compile(r"<t:\d+:\w>|\d{4}-\d\d-\d\d \d\d:\d\d")


def discord_beside(script: str, chat: str, folder: str) -> AbstractContextManager[None]:
    """A Discord for the script's people while this lasts, where the chat is "discord"."""
    return beside(lambda: _DiscordWorld(script), folder) if chat == "discord" else nullcontext()


class _DiscordWorld(World):
    def __init__(self, script: str) -> None:
        clock = FakeClock(START)
        self._discord = DiscordServer(time=SimulatedTime(clock), limits=RateLimits.none(), timing=Timing(answer=ANSWER))
        super().__init__(self._discord, clock)
        moderators = self._discord.add_role("moderators", rights.MANAGE_GUILD | rights.MANAGE_MESSAGES)
        people = SCRIPTS[script].people
        self._people = {
            name: self._discord.add_user(name, roles=[moderators] if name == "mod" else []) for name in people
        }
        self._team = self._discord.add_channel("team")
        self._begun: dict[str, int] = {}
        self._done: set[str] = set()
        self._said: dict[str, Message] = {}

    @property
    def _channel(self) -> Channel:
        """Where the round is: the channel, or the thread in which the bot spoke. One where it died first is empty."""
        spoken = [one for one in self._threads if any(said.author is self._discord.bot for said in one.said)]
        assert len(spoken) <= 1, "one round is in one thread"
        return spoken[0] if spoken else self._team

    @property
    def _threads(self) -> list[Channel]:
        return list(self._discord.world.threads(self._discord.guild))

    async def order_hello(self) -> Json:
        """Where Discord is, and who is there; team: the channel itself, where the round is in a thread of it."""
        discord = self._discord
        return {
            "api_url": discord.api_url,
            "gateway_url": discord.gateway_url,
            "token": discord.token,
            "channel": self._channel.id,
            "team": self._team.id,
            "people": {name: person.id for name, person in self._people.items()},
        }

    async def order_deliver(self, who: str, delivery: str, action: Json) -> Json:
        """Somebody does something, at most once. event: the bot is told of it without an answer being awaited.

        unanswered: the interaction that got no answer, where somebody tried already; nothing is done then.
        """
        if delivery in self._done:
            return {}
        if delivery in self._begun and (lost := self._unanswered(who, delivery, action)) is not None:
            return {"unanswered": lost.id}
        return await self._do(who, delivery, action)

    async def order_retry(self, who: str, delivery: str, action: Json) -> Json:
        """Somebody who got no answer tries again."""
        lost = self._unanswered(who, delivery, action)
        if lost is None or action["do"] != "command":
            return await self._do(who, delivery, action)
        # With the identity that the lost one had, after which a round is called: two runs stay comparable.
        lost.answered, lost.begun = asyncio.get_running_loop().create_future(), time.monotonic()
        guild = lost.channel.guild
        self._discord.discord.gateway.publish("INTERACTION_CREATE", lost.payload, guild=guild.id if guild else "")
        assert await first_answer(self._discord.discord, lost)
        self._done.add(delivery)
        return {}

    async def order_happened(self, delivery: str) -> Json:
        """Somebody sees that it happened, and does not try again."""
        self._done.add(delivery)
        return {}

    def _unanswered(self, who: str, delivery: str, action: Json) -> Interaction | None:
        """The last interaction of somebody's act that the bot did not answer; of a form only its submission counts."""
        mine = list(self._discord.discord.interactions.values())[self._begun[delivery] :]
        mine = [one for one in mine if one.user is self._people[who].user]
        last = mine[-1] if mine else None
        if last is None or last.answer or (action["do"] == "submit" and last.kind != MODAL):
            return None
        return last

    async def _do(self, who: str, delivery: str, action: Json) -> Json:
        self._begun.setdefault(delivery, len(self._discord.discord.interactions))
        person = self._people[who]
        if action["do"] in {"say", "edit", "react", "remove"}:
            self._done.add(delivery)
            await self._tell(person, delivery, action)
            return {"event": True}
        failure = await self._ask(person, action)
        assert not failure, f"{who} reads {failure!r}"
        self._done.add(delivery)
        return {}

    async def _tell(self, person: Person, delivery: str, action: Json) -> None:
        match action:
            case {"do": "say", "text": text}:
                self._said[delivery] = await person.say(text)
            case {"do": "edit", "message": message, "text": text}:
                await person.edit(self._said[message], text)
            case {"do": "remove", "message": message}:
                await person.delete(self._channel.messages[message])
            case {"do": "react", "message": message, "emoji": emoji, "added": added}:
                statement = self._channel.messages[message]
                await (person.react if added else person.unreact)(statement, KEYCAPS[emoji])

    async def _ask(self, person: Person, action: Json) -> str:
        """Act, and wait for the answer; why there was none."""
        match action:
            case {"do": "command", "word": word, "rest": rest}:
                options: Json = options_of(word, rest) or {}
                options |= {"thread": True} if action.get("thread") else {}
                return (await person.command(f"consensus {word}", options, self._channel)).failure
            case {"do": "press", "action": pressed, "round": round, "value": value}:
                return await self._press(person, pressed, round, value)
            case {"do": "submit", "form": "ballot", "round": round, "values": values}:
                return await self._vote(person, round, list(values.values()))
            case {"do": "submit", "form": form, "round": round, "values": values}:
                return await self._submit(person, form, round, values)
            case _:
                raise AssertionError(f"nobody does {action!r} on Discord")

    async def _press(self, person: Person, action: str, round: str, value: str = "") -> str:
        there = sorted([*self._channel.said, *person.messages, *person.ephemerals], key=lambda one: one.key)
        for message in reversed(there):
            for part in walk(message.components):
                key = read_key(str(part.get("custom_id") or ""))
                if isinstance(key, Pressed) and (key.action, key.round) == (action, round):
                    custom_id = str(part["custom_id"])
                    if value:
                        return (await person.choose(custom_id, value, on=message)).failure
                    return (await person.press(custom_id, on=message)).failure
        raise AssertionError(f"{person.user.name} sees no control {action!r}")

    async def _submit(self, person: Person, form: str, round: str, values: Json) -> str:
        """Open a modal, unless it is open since an earlier try, and send it."""
        if person.form is None:
            if failure := await self._press(person, form, round):
                return failure
            assert person.form is not None, f"{person.user.name} sees no form {form!r}"
        return (await person.submit(values)).failure

    async def _vote(self, person: Person, round: str, ratings: list[str]) -> str:
        """Go through a ballot, the one that is open since an earlier try or a new one, choose in the first menu of each
        page, in the order in which this person sees them, and send it.
        """
        sheet = _open_ballot(person)
        if sheet is None:
            if failure := await self._press(person, "ballot", round):
                return failure
            sheet = _open_ballot(person)
            assert sheet is not None, f"{person.user.name} sees no ballot"
        for page, rating in enumerate(ratings):
            while (at := _page_of(sheet)) != page:
                if failure := (await person.press(_part(sheet, "next" if at < page else "back"), on=sheet)).failure:
                    return failure
            menu = next(one for one in walk(sheet.components) if one["type"] in SELECTS)
            chosen = [one["value"] for one in menu["options"] if one.get("default")]
            if chosen != [rating] and (failure := (await person.choose(menu["custom_id"], rating, on=sheet)).failure):
                return failure
        return (await person.press(_part(sheet, "send"), on=sheet)).failure

    async def order_messages(self) -> Json:
        """What the bot said, by place: each message as it reads now with its reactions; and the nonces that two
        have.
        """
        nonces: set[str] = set()
        duplicates: list[str] = []
        places: dict[str, list[list[str]]] = {}
        there = {"team": self._team} | {name: person.direct for name, person in self._people.items()}
        if self._channel is not self._team:
            there["thread"] = self._channel
        for place, channel in there.items():
            places[place] = []
            for one in channel.said:
                if one.author is not self._discord.bot:
                    continue
                nonce = str(one.nonce or "")
                duplicates += [nonce] if nonce in nonces else []
                nonces |= {nonce} - {""}
                held = [f"{emoji} {len(users)}" for emoji, users in sorted(one.reactions.items())]
                places[place].append([A_TIME.sub("(a time)", shown(one)), " ".join(held)])
        wrong = [[one.kind, one.detail] for one in self._discord.violations]
        return {"places": places, "duplicates": duplicates, "violations": wrong}


def _open_ballot(person: Person) -> Message | None:
    """The newest message with a ballot that was not sent."""
    return next((one for one in reversed(person.ephemerals) if any(_ballot_parts(one))), None)


def _ballot_parts(message: Message) -> Iterator[tuple[str, str]]:
    """(what it does there, custom_id) of each part of a ballot."""
    for part in walk(message.components):
        custom_id = str(part.get("custom_id") or "")
        key = read_key(custom_id)
        if isinstance(key, FormKey) and key.place == "b":
            yield key.part, custom_id


def _page_of(ballot: Message) -> int:
    part, _ = next(_ballot_parts(ballot))
    return int(part.partition("-")[0])


def _part(ballot: Message, what: str) -> str:
    return next(custom_id for part, custom_id in _ballot_parts(ballot) if part.endswith(f"-{what}"))
