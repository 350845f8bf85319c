"""The inbound items: what a person did on a platform, with the delivery id that makes repetitions harmless.

delivery: the same each time the platform delivers the item. at: when it happened, in seconds since the epoch, UTC.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    """Who did something, where: what an inbound item carries about its sender.

    zone: the IANA name of the reader's time zone, "UTC" when unknown. moderator: has the moderator role
    in this channel. direct: it happened in the conversation between this person and the bot, so
    `channel` names no channel of the group unless the platform knows one; `shared` are the channels that
    the person and the bot are both in, where the platform tells.
    """

    member: str
    name: str
    channel: str
    zone: str = "UTC"
    locale: str = "en"
    moderator: bool = False
    direct: bool = False
    shared: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CommandGiven:
    """`/consensus WORD REST`; `word` is "" for the bare command."""

    delivery: str
    at: float
    person: Person
    word: str
    rest: str


@dataclass(frozen=True, slots=True)
class ButtonPressed:
    """A button or a key of a scale (`value` is its digit)."""

    delivery: str
    at: float
    person: Person
    action: str
    round: str
    target: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class FormSubmitted:
    """A form with all its values as texts."""

    delivery: str
    at: float
    person: Person
    form: str
    round: str
    target: str
    values: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class DirectMessage:
    """Somebody wrote to the bot privately. `parent` is the message of ours it answers, "" for none."""

    delivery: str
    at: float
    person: Person
    message: str
    text: str
    parent: str = ""
    attachments: int = 0


@dataclass(frozen=True, slots=True)
class DirectMessageEdited:
    """A private message was edited."""

    delivery: str
    at: float
    person: Person
    message: str
    text: str
    parent: str = ""


@dataclass(frozen=True, slots=True)
class DirectMessageDeleted:
    """A private message was deleted."""

    delivery: str
    at: float
    person: Person
    message: str
    parent: str = ""


@dataclass(frozen=True, slots=True)
class Reacted:
    """Somebody put a reaction on a message of ours, or took it off. `emoji` is "1".."7" or another name.

    quiet: nobody is written to for reacting here, so that what there is to say of it is the reply and nothing else.
    """

    delivery: str
    at: float
    person: Person
    message: str
    emoji: str
    added: bool
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class ChannelLeft:
    """Somebody is no longer in the channel."""

    delivery: str
    at: float
    person: Person


@dataclass(frozen=True, slots=True)
class PostDeleted:
    """A message in a channel was deleted, ours or not, or (message "") the channel itself.

    person: where; nobody (member ""), since a platform need not tell who did it.
    """

    delivery: str
    at: float
    person: Person
    message: str


Inbound = (
    CommandGiven
    | ButtonPressed
    | FormSubmitted
    | DirectMessage
    | DirectMessageEdited
    | DirectMessageDeleted
    | Reacted
    | ChannelLeft
    | PostDeleted
)
