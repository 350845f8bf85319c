"""Interactions: what a person's act sends to the app, and how long the app may answer it.

Source: Discord's documentation, "Receiving and Responding to Interactions".
"""

from __future__ import annotations

import asyncio
import copy
import secrets
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.discord_server.rights import in_channel
from tests.discord_server.shapes import member_json, message_json, partial_channel, user_json
from tests.discord_server.world import DM, Channel, Json, Message, User

if TYPE_CHECKING:
    from tests.discord_server.happenings import Discord

COMMAND, COMPONENT, AUTOCOMPLETE, MODAL = 2, 3, 4, 5
SAY, THINK, WAIT, UPDATE, SUGGEST, FORM = 4, 5, 6, 7, 8, 9


@dataclass(eq=False)
class Form:
    """A modal in front of somebody. state: custom_id -> what is entered: a text, a list of values, or a truth value."""

    custom_id: str
    title: str
    components: list[Json]
    interaction: Interaction
    state: dict[str, str | list[str] | bool | None] = field(default_factory=dict)
    open: bool = True


@dataclass(eq=False)
class Interaction:
    """One act. born: the server's clock; begun: real time. answer: the type of the app's first answer, `settled` when.

    source: the message whose component was used, a modal's included. original: the message that the answer made.
    """

    id: str
    token: str
    kind: int
    user: User
    channel: Channel
    born: float
    begun: float
    answered: asyncio.Future[Json]
    source: Message | None = None
    answer: int = 0
    settled: float = 0.0
    original: Message | None = None
    payload: Json = field(default_factory=dict)

    @property
    def failed(self) -> bool:
        """True when the person reads that the app did not respond."""
        return self.answered.done() and self.answered.cancelled()


def begin(
    discord: Discord, kind: int, user: User, channel: Channel, data: Json, source: Message | None = None
) -> Interaction:
    """Make an interaction and send it to the app."""
    waiting: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
    known, token = discord.world.id(), secrets.token_urlsafe(96)
    made = Interaction(known, token, kind, user, channel, discord.now(), time.monotonic(), waiting, source)
    bot = discord.app.bot
    guild = channel.guild
    payload: Json = {
        "id": known,
        "application_id": discord.app.id,
        "type": kind,
        "token": token,
        "version": 1,
        "channel_id": channel.id,
        "channel": partial_channel(channel, bot, in_channel(channel, user)),
        "data": copy.deepcopy(data),
        "app_permissions": str(in_channel(channel, bot)),
        "locale": user.locale,
        "entitlements": [],
        "entitlement_sku_ids": [],
        "authorizing_integration_owners": {"0": guild.id if guild else "0"},
        "context": 1 if channel.kind == DM else 0,
        "attachment_size_limit": 10 * 1024 * 1024,
    }
    if guild is not None:
        payload |= {
            "guild_id": guild.id,
            "guild": {"id": guild.id, "locale": guild.locale, "features": []},
            "guild_locale": guild.locale,
            "member": member_json(guild.members[user.id]) | {"permissions": str(in_channel(channel, user))},
        }
    else:
        payload["user"] = user_json(user)
    if source is not None:
        payload["message"] = message_json(source, discord.world.users, bot)
    made.payload = payload
    discord.interactions[made.token] = made
    discord.gateway.publish("INTERACTION_CREATE", payload, guild=guild.id if guild else "")
    return made


async def first_answer(discord: Discord, made: Interaction) -> bool:
    """Wait for the app's first answer; False when its three seconds passed without one."""
    left = made.begun + discord.timing.answer - time.monotonic()
    try:
        await asyncio.wait_for(asyncio.shield(made.answered), max(left, 0))
    except TimeoutError:
        if made.answered.done():
            return True
        made.answered.cancel()
        discord.violated("not_answered", f"interaction {made.kind} {made.payload['data']} in {discord.timing.answer} s")
        return False
    return True


def metadata(made: Interaction) -> Json:
    """What the messages of an interaction tell about it."""
    return {
        "id": made.id,
        "type": made.kind,
        "user": user_json(made.user),
        "authorizing_integration_owners": made.payload["authorizing_integration_owners"],
    }
