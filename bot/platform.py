"""The port to a chat platform: cards go out, inbound items come in, acknowledged after the commit.

A platform renders the same `Card`s and is a source of the same `Inbound`s, so that a user story runs
unchanged on each. Member and channel ids begin with the platform's name: "web:alice", "slack:T1/U2".
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol, runtime_checkable


class Style(StrEnum):
    """How a button or a piece of text presents itself."""

    PLAIN = "plain"
    PRIMARY = "primary"
    DANGER = "danger"


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph. `untrusted`: people or a model wrote it, so it must come out inert (no pings, no markup)."""

    text: str
    untrusted: bool = False
    heading: bool = False


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of a member or a model, set apart; always inert."""

    text: str


@dataclass(frozen=True, slots=True)
class Fact:
    """A label and a value."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Moment:
    """A label and a time, shown in the reader's zone. `at`: seconds since the epoch, UTC."""

    label: str
    at: float


@dataclass(frozen=True, slots=True)
class Note:
    """Small print."""

    text: str


@dataclass(frozen=True, slots=True)
class Picture:
    """An SVG that platforms without SVG turn into a PNG, with its alt text."""

    svg: str
    alt: str


Block = Text | Quote | Fact | Moment | Note | Picture


@dataclass(frozen=True, slots=True)
class Button:
    """Pressing it sends ButtonPressed(action, round, target). Survives restarts: its identity is its data."""

    action: str
    label: str
    round: str
    target: str = ""
    style: Style = Style.PLAIN


@dataclass(frozen=True, slots=True)
class Scale:
    """Seven buttons in a row, 1 to 7, between two poles; pressing one sends the digit as `value`."""

    action: str
    label: str
    low: str
    high: str
    round: str
    target: str = ""
    value: int | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """A message of ours. `summary` is its one-line text for notifications, logs of the demo and readers.

    seeds: reactions 1..7 to put under it before voting. thread: the key of the message this one answers.
    """

    kind: str
    summary: str
    blocks: tuple[Block, ...]
    buttons: tuple[Button | Scale, ...] = ()
    seeds: bool = False


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
    """Somebody put a reaction on a message of ours, or took it off. `emoji` is "1".."7" or another name."""

    delivery: str
    at: float
    person: Person
    message: str
    emoji: str
    added: bool


@dataclass(frozen=True, slots=True)
class ChannelLeft:
    """Somebody is no longer in the channel."""

    delivery: str
    at: float
    person: Person


Inbound = (
    CommandGiven
    | ButtonPressed
    | FormSubmitted
    | DirectMessage
    | DirectMessageEdited
    | DirectMessageDeleted
    | Reacted
    | ChannelLeft
)


@dataclass(frozen=True, slots=True)
class Done:
    """Committed; nothing to show at once (what there is to say comes through the outbox)."""


@dataclass(frozen=True, slots=True)
class Whisper:
    """Show this card at once to the person alone, in the place where they acted."""

    card: Card


@dataclass(frozen=True, slots=True)
class OpenForm:
    """Open this form for the person."""

    form: Form


@dataclass(frozen=True, slots=True)
class FieldProblems:
    """The form stays open with these sentences on its fields: (field name, sentence)."""

    problems: tuple[tuple[str, str], ...]


Reply = Done | Whisper | OpenForm | FieldProblems
Handler = Callable[[Inbound], Awaitable[Reply]]


@dataclass(frozen=True, slots=True)
class InChannel:
    """For everybody in a channel."""

    channel: str


@dataclass(frozen=True, slots=True)
class Privately:
    """For one person, in the conversation between them and the bot. Context: the round's channel."""

    member: str
    channel: str


Target = InChannel | Privately


@dataclass(frozen=True, slots=True)
class MessageRef:
    """A message on its platform.

    again: an earlier try may have posted the same message, and the platform cannot tell.
    """

    channel: str
    message: str
    again: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a platform can do, declared.

    idempotent: `send` with a key it has seen returns the first message instead of posting again.
    removes_reactions: may take somebody else's reaction off. text_limit: characters in one message.
    """

    idempotent: bool
    removes_reactions: bool
    text_limit: int


class ChatPlatform(Protocol):
    """One chat platform. Raises PlatformUnavailable (retry later) or PlatformRefused (never retry)."""

    @property
    def name(self) -> str:
        """The prefix of this platform's ids: "web", "slack", "discord"."""
        ...

    @property
    def abilities(self) -> Abilities: ...

    async def run(self, handler: Handler) -> None:
        """Serve until cancelled. Every inbound item goes to `handler`; it is acknowledged to the platform
        only after `handler` returned, and an item that was not acknowledged comes again with the same
        delivery id. Items of one person arrive in the order in which that person acted.
        """
        ...

    async def send(self, key: str, target: Target, card: Card, *, retried_since: float | None = None) -> MessageRef:
        """Post a card under an idempotency key, seeds included. With `retried_since` an earlier try with
        this key may have got through since that time: the message must not appear twice if the platform
        can tell.
        """
        ...

    async def edit(self, ref: MessageRef, card: Card) -> None:
        """Replace a message of ours. Raises PlatformRefused(reason="message_gone") when it is not there."""
        ...

    async def reactions(self, ref: MessageRef) -> dict[str, tuple[int, ...]]:
        """What the platform holds on a message: member -> ratings 1..7, the bot's own seeds left out.

        Raises PlatformRefused where that cannot be known any more.
        """
        ...

    async def resolve(
        self, references: tuple[str, ...], *, after: str | None, limit: int
    ) -> tuple[list[str], str | None]:
        """A page of the members that references stand for (a member id, a group, a channel), without bots,
        and the cursor of the next page, None at the end.
        """
        ...

    async def forget(self, member: str) -> None:
        """Delete what the platform itself keeps of this person's conversation with the bot, as far as it may."""
        ...

    async def name_of(self, member: str) -> str:
        """How the group calls a member; the id where the platform does not say."""
        ...


@runtime_checkable
class LosesTouch(Protocol):
    """A platform on which something may happen unheard, as while its connection is down, and be found out later."""

    async def hold(self, channel: str, due: float, *, settling: bool) -> float | None:
        """Until when a timer of a round in this channel that came due then has to wait; None when it need not.

        It waits as long as something may have happened that is not known yet. settling: also for five minutes more
        where it came due in such a time, so that people may do what they could not do then.
        """
        ...
