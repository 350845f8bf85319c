"""Forms as Slack modals and back: a block per field, named after it, and where it was opened in private_metadata.

Limits: Slack's Block Kit reference, blocks and views.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from bot.cutting import cut, pieces, width
from bot.platform import (
    CheckField,
    ChoiceField,
    DeadlineField,
    Field,
    Form,
    MembersField,
    Quote,
    RatingField,
    Text,
    TextField,
)
from bot.slack.blocks import LABEL, Json, block_kit, plain
from bot.slack.pickers import Groups, deadline, members, picked, picked_time
from bot.texts import Texts

IN_VIEW = 100
TITLE = 24
INPUT = 3_000
INPUT_LABEL = 2_000
METADATA = 3_000
OPEN = "none"
"""The radio button that takes a rating off, since Slack's cannot be switched off."""

_JOINTS = {"n": "\n", "s": " ", "c": "", "l": ", "}
"""How a long text's next input continues the one before, or a list's; the letter ends its block's name."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What a modal carries: the form's identity, and where it was opened. channel, team: Slack's ids."""

    form: str
    round: str
    target: str
    channel: str
    direct: bool
    team: str = ""


def modal(
    form: Form,
    channel: str,
    texts: Texts,
    *,
    direct: bool,
    team: str = "",
    now: float | None = None,
    groups: Groups = (),
) -> Json:
    """The modal of a form. groups: the workspace's user groups to choose from.

    now: seconds since the epoch, UTC; without it times are typed as durations. Raises ValueError where Slack has no
    room for it.
    """
    blocks: list[Json] = []
    if width(form.title) > TITLE:
        blocks += block_kit((Text(form.title, heading=True),))
    blocks += block_kit(form.intro)
    ends: dict[str, float] = {}
    for field in form.fields:
        if isinstance(field, MembersField):
            shown = members(field, texts, groups, "" if direct else channel)
            blocks += (_input(name, label, element, hint, optional=True) for name, label, element, hint in shown)
        elif now and isinstance(field, DeadlineField) and (found := deadline(field, ends, now)) is not None:
            element, ends[field.name] = found
            label = field.until or field.label
            blocks.append(_input(field.name, label, element, texts("hint-deadline"), optional=True))
        else:
            blocks += _field(field, texts)
    metadata = json.dumps(asdict(Opened(form.kind, form.round, form.target, channel, direct, team)))
    if len(blocks) > IN_VIEW or width(metadata) > METADATA:
        raise ValueError(f"the form {form.kind!r} has {len(blocks)} blocks; {IN_VIEW} fit a modal")
    return {
        "type": "modal",
        "callback_id": form.kind,
        "title": plain(cut(form.title, TITLE)),
        "submit": plain(cut(form.submit, TITLE)),
        "private_metadata": metadata,
        "blocks": blocks,
    }


def opened(view: Mapping[str, Any]) -> Opened | None:
    """Which form a modal is; None where it is not one of ours."""
    try:
        read = json.loads(view.get("private_metadata") or "")
        return Opened(**read)
    except (ValueError, TypeError):
        return None


def values_of(view: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """A submitted modal's values by field, as `FormSubmitted` has them."""
    found: dict[str, str] = {}
    state: Mapping[str, Mapping[str, Any]] = view.get("state", {}).get("values", {})
    blocks = {one.get("block_id"): one for one in view.get("blocks", ())}
    form = opened(view)
    for name, elements in state.items():
        action, element = next(iter(elements.items()), ("", {}))
        given = picked(element, form.team if form else "")
        if given is None:
            given = picked_time(action, element, blocks.get(name, {}))
        if given is None:
            given = _value(element)
        field, more, joint = name.partition("~")
        if not more:
            found[field] = given
        elif given:
            found[field] = f"{found.get(field, '')}{_JOINTS.get(joint[-1:], '')}{given}"
    return tuple(found.items())


def digest(values: tuple[tuple[str, str], ...]) -> str:
    """Short and the same for the same values."""
    return hashlib.sha256(json.dumps(sorted(values)).encode()).hexdigest()[:16]


def errors(view: Mapping[str, Any], problems: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """The sentences by block. One on a field that the modal does not show goes to the first it shows."""
    inputs = [str(one["block_id"]) for one in view.get("blocks", ()) if one.get("type") == "input"]
    shown: dict[str, str] = {}
    for field, sentence in problems:
        block = field if field in inputs or not inputs else inputs[0]
        shown[block] = cut(f"{shown[block]} {sentence}" if block in shown else sentence, INPUT_LABEL)
    return shown


def _value(element: Mapping[str, Any]) -> str:
    kind = element.get("type")
    if kind == "checkboxes":
        return "yes" if element.get("selected_options") else ""
    if kind in {"radio_buttons", "static_select"}:
        chosen = element.get("selected_option") or {}
        value = str(chosen.get("value") or "")
        return "" if value == OPEN and kind == "radio_buttons" else value
    return str(element.get("value") or "")


def _field(field: Field, texts: Texts) -> Iterator[Json]:
    match field:
        case TextField():
            yield from _text(field, texts)
        case ChoiceField():
            yield from _choice(field)
        case RatingField():
            yield from _rating(field, texts)
        case CheckField():
            option = _option("yes", texts("yes"))
            element: Json = {"type": "checkboxes", "options": [option]}
            if field.value:
                element["initial_options"] = [option]
            yield _input(field.name, field.label, element, field.hint, optional=True)


def _input(name: str, label: str, element: Json, hint: str = "", *, optional: bool) -> Json:
    made: Json = {
        "type": "input",
        "block_id": name,
        "label": plain(cut(label, INPUT_LABEL)),
        "element": {"action_id": name, **element},
        "optional": optional,
    }
    if hint:
        made["hint"] = plain(cut(hint, INPUT_LABEL))
    return made


def _text(field: TextField, texts: Texts) -> Iterator[Json]:
    """As many inputs as the text needs, and one to spare where the field takes more than Slack's 3,000 characters."""
    first, *others = _parts(field.value)
    yield _input(field.name, field.label, _typing(first[0], field), field.hint, optional=not field.required)
    if field.limit > INPUT and not others:
        others = [("", "c")]
    for number, (value, joint) in enumerate(others, 2):
        label = texts("field-continued", field=field.label, limit=INPUT)
        yield _input(f"{field.name}~{number}{joint}", label, _typing(value, field), optional=True)


def _typing(value: str, field: TextField) -> Json:
    element: Json = {"type": "plain_text_input", "multiline": field.multiline}
    if value:
        element["initial_value"] = value
    return element


def _parts(value: str) -> list[tuple[str, str]]:
    """A text in parts that fit an input, each with the letter of what stood between it and the one before."""
    parts: list[tuple[str, str]] = []
    joint = "c"
    for piece in pieces(value, INPUT) or [""]:
        letter = next((letter for letter, gap in _JOINTS.items() if gap and piece.endswith(gap)), "c")
        whole = letter == "c" or len(parts) + 1 == len(pieces(value, INPUT))
        parts.append((piece if whole else piece[:-1], joint))
        joint = letter
    return parts


def _choice(field: ChoiceField) -> Iterator[Json]:
    options = [_option(value, label) for value, label in field.options]
    long = [label for _, label in field.options if width(label) > LABEL]
    element: Json = {"type": "static_select", "options": options}
    chosen = next((one for one in options if one["value"] == field.value), None)
    if chosen is not None:
        element["initial_option"] = chosen
    yield _input(field.name, field.label, element, "\n".join([*long, field.hint]).strip(), optional=False)


def _rating(field: RatingField, texts: Texts) -> Iterator[Json]:
    if field.statement:
        yield from block_kit((Quote(field.statement),))
    poles = {1: field.low, 7: field.high}
    options = [
        _option(str(rating), f"{rating} · {poles[rating]}" if rating in poles else str(rating))
        for rating in range(1, 8)
    ]
    element: Json = {"type": "radio_buttons", "options": options}
    if field.value is not None:
        element["initial_option"] = options[field.value - 1]
        if not field.required:
            options.append(_option(OPEN, texts("no-rating")))
    yield _input(field.name, field.label, element, optional=not field.required)


def _option(value: str, label: str) -> Json:
    return {"text": plain(cut(label, LABEL)), "value": value}
