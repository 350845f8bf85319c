"""Two chats that outlive the process: one like Slack or Discord, and the browser's own."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from bot.platform import (
    Abilities,
    ButtonPressed,
    Card,
    ChannelLeft,
    ChatPlatform,
    CommandGiven,
    DirectMessage,
    DirectMessageDeleted,
    DirectMessageEdited,
    FormSubmitted,
    Handler,
    Inbound,
    InChannel,
    MessageRef,
    Person,
    Privately,
    Reacted,
    Target,
)
from bot.web.actions import ACTION
from bot.web.intake import Intake
from bot.web.messages import message_id
from bot.web.platform import WebPlatform
from bot.web.seats import Seat
from bot.web.showing import Refusal
from bot.web.wire import reply_json
from engine.errors import PlatformRefused, PlatformUnavailable
from engine.ports import Clock
from storage.database import Database
from storage.web_tables import MESSAGES
from tests.crash.boundaries import Boundaries
from tests.crash.journal import Journal
from tests.crash.script import Trouble

PAGE = 2
"""Members that a page of `resolve` holds at most, so that few people make several pages."""


class Chat(ABC):
    """A chat in which people act by script. Ids begin with `prefix`."""

    prefix: str
    platform: ChatPlatform

    @property
    def channel(self) -> str:
        """The one channel."""
        return f"{self.prefix}:team"

    def member(self, who: str) -> str:
        """A person's id."""
        return f"{self.prefix}:{who}"

    @abstractmethod
    async def set_up(self, people: Sequence[str]) -> None:
        """Make the channel and its people."""

    async def begin(self, at: float) -> None:  # noqa: B027 - most chats need nothing
        """A step of the script begins at this time; before the first one nothing is delivered."""

    async def end(self) -> None:  # noqa: B027
        """The life is over."""

    @abstractmethod
    def own_message(self, who: str, delivery: str) -> str:
        """The id of the message that somebody wrote by this delivery."""

    @abstractmethod
    async def deliver(self, who: str, delivery: str, at: float, action: dict[str, Any]) -> dict[str, Any]:
        """Tell the bot what somebody did; its reply, once it is committed."""

    @abstractmethod
    async def messages(self) -> dict[str, list[list[str]]]:
        """Per place, in the order in which they appeared: the key and card of each message of the bot."""

    @abstractmethod
    def duplicates(self) -> list[str]:
        """Keys under which a message was posted again."""


class JournalChat(Chat, ChatPlatform):
    """Keeps its messages in a journal. `idempotent`: a key it has seen posts nothing, as the browser and Discord;
    else it posts again, as Slack does where the bot may not read the history.
    """

    prefix = name = "chat"

    def __init__(
        self,
        journal: Journal,
        boundaries: Boundaries,
        clock: Clock,
        handler: Handler,
        *,
        idempotent: bool,
        troubles: Sequence[Trouble],
    ) -> None:
        self.platform = self
        self._idempotent = idempotent
        self._journal = journal
        self._boundaries = boundaries
        self._clock = clock
        self._handler = handler
        self._troubles = [one for one in troubles if one.what == "direct"]

    @property
    def abilities(self) -> Abilities:
        """See ChatPlatform."""
        return Abilities(idempotent=self._idempotent, removes_reactions=False, text_limit=40_000)

    async def set_up(self, people: Sequence[str]) -> None:
        """Remember who there is."""
        self._journal.append(kind="people", people=[self.member(who) for who in people])

    def own_message(self, who: str, delivery: str) -> str:
        """See Chat."""
        return f"said/{delivery}"

    async def deliver(self, who: str, delivery: str, at: float, action: dict[str, Any]) -> dict[str, Any]:
        """See Chat."""
        return reply_json(await self._handler(self._inbound(who, delivery, at, action)))

    def _inbound(self, who: str, delivery: str, at: float, action: dict[str, Any]) -> Inbound:
        direct = Person(self.member(who), who, f"{self.prefix}:direct/{who}", moderator=who == "mod", direct=True)
        public = Person(self.member(who), who, self.channel, moderator=who == "mod")
        match action:
            case {"do": "say", "text": text, "parent": parent}:
                return DirectMessage(delivery, at, direct, self.own_message(who, delivery), text, parent)
            case {"do": "edit", "message": message, "text": text}:
                return DirectMessageEdited(delivery, at, direct, message, text)
            case {"do": "delete", "message": message}:
                return DirectMessageDeleted(delivery, at, direct, message)
            case {"do": "press", "action": pressed, "round": round, "target": target, "value": value}:
                return ButtonPressed(delivery, at, public, pressed, round, target, value)
            case {"do": "submit", "form": form, "round": round, "target": target, "values": values}:
                return FormSubmitted(delivery, at, public, form, round, target, tuple(values.items()))
            case {"do": "command", "word": word, "rest": rest}:
                return CommandGiven(delivery, at, public, word, rest)
            case {"do": "react", "message": message, "emoji": emoji, "added": added}:
                return Reacted(delivery, at, public, message, emoji, added)
            case {"do": "leave"}:
                return ChannelLeft(delivery, at, public)
            case _:
                raise AssertionError(f"nobody can do {action!r} here")

    async def run(self, handler: Handler) -> None:
        """The script brings the items."""
        raise AssertionError("the script brings the items")

    async def send(self, key: str, target: Target, card: Card, *, retried_since: float | None = None) -> MessageRef:
        """See ChatPlatform."""
        self._boundaries.reach(f"send {card.kind}: before")
        place = target.channel if isinstance(target, InChannel) else f"{self.prefix}:direct/{target.member[5:]}"
        if isinstance(target, Privately):
            self._answer(target.member.removeprefix(f"{self.prefix}:"))
        posted = list(self._journal.of("post", key=key))
        if posted and self._idempotent:
            message = posted[-1]["message"]
        else:
            message = f"{key}#{len(posted)}"
            self._journal.append(
                kind="post",
                key=key,
                place=place,
                message=message,
                card=repr(card),
                announced=retried_since is not None,
                at=self._clock.now(),
            )
        self._boundaries.reach(f"send {card.kind}: after")
        return MessageRef(place, message)

    def _answer(self, who: str) -> None:
        for trouble in self._troubles:
            if trouble.who == who and trouble.lasts(self._clock.now()):
                if trouble.refuses:
                    raise PlatformRefused(f"{who} takes no direct messages.", reason="direct_messages_closed")
                raise PlatformUnavailable(trouble.reason)

    async def edit(self, ref: MessageRef, card: Card) -> None:
        """See ChatPlatform."""
        self._boundaries.reach(f"edit {card.kind}: before")
        if self._journal.first("post", message=ref.message) is None:
            self._journal.read()  # another process may have posted it
        if self._journal.first("post", message=ref.message) is None:
            raise PlatformRefused("There is no such message.", reason="message_gone")
        self._journal.append(kind="edit", message=ref.message, card=repr(card))
        self._boundaries.reach(f"edit {card.kind}: after")

    async def reactions(self, ref: MessageRef) -> dict[str, tuple[int, ...]]:
        """See ChatPlatform."""
        held: dict[str, list[int]] = {}
        for deed in self._journal.of("deed"):
            match deed["action"]:
                case {"do": "react", "message": ref.message, "emoji": emoji, "added": added} if emoji.isdecimal():
                    ratings = held.setdefault(self.member(deed["who"]), [])
                    if added:
                        ratings.append(int(emoji))
                    else:
                        ratings.remove(int(emoji))
        return {member: tuple(ratings) for member, ratings in held.items() if ratings}

    async def resolve(
        self, references: tuple[str, ...], *, after: str | None, limit: int
    ) -> tuple[list[str], str | None]:
        """See ChatPlatform: whoever "CHANNEL@name" calls by name; a page holds PAGE members at most."""
        self._boundaries.reach("resolve: before")
        people = self._journal.first("people")
        assert people is not None
        meant = {self.member(reference.rpartition("@")[2]) for reference in references}
        found = sorted(member for member in people["people"] if member in meant and (after is None or member > after))
        size = min(PAGE, limit)
        self._boundaries.reach("resolve: after")
        return found[:size], (found[size - 1] if len(found) > size else None)

    async def forget(self, member: str) -> None:
        """See ChatPlatform."""
        self._boundaries.reach("forget: before")
        self._journal.append(kind="forget", place=f"{self.prefix}:direct/{member[5:]}")
        self._boundaries.reach("forget: after")

    async def name_of(self, member: str) -> str:
        """See ChatPlatform."""
        return member.removeprefix(f"{self.prefix}:")

    async def messages(self) -> dict[str, list[list[str]]]:
        """See Chat. Of a message that was posted again the latest copy counts, in the place of the first."""
        cards: dict[str, str] = {}
        latest: dict[str, dict[str, str]] = {}
        for record in self._journal.records:
            match record["kind"]:
                case "post":
                    latest.setdefault(record["place"], {})[record["key"]] = record["message"]
                    cards[record["message"]] = record["card"]
                case "edit":
                    cards[record["message"]] = record["card"]
                case "forget":
                    latest[record["place"]] = {}
        return {
            place: [[key, cards[message]] for key, message in posted.items()]
            for place, posted in sorted(latest.items())
        }

    def duplicates(self) -> list[str]:
        """See Chat. A message may be posted again only when the platform was told of the earlier try."""
        keys: list[str] = []
        for record in self._journal.of("post"):
            if not record["message"].endswith("#0"):
                assert record["announced"], f"{record['key']} was sent twice as if it were the first time"
                keys.append(record["key"])
        return keys


class BrowserChat(Chat):
    """The browser platform without its web server: actions go the way they go from a page."""

    prefix = "web"

    def __init__(self, database: Database, clock: Clock, handler: Handler) -> None:
        self._web = self.platform = WebPlatform(database, "a secret of this test", "127.0.0.1", 0, clock=clock)
        self._database = database
        self._intake = Intake(database, handler, clock, lambda: None)

    async def set_up(self, people: Sequence[str]) -> None:
        """See Chat."""
        await self._web.open_channel(self.channel)
        for who in people:
            await self._web.seat(self.channel, who, moderator=who == "mod")

    def own_message(self, who: str, delivery: str) -> str:
        """See Chat."""
        return message_id("m", self.member(who), delivery)

    async def deliver(self, who: str, delivery: str, at: float, action: dict[str, Any]) -> dict[str, Any]:
        """See Chat."""
        seat = Seat(self.channel, self.member(who), who, who == "mod", "UTC", "en")
        reply = await self._intake.take(seat, ACTION.validate_python({**action, "delivery": delivery}))
        return {"refused": repr(reply)} if isinstance(reply, Refusal) else reply

    async def messages(self) -> dict[str, list[list[str]]]:
        """See Chat."""
        wanted = select(MESSAGES).where(MESSAGES.c.author == "").order_by(MESSAGES.c.number)
        rows = await self._database.read(lambda connection: connection.execute(wanted).mappings().all())
        shown: dict[str, list[list[str]]] = {}
        for row in rows:
            shown.setdefault(row["member"] or row["channel"], []).append([row["key"], json.dumps(row["card"])])
        return dict(sorted(shown.items()))

    def duplicates(self) -> list[str]:
        """None: the key of a message is unique in its table."""
        return []
