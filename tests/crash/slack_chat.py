"""The real Slack platform in a life that is killed: unmodified slack-bolt against a Slack in another process."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Sequence
from typing import Any

from bot.platform import ChatPlatform
from bot.slack import listening, workspace
from bot.slack.calls import Calls
from bot.slack.ids import ours
from bot.slack.platform import SlackPlatform
from storage.outbox import POSTED_AGAIN
from tests.crash.boundaries import Boundaries
from tests.crash.live_chat import FOREVER, LiveChat, Surroundings

COUNTED = {"chat_postMessage", "chat_update", "chat_delete", "reactions_add", "files_upload_v2"}
"""The calls that change what people see for good; each is a boundary before and after."""

SETTLED = listening.SETTLING + 1.0
"""Seconds after a restart until a timer that came due meanwhile has come."""

A_VIEW = re.compile(r"view/V\w+")
"""A modal: one that opened as the process died is opened anew, as another one."""


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


class SlackChat(LiveChat):
    """Slack; see LiveChat."""

    prefix = "slack"

    def __init__(self, around: Surroundings) -> None:
        super().__init__(around)
        # A look at the connection by the machine's clock would come at another boundary each time.
        listening.BEAT = FOREVER
        vars(workspace)["Calls"] = self._counted
        self._slack = SlackPlatform(
            self._known["bot_token"],
            clock=around.clock,
            app_token=self._known["app_token"],
            base_url=self._known["api_url"],
            pace=0.0,
            grace=0.0,
            store=around.store,
        )
        self.platform: ChatPlatform = self._slack

    @property
    def channel(self) -> str:
        """See Chat."""
        return ours(self._known["team"], self._known["channel"])

    def member(self, who: str) -> str:
        """See Chat."""
        return ours(self._known["team"], self._known["people"][who])

    async def set_up(self, people: Sequence[str]) -> None:
        """See Chat."""
        await self._store.set_channel_settings(self.channel, self._settings)

    async def begin(self, at: float) -> None:
        """See Chat: Slack's clock goes with ours; at first the platform is started and catches up."""
        await super().begin(at)
        if self._running is None:
            self._running = asyncio.create_task(self._slack.run(self._happens), name="platform slack")
            while await self._slack.hold(self.channel, at - FOREVER, settling=False):
                assert not self._running.done(), self._running
                await asyncio.sleep(0.001)

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

    def _counted(self, *given: Any) -> Calls:
        calls = CountedCalls(*given)
        calls.boundaries = self._boundaries
        return calls


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
