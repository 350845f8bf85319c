"""People, groups, channels and times picked in a modal: what is shown first, and what comes back as a field's text.

Limits: Slack's Block Kit reference, select menus and date-time pickers.
"""

from __future__ import annotations

from typing import Any

import pytest

from bot.forms.rules import BackEnds, read_rules
from bot.platform import DeadlineField, Form, MembersField
from bot.slack.views import modal, values_of
from bot.texts import Texts
from engine.rounds.model import Rules
from tests.slack_server.blocks import check_view
from tests.slack_server.checking import Check
from tests.slack_server.view_methods import initial_state

TEXTS = Texts()
NOW = 1_790_000_000.0
DAY = 86_400
GROUPS = (("S1", "designers"), ("S2", "leads"))


def shown(*fields: Any, direct: bool = False, groups: Any = GROUPS) -> dict[str, Any]:
    view = modal(Form("f", "Form", "Send", fields), "C1", TEXTS, direct=direct, team="T1", now=NOW, groups=groups)
    check = Check("modal")
    check_view(check, view)
    assert not check.problems
    return view


def members(value: str, **more: Any) -> MembersField:
    return MembersField("invited", "Who", value, required=False, **more)


def elements(view: dict[str, Any]) -> dict[str, Any]:
    return {one["block_id"]: one["element"] for one in view["blocks"] if one["type"] == "input"}


def given(view: dict[str, Any], **changed: dict[str, Any]) -> dict[str, str]:
    state = initial_state(view["blocks"])
    for name, value in changed.items():
        (action,) = state[name]
        state[name][action] = {"type": state[name][action]["type"], **value}
    return dict(values_of({**view, "state": {"values": state}}))


def test_people_groups_and_channels_come_back_as_ids_of_ours() -> None:
    view = shown(members(""))
    picked: dict[str, dict[str, Any]] = {
        "invited": {"selected_users": ["U1", "U2"]},
        "invited~2l": {"selected_options": [{"value": "S2", "text": {}}]},
        "invited~3l": {"selected_conversations": ["C9"]},
    }
    assert given(view, **picked) == {"invited": "slack:T1/U1, slack:T1/U2, slack:T1/S2, slack:T1/C9"}


def test_what_is_held_is_shown_in_its_picker_and_typed_names_in_an_input() -> None:
    view = shown(members("slack:T1/U1, @ada, slack:T1/S2, everyone, slack:T1/G7"))
    found = elements(view)
    assert found["invited"]["initial_users"] == ["U1"]
    assert [one["value"] for one in found["invited~2l"]["initial_options"]] == ["S2"]
    assert found["invited~3l"]["initial_conversations"] == ["C1", "G7"]
    assert found["invited~4l"]["initial_value"] == "@ada"
    assert given(view)["invited"] == "slack:T1/U1, slack:T1/S2, slack:T1/C1, slack:T1/G7, @ada"


def test_everyone_in_a_conversation_of_two_stays_a_word() -> None:
    assert elements(shown(members("everyone"), direct=True))["invited~4l"]["initial_value"] == "everyone"


def test_where_there_are_no_groups_a_held_one_is_kept_and_rights_name_no_channels() -> None:
    found = elements(shown(members("slack:T1/S1", channels=False), groups=()))
    assert sorted(found) == ["invited", "invited~2l"]
    assert [one["value"] for one in found["invited~2l"]["initial_options"]] == ["S1"]
    assert sorted(elements(shown(members("", channels=False), groups=()))) == ["invited"]


def test_a_thousand_groups_fit_a_menu() -> None:
    many = tuple((f"S{number}", f"group-{number:04}") for number in range(1_200))
    element = elements(shown(members("slack:T1/S1150"), groups=many))["invited~2l"]
    assert [len(one["options"]) for one in element["option_groups"]] == [100] * 10
    assert element["initial_options"][0]["value"] == "S1150"


def ends(**changed: dict[str, Any]) -> dict[str, str]:
    opinions = DeadlineField("opinion_seconds", "Opinions", "1 day", required=False)
    voting = DeadlineField("voting_seconds", "Voting", "2 days", required=False, after="opinion_seconds")
    view = shown(opinions, voting)
    found = elements(view)
    assert found["opinion_seconds"]["initial_date_time"] == NOW + DAY
    assert found["voting_seconds"]["initial_date_time"] == NOW + 3 * DAY
    return given(view, **changed)


def test_times_that_nobody_moved_stay_durations_and_moved_ones_are_ends() -> None:
    assert ends() == {"opinion_seconds": "1 day", "voting_seconds": "2 days"}
    moved = ends(opinion_seconds={"selected_date_time": 1_790_500_000}, voting_seconds={"selected_date_time": None})
    assert moved == {"opinion_seconds": "@1790500000", "voting_seconds": ""}


@pytest.mark.parametrize(
    ("values", "opinion", "voting"),
    [
        ({"opinion_seconds": f"@{NOW + DAY:.0f}"}, DAY, Rules().voting_seconds),
        ({"opinion_seconds": "1 day", "voting_seconds": f"@{NOW + 3 * DAY:.0f}"}, DAY, 2 * DAY),
        ({"voting_seconds": f"@{NOW + Rules().opinion_seconds + 600:.0f}"}, Rules().opinion_seconds, 600),
    ],
)
def test_an_end_is_read_as_the_time_until_then(values: dict[str, str], opinion: float, voting: float) -> None:
    rules, problems = read_rules(values, Rules(), BackEnds(), NOW)
    assert not problems
    assert (rules.opinion_seconds, rules.voting_seconds) == (opinion, voting)


@pytest.mark.parametrize(
    ("values", "field", "said"),
    [
        ({"opinion_seconds": "@1789999999"}, "opinion_seconds", "already over"),
        ({"voting_seconds": f"@{NOW + 60:.0f}"}, "voting_seconds", "after the phase before"),
        ({"opinion_seconds": f"@{NOW + 5:.0f}"}, "opinion_seconds", "from 1 minute"),
        ({"opinion_seconds": "@soon"}, "opinion_seconds", "no duration"),
        ({"opinion_seconds": "@99999999999999999999"}, "opinion_seconds", "no duration"),
    ],
)
def test_an_end_that_cannot_be_is_said_on_its_field(values: dict[str, str], field: str, said: str) -> None:
    _, (problem,) = read_rules(values, Rules(), BackEnds(), NOW)
    name, sentence = problem.sentence(TEXTS)
    assert name == field
    assert said in sentence


def test_without_a_beginning_an_end_says_nothing() -> None:
    _, (problem,) = read_rules({"opinion_seconds": "@1790500000"}, Rules(), BackEnds())
    assert problem.message == "duration-unclear"
