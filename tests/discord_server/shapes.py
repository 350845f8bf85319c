"""The JSON in which Discord shows what it holds."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.discord_server.rights import in_channel
from tests.discord_server.world import DM, App, Channel, Guild, Json, Member, Message, Role, User


def moment(at: float) -> str:
    """Seconds since the epoch as Discord writes them."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="microseconds")


def user_json(user: User) -> Json:
    """A user object."""
    shown: Json = {
        "id": user.id,
        "username": user.name,
        "discriminator": "0000" if user.bot else "0",
        "global_name": None if user.bot else user.shown,
        "avatar": None,
        "avatar_decoration_data": None,
        "public_flags": 0,
    }
    return shown | ({"bot": True} if user.bot else {})


def member_json(member: Member, *, user: bool = True) -> Json:
    """A guild member object."""
    shown: Json = {
        "nick": member.nick or None,
        "avatar": None,
        "roles": list(member.roles),
        "joined_at": moment(member.joined),
        "premium_since": None,
        "deaf": False,
        "mute": False,
        "pending": False,
        "flags": 0,
        "communication_disabled_until": None,
    }
    return shown | ({"user": user_json(member.user)} if user else {})


def role_json(role: Role) -> Json:
    """A role object."""
    return {
        "id": role.id,
        "name": role.name,
        "description": None,
        "permissions": str(role.permissions),
        "position": role.position,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "managed": role.managed,
        "mentionable": role.mentionable,
        "icon": None,
        "unicode_emoji": None,
        "flags": 0,
    }


def channel_json(channel: Channel, viewer: User) -> Json:
    """A channel object, a thread's or a conversation's included."""
    newest = next(reversed(channel.messages), None)
    if channel.kind == DM:
        others = [user_json(one) for one in channel.recipients if one is not viewer]
        return {"id": channel.id, "type": DM, "last_message_id": newest, "flags": 0, "recipients": others}
    assert channel.guild is not None
    shown: Json = {
        "id": channel.id,
        "type": channel.kind,
        "guild_id": channel.guild.id,
        "name": channel.name,
        "parent_id": channel.parent.id if channel.parent else None,
        "last_message_id": newest,
        "rate_limit_per_user": 0,
        "flags": 0,
    }
    if channel.thread:
        metadata = {
            "archived": channel.archived,
            "auto_archive_duration": channel.auto_archive,
            "archive_timestamp": moment(channel.born),
            "locked": channel.locked,
            "create_timestamp": moment(channel.born),
        }
        count = len(channel.messages)
        shown |= {"owner_id": channel.owner, "message_count": count, "total_message_sent": count}
        shown |= {"member_count": len(channel.members), "thread_metadata": metadata}
        if viewer.id in channel.members:
            shown["member"] = thread_member_json(channel, viewer.id)
        return shown
    overwrites = [
        {"id": known, "type": one.kind, "allow": str(one.allow), "deny": str(one.deny)}
        for known, one in channel.overwrites.items()
    ]
    more: Json = {"position": channel.position, "permission_overwrites": overwrites, "nsfw": False}
    if channel.kind == 15:
        more |= {"available_tags": [], "default_reaction_emoji": None, "default_sort_order": None}
        more |= {"default_forum_layout": 0, "default_auto_archive_duration": 1440}
    if channel.kind == 2:
        more |= {"bitrate": 64000, "user_limit": 0, "rtc_region": None}
    return shown | {"topic": channel.topic} | more


def thread_member_json(thread: Channel, user: str) -> Json:
    """Somebody's being in a thread."""
    return {"id": thread.id, "user_id": user, "join_timestamp": moment(thread.born), "flags": 0}


def guild_json(guild: Guild) -> Json:
    """A guild object as REST gives it."""
    return {
        "id": guild.id,
        "name": guild.name,
        "icon": None,
        "splash": None,
        "discovery_splash": None,
        "banner": None,
        "description": None,
        "owner_id": guild.owner,
        "afk_channel_id": None,
        "afk_timeout": 300,
        "verification_level": 0,
        "default_message_notifications": 0,
        "explicit_content_filter": 0,
        "roles": [role_json(one) for one in guild.roles.values()],
        "emojis": [],
        "stickers": [],
        "features": [],
        "mfa_level": 0,
        "application_id": None,
        "system_channel_id": None,
        "system_channel_flags": 0,
        "rules_channel_id": None,
        "max_members": 500_000,
        "vanity_url_code": None,
        "premium_tier": 0,
        "premium_subscription_count": 0,
        "preferred_locale": guild.locale,
        "public_updates_channel_id": None,
        "nsfw_level": 0,
        "premium_progress_bar_enabled": False,
        "safety_alerts_channel_id": None,
    }


def created_guild(guild: Guild, bot: User, *, everybody: bool) -> Json:
    """What GUILD_CREATE carries. everybody: with all members, else only the bot, as without that intent."""
    members = [one for one in guild.members.values() if everybody or one.user is bot]
    channels = [one for one in guild.channels.values() if not one.thread and in_channel(one, bot)]
    threads = [one for one in guild.channels.values() if one.thread and not one.archived and in_channel(one, bot)]
    return guild_json(guild) | {
        "joined_at": moment(guild.members[bot.id].joined),
        "large": len(guild.members) > 250,
        "unavailable": False,
        "member_count": len(guild.members),
        "voice_states": [],
        "members": [member_json(one) for one in members[:1000]],
        "channels": [channel_json(one, bot) for one in channels],
        "threads": [channel_json(one, bot) for one in threads],
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


def emoji_json(emoji: str) -> Json:
    """A reaction's emoji: a character, or name:id of a guild's own."""
    name, colon, known = emoji.partition(":")
    return {"id": known, "name": name, "animated": False} if colon else {"id": None, "name": emoji}


def message_json(
    message: Message, users: dict[str, User], viewer: User, *, hidden: bool = False, whole: bool = True
) -> Json:
    """A message object as the viewer gets it.

    hidden: without what the message-content intent guards. whole: with the message that it answers.
    """
    shown: Json = {
        "id": message.id,
        "channel_id": message.channel.id,
        "type": message.kind,
        "author": user_json(message.author),
        "content": "" if hidden else message.content,
        "timestamp": moment(message.born),
        "edited_timestamp": None if message.edited is None else moment(message.edited),
        "tts": False,
        "mention_everyone": "everyone" in message.pings,
        "mentions": [user_json(users[one]) for one in message.mentions if one in users],
        "mention_roles": [one for one in message.mentions if one not in users],
        "attachments": [] if hidden else message.attachments,
        "embeds": [] if hidden else message.embeds,
        "components": [] if hidden else message.components,
        "pinned": False,
        "flags": message.flags,
    }
    if message.reactions or message.supers:
        shown["reactions"] = [_reactions(message, emoji, viewer) for emoji in (message.reactions | message.supers)]
    if message.reference is not None:
        shown["message_reference"] = message.reference
        answered = message.channel.messages.get(message.reference["message_id"]) if whole else None
        shown["referenced_message"] = message_json(answered, users, viewer, whole=False) if answered else None
    if message.webhook:
        shown["webhook_id"] = shown["application_id"] = message.author.id
    if message.interaction is not None:
        shown["interaction_metadata"] = message.interaction
    if message.thread is not None:
        shown["thread"] = channel_json(message.thread, viewer)
    return shown


def _reactions(message: Message, emoji: str, viewer: User) -> Json:
    ordinary, supers = message.reactions.get(emoji, []), message.supers.get(emoji, [])
    return {
        "emoji": emoji_json(emoji),
        "count": len(ordinary) + len(supers),
        "count_details": {"burst": len(supers), "normal": len(ordinary)},
        "burst_colors": [],
        "me": viewer.id in ordinary,
        "me_burst": viewer.id in supers,
        "burst_me": viewer.id in supers,
    }


def partial_channel(channel: Channel, viewer: User, rights: int) -> Json:
    """The channel of an interaction: no more than what the reference says that it always has."""
    whole = channel_json(channel, viewer)
    if channel.kind == DM:
        return {"id": channel.id, "type": DM}
    always = ("id", "name", "type", *(("parent_id", "thread_metadata") if channel.thread else ()))
    return {name: whole[name] for name in always} | {"permissions": str(rights)}


def app_json(app: App, guilds: int) -> Json:
    """The application object."""
    return {
        "id": app.id,
        "name": app.bot.shown,
        "icon": None,
        "description": "",
        "summary": "",
        "type": None,
        "rpc_origins": [],
        "bot_public": app.public,
        "bot_require_code_grant": False,
        "owner": user_json(app.owner),
        "team": None,
        "verify_key": "0" * 64,
        "flags": app_flags(app),
        "approximate_guild_count": guilds,
        "redirect_uris": [],
        "interactions_endpoint_url": None,
        "tags": [],
    }


def app_flags(app: App) -> int:
    """Which privileged intents an app in fewer than a hundred guilds has, as application flags."""
    pairs = ((1 << 8, 1 << 13), (1 << 1, 1 << 15), (1 << 15, 1 << 19))
    return sum(flag for intent, flag in pairs if app.privileged & intent)
