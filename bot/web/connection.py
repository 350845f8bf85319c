"""One open page: reads its actions in order, writes what changed, and acknowledges after the commit."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from aiohttp import WSCloseCode, WSMsgType, web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.web import strings
from bot.web.actions import read_action
from bot.web.hub import Frame
from bot.web.intake import Intake
from bot.web.seats import Seat
from bot.web.showing import Refusal
from bot.web.strings import Translate
from engine.errors import ParleyError, Unavailable

HELLO_SECONDS = 15.0
BEAT_SECONDS = 20.0
RETRY_SECONDS = 3.0
QUEUED_FRAMES = 256
QUEUED_ACTIONS = 32
BURST = 40.0
PER_SECOND = 10.0
LEFT = 4001
"""The close code that tells a page not to come back by itself."""

log = logging.getLogger(__name__)


class Hello(BaseModel):
    """What a page says first: what it has seen, and how its reader reads times and words."""

    model_config = ConfigDict(frozen=True)

    seen: int = Field(default=0, ge=0)
    epoch: str = Field(default="", max_length=64)
    zone: str = Field(default="UTC", max_length=64)
    locale: str = Field(default="en", pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$")

    @property
    def known_zone(self) -> str:
        """The time zone when there is one of that name, else "UTC"."""
        try:
            return ZoneInfo(self.zone).key
        except (ZoneInfoNotFoundError, ValueError, OSError):
            return "UTC"


class Bucket:
    """A token bucket: how long to wait before the next frame of a page is read."""

    def __init__(self, now: float) -> None:
        self._tokens = BURST
        self._at = now

    def wait(self, now: float) -> float:
        """Take a token; the seconds until it is there."""
        self._tokens = min(BURST, self._tokens + (now - self._at) * PER_SECOND) - 1
        self._at = now
        return max(0.0, -self._tokens / PER_SECOND)


class PageConnection:
    """A WebSocket of a seated person. `channel`, `member`: whose page it is."""

    def __init__(self, socket: web.WebSocketResponse, seat: Seat, intake: Intake, translate: Translate) -> None:
        self.channel = seat.channel
        self.member = seat.member
        self._socket = socket
        self._seat = seat
        self._intake = intake
        self._translate = translate
        self._frames: asyncio.Queue[Frame] = asyncio.Queue(QUEUED_FRAMES)
        self._actions: asyncio.Queue[str] = asyncio.Queue(QUEUED_ACTIONS)
        self._acting = False
        self._dismissed = False
        self._ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def offer(self, frame: Frame) -> None:
        """Queue a frame; a page that does not keep up is let go, and catches up when it comes back."""
        try:
            self._frames.put_nowait(frame)
        except asyncio.QueueFull:
            self._end(WSCloseCode.TRY_AGAIN_LATER)

    def dismiss(self) -> None:
        """Close the page once what it is owed is written: its person left the channel."""
        if self._acting:
            self._dismissed = True
        else:
            self.offer({"type": "left"})

    def _end(self, code: int) -> None:
        if not self._ended.done():
            self._ended.set_result(code)

    async def hello(self) -> Hello | None:
        """The first frame; None when the page says nothing sensible in time."""
        try:
            first = await self._socket.receive(timeout=HELLO_SECONDS)
            return Hello.model_validate_json(first.data) if first.type is WSMsgType.TEXT else None
        except (TimeoutError, ValidationError):
            return None

    def seated(self, seat: Seat) -> None:
        """From now on act as this seat, whose time zone and language are known."""
        self._seat = seat

    async def serve(self) -> None:
        """Until the page goes. What the handler raises ends the connection, and the page sends it again."""
        speaking = asyncio.create_task(self._speak(), name="browser page: frames out")
        beating = asyncio.create_task(self._beat(), name="browser page: heartbeat")
        listening = asyncio.create_task(self._listen(), name="browser page: actions in")
        acting = asyncio.create_task(self._act_in_turn(), name="browser page: actions")
        tasks = (speaking, beating, listening, acting)
        try:
            done, _ = await asyncio.wait((*tasks, self._ended), return_when=asyncio.FIRST_COMPLETED)
            if self._ended in done:
                await self._socket.close(code=self._ended.result())
            for task in done:
                task.result()
        except Exception:
            await self._socket.close(code=WSCloseCode.INTERNAL_ERROR)
            raise
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _listen(self) -> None:
        async for message in self._socket:
            if message.type is WSMsgType.TEXT:
                await self._actions.put(str(message.data))
            else:
                self.offer({"type": "refused", "delivery": "", "sentence": self._translate(strings.MALFORMED)})

    async def _act_in_turn(self) -> None:
        loop = asyncio.get_running_loop()
        bucket = Bucket(loop.time())
        while True:
            data = await self._actions.get()
            await asyncio.sleep(bucket.wait(loop.time()))
            self._acting = True
            await _to_the_end(asyncio.ensure_future(self._act(data)))
            self._acting = False
            if self._dismissed:
                self.offer({"type": "left"})

    async def _act(self, data: str) -> None:
        try:
            action = read_action(data)
        except (ValueError, RecursionError):
            refused = {"type": "refused", "delivery": _delivery_in(data)}
            self.offer(refused | {"sentence": self._translate(strings.MALFORMED)})
            return
        try:
            reply = await self._intake.take(self._seat, action)
        except ParleyError as error:
            after = error.retry_after if isinstance(error, Unavailable) and error.retry_after else RETRY_SECONDS
            log.warning("an action of the browser could not be handled yet", extra={"reason": str(error)})
            sentence = self._translate(strings.TRY_AGAIN)
            self.offer({"type": "again", "delivery": action.delivery, "after": after, "sentence": sentence})
            return
        if isinstance(reply, Refusal):
            sentence = self._translate(reply.sentence).format(**dict(reply.values))
            self.offer({"type": "refused", "delivery": action.delivery, "sentence": sentence})
        else:
            self.offer({"type": "ack", "delivery": action.delivery, "reply": reply})

    async def _speak(self) -> None:
        while True:
            frame = await self._frames.get()
            try:
                await self._socket.send_str(json.dumps(frame, ensure_ascii=False, separators=(",", ":")))
            except ConnectionError:
                return
            if frame["type"] == "left":
                self._end(LEFT)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            self.offer({"type": "beat"})


async def _to_the_end(task: asyncio.Future[Any]) -> None:
    """Wait for a task even when whoever waits is cancelled: what was begun is answered in the database."""
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise


def _delivery_in(data: str) -> str:
    try:
        value = json.loads(data)
    except ValueError:
        return ""
    return str(value.get("delivery", ""))[:64] if isinstance(value, dict) else ""
