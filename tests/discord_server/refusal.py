"""How Discord says no, and what it would hold against an app without saying so.

Source: Discord's documentation, "Opcodes and Status Codes" and "Error Messages".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Json = dict[str, Any]

KNOWN: Mapping[int, tuple[int, str]] = {
    0: (404, "404: Not Found"),
    10002: (404, "Unknown Application"),
    10003: (404, "Unknown Channel"),
    10004: (404, "Unknown Guild"),
    10007: (404, "Unknown Member"),
    10008: (404, "Unknown Message"),
    10011: (404, "Unknown Role"),
    10013: (404, "Unknown User"),
    10014: (400, "Unknown Emoji"),
    10015: (404, "Unknown Webhook"),
    10062: (404, "Unknown interaction"),
    10063: (404, "Unknown application command"),
    20001: (403, "Bots cannot use this endpoint"),
    30010: (400, "Maximum number of reactions reached (20)"),
    30032: (400, "Maximum number of application commands reached (100)"),
    40005: (413, "Request entity too large"),
    40060: (400, "Interaction has already been acknowledged."),
    50001: (403, "Missing Access"),
    50003: (403, "Cannot execute action on a DM channel"),
    50005: (403, "Cannot edit a message authored by another user"),
    50006: (400, "Cannot send an empty message"),
    50007: (403, "Cannot send messages to this user"),
    50008: (400, "Cannot send messages in a non-text channel"),
    50013: (403, "Missing Permissions"),
    50024: (400, "Cannot execute action on this channel type"),
    50027: (401, "Invalid Webhook Token"),
    50033: (400, "Invalid Recipient(s)"),
    50035: (400, "Invalid Form Body"),
    50083: (400, "Thread is archived"),
    50109: (400, "The request body contains invalid JSON."),
    160002: (403, "You do not have access to send messages in this thread"),
    160004: (400, "A thread has already been created for this message"),
    160005: (403, "Thread is locked"),
}
UNAUTHORIZED = 401


class Refusal(Exception):
    """An answer that is an error: HTTP status, Discord's code, and for 50035 where in the body what is wrong."""

    def __init__(self, code: int, errors: Json | None = None, *, message: str = "") -> None:
        status, known = (401, "401: Unauthorized") if code == UNAUTHORIZED else KNOWN[code]
        super().__init__(code, message or known, errors)
        self.status = status
        self.code = 0 if code == UNAUTHORIZED else code
        self.message = message or known
        self.errors = errors

    def body(self) -> Json:
        """The JSON that goes back."""
        answer: Json = {"message": self.message, "code": self.code}
        return answer | ({"errors": self.errors} if self.errors else {})


class Check:
    """Collects what is wrong with a body, by path; `done` refuses it as a whole."""

    def __init__(self) -> None:
        self.errors: Json = {}

    def no(self, path: str, code: str, message: str) -> None:
        """Something is wrong at a path such as "embeds/0/title"."""
        node = self.errors
        for part in path.split("/") if path else ():
            node = node.setdefault(part, {})
        node.setdefault("_errors", []).append({"code": code, "message": message})

    def length(self, path: str, value: Any, low: int, high: int, *, required: bool = False) -> str:
        """A text of so many characters; gives it, "" when absent or wrong."""
        if value is None:
            if required:
                self.required(path)
            return ""
        if not isinstance(value, str):
            self.no(path, "STRING_TYPE_CONVERT", f"Could not interpret {value!r} as string.")
            return ""
        if len(value) > high:
            self.no(path, "BASE_TYPE_MAX_LENGTH", f"Must be {high} or fewer in length.")
        elif len(value) < low:
            self.no(path, "BASE_TYPE_BAD_LENGTH", f"Must be between {low} and {high} in length.")
        return value

    def items(self, path: str, value: Any, low: int, high: int) -> list[Any]:
        """A list of so many items; gives them, none when wrong."""
        if not isinstance(value, list):
            self.no(path, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
            return []
        if not low <= len(value) <= high:
            self.no(path, "BASE_TYPE_BAD_LENGTH", f"Must be between {low} and {high} in length.")
        return value

    def required(self, path: str) -> None:
        """Something is missing."""
        self.no(path, "BASE_TYPE_REQUIRED", "This field is required")

    def done(self) -> None:
        """Refuse the body with 50035 if anything was wrong."""
        if self.errors:
            raise Refusal(50035, self.errors)


def wrong(path: str, code: str, message: str) -> Refusal:
    """A body with one thing wrong."""
    check = Check()
    check.no(path, code, message)
    return Refusal(50035, check.errors)
