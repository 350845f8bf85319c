"""Where a language model's endpoint is, and how to get in."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from typing import Self
from urllib.parse import urlsplit

from engine.errors import SettingsError

HOSTED = "https://api.openai.com/v1"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a model is and how to get in; the key is shown by no repr.

    settings: what the names of the settings that gave it begin with.
    """

    base_url: str
    key: str
    settings: str = "openai"

    def __repr__(self) -> str:
        return f"Address({self.base_url!r})"

    @classmethod
    def of(
        cls, base_url: str | None, key: str | None, *, who: str = "generator 'openai'", settings: str = "openai"
    ) -> Self:
        """The endpoint that the settings name: without a base URL the hosted one, which needs a key.

        who: whose model it is, for the message; settings: what its settings' names begin with. Raises SettingsError.
        """
        if not base_url and not key:
            prefix = f"PARLEY_{settings.upper()}"
            raise SettingsError(
                f"The {who} does not know where its model is: set {prefix}_BASE_URL, such as "
                f"http://127.0.0.1:8000/v1, or {prefix}_API_KEY for the hosted service."
            )
        url = (base_url or HOSTED).rstrip("/")
        try:
            parts = urlsplit(url)
            usable = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port)
        except ValueError:
            usable = False
        if not usable:
            raise SettingsError(f"The setting '{settings}_base_url' is no URL such as http://127.0.0.1:8000/v1.")
        return cls(url, key or "none", settings)

    @property
    def place(self) -> str:
        """The host in words, such as "api.openai.com" or "this machine"."""
        host = urlsplit(self.base_url).hostname or ""
        try:
            here = ip_address(host).is_loopback
        except ValueError:
            here = host == "localhost"
        return "this machine" if here else host
