"""Application commands: what may be registered. Source: Discord's documentation, "Application Commands"."""

from __future__ import annotations

import re
from typing import Any

from tests.discord_server.refusal import Check, Json

NAME = re.compile(r"^[-_'\w]{1,32}$")
SUB_COMMAND, GROUP, STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE, NUMBER, ATTACHMENT = range(1, 12)
MOST_COMMANDS = 100
TOTAL = 8_000
"""Characters of a command's names, descriptions and values together."""


def check_command(check: Check, command: Any, path: str) -> None:
    """Check one command of a bulk overwrite."""
    if not isinstance(command, dict):
        check.no(path, "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
        return
    kind = command.get("type", 1)
    _name(check, f"{path}/name", command.get("name"), lower=kind == 1)
    if kind == 1:
        check.length(f"{path}/description", command.get("description"), 1, 100, required=True)
        _options(check, f"{path}/options", command.get("options"), depth=0)
        if _total(command) > TOTAL:
            check.no(path, "APPLICATION_COMMAND_TOO_LARGE", f"Command exceeds maximum size ({TOTAL})")
    elif command.get("description"):
        check.no(f"{path}/description", "APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION", "has no description")


def registered(command: Json, app: str, known: str, guild: str, version: str) -> Json:
    """A command as Discord gives it back."""
    contexts = command.get("contexts")
    shown: Json = {
        "id": known,
        "application_id": app,
        "version": version,
        "type": command.get("type", 1),
        "name": command["name"],
        "name_localizations": command.get("name_localizations"),
        "description": command.get("description", ""),
        "description_localizations": command.get("description_localizations"),
        "default_member_permissions": command.get("default_member_permissions"),
        "dm_permission": command.get("dm_permission", contexts is None or 1 in contexts),
        "contexts": contexts,
        "integration_types": command.get("integration_types") or [0],
        "nsfw": bool(command.get("nsfw")),
        "options": [_shown(one) for one in command.get("options") or []],
    }
    return shown | ({"guild_id": guild} if guild else {})


def _shown(option: Json) -> Json:
    """An option as it comes back: what is false or empty is left out."""
    kept = {name: value for name, value in option.items() if value not in (False, None)}
    if "options" in kept:
        kept["options"] = [_shown(one) for one in kept["options"]]
    if not kept.get("choices", True):
        del kept["choices"]
    return kept


def _options(check: Check, path: str, value: Any, *, depth: int) -> None:
    if value is None:
        return
    names: set[str] = set()
    optional = False
    for number, one in enumerate(check.items(path, value, 0, 25)):
        at = f"{path}/{number}"
        kind = one.get("type")
        if kind not in range(1, 12) or (kind == GROUP and depth > 0) or (kind == SUB_COMMAND and depth > 1):
            check.no(f"{at}/type", "BASE_TYPE_CHOICES", f"{kind!r} may not stand here")
            continue
        _name(check, f"{at}/name", one.get("name"), lower=True)
        check.length(f"{at}/description", one.get("description"), 1, 100, required=True)
        if one.get("name") in names:
            check.no(f"{at}/name", "APPLICATION_COMMAND_OPTIONS_NAME_DUPLICATED", "used twice")
        names.add(str(one.get("name")))
        if kind in (SUB_COMMAND, GROUP):
            _options(check, f"{at}/options", one.get("options"), depth=depth + (1 if kind == GROUP else 2))
            continue
        if one.get("required") and optional:
            check.no(f"{at}", "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", "Required options must come first")
        optional = optional or not one.get("required")
        _choices(check, at, one)
    kinds = {one.get("type") in (SUB_COMMAND, GROUP) for one in value if isinstance(one, dict)}
    if len(kinds) > 1:
        check.no(path, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "sub-commands and other options exclude each other")


def _choices(check: Check, path: str, option: Json) -> None:
    offered = option.get("choices")
    if not offered:
        return
    if option.get("autocomplete"):
        check.no(f"{path}/autocomplete", "APPLICATION_COMMAND_OPTION_AUTOCOMPLETE_CHOICES", "excludes choices")
    for number, one in enumerate(check.items(f"{path}/choices", offered, 0, 25)):
        check.length(f"{path}/choices/{number}/name", one.get("name"), 1, 100, required=True)
        if option["type"] == STRING:
            check.length(f"{path}/choices/{number}/value", one.get("value"), 0, 100, required=True)


def _name(check: Check, path: str, value: Any, *, lower: bool) -> None:
    found = check.length(path, value, 1, 32, required=True)
    if found and lower and (not NAME.match(found) or found != found.lower()):
        check.no(path, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")


def _total(value: Any) -> int:
    if isinstance(value, dict):
        texts = (value.get(name) for name in ("name", "description", "value"))
        return sum(len(one) for one in texts if isinstance(one, str)) + sum(
            _total(value.get(name) or []) for name in ("options", "choices")
        )
    return sum(_total(one) for one in value)
