"""What the database holds of one round, read in one snapshot."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, func, select, tuple_

from engine.outcome import Outcome
from engine.records import Matrix, Provenance
from engine.rounds.model import Round
from storage.outbox import POSTED_AGAIN
from storage.rows import matrix_from, outcome_from, provenance_from, round_from
from storage.tables import (
    AUDIT,
    CANDIDATES,
    CRITIQUES,
    DRAFTINGS,
    HIDINGS,
    OPINIONS,
    OUTCOMES,
    POSITIONS,
    RATINGS,
    ROUNDS,
    STANDINGS,
    TOMBSTONES,
)

PAGE = 500
Rows = Sequence[Any]
"""Database rows, by attribute."""


@dataclass(frozen=True, slots=True, eq=False)
class DraftLog:
    """One drafting. score, expected_agreement, p_agree: [members, candidates]; members: None when not certain."""

    draft: int
    iteration: int
    opinions: int
    members: tuple[str, ...] | None
    score: Matrix
    expected_agreement: Matrix | None
    p_agree: Matrix | None
    notes: tuple[str, ...]
    at: float


@dataclass(frozen=True, slots=True, eq=False)
class CandidateLog:
    """One candidate as the log keeps it."""

    id: str
    draft: int
    place: int
    text: str
    provenance: Provenance
    welfare: float
    rank: int
    posted: int | None
    hidden: bool


@dataclass(frozen=True, slots=True, eq=False)
class OutcomeLog:
    """The count of one draft's votes."""

    draft: int
    iteration: int
    outcome: Outcome
    at: float


@dataclass(frozen=True, slots=True, eq=False)
class RoundLog:
    """Everything the log holds of one round; entries in the order in which they were written."""

    round: Round
    phases: Rows
    posted_again: int
    standings: Rows
    opinions: Rows
    positions: Rows
    ratings: Rows
    critiques: Rows
    drafts: tuple[DraftLog, ...]
    candidates: tuple[CandidateLog, ...]
    outcomes: tuple[OutcomeLog, ...]
    forgotten: frozenset[str]


def count_rounds(connection: Connection) -> int:
    """How many rounds there are."""
    return int(connection.execute(select(func.count()).select_from(ROUNDS)).scalar_one())


def round_ids(connection: Connection, after: tuple[float, str] | None) -> list[tuple[float, str]]:
    """The next (opened at, id) of rounds, oldest first."""
    key = tuple_(ROUNDS.c.opened_at, ROUNDS.c.id)
    query = select(ROUNDS.c.opened_at, ROUNDS.c.id).order_by(ROUNDS.c.opened_at, ROUNDS.c.id).limit(PAGE)
    found = connection.execute(query if after is None else query.where(key > tuple_(*after)))
    return [(opened_at, round) for opened_at, round in found]


def tombstones(connection: Connection, after: tuple[str, str] | None) -> list[tuple[str, str]]:
    """The next (round, member) of people who asked to be forgotten."""
    key = tuple_(TOMBSTONES.c.round, TOMBSTONES.c.member)
    query = select(TOMBSTONES.c.round, TOMBSTONES.c.member).order_by(TOMBSTONES.c.round, TOMBSTONES.c.member)
    query = query.limit(PAGE)
    found = connection.execute(query if after is None else query.where(key > tuple_(*after)))
    return [(round, member) for round, member in found]


def read_round(connection: Connection, round: str) -> RoundLog:
    """All that is held of a round."""

    def entries(table: Table) -> Rows:
        return connection.execute(select(table).where(table.c.round == round).order_by(table.c.id)).all()

    def by_draft(table: Table) -> Rows:
        return connection.execute(select(table).where(table.c.round == round).order_by(table.c.draft)).all()

    row = connection.execute(select(ROUNDS).where(ROUNDS.c.id == round)).one()
    audit = connection.execute(
        select(AUDIT.c.event, AUDIT.c.phase, AUDIT.c.at).where(AUDIT.c.round == round).order_by(AUDIT.c.id)
    ).all()
    candidates = connection.execute(
        select(*CANDIDATES.c, HIDINGS.c.candidate.label("hidden"))
        .outerjoin(HIDINGS, HIDINGS.c.candidate == CANDIDATES.c.id)
        .where(CANDIDATES.c.round == round)
        .order_by(CANDIDATES.c.draft, CANDIDATES.c.place)
    )
    standings = connection.execute(select(STANDINGS).where(STANDINGS.c.round == round))
    forgotten = connection.execute(select(TOMBSTONES.c.member).where(TOMBSTONES.c.round == round))
    return RoundLog(
        round=round_from(tuple(row)),
        phases=_changes([one for one in audit if one.event != POSTED_AGAIN]),
        posted_again=sum(one.event == POSTED_AGAIN for one in audit),
        standings=standings.all(),
        opinions=entries(OPINIONS),
        positions=entries(POSITIONS),
        ratings=entries(RATINGS),
        critiques=entries(CRITIQUES),
        drafts=tuple(_draft(one) for one in by_draft(DRAFTINGS)),
        candidates=tuple(_candidate(one) for one in candidates),
        outcomes=tuple(
            OutcomeLog(one.draft, one.iteration, outcome_from(one.outcome), one.at) for one in by_draft(OUTCOMES)
        ),
        forgotten=frozenset(forgotten.scalars()),
    )


def _changes(audit: Rows) -> Rows:
    """The audit rows in which the phase is another one than before."""
    return [
        row for before, row in zip([None, *audit], audit, strict=False) if before is None or before.phase != row.phase
    ]


def _draft(row: Any) -> DraftLog:
    shape = row.opinions, row.drafted
    score = matrix_from(row.score, *shape)
    if score is None:
        raise AssertionError(f"the drafting {row.round}/{row.draft} has no scores")
    return DraftLog(
        draft=row.draft,
        iteration=row.iteration,
        opinions=row.opinions,
        members=None if row.members is None else tuple(json.loads(row.members)),
        score=score,
        expected_agreement=matrix_from(row.expected_agreement, *shape),
        p_agree=matrix_from(row.p_agree, *shape),
        notes=tuple(json.loads(row.notes)),
        at=row.at,
    )


def _candidate(row: Any) -> CandidateLog:
    return CandidateLog(
        id=row.id,
        draft=row.draft,
        place=row.place,
        text=row.text,
        provenance=provenance_from(row.provenance),
        welfare=row.welfare,
        rank=row.rank,
        posted=row.posted,
        hidden=row.hidden is not None,
    )
