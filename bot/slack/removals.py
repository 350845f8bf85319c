"""Slack tells that the app was removed somewhere, or that its token was revoked."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from bot.slack.calls import Calls
from bot.slack.installations import Installations
from bot.slack.serving import BEFORE_ACK
from engine.errors import PlatformRefused, PlatformUnavailable

if TYPE_CHECKING:
    from slack_sdk.oauth.installation_store import Bot
    from slack_sdk.web.async_client import AsyncWebClient

log = logging.getLogger(__name__)


class Removals:
    """Takes installations out. client: of Slack's Web API, without a token of its own."""

    def __init__(self, installations: Installations, client: AsyncWebClient) -> None:
        self._installations = installations
        self._client = client

    async def gone(self, body: dict[str, Any], context: Any) -> None:
        """The app was removed, or its token revoked: take the installation out, unless it is a newer one."""
        event = body["event"]
        whole = bool(context.is_enterprise_install)
        team, enterprise = None if whole else context.team_id, context.enterprise_id
        bot = await self._installations.async_find_bot(
            enterprise_id=enterprise, team_id=team, is_enterprise_install=whole
        )
        if bot is None:
            return
        if event["type"] == "tokens_revoked" and bot.bot_user_id not in (event.get("tokens") or {}).get("bot", ()):
            return
        if float(body.get("event_time") or 0.0) < bot.installed_at and await self._works(bot):
            return
        if not await self._installations.remove(bot):
            return
        log.warning(
            "Slack app removed: nothing is sent there until it is installed again",
            extra={"team": team, "enterprise": enterprise, "event": event["type"]},
        )

    async def _works(self, bot: Bot) -> bool:
        """Whether Slack takes this token: an event that came late may be of an earlier installation."""
        try:
            async with asyncio.timeout(BEFORE_ACK):
                await Calls(self._client)(self._client.auth_test, token=bot.bot_token)
        except PlatformRefused:
            return False
        except (TimeoutError, PlatformUnavailable):
            return True
        return True
