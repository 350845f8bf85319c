"""The desk at which inbound items are handled: the store, what new rounds start with, and common questions."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from bot.cards import notice
from bot.forms import BackEnds
from bot.platform import Button, Inbound, Person, Whisper
from bot.texts import Texts
from engine.ports import Delivery, RoundStore
from engine.rounds.events import Event
from engine.rounds.model import Phase, Round, Rules, Standing, draft_of
from engine.rounds.transition import Transition
from engine.service import handle

_OVER = {
    Phase.CLOSED: "round-closed",
    Phase.CANCELLED: "round-cancelled",
    Phase.FAILED: "round-failed",
}


def nothing() -> None:
    """What to do after a commit when nobody waits for it."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What every answer to an inbound item stands on.

    service_of: what a member reads about where a round's models send opinions, None when nowhere.
    committed: called after each commit, so that the outbox is looked at without waiting.
    """

    store: RoundStore
    back_ends: BackEnds
    service_of: Callable[[Rules], str | None]
    committed: Callable[[], None] = nothing

    async def happen(self, item: Inbound, round_id: str, event: Event, part: str = "") -> Transition | None:
        """Let an event happen under the item's delivery id; `part` tells several events of one item apart."""
        delivery = f"{item.delivery}/{part}" if part else item.delivery
        transition = await handle(self.store, Delivery(delivery, round_id, event))
        self.committed()
        return transition

    async def round_for(self, person: Person, round_id: str) -> Round | None:
        """A round that this person may act in from here: one of this channel, or one they have a part in."""
        round = await self.store.round(round_id)
        here = (person.channel, *person.shared)
        if round is None or round.channel in here or round.moderator == person.member:
            return round
        return round if await self.store.standing(round_id, person.member) is not None else None

    async def standing(self, round: Round, member: str) -> Standing:
        """A person's standing; a blank one for somebody never seen in this round."""
        return await self.store.standing(round.id, member) or Standing(member)

    async def running(self, person: Person) -> list[Round]:
        """The rounds that run here, newest first; in a private conversation those of the person as well."""
        found = await self.store.rounds_in(person.channel, running=True)
        if person.direct:
            known = {one.id for one in found}
            found += [one for one in await self.store.rounds_of(person.member, running=True) if one.id not in known]
        return found

    async def leading(self, round: Round) -> str | None:
        """The leading statement's text; None before a vote was counted."""
        if round.leading is None:
            return None
        candidate = dict(await self.store.candidates(round.id, draft_of(round.leading))).get(round.leading)
        return None if candidate is None else candidate.text

    def service(self, round: Round) -> str | None:
        """Where the round's opinions are sent, in a member's words; None when they stay here."""
        return self.service_of(round.rules)


def may_change(round: Round, person: Person) -> bool:
    """Whether somebody may change a round: its moderator, or whoever has the moderator role here."""
    return person.member == round.moderator or person.moderator


def whisper(texts: Texts, text_id: str, *buttons: Button, about: Round | None = None, **values: str | int) -> Whisper:
    """One sentence shown at once to the person alone."""
    return Whisper(notice(texts(text_id, **values), *buttons, about=about))


def late(round: Round, otherwise: str) -> str:
    """The text id of why a round takes something no more."""
    return _OVER.get(round.phase, otherwise)


def round_id_of(delivery: str) -> str:
    """The id of the round that this delivery opens: the same whenever it comes again."""
    digest = hashlib.sha256(delivery.encode()).digest()
    return base64.b32encode(digest[:10]).decode().lower()[:12]


def seed_of(delivery: str) -> int:
    """The seed of the round that this delivery opens, 0 to 2^31 - 1."""
    return int.from_bytes(hashlib.sha256(f"seed/{delivery}".encode()).digest()[:4], "big") >> 1
