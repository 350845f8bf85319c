"""Forms as Discord modals and back: at most five parts each, so that a long form has several pages.

Limits: Discord's reference, "Component Reference": modal, label, text input, radio group, checkbox.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.cutting import cut, width
from bot.discord.keys import FormKey, write_key
from bot.discord.messages import Json, markdown
from bot.discord.wording import inert
from bot.platform import Block, CheckField, ChoiceField, Field, Form, Quote, RatingField, TextField
from bot.texts import Texts

PARTS = 5
TITLE = 45
LABEL = 45
DESCRIPTION = 100
OPTION = 100
DISPLAY = 4_000
INPUT = 4_000
RADIO = 10
OPEN = "none"
"""The radio button that takes a rating off, since Discord's cannot be switched off."""

Values = Mapping[str, str]
"""A form's values by field, as `FormSubmitted` has them."""


def pages(form: Form) -> list[tuple[Field, ...]]:
    """The fields that go on each modal. The first has its introduction; any has what its labels cannot hold."""
    found: list[tuple[Field, ...]] = []
    page: tuple[Field, ...] = ()
    for one in form.fields:
        intro = form.intro if not found else ()
        if page and len(page) + 1 + bool(_above(intro, (*page, one))) > PARTS:
            found.append(page)
            page = ()
        page = (*page, one)
    return [*found, page] if page or not found else found


def values_in(form: Form) -> dict[str, str]:
    """What the form's fields hold, as `FormSubmitted` would have them."""
    return {one.name: _held(one) for one in form.fields}


def _held(field: Field) -> str:
    if isinstance(field, CheckField):
        return "yes" if field.value else ""
    return "" if field.value is None else str(field.value)


def modal(form: Form, number: int, values: Values, texts: Texts, *, thread: bool = False) -> Json:
    """One page of a form as a modal, its fields holding `values`."""
    fields = pages(form)[number]
    intro = form.intro if number == 0 else ()
    parts: list[Json] = []
    if above := _above(intro, fields):
        parts.append({"type": 10, "content": cut(above, DISPLAY)})
    for field in fields:
        label: Json = {"type": 18, "label": cut(field.label, LABEL), "component": _component(field, values, texts)}
        if (hint := _hint(field)) and width(hint) <= DESCRIPTION:
            label["description"] = hint
        parts.append(label)
    key = FormKey("m", str(number), form.kind, form.round, form.target, thread=thread)
    return {"custom_id": write_key(key), "title": cut(form.title, TITLE), "components": parts}


def _above(intro: Sequence[Block], fields: Sequence[Field]) -> str:
    """What stands over the fields: the introduction, statements to rate, and labels and hints that are too long."""
    lines = [markdown(intro)] if intro else []
    for field in fields:
        if width(field.label) > LABEL:
            lines.append(inert(field.label))
        if isinstance(field, RatingField) and field.statement:
            lines.append(markdown([Quote(field.statement)]))
        if width(_hint(field)) > DESCRIPTION:
            lines.append(markdown_note(_hint(field)))
    return "\n".join(line for line in lines if line)


def markdown_note(text: str) -> str:
    """Small print."""
    return "\n".join(f"-# {line}" for line in inert(text).split("\n"))


def _hint(field: Field) -> str:
    return "" if isinstance(field, RatingField) else field.hint


def _component(field: Field, values: Values, texts: Texts) -> Json:
    value = values.get(field.name, "")
    match field:
        case TextField():
            made: Json = {
                "type": 4,
                "custom_id": field.name,
                "style": 2 if field.multiline or field.limit > 300 else 1,
                "required": field.required,
                "max_length": min(field.limit, INPUT),
            }
            if value:
                made["value"] = cut(value, made["max_length"])
            return made
        case ChoiceField():
            return _choice(field, value)
        case RatingField():
            options = list(_ratings(field, value, texts))
            return {"type": 21, "custom_id": field.name, "required": field.required, "options": options}
        case CheckField():
            return {"type": 23, "custom_id": field.name, "default": value == "yes"}


def _choice(field: ChoiceField, value: str) -> Json:
    options = [_option(key, label, chosen=key == value) for key, label in field.options]
    if 2 <= len(options) <= RADIO:
        return {"type": 21, "custom_id": field.name, "required": True, "options": options}
    return {"type": 3, "custom_id": field.name, "required": True, "options": options}


def _ratings(field: RatingField, value: str, texts: Texts) -> Iterator[Json]:
    poles = {1: field.low, 7: field.high}
    for rating in range(1, 8):
        label = f"{rating} · {poles[rating]}" if rating in poles else str(rating)
        yield _option(str(rating), label, chosen=value == str(rating))
    if value and not field.required:
        yield _option(OPEN, texts("no-rating"), chosen=False)


def _option(value: str, label: str, *, chosen: bool) -> Json:
    option: Json = {"value": value, "label": cut(label, OPTION)}
    if width(label) > OPTION:
        option["description"] = cut(label[len(option["label"]) - 1 :].strip(), OPTION)
    if chosen:
        option["default"] = True
    return option


def values_of(data: Mapping[str, Any]) -> dict[str, str]:
    """A submitted modal's values by field."""
    found: dict[str, str] = {}
    for part in data.get("components") or ():
        inside = [part["component"]] if "component" in part else part.get("components") or ()
        for one in inside:
            if "custom_id" in one:
                found[str(one["custom_id"])] = _given(one)
    return found


def typed_in(data: Mapping[str, Any]) -> list[str]:
    """The texts that were typed into a submitted modal."""
    parts = [part.get("component") or {} for part in data.get("components") or ()]
    return [str(one["value"]) for one in parts if one.get("type") == 4 and str(one.get("value") or "").strip()]


def _given(one: Mapping[str, Any]) -> str:
    if one.get("type") == 23:
        return "yes" if one.get("value") else ""
    if one.get("type") in {3, 22}:
        chosen = one.get("values") or ()
        return str(chosen[0]) if chosen else ""
    value = one.get("value")
    text = "" if value is None else str(value)
    return "" if text == OPEN and one.get("type") == 21 else text
