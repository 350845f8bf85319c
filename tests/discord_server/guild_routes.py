"""Guilds, their members and roles, and users."""

from __future__ import annotations

from tests.discord_server.refusal import Refusal
from tests.discord_server.rights import in_channel, in_guild
from tests.discord_server.routing import Answer, Call, route, snowflake
from tests.discord_server.sessions import GUILD_MEMBERS
from tests.discord_server.shapes import channel_json, guild_json, member_json, role_json, user_json


@route("GET", "/users/{user}")
def user(call: Call) -> Answer:
    """See Discord's reference."""
    found = call.world.users.get(snowflake(call.path["user"], "user_id"))
    if found is None:
        raise Refusal(10013)
    return user_json(found)


@route("GET", "/users/@me/guilds")
def guilds(call: Call) -> Answer:
    """See Discord's reference."""
    limit = call.whole("limit", 200, 1, 200)
    after = int(call.query.get("after", "0"))
    there = [one for one in call.world.guilds.values() if call.bot.id in one.members and int(one.id) > after]
    return [
        {
            "id": one.id,
            "name": one.name,
            "icon": None,
            "owner": one.owner == call.bot.id,
            "permissions": str(in_guild(one, call.bot)),
            "features": [],
        }
        for one in sorted(there, key=lambda one: int(one.id))[:limit]
    ]


@route("DELETE", "/users/@me/guilds/{guild}")
def leave(call: Call) -> Answer:
    """See Discord's reference."""
    call.discord.left(call.guild(), call.bot)
    return None


@route("GET", "/guilds/{guild}")
def get(call: Call) -> Answer:
    """See Discord's reference."""
    guild = call.guild()
    counts = {"approximate_member_count": len(guild.members), "approximate_presence_count": 1}
    return guild_json(guild) | (counts if call.query.get("with_counts") in ("1", "true", "True") else {})


@route("GET", "/guilds/{guild}/channels")
def channels(call: Call) -> Answer:
    """See Discord's reference: without threads."""
    return [channel_json(one, call.bot) for one in call.guild().channels.values() if not one.thread]


@route("GET", "/guilds/{guild}/threads/active")
def threads(call: Call) -> Answer:
    """See Discord's reference."""
    there = [one for one in call.world.threads(call.guild()) if not one.archived and in_channel(one, call.bot)]
    return {"threads": [channel_json(one, call.bot) for one in there], "members": []}


@route("GET", "/guilds/{guild}/roles")
def roles(call: Call) -> Answer:
    """See Discord's reference."""
    return [role_json(one) for one in call.guild().roles.values()]


@route("GET", "/guilds/{guild}/roles/member-counts")
def role_counts(call: Call) -> Answer:
    """See Discord's reference: everybody's role is not among them."""
    guild = call.guild()
    wanted = [one for one in guild.roles if one != guild.id]
    return {one: sum(one in member.roles for member in guild.members.values()) for one in wanted}


@route("GET", "/guilds/{guild}/members")
def members(call: Call) -> Answer:
    """See Discord's reference: needs the privileged intent to be on for the app."""
    guild = call.guild()
    if not call.discord.app.privileged & GUILD_MEMBERS:
        raise Refusal(50001)
    limit = call.whole("limit", 1, 1, 1000)
    after = int(call.query.get("after", "0"))
    there = sorted(
        (one for one in guild.members.values() if int(one.user.id) > after), key=lambda one: int(one.user.id)
    )
    return [member_json(one) for one in there[:limit]]


@route("GET", "/guilds/{guild}/members/search")
def search(call: Call) -> Answer:
    """See Discord's reference: by the beginning of a name."""
    limit = call.whole("limit", 1, 1, 1000)
    typed = call.query.get("query", "").lower()
    there = call.guild().members.values()
    found = [one for one in there if one.user.name.lower().startswith(typed) or one.nick.lower().startswith(typed)]
    return [member_json(one) for one in found[:limit]]


@route("GET", "/guilds/{guild}/members/{user}")
def member(call: Call) -> Answer:
    """See Discord's reference."""
    guild = call.guild()
    known = snowflake(call.path["user"], "user_id")
    if known not in guild.members:
        raise Refusal(10007 if known in call.world.users else 10013)
    return member_json(guild.members[known])
