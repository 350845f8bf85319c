"""The app itself: who it is, and its commands."""

from __future__ import annotations

from tests.discord_server.commands import MOST_COMMANDS, check_command, registered
from tests.discord_server.refusal import Check, Json, Refusal
from tests.discord_server.routing import Answer, Call, route, snowflake
from tests.discord_server.shapes import app_json, user_json

COMMANDS = "/applications/{app}/commands"
IN_GUILD = "/applications/{app}/guilds/{guild}/commands"


@route("GET", "/gateway", token=False)
def gateway(call: Call) -> Answer:
    """See Discord's reference."""
    return {"url": call.discord.gateway.url}


@route("GET", "/gateway/bot")
def gateway_for_bots(call: Call) -> Answer:
    """See Discord's reference."""
    start = {"total": 1000, "remaining": 999, "reset_after": 14_400_000, "max_concurrency": 1}
    return {"url": call.discord.gateway.url, "shards": call.discord.gateway.shards, "session_start_limit": start}


@route("GET", "/users/@me")
def me(call: Call) -> Answer:
    """See Discord's reference."""
    return user_json(call.bot) | {"verified": True, "mfa_enabled": False, "flags": 0, "email": None}


@route("GET", "/oauth2/applications/@me")
@route("GET", "/applications/@me")
def application(call: Call) -> Answer:
    """See Discord's reference."""
    there = sum(call.bot.id in one.members for one in call.world.guilds.values())
    return app_json(call.discord.app, there)


@route("GET", COMMANDS)
def commands(call: Call) -> Answer:
    """See Discord's reference."""
    return list(_registry(call).values())


@route("PUT", COMMANDS)
def overwrite(call: Call) -> Answer:
    """See Discord's reference: what is not in the list is gone; the same name keeps its id."""
    return _overwrite(call)


@route("POST", COMMANDS)
def add(call: Call) -> Answer:
    """See Discord's reference: an upsert by name."""
    check = Check()
    check_command(check, call.given, "")
    check.done()
    return _register(call, call.given)


@route("GET", "/applications/{app}/commands/{command}")
def command(call: Call) -> Answer:
    """See Discord's reference."""
    return _found(call)


@route("PATCH", "/applications/{app}/commands/{command}")
def edit(call: Call) -> Answer:
    """See Discord's reference."""
    before = _found(call)
    body = before | call.given
    check = Check()
    check_command(check, body, "")
    check.done()
    del _registry(call)[before["name"]]
    return _register(call, body, before["id"])


@route("DELETE", "/applications/{app}/commands/{command}")
def remove(call: Call) -> Answer:
    """See Discord's reference."""
    del _registry(call)[_found(call)["name"]]
    return None


@route("GET", IN_GUILD)
def guild_commands(call: Call) -> Answer:
    """See Discord's reference."""
    call.guild()
    return list(_registry(call).values())


@route("PUT", IN_GUILD)
def overwrite_in_guild(call: Call) -> Answer:
    """See Discord's reference."""
    call.guild()
    return _overwrite(call)


@route("GET", "/applications/{app}/guilds/{guild}/commands/permissions")
def command_permissions(call: Call) -> Answer:
    """See Discord's reference: nobody changed any."""
    call.guild()
    return []


def _registry(call: Call) -> dict[str, Json]:
    """The commands by name, of a guild where the path names one."""
    if call.path["app"] != call.discord.app.id:
        raise Refusal(20001 if call.path["app"].isdecimal() else 10002)
    guild = call.path.get("guild", "")
    return call.discord.app.guild_commands.setdefault(guild, {}) if guild else call.discord.app.commands


def _overwrite(call: Call) -> Answer:
    check = Check()
    registry = _registry(call)
    wanted = check.items("", call.body, 0, 10 * MOST_COMMANDS)
    for number, one in enumerate(wanted):
        check_command(check, one, str(number))
    names = [(one.get("type", 1), one.get("name")) for one in wanted if isinstance(one, dict)]
    if len(set(names)) < len(names):
        check.no("", "APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique")
    check.done()
    if len(wanted) > MOST_COMMANDS:
        raise Refusal(30032)
    known = {name: one["id"] for name, one in registry.items()}
    registry.clear()
    return [_register(call, one, known.get(one["name"], "")) for one in wanted]


def _register(call: Call, body: Json, known: str = "") -> Json:
    registry = _registry(call)
    before = registry.get(body["name"])
    known = known or (before["id"] if before else call.world.id())
    guild = call.path.get("guild", "")
    shown = registered(body, call.discord.app.id, known, guild, call.world.id())
    registry[body["name"]] = shown
    return shown


def _found(call: Call) -> Json:
    known = snowflake(call.path["command"], "command_id")
    found = next((one for one in _registry(call).values() if one["id"] == known), None)
    if found is None:
        raise Refusal(10063)
    return found
