"""`parley doctor` on Slack: one clear sentence for a wrong token, a missing scope, Socket Mode off and silence."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.fernet import Fernet

from bot.findings import Finding, Mark
from bot.settings import Settings
from bot.slack.examining import examine
from tests.bot.slack.conftest import Workplace

pytestmark = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated")
KEY = Fernet.generate_key().decode()


async def look(work: Workplace, **more: Any) -> dict[str, Finding]:
    given = {
        "slack_bot_token": work.slack.bot_token,
        "slack_app_token": work.slack.app_token,
        "slack_api_url": work.slack.api_url,
        **more,
    }
    return {seen.what: seen async for seen in examine(Settings(platforms=("slack",), **given), work.clock)}


async def test_a_sound_set_up_is_in_order(work: Workplace) -> None:
    seen = await look(work)
    assert all(one.mark is not Mark.WRONG for one in seen.values())
    assert seen["Socket Mode"].said == "open"
    assert seen["Slack scopes"].mark is Mark.NOTE
    assert "channels:history" in seen["Slack scopes"].said


async def test_wrong_tokens_are_named(work: Workplace) -> None:
    (wrong,) = (await look(work, slack_bot_token="xoxb-wrong")).values()
    assert wrong.mark is Mark.WRONG
    assert "slack_bot_token" in wrong.said
    seen = await look(work, slack_app_token="xapp-wrong")
    assert seen["Socket Mode"].mark is Mark.WRONG
    assert "connections:write" in seen["Socket Mode"].said
    (mixed,) = (await look(work, slack_bot_token="xapp-1", slack_app_token="xoxb-1")).values()
    assert "mixed up" in mixed.said
    (none,) = (await look(work, slack_bot_token=None)).values()
    assert "slack_bot_token" in none.said


async def test_a_missing_scope_is_named(work: Workplace) -> None:
    work.slack.installation.scopes.discard("reactions:read")
    seen = (await look(work))["Slack scopes"]
    assert seen.mark is Mark.WRONG
    assert "reactions:read" in seen.said


async def test_socket_mode_that_is_off_is_said(work: Workplace) -> None:
    work.slack.app.socket_mode = False
    seen = (await look(work))["Socket Mode"]
    assert seen.mark is Mark.WRONG
    assert "switch Socket Mode on" in seen.said


async def test_a_revoked_installation_is_said(work: Workplace) -> None:
    await work.people["maria"].uninstall()
    (seen,) = (await look(work)).values()
    assert seen.mark is Mark.WRONG
    assert "install the app again" in seen.said


async def test_no_network_is_said(work: Workplace) -> None:
    (seen,) = (await look(work, slack_api_url="http://127.0.0.1:9/api/")).values()
    assert seen.mark is Mark.WRONG
    assert "cannot be reached" in seen.said


async def test_http_needs_no_app_token(work: Workplace) -> None:
    seen = await look(work, slack_app_token=None, slack_signing_secret="secret")
    assert seen["Slack transport"].mark is not Mark.WRONG
    assert "/slack/events" in seen["Slack transport"].said


async def look_at_app(work: Workplace, **more: Any) -> dict[str, Finding]:
    app = work.slack.app
    given = {"slack_client_id": app.client_id, "slack_client_secret": app.client_secret, "slack_token_keys": (KEY,)}
    return await look(work, slack_bot_token=None, **given | more)


async def test_an_app_for_many_workspaces_is_looked_at_without_a_token(work: Workplace) -> None:
    seen = await look_at_app(work)
    assert all(one.mark is not Mark.WRONG for one in seen.values())
    assert "/slack/install" in seen["Slack app"].said
    assert seen["Socket Mode"].said == "open"
    assert "Slack keys" not in seen
    both = await look_at_app(work, slack_token_keys=(Fernet.generate_key().decode(), KEY))
    assert both["Slack keys"].mark is Mark.NOTE


@pytest.mark.parametrize("more", [{"slack_client_id": "1.x"}, {"slack_client_secret": "wrong"}])
async def test_a_wrong_client_id_or_secret_is_named(work: Workplace, more: dict[str, Any]) -> None:
    (seen,) = (await look_at_app(work, **more)).values()
    assert seen.mark is Mark.WRONG
    assert "slack_client_secret" in seen.said


async def test_a_wrong_key_is_named(work: Workplace) -> None:
    (seen,) = (await look_at_app(work, slack_token_keys=("short",))).values()
    assert seen.mark is Mark.WRONG
    assert "slack_token_keys" in seen.said


def test_tokens_are_never_shown() -> None:
    settings = Settings(slack_bot_token="xoxb-hidden", slack_app_token="xapp-hidden", slack_signing_secret="hidden")
    assert "hidden" not in repr(settings)


async def test_what_comes_of_doing_without_optional_scopes_is_said_once_each(work: Workplace) -> None:
    seen = (await look(work))["Slack scopes"]
    assert seen.mark is Mark.NOTE
    assert seen.said.count("twice after a crash") == 1
    assert "without im:read somebody's first message" in seen.said
