"""Replies as Slack shows them: a modal while the trigger lives, a message only one person sees, errors on fields."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, replace
from math import inf
from typing import Any

from bot.cards import notice
from bot.platform import Card, FieldProblems, MembersField, OpenForm, Reply, Text, Whisper
from bot.slack.blocks import Json, chosen, render
from bot.slack.calls import Calls
from bot.slack.pickers import Groups
from bot.slack.posting import Posting
from bot.slack.views import errors, modal
from bot.texts import Texts
from engine.errors import PlatformRefused, PlatformUnavailable

log = logging.getLogger(__name__)

REMEMBERED = 5_000

REPLY = "slack: reply"
"""The name of a task that shows a reply."""

RESPONSES = 5
"""How often a response_url may be used."""

UNTIL_OPENED = 0.7
"""Seconds of a trigger's three that may pass before its modal is asked for."""

TRIGGER_LIVES = 2.9
"""Seconds for which a trigger allows opening a modal: three, less the way to Slack."""

UNTIL_SAID = 20.0
"""Seconds for which an answer waits for what else is to be said in it."""

Respond = Callable[..., Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Where:
    """Where somebody acted. trigger: allows opening a modal for three seconds; respond: answers an interaction.

    until: when the trigger is dead, on the event loop's clock. team: the workspace. at: seconds since the epoch, UTC.
    groups: asks for the user groups to choose from. more: asks for what else is to be said, where that takes longer
    than an acknowledgement may.
    """

    delivery: str
    user: str
    channel: str
    direct: bool
    texts: Texts
    trigger: str = ""
    respond: Respond | None = None
    team: str = ""
    at: float | None = None
    groups: Callable[[], Awaitable[Groups]] | None = None
    more: Callable[[], Awaitable[str]] | None = None
    until: float = inf


class Showing:
    """Shows replies after the acknowledgement, each once however often the item came."""

    def __init__(self, calls: Calls, posting: Posting) -> None:
        self._calls = calls
        self._posting = posting
        self._shown: OrderedDict[str, None] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()

    def reply(self, reply: Reply, where: Where) -> None:
        """Begin to show a reply."""
        if not isinstance(reply, Whisper | OpenForm) or where.delivery in self._shown:
            return
        self._shown[where.delivery] = None
        while len(self._shown) > REMEMBERED:
            self._shown.popitem(last=False)
        self.soon(self._open(reply, where) if isinstance(reply, OpenForm) else self._whisper(reply.card, where))

    def soon(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something after the acknowledgement."""
        task = asyncio.create_task(work, name=REPLY)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def finish(self, grace: float) -> None:
        """Give what is under way some seconds."""
        if self._tasks:
            _, late = await asyncio.wait(list(self._tasks), timeout=grace)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _open(self, reply: OpenForm, where: Where) -> None:
        groups = await _groups(reply, where)
        if asyncio.get_running_loop().time() > where.until:
            await self._whisper(notice(where.texts("opening-took-too-long")), where)
            return
        view = modal(
            reply.form,
            where.channel,
            where.texts,
            direct=where.direct,
            team=where.team,
            now=where.at,
            groups=groups,
        )
        try:
            await self._calls(self._calls.client.views_open, trigger_id=where.trigger, view=view)
        except (PlatformRefused, PlatformUnavailable) as problem:
            log.warning("modal not opened", extra={"form": reply.form.kind, "problem": str(problem)})
            await self._whisper(notice(where.texts("opening-took-too-long")), where)

    async def _whisper(self, card: Card, where: Where) -> None:
        if where.more is not None and (more := await _said(where.more)):
            card = replace(card, blocks=(*card.blocks, Text(more, untrusted=True)))
        if await self._responded(card, where):
            return
        try:
            if not where.channel:
                await self._privately(card, where)
                return
            await self._posting.show(where.channel, where.user, card)
        except (PlatformRefused, PlatformUnavailable):
            await self._privately(card, where)

    async def _responded(self, card: Card, where: Where) -> bool:
        shown = render(card)
        pages = (*shown.pages, *shown.detail)
        if where.respond is None or len(pages) > RESPONSES:
            return False
        from aiohttp import ClientError
        from slack_sdk.errors import SlackClientError

        for page in pages:
            try:
                answer = await where.respond(
                    text=page.text, blocks=page.blocks, response_type="ephemeral", replace_original=False
                )
            except (SlackClientError, ClientError, TimeoutError, OSError):
                return False
            if getattr(answer, "status_code", 200) != 200:
                return False
        return True

    async def _privately(self, card: Card, where: Where) -> None:
        """Where the bot may not speak, such as a channel it is not in, the answer comes in the conversation."""
        try:
            await self._posting.show(await self._posting.direct(where.user), None, card)
        except (PlatformRefused, PlatformUnavailable) as problem:
            log.warning("answer not shown", extra={"card": card.kind, "problem": str(problem)})

    async def mark(self, body: Json, respond: Respond) -> None:
        """Let the key of a rating stand out that somebody pressed in a message."""
        from aiohttp import ClientError
        from slack_sdk.errors import SlackClientError

        message, pressed = body["message"], body["actions"][0]
        blocks = chosen(message.get("blocks") or (), str(pressed.get("action_id")))
        try:
            await respond(text=str(message.get("text") or ""), blocks=blocks, replace_original=True)
        except (SlackClientError, ClientError, TimeoutError, OSError) as problem:
            log.warning("rating not shown as pressed", extra={"problem": str(problem)})


async def _groups(reply: OpenForm, where: Where) -> Groups:
    """The user groups to choose from, where the form asks for people and Slack answers in time."""
    if where.groups is None or not any(isinstance(one, MembersField) for one in reply.form.fields):
        return ()
    try:
        async with asyncio.timeout(UNTIL_OPENED):
            return await where.groups()
    except TimeoutError:
        return ()


async def _said(more: Callable[[], Awaitable[str]]) -> str:
    """What else is to be said; nothing where Slack does not say in time."""
    try:
        async with asyncio.timeout(UNTIL_SAID):
            return await more()
    except (TimeoutError, PlatformRefused, PlatformUnavailable):
        return ""


def on_fields(view: dict[str, Any], problems: FieldProblems) -> dict[str, Any]:
    """The acknowledgement that keeps a modal open with sentences on its fields."""
    return {"response_action": "errors", "errors": errors(view, problems.problems)}
