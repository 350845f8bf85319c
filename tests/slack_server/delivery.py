"""How payloads reach an app: over one of its sockets or by a signed request, with Slack's retries.

Source: Slack's documentation of the Events API (three retries: at once, after a minute, after five) and of
Socket Mode (any connection may get any payload, three seconds to acknowledge).
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from tests.chat_server.clock import Time
from tests.slack_server.refusal import Json
from tests.slack_server.world import App

EVENTS = "events_api"
COMMANDS = "slash_commands"
INTERACTIVE = "interactive"


@dataclass
class Timing:
    """ack: real seconds an app has; retries: seconds of the server's clock before each repetition of an event."""

    ack: float = 3.0
    retries: tuple[float, ...] = (0.0, 60.0, 300.0)


@dataclass
class Response:
    """What one attempt came to. failure: "" when acknowledged, else Slack's name for what went wrong."""

    failure: str = ""
    body: Any = None
    seconds: float = 0.0
    no_retry: bool = False


@dataclass(eq=False)
class Delivery:
    """A payload on its way. outcome: "", "acknowledged" or "dropped"."""

    app: App
    kind: str
    payload: Json
    attempts: list[Response] = field(default_factory=list)
    outcome: str = ""

    @property
    def acknowledged(self) -> bool:
        """True once the app took it in time."""
        return self.outcome == "acknowledged"


Attempt = Callable[[Delivery, int, str], Awaitable[Response]]


@dataclass
class Faults:
    """What goes wrong on the way. duplicates: the share of events that come twice though acknowledged.

    outage: "" for none, "unavailable" answers 503, "unreachable" cuts every connection without an answer.
    """

    duplicates: float = 0.0
    held: list[Delivery] | None = None
    outage: str = ""


class Hub:
    """Delivers, retries, duplicates, reorders, and keeps what happened.

    varied: how payloads, and answers of the Web API, are said, such as `varying.Variation`.
    """

    def __init__(self, attempt: Attempt, clock: Time, timing: Timing, seed: int) -> None:
        self._attempt = attempt
        self.varied: Callable[[Json], Json] = lambda body: body
        self._clock = clock
        self.timing = timing
        self.faults = Faults()
        self.chance = random.Random(seed)
        self.history: list[Delivery] = []
        self._tasks: set[asyncio.Task[Any]] = set()
        self._busy = 0

    @property
    def busy(self) -> bool:
        """True while something is on its way, retries that wait for their time not counted."""
        return self._busy > 0

    def event(self, app: App, payload: Json) -> asyncio.Task[Response]:
        """Send an event; the task ends with its first attempt. Held back while `hold` is on."""
        delivery = self._new(app, EVENTS, payload)
        if self.faults.held is not None:
            self.faults.held.append(delivery)
            return self._start(_never_sent())
        return self._start(self._event(delivery))

    async def ask(self, app: App, kind: str, payload: Json) -> tuple[Delivery, Response]:
        """Send a command or an interaction: one attempt, its answer comes back."""
        delivery = self._new(app, kind, payload)
        response = await self._try(delivery, 0, "")
        delivery.outcome = "dropped" if response.failure else "acknowledged"
        return delivery, response

    async def repeat(self, delivery: Delivery) -> Response:
        """The same payload once more, as when the acknowledgement was lost on the way."""
        return await self._try(delivery, 1 if delivery.kind == EVENTS else 0, "http_timeout")

    def hold(self) -> None:
        """Keep events back until `release`."""
        self.faults.held = []

    async def release(self, order: str = "reversed") -> None:
        """Deliver what was held: "as sent", "reversed" or "shuffled", one after the other."""
        held, self.faults.held = self.faults.held or [], None
        if order == "reversed":
            held.reverse()
        elif order == "shuffled":
            self.chance.shuffle(held)
        for delivery in held:
            await self._event(delivery)

    async def stop(self) -> None:
        """Forget what is on its way."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _new(self, app: App, kind: str, payload: Json) -> Delivery:
        delivery = Delivery(app, kind, self.varied(payload))
        self.history.append(delivery)
        return delivery

    def _start(self, work: Any) -> asyncio.Task[Response]:
        task: asyncio.Task[Response] = asyncio.create_task(work, name="slack server delivery")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _event(self, delivery: Delivery) -> Response:
        response = await self._again(delivery, 0, "")
        if delivery.acknowledged and self.chance.random() < self.faults.duplicates:
            self._start(self._try(delivery, 0, ""))
        return response

    async def _again(self, delivery: Delivery, number: int, reason: str) -> Response:
        response = await self._try(delivery, number, reason)
        if not response.failure:
            delivery.outcome = "acknowledged"
        elif number >= len(self.timing.retries) or response.no_retry:
            delivery.outcome = "dropped"
        else:

            async def later() -> None:
                await self._again(delivery, number + 1, response.failure)

            self._clock.later(self.timing.retries[number], later)
        return response

    async def _try(self, delivery: Delivery, number: int, reason: str) -> Response:
        self._busy += 1
        begun = time.monotonic()
        try:
            if self.faults.outage:
                response = Response("connection_failed")
            else:
                response = await self._attempt(delivery, number, reason)
        finally:
            self._busy -= 1
        response.seconds = time.monotonic() - begun
        delivery.attempts.append(response)
        return response


async def _never_sent() -> Response:
    return Response("held")
