"""What `step` returns, and the small vocabulary that its handlers are written in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from engine.rounds.effects import Effect, Tell, WakeAt
from engine.rounds.entries import Entry
from engine.rounds.model import GRACE_SECONDS, MIN_OPINIONS, Counts, Phase, Roster, Round, Standing

Standings = Mapping[str, Standing]


@dataclass(frozen=True, slots=True)
class Transition:
    """The round after an event, the standings to write, the entries to append, and what to do.

    A transition whose round is the very object that came in changed nothing.
    """

    round: Round
    standings: tuple[Standing, ...] = ()
    entries: tuple[Entry, ...] = ()
    effects: tuple[Effect, ...] = ()

    def plus(
        self,
        *effects: Effect,
        standings: tuple[Standing, ...] = (),
        entries: tuple[Entry, ...] = (),
    ) -> Transition:
        """Add more to write and to do."""
        return Transition(self.round, self.standings + standings, self.entries + entries, self.effects + effects)


def tell(round: Round, member: str, message: str, **parameters: str | int | float) -> Transition:
    """Nothing changes but that one person is told one sentence."""
    return Transition(replace(round), effects=(Tell(member, message, tuple(sorted(parameters.items()))),))


def standing_of(standings: Standings, member: str) -> Standing:
    """A person's standing; a blank one for somebody never seen in this round."""
    return standings.get(member) or Standing(member)


def count(round: Round, **by: int) -> Round:
    """The round with its counts moved by the given differences."""
    counts = round.counts
    moved = {name: getattr(counts, name) + difference for name, difference in by.items()}
    return replace(round, counts=replace(counts, **moved))


def recount(before: Round, old: Standing, new: Standing) -> Round:
    """The round's counts after one person's standing went from `old` to `new`."""
    was, now = _counted(before, old), _counted(before, new)
    difference = {name: now[name] - was[name] for name in now if now[name] != was[name]}
    return _moved(count(before, **difference), old, new)


def _moved(round: Round, old: Standing, new: Standing) -> Round:
    """One person's move from one set of rated candidates to another."""
    was, now = (_rated_set(round, old), old.active), (_rated_set(round, new), new.active)
    if was == now:
        return round
    sets = {which: (people, members) for which, people, members in round.counts.rated}
    for (which, active), by in ((was, -1), (now, 1)):
        people, members = sets.get(which, (0, 0))
        sets[which] = (people + by, members + by * active)
    kept = tuple((which, *sets[which]) for which in sorted(sets) if which and sets[which][0])
    return replace(round, counts=replace(round.counts, rated=kept))


def _rated_set(round: Round, standing: Standing) -> int:
    if standing.draft != round.draft or not standing.rated:
        return 0
    rated = dict(standing.rated)
    return sum(1 << place for place, one in enumerate(round.posted) if one in rated)


def recount_visible(round: Round) -> Round:
    """The round with `voters` and `complete` as they are once a posted candidate was hidden."""
    visible = sum(1 << place for place, one in enumerate(round.posted) if one not in round.hidden)
    voters = sum(people for which, people, _ in round.counts.rated if which & visible)
    complete = sum(members for which, _, members in round.counts.rated if visible and which & visible == visible)
    return replace(round, counts=replace(round.counts, voters=voters, complete=complete))


def _counted(round: Round, standing: Standing) -> dict[str, int]:
    in_draft = standing.draft == round.draft
    rated = dict(standing.rated) if in_draft else {}
    visible = round.visible
    critiqued = bool(standing.critique) and standing.critique_draft == round.draft
    return {
        "members": int(standing.active),
        "answered": int(standing.active and bool(standing.opinion)),
        "opinions": int(bool(standing.opinion)),
        "voters": int(bool(rated) and any(one in rated for one in visible)),
        "complete": int(standing.active and bool(visible) and all(one in rated for one in visible)),
        "critiques": int(critiqued),
        "critiqued": int(critiqued and standing.active),
        "outside": int(standing.outside and in_draft),
    }


def quorum_met(round: Round) -> bool:
    """Whether this phase may end before its deadline.

    On an open roster nobody can say who is missing, so only a count of opinions ends collecting early.
    """
    counts, need = round.counts, round.rules.quorum_of(round.counts.members)
    if need is None:
        return False
    if round.rules.roster is Roster.OPEN:
        return round.phase is Phase.COLLECTING and counts.opinions >= max(need, MIN_OPINIONS)
    if not round.roster_known:
        return False
    if round.phase is Phase.COLLECTING:
        return counts.opinions >= MIN_OPINIONS and counts.answered >= need
    if round.phase is Phase.VOTING:
        return counts.complete >= need
    if round.phase is Phase.CRITIQUING:
        return counts.critiqued >= need
    return False


def edited(transition: Transition, at: float) -> Transition:
    """After any edit: the grace of an early close is cancelled, and begins anew while the quorum holds."""
    round = replace(transition.round, closing_at=None)
    if not quorum_met(round):
        return replace(transition, round=round)
    closing_at = at + GRACE_SECONDS
    if round.deadline is not None and closing_at >= round.deadline:
        return replace(transition, round=round)
    round = replace(round, closing_at=closing_at)
    return replace(transition, round=round).plus(WakeAt(closing_at, "grace", closing_at))


def timers(round: Round, at: float) -> tuple[Effect, ...]:
    """The timers of a phase that just got its deadline: the deadline itself and one reminder."""
    if round.deadline is None:
        return ()
    due: list[Effect] = [WakeAt(round.deadline, "deadline", round.deadline)]
    if round.rules.reminders:
        left = round.deadline - at
        due.append(WakeAt(round.deadline - max(left / 4, min(left / 2, 30.0)), "reminder", round.deadline))
    return tuple(due)


def fresh_votes(counts: Counts) -> Counts:
    """Counts at the start of a draft: nobody voted or critiqued yet."""
    return replace(counts, voters=0, complete=0, critiques=0, critiqued=0, outside=0, rated=())
