"""Slack's side of the door: slack-bolt over Socket Mode or signed HTTP, answered when the listener is done."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from bot.slack.calls import PASSING, error_of
from bot.slack.listening import Line
from bot.slack.serving import Serving
from engine.errors import SettingsError

if TYPE_CHECKING:
    from aiohttp import web
    from slack_bolt.app.async_app import AsyncApp
    from slack_bolt.request.async_request import AsyncBoltRequest
    from slack_sdk.web.async_client import AsyncWebClient

log = logging.getLogger(__name__)

COMMAND = "/consensus"
ANY = re.compile(".*")
EVENTS = ("message", "reaction_added", "reaction_removed", "member_left_channel")
GOING = ("app_uninstalled", "tokens_revoked")
PATH = "/slack/events"

Attendant = Callable[[Any, dict[str, Any]], Awaitable[Serving]]
"""Who serves the workspace that a request is of, given bolt's context of the request and its body."""

Authorize = Callable[[str | None, str | None], Awaitable[Any]]
"""Bolt's AuthorizeResult of a workspace and its organisation; None where the app is not installed."""

Gone = Callable[[dict[str, Any], Any], Awaitable[None]]
"""What happens when Slack no longer lets the bot in somewhere, given the event's body and bolt's context."""


async def said_aloud(body: dict[str, Any], _: Any) -> None:
    """One line in the log."""
    log.error("Slack no longer lets the bot in: install the app again", extra={"event": body["event"].get("type")})


def bolt_app(
    client: AsyncWebClient,
    attendant: Attendant,
    *,
    signing_secret: str | None,
    authorize: Authorize | None = None,
    gone: Gone = said_aloud,
) -> AsyncApp:
    """The bolt app with our listeners; it answers each request after the listener is done.

    authorize: where there are many workspaces; else the client's token is the only one.
    """
    from slack_bolt.app.async_app import AsyncApp

    async def command(ack: Any, body: dict[str, Any], respond: Any, context: Any) -> None:
        await (await attendant(context, body)).command(ack, body, respond)

    async def action(ack: Any, body: dict[str, Any], respond: Any, context: Any) -> None:
        await (await attendant(context, body)).action(ack, body, respond)

    async def view(ack: Any, body: dict[str, Any], context: Any) -> None:
        await (await attendant(context, body)).view(ack, body)

    async def event(body: dict[str, Any], context: Any) -> None:
        await (await attendant(context, body)).event(body)

    async def home(body: dict[str, Any], context: Any) -> None:
        await (await attendant(context, body)).home(body)

    # Bolt hands arguments over by name, and a bound method's own name for itself is one of them.
    async def whose(enterprise_id: str | None, team_id: str | None) -> Any:
        return await authorize(team_id, enterprise_id) if authorize else None

    app = AsyncApp(
        name="parley",  # without one bolt walks the whole stack and reads its sources for a name
        client=client,
        signing_secret=signing_secret,
        authorize=None if authorize is None else whose,
        process_before_response=True,
        request_verification_enabled=signing_secret is not None,
    )
    app.command(COMMAND)(command)
    app.action(ANY)(action)
    app.view(ANY)(view)
    for name in EVENTS:
        app.event(name)(event)
    app.event("app_home_opened")(home)

    async def left(body: dict[str, Any], context: Any) -> None:
        await gone(body, context)

    for name in GOING:
        app.event(name)(left)

    async def nothing(ack: Any) -> None:
        await ack()

    # Slack repeats what nobody acknowledges, and switches off an app that leaves too much of it.
    app.event(ANY)(nothing)
    app.view_closed(ANY)(nothing)
    return app


@asynccontextmanager
async def socket_mode(app: AsyncApp, app_token: str, line: Line) -> AsyncIterator[int | None]:
    """Listen over Socket Mode; `line` tells of the connection. Raises SettingsError on a wrong app token."""
    from aiohttp import ClientError
    from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
    from slack_sdk.errors import SlackApiError, SlackClientError

    # The handler itself tries for ever, whatever Slack answers.
    try:
        await app.client.apps_connections_open(app_token=app_token)
    except SlackApiError as problem:
        error = error_of(problem)
        if error and error not in PASSING:
            raise SettingsError(
                f"Slack does not open Socket Mode ({error}): switch it on for the app, and set slack_app_token to an "
                "app-level token (xapp-...) with the scope connections:write."
            ) from None
    except (SlackClientError, ClientError, TimeoutError, OSError):
        log.warning("Slack does not answer yet; Socket Mode is tried until it does")
    handler = AsyncSocketModeHandler(app, app_token)
    client = handler.client
    greeted: Any = None

    # A session counts only once Slack has said hello on it: until then nobody knows that it follows a gap.
    async def connected() -> bool:
        return greeted is not None and greeted is client.current_session and await client.is_connected()

    async def hear(_: object, message: dict[str, Any], __: object = None) -> None:
        nonlocal greeted
        if message.get("type") == "hello":
            greeted = client.current_session
            line.connect()

    line.connected = connected
    client.message_listeners.append(hear)
    try:
        await handler.connect_async()  # type: ignore[no-untyped-call]
        yield None
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]


def bolt_request(body: str, query: str, headers: dict[str, Any]) -> AsyncBoltRequest:
    """Bolt's view of a request of Slack's, its fields read also where one of them says "payload"."""
    from slack_bolt.request.async_request import AsyncBoltRequest

    fields = {} if body.startswith("{") else dict(parse_qsl(body, keep_blank_values=True))
    if not fields or "payload" in fields:
        return AsyncBoltRequest(body=body, query=query, headers=headers)
    # Bolt takes a form with that word anywhere in it for an interaction, and finds none.
    asked = AsyncBoltRequest(body=json.dumps(fields), query=query, headers=headers)
    asked.raw_body = body
    return asked


@asynccontextmanager
async def http(
    app: AsyncApp | None, host: str, port: int, pages: Sequence[web.RouteDef] = ()
) -> AsyncIterator[int | None]:
    """Listen for signed requests at PATH (not without an app) and for `pages`; gives the port.

    Raises SettingsError when the port cannot be had.
    """
    from aiohttp import web
    from slack_bolt.adapter.aiohttp import to_aiohttp_response

    served = web.Application()
    served.add_routes(pages)
    if app is not None:

        async def take(request: web.Request) -> web.Response:
            asked = bolt_request(await request.text(), request.query_string, dict(request.headers))
            return await to_aiohttp_response(await app.async_dispatch(asked))

        served.router.add_post(PATH, take)
    runner = web.AppRunner(served, access_log=None)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            raise SettingsError(
                f"Slack's requests cannot be listened for on {host!r}, port {port} ({error.strerror}): "
                "choose another with slack_port."
            ) from error
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()
