"""What a story needs of a platform: people who act, and a look at what each of them sees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from engine.ports import RoundStore
from tests.fakes.models import FakeGenerator


@dataclass(frozen=True)
class Cast:
    """Somebody in a story."""

    name: str
    moderator: bool = False


class Stage(Protocol):
    """A platform under test with a store, a dispatcher and a clock that only stories move.

    Every act is carried out completely, the outbox included, before it returns. What is shown because of
    it is its news, until the next act. Names are those of the cast; a message, button or form that cannot
    be found raises AssertionError.
    """

    keycaps: bool
    """A person may hold several of the reactions 1 to 7 on one message."""

    deletions: bool
    """The bot hears that what it posted was deleted."""

    @property
    def store(self) -> RoundStore:
        """Where rounds are."""
        ...

    @property
    def generator(self) -> FakeGenerator:
        """Writes the statements; can be told to fail."""
        ...

    @property
    def channel(self) -> str:
        """The channel's id on its platform."""
        ...

    async def command(self, who: str, word: str, rest: str, *, direct: bool = False) -> None:
        """`/consensus WORD REST`, in the channel or (direct) in the conversation with the bot."""
        ...

    async def write(self, who: str, text: str, *, under: str = "", attachments: int = 0) -> None:
        """Write to the bot; `under`: in answer to the newest private card that shows this text."""
        ...

    async def rewrite(self, who: str, old: str, new: str) -> None:
        """Edit one's message that contains `old`."""
        ...

    async def delete(self, who: str, text: str) -> None:
        """Delete one's message that contains `text`."""
        ...

    async def press(self, who: str, label: str, *, value: str = "", under: str = "") -> None:
        """Press the newest button, or key `value` of the newest scale, with this label that one can see."""
        ...

    async def fill_in(self, who: str, values: dict[str, str]) -> None:
        """Submit the open form with these values, the others as they stand."""
        ...

    async def react(self, who: str, emoji: str, text: str, *, added: bool = True) -> None:
        """React to the newest channel message that shows this text, or take the reaction off."""
        ...

    async def leave(self, who: str) -> None:
        """Leave the channel."""
        ...

    async def remove(self, text: str) -> None:
        """Somebody with the right deletes the newest channel message that shows this text."""
        ...

    async def remove_channel(self) -> None:
        """Somebody with the right deletes the channel."""
        ...

    async def wait(self, seconds: float) -> None:
        """Let time pass; everything that becomes due happens at its time."""
        ...

    async def restart(self) -> None:
        """The bot's process ends and another one begins; what was not committed is forgotten."""
        ...

    async def news(self, who: str | None) -> list[str]:
        """What was shown because of the last act: to a person privately, (None) to the channel, or ("*") to anybody."""
        ...

    async def shown(self, who: str | None) -> list[str]:
        """Everything of ours that stands in a person's conversation, or (None) in the channel, as it is now."""
        ...

    def form(self, who: str) -> str:
        """The form that is open in front of a person; "" when there is none."""
        ...

    def problems(self, who: str) -> dict[str, str]:
        """The sentences on the fields of the open form."""
        ...
