"""`/consensus hide 2 REASON`: a moderator hides a posted statement, by its number or from a form.

Numbers are those of the statements posted last. Earlier ones, which a revision or a reopening left in the channel, are
in the form too, and nobody rates them any more.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.desk import Desk, may_change, whisper
from bot.forms import hide_form
from bot.platform import ButtonPressed, CommandGiven, Done, FieldProblems, FormSubmitted, OpenForm, Reply
from bot.texts import Texts
from engine.records import Candidate
from engine.rounds.events import CandidateHidden
from engine.rounds.model import MAX_REASON, Round

Drafts = Sequence[tuple[int, Sequence[tuple[str, Candidate | None]]]]
"""(draft, its posted candidates as the store gives them), the newest first."""


class Hiding:
    """Hides statements on behalf of those who may; that is said, logged, and never undone."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def hide(
        self, item: CommandGiven | ButtonPressed | FormSubmitted, round: Round, rest: str, texts: Texts
    ) -> Reply:
        """`rest`: the number above the statement and a reason; a form asks for both when it is empty."""
        drafts = await self._posted(round)
        if not drafts:
            return whisper(texts, "nothing-to-hide")
        if not rest:
            if all(drafted is None for _, posted in drafts for _, drafted in posted):
                return whisper(texts, "nothing-to-hide")
            return OpenForm(hide_form(round, drafts, texts))
        given, _, reason = rest.partition(" ")
        number = given.removeprefix("#").rstrip(".,:")
        if not _NUMBER.fullmatch(number):
            return whisper(texts, "hide-number-unclear")
        return await self._hide(item, round, _place(number, drafts[0][0]), reason.strip(), texts)

    async def submitted(self, item: FormSubmitted, round: Round, texts: Texts) -> Reply:
        """The form came back; its numbers are those of the draft that was the newest when it was opened."""
        if not may_change(round, item.person):
            return whisper(texts, "not-moderator", about=round)
        values = dict(item.values)
        number, reason = values.get("statement", "").strip(), values.get("reason", "").strip()
        if not _NUMBER.fullmatch(number):
            return FieldProblems((("statement", texts("hide-number-unclear")),))
        if len(reason) > MAX_REASON:
            return FieldProblems((("reason", texts("hide-reason-too-long", limit=MAX_REASON, length=len(reason))),))
        newest = int(item.target) if item.target.isdecimal() else round.draft
        return await self._hide(item, round, _place(number, newest), reason, texts)

    async def _hide(
        self,
        item: CommandGiven | ButtonPressed | FormSubmitted,
        round: Round,
        place: tuple[int, int],
        reason: str,
        texts: Texts,
    ) -> Reply:
        """`place`: the draft, and the number of the statement in it from 1."""
        draft, number = place
        posted = await self._desk.store.candidates(round.id, draft) if 0 < draft <= round.draft else []
        if not 1 <= number <= len(posted):
            return whisper(texts, "hide-no-such-number", about=round, number=number, posted=len(posted))
        if len(reason) > MAX_REASON:
            return whisper(texts, "hide-reason-too-long", about=round, limit=MAX_REASON, length=len(reason))
        candidate, drafted = posted[number - 1]
        if drafted is None:
            return whisper(texts, "hidden-already", about=round, number=number)
        event = CandidateHidden(item.at, item.person.member, candidate, reason, item.person.moderator)
        await self._desk.happen(item, round.id, event)
        return Done()

    async def _posted(self, round: Round) -> Drafts:
        drafts = [(draft, await self._desk.store.candidates(round.id, draft)) for draft in range(round.draft, 0, -1)]
        return [(draft, posted) for draft, posted in drafts if posted]


_NUMBER = re.compile(r"(?:\d{1,9}\.)?\d{1,9}", re.A)


def _place(number: str, newest: int) -> tuple[int, int]:
    """(draft, number) that "2" or, of an earlier draft, "1.2" stands for."""
    draft, _, of_draft = number.rpartition(".")
    return int(draft) if draft else newest, int(of_draft)
