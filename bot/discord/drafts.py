"""A form that is not finished, kept in a message that only its writer sees.

A modal cannot say what is wrong with it and has room for five parts. So what was typed stands in a message: texts as
embeds, choices in the identity of its buttons, what is wrong above. Its buttons open a page again or send it all.
Nothing of it is kept anywhere else, so that it outlives the bot's process.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.cutting import cut
from bot.discord.keys import FormKey, read_key, read_state, write_key, write_state
from bot.discord.messages import CONTENT, NOBODY, Json, button, row_of
from bot.discord.modals import Values, pages
from bot.discord.wording import inert
from bot.platform import CheckField, ChoiceField, Field, Form, RatingField, Style, TextField
from bot.texts import Texts

EMBED = 4_096
TITLE = 256
FILLED = "1"
SEND = "send"

Problems = tuple[tuple[str, str], ...]


def draft(form: Form, values: Values, problems: Problems, texts: Texts, *, thread: bool = False) -> Json:
    """The message: what is wrong, what was chosen and typed, and the buttons.

    problems: (field, sentence); one on a field that the form does not have stands for itself.
    """
    state = _state(form, values)
    labels = {one.name: one.label for one in form.fields}
    lines = [f"### {inert(form.title)}"]
    lines += [f"**{inert(labels[name])}**: {inert(said)}" if name in labels else inert(said) for name, said in problems]
    sheets = pages(form)
    if len(sheets) > 1:
        chosen = [line for one in form.fields if (line := _chosen(one, values.get(one.name, ""), texts))]
        lines += ["", *chosen]
    else:
        lines.append(f"-# {inert(texts('draft-kept'))}")
    key = FormKey("d", "", form.kind, form.round, form.target, state, thread)
    return {
        "content": cut("\n".join(lines), CONTENT),
        "embeds": [
            {"title": cut(one.label, TITLE), "description": cut(values[one.name], EMBED)}
            for one in form.fields
            if isinstance(one, TextField) and values.get(one.name, "").strip()
        ],
        "components": _buttons(form, sheets, key, texts),
        "allowed_mentions": NOBODY,
    }


def given_back(typed: Sequence[str], problems: Problems) -> Json:
    """What was typed into a form that is not to be had any more: why it was not taken, and the words themselves."""
    return {
        "content": cut("\n".join(inert(said) for _, said in problems), CONTENT),
        "embeds": [{"description": cut(one, EMBED)} for one in typed],
        "components": [],
        "allowed_mentions": NOBODY,
    }


def _buttons(form: Form, sheets: list[tuple[Field, ...]], key: FormKey, texts: Texts) -> list[Json]:
    def part(name: str) -> str:
        return write_key(FormKey("d", name, key.kind, key.round, key.target, key.state, key.thread))

    if len(sheets) == 1:
        return [row_of(button(part("0"), texts("draft-correct"), Style.PRIMARY))]
    openers = [
        button(part(str(number)), texts("draft-page", number=number + 1, field=sheet[0].label))
        for number, sheet in enumerate(sheets)
    ]
    rows = [row_of(*openers[at : at + 5]) for at in range(0, len(openers), 5)]
    return [*rows, row_of(button(part(SEND), form.submit, Style.PRIMARY))]


def _chosen(field: Field, value: str, texts: Texts) -> str:
    said = ""
    match field:
        case ChoiceField():
            said = dict(field.options).get(value, value)
        case CheckField():
            said = texts("yes") if value == "yes" else texts("no")
        case RatingField():
            said = value
        case TextField():
            pass
    return f"{inert(field.label)}: {inert(said)}" if said else ""


def _state(form: Form, values: Values) -> str:
    return write_state([_code(one, values.get(one.name, "")) for one in form.fields])


def _code(field: Field, value: str) -> str:
    match field:
        case TextField():
            return FILLED if value.strip() else ""
        case ChoiceField():
            known = [key for key, _ in field.options]
            return _DIGITS[known.index(value)] if value in known else value
        case CheckField():
            return FILLED if value == "yes" else ""
        case RatingField():
            return value


_DIGITS = "abcdefghijklmnopqrstuvwxyz"


def key_of(message: Mapping[str, Any]) -> FormKey | None:
    """Which draft a message is; None where it is none."""
    for row in message.get("components") or ():
        for one in row.get("components") or ():
            key = read_key(str(one.get("custom_id") or ""))
            if isinstance(key, FormKey) and key.place == "d":
                return key
    return None


def values_of(form: Form, message: Mapping[str, Any], state: str) -> dict[str, str]:
    """The values that a draft's message holds. state: out of the identity of one of its buttons."""
    codes = read_state(state)
    texts = [
        str(one.get("description") or "") for one in message.get("embeds") or () if one.get("type", "rich") == "rich"
    ]
    found: dict[str, str] = {}
    for one, code in zip(form.fields, [*codes, *[""] * len(form.fields)], strict=False):
        match one:
            case TextField():
                found[one.name] = texts.pop(0) if code and texts else ""
            case ChoiceField():
                at = _DIGITS.find(code) if len(code) == 1 else -1
                found[one.name] = one.options[at][0] if 0 <= at < len(one.options) else code
            case CheckField():
                found[one.name] = "yes" if code else ""
            case RatingField():
                found[one.name] = code
    return found
