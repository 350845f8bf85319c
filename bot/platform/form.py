"""A form: a dialog of fields, which every platform renders in its own way."""

from __future__ import annotations

from dataclasses import dataclass

from bot.platform.card import Block


@dataclass(frozen=True, slots=True)
class TextField:
    """A text input; `limit` in characters."""

    name: str
    label: str
    value: str = ""
    hint: str = ""
    limit: int = 4_000
    multiline: bool = False
    required: bool = True


@dataclass(frozen=True, slots=True)
class MembersField(TextField):
    """People by name, with commas between; a platform with pickers shows those. channels: whole channels as well."""

    channels: bool = True


@dataclass(frozen=True, slots=True)
class DeadlineField(TextField):
    """How long something may take ("1 day"); a platform with pickers shows the time at which it ends.

    until: the label of such a time. after: the field whose end it follows, "" for the moment of submitting. A picked
    time is submitted as "@SECONDS", since the epoch, UTC.
    """

    until: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class ChoiceField:
    """One of up to ten options: (value, label)."""

    name: str
    label: str
    options: tuple[tuple[str, str], ...]
    value: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class RatingField:
    """A 1-7 choice between two poles; may be left open when not `required`."""

    name: str
    label: str
    low: str
    high: str
    value: int | None = None
    required: bool = False
    statement: str = ""


@dataclass(frozen=True, slots=True)
class CheckField:
    """A yes/no choice, off unless `value`."""

    name: str
    label: str
    value: bool = False
    hint: str = ""


Field = TextField | ChoiceField | RatingField | CheckField


@dataclass(frozen=True, slots=True)
class Form:
    """A dialog. Submitting it sends FormSubmitted(form=kind, round, target, values).

    `values` of a submission are texts: ratings "1".."7" or "", checks "yes" or "".
    """

    kind: str
    title: str
    submit: str
    fields: tuple[Field, ...]
    intro: tuple[Block, ...] = ()
    round: str = ""
    target: str = ""
