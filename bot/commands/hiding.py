"""`/consensus hide 2 REASON`: a moderator hides a posted statement, by its number or from a form."""

from __future__ import annotations

from bot.desk import Desk, may_change, whisper
from bot.forms import hide_form
from bot.platform import ButtonPressed, CommandGiven, Done, FieldProblems, FormSubmitted, OpenForm, Reply
from bot.texts import Texts
from engine.rounds.events import CandidateHidden
from engine.rounds.model import MAX_REASON, Round


class Hiding:
    """Hides statements on behalf of those who may; that is said, logged, and never undone."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def hide(
        self, item: CommandGiven | ButtonPressed | FormSubmitted, round: Round, rest: str, texts: Texts
    ) -> Reply:
        """`rest`: the number above the statement and a reason; a form asks for both when it is empty."""
        posted = await self._desk.store.candidates(round.id, round.draft)
        if not posted:
            return whisper(texts, "nothing-to-hide")
        if not rest:
            if all(drafted is None for _, drafted in posted):
                return whisper(texts, "nothing-to-hide")
            return OpenForm(hide_form(round, posted, texts))
        given, _, reason = rest.partition(" ")
        number = given.removeprefix("#").rstrip(".,:")
        if not number.isdecimal():
            return whisper(texts, "hide-number-unclear")
        return await self._hide(item, round, int(number[:9]), reason.strip(), texts)

    async def submitted(self, item: FormSubmitted, round: Round, texts: Texts) -> Reply:
        """The form came back; what its vote was about may be over by then."""
        if not may_change(round, item.person):
            return whisper(texts, "not-moderator", about=round)
        values = dict(item.values)
        number, reason = values.get("statement", "").strip(), values.get("reason", "").strip()
        if not number.isdecimal():
            return FieldProblems((("statement", texts("hide-number-unclear")),))
        if len(reason) > MAX_REASON:
            return FieldProblems((("reason", texts("hide-reason-too-long", limit=MAX_REASON, length=len(reason))),))
        if item.target != str(round.draft):
            return whisper(texts, "hide-not-posted", about=round)
        return await self._hide(item, round, int(number[:9]), reason, texts)

    async def _hide(
        self, item: CommandGiven | ButtonPressed | FormSubmitted, round: Round, number: int, reason: str, texts: Texts
    ) -> Reply:
        posted = await self._desk.store.candidates(round.id, round.draft)
        if not 1 <= number <= len(posted):
            return whisper(texts, "hide-no-such-number", about=round, number=number, posted=len(posted))
        if len(reason) > MAX_REASON:
            return whisper(texts, "hide-reason-too-long", about=round, limit=MAX_REASON, length=len(reason))
        candidate, _ = posted[number - 1]
        event = CandidateHidden(item.at, item.person.member, candidate, reason, item.person.moderator)
        await self._desk.happen(item, round.id, event)
        return Done()
