"""What is asked of one draft of a round: its candidates, what was predicted of them, their ratings and outcome."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Connection, RowMapping, and_, select

from engine.outcome import Outcome
from engine.ports import Ballots
from engine.records import Candidate, Drafting, Matrix, Prediction
from storage.database import Database
from storage.rows import choice_from, matrix_from, outcome_from, provenance_from
from storage.tables import CANDIDATES, DRAFTINGS, HIDINGS, OUTCOMES, RATINGS

COUNTING_PASS = 1
"""Where candidates are rated twice, the first rating is the vote; the second one measures its noise."""


class Drafts:
    """The part of `RoundStore` that asks what was drafted, and how it was rated."""

    database: Database

    async def drafting(self, round: str, draft: int) -> Drafting | None:
        """See `RoundStore.drafting`."""
        row_query = select(DRAFTINGS).where(DRAFTINGS.c.round == round, DRAFTINGS.c.draft == draft)
        query = _candidates(round, draft).order_by(CANDIDATES.c.place)

        def work(connection: Connection) -> Drafting | None:
            row = connection.execute(row_query).mappings().first()
            return None if row is None else _drafting(row, connection.execute(query).mappings().all())

        return await self.database.read(work)

    async def predicted(self, round: str, draft: int, member: str) -> dict[str, float]:
        """See `RoundStore.predicted`."""
        row_query = select(DRAFTINGS).where(DRAFTINGS.c.round == round, DRAFTINGS.c.draft == draft)
        query = _candidates(round, draft).where(CANDIDATES.c.posted.is_not(None)).order_by(CANDIDATES.c.posted)

        def work(connection: Connection) -> dict[str, float]:
            row = connection.execute(row_query).mappings().first()
            members = json.loads(row["members"]) if row is not None and row["members"] else []
            if row is None or member not in members:
                return {}
            matrix = matrix_from(row["expected_agreement"], row["opinions"], row["drafted"])
            if matrix is None:
                return {}
            mine = matrix[members.index(member)]
            posted = connection.execute(query).mappings()
            return {one["id"]: float(mine[one["place"]]) for one in posted if not np.isnan(mine[one["place"]])}

        return await self.database.read(work)

    async def candidates(self, round: str, draft: int) -> list[tuple[str, Candidate | None]]:
        """See `RoundStore.candidates`."""
        hidden = HIDINGS.c.candidate.label("hidden")
        query = (
            select(*CANDIDATES.c, hidden)
            .outerjoin(HIDINGS, HIDINGS.c.candidate == CANDIDATES.c.id)
            .where(CANDIDATES.c.round == round, CANDIDATES.c.draft == draft, CANDIDATES.c.posted.is_not(None))
            .order_by(CANDIDATES.c.posted)
        )
        return await self.database.read(
            lambda connection: [
                (row["id"], _candidate(row) if row["hidden"] is None else None)
                for row in connection.execute(query).mappings()
            ]
        )

    async def ballots(self, round: str, draft: int) -> Ballots:
        """See `RoundStore.ballots`. Voters are in the order of their ids; of two passes the first one counts."""
        return await self.database.read(lambda connection: _ballots(connection, round, draft, RATINGS.c.round == round))

    async def ratings_of(self, round: str, draft: int, member: str) -> dict[str, tuple[int | None, int | None]]:
        """See `RoundStore.ratings_of`."""
        mine = and_(RATINGS.c.round == round, RATINGS.c.member == member)
        ballots = await self.database.read(lambda connection: _ballots(connection, round, draft, mine))
        if not ballots.voters:
            return {}
        ratings = {
            candidate: (_whole(ballots.agreement[0, column]), _whole(ballots.quality[0, column]))
            for column, candidate in enumerate(ballots.posted)
        }
        return {candidate: given for candidate, given in ratings.items() if given != (None, None)}

    async def outcome(self, round: str, draft: int) -> Outcome | None:
        """See `RoundStore.outcome`."""
        query = select(OUTCOMES.c.outcome).where(OUTCOMES.c.round == round, OUTCOMES.c.draft == draft)
        found = await self.database.read(lambda connection: connection.execute(query).scalar())
        return None if found is None else outcome_from(found)


def _candidates(round: str, draft: int) -> Any:
    return select(CANDIDATES).where(CANDIDATES.c.round == round, CANDIDATES.c.draft == draft)


def _candidate(row: RowMapping) -> Candidate:
    return Candidate(row["text"], provenance_from(row["provenance"]))


def _drafting(row: RowMapping, candidates: Sequence[RowMapping]) -> Drafting:
    shape = row["opinions"], row["drafted"]
    score = matrix_from(row["score"], *shape)
    if score is None:
        raise AssertionError("a drafting is kept with its scores")
    posted = sorted((one["posted"], one["place"]) for one in candidates if one["posted"] is not None)
    return Drafting(
        candidates=tuple(_candidate(one) for one in candidates),
        prediction=Prediction(
            score, matrix_from(row["expected_agreement"], *shape), matrix_from(row["p_agree"], *shape)
        ),
        welfare=tuple(one["welfare"] for one in candidates),
        ranking=tuple(one["place"] for one in sorted(candidates, key=lambda one: one["rank"])),
        posted=tuple(place for _, place in posted),
        notes=tuple(json.loads(row["notes"])),
        choice=choice_from(row["choice"]),
    )


def _ballots(connection: Connection, round: str, draft: int, whose: ColumnElement[bool]) -> Ballots:
    """The last rating of each person, candidate and scale; an agreement taken back is none."""
    query = (
        select(CANDIDATES.c.id)
        .where(CANDIDATES.c.round == round, CANDIDATES.c.draft == draft, CANDIDATES.c.posted.is_not(None))
        .order_by(CANDIDATES.c.posted)
    )
    posted = tuple(connection.execute(query).scalars())
    column = {candidate: index for index, candidate in enumerate(posted)}
    entries = connection.execute(
        select(RATINGS.c.member, RATINGS.c.candidate, RATINGS.c.agreement, RATINGS.c.quality, RATINGS.c.withdrawn)
        .where(whose, RATINGS.c.draft == draft, RATINGS.c.rating_pass == COUNTING_PASS)
        .order_by(RATINGS.c.id)
    )
    agreements: dict[str, dict[int, float]] = defaultdict(dict)
    qualities: dict[str, dict[int, float]] = defaultdict(dict)
    for member, candidate, agreement, quality, withdrawn in entries:
        place = column.get(candidate)
        if place is None:
            continue
        if withdrawn:
            agreements[member].pop(place, None)
        if agreement is not None:
            agreements[member][place] = agreement
        if quality is not None:
            qualities[member][place] = quality
    voters = tuple(sorted(one for one in {*agreements, *qualities} if agreements[one] or qualities[one]))
    return Ballots(voters, posted, _matrix(voters, posted, agreements), _matrix(voters, posted, qualities))


def _matrix(voters: Sequence[str], posted: Sequence[str], given: Mapping[str, Mapping[int, float]]) -> Matrix:
    matrix = np.full((len(voters), len(posted)), np.nan)
    for row, voter in enumerate(voters):
        for place, rating in given.get(voter, {}).items():
            matrix[row, place] = rating
    return matrix


def _whole(value: float) -> int | None:
    return None if np.isnan(value) else int(value)
