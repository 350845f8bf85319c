"""An app's registration out of its manifest; what Slack's schema does not know is refused.

Source: Slack's app manifest reference.
"""

from __future__ import annotations

from typing import Any

from tests.slack_server.events import SCOPES
from tests.slack_server.refusal import Json
from tests.slack_server.world import App

KNOWN: dict[str, set[str]] = {
    "": {"_metadata", "display_information", "features", "oauth_config", "settings"},
    "display_information": {"name", "description", "long_description", "background_color"},
    "features": {"app_home", "bot_user", "slash_commands", "shortcuts", "unfurl_domains", "assistant_view"},
    "features.app_home": {"home_tab_enabled", "messages_tab_enabled", "messages_tab_read_only_enabled"},
    "features.bot_user": {"display_name", "always_online"},
    "oauth_config": {"redirect_urls", "scopes", "pkce_enabled", "token_management_enabled"},
    "oauth_config.scopes": {"bot", "user", "bot_optional", "user_optional"},
    "settings": {
        "allowed_ip_address_ranges",
        "event_subscriptions",
        "interactivity",
        "org_deploy_enabled",
        "socket_mode_enabled",
        "token_rotation_enabled",
        "is_hosted",
        "function_runtime",
    },
    "settings.event_subscriptions": {"request_url", "bot_events", "user_events", "metadata_subscriptions"},
    "settings.interactivity": {"is_enabled", "request_url", "message_menu_options_url"},
}
COMMAND = {"command", "description", "usage_hint", "should_escape", "url"}
LENGTHS = {"name": 35, "description": 140, "long_description": 4_000}


def configure(app: App, manifest: Json) -> set[str]:
    """Make an app what its manifest says, and give its optional scopes.

    Raises AssertionError for what Slack's editor would not take.
    """
    for place, known in KNOWN.items():
        part = _at(manifest, place)
        assert isinstance(part, dict), f"{place} has to be an object"
        assert part.keys() <= known, f"Slack's manifests have no {sorted(part.keys() - known)} in {place or 'the top'}"
    about = manifest["display_information"]
    for name, most in LENGTHS.items():
        assert len(about.get(name, "")) <= most, f"{name} has at most {most} characters"
    scopes = _at(manifest, "oauth_config.scopes")
    settings = manifest["settings"]
    app.name = about["name"]
    app.scopes = {*scopes.get("bot", []), *scopes.get("bot_optional", [])}
    assert set(scopes.get("bot_optional", [])) <= set(scopes.get("bot", [])), "optional scopes have to be scopes too"
    app.events = set(_at(manifest, "settings.event_subscriptions").get("bot_events", []))
    strange = sorted(one for one in app.events if one not in SCOPES)
    assert not strange, f"there are no events {strange}"
    for one in app.events:
        assert not SCOPES[one] or SCOPES[one] & app.scopes, f"the event {one} needs one of {sorted(SCOPES[one])}"
    app.interactivity = bool(_at(manifest, "settings.interactivity").get("is_enabled"))
    app.socket_mode = bool(settings.get("socket_mode_enabled"))
    app.org_deploy = bool(settings.get("org_deploy_enabled"))
    app.token_rotation = bool(settings.get("token_rotation_enabled"))
    home = _at(manifest, "features.app_home")
    app.home_tab = bool(home.get("home_tab_enabled"))
    app.messages_tab = bool(home.get("messages_tab_enabled"))
    app.messages_read_only = bool(home.get("messages_tab_read_only_enabled", True))
    app.commands = {}
    for command in _at(manifest, "features").get("slash_commands", []):
        assert command.keys() <= COMMAND, f"commands have no {sorted(command.keys() - COMMAND)}"
        assert command["command"].startswith("/"), "a command begins with a slash"
        assert command.get("description"), "a command needs a description"
        app.commands[command["command"]] = bool(command.get("should_escape"))
    assert not app.commands or "commands" in app.scopes, "slash commands need the scope commands"
    return set(scopes.get("bot_optional", []))


def _at(manifest: Json, place: str) -> Any:
    part: Any = manifest
    for name in place.split(".") if place else []:
        part = part.get(name) or {}
    return part
