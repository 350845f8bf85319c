"""From the log of one round to the rows of an export. Pure; every order in it is an order of pseudonyms.

Rows leave in the order of their pseudonyms, so that no order tells who came first, and what numbers a history
numbers that of one pseudonym in one file, so that no gap joins two pseudonyms.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from engine.rounds.model import When, draft_of
from storage.export.columns import (
    CANDIDATES,
    CRITIQUES,
    DRAFTS,
    MEMBERS,
    OPINIONS,
    OUTCOMES,
    PHASES,
    POSITIONS,
    PREDICTIONS,
    RATINGS,
    ROUNDS,
    Row,
    Table,
)
from storage.export.log import CandidateLog, DraftLog, RoundLog
from storage.export.pseudonyms import AGREEMENT, POSITION_AFTER, QUALITY, Pseudonyms

SCALES = (("agreement", AGREEMENT), ("quality", QUALITY))


def rows_of(log: RoundLog, pseudonyms: Pseudonyms) -> Iterator[tuple[Table, Iterator[Row]]]:
    """The rows of each table that a round fills, in the order of `columns.TABLES`. Forgotten people have none."""
    writer = _RoundRows(log, pseudonyms)
    for table, rows in (
        (ROUNDS, writer.round),
        (PHASES, writer.phases),
        (MEMBERS, writer.members),
        (OPINIONS, writer.opinions),
        (POSITIONS, writer.positions),
        (DRAFTS, writer.drafts),
        (CANDIDATES, writer.candidates),
        (PREDICTIONS, writer.predictions),
        (RATINGS, writer.ratings),
        (CRITIQUES, writer.critiques),
        (OUTCOMES, writer.outcomes),
    ):
        yield table, rows()


@dataclass(frozen=True, slots=True)
class _Given:
    """One entry of a member before it is numbered: who, what history it belongs to, and what replaces what."""

    member: str
    history: Hashable
    replaces: Hashable
    withdrawn: bool
    row: Row


class _RoundRows:
    def __init__(self, log: RoundLog, pseudonyms: Pseudonyms) -> None:
        self._log = log
        self._id = pseudonyms.round(log.round.id)
        self._channel = pseudonyms.channel(log.round.channel)
        self._names = pseudonyms.of_round(
            log.round.id, log.round.rules.ballot, [row.member for row in log.standings if row.research]
        )
        self._linkable = pseudonyms.linkable

    def round(self) -> Iterator[Row]:
        round = self._log.round
        rules, counts = round.rules, round.counts
        yield {
            "round": self._id,
            "channel": self._channel,
            "question": round.question,
            "affirming": round.affirming,
            "negating": round.negating,
            "purpose": rules.purpose.value,
            "phase": round.phase.value,
            "iteration": round.iteration,
            "drafts": round.draft,
            "seed": round.seed,
            "opened_at": round.opened_at,
            "roster": rules.roster.value,
            "electorate": rules.electorate.value,
            "ballot": rules.ballot.value,
            "welfare": rules.welfare,
            "rules": json.dumps(asdict(rules), sort_keys=True),
            "members": counts.members,
            "opinions": counts.opinions,
            "voters": counts.voters,
            "critiques": counts.critiques,
            "outside": counts.outside,
            "ratings_linked": self._names.linked,
            "posted_again": self._log.posted_again,
        }

    def phases(self) -> Iterator[Row]:
        for nth, row in enumerate(self._log.phases, 1):
            yield {"round": self._id, "nth": nth, "phase": row.phase, "event": row.event, "at": row.at}

    def members(self) -> Iterator[Row]:
        log = self._log
        spoke = {row.member for rows in (log.opinions, log.positions, log.critiques) for row in rows}
        if self._names.linked:
            spoke |= {row.member for row in log.ratings}
        found: list[Row] = [
            {
                "round": self._id,
                "member": self._names.name(row.member),
                "stable": self._names.stable(row.member),
                "research": bool(row.research),
                "training": bool(row.training),
                "on_roster": bool(row.on_roster) if self._linkable else None,
                "left": bool(row.left) if self._linkable else None,
            }
            for row in log.standings
            if row.member not in log.forgotten and (row.on_roster or row.member in spoke)
        ]
        yield from sorted(found, key=_by("member"))

    def opinions(self) -> Iterator[Row]:
        given = [_Given(row.member, None, None, not row.text, self._text(row)) for row in self._log.opinions]
        yield from sorted(self._numbered(given), key=_by("member", "nth"))

    def positions(self) -> Iterator[Row]:
        given = []
        for row in self._log.positions:
            after = row.asked == When.AFTER
            name = self._names.name(row.member, POSITION_AFTER) if after else self._names.name(row.member)
            cells: Row = {"member": name, "asked": row.asked, "rating": row.rating, **self._at(row.at)}
            given.append(_Given(row.member, row.asked, row.asked, False, cells))
        yield from sorted(self._numbered(given, withdrawn=False), key=_by("asked", "member", "nth"))

    def drafts(self) -> Iterator[Row]:
        for draft in self._log.drafts:
            yield {
                "round": self._id,
                "draft": draft.draft,
                "iteration": draft.iteration,
                "opinions": draft.opinions,
                "drafted": draft.score.shape[1],
                "predictor": self._log.round.rules.predictor,
                "notes": list(draft.notes),
                "at": draft.at,
            }

    def candidates(self) -> Iterator[Row]:
        drafts = {draft.draft: draft for draft in self._log.drafts}
        for candidate in self._log.candidates:
            made = candidate.provenance
            yield {
                "round": self._id,
                "draft": candidate.draft,
                "candidate": self._candidate(candidate.id),
                "place": candidate.place,
                "text": candidate.text,
                "generator": made.generator,
                "model": made.model,
                "prompt_version": made.prompt_version,
                "seed": made.seed,
                **self._seen(candidate, drafts.get(candidate.draft)),
                "welfare": _finite(candidate.welfare),
                "rank": candidate.rank,
                "posted": candidate.posted,
                "hidden": candidate.hidden,
            }

    def _seen(self, candidate: CandidateLog, draft: DraftLog | None) -> Row:
        if draft is None or draft.members is None:
            return {"opinions_seen": None, "opinions_left_out": None, "provenance_known": False}
        seen = [draft.members[at] for at in candidate.provenance.opinions_seen]
        left_out = set(draft.members) - set(seen)
        return {
            "opinions_seen": self._present(seen),
            "opinions_left_out": sorted(self._present(left_out)),
            "provenance_known": True,
        }

    def _present(self, members: Iterable[str]) -> list[str]:
        return [self._names.name(member) for member in members if self._is_there(member)]

    def _is_there(self, member: str) -> bool:
        """ "" stands for somebody who was forgotten."""
        return bool(member) and member not in self._log.forgotten

    def predictions(self) -> Iterator[Row]:
        ids = {(one.draft, one.place): self._candidate(one.id) for one in self._log.candidates}
        for draft in self._log.drafts:
            named = sorted(
                (self._names.name(member), at)
                for at, member in enumerate(draft.members or ())
                if self._is_there(member)
            )
            for name, at in named:
                for place in range(draft.score.shape[1]):
                    expected, chance = draft.expected_agreement, draft.p_agree
                    yield {
                        "round": self._id,
                        "draft": draft.draft,
                        "candidate": ids[draft.draft, place],
                        "member": name,
                        "score": _finite(draft.score[at, place]),
                        "expected_agreement": None if expected is None else _finite(expected[at, place]),
                        "p_agree": None if chance is None else _finite(chance[at, place]),
                    }

    def ratings(self) -> Iterator[Row]:
        given = []
        for row in self._log.ratings:
            for scale, scope in SCALES:
                withdrawn = bool(row.withdrawn) and scale == "agreement"
                rating = getattr(row, scale)
                if rating is None and not withdrawn:
                    continue
                cells: Row = {
                    "draft": draft_of(row.candidate),
                    "candidate": self._candidate(row.candidate),
                    "member": self._names.name(row.member, scope),
                    "scale": scale,
                    "rating_pass": row.rating_pass,
                    "rating": None if withdrawn else rating,
                    **self._at(row.at),
                }
                given.append(_Given(row.member, scale, (scale, row.candidate, row.rating_pass), withdrawn, cells))
        yield from sorted(self._numbered(given), key=_by("scale", "draft", "member", "nth"))

    def critiques(self) -> Iterator[Row]:
        given = [
            _Given(row.member, None, row.draft, not row.text, {"draft": row.draft, **self._text(row)})
            for row in self._log.critiques
        ]
        yield from sorted(self._numbered(given), key=_by("draft", "member", "nth"))

    def outcomes(self) -> Iterator[Row]:
        for log in self._log.outcomes:
            outcome = log.outcome
            for one in outcome.winners or (None,):
                rule = outcome.rule if one is None else one.rule
                yield {
                    "round": self._id,
                    "draft": log.draft,
                    "iteration": log.iteration,
                    "rule": rule,
                    "of_round": rule == outcome.rule,
                    "winner": None if one is None else self._candidate(one.candidate),
                    "tied": [] if one is None else [self._candidate(tied) for tied in one.tied],
                    "leading": None if outcome.leading is None else self._candidate(outcome.leading),
                    "basis": outcome.basis.value,
                    "heading": outcome.heading.value,
                    "voters": outcome.voters,
                    "complete_voters": outcome.complete_voters,
                    "rules_agreeing": outcome.rules_agreeing,
                    "position_both": outcome.position_both,
                    "position_change": outcome.position_change,
                    "at": log.at,
                }

    def _numbered(self, given: list[_Given], *, withdrawn: bool = True) -> Iterator[Row]:
        """Number each pseudonym's history and say which entry counts; entries come in the order written."""
        kept = [one for one in given if one.member not in self._log.forgotten]
        last = {(one.member, one.replaces): at for at, one in enumerate(kept)}
        so_far: Counter[tuple[str, Hashable]] = Counter()
        for at, one in enumerate(kept):
            so_far[one.member, one.history] += 1
            cells: Row = {"round": self._id, **one.row, "nth": so_far[one.member, one.history]}
            if withdrawn:
                cells["withdrawn"] = one.withdrawn
            yield {**cells, "counts": last[one.member, one.replaces] == at and not one.withdrawn}

    def _text(self, row: Any) -> Row:
        return {"member": self._names.name(row.member), "text": row.text, **self._at(row.at)}

    def _at(self, at: float) -> Row:
        return {"at": at if self._linkable else None}

    def _candidate(self, candidate: str) -> str:
        return f"{self._id}/{draft_of(candidate)}/{candidate.rpartition('/')[2]}"


def _finite(value: float) -> float | None:
    """The number; JSON and spreadsheets know no infinity and no NaN."""
    return float(value) if math.isfinite(value) else None


def _by(*names: str) -> Callable[[Row], tuple[Any, ...]]:
    return lambda row: tuple(row[name] for name in names)
