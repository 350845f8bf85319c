"""apps.* and oauth.*: connections, installing and removing."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.slack_server.arguments import Arguments
from tests.slack_server.methods import Call, method
from tests.slack_server.refusal import Json, Refusal
from tests.slack_server.world import App, Installation, Team, User

if TYPE_CHECKING:
    from tests.slack_server.slack import Slack

CODE_LIFE = 600.0
TOKEN_LIFE = 43_200


@dataclass(eq=False)
class Code:
    """What the redirect after "Allow" carries."""

    code: str
    app: App
    installer: User
    scopes: set[str]
    redirect: str
    born: float
    whole_enterprise: bool = False
    used: bool = False


@method("apps.uninstall", required="client_id client_secret", tier=1)
def uninstall(call: Call) -> Json:
    """See Slack's reference."""
    if call.given.text("client_id") != call.app.client_id:
        raise Refusal("client_id_token_mismatch")
    if call.given.text("client_secret") != call.app.client_secret:
        raise Refusal("bad_client_secret")
    call.slack.uninstalled(call.installation)
    return {}


def open_connection(slack: Slack, token: str) -> Json:
    """apps.connections.open: needs an app-level token."""
    app = next((one for one in slack.world.apps.values() if token in one.app_tokens), None)
    if app is None:
        bots = {one.token for one in slack.world.installations()}
        raise Refusal("not_allowed_token_type" if token in bots else "invalid_auth" if token else "not_authed")
    if "connections:write" not in app.app_tokens[token]:
        raise Refusal("missing_scope", needed="connections:write", provided=",".join(sorted(app.app_tokens[token])))
    if not app.socket_mode:
        raise Refusal("socket_mode_disabled")
    return {"ok": True, "url": slack.url.replace("http://", "ws://") + slack.sockets.ticket(app)}


def access(slack: Slack, codes: dict[str, Code], given: Json, basic: tuple[str, str] | None) -> Json:
    """oauth.v2.access: a code, or a refresh token, becomes a bot token."""
    fields = "client_id client_secret code redirect_uri grant_type refresh_token"
    arguments = Arguments(given, (), tuple(fields.split()))
    identity = basic or (arguments.text("client_id"), arguments.text("client_secret"))
    app = next((one for one in slack.world.apps.values() if one.client_id == identity[0]), None)
    if app is None:
        raise Refusal("invalid_client_id")
    if app.client_secret != identity[1]:
        raise Refusal("bad_client_secret")
    if arguments.text("grant_type") == "refresh_token":
        return _refreshed(slack, app, arguments.text("refresh_token"))
    code = codes.get(arguments.text("code"))
    if code is None or code.app is not app or slack.now() - code.born > CODE_LIFE:
        raise Refusal("invalid_code")
    if code.used:
        raise Refusal("code_already_used")
    if code.redirect and arguments.text("redirect_uri") != code.redirect:
        raise Refusal("bad_redirect_uri")
    if code.whole_enterprise and not app.org_deploy:
        raise Refusal("org_login_required")
    code.used = True
    found = install(slack, app, code.installer, code.scopes, whole_enterprise=code.whole_enterprise)
    return _rotated(slack, found) if app.token_rotation else access_json(found)


def install(
    slack: Slack,
    app: App,
    installer: User,
    scopes: set[str],
    *,
    whole_enterprise: bool = False,
    token: str = "",
) -> Installation:
    """Install an app; a bot user that was there before comes back, the old token stops working."""
    team: Team | None = None if whole_enterprise else installer.team
    enterprise = installer.team.enterprise
    before = next((one for one in app.installations if one.team is team and one.enterprise == enterprise), None)
    if before is not None:
        app.installations.remove(before)
    known = slack.world.id("")
    fresh = token or f"xoxb-{installer.team.id}-{secrets.token_hex(8)}"
    bot = before.bot if before else _bot_user(slack, app, installer.team)
    found = Installation(app, team, enterprise, bot, fresh, set(scopes), installer.id, refresh_token=f"xoxe-1-{known}")
    app.installations.append(found)
    return found


def access_json(installation: Installation) -> Json:
    """What oauth.v2.access answers."""
    team, enterprise = installation.team, installation.enterprise
    return {
        "ok": True,
        "app_id": installation.app.id,
        "authed_user": {"id": installation.installer},
        "scope": ",".join(sorted(installation.scopes)),
        "token_type": "bot",
        "access_token": installation.token,
        "bot_user_id": installation.bot.id,
        "team": {"id": team.id, "name": team.name} if team else None,
        "enterprise": {"id": enterprise, "name": "Organisation"} if enterprise else None,
        "is_enterprise_install": team is None,
    }


def _refreshed(slack: Slack, app: App, wanted: str) -> Json:
    found = next((one for one in app.installations if wanted and one.refresh_token == wanted), None)
    if found is None:
        raise Refusal("invalid_refresh_token")
    return _rotated(slack, found)


def _rotated(slack: Slack, found: Installation) -> Json:
    found.token = f"xoxe.xoxb-1-{secrets.token_hex(8)}"
    found.refresh_token = f"xoxe-1-{secrets.token_hex(8)}"
    found.expires_at = slack.now() + TOKEN_LIFE
    return access_json(found) | {"refresh_token": found.refresh_token, "expires_in": TOKEN_LIFE}


def _bot_user(slack: Slack, app: App, team: Team) -> User:
    world = slack.world
    name = app.name.lower()
    bot = User(world.id("U"), name, team, app.name, bot=True, bot_id=world.id("B"), app=app.id)
    world.users[bot.id] = bot
    return bot
