"""Forms: what a dialog asks, and what its texts mean."""

from bot.forms.answers import (
    ballot_draft,
    ballot_form,
    consent_form,
    critique_form,
    duration_form,
    hide_form,
    opinion_form,
    own_order,
    quality_form,
)
from bot.forms.asking import Position, Question, ask_form, position_of, read_question, settings_form
from bot.forms.rules import BackEnds, FieldProblem, read_rules, stored_rules, write_rules

__all__ = [
    "BackEnds",
    "FieldProblem",
    "Position",
    "Question",
    "ask_form",
    "ballot_draft",
    "ballot_form",
    "consent_form",
    "critique_form",
    "duration_form",
    "hide_form",
    "opinion_form",
    "own_order",
    "position_of",
    "quality_form",
    "read_question",
    "read_rules",
    "settings_form",
    "stored_rules",
    "write_rules",
]
