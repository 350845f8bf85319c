"""What an app answers: bodies of acknowledgements, and posts to a response_url.

Source: Slack's documentation of handling user interaction (response_url: five uses in thirty minutes).
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.slack_server import mentions
from tests.slack_server.blocks import check_blocks, completed, texts_of
from tests.slack_server.checking import Check
from tests.slack_server.refusal import Json
from tests.slack_server.shapes import message_json
from tests.slack_server.slack import Slack
from tests.slack_server.world import App, Channel, Ephemeral, Message, User

LIFE = 1_800.0
USES = 5
KNOWN = frozenset(
    "text blocks attachments response_type replace_original delete_original thread_ts mrkdwn unfurl_links unfurl_media "
    "metadata link_names parse".split()
)


@dataclass(eq=False)
class Address:
    """A response_url. `source`: the message it came from, if any."""

    app: App
    channel: Channel
    user: User
    born: float
    source: Message | Ephemeral | None = None
    uses: list[float] = field(default_factory=list)


class Answers:
    """Puts what apps answer in front of people."""

    def __init__(self, slack: Slack) -> None:
        self._slack = slack
        self._addresses: dict[str, Address] = {}

    def address(self, app: App, channel: Channel, user: User, source: Message | Ephemeral | None = None) -> str:
        """A fresh response_url."""
        known = secrets.token_hex(12)
        self._addresses[known] = Address(app, channel, user, self._slack.now(), source)
        return f"{self._slack.url}/response/{known}"

    async def serve(self, request: web.Request) -> web.Response:
        """A post to a response_url."""
        address = self._addresses.get(request.match_info["token"])
        if address is None:
            return web.json_response({"ok": False, "error": "invalid_url"}, status=404)
        if len(address.uses) >= USES or self._slack.now() - address.born > LIFE:
            error = "used_url" if len(address.uses) >= USES else "expired_url"
            self._slack.violated(error, "a response_url")
            return web.json_response({"ok": False, "error": error}, status=404)
        try:
            body = json.loads(await request.text())
        except ValueError:
            return web.Response(status=400, text="invalid_payload")
        address.uses.append(self._slack.now())
        problem = self.show(address, body)
        if problem:
            return web.json_response({"ok": False, "error": problem}, status=400)
        return web.json_response({"ok": True})

    def acknowledged(self, app: App, channel: Channel, user: User, body: Any) -> str:
        """The body with which a command was acknowledged; gives the problem, "" for none."""
        if body in (None, "", {}):
            return ""
        content = {"text": body} if isinstance(body, str) else body
        return self.show(Address(app, channel, user, self._slack.now()), content)

    def show(self, address: Address, body: Any) -> str:
        """Put a response in front of people; gives Slack's error, "" when it was taken."""
        if not isinstance(body, dict):
            return self._bad("invalid_payload", "no object")
        unknown = sorted(body.keys() - KNOWN)
        if unknown:
            return self._bad("invalid_payload", f"unknown fields {unknown}")
        if body.get("delete_original"):
            return self._remove(address)
        text, blocks = str(body.get("text") or ""), body.get("blocks") or []
        check = Check("message", self._slack.file_ready)
        check_blocks(check, blocks, "/blocks")
        if check.problems:
            return self._bad("invalid_blocks", "; ".join(check.problems))
        if not text.strip() and not blocks:
            return self._bad("no_text", "an empty response")
        self._put(address, body, text, completed(blocks))
        self._slack.changed()
        return ""

    def _put(self, address: Address, body: Json, text: str, blocks: list[Json]) -> None:
        slack, source = self._slack, address.source
        pings = mentions.pings(text)
        for kind, part in texts_of(blocks):
            pings += mentions.pings(part) if kind == "mrkdwn" else []
        if body.get("replace_original") and source is not None:
            if isinstance(source, Message):
                before = message_json(source, slack.world)
                source.text, source.blocks = text, blocks
                source.pings += pings
                slack.edited(source, before)
            else:
                source.text, source.blocks, source.pings = text, blocks, pings
                slack.note("ephemeral", source)
            return
        bot = next(one.bot for one in address.app.installations)
        channel, thread = address.channel, str(body.get("thread_ts") or "")
        stamp = channel.stamp(slack.now())
        if body.get("response_type") == "in_channel":
            message = Message(channel, stamp, bot.id, text, blocks, bot.bot_id, address.app.id, thread, pings=pings)
            message.team = bot.team.id
            slack.posted(message)
        else:
            shown = Ephemeral(channel, address.user.id, stamp, text, blocks, address.app.id, thread, pings)
            slack.whispered(shown)

    def _remove(self, address: Address) -> str:
        source = address.source
        if isinstance(source, Message):
            self._slack.deleted(source)
        elif source in self._slack.world.ephemerals:
            self._slack.world.ephemerals.remove(source)
        self._slack.changed()
        return ""

    def _bad(self, error: str, detail: str) -> str:
        self._slack.violated(error, f"a response: {detail}")
        return error
