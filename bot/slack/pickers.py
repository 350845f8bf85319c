"""Slack's pickers for people, user groups, channels and times, and what was picked as the text of a field.

Slack has no picker of user groups: they are the options of a menu. What a field holds and no picker can show, such as
a name typed elsewhere, stands in an input of its own. An end that nobody moved stays the duration it was made of.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.cutting import cut
from bot.durations import parse_duration
from bot.platform import DeadlineField, MembersField
from bot.slack.blocks import LABEL, Json, plain
from bot.slack.ids import ours, theirs
from bot.texts import Texts

IN_MENU = 100
"""Options in a menu, or in one of its sections, of which there may be as many."""

LARGEST = 10
"""Sections of a menu that we use: a view has at most 250 kB."""

Groups = Sequence[tuple[str, str]]
"""(Slack's id, handle) of user groups."""

GROUPS, CHANNELS, TYPED = "~2l", "~3l", "~4l"
"""What follows a field's name in the names of its further blocks; see `bot.slack.views`."""

_PEOPLE = {"type": "multi_users_select"}
_PLACES = {
    "type": "multi_conversations_select",
    "filter": {"include": ["public", "private"], "exclude_bot_users": True},
}
_PICKED = ("selected_users", "selected_conversations", "selected_options")
EVERYONE = "everyone"


def members(field: MembersField, texts: Texts, groups: Groups, channel: str) -> Iterator[tuple[str, str, Json, str]]:
    """(block's name, label, element, hint) of the pickers of a field. channel: Slack's id of where it is opened."""
    people, teams, places, typed = _held(field.value, channel)
    hint = texts("hint-people") if field.hint else ""
    yield field.name, field.label, _PEOPLE | ({"initial_users": people} if people else {}), hint
    menu = _menu(groups, teams)
    if menu is not None:
        yield field.name + GROUPS, texts("field-groups"), menu, ""
    else:
        typed += [f"@{one}" for one in teams]
    if field.channels:
        element = _PLACES | ({"initial_conversations": places} if places else {})
        yield field.name + CHANNELS, texts("field-channels"), element, texts("hint-channels")
    if typed:
        element = {"type": "plain_text_input", "initial_value": ", ".join(typed)}
        yield field.name + TYPED, texts("field-others-by-name"), element, ""


def deadline(field: DeadlineField, ends: Mapping[str, float], now: float) -> tuple[Json, float] | None:
    """The picker of a field and the time it shows; None where the field holds no duration. ends: of earlier fields."""
    seconds = parse_duration(field.value)
    if seconds is None:
        return None
    end = ends.get(field.after, now) + seconds
    return {"type": "datetimepicker", "initial_date_time": int(end), "action_id": f"{field.name}/{field.value}"}, end


def picked(element: Mapping[str, Any], team: str) -> str | None:
    """What was picked, as the field's text: ids of ours with commas between; None for another kind of element."""
    if element.get("type") not in {"multi_users_select", "multi_conversations_select", "multi_static_select"}:
        return None
    chosen = [one for name in _PICKED for one in element.get(name) or ()]
    return ", ".join(ours(team, str(one["value"] if isinstance(one, Mapping) else one)) for one in chosen)


def picked_time(action: str, element: Mapping[str, Any], block: Mapping[str, Any]) -> str | None:
    """The time that was picked as "@SECONDS", the duration where it was not moved; None for another element."""
    if element.get("type") != "datetimepicker":
        return None
    at = element.get("selected_date_time")
    if at is None:
        return ""
    if at == (block.get("element") or {}).get("initial_date_time"):
        return action.partition("/")[2]
    return f"@{at}"


def _held(value: str, channel: str) -> tuple[list[str], list[str], list[str], list[str]]:
    """A field's text as Slack's ids of people, user groups and channels, and the rest."""
    people: list[str] = []
    groups: list[str] = []
    places: list[str] = []
    typed: list[str] = []
    for one in (part.strip() for part in value.split(",")):
        try:
            known = theirs(one).id
        except ValueError:
            known = channel if one.casefold() == EVERYONE and channel else ""
        held = {"U": people, "W": people, "S": groups, "C": places, "G": places}.get(known[:1])
        if held is not None:
            held.append(known)
        elif one:
            typed.append(one)
    return people, groups, places, typed


def _menu(groups: Groups, chosen: Sequence[str]) -> Json | None:
    """A menu of user groups, those chosen first in it; None where the workspace has none."""
    known = dict(groups)
    held = [(one, known.get(one, one)) for one in chosen]
    options = [_option(*one) for one in (*held, *(one for one in groups if one[0] not in chosen))]
    if not options:
        return None
    element: Json = {"type": "multi_static_select"}
    if len(options) <= IN_MENU:
        element["options"] = options
    else:
        sections = [options[at : at + IN_MENU] for at in range(0, len(options), IN_MENU)][:LARGEST]
        element["option_groups"] = [
            {"label": plain(cut(f"{one[0]['text']['text']} - {one[-1]['text']['text']}", LABEL)), "options": one}
            for one in sections
        ]
    if held:
        element["initial_options"] = options[: len(held)]
    return element


def _option(group: str, handle: str) -> Json:
    return {"text": plain(cut(f"@{handle}", LABEL)), "value": group}
