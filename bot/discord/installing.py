"""The platform out of the operator's settings, and the link with which the bot is invited."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from bot.discord.threads import PERMISSIONS
from bot.settings import Settings
from engine.errors import SettingsError
from engine.ports import Clock

if TYPE_CHECKING:
    from bot.discord.platform import DiscordPlatform
    from storage.store import DatabaseStore

AUTHORIZE = "https://discord.com/oauth2/authorize"
SCOPES = "bot applications.commands"


def token_of(settings: Settings) -> str:
    """The bot's token. Raises SettingsError with one sentence when there is none, or something else in its place."""
    given = settings.discord_token.get_secret_value().strip() if settings.discord_token else ""
    if not given:
        raise SettingsError("Discord needs discord_token, the bot's token: see docs/discord.md.")
    if given.startswith("Bot "):
        raise SettingsError("discord_token is the token alone, without the word 'Bot' before it.")
    if given.count(".") != 2:
        raise SettingsError(
            "discord_token is no bot token, which has three parts with dots between: copy it from Bot in the developer "
            "portal, not the client secret or the public key."
        )
    return given


def from_settings(settings: Settings, clock: Clock, store: DatabaseStore) -> DiscordPlatform:
    """Raises SettingsError as `token_of`. store: where rounds are kept; its maker closes it."""
    token = token_of(settings)
    from bot.discord.platform import DiscordPlatform, keep
    from bot.discord.removal import Removal
    from bot.texts import Texts

    return DiscordPlatform(
        token,
        clock=clock,
        moderators=frozenset(settings.discord_moderators),
        members=settings.discord_members,
        store=store,
        gone=Removal(store, clock) if settings.discord_removed == "delete" else keep,
        api_url=settings.discord_api_url,
        texts=Texts(settings.locale),
    )


def invite_url(settings: Settings) -> str:
    """The link with which somebody adds the bot to a server: the permissions in use and no other.

    The application's id is the first part of the token. Raises SettingsError as `token_of`.
    """
    first = token_of(settings).partition(".")[0]
    try:
        application = base64.urlsafe_b64decode(first + "=" * (-len(first) % 4)).decode("ascii")
    except (binascii.Error, UnicodeDecodeError):
        application = ""
    if not application.isdecimal():
        raise SettingsError("discord_token does not say which application it is for: copy it again from the portal.")
    permissions = sum(PERMISSIONS.values())
    return f"{AUTHORIZE}?{urlencode({'client_id': application, 'permissions': permissions, 'scope': SCOPES})}"
