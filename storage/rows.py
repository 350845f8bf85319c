"""Rounds, standings and effects as rows, and back. Nothing is lost on the way; texts become storable."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from pydantic import TypeAdapter
from sqlalchemy import RowMapping

from engine.outcome import Outcome
from engine.ports import Claim, Sent
from engine.records import Choice, Matrix, Provenance
from engine.rounds.effects import EFFECTS, Effect
from engine.rounds.model import Counts, Mark, Part, Phase, Round, Rules, Standing
from storage.prepared import Values

_RULES = TypeAdapter(Rules)
_PROVENANCE = TypeAdapter(Provenance)
_CHOICE = TypeAdapter(Choice)


def storable(text: str) -> str:
    """The text as both databases can keep it: half a surrogate pair becomes "?", and NUL goes."""
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-8", "replace").decode()
    return text.replace("\x00", "") if "\x00" in text else text


def storable_or_none(text: str | None) -> str | None:
    """`storable`, for a text that may be missing."""
    return None if text is None else storable(text)


def compact(value: Any) -> str:
    """JSON without spaces, ASCII only."""
    return json.dumps(value, separators=(",", ":"))


@lru_cache(1024)
def _rules_text(rules: Rules) -> str:
    return _RULES.dump_json(rules).decode()


@lru_cache(1024)
def _rules_from(text: str) -> Rules:
    return _RULES.validate_json(text)


@lru_cache(1024)
def _ids_text(ids: tuple[str, ...]) -> str:
    return compact(ids)


@lru_cache(1024)
def _ids_from(text: str) -> tuple[str, ...]:
    return tuple(json.loads(text))


@lru_cache(1024)
def _sets_text(sets: tuple[tuple[int, int, int], ...]) -> str:
    return compact(sets)


@lru_cache(1024)
def _sets_from(text: str) -> tuple[tuple[int, int, int], ...]:
    return tuple((which, people, members) for which, people, members in json.loads(text))


def round_values(round: Round) -> dict[str, Any]:
    """A round as the columns of `rounds`."""
    counts = round.counts
    return {
        "id": round.id,
        "version": round.version,
        "channel": round.channel,
        "moderator": round.moderator,
        "question": storable(round.question),
        "affirming": storable_or_none(round.affirming),
        "negating": storable_or_none(round.negating),
        "rules": _rules_text(round.rules),
        "phase": round.phase.value,
        "seed": round.seed,
        "opened_at": round.opened_at,
        "deadline": round.deadline,
        "iteration": round.iteration,
        "draft": round.draft,
        "closing_at": round.closing_at,
        "roster_known": round.roster_known,
        "posted": _ids_text(round.posted),
        "leading": round.leading,
        "failed_in": None if round.failed_in is None else round.failed_in.value,
        "extensions": round.extensions,
        "members": counts.members,
        "answered": counts.answered,
        "opinions": counts.opinions,
        "voters": counts.voters,
        "complete": counts.complete,
        "critiques": counts.critiques,
        "critiqued": counts.critiqued,
        "outside": counts.outside,
        "rated": _sets_text(counts.rated),
        "hidden": _ids_text(round.hidden),
    }


def round_from(row: Sequence[Any]) -> Round:
    """The round of a row of `rounds`, all columns in the table's order."""
    (
        key, version, channel, moderator, question, affirming, negating, rules, phase, seed, opened_at, deadline,
        iteration, draft, closing_at, roster_known, posted, leading, failed_in, extensions, *counts, rated, hidden,
    ) = row  # fmt: skip
    return Round(
        key, version, channel, moderator, question, affirming, negating, _rules_from(rules), Phase(phase), seed,
        opened_at, deadline, iteration, draft, closing_at, bool(roster_known), _ids_from(posted), leading,
        None if failed_in is None else Phase(failed_in), extensions, Counts(*(*counts, _sets_from(rated))),
        _ids_from(hidden),
    )  # fmt: skip


def _parts_text(parts: tuple[Part, ...]) -> str | None:
    return compact([[part.source, part.text] for part in parts]) if parts else None


def _parts_from(text: str | None) -> tuple[Part, ...]:
    return tuple([Part(source, words) for source, words in json.loads(text)]) if text else ()


def standing_values(round: Round, standing: Standing) -> dict[str, Any]:
    """A standing as the columns of `standings`."""
    pending = standing.pending
    visible = round.visible
    complete = bool(visible) and standing.draft == round.draft
    if complete and standing.rated:
        rated = dict(standing.rated)
        complete = all(one in rated for one in visible)
    else:
        complete = False
    return {
        "round": round.id,
        "member": standing.member,
        "on_roster": standing.on_roster,
        "left": standing.left,
        "outside": standing.outside,
        "opinion": _parts_text(standing.opinion),
        "pending": None if pending is None else compact([pending.source, pending.text]),
        "position_before": standing.position_before,
        "position_after": standing.position_after,
        "critique": _parts_text(standing.critique),
        "critique_draft": standing.critique_draft,
        "draft": standing.draft,
        "rated": compact(standing.rated) if standing.rated else None,
        "marks": compact([[one.candidate, one.rating, one.at, one.held] for one in standing.marks])
        if standing.marks
        else None,
        "research": standing.research,
        "training": standing.training,
        "complete": standing.draft if complete else 0,
    }


def standing_from(row: Sequence[Any]) -> Standing:
    """The standing of a row of `standings`, all columns in the table's order."""
    (
        _, member, on_roster, left, outside, opinion, pending, before, after, critique, critique_draft, draft, rated,
        marks, research, training, _,
    ) = row  # fmt: skip
    return Standing(
        member, bool(on_roster), bool(left), bool(outside), _parts_from(opinion),
        Part(*json.loads(pending)) if pending else None, before, after, _parts_from(critique), critique_draft, draft,
        tuple([(candidate, rating) for candidate, rating in json.loads(rated)]) if rated else (),
        tuple([Mark(*one) for one in json.loads(marks)]) if marks else (), bool(research), bool(training),
    )  # fmt: skip


@lru_cache(None)
def _effect_adapter(kind: str) -> TypeAdapter[Effect]:
    return TypeAdapter(EFFECTS[kind])


def effect_text(effect: Effect) -> str:
    """An effect's fields as JSON; its kind stands beside it."""
    return _effect_adapter(type(effect).__name__).dump_json(effect).decode()


def effect_from(kind: str, text: str) -> Effect:
    """The effect of `effect_text`."""
    return _effect_adapter(kind).validate_json(text)


def claim_from(row: RowMapping) -> Claim:
    """A leased row of `outbox` as a claim."""
    return Claim(
        key=row["key"],
        round=row["round"],
        effect=effect_from(row["kind"], row["effect"]),
        owner=row["owner"],
        attempts=row["attempts"],
        attempted_at=row["attempted_at"],
        cursor=row["cursor"],
        lease_until=row["lease_until"],
    )


def sent_values(sent: Sent) -> Values:
    """A posted message as the columns of `sent`."""
    return {name: getattr(sent, name) for name in Sent.__slots__}


def sent_from(row: RowMapping) -> Sent:
    """The posted message of a row of `sent`."""
    return Sent(**{name: row[name] for name in Sent.__slots__})


def outcome_text(outcome: Outcome) -> str:
    """An outcome as JSON."""
    return compact(outcome.to_dict())


def outcome_from(text: str) -> Outcome:
    """The outcome of `outcome_text`."""
    return Outcome.from_dict(json.loads(text))


def provenance_text(provenance: Provenance) -> str:
    """A provenance as JSON."""
    return _PROVENANCE.dump_json(provenance).decode()


def provenance_from(text: str) -> Provenance:
    """The provenance of `provenance_text`."""
    return _PROVENANCE.validate_json(text)


def choice_text(choice: Choice | None) -> str | None:
    """A choice as JSON; None for none."""
    return None if choice is None else compact(_CHOICE.dump_python(choice))


def choice_from(text: str | None) -> Choice | None:
    """The choice of `choice_text`."""
    return None if text is None else _CHOICE.validate_python(json.loads(text))


def matrix_bytes(matrix: Matrix | None) -> bytes | None:
    """[rows, columns] as little-endian float64, row by row."""
    return None if matrix is None else np.ascontiguousarray(matrix, dtype="<f8").tobytes()


def matrix_from(content: bytes | None, rows: int, columns: int) -> Matrix | None:
    """The matrix of `matrix_bytes`."""
    return None if content is None else np.frombuffer(content, dtype="<f8").reshape(rows, columns).astype(np.float64)
