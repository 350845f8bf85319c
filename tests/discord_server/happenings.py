"""Discord itself: the state, its clock, and what each change of the state tells the app."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from tests.chat_server.clock import Time
from tests.chat_server.service import Service
from tests.discord_server.gateway import Gateway
from tests.discord_server.interactions import Form, Interaction
from tests.discord_server.limits import Meter, RateLimits
from tests.discord_server.refusal import Json
from tests.discord_server.rights import in_channel
from tests.discord_server.sessions import (
    DIRECT_MESSAGES,
    DIRECT_REACTIONS,
    GUILD_MEMBERS,
    GUILD_MESSAGES,
    GUILD_REACTIONS,
    GUILDS,
    MESSAGE_CONTENT,
    Session,
    Timing,
)
from tests.discord_server.shapes import (
    channel_json,
    created_guild,
    emoji_json,
    guild_json,
    member_json,
    message_json,
    user_json,
)
from tests.discord_server.world import DM, App, Channel, Guild, Member, Message, User, World


@dataclass(frozen=True)
class News:
    """Something that somebody could see happen: "post", "edit", "delete" or "modal". text: as it read then."""

    kind: str
    user: str
    text: str
    message: Message | None
    at: float


class Discord(Service):
    """One Discord with one app, without its front door."""

    def __init__(
        self,
        clock: Time | None,
        limits: RateLimits | None,
        timing: Timing | None,
        token: str,
        client_now: Callable[[], float] | None = None,
    ) -> None:
        super().__init__(clock)
        self.world = World(self.clock.now)
        self.timing = timing or Timing()
        self.meter = Meter(limits or RateLimits(), client_now or time.time)
        self.journal: list[News] = []
        self.interactions: dict[str, Interaction] = {}
        self.forms: list[Form] = []
        known = self.world.id()
        bot = User(known, "parley", "Parley", bot=True)
        owner = User(self.world.id(), "owner", "The Owner")
        self.world.users |= {bot.id: bot, owner.id: owner}
        self.app = App(known, bot, token, owner)
        self.gateway = Gateway(self.world, self.app, self.timing, self.violated, self.changed)

    def note(self, kind: str, message: Message | None, user: str = "", text: str = "") -> None:
        """Write down what can be seen now, and wake who waits for it."""
        said = text if message is None else message.content
        self.journal.append(News(kind, user or (message.only if message else ""), said, message, self.now()))
        self.changed()

    def hidden(self, message: Message, *, content: bool = False) -> bool:
        """True when the app may not read it: a guild's, of somebody else, without a mention of the bot."""
        if content or message.channel.kind == DM or message.author is self.app.bot:
            return False
        return self.app.bot.id not in message.mentions

    def posted(self, message: Message) -> None:
        """A message appears."""
        message.channel.messages[message.id] = message
        self._message_event("MESSAGE_CREATE", message)
        self.note("post", message)

    def edited(self, message: Message) -> None:
        """A message has another content."""
        message.edited = self.now()
        self._message_event("MESSAGE_UPDATE", message)
        self.note("edit", message)

    def deleted(self, message: Message) -> None:
        """A message is gone."""
        message.deleted = True
        message.channel.messages.pop(message.id, None)
        data: Json = {"id": message.id, "channel_id": message.channel.id}
        self._publish("MESSAGE_DELETE", data, message.channel, GUILD_MESSAGES, DIRECT_MESSAGES)
        self.note("delete", message)

    def reacted(self, message: Message, user: User, emoji: str, *, added: bool, burst: bool = False) -> None:
        """A reaction is put on a message or taken off; the state is changed already."""
        data: Json = {
            "user_id": user.id,
            "channel_id": message.channel.id,
            "message_id": message.id,
            "emoji": emoji_json(emoji),
            "burst": burst,
            "type": int(burst),
        }
        guild = message.channel.guild
        if added:
            data |= {"message_author_id": message.author.id, "burst_colors": []}
            if guild is not None:
                data["member"] = member_json(guild.members[user.id])
        kind = "MESSAGE_REACTION_ADD" if added else "MESSAGE_REACTION_REMOVE"
        self._publish(kind, data, message.channel, GUILD_REACTIONS, DIRECT_REACTIONS)
        self.changed()

    def reactions_cleared(self, message: Message, emoji: str = "") -> None:
        """All reactions of a message, or all of one emoji, were taken off."""
        data: Json = {"channel_id": message.channel.id, "message_id": message.id}
        kind = "MESSAGE_REACTION_REMOVE_EMOJI" if emoji else "MESSAGE_REACTION_REMOVE_ALL"
        if emoji:
            data["emoji"] = emoji_json(emoji)
        self._publish(kind, data, message.channel, GUILD_REACTIONS, DIRECT_REACTIONS)
        self.changed()

    def channel_changed(self, channel: Channel, what: str) -> None:
        """A channel or thread was made ("CREATE"), changed ("UPDATE") or is gone ("DELETE")."""
        assert channel.guild is not None
        kind = f"THREAD_{what}" if channel.thread else f"CHANNEL_{what}"
        shown = channel_json(channel, self.app.bot)
        if kind == "THREAD_DELETE":
            shown = {name: shown[name] for name in ("id", "guild_id", "parent_id", "type")}
        if kind == "THREAD_CREATE":
            shown["newly_created"] = True
        self._publish(kind, shown, channel, GUILDS, 0)
        self.changed()

    def joined(self, guild: Guild, user: User, roles: list[str] | None = None) -> Member:
        """Somebody is now in a guild; for the bot that is the guild itself."""
        member = Member(user, roles or [], joined=self.now())
        guild.members[user.id] = member
        if user is self.app.bot:
            for session in self.gateway.sessions.values():
                self._create(guild, session)
        else:
            data = member_json(member) | {"guild_id": guild.id}
            self.gateway.publish("GUILD_MEMBER_ADD", data, GUILD_MEMBERS, guild.id)
        self.changed()
        return member

    def left(self, guild: Guild, user: User) -> None:
        """Somebody is no longer in a guild: left, or was removed."""
        del guild.members[user.id]
        if user is self.app.bot:
            self.gateway.publish("GUILD_DELETE", {"id": guild.id}, GUILDS, guild.id)
        else:
            data = {"guild_id": guild.id, "user": user_json(user)}
            self.gateway.publish("GUILD_MEMBER_REMOVE", data, GUILD_MEMBERS, guild.id)
        self.changed()

    def outage_of(self, guild: Guild, *, over: bool) -> None:
        """A guild becomes unavailable, or (over) is there again."""
        guild.unavailable = not over
        if over:
            for session in self.gateway.sessions.values():
                self._create(guild, session)
        else:
            self.gateway.publish("GUILD_DELETE", {"id": guild.id, "unavailable": True}, GUILDS, guild.id)

    def guild_changed(self, guild: Guild) -> None:
        """Its name, owner or the like is another one."""
        self.gateway.publish("GUILD_UPDATE", guild_json(guild), GUILDS, guild.id)

    def _create(self, guild: Guild, session: Session) -> None:
        if session.shard != self.gateway.shard_of(guild.id) or not session.listens(GUILDS):
            return
        everybody = session.listens(GUILD_MEMBERS)
        shown = created_guild(guild, self.app.bot, everybody=everybody)
        self.gateway.publish("GUILD_CREATE", shown, GUILDS, guild.id)

    def _message_event(self, event: str, message: Message) -> None:
        channel = message.channel
        more: Json = {} if message.nonce is None else {"nonce": message.nonce}
        if channel.guild is not None:
            more["guild_id"] = channel.guild.id
            if member := channel.guild.members.get(message.author.id):
                more["member"] = member_json(member, user=False)
        content = all(one.listens(MESSAGE_CONTENT) for one in self.gateway.sessions.values())
        hidden = self.hidden(message, content=content)
        shown = message_json(message, self.world.users, self.app.bot, hidden=hidden)
        self._publish(event, shown | more, channel, GUILD_MESSAGES, DIRECT_MESSAGES)

    def _publish(self, event: str, data: Json, channel: Channel, in_guild: int, in_direct: int) -> None:
        """Tell the app about a channel that it can see."""
        bot = self.app.bot
        if channel.kind == DM:
            if bot in channel.recipients:
                self.gateway.publish(event, data, in_direct)
            return
        guild = channel.guild
        assert guild is not None
        if bot.id in guild.members and not guild.unavailable and in_channel(channel, bot):
            self.gateway.publish(event, {"guild_id": guild.id} | data, in_guild, guild.id)
