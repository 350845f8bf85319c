"""What a button, a select or a modal carries: its identity is its data, within Discord's 100 characters.

Sources: Discord's reference of message components, `custom_id`.
"""

from __future__ import annotations

from dataclasses import dataclass

LIMIT = 100
SEPARATOR = "|"
_FREE = "0"


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button or scale of a card. value: the key of a scale, "" for a button."""

    action: str
    round: str
    target: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class FormKey:
    """A part of a form: a modal, or a control of the message in which a long form stands.

    place: "m" a modal, "d" a draft that is kept in a message, "b" a form of ratings, a page at a time. part:
    what it does there, such as "3" (the fourth page) or "send". state: the values so far, see `write_state`.
    thread: the round is to live in a thread of its own.
    """

    place: str
    part: str
    kind: str
    round: str = ""
    target: str = ""
    state: str = ""
    thread: bool = False


Key = Pressed | FormKey


def write_key(key: Key, number: int = 0) -> str:
    """The custom id. `number` tells two controls of one message apart that mean the same.

    Raises ValueError where it does not fit.
    """
    if isinstance(key, Pressed):
        parts = ["p", str(number), key.action, key.round, key.target]
    else:
        parts = [key.place, key.part, f"{'t' if key.thread else ''}", key.state, key.kind, key.round, key.target]
    if any(SEPARATOR in one for one in parts[:-1]):
        raise ValueError(f"{parts!r} cannot be written with {SEPARATOR!r} in it")
    written = SEPARATOR.join(parts)
    if len(written) > LIMIT:
        raise ValueError(f"the identity {written!r} is {len(written)} characters long and {LIMIT} fit")
    return written


def read_key(custom_id: str) -> Key | None:
    """What a custom id says, None where it is not one of ours."""
    place, _, rest = custom_id.partition(SEPARATOR)
    if place == "p":
        parts = rest.split(SEPARATOR, 3)
        return Pressed(*parts[1:]) if len(parts) == 4 else None
    if place in {"m", "d", "b"}:
        parts = rest.split(SEPARATOR, 5)
        if len(parts) != 6:
            return None
        part, thread, state, kind, round, target = parts
        return FormKey(place, part, kind, round, target, state, thread == "t")
    return None


def write_state(values: list[str]) -> str:
    """Short texts as one: a character each where they are one, in brackets otherwise, 0 for nothing."""
    return "".join(_written(one) for one in values)


def _written(value: str) -> str:
    if not value:
        return _FREE
    clean = value.replace("(", "").replace(")", "").replace(SEPARATOR, "")[:12]
    return value if len(value) == 1 and value not in "0()|" else f"({clean})"


def read_state(state: str) -> list[str]:
    """What `write_state` wrote; an unfinished one is read as far as it goes."""
    found: list[str] = []
    at = 0
    while at < len(state):
        if state[at] == "(":
            end = state.find(")", at)
            end = len(state) if end < 0 else end
            found.append(state[at + 1 : end])
            at = end + 1
        else:
            found.append("" if state[at] == _FREE else state[at])
            at += 1
    return found
