"""Commands, buttons, menus and modals: each interaction answered once, within Discord's three seconds."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from bot.discord import commands, inbound
from bot.discord.acting import Acting
from bot.discord.answering import AUTOCOMPLETE, COMMAND, COMPONENT, MODAL, Answer, sentence
from bot.discord.asking import Asking
from bot.discord.calls import Calls
from bot.discord.directory import Directory
from bot.discord.drafts import key_of
from bot.discord.ids import ours
from bot.discord.keys import FormKey, Pressed, read_key
from bot.discord.posting import Posting
from bot.discord.threads import Threads, missing_rights
from bot.platform import Card
from bot.texts import Texts
from engine.errors import PlatformUnavailable, StoreUnavailable
from engine.ports import Clock

DEFER_AFTER = 1.8
"""Seconds after which an interaction is deferred; Discord waits three."""

PEOPLE = 5_000
"""People of whom is known where they last pressed something."""

TOLD = 2_000
"""Interactions of which is known that they came, so that they are answered once when Discord tells of them again."""

Payload = Mapping[str, Any]


class Interacting:
    """Answers interactions. defer_after: seconds without an answer after which Discord is told that it comes later."""

    def __init__(
        self,
        acting: Acting,
        calls: Calls,
        posting: Posting,
        directory: Directory,
        threads: Threads,
        clock: Clock,
        *,
        defer_after: float = DEFER_AFTER,
    ) -> None:
        self._acting = acting
        self._calls = calls
        self._posting = posting
        self._directory = directory
        self._clock = clock
        self._defer_after = defer_after
        self._asking = Asking(acting.happen, threads.begin, threads.undo, self._refusal)
        self._last: OrderedDict[str, Answer] = OrderedDict()
        self._told: OrderedDict[str, None] = OrderedDict()

    def first_time(self, interaction: str) -> bool:
        """Whether an interaction was not told of before: a new session may be told again what the last one was."""
        if interaction in self._told:
            return False
        self._told[interaction] = None
        while len(self._told) > TOLD:
            self._told.popitem(last=False)
        return True

    async def fall_back(self, user: int, card: Card) -> str | None:
        """Show somebody a private card where they last pressed something; the message's id, None where it is over."""
        answer = self._last.get(str(user))
        return None if answer is None else await answer.whisper_later(card)

    async def came(self, payload: Payload) -> None:
        """Answer an interaction."""
        kind = int(payload["type"])
        kept = key_of(payload.get("message") or {}) is not None or _is_ballot(payload.get("message") or {})
        answer = Answer(payload, self._calls, self._posting, self._clock.now, kept=kept)
        if kind == AUTOCOMPLETE:
            await answer.suggest(commands.suggestions(payload["data"]))
            return
        if kind not in {COMMAND, COMPONENT, MODAL}:
            return
        user = inbound.user_of(payload)
        texts = Texts(inbound.speaker(payload).locale)
        self._posting.directs.opens(int(user))
        self._last[user] = answer
        self._last.move_to_end(user)
        while len(self._last) > PEOPLE:
            self._last.popitem(last=False)
        async with asyncio.TaskGroup() as tasks:
            deferring = tasks.create_task(self._defer(answer))
            try:
                async with self._acting.turns.of(user):
                    await self._answered(payload, kind, answer, texts)
            except (StoreUnavailable, PlatformUnavailable):
                await answer.show(sentence(texts("not-saved")))
            finally:
                deferring.cancel()

    async def _defer(self, answer: Answer) -> None:
        await asyncio.sleep(self._defer_after)
        await answer.defer()

    async def _answered(self, payload: Payload, kind: int, answer: Answer, texts: Texts) -> None:
        if kind == COMMAND:
            await self._command(payload, answer, texts)
            return
        key = read_key(str(payload["data"].get("custom_id") or ""))
        match key:
            case Pressed():
                value = str((payload["data"].get("values") or [""])[0])
                act = inbound.pressed(payload, key.action, key.round, key.target, value)
                await self._asking.show(await self._acting.happen(act), answer, texts)
            case FormKey(place="m") if kind == MODAL:
                await self._asking.submitted(payload, key, answer, texts)
            case FormKey(place="d"):
                await self._asking.drafted(payload, key, answer, texts)
            case FormKey(place="b"):
                await self._asking.balloted(payload, key, answer, texts)
            case _:
                await answer.show(sentence(texts("unknown-action")))

    async def _command(self, payload: Payload, answer: Answer, texts: Texts) -> None:
        said = commands.said(payload["data"])
        if said.word == "ask" and (why := missing_rights(payload, texts, thread=said.thread)):
            await answer.show(sentence(why))
        elif said.word == "ask" and (said.options or said.thread):
            await self._asking.command(payload, said, answer, texts)
        else:
            act = inbound.command(payload, said.word, said.rest)
            await self._asking.show(await self._acting.happen(act), answer, texts)

    def _refusal(self, payload: Payload, values: Mapping[str, str], texts: Texts) -> str:
        from bot.commands.opening import invited_by

        if values.get("roster") != "invited":
            return ""
        references = invited_by(values.get("invited", ""), ours(str(payload["channel_id"])))
        return texts("members-not-listed") if self._directory.cannot_list(references) else ""


def _is_ballot(message: Payload) -> bool:
    for row in message.get("components") or ():
        for one in row.get("components") or ():
            key = read_key(str(one.get("custom_id") or ""))
            if isinstance(key, FormKey) and key.place == "b":
                return True
    return False
