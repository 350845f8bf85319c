"""Calls of Slack's Web API, with its refusals as our errors.

Sources: the error tables of the methods in Slack's reference; its documentation of rate limits.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bot.slack.pacing import Bucket, bucket_of
from engine.errors import PlatformRefused, PlatformUnavailable

if TYPE_CHECKING:
    from slack_sdk.web.async_client import AsyncWebClient

Json = dict[str, Any]
Method = Callable[..., Awaitable[Any]]
"""A method of slack_sdk's client, which sends arguments the way that method takes them."""

PATIENCE = 120.0
"""Seconds of waiting for one call's turn, asked for by Slack, that are spent here instead of failing."""

MARGIN = 0.05
"""Seconds by which a wait is longer than asked, since clocks differ."""

SPACING = 1.2
"""Seconds between calls that stand in a queue: the pace of the tier that most of our methods are in, 50 a minute."""

GONE = {
    "message_not_found": "message_gone",
    "cant_update_message": "message_gone",
    "edit_window_closed": "message_gone",
    "not_in_channel": "not_in_channel",
    "channel_not_found": "channel_gone",
    "is_archived": "channel_archived",
    "channel_is_archived": "channel_archived",
    "restricted_action": "not_allowed",
    "cannot_dm_bot": "direct_messages_closed",
    "user_disabled": "direct_messages_closed",
    "user_not_found": "direct_messages_closed",
    "user_not_visible": "direct_messages_closed",
    "users_not_found": "direct_messages_closed",
    "messages_tab_disabled": "direct_messages_closed",
    "invalid_user_combination": "direct_messages_closed",
    "missing_scope": "missing_scope",
    "invalid_auth": "not_installed",
    "not_authed": "not_installed",
    "account_inactive": "not_installed",
    "token_revoked": "not_installed",
    "token_expired": "not_installed",
}
"""Slack's errors that no repetition mends, and what they come to."""

SENTENCES = {
    "message_gone": "Slack no longer has this message.",
    "not_in_channel": "The bot is not in this channel: invite it with /invite.",
    "channel_gone": "Slack knows no such channel, or it is a private one that the bot was not invited to.",
    "channel_archived": "This channel is archived.",
    "not_allowed": "The workspace's settings do not let the bot do this here.",
    "direct_messages_closed": "This person cannot be written to.",
    "missing_scope": "The Slack app lacks the scope {needed!r}: add it to the app and install it again.",
    "not_installed": "Slack does not take the bot's token: install the app again and set slack_bot_token.",
}

PASSING = frozenset(
    {"ratelimited", "rate_limited", "internal_error", "fatal_error", "service_unavailable", "request_timeout"}
)


@dataclass(slots=True)
class _Queue:
    """The calls of one method while Slack asks to wait: the first makes no call before that is over, then one by one.

    open_at: when the wait is over, on the event loop's clock; 0 where none is asked for. behind: how many stand here.
    """

    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    open_at: float = 0.0
    behind: int = 0

    @property
    def forms(self) -> bool:
        """Whether a call has to join it."""
        return self.turn.locked() or self.left > 0

    @property
    def left(self) -> float:
        """Seconds until the next call may be made."""
        return max(0.0, self.open_at - asyncio.get_running_loop().time())

    def close(self, seconds: float) -> None:
        """Slack asked to wait."""
        self.open_at = max(self.open_at, asyncio.get_running_loop().time() + seconds)


class Calls:
    """The Web API of one installation. What Slack asks one call to wait, all calls of that method wait.

    short_pages: whether Slack turned out to give this app short pages of history.

    Raises PlatformUnavailable when Slack does not answer or asks to wait longer than is sensible here, and
    PlatformRefused, its reason one of `GONE`'s or Slack's own word, when it says no.
    """

    def __init__(self, client: AsyncWebClient, pause: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self.client = client
        self.short_pages = False
        self._pause = pause
        self._queues: dict[str, _Queue] = {}
        self._buckets: dict[str, Bucket] = {}

    async def __call__(
        self, method: Method, *, patience: float = 0.0, can_wait: bool = False, **arguments: Any
    ) -> Json:
        """Call a method of the client's. patience: seconds that may be waited here when Slack asks for it.

        can_wait: nobody waits for the answer, so that the call is made at a pace at which Slack asks for nothing, and
        after those that somebody waits for.
        """
        name = getattr(method, "__name__", "a request")
        if can_wait:
            await self._paced(name)
        queue = self._queues.setdefault(name, _Queue())
        if not queue.forms:
            try:
                return await self._once(method, arguments)
            except PlatformUnavailable as problem:
                if problem.retry_after is None:
                    raise
                queue.close(problem.retry_after)
                if problem.retry_after > patience:
                    raise
        begun = asyncio.get_running_loop().time()
        if queue.left > patience:
            raise _asked_to_wait(name, queue)
        queue.behind += 1
        try:
            async with asyncio.timeout(patience):
                await queue.turn.acquire()
        except TimeoutError:
            raise _asked_to_wait(name, queue) from None
        finally:
            queue.behind -= 1
        try:
            answer = await self._in_turn(name, queue, method, arguments, patience, begun)
            if queue.behind:
                queue.close(SPACING)
            return answer
        finally:
            queue.turn.release()

    async def _in_turn(
        self, name: str, queue: _Queue, method: Method, arguments: Json, patience: float, begun: float
    ) -> Json:
        paused = 0.0
        while True:
            waited = max(paused, asyncio.get_running_loop().time() - begun)
            if (wait := queue.left) > 0:
                if wait > patience - waited:
                    raise _asked_to_wait(name, queue)
                closed = queue.open_at
                await self._pause(wait + MARGIN)
                paused += wait
                if queue.open_at == closed:
                    queue.open_at = 0.0
                continue
            try:
                return await self._once(method, arguments)
            except PlatformUnavailable as problem:
                if problem.retry_after is None:
                    raise
                queue.close(problem.retry_after)

    async def _paced(self, name: str) -> None:
        clock, bucket = asyncio.get_running_loop(), self._bucket(name)
        while bucket is not None and (wait := bucket.wait(clock.time())) > 0:
            begun = clock.time()
            await self._pause(wait)
            bucket.rested(max(0.0, begun + wait - clock.time()))

    def _bucket(self, name: str) -> Bucket | None:
        if name not in self._buckets and (made := bucket_of(name, asyncio.get_running_loop().time())) is not None:
            self._buckets[name] = made
        return self._buckets.get(name)

    async def _once(self, method: Method, arguments: Json) -> Json:
        from aiohttp import ClientError
        from slack_sdk.errors import SlackApiError, SlackClientError

        name = getattr(method, "__name__", "a request")
        clock = asyncio.get_running_loop()
        if (bucket := self._bucket(name)) is not None:
            bucket.called(clock.time())
        try:
            answer = await method(**arguments)
        except SlackApiError as problem:
            ours = _ours(name, problem)
            if bucket is not None and isinstance(ours, PlatformUnavailable) and ours.retry_after is not None:
                bucket.refused(clock.time())
            raise ours from problem
        except (SlackClientError, ClientError, TimeoutError, OSError) as problem:
            raise PlatformUnavailable(f"Slack did not answer {name} ({type(problem).__name__}).") from problem
        except (AttributeError, TypeError, ValueError) as problem:  # slack_sdk trusts every answer to be an object
            raise PlatformUnavailable(f"What came for an answer to {name} is none of Slack's.") from problem
        return dict(answer.data) if isinstance(answer.data, dict) else {}


def answered(problem: Any) -> tuple[int, Json, dict[str, str]]:
    """The status, body and headers (names in small letters) of the answer that a SlackApiError is about.

    What is no JSON, such as the page of a proxy, comes with slack_sdk's error as aiohttp has it: its body is {} here.
    """
    answer = problem.response
    if isinstance(answer, str):
        return 0, {}, {}
    status, data = getattr(answer, "status_code", None), getattr(answer, "data", None)
    headers = {str(name).lower(): str(value) for name, value in dict(answer.headers).items()}
    return int(answer.status if status is None else status), data if isinstance(data, dict) else {}, headers


def error_of(problem: Any) -> str:
    """Slack's word for what is wrong, "" where it says none."""
    return str(answered(problem)[1].get("error") or "")


def _ours(method: str, problem: Any) -> PlatformUnavailable | PlatformRefused:
    status, data, headers = answered(problem)
    error = str(data.get("error") or "")
    if status == 429 or error in {"ratelimited", "rate_limited"}:
        return PlatformUnavailable(f"Slack asks to wait before {method}.", retry_after=_wait(headers))
    if status >= 500 or error in PASSING or not error:
        return PlatformUnavailable(f"Slack could not carry out {method} now ({error or status}).")
    reason = GONE.get(error, error)
    sentence = SENTENCES.get(reason, f"Slack refused {method}: {error}.")
    return PlatformRefused(sentence.format(needed=str(data.get("needed", ""))), reason=reason)


def _asked_to_wait(method: str, queue: _Queue) -> PlatformUnavailable:
    return PlatformUnavailable(f"Slack asks to wait before {method}.", retry_after=max(1.0, queue.left))


def _wait(headers: dict[str, str]) -> float:
    try:
        return max(0.0, float(headers["retry-after"]))
    except (KeyError, ValueError):
        return 1.0
