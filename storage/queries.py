"""What is asked of the store about rounds, the people in them, and what was said and sent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, exists, func, not_, or_, select, true

from engine.ports import Missing, Sent
from engine.rounds.model import Phase, Round, Standing
from storage.database import Database
from storage.entries import OPINIONS_HELD
from storage.prepared import upsert
from storage.rows import (
    compact,
    round_from,
    sent_from,
    standing_from,
)
from storage.tables import (
    CHANNEL_SETTINGS,
    CRITIQUES,
    ROUNDS,
    SENT,
    STANDINGS,
    TOMBSTONES,
)

OVER = (Phase.CLOSED, Phase.CANCELLED, Phase.FAILED)

_SETTINGS = upsert(CHANNEL_SETTINGS)
_ACTIVE = and_(STANDINGS.c.on_roster, not_(STANDINGS.c.left))
_HAS_CRITIQUE = and_(STANDINGS.c.critique.is_not(None), STANDINGS.c.critique_draft == ROUNDS.c.draft)
_MISSING: dict[Missing, ColumnElement[bool]] = {
    Missing.NOBODY_LEFT_OUT: true(),
    Missing.OPINION: STANDINGS.c.opinion.is_(None),
    Missing.RATING: STANDINGS.c.complete != ROUNDS.c.draft,
    Missing.CRITIQUE: not_(_HAS_CRITIQUE),
}
_HOLDS_SOMETHING = or_(
    *(
        STANDINGS.c[name].is_not(None)
        for name in ("opinion", "pending", "position_before", "position_after", "critique", "rated", "marks")
    )
)


class Queries:
    """The part of `RoundStore` that asks about rounds as a whole."""

    database: Database

    async def round(self, round: str) -> Round | None:
        """See `RoundStore.round`."""

        def work(connection: Connection) -> Round | None:
            row = connection.execute(select(ROUNDS).where(ROUNDS.c.id == round)).first()
            return None if row is None else round_from(row)

        return await self.database.read(work)

    async def standing(self, round: str, member: str) -> Standing | None:
        """See `RoundStore.standing`."""
        query = select(STANDINGS).where(STANDINGS.c.round == round, STANDINGS.c.member == member)

        def work(connection: Connection) -> Standing | None:
            row = connection.execute(query).first()
            return None if row is None else standing_from(row)

        return await self.database.read(work)

    async def rounds_in(self, channel: str, *, running: bool, limit: int = 20) -> list[Round]:
        """See `RoundStore.rounds_in`."""
        query = select(ROUNDS).where(ROUNDS.c.channel == channel, _running(running))
        return await self._rounds(query, limit)

    async def rounds_of(self, member: str, *, running: bool, limit: int = 50) -> list[Round]:
        """See `RoundStore.rounds_of`."""
        query = select(ROUNDS).join(STANDINGS, STANDINGS.c.round == ROUNDS.c.id)
        return await self._rounds(query.where(STANDINGS.c.member == member, _ACTIVE, _running(running)), limit)

    async def newest_rounds(self, limit: int) -> list[str]:
        """Ids of the rounds opened last, whatever their channel, newest first; for the operator."""
        return await self._column(
            select(ROUNDS.c.id).order_by(ROUNDS.c.opened_at.desc(), ROUNDS.c.id.desc()).limit(limit)
        )

    async def _rounds(self, query: Any, limit: int) -> list[Round]:
        newest = query.order_by(ROUNDS.c.opened_at.desc(), ROUNDS.c.id.desc()).limit(limit)
        return await self.database.read(lambda connection: [round_from(row) for row in connection.execute(newest)])

    async def rounds_seen(self, member: str) -> list[str]:
        """See `RoundStore.rounds_seen`. A round in which everything was forgotten and nothing given since is none."""
        forgotten = exists().where(TOMBSTONES.c.round == STANDINGS.c.round, TOMBSTONES.c.member == member)
        query = select(STANDINGS.c.round).where(STANDINGS.c.member == member, or_(_HOLDS_SOMETHING, ~forgotten))
        return await self._column(query.order_by(STANDINGS.c.round))

    async def members(self, round: str, missing: Missing, *, after: str | None, limit: int) -> list[str]:
        """See `RoundStore.members`."""
        query = (
            select(STANDINGS.c.member)
            .join(ROUNDS, ROUNDS.c.id == STANDINGS.c.round)
            .where(STANDINGS.c.round == round, _ACTIVE, _MISSING[missing])
        )
        known = await self.round(round) if missing is Missing.RATING else None
        if known is not None and known.hidden:
            query = query.where(_lacks_a_rating(known))
        if after is not None:
            query = query.where(STANDINGS.c.member > after)
        return await self._column(query.order_by(STANDINGS.c.member).limit(limit))

    async def quoted_to(self, round: str, candidate: str, *, after: str | None, limit: int) -> list[str]:
        """See `RoundStore.quoted_to`."""
        about = SENT.c.round == round, SENT.c.candidate == candidate, SENT.c.member.is_not(None)
        query = select(SENT.c.member).where(*about).distinct()
        if after is not None:
            query = query.where(SENT.c.member > after)
        return await self._column(query.order_by(SENT.c.member).limit(limit))

    async def _column(self, query: Any) -> list[str]:
        return await self.database.read(lambda connection: list(connection.execute(query).scalars()))

    async def opinions(self, round: str) -> list[tuple[str, str]]:
        """See `RoundStore.opinions`."""
        return await self.database.read(
            lambda connection: [(row[0], row[1]) for row in OPINIONS_HELD.run(connection, {"round": round})]
        )

    async def critiques(self, round: str, draft: int) -> list[tuple[str, str]]:
        """See `RoundStore.critiques`. In the order first given."""
        query = (
            select(CRITIQUES.c.member, CRITIQUES.c.text)
            .where(CRITIQUES.c.round == round, CRITIQUES.c.draft == draft)
            .order_by(CRITIQUES.c.id)
        )

        def work(connection: Connection) -> list[tuple[str, str]]:
            latest = {row[0]: row[1] for row in connection.execute(query)}
            return [(member, text) for member, text in latest.items() if text]

        return await self.database.read(work)

    async def positions(self, round: str) -> list[tuple[int | None, int | None]]:
        """See `RoundStore.positions`. Sorted, so that the order says nothing of who they are."""
        before, after = STANDINGS.c.position_before, STANDINGS.c.position_after
        query = (
            select(before, after)
            .where(STANDINGS.c.round == round, or_(before.is_not(None), after.is_not(None)))
            .order_by(func.coalesce(before, 0), func.coalesce(after, 0))
        )
        return await self.database.read(lambda connection: [(row[0], row[1]) for row in connection.execute(query)])

    async def sent(self, round: str, kind: str, *, draft: int | None = None, member: str | None = None) -> list[Sent]:
        """See `RoundStore.sent`."""
        query = select(SENT).where(SENT.c.round == round, SENT.c.kind == kind)
        if draft is not None:
            query = query.where(SENT.c.draft == draft)
        if member is not None:
            query = query.where(SENT.c.member == member)
        return await self._sent(query)

    async def sent_as(self, channel: str, message: str) -> Sent | None:
        """See `RoundStore.sent_as`."""
        found = await self._sent(select(SENT).where(SENT.c.channel == channel, SENT.c.message == message))
        return found[0] if found else None

    async def _sent(self, query: Any) -> list[Sent]:
        return await self.database.read(
            lambda connection: [sent_from(row) for row in connection.execute(query.order_by(SENT.c.id)).mappings()]
        )

    async def channel_settings(self, channel: str) -> dict[str, str]:
        """See `RoundStore.channel_settings`."""
        found = await self._column(select(CHANNEL_SETTINGS.c.settings).where(CHANNEL_SETTINGS.c.channel == channel))
        return dict(json.loads(found[0])) if found else {}

    async def set_channel_settings(self, channel: str, settings: Mapping[str, str]) -> None:
        """See `RoundStore.set_channel_settings`."""
        values = {"channel": channel, "settings": compact(dict(settings))}
        await self.database.write(lambda connection: _SETTINGS.run(connection, values))


def _lacks_a_rating(round: Round) -> ColumnElement[bool]:
    """Who rated all that are visible before one was hidden has a row that does not say so yet."""
    rated = [STANDINGS.c.rated.contains(json.dumps(one), autoescape=True) for one in round.visible]
    return not_(and_(STANDINGS.c.draft == round.draft, STANDINGS.c.rated.is_not(None), *rated))


def _running(running: bool) -> ColumnElement[bool]:
    return ROUNDS.c.phase.not_in([phase.value for phase in OVER]) if running else true()
