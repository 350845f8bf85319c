"""The forms that make rounds: `ask` and a channel's settings."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass

from bot.forms.rules import NAMED_WELFARE, OWN_ALPHA, BackEnds
from bot.platform import CheckField, ChoiceField, DeadlineField, Field, Form, MembersField, Text, TextField
from bot.texts import Texts
from engine.position import Derived, QuestionKind, derive
from engine.rounds.members import text_problem
from engine.rounds.model import MAX_QUESTION
from engine.welfare import WelfareRule

QUESTION_MARKS = ("?", "\uff1f", "\u061f", "\u2e2e", "\u037e")
"""Western, full-width, Arabic, reversed and Greek."""

_READING = threading.Lock()


@dataclass(frozen=True, slots=True)
class Question:
    """A question fit to be asked. mark_added: it came without a question mark."""

    text: str
    mark_added: bool = False


def read_question(text: str) -> Question | tuple[str, dict[str, int]]:
    """The question that was typed, or the text id and values of the sentence about what is wrong with it."""
    text = " ".join(text.split())
    if not text:
        return "question-empty", {}
    if len(text) > MAX_QUESTION:
        return "question-too-long", {"length": len(text), "limit": MAX_QUESTION}
    if text_problem(text) is not None:
        return "question-not-text", {}
    if any(mark in text for mark in QUESTION_MARKS):
        return Question(text)
    bare = text.rstrip(".!… ")
    derived = _derived(bare)
    said = derived.statement is not None and derived.statement.affirming.rstrip(".").casefold() == bare.casefold()
    if derived.kind is QuestionKind.UNSURE or said:
        return "question-no-question", {}
    return Question(f"{bare}?", mark_added=True)


@dataclass(frozen=True, slots=True)
class Position:
    """The position statement of a round and its denial; both None where the question is open."""

    affirming: str | None
    negating: str | None


def position_of(question: str, affirming: str, negating: str) -> Position | None:
    """What members rate: the moderator's own words, else what the rule makes of the question.

    affirming, negating: as typed, "" for nothing. None when the rule is unsure and the moderator must say.
    """
    derived = _derived(question)
    own, denial = affirming.strip() or None, negating.strip() or None
    if derived.statement is not None and own in {None, derived.statement.affirming}:
        return Position(derived.statement.affirming, denial or derived.statement.negating)
    if own is not None:
        return Position(own, denial or _denied(own))
    return Position(None, None) if derived.kind is QuestionKind.OPEN else None


def _denied(affirming: str) -> str | None:
    statement = _derived(affirming).statement
    same = statement is not None and statement.affirming.casefold() == affirming.casefold()
    return statement.negating if statement is not None and same else None


def _derived(question: str) -> Derived:
    """What the rule makes of a question; while one thread loads the dictionary, no other loads it as well."""
    with _READING:
        return derive(question)


def ask_form(
    values: Mapping[str, str], back_ends: BackEnds, texts: Texts, *, replaces: str = "", unsure: bool = False
) -> Form:
    """The form that opens a round.

    values: what its fields hold. replaces: the round it would stand in for. unsure: it opens because the
    position statement could not be told from the question.
    """
    question = TextField(
        "question",
        texts("field-question"),
        values.get("question", ""),
        texts("hint-question"),
        limit=MAX_QUESTION,
    )
    statements = tuple(
        TextField(name, texts(label), values.get(name, ""), texts(hint), limit=MAX_QUESTION, required=False)
        for name, label, hint in (
            ("affirming", "field-affirming", "hint-affirming"),
            ("negating", "field-negating", "hint-negating"),
        )
    )
    fields = (question, *statements, *_rule_fields(values, back_ends, texts, ends=True))
    intro = (Text(texts("position-unsure")),) if unsure else ()
    return Form("ask", texts("form-ask"), texts("form-ask-submit"), fields, intro, target=replaces)


def settings_form(values: Mapping[str, str], back_ends: BackEnds, texts: Texts) -> Form:
    """The form with a channel's defaults."""
    fields = _rule_fields(values, back_ends, texts)
    return Form("settings", texts("form-settings"), texts("form-settings-submit"), fields)


def _rule_fields(
    values: Mapping[str, str], back_ends: BackEnds, texts: Texts, *, ends: bool = False
) -> tuple[Field, ...]:
    """The rules' fields. ends: the round begins now, so that its durations end at a known time."""

    def lasting(name: str, label: str, until: str, after: str = "") -> TextField:
        shown = (name, texts(label), values.get(name, ""), texts("hint-duration"))
        if not ends:
            return TextField(*shown, limit=100, required=False)
        return DeadlineField(*shown, limit=100, required=False, until=texts(until), after=after)

    def text(name: str, label: str, hint: str = "", limit: int = 100) -> TextField:
        shown = texts(hint) if hint else ""
        return TextField(name, texts(label), values.get(name, ""), shown, limit=limit, required=False)

    def choice(name: str, label: str, options: tuple[tuple[str, str], ...]) -> ChoiceField:
        return ChoiceField(name, texts(label), tuple((key, texts(one)) for key, one in options), values.get(name, ""))

    def tick(name: str, label: str, hint: str = "") -> CheckField:
        return CheckField(name, texts(label), values.get(name) == "yes", texts(hint) if hint else "")

    return (
        tick("rate_position", "field-rate-position"),
        choice("roster", "field-roster", (("open", "roster-open"), ("invited", "roster-invited"))),
        MembersField(
            "invited",
            texts("field-invited"),
            values.get("invited", ""),
            texts("hint-invited"),
            limit=2_000,
            required=False,
        ),
        choice("electorate", "field-electorate", (("roster", "electorate-roster"), ("channel", "electorate-channel"))),
        lasting("opinion_seconds", "field-opinion-time", "field-opinions-until"),
        lasting("voting_seconds", "field-voting-time", "field-voting-until", "opinion_seconds"),
        text("quorum", "field-quorum", "hint-quorum"),
        choice("ballot", "field-ballot", (("open", "ballot-choice-open"), ("private", "ballot-choice-private"))),
        tick("hidden_results", "field-hidden-results", "hint-hidden-results"),
        choice("welfare", "field-welfare", _welfare_options(back_ends)),
        text("alpha", "field-alpha", "hint-alpha"),
        text("drafted", "field-drafted"),
        text("posted", "field-posted"),
        text("critique_iterations", "field-critique-iterations", "hint-critique-iterations"),
        text("critique_seconds", "field-critique-time", "hint-duration"),
        tick("reminders", "field-reminders"),
    )


_WELFARE_LABELS = {
    "utilitarian": "welfare-utilitarian",
    "bernoulli-nash": "welfare-bernoulli-nash",
    "rawlsian": "welfare-rawlsian",
    "median": "welfare-median",
    "schulze": "welfare-schulze",
    OWN_ALPHA: "welfare-alpha",
}


def _welfare_options(back_ends: BackEnds) -> tuple[tuple[str, str], ...]:
    """Without a calibration only rules that need no positive scale are offered."""
    offered = [name for name in NAMED_WELFARE if back_ends.calibrated or not WelfareRule.parse(name).needs_positive]
    if back_ends.calibrated:
        offered.append(OWN_ALPHA)
    return tuple((name, _WELFARE_LABELS[name]) for name in offered)
