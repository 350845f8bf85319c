"""What `parley doctor` looks at of Slack: tokens, scopes, the transport and the clock."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from bot.findings import Finding, Mark
from bot.settings import Settings
from bot.slack.calls import GONE, SENTENCES, answered, error_of
from bot.slack.installing import by_oauth, check
from engine.errors import SettingsError
from engine.ports import Clock

if TYPE_CHECKING:
    from slack_sdk.web.async_client import AsyncWebClient

SCOPES = frozenset(
    {
        "commands",
        "chat:write",
        "reactions:read",
        "reactions:write",
        "im:write",
        "im:history",
        "users:read",
        "channels:read",
        "groups:read",
        "usergroups:read",
        "files:write",
    }
)
"""What the app needs; bot/slack/manifest.yaml asks for these."""

OPTIONAL = frozenset({"channels:history", "groups:history", "im:read"})
"""What the app can do without."""

WITHOUT = {
    "channels:history": "a message may appear twice after a crash",
    "groups:history": "a message may appear twice after a crash",
    "im:read": "somebody's first message is not found when Parley was away as it was written",
}
"""What comes of doing without it."""

FOUNDATIONS = frozenset({"Slack token", "Slack app"})
"""What everything else stands on."""

DRIFT = 60.0
"""Seconds by which our clock and Slack's may differ: signatures count for five minutes."""


async def examine(settings: Settings, clock: Clock) -> AsyncIterator[Finding]:
    """Look at Slack's side of the set-up; ends at the first thing that everything else stands on."""
    from aiohttp import ClientError
    from slack_sdk.errors import SlackApiError, SlackClientError
    from slack_sdk.web.async_client import AsyncWebClient

    try:
        check(settings)
    except SettingsError as problem:
        yield Finding(Mark.WRONG, "Slack", str(problem))
        return
    token, app_token = settings.slack_bot_token, settings.slack_app_token
    client = AsyncWebClient(token=token.get_secret_value() if token else None, base_url=settings.slack_api_url)
    looked = _app(settings, client) if by_oauth(settings) else _workspace(client)
    try:
        async for seen in looked:
            yield seen
            if seen.mark is Mark.WRONG and seen.what in FOUNDATIONS:
                return
    except (SlackClientError, ClientError, TimeoutError, OSError) as problem:
        yield Finding(
            Mark.WRONG, "Slack", f"it cannot be reached ({type(problem).__name__}): check this machine's network."
        )
        return
    if app_token is None:
        said = f"Slack's requests are taken on port {settings.slack_port} at /slack/events; they need https outside"
        yield Finding(Mark.NOTE, "Slack transport", said)
        return
    try:
        await client.apps_connections_open(app_token=app_token.get_secret_value())
    except SlackApiError as problem:
        error = error_of(problem)
        yield Finding(
            Mark.WRONG,
            "Socket Mode",
            f"Slack does not open it ({error}): switch Socket Mode on for the app, and set slack_app_token "
            "to an app-level token (xapp-...) with the scope connections:write."
            if error
            else _unsaid(problem),
        )
    except (SlackClientError, ClientError, TimeoutError, OSError) as problem:
        yield Finding(Mark.WRONG, "Socket Mode", f"it cannot be reached ({type(problem).__name__}).")
    else:
        yield Finding(Mark.FINE, "Socket Mode", "open")


async def _workspace(client: AsyncWebClient) -> AsyncIterator[Finding]:
    """One workspace by its token."""
    from slack_sdk.errors import SlackApiError

    try:
        answer = await client.auth_test()
    except SlackApiError as problem:
        yield Finding(Mark.WRONG, "Slack token", _sentence(problem))
        return
    name, team = answer.get("user") or answer.get("user_id"), answer.get("team") or answer.get("team_id")
    yield Finding(Mark.FINE, "Slack token", f"the bot is {name!r} in {team!r}")
    headers = _headers(answer)
    if "x-oauth-scopes" in headers:
        yield _scopes({one.strip() for one in headers["x-oauth-scopes"].split(",")})
    for seen in _clock(headers):
        yield seen


async def _app(settings: Settings, client: AsyncWebClient) -> AsyncIterator[Finding]:
    """Many workspaces by OAuth: Slack looks at the client's secret before it looks at the code, which is none."""
    from slack_sdk.errors import SlackApiError

    secret = settings.slack_client_secret
    try:
        await client.oauth_v2_access(
            client_id=settings.slack_client_id or "",
            client_secret=secret.get_secret_value() if secret else "",
            code="parley-doctor",
            redirect_uri=settings.slack_redirect_url,
        )
    except SlackApiError as problem:
        error = error_of(problem)
        if error in {"invalid_client_id", "bad_client_secret"}:
            said = (
                f"Slack does not know it ({error}): copy slack_client_id and slack_client_secret from the app's page."
            )
            yield Finding(Mark.WRONG, "Slack app", said)
            return
        yield Finding(Mark.FINE, "Slack app", f"people install it at /slack/install on port {settings.slack_port}")
        for seen in _clock(answered(problem)[2]):
            yield seen
    sealed = len(settings.slack_token_keys)
    if sealed > 1:
        said = f"{sealed} keys: the first seals; take the others out once every process was started with them"
        yield Finding(Mark.NOTE, "Slack keys", said)


def _headers(answer: Any) -> dict[str, str]:
    given = {} if isinstance(answer, str) else dict(answer.headers)
    return {str(name).lower(): str(value) for name, value in given.items()}


def _clock(headers: dict[str, str]) -> list[Finding]:
    drift = _drift(headers.get("date", ""))
    if drift is None or drift <= DRIFT:
        return []
    return [
        Finding(Mark.WRONG, "Slack clock", f"this machine and Slack differ by {drift:.0f} s: set the machine's clock.")
    ]


def _scopes(given: set[str]) -> Finding:
    missing = sorted(SCOPES - given)
    if missing:
        said = f"missing {', '.join(missing)}: add them to the app (bot/slack/manifest.yaml) and install it again."
        return Finding(Mark.WRONG, "Slack scopes", said)
    absent = sorted(OPTIONAL - given)
    if absent:
        lacking = {harm: [one for one in absent if WITHOUT[one] == harm] for harm in dict.fromkeys(WITHOUT.values())}
        said = "; ".join(["complete", *(f"without {' and '.join(of)} {harm}" for harm, of in lacking.items() if of)])
        return Finding(Mark.NOTE, "Slack scopes", said)
    return Finding(Mark.FINE, "Slack scopes", "complete, the optional ones included")


def _drift(date: str) -> float | None:
    try:
        return abs(time.time() - parsedate_to_datetime(date).timestamp())
    except (TypeError, ValueError):
        return None


def _sentence(problem: Any) -> str:
    error = error_of(problem)
    if not error:
        return _unsaid(problem)
    reason = GONE.get(error, error)
    return SENTENCES.get(reason, f"Slack refused it ({error}).").format(needed="")


def _unsaid(problem: Any) -> str:
    return f"what answered was not Slack (status {answered(problem)[0]}): check this machine's network, or try later."
