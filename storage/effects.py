"""What is put into the outbox: a row for each effect, with the target, the lane and the platform that order it.

An effect that speaks has a target: the round's channel, or one member. What was expanded from a fan-out has none and
stands in lane 1; see storage.outbox for what that means.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, select

from engine.ports import Claim
from engine.rounds.effects import (
    Announce,
    AskCritiques,
    AskModerator,
    AskOpinions,
    AskRatings,
    DraftCandidates,
    Effect,
    InviteMembers,
    PostCandidate,
    PostOutcome,
    RedrawCandidate,
    RedrawPrivateCards,
    RemindMissing,
    RetireCandidates,
    TallyVotes,
    UpdateCard,
    WakeAt,
    effect_id,
)
from engine.rounds.model import Round
from storage.prepared import Prepared, Values, insert_unless_there, plain_insert
from storage.rows import effect_text
from storage.tables import OUTBOX

CHANNEL = ""
"""The target of what speaks in the round's channel."""

TO_CHANNEL = (Announce, UpdateCard, PostCandidate, PostOutcome, RetireCandidates, RedrawCandidate)
FAN_OUTS = (AskOpinions, AskRatings, AskCritiques, RemindMissing, RedrawPrivateCards)
OF_NOBODY = (InviteMembers, DraftCandidates, TallyVotes, WakeAt, *FAN_OUTS)

ORDINARY, FANNED_OUT = 0, 1
"""Lanes."""

AT_ONCE = 0.0
"""The due time of what waits for no time; ours, so that a platform's clock ahead of ours delays nothing."""

_INSERT = plain_insert(OUTBOX)
_INSERT_UNLESS_THERE = insert_unless_there(OUTBOX)
_CARD_WAITS = Prepared(
    lambda _: (
        select(OUTBOX.c.id)
        .where(
            OUTBOX.c.settled.is_(None),
            OUTBOX.c.round == bindparam("round_"),
            OUTBOX.c.target == bindparam("target_"),
            OUTBOX.c.kind == bindparam("kind_"),
            OUTBOX.c.owner.is_(None),
        )
        .limit(1)
        .with_for_update(skip_locked=True)
    )
)


def write_effects(connection: Connection, after: Round, effects: Sequence[Effect]) -> None:
    """Put the effects of the event that made `after` into the outbox.

    An UpdateCard is left out while another one waits unclaimed. PostgreSQL locks the waiting one until we
    commit, so that nobody leases it and shows the card as it was before this event.
    """
    rows = [
        _row(effect_id(after, ordinal), after.id, effect, after.platform, target=_target(after, effect), lane=ORDINARY)
        for ordinal, effect in enumerate(effects)
        if not (isinstance(effect, UpdateCard) and _card_waits(connection, after))
    ]
    _INSERT.run_many(connection, rows)


def write_expanded(connection: Connection, claim: Claim, effects: Sequence[Effect], platform: str) -> None:
    """Put what a fan-out was expanded to into the outbox; what is there already is left alone."""
    rows = [
        _row(f"{claim.key}/{_member_of(one)}", claim.round, one, platform, target=None, lane=FANNED_OUT)
        for one in effects
    ]
    _INSERT_UNLESS_THERE.run_many(connection, rows)


def _card_waits(connection: Connection, round: Round) -> bool:
    values = {"round_": round.id, "target_": CHANNEL, "kind_": UpdateCard.__name__}
    return _CARD_WAITS.first(connection, values) is not None


def _target(round: Round, effect: Effect) -> str | None:
    if isinstance(effect, TO_CHANNEL):
        return CHANNEL
    if isinstance(effect, AskModerator):
        return round.moderator
    return None if isinstance(effect, OF_NOBODY) else _member_of(effect)


def _member_of(effect: Effect) -> str:
    member: str = effect.member  # type: ignore[union-attr]
    return member


def _row(key: str, round_id: str, effect: Effect, platform: str, *, target: str | None, lane: int) -> Values:
    return {
        "key": key,
        "round": round_id,
        "kind": type(effect).__name__,
        "effect": effect_text(effect),
        "target": target,
        "platform": platform,
        "lane": lane,
        "due": effect.due if isinstance(effect, WakeAt) else AT_ONCE,
        "owner": None,
        "lease_until": None,
        "attempts": 0,
        "attempted_at": None,
        "cursor": None,
        "settled": None,
        "problem": None,
    }
