"""The pages on which somebody installs the app in their workspace: slack-bolt's OAuth flow on aiohttp."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from bot.slack.examining import OPTIONAL, SCOPES
from bot.slack.installations import STATE_LIFE, Installations, States

if TYPE_CHECKING:
    from aiohttp import web

INSTALL, REDIRECT = "/slack/install", "/slack/oauth_redirect"
AUTHORIZE = "https://slack.com/oauth/v2/authorize"


class InstallPages:
    """GET INSTALL leads to Slack's consent page, GET REDIRECT comes back from it and keeps the token.

    redirect_url: the address of REDIRECT as Slack's client sees it; None for the first one of the app's
    configuration. base_url: the Web API's.
    """

    def __init__(
        self,
        installations: Installations,
        states: States,
        *,
        client_id: str,
        client_secret: str,
        redirect_url: str | None,
        base_url: str,
    ) -> None:
        from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
        from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
        from slack_sdk.web.async_client import AsyncWebClient

        settings = AsyncOAuthSettings(
            client_id=client_id,
            client_secret=client_secret,
            scopes=sorted(SCOPES | OPTIONAL),
            redirect_uri=redirect_url,
            install_path=INSTALL,
            redirect_uri_path=REDIRECT,
            authorization_url=AUTHORIZE,
            installation_store=installations,
            state_store=states,
            state_expiration_seconds=STATE_LIFE,
        )
        self._flow = AsyncOAuthFlow(client=AsyncWebClient(base_url=base_url), settings=settings)

    def routes(self) -> list[web.RouteDef]:
        """The pages, for aiohttp."""
        from aiohttp import web

        return [
            web.get(INSTALL, self._page(self._flow.handle_installation)),
            web.get(REDIRECT, self._page(self._flow.handle_callback)),
        ]

    def _page(self, answer: Callable[[Any], Awaitable[Any]]) -> Callable[[web.Request], Awaitable[web.Response]]:
        from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request

        async def page(request: web.Request) -> web.Response:
            return await to_aiohttp_response(await answer(await to_bolt_request(request)))

        return page
