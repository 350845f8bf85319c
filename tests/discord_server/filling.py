"""What somebody enters in a modal or chooses in a message, as Discord's client takes it or refuses it."""

from __future__ import annotations

from tests.discord_server.components import CHECKBOX, CHECKBOXES, LABEL, RADIO, SELECT, TEXT_INPUT, walk
from tests.discord_server.interactions import Form
from tests.discord_server.refusal import Json

Entered = str | list[str] | bool | None


class Incomplete(AssertionError):
    """Discord's client does not let anybody submit this: a required field is empty, a text too long."""


def fields(form: Form) -> dict[str, Json]:
    """What can be filled in, by custom_id."""
    return {one["custom_id"]: one for one in walk(form.components) if "custom_id" in one}


def label_of(form: Form, custom_id: str) -> str:
    """What stands over a field."""
    for one in form.components:
        if one["type"] == LABEL and one["component"].get("custom_id") == custom_id:
            return str(one["label"])
    return str(fields(form)[custom_id].get("label") or custom_id)


def find(form: Form, name: str) -> str:
    """The custom_id of the field with this custom_id or label."""
    there = fields(form)
    if name in there:
        return name
    found = [one for one in there if name == label_of(form, one)]
    assert found, f"there is no field {name!r}; there are {sorted(there)}"
    return found[0]


def entered(part: Json, given: Entered) -> Entered:
    """The state of a field after somebody entered a value: an option may be named by value or label."""
    if part["type"] == TEXT_INPUT:
        return str(given or "")
    if part["type"] == CHECKBOX:
        return bool(given)
    if part["type"] == RADIO:
        return option(part, str(given)) if given not in (None, "") else None
    chosen = given if isinstance(given, list) else [str(given)] if given not in (None, "") else []
    return [option(part, one) for one in chosen]


def option(part: Json, given: str) -> str:
    """The value of an offered option; other selects offer people, roles and channels by id."""
    if part["type"] not in (SELECT, RADIO, CHECKBOXES):
        return given
    for one in part["options"]:
        if given in (one["value"], one["label"]):
            return str(one["value"])
    raise AssertionError(f"{given!r} is not offered; there are {[one['value'] for one in part['options']]}")


def check_complete(form: Form) -> None:
    """Raise Incomplete for what the client would not send."""
    for known, part in fields(form).items():
        problem = _problem(part, form.state.get(known))
        if problem:
            raise Incomplete(f"{label_of(form, known)!r}: {problem}")


def submitted(form: Form) -> list[Json]:
    """The components as a submission carries them."""
    return [_submitted(one, form) for one in form.components]


def _submitted(part: Json, form: Form) -> Json:
    shown: Json = {"type": part["type"], "id": part["id"]}
    if part["type"] == LABEL:
        return shown | {"component": _submitted(part["component"], form)}
    if "components" in part:
        return shown | {"components": [_submitted(one, form) for one in part["components"]]}
    if "custom_id" not in part:
        return shown
    state = form.state.get(part["custom_id"])
    name = "value" if part["type"] in (TEXT_INPUT, RADIO, CHECKBOX) else "values"
    return shown | {"custom_id": part["custom_id"], name: state}


def _problem(part: Json, state: Entered) -> str:
    required = part.get("required", True)
    if part["type"] == CHECKBOX:
        return ""
    if not state:
        return "is required" if required else ""
    if part["type"] == TEXT_INPUT:
        longest, shortest = part.get("max_length") or 4_000, part.get("min_length") or 0
        return "" if shortest <= len(str(state)) <= longest else f"{shortest} to {longest} characters"
    if isinstance(state, list):
        least, most = part.get("min_values", 1), part.get("max_values", 1)
        if part["type"] == CHECKBOXES:
            most = part.get("max_values") or len(part["options"])
        return "" if least <= len(state) <= most else f"{least} to {most} choices"
    return ""
