"""Cards, forms and replies as the JSON that a page draws."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

from bot.platform import (
    Button,
    Card,
    CheckField,
    ChoiceField,
    DeadlineField,
    Done,
    Fact,
    FieldProblems,
    Form,
    MembersField,
    Moment,
    Note,
    OpenForm,
    Picture,
    Quote,
    RatingField,
    Reply,
    Scale,
    Text,
    TextField,
    Whisper,
)

TYPES: dict[type, str] = {
    Text: "text",
    Quote: "quote",
    Fact: "fact",
    Moment: "moment",
    Note: "note",
    Picture: "picture",
    Button: "button",
    Scale: "scale",
    TextField: "text",
    MembersField: "text",
    DeadlineField: "text",
    ChoiceField: "choice",
    RatingField: "rating",
    CheckField: "check",
}


def to_json(value: object) -> Any:
    """A card, form or part of one as JSON-able values; `type` says what a part is."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (tuple, list)):
        return [to_json(item) for item in value]
    if is_dataclass(value):
        kind = {"type": TYPES[type(value)]} if type(value) in TYPES else {}
        drawn = TextField if isinstance(value, TextField) else value
        return kind | {field.name: to_json(getattr(value, field.name)) for field in fields(drawn)}
    return value


def card_json(card: Card) -> dict[str, Any]:
    """A card for a page."""
    made: dict[str, Any] = to_json(card)
    return made


def form_json(form: Form) -> dict[str, Any]:
    """A form for a page."""
    made: dict[str, Any] = to_json(form)
    return made


def reply_json(reply: Reply) -> dict[str, Any]:
    """What a page shows when its action was committed."""
    match reply:
        case Whisper(card):
            return {"type": "whisper", "card": card_json(card)}
        case OpenForm(form):
            return {"type": "form", "form": form_json(form)}
        case FieldProblems(problems):
            return {"type": "problems", "problems": to_json(problems)}
        case Done():
            return {"type": "done"}
