"""Forms on Discord: opened, gone through page by page, corrected, and sent.

A form is made anew whenever one of its parts is used, by asking for it as it was asked for first; that changes
nothing, and says so when the time for it is over.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.discord import ballots, drafts, inbound
from bot.discord.answering import Answer, sentence
from bot.discord.commands import Said
from bot.discord.inbound import Act
from bot.discord.keys import FormKey
from bot.discord.modals import modal, pages, typed_in, values_in, values_of
from bot.platform import Done, FieldProblems, Form, OpenForm, Reply, Whisper
from bot.texts import Texts
from engine.errors import PlatformRefused, PlatformUnavailable

Payload = Mapping[str, Any]
Happen = Callable[[Act], Awaitable[Reply]]

COMMANDED = frozenset({"ask", "settings"})
"""Forms that a command opens; the others are opened by the button of their name."""

AGAIN = "ask-again"
OPENED = frozenset({"asked"})
"""The kinds of cards that say that a round was opened."""

Thread = Callable[[Payload, str], Awaitable[str | None]]
"""Begin a thread for a question in the channel of a payload; its id, None where rounds already live in a thread."""


@dataclass(frozen=True, slots=True)
class Asking:
    """Carries forms through their steps. happen: let an act happen. thread, unthread: begin and undo a thread."""

    happen: Happen
    thread: Thread
    unthread: Callable[[str], Awaitable[None]]
    refusal: Callable[[Payload, Mapping[str, str], Texts], str]
    """Why a round cannot live in the channel of a payload with these values, "" where it can."""

    async def command(self, payload: Payload, said: Said, answer: Answer, texts: Texts) -> None:
        """`ask` with options or in a thread: the form with what was typed, sent at once where there is a question."""
        reply = await self.happen(inbound.command(payload, "ask", "", "/form"))
        if not isinstance(reply, OpenForm):
            await self.show(reply, answer, texts)
            return
        form = reply.form
        given = dict(said.options)
        if given.get("invited", "").strip() and "roster" not in given:
            given["roster"] = "invited"
        values = {**values_in(form), "question": said.rest, **given}
        if said.rest:
            await self._send(payload, form, values, answer, texts, thread=said.thread)
        elif given:
            await answer.replace(drafts.draft(form, values, (), texts, thread=said.thread))
        else:
            await self._open(form, answer, texts, thread=said.thread)

    async def submitted(self, payload: Payload, key: FormKey, answer: Answer, texts: Texts) -> None:
        """A page came back."""
        given = values_of(payload["data"])
        if key.kind not in COMMANDED:
            await self._send_alone(payload, key, given, answer, texts)
            return
        form = await self._form(payload, key, answer, texts)
        if form is None:
            return
        message = payload.get("message") or {}
        draft = drafts.key_of(message)
        before = values_in(form) if draft is None else drafts.values_of(form, message, draft.state)
        await answer.replace(drafts.draft(form, {**before, **given}, (), texts, thread=key.thread))

    async def _send_alone(
        self, payload: Payload, key: FormKey, given: dict[str, str], answer: Answer, texts: Texts
    ) -> None:
        """A form of one modal, sent as it came; it is made anew only where something is wrong with it."""
        reply = await self.happen(inbound.submitted(payload, key.kind, key.round, key.target, given))
        if not isinstance(reply, FieldProblems):
            await self.show(reply, answer, texts)
            return
        again = await self.happen(_asked_as(payload, key))
        if isinstance(again, OpenForm):
            await answer.replace(drafts.draft(again.form, given, reply.problems, texts))
        else:
            await answer.replace(drafts.given_back(typed_in(payload["data"]), reply.problems))

    async def drafted(self, payload: Payload, key: FormKey, answer: Answer, texts: Texts) -> None:
        """A button under a draft."""
        form = await self._form(payload, key, answer, texts)
        if form is None:
            return
        message = payload["message"]
        values = drafts.values_of(form, message, key.state)
        if key.part == drafts.SEND:
            await self._send(payload, form, values, answer, texts, thread=key.thread, message=str(message["id"]))
        elif key.part.isdecimal() and int(key.part) < len(pages(form)):
            sheet = modal(form, int(key.part), values, texts, thread=key.thread)
            if not await answer.open(sheet):
                await answer.replace(drafts.draft(form, values, (), texts, thread=key.thread))

    async def balloted(self, payload: Payload, key: FormKey, answer: Answer, texts: Texts) -> None:
        """A menu or button of a ballot."""
        form = await self._form(payload, key, answer, texts)
        if form is None:
            return
        if form.target != key.target:  # it holds another set of statements, and ratings are known by their places
            said = (("", texts("ballot-changed")),)
            await answer.replace(ballots.ballot(form, 0, values_in(form), said, texts))
            return
        chosen = (payload["data"].get("values") or [""])[0]
        page, values, send = ballots.turned(form, key, str(chosen))
        problems: drafts.Problems = ()
        if send:
            message = str(payload["message"]["id"])
            reply = await self.happen(inbound.submitted(payload, form.kind, form.round, form.target, values, message))
            if not isinstance(reply, FieldProblems):
                await self.show(reply, answer, texts)
                return
            problems = reply.problems
        await answer.replace(ballots.ballot(form, page, values, problems, texts))

    async def show(self, reply: Reply, answer: Answer, texts: Texts) -> None:
        """Show whatever was replied."""
        match reply:
            case Whisper(card):
                await answer.show(card)
            case OpenForm(form):
                await self._open(form, answer, texts)
            case FieldProblems(problems):
                said = "\n".join(one for _, one in problems)
                await answer.show(sentence(said))
            case Done():
                await answer.done(texts("done"))

    async def _open(self, form: Form, answer: Answer, texts: Texts, *, thread: bool = False) -> None:
        values = values_in(form)
        if ballots.is_ballot(form):
            await answer.replace(ballots.ballot(form, 0, values, (), texts))
        elif not await answer.open(modal(form, 0, values, texts, thread=thread)):
            await answer.replace(
                drafts.draft(form, values, (("", texts("opening-took-too-long")),), texts, thread=thread)
            )

    async def _form(self, payload: Payload, key: FormKey, answer: Answer, texts: Texts) -> Form | None:
        """The form anew; None where it is not to be had any more, which the person has been told."""
        reply = await self.happen(_asked_as(payload, key))
        if isinstance(reply, OpenForm):
            return reply.form
        await self.show(reply, answer, texts)
        return None

    async def _send(
        self,
        payload: Payload,
        form: Form,
        values: dict[str, str],
        answer: Answer,
        texts: Texts,
        *,
        thread: bool = False,
        message: str = "",
    ) -> None:
        """Let a whole form happen; with problems it stays as a draft."""
        act = inbound.submitted(payload, form.kind, form.round, form.target, values, message)
        place: str | None = None
        if form.kind in COMMANDED:
            if said := self.refusal(payload, values, texts):
                await answer.replace(drafts.draft(form, values, (("invited", said),), texts, thread=thread))
                return
            if form.kind == "ask" and thread and values.get("question", "").strip():
                try:
                    place = await self.thread(payload, values["question"])
                except (PlatformRefused, PlatformUnavailable):
                    said = texts("thread-refused")
                    await answer.replace(drafts.draft(form, values, (("", said),), texts))
                    return
                if place is not None:
                    act = _elsewhere(act, place)
        reply = await self.happen(act)
        if place is not None and not (isinstance(reply, Whisper) and reply.card.kind in OPENED):
            await self.unthread(place)
        if isinstance(reply, FieldProblems):
            await answer.replace(drafts.draft(form, values, reply.problems, texts, thread=thread))
        else:
            await self.show(reply, answer, texts)


def _asked_as(payload: Payload, key: FormKey) -> Act:
    """How a form was asked for first."""
    if key.kind in COMMANDED and not key.target:
        return inbound.command(payload, key.kind, "", "/form")
    action = AGAIN if key.kind == "ask" else key.kind
    round, target = (key.target, "") if key.kind == "ask" else (key.round, key.target)
    return inbound.pressed(payload, action, round, target, "", "/form")


def _elsewhere(act: Act, channel: str) -> Act:
    return Act(act.user, channel, act.server, act.item, act.speaker)
