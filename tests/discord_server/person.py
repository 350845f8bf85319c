"""Somebody who uses Discord: acts, and sees what there is to see."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.discord_server.commands import GROUP, STRING, SUB_COMMAND
from tests.discord_server.components import BUTTON, SELECT, SELECTS
from tests.discord_server.content import named
from tests.discord_server.filling import Entered, check_complete, entered, fields, find, option, submitted
from tests.discord_server.happenings import Discord
from tests.discord_server.interactions import (
    AUTOCOMPLETE,
    COMMAND,
    COMPONENT,
    MODAL,
    Interaction,
    begin,
    first_answer,
)
from tests.discord_server.reaction_routes import is_emoji, put_on, take_off
from tests.discord_server.refusal import Json
from tests.discord_server.rights import (
    ADD_REACTIONS,
    ADMINISTRATOR,
    MANAGE_MESSAGES,
    SEND_MESSAGES,
    USE_APPLICATION_COMMANDS,
    in_channel,
)
from tests.discord_server.seeing import Eyes
from tests.discord_server.shapes import channel_json, member_json, role_json, user_json
from tests.discord_server.world import DM, EPHEMERAL, Channel, Guild, Member, Message, User

NO_ANSWER = "The application did not respond"
COMPONENT_KINDS = frozenset(SELECTS)


@dataclass(frozen=True)
class Answer:
    """What came of an act. failure: "" when the app answered in time, else what the person reads.

    interaction: the one that was sent, None for acts that are none. seconds: real ones until the first answer.
    """

    failure: str = ""
    seconds: float = 0.0
    interaction: Interaction | None = None


class Person(Eyes):
    """One user at a client, with Eyes. Acts that no client offers raise AssertionError."""

    def __init__(self, discord: Discord, user: User) -> None:
        super().__init__(discord, user)

    def offered(self, name: str, channel: Channel | None = None) -> bool:
        """True when the client's list of commands shows this one ("consensus ask") in a channel, None in the DM."""
        place = channel or self.direct
        root, _, _ = name.partition(" ")
        registered = self._registered(root, place)
        if registered is None or _at(registered, name.split()[1:]) is None:
            return False
        if place.kind == DM:
            return bool(registered["dm_permission"])
        held = in_channel(place, self.user)
        contexts = registered.get("contexts")
        needed = registered.get("default_member_permissions")
        allowed = needed is None or bool(held & ADMINISTRATOR) or (int(needed) and held & int(needed) == int(needed))
        inside = contexts is None or 0 in contexts
        return bool(held & USE_APPLICATION_COMMANDS and allowed and inside)

    async def command(
        self, name: str, options: Mapping[str, Any] | None = None, channel: Channel | None = None
    ) -> Answer:
        """Send a slash command ("consensus ask") with options by name, in a channel or (None) in the DM."""
        place = channel or self.direct
        assert self.offered(name, place if place.kind != DM else None), f"{self.user.name} has no command /{name} here"
        data = self._command_data(name, options or {}, place, "")
        return await self._ask(COMMAND, place, data)

    async def forge_command(self, name: str, options: list[Json], channel: Channel | None = None) -> Answer:
        """Send /name with any options, offered or not, as a script would send it."""
        place = channel or self.direct
        registered = self._registered(name, place)
        assert registered is not None, f"there is no command /{name}"
        return await self._ask(COMMAND, place, {"id": registered["id"], "name": name, "type": 1, "options": options})

    async def suggest(
        self, name: str, option_name: str, typed: str, channel: Channel | None = None, **others: Any
    ) -> list[Json]:
        """Type into an option that completes itself; gives the choices (name, value) that the app offers."""
        place = channel or self.direct
        data = self._command_data(name, {**others, option_name: typed}, place, option_name)
        made = begin(self._discord, AUTOCOMPLETE, self.user, place, data)
        if not await first_answer(self._discord, made):
            return []
        return list(made.answered.result()["data"]["choices"])

    async def press(self, label: str, *, on: Message | str | None = None) -> Answer:
        """Press the newest button with this custom_id or label. on: the message, or a text it shows."""
        message, part = self._component(label, on, frozenset({BUTTON}))
        assert "custom_id" in part, "a link opens in the browser"
        data = {"custom_id": part["custom_id"], "component_type": BUTTON, "id": part["id"]}
        return await self._ask(COMPONENT, message.channel, data, message)

    async def choose(self, name: str, *values: str, on: Message | str | None = None) -> Answer:
        """Choose in the newest select with this custom_id or placeholder: options by value or label, or ids."""
        message, part = self._component(name, on, COMPONENT_KINDS)
        least, most = part.get("min_values", 1), part.get("max_values", 1)
        assert least <= len(values) <= most, f"this select takes {least} to {most} choices"
        data: Json = {"custom_id": part["custom_id"], "component_type": part["type"], "id": part["id"]}
        data["values"] = [option(part, one) for one in values]
        if part["type"] != SELECT:
            data["resolved"] = self._resolved(data["values"], message.channel)
        return await self._ask(COMPONENT, message.channel, data, message)

    async def forge(self, custom_id: str, on: Message, *values: str) -> Answer:
        """Press a button, or choose these values, as no client offers it and a script would send it."""
        data: Json = {"custom_id": custom_id, "component_type": SELECT if values else BUTTON, "id": 1}
        if values:
            data["values"] = list(values)
        return await self._ask(COMPONENT, on.channel, data, on)

    def fill(self, values: Mapping[str, Entered]) -> None:
        """Enter values in the modal in front, by custom_id or label, without submitting."""
        form = self.form
        assert form is not None, f"no modal is in front of {self.user.name}"
        for name, value in values.items():
            known = find(form, name)
            form.state[known] = entered(fields(form)[known], value)

    async def submit(self, values: Mapping[str, Entered] | None = None, *, forged: bool = False) -> Answer:
        """Submit the modal in front. Raises Incomplete for what the client would not send, unless forged."""
        form = self.form
        assert form is not None, f"no modal is in front of {self.user.name}"
        self.fill(values or {})
        if not forged:
            check_complete(form)
        data: Json = {"custom_id": form.custom_id, "components": submitted(form)}
        before = form.interaction
        told = await self._ask(MODAL, before.channel, data, before.source)
        if not told.failure:
            form.open = False
        return told

    def close(self) -> None:
        """Close the modal in front without submitting; the app does not hear of it."""
        assert self.form is not None, f"no modal is in front of {self.user.name}"
        self.form.open = False

    async def say(self, text: str, *, under: Message | None = None, files: int = 0) -> Message:
        """Write to the bot, in answer to a message or not."""
        return await self.post(text, self.direct, under=under, files=files)

    async def post(
        self, text: str, channel: Channel, *, under: Message | None = None, files: int = 0, forged: bool = False
    ) -> Message:
        """Write in a channel; more than 4,000 characters only when forged."""
        assert in_channel(channel, self.user) & SEND_MESSAGES, f"{self.user.name} cannot write here"
        assert forged or len(text) <= 4_000, "nobody can send more than 4,000 characters"
        message = Message(self._discord.world.id(), channel, self.user, text, born=self._discord.now())
        if under is not None:
            message.reference = {"type": 0, "message_id": under.id, "channel_id": channel.id}
            message.kind = 19
        message.attachments = [self._file(number) for number in range(files)]
        named(message)
        self._discord.posted(message)
        return message

    async def edit(self, message: Message, text: str) -> None:
        """Edit one's message."""
        assert message.author is self.user, "only one's own messages can be edited"
        message.content = text
        named(message)
        self._discord.edited(message)

    async def delete(self, message: Message) -> None:
        """Delete one's message; moderators delete anybody's in a guild."""
        moderates = message.channel.guild is not None and in_channel(message.channel, self.user) & MANAGE_MESSAGES
        assert message.author is self.user or moderates, "only one's own messages can be deleted"
        self._discord.deleted(message)

    async def react(self, message: Message, emoji: str, *, burst: bool = False) -> None:
        """Put a reaction on a message, a super one with `burst`."""
        assert is_emoji(emoji), f"there is no emoji {emoji!r}"
        held = in_channel(message.channel, self.user)
        assert held & ADD_REACTIONS or (held and emoji in message.reactions), f"{self.user.name} may not react here"
        assert not message.flags & EPHEMERAL, "nobody reacts to what only they see"
        assert not message.channel.archived, "nobody reacts in an archived thread"
        if put_on(message, self.id, emoji, burst=burst):
            self._discord.reacted(message, self.user, emoji, added=True, burst=burst)

    async def unreact(self, message: Message, emoji: str, *, burst: bool = False) -> None:
        """Take one's reaction off, the super one with `burst`."""
        if take_off(message, self.id, emoji, burst=burst):
            self._discord.reacted(message, self.user, emoji, added=False, burst=burst)

    async def leave(self, guild: Guild) -> None:
        """Leave a guild."""
        self._discord.left(guild, self.user)

    async def join(self, guild: Guild) -> Member:
        """Join a guild."""
        return self._discord.joined(guild, self.user)

    async def _ask(self, kind: int, place: Channel, data: Json, source: Message | None = None) -> Answer:
        made = begin(self._discord, kind, self.user, place, data, source)
        if not await first_answer(self._discord, made):
            return Answer(NO_ANSWER, time.monotonic() - made.begun, made)
        return Answer("", time.monotonic() - made.begun, made)

    def _registered(self, root: str, place: Channel) -> Json | None:
        app = self._discord.app
        local = app.guild_commands.get(place.guild.id, {}) if place.guild else {}
        inside = place.guild is None or app.bot.id in place.guild.members
        return (local.get(root) or app.commands.get(root)) if inside else None

    def _command_data(self, name: str, options: Mapping[str, Any], place: Channel, focused: str) -> Json:
        root, *rest = name.split()
        registered = self._registered(root, place)
        assert registered is not None, f"there is no command /{root}"
        leaf = _at(registered, rest)
        assert leaf is not None, f"there is no command /{name}"
        known = {one["name"]: one for one in leaf.get("options") or []}
        unknown = options.keys() - known.keys()
        assert not unknown, f"/{name} has no option {sorted(unknown)}; it has {sorted(known)}"
        if not focused:
            missing = [one["name"] for one in known.values() if one.get("required") and one["name"] not in options]
            assert not missing, f"/{name} needs {missing}"
        given = [_value(known[one], value, focused == one) for one, value in options.items()]
        resolved = self._resolved([str(one["value"]) for one in given if one["type"] in (6, 7, 8, 9)], place)
        for kind, word in zip(_kinds(registered, rest)[::-1], rest[::-1], strict=True):
            given = [{"name": word, "type": kind, "options": given}]
        data: Json = {"id": registered["id"], "name": root, "type": 1, "options": given}
        if "guild_id" in registered:
            data["guild_id"] = registered["guild_id"]
        return data | ({"resolved": resolved} if resolved else {})

    def _resolved(self, values: list[str], place: Channel) -> Json:
        found: Json = {}
        guild = place.guild
        for one in values:
            if one in self._discord.world.users:
                found.setdefault("users", {})[one] = user_json(self._discord.world.users[one])
                if guild is not None and one in guild.members:
                    shown = member_json(guild.members[one], user=False)
                    rights = in_channel(place, self._discord.world.users[one])
                    found.setdefault("members", {})[one] = shown | {"permissions": str(rights)}
            elif guild is not None and one in guild.roles:
                found.setdefault("roles", {})[one] = role_json(guild.roles[one])
            elif one in self._discord.world.channels:
                channel = self._discord.world.channels[one]
                shown = channel_json(channel, self._discord.app.bot)
                found.setdefault("channels", {})[one] = shown | {"permissions": str(in_channel(channel, self.user))}
        return found

    def _file(self, number: int) -> Json:
        known = self._discord.world.id()
        url = f"{self._discord.url}/attachments/{known}/file{number}.txt"
        return {"id": known, "filename": f"file{number}.txt", "size": 1, "url": url, "proxy_url": url}


def _at(command: Json, rest: list[str]) -> Json | None:
    """The command, group or sub-command at the end of the words; None for a group, which nobody can send."""
    found: Json | None = command
    for word in rest:
        there = (found or {}).get("options") or []
        found = next((one for one in there if one["name"] == word and one["type"] in (SUB_COMMAND, GROUP)), None)
    if found is None or any(one["type"] in (SUB_COMMAND, GROUP) for one in found.get("options") or []):
        return None
    return found


def _kinds(command: Json, rest: list[str]) -> list[int]:
    kinds: list[int] = []
    found = command
    for word in rest:
        found = next(one for one in found["options"] if one["name"] == word)
        kinds.append(found["type"])
    return kinds


def _value(known: Json, value: Any, focused: bool) -> Json:
    """An option as the interaction carries it; refuses what the client does not let anybody type."""
    kind = known["type"]
    if focused:
        return {"name": known["name"], "type": kind, "value": str(value), "focused": True}
    if kind == STRING:
        assert isinstance(value, str), f"{known['name']} is a text"
        low, high = known.get("min_length") or 0, known.get("max_length") or 6_000
        assert low <= len(value) <= high, f"{known['name']} takes {low} to {high} characters"
    elif kind in (4, 10):
        low, high = known.get("min_value", float("-inf")), known.get("max_value", float("inf"))
        assert low <= value <= high, f"{known['name']} is between {low} and {high}"
    elif kind == 5:
        assert isinstance(value, bool), f"{known['name']} is true or false"
    choices = [one["value"] for one in known.get("choices") or []]
    assert not choices or value in choices, f"{known['name']} is one of {choices}"
    return {"name": known["name"], "type": kind, "value": value}
