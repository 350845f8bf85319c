"""The HTTP side: requests to an app's address, signed as Slack signs them.

Source: Slack's documentation of request signing (v0) and of the Events API's retry headers.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import random
import time
from collections.abc import Callable
from urllib.parse import urlencode

import aiohttp

from tests.slack_server.delivery import COMMANDS, EVENTS, Delivery, Response
from tests.slack_server.world import App

FORM = "application/x-www-form-urlencoded"


def sign(secret: str, stamp: str, body: str) -> str:
    """The v0 signature of a body."""
    return "v0=" + hmac.new(secret.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()


class Requests:
    """Sends signed requests. skew: seconds by which the timestamps are off."""

    def __init__(self, violated: Callable[[str, str], None], chance: random.Random) -> None:
        self._session: aiohttp.ClientSession | None = None
        self._violated = violated
        self._chance = chance
        self.skew = 0.0

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()

    async def attempt(self, delivery: Delivery, number: int, reason: str, limit: float) -> Response:
        """One request with a payload; anything but a 2xx in time is a failure."""
        body, kind = _body(delivery)
        headers = {"Content-Type": kind}
        if number:
            headers |= {"X-Slack-Retry-Num": str(number), "X-Slack-Retry-Reason": reason}
        response, status = await self._post(delivery.app, body, headers, limit)
        if response.failure == "http_timeout":
            self._violated("not_acknowledged", f"{delivery.kind} within {limit} s")
        elif status and not 200 <= status < 300:
            self._violated("bad_status", f"{delivery.kind} was answered {status}")
        return response

    async def verify_url(self, app: App) -> bool:
        """Slack's check when a request URL is entered: the challenge must come back."""
        challenge = hashlib.sha256(app.id.encode()).hexdigest()
        body = json.dumps({"token": app.verification_token, "challenge": challenge, "type": "url_verification"})
        response, _ = await self._post(app, body, {"Content-Type": "application/json"}, 3.0)
        answer = response.body
        return challenge == (answer.get("challenge") if isinstance(answer, dict) else answer)

    async def _post(self, app: App, body: str, headers: dict[str, str], limit: float) -> tuple[Response, int]:
        if self._session is None:
            self._session = aiohttp.ClientSession()
        stamp = str(int(time.time() + self.skew))
        headers |= {
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": sign(app.signing_secret, stamp, body),
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
        }
        try:
            url = self._chance.choice(app.request_urls)
            async with asyncio.timeout(limit):
                async with self._session.post(url, data=body.encode(), headers=headers) as answer:
                    text = await answer.text()
                    no_retry = answer.headers.get("X-Slack-No-Retry") == "1"
                    if 200 <= answer.status < 300:
                        return Response(body=_read(text, answer.content_type)), answer.status
                    return Response("http_error", text, no_retry=no_retry), answer.status
        except TimeoutError:
            return Response("http_timeout"), 0
        except aiohttp.ClientError:
            return Response("connection_failed"), 0


def _body(delivery: Delivery) -> tuple[str, str]:
    if delivery.kind == EVENTS:
        return json.dumps(delivery.payload), "application/json"
    if delivery.kind == COMMANDS:
        return urlencode(delivery.payload), FORM
    return urlencode({"payload": json.dumps(delivery.payload)}), FORM


def _read(text: str, kind: str) -> object:
    if not text:
        return None
    if kind == "application/json":
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text
