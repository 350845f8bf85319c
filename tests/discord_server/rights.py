"""Who may do what where. Source: Discord's documentation, "Permissions": the hierarchy and its pseudo-code."""

from __future__ import annotations

from tests.discord_server.refusal import Refusal
from tests.discord_server.world import DM, Channel, Guild, User

MANAGE_CHANNELS = 1 << 4
MANAGE_GUILD = 1 << 5
ADMINISTRATOR = 1 << 3
ADD_REACTIONS = 1 << 6
VIEW_CHANNEL = 1 << 10
SEND_MESSAGES = 1 << 11
MANAGE_MESSAGES = 1 << 13
EMBED_LINKS = 1 << 14
ATTACH_FILES = 1 << 15
READ_MESSAGE_HISTORY = 1 << 16
MENTION_EVERYONE = 1 << 17
USE_EXTERNAL_EMOJIS = 1 << 18
MANAGE_ROLES = 1 << 28
USE_APPLICATION_COMMANDS = 1 << 31
MANAGE_THREADS = 1 << 34
CREATE_PUBLIC_THREADS = 1 << 35
CREATE_PRIVATE_THREADS = 1 << 36
SEND_MESSAGES_IN_THREADS = 1 << 38
ALL = (1 << 52) - 1

EVERYBODY = (
    ADD_REACTIONS
    | VIEW_CHANNEL
    | SEND_MESSAGES
    | EMBED_LINKS
    | ATTACH_FILES
    | READ_MESSAGE_HISTORY
    | USE_EXTERNAL_EMOJIS
    | USE_APPLICATION_COMMANDS
    | CREATE_PUBLIC_THREADS
    | SEND_MESSAGES_IN_THREADS
)
IN_DIRECT = EVERYBODY & ~MANAGE_MESSAGES


def in_guild(guild: Guild, user: User) -> int:
    """What somebody may do in a guild, channels aside; 0 for somebody who is not in it."""
    member = guild.members.get(user.id)
    if member is None:
        return 0
    if guild.owner == user.id:
        return ALL
    found = guild.everyone.permissions
    for role in member.roles:
        found |= guild.roles[role].permissions
    return ALL if found & ADMINISTRATOR else found


def in_channel(channel: Channel, user: User) -> int:
    """What somebody may do in a channel; a thread follows the channel it hangs on."""
    if channel.kind == DM:
        return IN_DIRECT if user in channel.recipients else 0
    guild = channel.guild
    assert guild is not None, "a channel that is no conversation of two is in a guild"
    found = in_guild(guild, user)
    if found == ALL or not found:
        return found
    member = guild.members[user.id]
    place = channel.parent if channel.thread and channel.parent is not None else channel
    if everyone := place.overwrites.get(guild.id):
        found = (found & ~everyone.deny) | everyone.allow
    of_roles = [place.overwrites[role] for role in member.roles if role in place.overwrites]
    deny = allow = 0
    for one in of_roles:
        deny, allow = deny | one.deny, allow | one.allow
    found = (found & ~deny) | allow
    if own := place.overwrites.get(user.id):
        found = (found & ~own.deny) | own.allow
    if not found & VIEW_CHANNEL:
        return 0
    if channel.kind == 12 and user.id not in channel.members and not found & MANAGE_THREADS:
        return 0
    if channel.thread:
        found = found | SEND_MESSAGES if found & SEND_MESSAGES_IN_THREADS else found & ~SEND_MESSAGES
    return found


def need(channel: Channel, user: User, *wanted: int) -> None:
    """Refuse with 50001 who does not see the channel, and with 50013 who may not do it there."""
    found = in_channel(channel, user)
    if not found & VIEW_CHANNEL:
        raise Refusal(50001)
    if any(not found & one for one in wanted):
        raise Refusal(50013)
