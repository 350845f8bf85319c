"""What an event adds to the log, written as rows: appended, never updated; and what `Forgotten` deletes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, select

from engine.rounds.entries import (
    ConsentEntry,
    CritiqueEntry,
    DraftingEntry,
    Entry,
    Forgotten,
    OpinionEntry,
    OutcomeEntry,
    PositionEntry,
    RatingEntry,
)
from engine.rounds.model import Round, candidate_id, draft_of
from storage.prepared import Prepared, insert_unless_there, plain_insert
from storage.rows import compact, matrix_bytes, outcome_text, provenance_text, storable
from storage.tables import (
    CANDIDATES,
    CONSENTS,
    CRITIQUES,
    DRAFTINGS,
    OPINIONS,
    OUTCOMES,
    POSITIONS,
    RATINGS,
    TOMBSTONES,
)

_OPINION = plain_insert(OPINIONS)
_POSITION = plain_insert(POSITIONS)
_CRITIQUE = plain_insert(CRITIQUES)
_RATING = plain_insert(RATINGS)
_CONSENT = plain_insert(CONSENTS)
_DRAFTING = plain_insert(DRAFTINGS)
_CANDIDATE = plain_insert(CANDIDATES)
_OUTCOME = plain_insert(OUTCOMES)
_TOMBSTONE = insert_unless_there(TOMBSTONES)


def _history() -> Any:
    """Per member, the number of the first and of the last row of a round's opinions."""
    return (
        select(OPINIONS.c.member, func.min(OPINIONS.c.id).label("first"), func.max(OPINIONS.c.id).label("last"))
        .where(OPINIONS.c.round == bindparam("round"))
        .group_by(OPINIONS.c.member)
        .subquery()
    )


def _opinions_held() -> Any:
    history = _history()
    return (
        select(OPINIONS.c.member, OPINIONS.c.text)
        .join(history, OPINIONS.c.id == history.c.last)
        .where(OPINIONS.c.text != "")
        .order_by(history.c.first)
    )


OPINIONS_HELD = Prepared(lambda _: _opinions_held())
"""(member, opinion) of every opinion that a round holds, in the order first given."""

_FORGET = [
    Prepared(
        lambda _, table=table: delete(table).where(  # type: ignore[misc]
            table.c.round == bindparam("round"), table.c.member == bindparam("member")
        )
    )
    for table in (OPINIONS, POSITIONS, CRITIQUES, RATINGS, CONSENTS)
]


def write_entry(connection: Connection, round: Round, entry: Entry) -> None:
    """Write one entry of the event that made `round`."""
    _WRITERS[type(entry)](connection, round, entry)


def _opinion(connection: Connection, round: Round, entry: OpinionEntry) -> None:
    text = storable(entry.text)
    _OPINION.run(connection, {"round": round.id, "member": entry.member, "text": text, "at": entry.at})


def _position(connection: Connection, round: Round, entry: PositionEntry) -> None:
    values = {"round": round.id, "member": entry.member, "asked": entry.when.value}
    _POSITION.run(connection, {**values, "rating": entry.rating, "at": entry.at})


def _critique(connection: Connection, round: Round, entry: CritiqueEntry) -> None:
    values = {"round": round.id, "draft": entry.draft, "member": entry.member}
    _CRITIQUE.run(connection, {**values, "text": storable(entry.text), "at": entry.at})


def _rating(connection: Connection, round: Round, entry: RatingEntry) -> None:
    _RATING.run(
        connection,
        {
            "round": round.id,
            "draft": draft_of(entry.candidate),
            "candidate": entry.candidate,
            "member": entry.member,
            "rating_pass": entry.rating_pass,
            "agreement": entry.agreement,
            "quality": entry.quality,
            "withdrawn": entry.withdrawn,
            "at": entry.at,
        },
    )


def _consent(connection: Connection, round: Round, entry: ConsentEntry) -> None:
    values = {"round": round.id, "member": entry.member, "research": entry.research, "training": entry.training}
    _CONSENT.run(connection, {**values, "at": entry.at})


def _drafting(connection: Connection, round: Round, entry: DraftingEntry) -> None:
    drafting = entry.drafting
    prediction = drafting.prediction
    opinions, drafted = prediction.score.shape
    _DRAFTING.run(
        connection,
        {
            "round": round.id,
            "draft": entry.draft,
            "iteration": entry.iteration,
            "opinions": opinions,
            "drafted": drafted,
            "score": matrix_bytes(prediction.score),
            "expected_agreement": matrix_bytes(prediction.expected_agreement),
            "p_agree": matrix_bytes(prediction.p_agree),
            "members": compact(entry.members) if len(entry.members) == opinions else None,
            "notes": compact([storable(note) for note in drafting.notes]),
            "at": entry.at,
        },
    )
    rank = {index: place for place, index in enumerate(drafting.ranking)}
    posted = {index: place for place, index in enumerate(drafting.posted)}
    _CANDIDATE.run_many(
        connection,
        [
            {
                "id": candidate_id(round.id, entry.draft, index),
                "round": round.id,
                "draft": entry.draft,
                "place": index,
                "text": storable(candidate.text),
                "provenance": provenance_text(candidate.provenance),
                "welfare": float(drafting.welfare[index]),
                "rank": rank[index],
                "posted": posted.get(index),
            }
            for index, candidate in enumerate(drafting.candidates)
        ],
    )


def _outcome(connection: Connection, round: Round, entry: OutcomeEntry) -> None:
    values = {"round": round.id, "draft": entry.draft, "iteration": entry.iteration, "leading": entry.leading}
    _OUTCOME.run(connection, {**values, "outcome": outcome_text(entry.outcome), "at": entry.at})


def _forgotten(connection: Connection, round: Round, entry: Forgotten) -> None:
    values = {"round": round.id, "member": entry.member}
    for statement in _FORGET:
        statement.run(connection, values)
    _TOMBSTONE.run(connection, {**values, "at": entry.at})


_WRITERS: dict[type[Entry], Callable[[Connection, Round, Any], None]] = {
    OpinionEntry: _opinion,
    PositionEntry: _position,
    CritiqueEntry: _critique,
    RatingEntry: _rating,
    ConsentEntry: _consent,
    DraftingEntry: _drafting,
    OutcomeEntry: _outcome,
    Forgotten: _forgotten,
}
