"""auth.*, users.*, usergroups.*, team.*: who is who."""

from __future__ import annotations

from tests.slack_server.methods import Call, method
from tests.slack_server.refusal import Json, Refusal
from tests.slack_server.shapes import team_json, user_json
from tests.slack_server.world import Group

MOST_WITHOUT_LIMIT = 500


@method("auth.test", tier=0, takes_json=True)
def auth_test(call: Call) -> Json:
    """See Slack's reference."""
    mine = call.installation
    answer: Json = {
        "url": f"https://{call.team().domain}.slack.com/",
        "team": call.team().name,
        "user": call.bot.name,
        "team_id": call.team().id,
        "user_id": call.bot.id,
        "bot_id": call.bot.bot_id,
        "is_enterprise_install": mine.team is None,
    }
    if mine.team is None:
        answer |= {"team": "Organisation", "team_id": mine.enterprise}
    if mine.enterprise:
        answer["enterprise_id"] = mine.enterprise
    return answer


@method("auth.revoke", optional="test", tier=3)
def auth_revoke(call: Call) -> Json:
    """See Slack's reference."""
    if not call.given.flag("test"):
        call.slack.revoked(call.installation)
    return {"revoked": not call.given.flag("test")}


@method("auth.teams.list", optional="cursor limit include_icon", tier=2)
def auth_teams(call: Call) -> Json:
    """See Slack's reference."""
    found = [one for one in call.world.teams.values() if call.sees(one)]
    page, following = call.page(found, default=100, most=1_000)
    return {"teams": [{"id": one.id, "name": one.name} for one in page], "response_metadata": following}


@method("users.info", scopes="users:read", required="user", optional="include_locale", tier=4)
def info(call: Call) -> Json:
    """See Slack's reference."""
    person = call.user()
    shown = user_json(person, locale=call.given.flag("include_locale"))
    if not call.sees(person.team):
        shown |= {"is_stranger": True}
    return {"user": shown}


@method("users.list", scopes="users:read", optional="cursor include_locale limit presence", tier=2)
def list_all(call: Call) -> Json:
    """See Slack's reference."""
    team = call.team(must_say=True)
    there = [one for one in call.world.users.values() if one.team is team]
    if "limit" not in call.given and len(there) > MOST_WITHOUT_LIMIT:
        raise Refusal("limit_required")
    page, following = call.page(there, default=MOST_WITHOUT_LIMIT, most=1_000)
    locale = call.given.flag("include_locale")
    return {
        "members": [user_json(one, locale=locale) for one in page],
        "cache_ts": int(call.slack.now()),
        "response_metadata": following,
    }


@method("bots.info", scopes="users:read", optional="bot")
def bot_info(call: Call) -> Json:
    """See Slack's reference."""
    found = next((one for one in call.world.users.values() if one.bot_id == call.given.text("bot")), None)
    if found is None:
        raise Refusal("bot_not_found")
    shown = {"id": found.bot_id, "deleted": found.deactivated, "name": found.real_name}
    return {"bot": shown | {"updated": 1_700_000_000, "app_id": found.app, "user_id": found.id}}


@method("usergroups.list", scopes="usergroups:read", optional="include_count include_disabled include_users", tier=2)
def groups(call: Call) -> Json:
    """See Slack's reference."""
    team = call.team(must_say=True)
    disabled, users = call.given.flag("include_disabled"), call.given.flag("include_users")
    there = [one for one in call.world.groups.values() if one.team is team and (disabled or not one.disabled)]
    return {"usergroups": [_group(one, users=users, count=call.given.flag("include_count")) for one in there]}


@method("usergroups.users.list", scopes="usergroups:read", required="usergroup", optional="include_disabled", tier=2)
def group_users(call: Call) -> Json:
    """See Slack's reference."""
    found = call.world.groups.get(call.given.text("usergroup"))
    if found is None or not call.sees(found.team):
        raise Refusal("no_such_subteam")
    if found.disabled and not call.given.flag("include_disabled"):
        raise Refusal("no_such_subteam")
    return {"users": list(found.users)}


def _group(group: Group, *, users: bool, count: bool) -> Json:
    shown: Json = {
        "id": group.id,
        "team_id": group.team.id,
        "is_usergroup": True,
        "name": group.name,
        "description": "",
        "handle": group.handle,
        "is_external": False,
        "date_create": 1_700_000_000,
        "date_update": 1_700_000_000,
        "date_delete": 1_700_000_000 if group.disabled else 0,
        "auto_type": None,
        "created_by": group.users[0] if group.users else "",
        "prefs": {"channels": [], "groups": []},
    }
    if users:
        shown["users"] = list(group.users)
    if count:
        shown["user_count"] = str(len(group.users))
    return shown


@method("team.info", scopes="team:read", optional="team domain include_slackbot_availability")
def team_info(call: Call) -> Json:
    """See Slack's reference."""
    wanted = call.given.text("team")
    found = call.world.teams.get(wanted) if wanted else call.team()
    if found is None or not call.sees(found):
        raise Refusal("team_not_found")
    return {"team": team_json(found)}
