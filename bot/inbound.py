"""The door from chat to rounds: every inbound item becomes events, committed before this returns its reply."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

from bot.commands import Forget, Forgetting, Hiding, Moderating, Opening, Reading
from bot.conversation import Conversation
from bot.desk import Desk, nothing
from bot.forms import BackEnds
from bot.losing import Losing
from bot.platform import (
    ButtonPressed,
    ChannelLeft,
    CommandGiven,
    DirectMessage,
    DirectMessageDeleted,
    DirectMessageEdited,
    FormSubmitted,
    Inbound,
    PostDeleted,
    Reacted,
    Reply,
)
from bot.pressing import Pressing
from bot.submitting import Submitting
from bot.texts import Texts
from engine.ports import RoundStore
from engine.rounds.model import Rules

Say = Callable[[CommandGiven, Texts], Awaitable[Reply]]


class Inbox:
    """A platform's `Handler`: call it with an inbound item; what it did is committed when it returns.

    The same item may come any number of times: events carry delivery ids derived from the item's, so
    each happens once. Raises StoreUnavailable when the database does not answer; the platform then
    delivers the item again.
    """

    def __init__(
        self,
        store: RoundStore,
        back_ends: BackEnds,
        service_of: Callable[[Rules], str | None],
        committed: Callable[[], None] = nothing,
        own_chats: Mapping[str, Forget] = MappingProxyType({}),
    ) -> None:
        """`service_of`: what a member reads about where a round's models send opinions, None when nowhere.

        committed: called after each commit, such as a dispatcher's `wake`. own_chats: platform name -> what takes a
        person out of a chat that is in our own database.
        """
        desk = Desk(store, back_ends, service_of, committed)
        hiding = Hiding(desk)
        opening, moderating, reading = Opening(desk), Moderating(desk, hiding), Reading(desk)
        forgetting = Forgetting(desk, own_chats)
        self._reading = reading
        self._conversation = Conversation(desk)
        self._losing = Losing(desk)
        self._pressing = Pressing(desk, opening, moderating, reading, forgetting, self._conversation)
        self._submitting = Submitting(desk, opening, moderating, hiding)
        self._words: dict[str, Say] = {
            "": reading.usage,
            "ask": opening.ask,
            "mine": reading.mine,
            "status": reading.status,
            **dict.fromkeys(("extend", "close", "cancel", "reopen", "hide", "remind"), moderating.command),
            "results": reading.results,
            "history": reading.history,
            "settings": opening.settings,
            "export": reading.export,
            "forget-me": forgetting.command,
            "help": reading.usage,
        }

    async def __call__(self, item: Inbound) -> Reply:
        """Let the item happen, and say what is to be shown at once to whoever sent it."""
        texts = Texts(item.person.locale)
        match item:
            case CommandGiven():
                return await self._command(item, texts)
            case ButtonPressed():
                return await self._pressing.pressed(item, texts)
            case FormSubmitted():
                return await self._submitting.submitted(item, texts)
            case DirectMessage():
                return await self._conversation.written(item, texts)
            case DirectMessageEdited():
                return await self._conversation.edited(item, texts)
            case DirectMessageDeleted():
                return await self._conversation.deleted(item, texts)
            case Reacted():
                return await self._conversation.reacted(item, texts)
            case ChannelLeft():
                return await self._conversation.left(item, texts)
            case PostDeleted():
                return await self._losing.deleted(item)

    async def _command(self, item: CommandGiven, texts: Texts) -> Reply:
        word = item.word.strip().casefold()
        say = self._words.get(word)
        if say is None:
            return await self._reading.unknown(item, texts)
        return await say(CommandGiven(item.delivery, item.at, item.person, word, item.rest), texts)
