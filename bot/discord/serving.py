"""Discord's side of the door: what people do, out of the gateway, to the handler and back.

discord.py keeps the connection; the gateway's payloads are read as they came, so that what was shown before a
restart works after it. Discord repeats no event, so what the database did not take is tried again here.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any

from bot.discord import commands, inbound
from bot.discord.answering import AUTOCOMPLETE, COMMAND, COMPONENT, MODAL, Answer, sentence
from bot.discord.asking import Asking
from bot.discord.calls import Calls
from bot.discord.directory import Directory
from bot.discord.drafts import key_of
from bot.discord.ids import ours
from bot.discord.inbound import KEYCAPS, Act
from bot.discord.keycaps import Keycaps
from bot.discord.keys import FormKey, Pressed, read_key
from bot.discord.messages import render
from bot.discord.posting import Posting
from bot.discord.silence import Silence
from bot.discord.threads import Threads, missing_rights
from bot.platform import Done, Handler, Inbound, PostDeleted, Reply, Whisper
from bot.texts import Texts
from bot.turns import Turns
from engine.errors import PlatformRefused, PlatformUnavailable, StoreUnavailable
from engine.ports import Clock

log = logging.getLogger(__name__)

DEFER_AFTER = 1.8
"""Seconds after which an interaction is deferred; Discord waits three."""

WRITERS = 5_000
PATIENCE = 600.0
"""Seconds for which something is tried again that the database did not take."""

LONGEST_WAIT = 20.0
TOLD = 2_000
"""Interactions of which is known that they came, so that they are answered once when Discord tells of them again."""

Payload = Mapping[str, Any]


class Serving:
    """Listens for what people do on all servers of one bot and gives it to the handler.

    after_gap: called at the start and when events may have been missed.
    """

    def __init__(
        self,
        handler: Handler,
        calls: Calls,
        posting: Posting,
        directory: Directory,
        keycaps: Keycaps,
        clock: Clock,
        *,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        defer_after: float = DEFER_AFTER,
    ) -> None:
        self._handler = handler
        self._calls = calls
        self._posting = posting
        self._directory = directory
        self._keycaps = keycaps
        self._clock = clock
        self.after_gap: Callable[[], Awaitable[None]] | None = None
        self._pause = pause
        self._defer_after = defer_after
        self._threads = Threads(calls)
        self._asking = Asking(self.happen, self._threads.begin, self._threads.undo, self._refusal)
        self._turns = Turns()
        self._last: OrderedDict[str, Answer] = OrderedDict()
        self._interactions: OrderedDict[str, None] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()
        self._latest = 0.0
        self._gap: asyncio.Task[None] | None = None
        self._unheard: set[asyncio.Event] = set()
        self._wanted = False
        self.silence = Silence(clock)
        self._gaps = 0
        self.bot = ""

    def take(self, event: str, data: Payload) -> None:
        """Begin to handle a gateway event, in the order in which it came."""
        match event:
            case "INTERACTION_CREATE" if self._first_time(str(data["id"])):
                self._soon(self._interaction(data), "interaction")
            case "MESSAGE_CREATE" if not data.get("guild_id"):
                self._soon(self.hear(inbound.written(data)), "message")
            case "MESSAGE_UPDATE" if not data.get("guild_id"):
                self._soon(self.hear(inbound.edited(data, self._clock.now())), "edit")
            case "MESSAGE_DELETE" if not data.get("guild_id"):
                self._soon(self._deleted(data), "deletion")
            case "MESSAGE_REACTION_ADD" | "MESSAGE_REACTION_REMOVE":
                self._reaction(data, added=event.endswith("ADD"))
            case "MESSAGE_REACTION_REMOVE_ALL" | "MESSAGE_REACTION_REMOVE_EMOJI":
                self.reconcile()
            case "MESSAGE_DELETE":
                self.gone(str(data["channel_id"]), str(data["id"]))
            case "MESSAGE_DELETE_BULK":
                self.gone(str(data["channel_id"]), *(str(one) for one in data["ids"]))
            case "CHANNEL_DELETE":
                self.gone(str(data["id"]), "")
            case "GUILD_MEMBER_REMOVE":
                self._soon(self._left(data), "leaving")
            case _:
                return

    def _first_time(self, interaction: str) -> bool:
        """Whether an interaction was not told of before: a new session may be told again what the last one was."""
        if interaction in self._interactions:
            return False
        self._interactions[interaction] = None
        while len(self._interactions) > TOLD:
            self._interactions.popitem(last=False)
        return True

    def gone(self, channel: str, *messages: str) -> None:
        """Messages in a server were deleted, or ("") a channel or thread."""
        for message in messages:
            self._soon(self._lost(inbound.gone(channel, message, self._clock.now())), "loss")

    async def finish(self, grace: float) -> None:
        """Give what is under way some seconds."""
        if self._gap is not None:
            self._gap.cancel()
        if self._tasks:
            _, late = await asyncio.wait(list(self._tasks), timeout=grace)
            for task in late:
                task.cancel()

    def reconcile(self) -> None:
        """Compare what stands on Discord with what reached us, after whatever else happens at this moment."""
        if self.after_gap is None:
            return
        self._wanted = True
        if self._gap is None or self._gap.done():
            self._gap = asyncio.create_task(self._reconciled(self.after_gap), name="discord: catching up")

    async def _reconciled(self, catch_up: Callable[[], Awaitable[None]]) -> None:
        wait = 1.0
        while self._wanted:
            self._wanted = False
            # What came before the gap and still waits for its turn is older than what is read now.
            for one in list(self._unheard):
                await one.wait()
            try:
                await catch_up()
            except (PlatformUnavailable, StoreUnavailable) as problem:
                log.warning("not caught up yet", extra={"problem": str(problem)})
                self._wanted = True
                await self._pause(wait)
                wait = min(wait * 2, LONGEST_WAIT)
        self.silence.found_out()

    async def fall_back(self, user: int, card: Any) -> str | None:
        """Show somebody a private card where they last pressed something; the message's id, None where it is over."""
        answer = self._last.get(str(user))
        return None if answer is None else await answer.whisper_later(card)

    async def happen(self, act: Act) -> Reply:
        """Let an act happen. Acts of one person come in their order."""
        return await self._take_in(act.item(await self._directory.person(act)))

    async def _lost(self, item: PostDeleted) -> None:
        await self._take_in(item)

    async def _take_in(self, item: Inbound) -> Reply:
        """Hand an item on, again while the database does not answer."""
        wait, until = 0.2, self._clock.now() + PATIENCE
        while True:
            try:
                return await self._handler(item)
            except StoreUnavailable as problem:
                if self._clock.now() > until:
                    raise
                log.warning("not saved yet", extra={"item": type(item).__name__, "problem": str(problem)})
                await self._pause(problem.retry_after or wait)
                wait = min(wait * 2, LONGEST_WAIT)

    def _soon(self, work: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.create_task(work, name=f"discord: {name}")
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (problem := task.exception()) is not None:
            log.error("not handled", exc_info=problem, extra={"task": task.get_name()})

    async def _interaction(self, payload: Payload) -> None:
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
        self._posting.opened(int(user))
        self._last[user] = answer
        self._last.move_to_end(user)
        while len(self._last) > WRITERS:
            self._last.popitem(last=False)
        async with asyncio.TaskGroup() as tasks:
            deferring = tasks.create_task(self._defer(answer))
            try:
                async with self._turns.of(user):
                    await self._answered(payload, kind, answer, texts)
            except StoreUnavailable:
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
                await self._asking.show(await self.happen(act), answer, texts)
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
            await self._asking.show(await self.happen(act), answer, texts)

    def _refusal(self, payload: Payload, values: Mapping[str, str], texts: Texts) -> str:
        from bot.commands.opening import invited_by

        if values.get("roster") != "invited":
            return ""
        references = invited_by(values.get("invited", ""), ours(str(payload["channel_id"])))
        return texts("members-not-listed") if self._directory.cannot_list(references) else ""

    async def hear(self, act: Act | None, show: bool = True) -> None:
        """A direct message, or an edit of one. show: say what is to be said at once."""
        if act is None or act.user in {"", self.bot}:
            return
        self._posting.meet(int(act.user), int(act.channel))
        self._posting.opened(int(act.user))
        async with self._turns.of(act.user):
            reply = await self.happen(act)
            if show:
                await self._reply(act, reply)

    async def _deleted(self, data: Payload) -> None:
        act = inbound.deleted(data, await self._posting.whose(str(data["channel_id"])), self._clock.now())
        if act is not None:
            async with self._turns.of(act.user):
                await self.happen(act)

    async def _reply(self, act: Act, reply: Reply) -> None:
        """What is to be said at once to somebody who wrote."""
        if not isinstance(reply, Whisper):
            return
        try:
            for page in render(reply.card).pages:
                await self._posting.post(int(act.channel), page)
        except (PlatformRefused, PlatformUnavailable) as problem:
            log.warning("answer not shown", extra={"problem": str(problem)})

    def _reaction(self, data: Payload, *, added: bool) -> None:
        """Reactions are ordered by when the gateway told of them: Discord gives them no time of their own."""
        self._latest = max(self._clock.now(), self._latest + 1e-4)
        act = inbound.reacted(data, self.bot, self._latest, added=added)
        if act is None:
            return
        emoji = str((data.get("emoji") or {}).get("name"))
        mark = (str(data["message_id"]), act.user, emoji)
        if not added and self._keycaps.taken_by_us(mark):
            return
        self._soon(self._reacted(act, data, self._keycaps.came(), added=added), "reaction")

    async def _reacted(self, act: Act, data: Payload, place: int, *, added: bool) -> None:
        message, heard = str(data["message_id"]), asyncio.Event()
        self._unheard.add(heard)
        try:
            async with self._turns.of(act.user):
                reply = await self.happen(act)
        finally:
            heard.set()
            self._unheard.discard(heard)
        digit = inbound.emoji_name(data.get("emoji") or {})
        if not added:
            self._keycaps.took(message, act.user, digit, place)
        elif isinstance(reply, Whisper):
            await self._not_counted(act, data, reply)
        elif isinstance(reply, Done) and digit in KEYCAPS and message in self._posting.seeded:
            for before in self._keycaps.put(message, act.user, digit, place):
                await self._keycaps.remove(act.channel, message, act.user, KEYCAPS[before], quietly=False)
                self._keycaps.took(message, act.user, before, place)

    async def _not_counted(self, act: Act, data: Payload, reply: Whisper) -> None:
        message, emoji = str(data["message_id"]), data.get("emoji") or {}
        if act.direct:
            await self._reply(act, reply)
            return
        written = f"{emoji.get('name')}:{emoji['id']}" if emoji.get("id") else str(emoji.get("name"))
        removed = asyncio.create_task(
            self._keycaps.remove(act.channel, message, act.user, written, quietly=True), name="discord: reaction off"
        )
        await self._keycaps.say(act.channel, message, reply.card)
        await removed

    async def _left(self, data: Payload) -> None:
        """Somebody left a server, and so every channel of it."""
        for channel in self._directory.channels_of(int(data["guild_id"])):
            act = inbound.left(data, channel, self._clock.now())
            async with self._turns.of(act.user):
                await self.happen(act)
        self._directory.forget(str((data.get("user") or {}).get("id")))


def _is_ballot(message: Payload) -> bool:
    for row in message.get("components") or ():
        for one in row.get("components") or ():
            key = read_key(str(one.get("custom_id") or ""))
            if isinstance(key, FormKey) and key.place == "b":
                return True
    return False
