"""Who comes to the roster while a vote runs: the keycaps they put on before count from then on."""

from __future__ import annotations

from dataclasses import replace

from engine.rounds.entries import RatingEntry
from engine.rounds.model import Ballot, Phase, Round, Standing


def admitted(round: Round, standing: Standing, at: float) -> tuple[Standing, tuple[RatingEntry, ...]]:
    """The standing on the roster, and the ratings that their keycaps have become.

    Of several keycaps on a candidate the latest by the platform's time is the rating, as for everybody.
    """
    there = replace(standing, on_roster=True, left=False, outside=False)
    if round.phase is not Phase.VOTING or round.rules.ballot is Ballot.PRIVATE or standing.draft != round.draft:
        return there, ()
    held = {mark.candidate: mark.rating for mark in standing.marks if mark.held}
    rated = dict(standing.rated)
    found = {one: held[one] for one in round.visible if one in held and one not in rated}
    entries = (RatingEntry(standing.member, one, rating, None, at) for one, rating in found.items())
    return replace(there, rated=tuple({**rated, **found}.items())), tuple(entries)
