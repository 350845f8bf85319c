"""The port to a chat platform: cards go out, inbound items come in, acknowledged after the commit.

A platform renders the same `Card`s and `Form`s (`card`, `form`) and is a source of the same `Inbound`s (`inbound`),
each answered by a `Reply` (`reply`), so that a user story runs unchanged on each `ChatPlatform` (`port`). Member and
channel ids begin with the platform's name: "web:alice", "slack:T1/U2".
"""

from bot.platform.card import Block, Button, Card, Fact, Moment, Note, Picture, Quote, Scale, Style, Text
from bot.platform.form import CheckField, ChoiceField, DeadlineField, Field, Form, MembersField, RatingField, TextField
from bot.platform.inbound import (
    ButtonPressed,
    ChannelLeft,
    CommandGiven,
    DirectMessage,
    DirectMessageDeleted,
    DirectMessageEdited,
    FormSubmitted,
    Inbound,
    Person,
    PostDeleted,
    Reacted,
)
from bot.platform.port import (
    Abilities,
    ChatPlatform,
    Handler,
    InChannel,
    LosesTouch,
    MessageRef,
    PostsParts,
    Privately,
    Target,
)
from bot.platform.reply import Done, FieldProblems, OpenForm, Reply, Whisper

__all__ = [
    "Abilities",
    "Block",
    "Button",
    "ButtonPressed",
    "Card",
    "ChannelLeft",
    "ChatPlatform",
    "CheckField",
    "ChoiceField",
    "CommandGiven",
    "DeadlineField",
    "DirectMessage",
    "DirectMessageDeleted",
    "DirectMessageEdited",
    "Done",
    "Fact",
    "Field",
    "FieldProblems",
    "Form",
    "FormSubmitted",
    "Handler",
    "InChannel",
    "Inbound",
    "LosesTouch",
    "MembersField",
    "MessageRef",
    "Moment",
    "Note",
    "OpenForm",
    "Person",
    "Picture",
    "PostDeleted",
    "PostsParts",
    "Privately",
    "Quote",
    "RatingField",
    "Reacted",
    "Reply",
    "Scale",
    "Style",
    "Target",
    "Text",
    "TextField",
    "Whisper",
]
