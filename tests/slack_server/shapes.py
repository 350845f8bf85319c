"""People, channels, messages and views in the JSON that Slack gives of them."""

from __future__ import annotations

import copy

from tests.slack_server.refusal import Json
from tests.slack_server.world import Channel, Message, Team, User, View, World

ALL_SHOWN = 25
"""Reactions name at most so many users unless everything was asked for; the count is always right."""


def user_json(user: User, *, locale: bool = False) -> Json:
    """As in users.info."""
    shown: Json = {
        "id": user.id,
        "team_id": user.team.id,
        "name": user.name,
        "deleted": user.deactivated,
        "color": "9f69e7",
        "real_name": user.real_name,
        "tz": user.zone,
        "tz_label": user.zone,
        "tz_offset": user.zone_offset,
        "profile": {
            "real_name": user.real_name,
            "real_name_normalized": user.real_name,
            "display_name": user.name,
            "display_name_normalized": user.name,
            "team": user.team.id,
        },
        "is_bot": user.bot,
        "is_app_user": False,
        "updated": 1_700_000_000,
        "is_email_confirmed": not user.bot,
    }
    if user.bot:
        shown["profile"] |= {"api_app_id": user.app, "bot_id": user.bot_id}
    if not user.deactivated:
        shown |= {
            "is_admin": user.admin or user.owner,
            "is_owner": user.owner,
            "is_primary_owner": False,
            "is_restricted": bool(user.guest),
            "is_ultra_restricted": user.guest == "single",
        }
    if locale:
        shown["locale"] = user.locale
    if user.team.enterprise:
        shown["enterprise_user"] = {
            "id": user.id,
            "enterprise_id": user.team.enterprise,
            "is_admin": user.admin,
            "is_owner": user.owner,
            "teams": [user.team.id],
        }
    return shown


def channel_json(channel: Channel, viewer: User, *, gone: bool = False) -> Json:
    """As in conversations.info. gone: the other one of an im is deactivated."""
    if channel.kind == "im":
        return {
            "id": channel.id,
            "created": 1_700_000_000,
            "is_im": True,
            "is_archived": gone,
            "is_org_shared": False,
            "context_team_id": channel.team.id,
            "updated": 1_700_000_000_000,
            "user": channel.peer,
            "is_user_deleted": gone,
            "is_open": channel.opened,
            "priority": 0,
        }
    return {
        "id": channel.id,
        "name": channel.name,
        "is_channel": channel.kind == "channel",
        "is_group": channel.kind == "group",
        "is_im": False,
        "is_mpim": channel.kind == "mpim",
        "is_private": channel.kind != "channel",
        "created": 1_700_000_000,
        "is_archived": channel.archived,
        "is_general": False,
        "unlinked": 0,
        "name_normalized": channel.name,
        "is_shared": channel.shared,
        "is_org_shared": False,
        "is_pending_ext_shared": False,
        "pending_shared": [],
        "context_team_id": channel.team.id,
        "updated": 1_700_000_000_000,
        "creator": channel.members[0] if channel.members else "",
        "is_ext_shared": channel.shared,
        "shared_team_ids": [channel.team.id],
        "is_member": viewer.id in channel.members,
        "topic": {"value": "", "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
        "previous_names": [],
    }


def message_json(message: Message, world: World, *, metadata: bool = False, everything: bool = True) -> Json:
    """As in conversations.history. everything: the whole list of users on each reaction."""
    shown: Json = {
        "type": "message",
        "user": message.user,
        "ts": message.ts,
        "text": message.text,
        "team": message.team,
    }
    if message.client_msg_id:
        shown["client_msg_id"] = message.client_msg_id
    if message.bot_id:
        bot = world.users[message.user]
        shown |= {"bot_id": message.bot_id, "app_id": message.app}
        shown["bot_profile"] = {
            "id": message.bot_id,
            "app_id": message.app,
            "user_id": message.user,
            "name": bot.real_name,
            "deleted": False,
            "updated": 1_700_000_000,
            "team_id": message.team,
        }
    if message.blocks:
        shown["blocks"] = copy.deepcopy(message.blocks)
    if message.files:
        shown |= {"files": copy.deepcopy(message.files), "upload": False, "display_as_bot": False}
    if message.edited:
        shown["edited"] = dict(message.edited)
    if message.metadata and metadata:
        shown["metadata"] = copy.deepcopy(message.metadata)
    if message.reactions:
        shown["reactions"] = reactions_json(message, everything=everything)
    shown |= _thread(message)
    return shown


def reactions_json(message: Message, *, everything: bool) -> list[Json]:
    """The reactions on a message, in the order in which their emoji first came."""
    most = None if everything else ALL_SHOWN
    return [
        {"name": name, "users": users[:most], "count": len(users)} for name, users in message.reactions.items() if users
    ]


def _thread(message: Message) -> Json:
    if not message.thread_ts:
        replies = [one for one in message.channel.messages if one.thread_ts == message.ts]
        if not replies:
            return {}
        writers = list(dict.fromkeys(one.user for one in replies))
        return {
            "thread_ts": message.ts,
            "reply_count": len(replies),
            "reply_users_count": len(writers),
            "latest_reply": replies[-1].ts,
            "reply_users": writers,
            "is_locked": message.locked,
            "subscribed": False,
        }
    root = message.channel.message(message.thread_ts)
    return {"thread_ts": message.thread_ts, "parent_user_id": root.user if root else ""}


def team_json(team: Team) -> Json:
    """As in team.info."""
    shown: Json = {
        "id": team.id,
        "name": team.name,
        "url": f"https://{team.domain}.slack.com/",
        "domain": team.domain,
        "email_domain": "",
        "icon": {"image_default": True},
    }
    if team.enterprise:
        shown |= {"enterprise_id": team.enterprise, "enterprise_name": "Organisation", "enterprise_domain": "org"}
    return shown


def view_json(view: View) -> Json:
    """As views.open answers and interactions carry it."""
    body = view.body
    shown: Json = {
        "id": view.id,
        "team_id": view.team.id,
        "type": body["type"],
        "blocks": copy.deepcopy(body["blocks"]),
        "private_metadata": body.get("private_metadata", ""),
        "callback_id": body.get("callback_id", ""),
        "state": {"values": copy.deepcopy(view.state)},
        "hash": view.hash,
        "title": body.get("title") or {"type": "plain_text", "text": "View Title", "emoji": True},
        "clear_on_close": bool(body.get("clear_on_close")),
        "notify_on_close": bool(body.get("notify_on_close")),
        "close": body.get("close"),
        "submit": body.get("submit"),
        "previous_view_id": view.previous,
        "root_view_id": view.root,
        "app_id": view.app.id,
        "external_id": body.get("external_id", ""),
        "app_installed_team_id": view.team.id,
        "bot_id": next((one.bot.bot_id for one in view.app.installations), ""),
    }
    return shown
