"""An action of a person, as the bot is told of it."""

from __future__ import annotations

from bot.platform import (
    ButtonPressed,
    ChannelLeft,
    CommandGiven,
    DirectMessage,
    DirectMessageDeleted,
    DirectMessageEdited,
    FormSubmitted,
    Inbound,
    Person,
    Reacted,
)
from bot.web.actions import Command, Delete, Edit, Leave, Press, React, Say, Submit
from bot.web.deliveries import Recorded


def items(recorded: Recorded) -> list[Inbound]:
    """What the bot is told of an action, in order; nothing where only people are concerned."""
    seat, action, at, context = recorded.seat, recorded.action, recorded.at, recorded.context
    name = delivery_id(seat.member, action.delivery)
    message = context.get("message", "")

    def person(place: str) -> Person:
        return Person(
            seat.member, seat.name, seat.channel, seat.zone, seat.locale, seat.moderator, direct=place == "direct"
        )

    match action:
        case Say(place="direct", text=text, parent=parent, attachments=attachments):
            return [DirectMessage(name, at, person("direct"), message, text, parent, attachments)]
        case Edit(text=text) if context["place"] == "direct":
            return [DirectMessageEdited(name, at, person("direct"), message, text, context["parent"])]
        case Delete() if context["place"] == "direct":
            return [DirectMessageDeleted(name, at, person("direct"), message, context["parent"])]
        case Command(place=place, word=word, rest=rest):
            return [CommandGiven(name, at, person(place), word, rest)]
        case Press(place=place, action=pressed, round=round, target=target, value=value):
            return [ButtonPressed(name, at, person(place), pressed, round, target, value)]
        case Submit(place=place, form=form, round=round, target=target, values=values):
            return [FormSubmitted(name, at, person(place), form, round, target, tuple(values.items()))]
        case React(emoji=emoji, added=added) if context["ours"]:
            who = person(context["place"])
            former = context["former"]
            replaced = [Reacted(f"{name}/former", at, who, message, former, False)] if former else []
            return [*replaced, Reacted(name, at, who, message, emoji, added)]
        case Leave():
            return [ChannelLeft(name, at, person("channel"))]
        case _:
            return []


def delivery_id(member: str, delivery: str) -> str:
    """The delivery id that the bot sees: nobody can name an action of somebody else."""
    return f"{member}/{delivery}"
