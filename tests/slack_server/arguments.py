"""What came with a request: query, form, JSON or multipart, read the way Slack reads it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from tests.slack_server.refusal import Json, Refusal


async def read(request: web.Request, *, takes_json: bool) -> tuple[Json, str]:
    """The arguments and the token. A JSON body counts only where the method takes one."""
    found: Json = dict(request.query)
    kind = request.content_type
    if kind == "application/json":
        raw = await request.text()
        try:
            body = json.loads(raw) if raw else {}
        except ValueError:
            raise Refusal("invalid_json") from None
        if not isinstance(body, dict):
            raise Refusal("json_not_object")
        if takes_json:
            found |= body
    elif kind == "multipart/form-data":
        try:
            form = await request.post()
        except ValueError:
            raise Refusal("invalid_form_data") from None
        found |= {name: value for name, value in form.items() if isinstance(value, str)}
    elif kind == "application/x-www-form-urlencoded":
        found |= {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
    elif await request.read():
        raise Refusal("invalid_post_type")
    scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
    if scheme == "Bearer":
        token = bearer.strip()
        found.pop("token", None)
    else:
        token = str(found.pop("token", ""))
    return found, token


class Arguments:
    """A method's arguments with their types; refuses what it does not know or cannot read."""

    def __init__(self, given: Mapping[str, Any], required: tuple[str, ...], optional: tuple[str, ...]) -> None:
        known = {*required, *optional, "team_id"}
        unknown = sorted(given.keys() - known)
        missing = [name for name in required if given.get(name) in (None, "")]
        if unknown or missing:
            raise Refusal(
                "invalid_arguments",
                *(f"unsupported argument: {name}" for name in unknown),
                *(f"missing required field: {name}" for name in missing),
            )
        self._given = dict(given)

    def __contains__(self, name: str) -> bool:
        return self._given.get(name) is not None

    def text(self, name: str, default: str = "") -> str:
        """A text; numbers are taken as texts."""
        value = self._given.get(name)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise Refusal("invalid_arguments", f"must provide a string [json-pointer:/{name}]")
        return str(value)

    def whole(self, name: str, default: int) -> int:
        """A whole number."""
        value = self._given.get(name)
        if value in (None, ""):
            return default
        try:
            return int(str(value))
        except ValueError:
            raise Refusal("invalid_arguments", f"must provide an integer [json-pointer:/{name}]") from None

    def flag(self, name: str, *, default: bool = False) -> bool:
        """A truth value: true, "true", 1, "1" and their opposites."""
        value = self._given.get(name)
        if value in (None, ""):
            return default
        word = str(value).lower()
        if word not in {"true", "false", "1", "0"}:
            raise Refusal("invalid_arguments", f"must provide a boolean [json-pointer:/{name}]")
        return word in {"true", "1"}

    def ts(self, name: str) -> str:
        """A message's ts, seconds and six digits."""
        value = self.text(name)
        seconds, dot, digits = value.partition(".")
        if value and not (seconds.isdigit() and dot and digits.isdigit() and len(digits) == 6):
            raise Refusal("invalid_arguments", f"must be a valid timestamp [json-pointer:/{name}]")
        return value

    def json(self, name: str, error: str) -> Any:
        """A JSON value, or the same written down in a text; None when absent."""
        value = self._given.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError:
            raise Refusal(error) from None

    def words(self, name: str) -> list[str]:
        """A list, or a text with commas between its parts."""
        value = self._given.get(name)
        if isinstance(value, list):
            return [str(one) for one in value]
        return [one.strip() for one in str(value or "").split(",") if one.strip()]
