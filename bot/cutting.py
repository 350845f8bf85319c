"""A text that is too long for a chat platform, in parts or shortened. Pure.

Lengths are in UTF-16 units, in which clients count, and which are never fewer than characters.
"""

from __future__ import annotations


def width(text: str) -> int:
    """How long a text is at most to a platform, in UTF-16 units."""
    return len(text) + sum(character > "\uffff" for character in text)


def pieces(text: str, limit: int, escape: str = "") -> list[str]:
    """The text in parts of at most `limit`, cut after a line or a word where possible; joined they are the text.

    escape: the character that takes the meaning from what follows it; no cut parts the two.
    """
    parts: list[str] = []
    while width(text) > limit:
        at = _end(text, limit)
        within = text[:at]
        for gap in ("\n", " "):
            found = within.rfind(gap) + 1
            if found > at // 2:
                at = found
                break
        if escape and at > 1 and (at - len(text[:at].rstrip(escape))) % 2:
            at -= 1
        parts.append(text[:at])
        text = text[at:]
    if text:
        parts.append(text)
    return parts


def cut(text: str, limit: int) -> str:
    """The text, shortened with an ellipsis where it is longer than `limit`; only where the whole stands elsewhere."""
    if width(text) <= limit:
        return text
    return f"{text[: _end(text, limit - 1)].rstrip()}…"


def _end(text: str, limit: int) -> int:
    """How many characters of a text that is too long fit, at least one."""
    used = 0
    for at, character in enumerate(text):
        used += 2 if character > "\uffff" else 1
        if used > limit:
            return max(at, 1)
    return len(text)
