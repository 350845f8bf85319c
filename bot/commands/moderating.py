"""What a moderator changes: extend, close, cancel, reopen, hide, remind, retry, and a critique iteration."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from bot.cards import confirm_cancel, pick_round
from bot.commands.hiding import Hiding
from bot.desk import Desk, may_change, whisper
from bot.durations import parse_duration
from bot.forms import duration_form
from bot.platform import (
    ButtonPressed,
    CommandGiven,
    Done,
    FieldProblems,
    FormSubmitted,
    OpenForm,
    Reply,
    Whisper,
)
from bot.texts import Texts
from engine.ports import Delivery
from engine.rounds.events import (
    AnnouncementWanted,
    CritiqueRequested,
    PhaseAdvanced,
    ReminderDue,
    RoundCancelled,
    RoundExtended,
    RoundReopened,
)
from engine.rounds.model import Phase, Round
from engine.service import handle

Item = CommandGiven | ButtonPressed | FormSubmitted
Carry = Callable[[Item, Round, str, Texts], Awaitable[Reply]]

ANSWERED = (Phase.COLLECTING, Phase.VOTING, Phase.CRITIQUING)
RUNNING = (*ANSWERED, Phase.DRAFTING, Phase.TALLYING)
MOST_OFFERED = 5
"""Of ended rounds only so many, the newest, are offered to choose from."""

_FITS: dict[str, tuple[Phase, ...]] = {
    "extend": ANSWERED,
    "close": ANSWERED,
    "remind": ANSWERED,
    "cancel": (*RUNNING, Phase.FAILED),
    "reopen": (Phase.CLOSED, Phase.FAILED),
    "hide": tuple(Phase),
}
_NONE: dict[str, str] = {
    "extend": "nothing-to-extend",
    "close": "nothing-to-close",
    "remind": "nothing-to-remind",
    "cancel": "nothing-to-cancel",
    "reopen": "nothing-to-reopen",
    "hide": "nothing-to-hide",
}


class Moderating:
    """Changes rounds on behalf of those who may."""

    def __init__(self, desk: Desk, hiding: Hiding) -> None:
        self._desk = desk
        self._carries: dict[str, Carry] = {
            "extend": self._extend,
            "close": self._advance,
            "remind": self._remind,
            "cancel": self._confirm_cancel,
            "reopen": self._reopen,
            "hide": hiding.hide,
        }

    async def command(self, item: CommandGiven, texts: Texts) -> Reply:
        """One of the moderator's words: find the round that is meant, or ask which."""
        word, rest = item.word, item.rest.strip()
        if word in {"extend", "reopen"} and rest and parse_duration(rest) is None:
            return whisper(texts, "duration-unclear", given=rest[:40])
        fitting = await self._fitting(item, _FITS[word])
        if word == "hide":
            fitting = _with_statements(fitting)
        if not fitting:
            return whisper(texts, _NONE[word])
        if len(fitting) > 1:
            offered = fitting[:MOST_OFFERED]
            return Whisper(pick_round(texts("which-round"), f"do-{word}", rest, offered, texts))
        return await self.carry(item, word, fitting[0], rest, texts)

    async def carry(self, item: Item, word: str, round: Round, rest: str, texts: Texts) -> Reply:
        """Do what the word says to this round, if this person may."""
        if not may_change(round, item.person):
            return whisper(texts, "not-moderator", about=round)
        return await self._carries[word](item, round, rest, texts)

    async def pressed(self, item: ButtonPressed, round: Round, texts: Texts) -> Reply:
        """A button of a moderator's card."""
        if not may_change(round, item.person):
            return whisper(texts, "not-moderator", about=round)
        by, privileged = item.person.member, item.person.moderator
        match item.action:
            case "extend" | "reopen":
                return OpenForm(duration_form(item.action, round, texts))
            case "cancel":
                await self._desk.happen(item, round.id, RoundCancelled(item.at, by, privileged))
            case "critique-iteration":
                await self._desk.happen(item, round.id, CritiqueRequested(item.at, by, privileged))
            case "hide":
                return await self._carries["hide"](item, round, "", texts)
            case "deliver-again":
                return await self._deliver_again(item, round, texts)
            case "announce-again":
                return await self._announce_again(item, round, texts)
            case _:
                await self._desk.happen(item, round.id, PhaseAdvanced(item.at, by, privileged))
        return Done()

    async def submitted(self, item: FormSubmitted, round: Round, texts: Texts) -> Reply:
        """The form with a duration came back."""
        given = dict(item.values).get("duration", "").strip()
        if parse_duration(given) is None:
            text = texts("duration-unclear", given=given[:40]) if given else texts("duration-missing")
            return FieldProblems((("duration", text),))
        return await self.carry(item, item.form, round, given, texts)

    async def _fitting(self, item: CommandGiven, phases: tuple[Phase, ...]) -> list[Round]:
        found = await self._desk.running(item.person)
        if any(phase in phases for phase in (Phase.CLOSED, Phase.FAILED)):
            found += await self._desk.store.rounds_in(item.person.channel, running=False)
        unique = {one.id: one for one in found if one.phase in phases}
        return list(unique.values())

    async def _extend(self, item: Item, round: Round, rest: str, texts: Texts) -> Reply:
        seconds = parse_duration(rest)
        if seconds is None:
            return OpenForm(duration_form("extend", round, texts))
        deadline = max(item.at, round.deadline or item.at) + seconds
        event = RoundExtended(item.at, item.person.member, deadline, item.person.moderator)
        await self._desk.happen(item, round.id, event)
        return Done()

    async def _advance(self, item: Item, round: Round, rest: str, texts: Texts) -> Reply:
        event = PhaseAdvanced(item.at, item.person.member, item.person.moderator)
        await self._desk.happen(item, round.id, event)
        return Done()

    async def _remind(self, item: Item, round: Round, rest: str, texts: Texts) -> Reply:
        event = ReminderDue(item.at, round.deadline, item.person.member, item.person.moderator)
        await self._desk.happen(item, round.id, event)
        return Done()

    async def _confirm_cancel(self, item: Item, round: Round, rest: str, texts: Texts) -> Reply:
        return Whisper(confirm_cancel(round, texts))

    async def _reopen(self, item: Item, round: Round, rest: str, texts: Texts) -> Reply:
        seconds = parse_duration(rest)
        if seconds is None:
            return OpenForm(duration_form("reopen", round, texts))
        event = RoundReopened(item.at, item.person.member, item.at + seconds, item.person.moderator)
        await self._desk.happen(item, round.id, event)
        return Done()

    async def _deliver_again(self, item: ButtonPressed, round: Round, texts: Texts) -> Reply:
        if not item.target.startswith(f"{round.id}/"):
            return whisper(texts, "nothing-undelivered", about=round)
        waits = await self._desk.store.retry(item.target, item.at)
        self._desk.committed()
        return whisper(texts, "delivered-again" if waits else "nothing-undelivered", about=round)

    async def _announce_again(self, item: ButtonPressed, round: Round, texts: Texts) -> Reply:
        """Once for each announcement that was deleted, however often the button is pressed."""
        posted = await self._desk.store.sent(round.id, "announcement")
        if posted and posted[-1].message != item.target:
            return whisper(texts, "announced-again", about=round)
        event = AnnouncementWanted(item.at, item.person.member, item.person.moderator)
        await handle(self._desk.store, Delivery(f"again/{round.channel}/{item.target}", round.id, event))
        self._desk.committed()
        return Done()


def _with_statements(rounds: list[Round]) -> list[Round]:
    """Those with posted statements; while some of them run, the ended ones are not asked about."""
    posted = [one for one in rounds if one.posted or one.draft > 1]
    return [one for one in posted if one.phase in RUNNING] or posted
