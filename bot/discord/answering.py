"""Answers to one interaction: at once, after a deferral, or (when its token is over) in a direct message.

An interaction is answered within three seconds or never, and its token lives fifteen minutes.
Source: Discord's reference, "Receiving and Responding to Interactions".
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from bot.discord.calls import Calls
from bot.discord.messages import EPHEMERAL, Json, Page, render
from bot.discord.posting import Posting
from bot.platform import Card, Text
from engine.errors import PlatformRefused, PlatformUnavailable

log = logging.getLogger(__name__)

COMMAND, COMPONENT, AUTOCOMPLETE, MODAL = 2, 3, 4, 5
SAY, THINK, WAIT, UPDATE, SUGGEST, FORM = 4, 5, 6, 7, 8, 9
CALLBACK = "/interactions/{webhook_id}/{webhook_token}/callback"
FOLLOW_UP = "/webhooks/{webhook_id}/{webhook_token}"
ORIGINAL = "/webhooks/{webhook_id}/{webhook_token}/messages/@original"
ANSWERED_WITHIN = 3.0
"""Seconds in which an interaction is answered if it ever is."""

TOKEN_LIVES = 870.0
"""Seconds after which an interaction's token is not used any more: half a minute before Discord lets it go."""


class Answer:
    """How one interaction is answered. kept: the message it came from is one of our own that only this person sees."""

    def __init__(
        self, payload: Mapping[str, Any], calls: Calls, posting: Posting, now: Callable[[], float], *, kept: bool
    ) -> None:
        self.kind = int(payload["type"])
        self.kept = kept
        self._id = str(payload["id"])
        self._token = str(payload["token"])
        self._app = str(payload["application_id"])
        self._from_message = bool(payload.get("message"))
        self._user = int(((payload.get("member") or {}).get("user") or payload.get("user") or {"id": 0})["id"])
        self._calls = calls
        self._posting = posting
        self._now = now
        self._born = now()
        self._first = 0
        self._whispered: dict[str, str] = {}
        self._beginning = asyncio.Lock()
        self._answered = asyncio.Event()

    @property
    def may_open(self) -> bool:
        """Whether a modal can still be opened."""
        return not self._first and self.kind in {COMMAND, COMPONENT}

    @property
    def alive(self) -> bool:
        """Whether the token can still be used."""
        return self._now() - self._born < TOKEN_LIVES

    async def defer(self) -> None:
        """Tell Discord that the answer comes later."""
        later = WAIT if self.kind != COMMAND and self._from_message else THINK
        await self._begin(later, {"flags": EPHEMERAL} if later == THINK else None, later)

    async def done(self, text: str) -> None:
        """Nothing to show: a button is only acknowledged, anything else says so in a word."""
        if self._first == WAIT and not self.kept:
            return
        if self._first or self.kept or not self._from_message:
            await self.replace(Page(text).payload())
        else:
            await self._begin(WAIT, None, WAIT)

    async def show(self, card: Card) -> None:
        """Show a card to this person alone."""
        first, *rest = render(card).pages
        await self.replace(first.payload(), card)
        for page in rest:
            await self.add(page.payload())

    async def replace(self, message: Json, card: Card | None = None) -> None:
        """Show a message to this person alone, in the place of our own that they used, if they used one."""
        message = {"embeds": [], "components": [], **message}
        if await (self._begin(UPDATE, message, WAIT) if self.kept else self._begin(SAY, _private(message), SAY)):
            return
        if self._first == THINK or (self._first == WAIT and self.kept):
            if await self._with_token("PATCH", ORIGINAL, _editable(message)):
                return
        elif self._first:
            await self.add(message)
            return
        await self._in_person(message)

    async def add(self, message: Json) -> None:
        """Show one more message to this person alone."""
        if not await self._with_token("POST", FOLLOW_UP, _private(message)):
            await self._in_person(message)

    async def open(self, modal: Json) -> bool:
        """Open a modal; False where it is too late."""
        return self.may_open and await self._begin(FORM, modal, FORM)

    async def suggest(self, choices: list[Json]) -> None:
        """Offer values for the option that is being typed."""
        await self._call_back(SUGGEST, {"choices": choices})

    async def whisper_later(self, card: Card) -> str | None:
        """Show a card with this interaction's token some time after it; the message's id, None where it is over.

        What was shown so already is not shown again: an act may have several consequences that read the same.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(ANSWERED_WITHIN):
                await self._answered.wait()
        if not self.alive or not self._answered.is_set():
            return None
        pages = render(card).pages
        said = repr(pages)
        if said in self._whispered:
            return self._whispered[said]
        known: str | None = None
        for page in pages:
            made = await self._with_token("POST", FOLLOW_UP, _private(page.payload()))
            if not made:
                return known
            known = known or str(made.get("id") or "")
        self._whispered[said] = known or ""
        return known

    async def _begin(self, kind: int, data: Json | None, first: int) -> bool:
        """Answer before anything else does; False where something did, or Discord does not take it any more."""
        async with self._beginning:
            if self._first or not await self._call_back(kind, data):
                return False
            self._first = first
            return True

    async def _call_back(self, kind: int, data: Json | None) -> bool:
        answer: Json = {"type": kind} if data is None else {"type": kind, "data": data}
        try:
            await self._calls("POST", CALLBACK, json=answer, webhook_id=self._id, webhook_token=self._token)
        except PlatformRefused as refusal:
            if refusal.reason == "already_answered":
                self._first = self._first or WAIT
            log.warning("interaction not answered", extra={"kind": kind, "problem": str(refusal)})
            return False
        except PlatformUnavailable as problem:
            log.warning("interaction not answered", extra={"kind": kind, "problem": str(problem)})
            return False
        self._answered.set()
        return True

    async def _with_token(self, method: str, path: str, message: Json) -> Json | None:
        if not self.alive:
            return None
        try:
            made = await self._calls(method, path, json=message, webhook_id=self._app, webhook_token=self._token)
        except (PlatformRefused, PlatformUnavailable) as problem:
            log.warning("follow-up not shown", extra={"problem": str(problem)})
            return None
        return made if isinstance(made, dict) else {"id": ""}

    async def _in_person(self, message: Json) -> None:
        """With the bot's own token, where the interaction's is over."""
        try:
            channel = await self._posting.directs.open(self._user)
            page = Page(str(message.get("content") or ""), list(message.get("components") or ()))
            await self._posting.post(channel, page)
        except (PlatformRefused, PlatformUnavailable) as problem:
            log.warning("answer not shown", extra={"problem": str(problem)})


def _private(message: Json) -> Json:
    return {**message, "flags": int(message.get("flags") or 0) | EPHEMERAL}


def _editable(message: Json) -> Json:
    return {name: value for name, value in message.items() if name != "flags"}


def sentence(text: str) -> Card:
    """A card of one sentence."""
    return Card("notice", text, (Text(text),))
