"""The real Slack platform in a life that is killed: unmodified slack-bolt against a Slack in another process."""

from __future__ import annotations

import asyncio
import json
import re
import socket
from collections.abc import Sequence
from typing import Any

from bot.platform import ChatPlatform, Handler, Inbound, Reply
from bot.slack import listening, workspace
from bot.slack.calls import Calls
from bot.slack.ids import ours
from bot.slack.platform import SlackPlatform
from engine.ports import Clock
from storage.outbox import POSTED_AGAIN
from storage.store import DatabaseStore
from tests.crash.boundaries import Boundaries
from tests.crash.chats import Chat
from tests.crash.slack_world import socket_of

COUNTED = {"chat_postMessage", "chat_update", "chat_delete", "reactions_add", "files_upload_v2"}
"""The calls that change what people see for good; each is a boundary before and after."""

SETTLED = listening.SETTLING + 1.0
"""Seconds after a restart until a timer that came due meanwhile has come."""

A_VIEW = re.compile(r"view/V\w+")
"""A modal: one that opened as the process died is opened anew, as another one."""

LINE = 1 << 22
FOREVER = 1e9


class CountedCalls(Calls):
    """Calls of the Web API with boundaries around them."""

    boundaries: Boundaries

    async def _once(self, method: Any, arguments: dict[str, Any]) -> dict[str, Any]:
        name = getattr(method, "__name__", "")
        if name in COUNTED:
            self.boundaries.reach(f"{name}: before")
        answer = await super()._once(method, arguments)
        if name in COUNTED:
            self.boundaries.reach(f"{name}: after")
        return answer


class SlackChat(Chat):
    """Slack; `settings` are the channel's, so that a command opens the round that the script wants."""

    prefix = "slack"

    def __init__(
        self,
        folder: str,
        settings: dict[str, str],
        boundaries: Boundaries,
        clock: Clock,
        handler: Handler,
        store: DatabaseStore,
    ) -> None:
        self._folder = folder
        self._settings = settings
        self._boundaries = boundaries
        self._clock = clock
        self._handler = handler
        self._store = store
        self._shown: dict[str, Any] = {}
        self._running: asyncio.Task[None] | None = None
        self._line: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._known = self._hello()
        # A look at the connection by the machine's clock would come at another boundary each time.
        listening.BEAT = FOREVER
        vars(workspace)["Calls"] = self._counted
        self._slack = SlackPlatform(
            self._known["bot_token"],
            clock=clock,
            app_token=self._known["app_token"],
            base_url=self._known["api_url"],
            pace=0.0,
            grace=0.0,
            store=store,
        )
        self.platform: ChatPlatform = self._slack

    @property
    def channel(self) -> str:
        """See Chat."""
        return ours(self._known["team"], self._known["channel"])

    def member(self, who: str) -> str:
        """See Chat."""
        return ours(self._known["team"], self._known["people"][who])

    def own_message(self, who: str, delivery: str) -> str:
        """See Chat: Slack itself knows which message it was."""
        return delivery

    async def set_up(self, people: Sequence[str]) -> None:
        """See Chat."""
        await self._store.set_channel_settings(self.channel, self._settings)

    async def begin(self, at: float) -> None:
        """See Chat: Slack's clock goes with ours; at first the platform is started and catches up."""
        if self._line is None:
            self._line = await asyncio.open_unix_connection(socket_of(self._folder), limit=LINE)
        await self._order(order="move", to=at)
        if self._running is None:
            self._running = asyncio.create_task(self._slack.run(self._happens), name="platform slack")
            while await self._slack.hold(self.channel, at - FOREVER, settling=False):
                assert not self._running.done(), self._running
                await asyncio.sleep(0.001)

    async def end(self) -> None:
        """See Chat."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)
        if self._line is not None:
            self._line[1].close()

    async def deliver(self, who: str, delivery: str, at: float, action: dict[str, Any]) -> dict[str, Any]:
        """See Chat."""
        answer = await self._order(order="deliver", who=who, delivery=delivery, action=action)
        await self._order(order="quiet")
        return answer

    async def messages(self) -> dict[str, list[list[str]]]:
        """See Chat: each message as it reads, with its seeds and its thread."""
        await self._order(order="quiet")
        self._shown = await self._order(order="messages")
        # A command that comes once more much later is answered at an address that has expired.
        wrong = [one for one in self._shown["violations"] if one[0] != "expired_url"]
        assert not wrong, wrong
        places: dict[str, list[list[str]]] = self._shown["places"]
        return places

    def duplicates(self) -> list[str]:
        """See Chat; after `messages`."""
        duplicates: list[str] = self._shown["duplicates"]
        return duplicates

    async def _happens(self, item: Inbound) -> Reply:
        reply = await self._handler(item)
        self._boundaries.reach("item: committed")
        return reply

    def _counted(self, *given: Any) -> Calls:
        calls = CountedCalls(*given)
        calls.boundaries = self._boundaries
        return calls

    def _hello(self) -> dict[str, Any]:
        """Where Slack is; at once, since everything is built from it."""
        path = socket_of(self._folder)
        with socket.socket(socket.AF_UNIX) as line:
            line.connect(str(path))
            line.sendall(b'{"order": "hello"}\n')
            answer: dict[str, Any] = json.loads(line.makefile().readline())
            return answer

    async def _order(self, **order: Any) -> dict[str, Any]:
        assert self._line is not None
        reader, writer = self._line
        writer.write(json.dumps(order).encode() + b"\n")
        answer: dict[str, Any] = json.loads(await reader.readline())
        assert "error" not in answer, answer["error"]
        return answer


def essentials(tables: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """What must be the same however what happened became known: by an event, its repetition, or by catching up.

    Versions count events, and so do the keys of effects; of what is appended the last row counts.
    """
    last: dict[str, dict[str, Any]] = {}
    for name, keys in (
        ("opinions", ("round", "member")),
        ("positions", ("round", "member", "asked")),
        ("critiques", ("round", "draft", "member")),
        ("ratings", ("round", "candidate", "member")),
    ):
        last[name] = {"/".join(str(row[key]) for key in keys): row for row in tables[name]}
    rounds = [{key: value for key, value in row.items() if key != "version"} for row in tables["rounds"]]
    now = {name: tables[name] for name in ("draftings", "candidates", "outcomes")}
    standings = json.loads(A_VIEW.sub("view", json.dumps(tables["standings"])))
    sent = sorted(f"{row['kind']} {row['member']} {row['candidate']}" for row in tables["sent"])
    waiting = sorted({(row["kind"], row["settled"]) for row in tables["outbox"] if row["kind"] != "WakeAt"})
    recorded = sum(row["event"] == POSTED_AGAIN for row in tables["audit"])
    return {
        "rounds": rounds,
        "standings": standings,
        **last,
        **now,
        "sent": sent,
        "outbox": waiting,
        "recorded": recorded,
    }
