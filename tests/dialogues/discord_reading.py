"""What stands on Discord, read back as cards and forms: the texts as they read, controls by the data they carry."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from bot.discord.keys import FormKey, Key, Pressed, read_key
from bot.discord.wording import shown
from bot.platform import Block, Button, Card, CheckField, ChoiceField, Field, Form, RatingField, Scale, Text, TextField
from tests.discord_server.components import TEXT, walk
from tests.discord_server.filling import fields
from tests.discord_server.interactions import Form as Modal
from tests.discord_server.world import Message

Json = dict[str, Any]
SELECT = 3
_MARK = re.compile(r"^(?:### |> |-# )")
_TIME = re.compile(r"<t:(?P<at>\d+):f>")
_BOLD = re.compile(r"^\*\*(?P<label>.*?)\*\*")


def plain(content: str) -> str:
    """A text of ours as it reads: without markup, times written out in UTC."""
    return "\n".join(_line(one) for one in content.split("\n"))


def _line(line: str) -> str:
    line = _BOLD.sub(lambda found: found["label"], _MARK.sub("", line))
    return shown(_TIME.sub(lambda found: f"{datetime.fromtimestamp(int(found['at']), UTC):%Y-%m-%d %H:%M}", line))


def card(pages: Iterable[Message]) -> Card:
    """The card that a message shows together with those in which it goes on; a picture as its alt text."""
    said: list[Block] = []
    controls: list[Button | Scale] = []
    for message in pages:
        said += [Text(plain(one)) for one in texts_of(message) if one != "…"]
        said += [Text(str(one.get("description") or one["filename"])) for one in message.attachments]
        for part, key in keys_of(message):
            assert isinstance(key, Pressed), "a control of a card carries its data"
            if part["type"] == SELECT:
                controls.append(Scale(key.action, part["placeholder"], "", "", key.round, key.target))
            else:
                controls.append(Button(key.action, part["label"], key.round, key.target))
    return Card("discord", "", tuple(said), tuple(controls))


def texts_of(message: Message) -> list[str]:
    """The texts of a message: its content and its embeds."""
    said = [message.content]
    for embed in message.embeds:
        said += [str(embed.get("title") or ""), str(embed.get("description") or "")]
    return [one for one in said if one]


def keys_of(message: Message) -> Iterator[tuple[Json, Key | None]]:
    """The controls of a message, with what their identities say."""
    for part in walk(message.components):
        if "custom_id" in part:
            yield part, read_key(part["custom_id"])


def place_of(message: Message) -> str:
    """Where in a form a message is: "d" a draft, "b" a ballot, "" no form."""
    return next((key.place for _, key in keys_of(message) if isinstance(key, FormKey)), "")


def control(message: Message, part: str) -> Json:
    """The control of a form's message that does this, such as "send"."""
    for found, key in keys_of(message):
        if isinstance(key, FormKey) and key.part == part:
            return found
    raise AssertionError(f"no control of {message.content!r} does {part!r}")


def parts_of(message: Message) -> list[str]:
    """What the controls of a form's message do."""
    return [key.part for _, key in keys_of(message) if isinstance(key, FormKey)]


def modal_fields(modal: Modal, asked: Form) -> list[Field]:
    """The fields of one modal as it shows them, by the names that the form gave them."""
    above = "\n".join(plain(one["content"]) for one in modal.components if one["type"] == TEXT)
    labels = {one["component"]["custom_id"]: one["label"] for one in modal.components if "component" in one}
    known = {one.name: one for one in asked.fields}
    found: list[Field] = []
    for name in fields(modal):
        given, label = known[name], labels[name]
        if label.endswith("…"):
            assert given.label in above, f"{given.label!r} is nowhere in full"
            label = given.label
        found.append(_field(given, label, modal.state[name], above))
    return found


def modal_intro(modal: Modal) -> list[Block]:
    """What stands over the fields of a modal."""
    return [Text(plain(one["content"])) for one in modal.components if one["type"] == TEXT]


def _field(given: Field, label: str, state: Any, above: str) -> Field:
    text = state[0] if isinstance(state, list) and state else state
    match given:
        case TextField():
            return replace(given, label=label, value=str(text or ""))
        case ChoiceField():
            return replace(given, label=label, value=str(text or ""))
        case CheckField():
            return replace(given, label=label, value=bool(state))
        case RatingField():
            statement = given.statement if given.statement in above else ""
            return replace(given, label=label, value=int(text) if text else None, statement=statement)


def ballot_fields(message: Message, asked: Form) -> list[RatingField]:
    """The ratings on one page of a ballot as it shows them."""
    content = plain("\n".join(texts_of(message)))
    found: list[RatingField] = []
    for part, key in keys_of(message):
        if part["type"] != SELECT or not isinstance(key, FormKey):
            continue
        given = asked.fields[int(key.part.partition("-")[2])]
        assert isinstance(given, RatingField)
        assert part["placeholder"] in (given.label, f"{given.label[:149]}…")
        chosen = [one["value"] for one in part["options"] if one.get("default")]
        statement = given.statement if given.statement in content else ""
        found.append(replace(given, value=int(chosen[0]) if chosen else None, statement=statement))
    return found
