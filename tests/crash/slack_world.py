"""The Slack beside the bot: what was done in an earlier life is delivered once more, as it was."""

from __future__ import annotations

import asyncio
import re
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from bot.slack.blocks import read_value
from bot.slack.posting import EVENT_TYPE
from tests.chat_server.clock import SimulatedTime
from tests.crash.beside import Json, World, beside
from tests.crash.script import START
from tests.crash.scripts import SCRIPTS
from tests.fakes.clock import FakeClock
from tests.slack_server.delivery import Delivery, Timing
from tests.slack_server.limits import RateLimits
from tests.slack_server.person import Person
from tests.slack_server.reading import shown
from tests.slack_server.server import SCOPES, SlackServer
from tests.slack_server.submitting import apply_answer
from tests.slack_server.world import Channel, Message

DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven")
HISTORY = frozenset({"channels:history", "groups:history"})
OPENERS = {"opinion": "opinion", "ballot": "ballot", "critique": "critique", "quality": "quality"}
"""By form: the button that opens it."""

A_TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC")


def slack_beside(script: str, chat: str, folder: str) -> AbstractContextManager[None]:
    """A Slack for the script's people while this lasts, where the chat is "slack" or "slack, history"."""
    if not chat.startswith("slack"):
        return nullcontext()
    return beside(lambda: _SlackWorld(script, "history" in chat), folder)


class _SlackWorld(World):
    def __init__(self, script: str, history: bool) -> None:
        scopes = SCOPES | (HISTORY if history else frozenset())
        clock = FakeClock(START)
        self._slack = SlackServer(
            time=SimulatedTime(clock),
            limits=RateLimits.none(),
            timing=Timing(ack=60.0, retries=()),
            scopes=scopes,
        )
        super().__init__(self._slack, clock)
        people = SCRIPTS[script].people
        self._people = {name: self._slack.add_user(name, admin=name == "mod", zone="UTC") for name in people}
        self._channel = self._slack.add_channel("team", self._people.values())
        self._places: dict[str, Channel] = {"team": self._channel}
        self._places |= {name: person.direct for name, person in self._people.items()}
        self._begun: dict[str, int] = {}
        self._said: dict[str, Message] = {}

    async def order_hello(self) -> Json:
        """Where Slack is, and who is there."""
        slack = self._slack
        return {
            "api_url": slack.api_url,
            "bot_token": slack.bot_token,
            "app_token": slack.app_token,
            "team": slack.team.id,
            "channel": self._channel.id,
            "people": {name: person.id for name, person in self._people.items()},
        }

    async def order_deliver(self, who: str, delivery: str, action: Json) -> Json:
        """Somebody does something; what was done before is delivered once more, as it was."""
        person = self._people[who]
        if delivery in self._begun and (known := self._delivered(person, delivery, action)) is not None:
            response = await self._slack.slack.hub.repeat(known)
            if known.payload.get("type") == "view_submission" and not response.failure:
                apply_answer(self._slack.slack, self._slack.world.views[known.payload["view"]["id"]], response.body)
            return {"failure": response.failure}
        self._begun[delivery] = len(self._slack.slack.hub.history)
        told = await self._act(person, delivery, action)
        return {"failure": told.failure, "errors": dict(told.errors)}

    def _delivered(self, person: Person, delivery: str, action: Json) -> Delivery | None:
        """What Slack sent, or tried to send, of somebody's act; None where it did not come so far."""
        submits = action["do"] == "submit"
        for one in self._slack.slack.hub.history[self._begun[delivery] :]:
            payload, event = one.payload, one.payload.get("event") or {}
            said = event.get("message") or event.get("previous_message") or event
            by = (said.get("user"), payload.get("user_id"), (payload.get("user") or {}).get("id"))
            if person.id in by and (not submits or payload.get("type") == "view_submission"):
                return one
        return None

    async def _act(self, person: Person, delivery: str, action: Json) -> Any:
        match action:
            case {"do": "command", "word": word, "rest": rest}:
                return await person.command(f"{word} {rest}".strip(), self._channel)
            case {"do": "say", "text": text}:
                saying = asyncio.create_task(person.say(text))
                await asyncio.sleep(0)
                self._said[delivery] = [one for one in person.messages if one.user == person.id][-1]
                return await saying
            case {"do": "edit", "message": message, "text": text}:
                return await person.edit(self._said[message], text)
            case {"do": "react", "message": ts, "emoji": emoji, "added": added}:
                message = self._channel.message(ts)
                assert message is not None
                return await (person.react if added else person.unreact)(message, DIGITS[int(emoji)])
            case {"do": "press", "action": pressed, "round": round, "value": value}:
                return await self._press(person, pressed, round, value)
            case {"do": "submit", "form": form, "round": round, "values": values}:
                return await self._submit(person, delivery, form, round, values)
            case _:
                raise AssertionError(f"nobody does {action!r} on Slack")

    async def _press(self, person: Person, action: str, round: str, value: str = "") -> Any:
        there = sorted([*self._channel.messages, *person.messages], key=lambda one: one.ts, reverse=True)
        for message in there:
            for block in message.blocks:
                for part in block["elements"] if block["type"] == "actions" else ():
                    read = read_value(part["value"])
                    if read and (read.action, read.round, read.value) == (action, round, value):
                        return await person.press(part["action_id"], on=message)
        raise AssertionError(f"{person.user.name} sees no button {action!r}")

    async def _submit(self, person: Person, delivery: str, form: str, round: str, values: Json) -> Any:
        """Open a modal, unless it is open since an earlier try, and send it."""
        if person.view is None or person.view.callback != form:
            told = await self._press(person, OPENERS[form], round)
            if told.failure:
                return told
            await self._slack.until(lambda: person.view is not None and person.view.callback == form)
        self._begun[delivery] = len(self._slack.slack.hub.history)
        return await person.submit(values)

    async def order_messages(self) -> Json:
        """What the bot said, by place: each message as it reads now with its thread and its seeds; and what of it
        was posted under a key that was there.
        """
        duplicates: list[str] = []
        places: dict[str, list[list[str]]] = {}
        for place, channel in self._places.items():
            said: dict[str, list[str]] = {}
            for one in channel.messages:
                key = self._key(one)
                if key:
                    duplicates += [key] if key in said else []
                    thread = [answer for answer in channel.messages if answer.thread_ts == one.ts and answer is not one]
                    seeds = [name for name, users in one.reactions.items() if self._slack.bot.id in users]
                    said[key] = [_text(one), " ".join(seeds), *(self._reply(answer) for answer in thread)]
            places[place] = list(said.values())
        wrong = [[one.kind, one.detail] for one in self._slack.violations]
        return {"places": places, "duplicates": duplicates, "violations": wrong}

    def _key(self, message: Message) -> str:
        metadata = message.metadata or {}
        return metadata["event_payload"]["key"] if metadata.get("event_type") == EVENT_TYPE else ""

    def _reply(self, message: Message) -> str:
        return "\n".join([_text(message), *(str(one.get("alt_txt")) for one in message.files)])


def _text(message: Message) -> str:
    """What a message says; a restart takes seconds, so that times of day are left out."""
    return A_TIME.sub("(a time)", shown(message))
