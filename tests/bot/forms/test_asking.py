"""What counts as a question, and what members then rate."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands.opening import invited_by
from bot.forms import Position, Question, position_of, read_question
from engine.position import Derived, derive
from engine.rounds.model import MAX_QUESTION


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("Should we close?", Question("Should we close?")),
        ("  Should we\n close?  ", Question("Should we close?")),
        ("should we close on Fridays", Question("should we close on Fridays?", mark_added=True)),
        ("Where should we meet.", Question("Where should we meet?", mark_added=True)),
        ("Sollten wir schließen?", Question("Sollten wir schließen?")),
        ("我们应该关门吗？", Question("我们应该关门吗？")),
    ],
)
def test_questions(typed: str, asked: Question) -> None:
    assert read_question(typed) == asked


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("", "question-empty"),
        (" \n ", "question-empty"),
        ("x" * MAX_QUESTION + "?", "question-too-long"),
        ("???", "question-not-text"),
        ("🤔?", "question-not-text"),
        ("\x00\x01\x02\x03?", "question-not-text"),
        ("We should close on Fridays.", "question-no-question"),
        ("lunch", "question-no-question"),
    ],
)
def test_what_is_no_question(typed: str, message: str) -> None:
    found = read_question(typed)
    assert isinstance(found, tuple)
    assert found[0] == message


@given(st.text())
def test_any_text_has_an_answer(text: str) -> None:
    found = read_question(text)
    if isinstance(found, Question):
        assert 0 < len(found.text) <= MAX_QUESTION + 1


def test_the_position_is_derived_unless_the_moderator_says_it() -> None:
    asked = "Should we close on Fridays?"
    derived = Position("We should close on Fridays.", "We should not close on Fridays.")
    assert position_of(asked, "", "") == derived
    assert position_of(asked, "We should close on Fridays.", "") == derived
    assert position_of(asked, "", "Keep Fridays.") == Position("We should close on Fridays.", "Keep Fridays.")
    assert position_of(asked, "Close it.", "Keep it.") == Position("Close it.", "Keep it.")


def test_the_moderators_own_statement_is_denied_by_rule_where_it_can_be() -> None:
    own = position_of("Cars or bikes?", "We should buy bikes.", "")
    assert own == Position("We should buy bikes.", "We should not buy bikes.")
    assert position_of("Cars or bikes?", "Bikes!", "") == Position("Bikes!", None)


def test_open_questions_have_none_and_unsure_ones_are_left_to_the_moderator() -> None:
    assert position_of("Where should we meet?", "", "") == Position(None, None)
    assert position_of("Cars or bikes?", "", "") is None


@pytest.mark.parametrize(
    ("typed", "references"),
    [
        ("", ()),
        ("alice, bob", ("web:demo@alice", "web:demo@bob")),
        ("Ann Lee; @bob\n@carol", ("web:demo@Ann Lee", "web:demo@bob", "web:demo@carol")),
        ("@ann @bob <@U1> <!subteam^S1>", ("web:demo@ann", "web:demo@bob", "<@U1>", "<!subteam^S1>")),
        ("web:0a1b, web:other", ("web:0a1b", "web:other")),
        ("everyone", ("web:demo",)),
        ("@channel, alice, alice", ("web:demo", "web:demo@alice")),
    ],
)
def test_who_is_invited(typed: str, references: tuple[str, ...]) -> None:
    assert invited_by(typed, "web:demo") == references


def test_questions_that_come_at_once_load_the_dictionary_once(monkeypatch: pytest.MonkeyPatch) -> None:
    together, most = 0, 0

    def slowly(question: str) -> Derived:
        nonlocal together, most
        together += 1
        most = max(most, together)
        time.sleep(0.01)
        together -= 1
        return derive(question)

    monkeypatch.setattr("bot.forms.asking.derive", slowly)
    with ThreadPoolExecutor(4) as threads:
        read = list(threads.map(lambda _: position_of("Should we begin?", "", ""), range(4)))
    assert read == [Position("We should begin.", "We should not begin.")] * 4
    assert most == 1
