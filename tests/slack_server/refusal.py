"""How Slack says no, and what it would hold against an app without saying so."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


class Refusal(Exception):
    """A method's answer with ok=false."""

    def __init__(self, error: str, *messages: str, **more: Any) -> None:
        super().__init__(error, *messages)
        self.error = error
        self.messages = messages
        self.more = more

    def body(self) -> Json:
        """The JSON that goes back."""
        answer: Json = {"ok": False, "error": self.error, **self.more}
        if self.messages:
            answer["response_metadata"] = {"messages": [f"[ERROR] {one}" for one in self.messages]}
        if self.messages and self.error == "invalid_blocks":
            answer["errors"] = list(self.messages)
        return answer


class ServerRefusal(Exception):
    """An answer that is not a method's: HTTP status, body and headers."""

    def __init__(self, status: int, error: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(status, error)
        self.status = status
        self.error = error
        self.headers = headers or {}
