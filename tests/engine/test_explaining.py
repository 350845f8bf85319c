"""Where an opinion is in a statement: each point once, the same words found, opposite sides told apart."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.explaining import MOST, Explanation, Match, explain
from engine.language import clauses

QUESTION = "Should we close the street to cars?"
STATEMENT = (
    "We should close the street to cars, because children could play there. Buses should still be allowed. "
    "Some of us see it differently, because shops need deliveries in the morning."
)


@pytest.mark.parametrize(
    ("opinion", "kept", "against", "left_out"),
    [
        ("Children could play there. Plant trees.", ["Children could play there."], [], ["Plant trees."]),
        ("Let the buses through.", ["Let the buses through."], [], []),
        ("Buses must not be allowed any more.", [], ["Buses must not be allowed any more."], []),
        ("Yes.", ["Yes."], [], []),
        ("No.", [], ["No."], []),
        ("Nein, auf keinen Fall.", [], [], ["Nein, auf keinen Fall."]),
        ("🙂", [], [], []),
    ],
)
def test_points_are_found_opposed_or_left_out(
    opinion: str, kept: list[str], against: list[str], left_out: list[str]
) -> None:
    found = explain(QUESTION, opinion, STATEMENT)
    assert [match.yours for match in found.kept] == kept
    assert [match.yours for match in found.against] == against
    assert list(found.left_out) == left_out


def test_a_match_shows_both_as_they_were_written() -> None:
    found = explain(QUESTION, "Shops need deliveries.", STATEMENT)
    assert found.kept == (Match("Shops need deliveries.", "shops need deliveries in the morning."),)


def test_a_statement_is_wholly_in_itself() -> None:
    found = explain(QUESTION, STATEMENT, STATEMENT)
    assert not found.left_out
    assert not found.against


def test_nothing_is_compared_with_an_empty_statement() -> None:
    assert explain(QUESTION, "Plant trees.", "...") == Explanation((), (), ("Plant trees.",))


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300), st.text(max_size=300), st.text(max_size=80))
def test_every_point_is_in_exactly_one_place_whatever_was_written(opinion: str, statement: str, question: str) -> None:
    found = explain(question, opinion, statement)
    points = [match.yours for match in (*found.kept, *found.against)] + list(found.left_out)
    assert sorted(points) == sorted(clauses(opinion)[:MOST])
