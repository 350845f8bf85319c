"""A channel's settings and the ask form: texts to rules and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.forms import BackEnds, read_rules, settings_form, stored_rules, write_rules
from bot.platform import CheckField, ChoiceField
from bot.texts import Texts
from engine.rounds.model import Ballot, Electorate, Roster, Rules, rule_problems

DEFAULTS = Rules()
HERE = BackEnds()


@st.composite
def standing_rules(draw: st.DrawFn) -> Rules:
    roster = draw(st.sampled_from(Roster))
    ballot = draw(st.sampled_from(Ballot))
    drafted = draw(st.integers(1, 64))
    counts, shares = st.integers(3, 500).map(float), st.integers(1, 100).map(lambda percent: percent / 100)
    return Rules(
        roster=roster,
        electorate=draw(st.sampled_from(Electorate)),
        ballot=ballot,
        hidden_results=ballot is Ballot.PRIVATE and draw(st.booleans()),
        opinion_seconds=float(draw(st.integers(60, 366 * 86_400))),
        voting_seconds=float(draw(st.integers(60, 366 * 86_400))),
        critique_seconds=float(draw(st.integers(60, 366 * 86_400))),
        quorum=draw(st.none() | (counts if roster is Roster.OPEN else shares)),
        drafted=drafted,
        posted=draw(st.integers(1, min(drafted, 10))),
        welfare=draw(st.sampled_from(["utilitarian", "bernoulli-nash", "rawlsian", "median", "schulze", "alpha=2.5"])),
        critique_iterations=draw(st.integers(0, 5)),
        rate_position=draw(st.booleans()),
        reminders=draw(st.booleans()),
    )


@given(standing_rules())
def test_what_is_written_reads_back(rules: Rules) -> None:
    assert not rule_problems(rules)
    read, problems = read_rules(write_rules(rules), DEFAULTS, HERE)
    assert problems == ()
    assert read.quorum == (None if rules.quorum is None else pytest.approx(rules.quorum))
    assert {**write_rules(read)} == write_rules(rules)


@given(st.dictionaries(st.sampled_from([*write_rules(DEFAULTS), "other"]), st.text(max_size=30)))
def test_any_values_have_an_answer(values: dict[str, str]) -> None:
    rules, problems = read_rules(values, DEFAULTS, HERE)
    texts = Texts()
    assert all(sentence for _, sentence in (one.sentence(texts) for one in problems))
    assert problems or not rule_problems(rules)
    assert not rule_problems(stored_rules(values, HERE))


@pytest.mark.parametrize(
    ("values", "field", "message"),
    [
        ({"opinion_seconds": "soon"}, "opinion_seconds", "duration-unclear"),
        ({"voting_seconds": "10s"}, "voting_seconds", "rules-duration-range"),
        ({"hidden_results": "yes"}, "hidden_results", "rules-hidden-needs-private"),
        ({"quorum": "2"}, "quorum", "rules-quorum-count"),
        ({"quorum": "50%"}, "quorum", "rules-quorum-count"),
        ({"quorum": "all"}, "quorum", "rules-quorum-count"),
        ({"quorum": "120%", "roster": "invited"}, "quorum", "rules-quorum-fraction"),
        ({"quorum": "0%", "roster": "invited"}, "quorum", "rules-quorum-fraction"),
        ({"drafted": "2"}, "posted", "rules-posted-range"),
        ({"drafted": "-1"}, "drafted", "rules-number-unclear"),
        ({"drafted": "9" * 4_400}, "drafted", "rules-number-unclear"),
        ({"critique_iterations": "6"}, "critique_iterations", "rules-critiques-range"),
        ({"ballot": "secret"}, "ballot", "rules-choice-unknown"),
        ({"welfare": "dictator"}, "welfare", "rules-welfare-unknown"),
        ({"welfare": "alpha", "alpha": "-1"}, "alpha", "rules-welfare-unknown"),
        ({"welfare": "alpha", "alpha": ""}, "alpha", "rules-welfare-unknown"),
    ],
)
def test_problems_name_their_field(values: dict[str, str], field: str, message: str) -> None:
    _, problems = read_rules(values, DEFAULTS, HERE)
    assert [(one.field, one.message) for one in problems] == [(field, message)]


@pytest.mark.parametrize(
    ("given", "roster", "quorum"),
    [("7", "open", 7.0), ("", "open", None), ("80%", "invited", 0.8), ("0.8", "invited", 0.8), ("80", "invited", 0.8)],
)
def test_quorum_reads_as_people_write_it(given: str, roster: str, quorum: float | None) -> None:
    rules, problems = read_rules({"quorum": given, "roster": roster}, DEFAULTS, HERE)
    assert problems == ()
    assert rules.quorum == quorum


def test_any_alpha_may_be_chosen() -> None:
    for alpha, welfare in (("0", "utilitarian"), ("1", "bernoulli-nash"), ("inf", "rawlsian"), ("2.5", "alpha=2.5")):
        rules, problems = read_rules({"welfare": "alpha", "alpha": alpha}, DEFAULTS, HERE)
        assert (rules.welfare, problems) == (welfare, ())


def test_without_a_calibration_only_rules_without_a_positive_scale_are_offered_and_taken() -> None:
    uncalibrated = BackEnds(calibrated=False)
    _, problems = read_rules({"welfare": "rawlsian"}, DEFAULTS, uncalibrated)
    assert [(one.field, one.message) for one in problems] == [("welfare", "rules-welfare-uncalibrated")]
    form = settings_form(write_rules(DEFAULTS), uncalibrated, Texts())
    (welfare,) = [one for one in form.fields if isinstance(one, ChoiceField) and one.name == "welfare"]
    assert {value for value, _ in welfare.options} == {"utilitarian", "median", "schulze"}


def test_settings_of_an_older_version_fall_back_field_by_field() -> None:
    rules = stored_rules({"posted": "2", "ballot": "telepathy", "welfare": "median"}, HERE)
    assert (rules.posted, rules.ballot, rules.welfare) == (2, Ballot.OPEN, "median")


def test_the_form_shows_every_default() -> None:
    form = settings_form(write_rules(DEFAULTS), HERE, Texts())
    values = write_rules(DEFAULTS)
    for field in form.fields:
        if isinstance(field, CheckField):
            assert field.value == (values[field.name] == "yes")
        elif field.name != "invited":
            assert field.value == values[field.name]


def test_rules_name_the_back_ends_of_the_house() -> None:
    rules, _ = read_rules({}, DEFAULTS, BackEnds("openai:llama", "embedding"))
    assert (rules.generator, rules.predictor) == ("openai:llama", "embedding")
