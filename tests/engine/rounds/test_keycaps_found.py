"""Keycaps that are found beside others: which is the rating, and when its giver is asked."""

from __future__ import annotations

import pytest

from engine.rounds import effects as do
from engine.rounds.events import ReactionAdded, ReactionsReconciled
from tests.engine.rounds.test_machine import Table, kinds


@pytest.fixture
def table() -> Table:
    """A vote in which Ana put a 6 on the first statement, and that was heard."""
    made = Table()
    made.to_voting()
    made.do(ReactionAdded(200.0, "ana", made.round.posted[0], 6))
    return made


def test_one_that_was_never_heard_beside_one_that_was_may_be_the_older(table: Table) -> None:
    first = table.round.posted[0]
    effects = table.do(ReactionsReconciled(300.0, "ana", first, (2, 6)))
    assert do.AskWhichRating in kinds(effects)
    assert do.AskWhichRating not in kinds(table.do(ReactionsReconciled(310.0, "ana", first, (2, 6)))), "asked once"


def test_one_that_is_known_to_be_newer_is_the_rating(table: Table) -> None:
    first = table.round.posted[0]
    effects = table.do(ReactionsReconciled(300.0, "ana", first, (2, 6), newer=True))
    assert do.AskWhichRating not in kinds(effects)
    assert dict(table.standings["ana"].rated) == {first: 2}


def test_several_newer_ones_have_no_order(table: Table) -> None:
    effects = table.do(ReactionsReconciled(300.0, "ana", table.round.posted[0], (2, 3, 6), newer=True))
    assert do.AskWhichRating in kinds(effects)


def test_one_that_stands_alone_is_the_rating(table: Table) -> None:
    first = table.round.posted[0]
    assert do.AskWhichRating not in kinds(table.do(ReactionsReconciled(300.0, "ana", first, (2,))))
    assert dict(table.standings["ana"].rated) == {first: 2}
