"""Calls of Discord's HTTP API, with its refusals as our errors. discord.py keeps to the rate limits.

Sources: Discord's reference, "Opcodes and Status Codes", JSON error codes; its documentation of rate limits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.errors import PlatformRefused, PlatformUnavailable, SettingsError

if TYPE_CHECKING:
    from discord.http import HTTPClient

Json = dict[str, Any]

REASONS = {
    10003: "channel_gone",
    10008: "message_gone",
    50005: "message_gone",
    50001: "not_in_channel",
    50013: "missing_permissions",
    50008: "no_messages_here",
    50024: "no_messages_here",
    50083: "thread_archived",
    160005: "thread_locked",
    50007: "direct_messages_closed",
    50278: "direct_messages_closed",
    50009: "direct_messages_closed",
    10013: "direct_messages_closed",
    50033: "direct_messages_closed",
    10007: "not_a_member",
    10004: "server_gone",
    10011: "role_gone",
    10062: "interaction_over",
    10015: "interaction_over",
    50027: "interaction_over",
    40060: "already_answered",
    30010: "too_many_reactions",
    90001: "reaction_blocked",
    20028: "rate_limited",
}
"""Discord's error codes that no repetition mends, and what they come to."""

PASSING = frozenset({20016, 20022, 20028, 20029, 30046, 40003, 40004, 40006, 40062, 130000})
"""Error codes that ask to try later."""

SENTENCES = {
    "channel_gone": "Discord knows no such channel any more.",
    "message_gone": "Discord no longer has this message.",
    "not_in_channel": "The bot cannot see this channel: give it View Channel there.",
    "missing_permissions": (
        "The bot lacks a permission in this channel: give it Send Messages, Add Reactions, Attach Files and Read "
        "Message History there, or use the link of `parley discord invite-url` again."
    ),
    "no_messages_here": "Messages cannot be sent to this channel itself: in a forum, use one of its posts.",
    "thread_archived": "This thread is archived.",
    "thread_locked": "This thread is locked.",
    "direct_messages_closed": "This person does not take direct messages from the bot.",
    "not_a_member": "This person is not in the server.",
    "server_gone": "The bot is not in this server any more.",
    "not_installed": "Discord does not take the bot's token: reset it in the developer portal and set discord_token.",
    "interaction_over": "It is too late to answer this directly.",
}

ASKED_TO_WAIT = 5.0
"""Seconds after which to try again what Discord refused for now without saying until when."""

CHANNEL = "/channels/{channel_id}"
NOT_CONNECTED = 2.0
"""Seconds after which to try again what came before there was a connection."""


def refused(reason: str, otherwise: str = "") -> PlatformRefused:
    """A refusal with its sentence."""
    return PlatformRefused(SENTENCES.get(reason, otherwise or f"Discord refused it ({reason})."), reason=reason)


class Calls:
    """The HTTP API of one bot.

    Raises PlatformUnavailable when Discord does not answer, and PlatformRefused, its reason one of `REASONS`'s, when
    it says no.
    """

    def __init__(self, http: HTTPClient) -> None:
        """`http`: logged in."""
        self._http = http

    async def __call__(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        parts: list[Json] | None = None,
        query: Any = None,
        **ids: Any,
    ) -> Any:
        """Call a route, such as ("GET", "/channels/{channel_id}", channel_id=5); its answer as Discord gives it.

        parts: a multipart body instead of `json`. A thread that was put into the archive is taken out again for a call
        that it refuses there; posting does so by itself. A locked one stays as it is.
        """
        try:
            return await self._once(method, path, json, parts, query, ids)
        except PlatformRefused as refusal:
            if refusal.reason != "thread_archived" or "channel_id" not in ids:
                raise
            try:
                await self._once("PATCH", CHANNEL, {"archived": False}, None, None, {"channel_id": ids["channel_id"]})
            except PlatformRefused:
                raise refusal from None
        return await self._once(method, path, json, parts, query, ids)

    async def _once(self, method: str, path: str, json: Any, parts: list[Json] | None, query: Any, ids: Json) -> Any:
        from aiohttp import ClientError
        from discord import DiscordServerError, HTTPException, RateLimited
        from discord.http import Route

        given: Json = {}
        if json is not None:
            given["json"] = json
        if query is not None:
            given["params"] = query
        if parts is not None:
            given["form"] = parts
        name = f"{method} {path}"
        try:
            return await self._http.request(Route(method, path, **ids), **given)
        except RateLimited as problem:
            raise PlatformUnavailable(
                f"Discord asks to wait before {name}.", retry_after=problem.retry_after
            ) from problem
        except DiscordServerError as problem:
            raise PlatformUnavailable(f"Discord could not carry out {name} now ({problem.status}).") from problem
        except HTTPException as problem:
            raise _ours(name, problem) from problem
        except KeyError as problem:
            # discord.py looks in a refusal for the time to wait, which not every limit names.
            raise PlatformUnavailable(f"Discord asks to wait before {name}.", retry_after=ASKED_TO_WAIT) from problem
        except (ClientError, TimeoutError, OSError, RuntimeError) as problem:
            # discord.py's session gives a RuntimeError once it is closed.
            raise PlatformUnavailable(f"Discord did not answer {name} ({type(problem).__name__}).") from problem


def _ours(name: str, problem: Any) -> PlatformUnavailable | PlatformRefused:
    if problem.status == 401 and problem.code not in REASONS:
        return refused("not_installed")
    if problem.status == 429 or problem.code in PASSING:
        return PlatformUnavailable(f"Discord asks to wait before {name}.", retry_after=ASKED_TO_WAIT)
    reason = REASONS.get(problem.code)
    if reason is None:
        reason = {403: "missing_permissions", 404: "gone"}.get(
            problem.status, f"error {problem.code or problem.status}"
        )
    said = problem.text.replace("\n", " ")[:200]
    return refused(reason, f"Discord refused {name}: {said} (code {problem.code}).")


def wrong_token() -> SettingsError:
    """What to say when Discord does not know the token."""
    return SettingsError(SENTENCES["not_installed"])
