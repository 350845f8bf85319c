"""What a page may ask for, checked at the door: shapes, lengths, and text that a database can hold."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter

TEXT_LIMIT = 16_000
FRAME_LIMIT = 512 * 1024
KEYCAPS = frozenset("1234567")

Place = Literal["channel", "direct"]


Short = Annotated[str, StringConstraints(max_length=200)]
DeliveryId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{8,64}$")]


class _Action(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    delivery: DeliveryId


class Say(_Action):
    """Write a message in the channel, or to Parley in answer to `parent`."""

    do: Literal["say"]
    place: Place
    text: str
    parent: Short = ""
    attachments: int = Field(default=0, ge=0, le=100)


class Edit(_Action):
    """Change a message of one's own."""

    do: Literal["edit"]
    message: Short
    text: str


class Delete(_Action):
    """Take a message of one's own away."""

    do: Literal["delete"]
    message: Short


class Command(_Action):
    """`/consensus WORD REST`."""

    do: Literal["command"]
    place: Place
    word: Short
    rest: str = ""


class Press(_Action):
    """Press a button, or a key of a scale (then `value` is its digit)."""

    do: Literal["press"]
    place: Place
    action: Short
    round: Short = ""
    target: Short = ""
    value: Short = ""


class Submit(_Action):
    """Submit a form with all its values."""

    do: Literal["submit"]
    place: Place
    form: Short
    round: Short = ""
    target: Short = ""
    values: dict[Short, str] = Field(max_length=40)


class React(_Action):
    """Put a reaction on a message, or take one's own off."""

    do: Literal["react"]
    message: Short
    emoji: Annotated[str, StringConstraints(min_length=1, max_length=32, pattern=r"^[a-z0-9_]+$")]
    added: bool


class Leave(_Action):
    """Leave the channel."""

    do: Literal["leave"]


Action = Annotated[Say | Edit | Delete | Command | Press | Submit | React | Leave, Field(discriminator="do")]
ACTION: TypeAdapter[Say | Edit | Delete | Command | Press | Submit | React | Leave] = TypeAdapter(Action)
AnyAction = Say | Edit | Delete | Command | Press | Submit | React | Leave


def read_action(data: str) -> AnyAction:
    """The action that a frame asks for. Raises ValueError when it asks for none."""
    return ACTION.validate_python(_clean(json.loads(data)))


def _clean(value: Any) -> Any:
    """JSON without NUL and lone surrogates, which no database keeps, and with every line ending alike."""
    if isinstance(value, str):
        sound = value.encode("utf-8", "replace").decode("utf-8")
        return sound.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n")
    if isinstance(value, list):
        return [_clean(item) for item in value]
    if isinstance(value, dict):
        return {_clean(key): _clean(item) for key, item in value.items()}
    return value


def longest_text(action: AnyAction) -> int:
    """Characters in the longest text that the action carries."""
    match action:
        case Say(text=text) | Edit(text=text):
            return len(text)
        case Command(rest=rest):
            return len(rest)
        case Submit(values=values):
            return max(map(len, values.values()), default=0)
        case _:
            return 0
