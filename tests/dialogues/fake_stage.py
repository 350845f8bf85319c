"""The stage on which the fake platform plays."""

from __future__ import annotations

from bot.platform import (
    Button,
    ButtonPressed,
    ChannelLeft,
    CommandGiven,
    DirectMessage,
    DirectMessageDeleted,
    DirectMessageEdited,
    Form,
    FormSubmitted,
    Person,
    PostDeleted,
    Reacted,
)
from storage.store import DatabaseStore
from tests.dialogues.bot_stage import Answer, BotStage, Post, Written
from tests.dialogues.stage import Cast
from tests.fakes.clock import FakeClock
from tests.fakes.platform import FakePlatform, Neighbour

CHANNEL = "fake:C1"


class FakeStage(BotStage):
    """People act by handing items to the fake platform. A person may hold several keycaps on a message."""

    keycaps = True
    deletions = True

    def __init__(self, store: DatabaseStore, cast: tuple[Cast, ...]) -> None:
        clock = FakeClock()
        super().__init__(store, cast, clock)
        people = [Neighbour(_member(one.name), one.name, one.moderator) for one in cast]
        self._platform = FakePlatform(clock, {CHANNEL: people})
        self._deliveries = 0

    @property
    def platform(self) -> FakePlatform:
        """See BotStage."""
        return self._platform

    @property
    def channel(self) -> str:
        """See Stage."""
        return CHANNEL

    async def posts(self) -> list[Post]:
        """See BotStage."""
        return [
            Post(one.ref.message, one.member and one.member.removeprefix("fake:"), one.card)
            for one in self._platform.posted
        ]

    async def give_command(self, who: str, direct: bool, word: str, rest: str) -> Answer:
        """See BotStage."""
        delivery, at, person = self._act(who, direct)
        return await self._platform.deliver(CommandGiven(delivery, at, person, word, rest))

    async def say(self, who: str, text: str, parent: str, attachments: int) -> tuple[str, Answer]:
        """See BotStage."""
        delivery, at, person = self._act(who, True)
        message = f"w-{delivery}"
        item = DirectMessage(delivery, at, person, message, text, parent, attachments)
        return message, await self._platform.deliver(item)

    async def change(self, who: str, message: Written, text: str) -> Answer:
        """See BotStage."""
        delivery, at, person = self._act(who, True)
        return await self._platform.deliver(DirectMessageEdited(delivery, at, person, message.id, text, message.parent))

    async def take_back(self, who: str, message: Written) -> Answer:
        """See BotStage."""
        delivery, at, person = self._act(who, True)
        return await self._platform.deliver(DirectMessageDeleted(delivery, at, person, message.id, message.parent))

    async def push(self, who: str, direct: bool, button: Button, value: str) -> Answer:
        """See BotStage."""
        delivery, at, person = self._act(who, direct)
        item = ButtonPressed(delivery, at, person, button.action, button.round, button.target, value)
        return await self._platform.deliver(item)

    async def submit(self, who: str, direct: bool, form: Form, values: dict[str, str]) -> Answer:
        """See BotStage."""
        delivery, at, person = self._act(who, direct)
        item = FormSubmitted(delivery, at, person, form.kind, form.round, form.target, tuple(values.items()))
        return await self._platform.deliver(item)

    async def put_reaction(self, who: str, post: Post, emoji: str, added: bool) -> Answer:
        """See BotStage."""
        delivery, at, person = self._act(who, False)
        (posted,) = [one for one in self._platform.posted if one.ref.message == post.id]
        self._platform.react(person.member, posted, emoji, added=added)
        return await self._platform.deliver(Reacted(delivery, at, person, post.id, emoji, added))

    async def go(self, who: str) -> Answer:
        """See BotStage."""
        delivery, at, person = self._act(who, False)
        return await self._platform.deliver(ChannelLeft(delivery, at, person))

    async def take_down(self, post: Post | None) -> None:
        """See BotStage."""
        self._deliveries += 1
        if post is None:
            self._platform.close_channel(CHANNEL)
        else:
            self._platform.remove(next(one for one in self._platform.posted if one.ref.message == post.id))
        delivery, where = f"delivery-{self._deliveries}", Person("", "", CHANNEL)
        await self._platform.deliver(PostDeleted(delivery, self.clock.now(), where, "" if post is None else post.id))

    def _act(self, who: str, direct: bool) -> tuple[str, float, Person]:
        self._deliveries += 1
        moderator = self.people[who].cast.moderator
        person = Person(_member(who), who, CHANNEL, moderator=moderator, direct=direct)
        return f"delivery-{self._deliveries}", self.clock.now(), person


def _member(name: str) -> str:
    return f"fake:{name}"
