"""What an event adds to the log, written as rows: appended, never updated; and what `Forgotten` deletes."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence, Set
from typing import Any

import numpy as np
from sqlalchemy import Connection, bindparam, delete, func, select, update

from engine.records import Matrix
from engine.rounds.entries import (
    ConsentEntry,
    CritiqueEntry,
    DraftingEntry,
    Entry,
    Forgotten,
    HidingEntry,
    OpinionEntry,
    OutcomeEntry,
    PositionEntry,
    RatingEntry,
)
from engine.rounds.model import Round, candidate_id, draft_of
from storage.prepared import Prepared, insert_unless_there, plain_insert
from storage.rows import choice_text, compact, matrix_bytes, matrix_from, outcome_text, provenance_text, storable
from storage.tables import (
    CANDIDATES,
    CONSENTS,
    CRITIQUES,
    DRAFTINGS,
    HIDINGS,
    OPINIONS,
    OUTCOMES,
    POSITIONS,
    RATINGS,
    STANDINGS,
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
_HIDING = insert_unless_there(HIDINGS)
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

_BLANKED = ("score", "expected_agreement", "p_agree")
_ALREADY_FORGOTTEN = Prepared(
    lambda _: (
        select(TOMBSTONES.c.member)
        .join(STANDINGS, (STANDINGS.c.round == TOMBSTONES.c.round) & (STANDINGS.c.member == TOMBSTONES.c.member))
        .where(TOMBSTONES.c.round == bindparam("round"), STANDINGS.c.opinion.is_(None))
    )
)
"""Who asked to be forgotten and gave no opinion since."""


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
    # Who asked to be forgotten while the models were at work has no row that `_forgotten` could have blanked.
    gone = set(_ALREADY_FORGOTTEN.run(connection, {"round": round.id}).scalars())
    rows = [at for at, member in enumerate(entry.members) if member in gone]
    _DRAFTING.run(
        connection,
        {
            "round": round.id,
            "draft": entry.draft,
            "iteration": entry.iteration,
            "opinions": opinions,
            "drafted": drafted,
            **{name: matrix_bytes(_without(getattr(prediction, name), rows)) for name in _BLANKED},
            "members": _nameless(entry.members, gone) if len(entry.members) == opinions else None,
            "notes": compact([storable(note) for note in drafting.notes]),
            "at": entry.at,
            "choice": choice_text(drafting.choice),
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


def _hiding(connection: Connection, round: Round, entry: HidingEntry) -> None:
    values = {"candidate": entry.candidate, "round": round.id, "draft": draft_of(entry.candidate)}
    reason = storable(entry.reason)
    _HIDING.run(connection, {**values, "moderator": entry.by, "reason": reason, "at": entry.at})


def _forgotten(connection: Connection, round: Round, entry: Forgotten) -> None:
    values = {"round": round.id, "member": entry.member}
    for statement in _FORGET:
        statement.run(connection, values)
    _forget_predictions(connection, round, entry.member)
    theirs = HIDINGS.c.round == round.id, HIDINGS.c.moderator == entry.member
    connection.execute(update(HIDINGS).where(*theirs).values(reason=""))
    _TOMBSTONE.run(connection, {**values, "at": entry.at})


def _forget_predictions(connection: Connection, round: Round, member: str) -> None:
    """What was predicted from somebody's opinion goes with it; one row per drafting, of which there are few."""
    for row in connection.execute(select(DRAFTINGS).where(DRAFTINGS.c.round == round.id)).mappings().all():
        members = json.loads(row["members"]) if row["members"] else []
        if member in members:
            shape, at = (row["opinions"], row["drafted"]), [members.index(member)]
            blanked = {name: matrix_bytes(_without(matrix_from(row[name], *shape), at)) for name in _BLANKED}
            connection.execute(
                update(DRAFTINGS)
                .where(DRAFTINGS.c.round == round.id, DRAFTINGS.c.draft == row["draft"])
                .values(**blanked, members=_nameless(members, {member}))
            )


def _nameless(members: Sequence[str], gone: Set[str]) -> str:
    """Whose each row of a matrix is, as JSON; "" for those who are gone."""
    return compact(["" if member in gone else member for member in members])


def _without(matrix: Matrix | None, rows: Sequence[int]) -> Matrix | None:
    """The matrix with these rows NaN."""
    if matrix is None or not rows:
        return matrix
    left = matrix.copy()
    left[list(rows)] = np.nan
    return left


_WRITERS: dict[type[Entry], Callable[[Connection, Round, Any], None]] = {
    OpinionEntry: _opinion,
    PositionEntry: _position,
    CritiqueEntry: _critique,
    RatingEntry: _rating,
    ConsentEntry: _consent,
    DraftingEntry: _drafting,
    OutcomeEntry: _outcome,
    HidingEntry: _hiding,
    Forgotten: _forgotten,
}
