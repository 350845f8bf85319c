"""Tokens sealed at rest: Fernet (AES-128-CBC with HMAC-SHA256, of the library `cryptography`), with several keys.

The first key seals, every key opens. To change keys, put a new one first and start every process again: at the start
everything is sealed anew with the first key, and the old one may go.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.errors import SettingsError

HOW_TO_MAKE_ONE = (
    'make one with: python -c "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())"'
)


class Seal:
    """Seals and opens texts. Raises SettingsError for no key, or one that is none."""

    def __init__(self, keys: Sequence[str]) -> None:
        """`keys`: url-safe base64 of 32 bytes each, the one that seals first."""
        from cryptography.fernet import Fernet, MultiFernet

        if not keys:
            raise SettingsError(f"Slack tokens are kept sealed: set slack_token_keys; {HOW_TO_MAKE_ONE}.")
        try:
            known = [Fernet(key) for key in keys]
        except ValueError:
            raise SettingsError(f"A key in slack_token_keys cannot be used; {HOW_TO_MAKE_ONE}.") from None
        self._first = known[0]
        self._all = MultiFernet(known)

    def close(self, text: str) -> str:
        """The text, sealed with the first key."""
        return self._all.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str:
        """What was sealed. Raises SettingsError when no key opens it."""
        from cryptography.fernet import InvalidToken

        try:
            return self._all.decrypt(sealed).decode()
        except InvalidToken:
            raise SettingsError(
                "No key in slack_token_keys opens the stored Slack tokens: put the key back that was taken out."
            ) from None

    def is_current(self, sealed: str) -> bool:
        """Whether the first key opens it."""
        from cryptography.fernet import InvalidToken

        try:
            self._first.decrypt(sealed)
        except InvalidToken:
            return False
        return True
