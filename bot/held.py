"""Messages that wait for their writer to say which question they answer."""

from __future__ import annotations

from collections import OrderedDict


class HeldTexts:
    """The latest such messages of this process, by member and message.

    Deliberately not in the database: a text belongs to no round until its writer chooses one. Whoever
    chooses after a restart is asked to paste it; the message itself still stands in the conversation.
    """

    def __init__(self, most: int = 1_000) -> None:
        self._most = most
        self._texts: OrderedDict[tuple[str, str], str] = OrderedDict()

    def keep(self, member: str, message: str, text: str) -> None:
        """Hold a text, dropping the oldest one beyond the limit."""
        self._texts[member, message] = text
        self._texts.move_to_end((member, message))
        while len(self._texts) > self._most:
            self._texts.popitem(last=False)

    def text(self, member: str, message: str) -> str | None:
        """The text of a message; None when it is not held."""
        return self._texts.get((member, message))

    def drop(self, member: str, message: str) -> None:
        """Let go of a message."""
        self._texts.pop((member, message), None)

    def forget(self, member: str) -> None:
        """Let go of everything of one member."""
        for key in [key for key in self._texts if key[0] == member]:
            del self._texts[key]
