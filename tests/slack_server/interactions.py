"""The payloads of commands and interactions, in Slack's shapes.

Source: Slack's reference of interaction payloads and of slash commands.
"""

from __future__ import annotations

from typing import Any

from tests.slack_server.refusal import Json
from tests.slack_server.shapes import message_json, view_json
from tests.slack_server.slack import Slack
from tests.slack_server.view_methods import initial_state
from tests.slack_server.world import App, Channel, Ephemeral, Message, Team, User, View


def installed_for_all(app: App, team: Team) -> bool:
    """True when the app is installed in the whole organisation of a workspace, and not in the workspace."""
    return not any(one.team is team for one in app.installations) and any(one.team is None for one in app.installations)


def origin(app: App, user: User, team: Team) -> Json:
    """What every interaction says of where it comes from."""
    everywhere = installed_for_all(app, team)
    enterprise = {"id": team.enterprise, "name": "Organisation"} if team.enterprise else None
    return {
        "user": {"id": user.id, "username": user.name, "name": user.name, "team_id": user.team.id},
        "api_app_id": app.id,
        "token": app.verification_token,
        "team": {"id": team.id, "domain": team.domain}
        | ({"enterprise_id": team.enterprise, "enterprise_name": "Organisation"} if team.enterprise else {}),
        "enterprise": enterprise,
        "is_enterprise_install": everywhere,
    }


def command_form(slack: Slack, app: App, user: User, channel: Channel, command: str, text: str, respond: str) -> Json:
    """The fields of a slash command."""
    team = user.team if channel.kind == "im" else channel.team
    names = {"im": "directmessage", "group": "privategroup", "mpim": "mpdm"}
    fields: Json = {
        "token": app.verification_token,
        "team_id": team.id,
        "team_domain": team.domain,
        "channel_id": channel.id,
        "channel_name": names.get(channel.kind, channel.name),
        "user_id": user.id,
        "user_name": user.name,
        "command": command,
        "text": text,
        "api_app_id": app.id,
        "is_enterprise_install": "true" if installed_for_all(app, team) else "false",
        "response_url": respond,
        "trigger_id": slack.trigger(user, app, team),
    }
    if team.enterprise:
        fields |= {"enterprise_id": team.enterprise, "enterprise_name": "Organisation"}
    return fields


def on_message(
    slack: Slack, app: App, user: User, holder: Message | Ephemeral, actions: list[Json], respond: str
) -> Json:
    """block_actions in a message."""
    channel = holder.channel
    ephemeral = isinstance(holder, Ephemeral)
    container: Json = {
        "type": "message",
        "message_ts": holder.ts,
        "channel_id": channel.id,
        "is_ephemeral": ephemeral,
    }
    if holder.thread_ts and holder.thread_ts != holder.ts:
        container["thread_ts"] = holder.thread_ts
    payload: Json = {"type": "block_actions"} | origin(app, user, channel.team)
    payload |= {
        "container": container,
        "trigger_id": slack.trigger(user, app, channel.team),
        "channel": {"id": channel.id, "name": "directmessage" if channel.kind == "im" else channel.name},
        "state": {"values": state_for(holder, user)},
        "response_url": respond,
        "actions": actions,
    }
    if isinstance(holder, Message):
        payload["message"] = message_json(holder, slack.world)
    return payload


def on_view(slack: Slack, app: App, user: User, view: View, actions: list[Json]) -> Json:
    """block_actions in a modal or Home tab."""
    payload: Json = {"type": "block_actions"} | origin(app, user, view.team)
    return payload | {
        "container": {"type": "view", "view_id": view.id},
        "trigger_id": slack.trigger(user, app, view.team, view if view.body["type"] == "modal" else None),
        "view": view_json(view),
        "actions": actions,
    }


def suggestion(
    slack: Slack, app: App, user: User, holder: Message | Ephemeral | View, block: Json, part: Json, typed: str
) -> Json:
    """block_suggestion."""
    if isinstance(holder, View):
        payload = on_view(slack, app, user, holder, [])
    else:
        payload = on_message(slack, app, user, holder, [], "")
    for name in ("actions", "trigger_id", "response_url", "state"):
        payload.pop(name, None)
    names = {"action_id": part["action_id"], "block_id": block["block_id"], "value": typed}
    return payload | {"type": "block_suggestion"} | names


def submission(slack: Slack, app: App, user: User, view: View) -> Json:
    """view_submission."""
    payload: Json = {"type": "view_submission"} | origin(app, user, view.team)
    return payload | {
        "trigger_id": slack.trigger(user, app, view.team, view),
        "view": view_json(view),
        "response_urls": [],
    }


def closing(app: App, user: User, view: View, *, cleared: bool) -> Json:
    """view_closed."""
    payload: Json = {"type": "view_closed"} | origin(app, user, view.team)
    return payload | {"view": view_json(view), "is_cleared": cleared}


def action_json(block: Json, part: Json, stamp: str, state: Json | None) -> Json:
    """One entry of `actions`."""
    action: dict[str, Any] = {
        "action_id": part["action_id"],
        "block_id": block["block_id"],
        "type": part["type"],
        "action_ts": stamp,
    }
    if part["type"] == "button":
        action["text"] = part["text"]
        action |= {name: part[name] for name in ("value", "style") if name in part}
    elif state is not None:
        action |= {name: value for name, value in state.items() if name != "type"}
    return action


def state_for(holder: Message | Ephemeral, user: User) -> Json:
    """state.values of one reader's message."""
    return holder.states.setdefault(user.id, initial_state(holder.blocks))
