"""Installing by OAuth, for one workspace and a whole organisation; removing; the manifest."""

from __future__ import annotations

import copy
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.slack_server.server import SCOPES, SlackServer

pytestmark = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated")
MANIFEST: dict[str, Any] = {
    "display_information": {"name": "Parley", "description": "Finds agreement"},
    "features": {
        "bot_user": {"display_name": "Parley"},
        "app_home": {
            "home_tab_enabled": True,
            "messages_tab_enabled": True,
            "messages_tab_read_only_enabled": False,
        },
        "slash_commands": [{"command": "/consensus", "description": "Ask a question"}],
    },
    "oauth_config": {"scopes": {"bot": ["commands", "chat:write", "reactions:read"]}},
    "settings": {
        "event_subscriptions": {"bot_events": ["reaction_added", "app_home_opened"]},
        "interactivity": {"is_enabled": True},
        "socket_mode_enabled": True,
    },
}


def authorize(slack: SlackServer, redirect: str = "https://parley.example/callback") -> str:
    query = {"client_id": slack.app.client_id, "scope": ",".join(SCOPES), "state": "s1", "redirect_uri": redirect}
    return f"https://slack.com/oauth/v2/authorize?{urlencode(query)}"


async def test_a_code_becomes_a_token_once(slack: SlackServer) -> None:
    boss = slack.add_user("boss", team=slack.add_team("beta"), admin=True)
    back = urlsplit(boss.allow(authorize(slack)))
    query = {name: values[0] for name, values in parse_qs(back.query).items()}
    assert (back.path, query["state"]) == ("/callback", "s1")
    client = AsyncWebClient(base_url=slack.api_url)
    given = {
        "client_id": slack.app.client_id,
        "client_secret": slack.app.client_secret,
        "code": query["code"],
        "redirect_uri": "https://parley.example/callback",
    }
    for wrong, error in (
        ({"client_secret": "x"}, "bad_client_secret"),
        ({"code": "x"}, "invalid_code"),
        ({"redirect_uri": "https://evil.example"}, "bad_redirect_uri"),
    ):
        with pytest.raises(SlackApiError, match=error):
            await client.oauth_v2_access(**given | wrong)
    answer = await client.oauth_v2_access(**given)
    assert answer["team"]["id"] == boss.user.team.id
    assert answer["is_enterprise_install"] is False
    installed = AsyncWebClient(token=answer["access_token"], base_url=slack.api_url)
    assert (await installed.auth_test())["user_id"] == answer["bot_user_id"]
    with pytest.raises(SlackApiError, match="code_already_used"):
        await client.oauth_v2_access(**given)


async def test_an_org_wide_token_names_the_workspace(slack: SlackServer) -> None:
    one, other = (slack.add_team(name, enterprise="E1") for name in ("one", "other"))
    boss = slack.add_user("boss", team=one)
    slack.add_user("alice", team=other)
    token = slack.install(boss, whole_enterprise=True).token
    client = AsyncWebClient(token=token, base_url=slack.api_url)
    assert (await client.auth_test())["is_enterprise_install"] is True
    with pytest.raises(SlackApiError, match="missing_argument"):
        await client.users_list()
    names = {member["name"] for member in (await client.users_list(team_id=other.id))["members"]}
    assert names == {"alice"}
    with pytest.raises(SlackApiError, match="team_access_not_granted"):
        await client.users_list(team_id=slack.team.id)


async def test_tokens_that_rotate(slack: SlackServer) -> None:
    slack.app.token_rotation = True
    back = urlsplit(slack.owner.allow(authorize(slack, "")))
    secrets = {"client_id": slack.app.client_id, "client_secret": slack.app.client_secret}
    client = AsyncWebClient(base_url=slack.api_url)
    first = await client.oauth_v2_access(code=parse_qs(back.query)["code"][0], **secrets)
    await slack.advance(first["expires_in"] + 1)
    with pytest.raises(SlackApiError, match="token_expired"):
        await AsyncWebClient(token=first["access_token"], base_url=slack.api_url).auth_test()
    again = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    second = await client.oauth_v2_access(**again, **secrets)
    await AsyncWebClient(token=second["access_token"], base_url=slack.api_url).auth_test()
    with pytest.raises(SlackApiError, match="invalid_refresh_token"):
        await client.oauth_v2_access(**again, **secrets)


async def test_a_removed_app_is_told_and_its_token_is_dead(slack: SlackServer, client: AsyncWebClient) -> None:
    slack.add_channel("general")
    await client.apps_uninstall(client_id=slack.app.client_id, client_secret=slack.app.client_secret)
    await slack.quiet()
    kinds = [one.payload["event"]["type"] for one in slack.slack.hub.history]
    assert kinds == ["app_uninstalled", "tokens_revoked"]
    with pytest.raises(SlackApiError, match="account_inactive"):
        await client.auth_test()


async def test_a_revoked_token(slack: SlackServer, client: AsyncWebClient) -> None:
    await slack.owner.revoke()
    with pytest.raises(SlackApiError, match="token_revoked"):
        await client.auth_test()


def test_a_manifest_becomes_the_apps_registration(slack: SlackServer) -> None:
    slack.configure(MANIFEST)
    assert slack.installation.scopes == {"commands", "chat:write", "reactions:read"}
    assert slack.app.events == {"reaction_added", "app_home_opened"}
    assert slack.app.commands == {"/consensus": False}
    scopes = {"bot": ["commands", "reactions:read", "groups:history"], "bot_optional": ["groups:history"]}
    slack.configure(MANIFEST | {"oauth_config": {"scopes": scopes}}, optional=False)
    assert slack.installation.scopes == {"commands", "reactions:read"}


@pytest.mark.parametrize(
    ("place", "value", "problem"),
    [
        (("settings", "sokket_mode"), True, "sokket_mode"),
        (("settings", "event_subscriptions", "bot_events"), ["message.im"], "needs one of"),
        (("settings", "event_subscriptions", "bot_events"), ["no_such"], "there are no events"),
        (("oauth_config", "scopes", "bot"), ["chat:write", "reactions:read"], "need the scope commands"),
        (("oauth_config", "scopes", "bot_optional"), ["groups:history"], "have to be scopes too"),
        (("display_information", "name"), "x" * 36, "at most 35"),
    ],
)
def test_a_manifest_that_slack_would_not_take(
    slack: SlackServer, place: tuple[str, ...], value: Any, problem: str
) -> None:
    manifest = copy.deepcopy(MANIFEST)
    part = manifest
    for name in place[:-1]:
        part = part[name]
    part[place[-1]] = value
    with pytest.raises(AssertionError, match=problem):
        slack.configure(manifest)
