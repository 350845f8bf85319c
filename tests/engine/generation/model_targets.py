"""What a worker process runs in tests of `engine.generation.local_model`: it writes without a model."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from engine.errors import SettingsError


class Scribe:
    """Tells in each text how many requests came together; ends its process while the file `deaths` holds lines."""

    def __init__(self, deaths: str = "", broken: bool = False, chats: bool = True) -> None:
        if broken:
            raise SettingsError("There is no such model.")
        self._deaths = deaths
        self._chats = chats

    def __call__(self, requests: list[dict[str, Any]]) -> list[Any]:
        """One answer per request."""
        if self._deaths and Path(self._deaths).read_text():
            lines = Path(self._deaths).read_text().splitlines()
            Path(self._deaths).write_text("\n".join(lines[1:]))
            os._exit(7)
        return [self._answer(request, len(requests)) for request in requests]

    def _answer(self, request: dict[str, Any], together: int) -> Any:
        if request["do"] == "context":
            return 4_000
        if request["do"] == "chats":
            return self._chats
        if request["do"] == "count":
            return [len(text) for text in request["texts"]]
        if request["most_tokens"] > 4_000:
            return None
        texts = [f"{together} {request['seed']} {at}" for at in range(request["n"])]
        return {"texts": texts, "cut": [0], "tokens": 5}
