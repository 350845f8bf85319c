"""The rules of a round as a form's texts, and back: one reading for a channel's settings and for `ask`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any

from bot.durations import parse_duration, write_duration
from bot.texts import Texts
from engine.errors import RulesError
from engine.rounds.model import Ballot, Electorate, Roster, Rules, rule_problems
from engine.welfare import WelfareRule

Values = Mapping[str, str]
"""A form's values by field name: choices by value, ticks "yes" or "", everything else as typed."""

DURATIONS = ("opinion_seconds", "voting_seconds", "critique_seconds")
COUNTS = ("drafted", "posted", "critique_iterations")
TICKS = ("hidden_results", "rate_position", "reminders")
CHOICES: dict[str, type[StrEnum]] = {"roster": Roster, "electorate": Electorate, "ballot": Ballot}
NAMED_WELFARE = ("utilitarian", "bernoulli-nash", "rawlsian", "median", "schulze")
OWN_ALPHA = "alpha"


@dataclass(frozen=True, slots=True)
class BackEnds:
    """What drafts and predicts for new rounds here.

    generator, predictor: catalog names. calibrated: the predictor's expected agreement is on the 1-7 scale,
    which welfare rules with alpha above 0 need. Where the models send opinions is asked where cards are made.
    """

    generator: str = "extractive"
    predictor: str = "lexical"
    calibrated: bool = True


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """Why a field cannot stand: its name, a text id, and what that text mentions."""

    field: str
    message: str
    values: tuple[tuple[str, str | int], ...] = ()

    def sentence(self, texts: Texts) -> tuple[str, str]:
        """(field name, the sentence on it)."""
        return self.field, texts(self.message, **dict(self.values))


def write_rules(rules: Rules) -> dict[str, str]:
    """What the form's fields hold for these rules; `read_rules` reads it back."""
    values: dict[str, str] = {name: write_duration(getattr(rules, name)) for name in DURATIONS}
    values |= {name: str(getattr(rules, name)) for name in (*COUNTS, *CHOICES)}
    values |= {name: "yes" if getattr(rules, name) else "" for name in TICKS}
    named = rules.welfare in NAMED_WELFARE
    values["welfare"] = rules.welfare if named else OWN_ALPHA
    values["alpha"] = "" if named else rules.welfare.removeprefix("alpha=")
    values["quorum"] = _written_quorum(rules)
    return values


def _written_quorum(rules: Rules) -> str:
    if rules.quorum is None:
        return ""
    return f"{rules.quorum:g}" if rules.roster is Roster.OPEN else f"{rules.quorum * 100:g}%"


def read_rules(
    values: Values, base: Rules, back_ends: BackEnds, at: float | None = None
) -> tuple[Rules, tuple[FieldProblem, ...]]:
    """The rules that a form's values say, and every problem with them in the order of the fields.

    Fields that are absent, and durations and counts left empty, are taken from `base`. at: when the round begins,
    seconds since the epoch, UTC; then a duration may be said by its end, "@SECONDS". With problems the rules must
    not be used.
    """
    problems: list[FieldProblem] = []
    found: dict[str, Any] = {"generator": back_ends.generator, "predictor": back_ends.predictor}
    for name, choice in CHOICES.items():
        if name in values:
            try:
                found[name] = choice(values[name])
            except ValueError:
                problems.append(_unusable(name, "rules-choice-unknown", values[name]))
    begins = at
    for name in DURATIONS:
        if values.get(name, "").strip():
            seconds = _seconds(values[name], begins)
            if seconds is None:
                problems.append(_unusable(name, "duration-unclear", values[name]))
            elif seconds <= 0:
                problems.append(FieldProblem(name, "deadline-past" if begins == at else "deadline-too-early"))
            else:
                found[name] = seconds
        if begins is not None:
            begins += found.get(name, getattr(base, name))
    for name in COUNTS:
        if values.get(name, "").strip():
            if values[name].strip().isdecimal() and len(values[name].strip()) <= MOST_DIGITS:
                found[name] = int(values[name])
            else:
                problems.append(_unusable(name, "rules-number-unclear", values[name]))
    found |= {name: values[name] == "yes" for name in TICKS if name in values}
    found["welfare"] = base.welfare
    if "welfare" in values:
        _read_welfare(values, found, problems)
    if WelfareRule.parse(found["welfare"]).needs_positive and not back_ends.calibrated:
        problems.append(FieldProblem("welfare", "rules-welfare-uncalibrated"))
    roster = found.get("roster", base.roster)
    found["quorum"] = base.quorum if roster is base.roster else None
    if "quorum" in values:
        _read_quorum(values["quorum"], roster, found, problems)
    rules = replace(base, **found)
    broken = {one.field for one in problems}
    contradictions = (FieldProblem(one.field, one.message) for one in rule_problems(rules) if one.field not in broken)
    ordered = {field.name: place for place, field in enumerate(fields(Rules))}
    problems += contradictions
    return rules, tuple(sorted(problems, key=lambda one: ordered.get(one.field, len(ordered))))


def _seconds(given: str, begins: float | None) -> float | None:
    """A duration as said, or the seconds from `begins` to its end; None for neither."""
    end = given.strip().removeprefix("@")
    if begins is not None and end != given.strip() and end.isdecimal() and len(end) <= MOST_DIGITS_OF_A_TIME:
        return int(end) - begins
    return parse_duration(given)


MOST_DIGITS_OF_A_TIME = 11
MOST_DIGITS = 6
SHOWN = 40
"""How many characters of an unusable value are quoted back."""


def _unusable(name: str, message: str, given: str) -> FieldProblem:
    return FieldProblem(name, message, (("given", given.strip()[:SHOWN]),))


def _read_welfare(values: Values, found: dict[str, Any], problems: list[FieldProblem]) -> None:
    chosen, alpha = values["welfare"], values.get("alpha", "").strip()
    own = chosen == OWN_ALPHA
    try:
        found["welfare"] = str(WelfareRule.parse(alpha if own else chosen))
    except RulesError:
        problems.append(FieldProblem("alpha" if own else "welfare", "rules-welfare-unknown"))


def _read_quorum(given: str, roster: Roster, found: dict[str, Any], problems: list[FieldProblem]) -> None:
    text = given.strip().replace(",", ".")
    if not text:
        found["quorum"] = None
        return
    bare = text.removesuffix("%").strip()
    try:
        number = float(bare) if bare.replace(".", "", 1).isdecimal() else -1.0
    except ValueError:
        number = -1.0
    if roster is Roster.INVITED and (text.endswith("%") or number > 1):
        number /= 100
    wrong = roster is Roster.OPEN and text.endswith("%")
    found["quorum"] = -1.0 if wrong else number


def stored_rules(settings: Values, back_ends: BackEnds) -> Rules:
    """A channel's defaults; what no longer reads (a setting of an older version) falls back to ours."""
    defaults = Rules(generator=back_ends.generator, predictor=back_ends.predictor)
    rules, problems = read_rules(settings, defaults, back_ends)
    if not problems:
        return rules
    broken = {one.field for one in problems}
    rules, problems = read_rules({k: v for k, v in settings.items() if k not in broken}, defaults, back_ends)
    return defaults if problems else rules
