"""Slack itself: the state, its clock, and what each change of the state tells the apps."""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import dataclass

from tests.chat_server.clock import Time
from tests.chat_server.service import Service
from tests.slack_server import events
from tests.slack_server.delivery import Delivery, Hub, Response, Timing
from tests.slack_server.limits import Meter, RateLimits
from tests.slack_server.reading import Holder, shown
from tests.slack_server.refusal import Json
from tests.slack_server.shapes import message_json
from tests.slack_server.signing import Requests
from tests.slack_server.sockets import Sockets
from tests.slack_server.view_methods import Trigger
from tests.slack_server.world import App, Channel, Ephemeral, Installation, Message, Team, User, View, World

Tasks = list[asyncio.Task[Response]]


@dataclass(frozen=True)
class News:
    """Something that somebody could see happen. kind: "post", "edit", "delete", "ephemeral", "view" or "home".

    user: the only one who sees it, "" for everybody in the channel. text: as it read at that moment.
    """

    kind: str
    holder: Holder
    user: str
    text: str
    at: float


class Slack(Service):
    """One Slack, without its front door. file_delay: seconds until an uploaded file may stand in a block."""

    def __init__(self, clock: Time | None, limits: RateLimits | None, timing: Timing | None, seed: int) -> None:
        super().__init__(clock)
        self.world = World()
        self.limits = limits or RateLimits()
        self.meter = Meter(self.limits, self.clock.now)
        self.file_delay = 0.0
        self.journal: list[News] = []
        self.triggers: dict[str, Trigger] = {}
        self.uploaded: dict[str, float] = {}
        self.sockets = Sockets(self.violated, self.changed)
        self.requests = Requests(self.violated, random.Random(seed))
        self.hub = Hub(self._attempt, self.clock, timing or Timing(), seed)
        self.sockets.hub = self.hub
        self._event_stamp = 0

    def note(self, kind: str, holder: Holder) -> None:
        """Write down what can be seen now, and wake who waits for it."""
        if isinstance(holder, View):
            user = holder.user.id
        elif isinstance(holder, Ephemeral):
            user = holder.user
        else:
            user = holder.channel.peer
        self.journal.append(News(kind, holder, user, shown(holder), self.now()))
        self.changed()

    def whispered(self, ephemeral: Ephemeral) -> None:
        """An ephemeral message appears."""
        self.world.ephemerals.append(ephemeral)
        self.note("ephemeral", ephemeral)

    def file_ready(self, known: str) -> bool:
        """True when an image block may show this file."""
        return known in self.uploaded and self.now() - self.uploaded[known] >= self.file_delay

    def stack(self, user: User, app: App) -> list[View]:
        """The open modals of an app in front of somebody, the lowest first."""
        there = self.world.views.values()
        return [
            one for one in there if one.open and one.user is user and one.app is app and one.body["type"] == "modal"
        ]

    def trigger(self, user: User, app: App, team: Team, view: View | None = None) -> str:
        """A fresh trigger_id."""
        known = f"{self.world.id('')}.{team.id}.{len(self.triggers):032x}"
        self.triggers[known] = Trigger(known, user, app, team, self.now(), time.monotonic(), view)
        return known

    def stamp(self) -> str:
        """A ts for an event, above every earlier one."""
        self._event_stamp = max(self._event_stamp + 100, round(self.now() * 1_000_000))
        return f"{self._event_stamp // 1_000_000}.{self._event_stamp % 1_000_000:06d}"

    def publish(self, event: Json, team: Team, channel: Channel | None = None, only: App | None = None) -> Tasks:
        """Tell the apps that listen."""
        found = [one for one in events.listeners(self.world, event, team, channel) if only is None or one.app is only]
        shared = channel is not None and channel.shared
        return [
            self.hub.event(one.app, events.callback(self.world, event, team, one, self.now(), shared)) for one in found
        ]

    def posted(self, message: Message) -> Tasks:
        """A message appears."""
        message.channel.messages.append(message)
        event = message_json(message, self.world) | {
            "channel": message.channel.id,
            "event_ts": message.ts,
            "channel_type": message.channel.kind,
        }
        if message.files:
            event["subtype"] = "file_share"
        tasks = self.publish(event, message.channel.team, message.channel)
        self.note("post", message)
        return tasks

    def edited(self, message: Message, before: Json) -> Tasks:
        """A message has another content."""
        stamp = self.stamp()
        event = {
            "type": "message",
            "subtype": "message_changed",
            "message": message_json(message, self.world),
            "previous_message": before,
            "channel": message.channel.id,
            "hidden": True,
            "ts": stamp,
            "event_ts": stamp,
            "channel_type": message.channel.kind,
        }
        tasks = self.publish(event, message.channel.team, message.channel)
        self.note("edit", message)
        return tasks

    def deleted(self, message: Message) -> Tasks:
        """A message is gone; where others answered it, a tombstone stays."""
        before = message_json(message, self.world)
        channel = message.channel
        stamp = self.stamp()
        event = {
            "type": "message",
            "subtype": "message_deleted",
            "previous_message": before,
            "channel": channel.id,
            "hidden": True,
            "deleted_ts": message.ts,
            "ts": stamp,
            "event_ts": stamp,
            "channel_type": channel.kind,
        }
        channel.messages.remove(message)
        tasks = self.publish(event, channel.team, channel)
        self.note("delete", message)
        return tasks

    def reacted(self, message: Message, user: User, name: str, *, added: bool) -> Tasks:
        """A reaction came or went."""
        event = {
            "type": "reaction_added" if added else "reaction_removed",
            "user": user.id,
            "reaction": name,
            "item": {"type": "message", "channel": message.channel.id, "ts": message.ts},
            "item_user": message.user,
            "event_ts": self.stamp(),
        }
        tasks = self.publish(event, message.channel.team, message.channel)
        self.changed()
        return tasks

    def joined(self, user: User, channel: Channel) -> Tasks:
        """Somebody is now in a channel."""
        if user.id in channel.members:
            return []
        channel.members.append(user.id)
        return self._membership("member_joined_channel", user, channel)

    def left(self, user: User, channel: Channel) -> Tasks:
        """Somebody is no longer in a channel; a bot that is removed still hears of itself."""
        if user.id not in channel.members:
            return []
        tasks = self._membership("member_left_channel", user, channel)
        if user.bot:
            kind = "channel_left" if channel.kind == "channel" else "group_left"
            event = {"type": kind, "channel": channel.id, "actor_id": "", "event_ts": self.stamp()}
            tasks += self.publish(event, channel.team, channel, self.world.apps.get(user.app))
        channel.members.remove(user.id)
        return tasks

    def _membership(self, kind: str, user: User, channel: Channel) -> Tasks:
        event = {
            "type": kind,
            "user": user.id,
            "channel": channel.id,
            "channel_type": "C" if channel.kind == "channel" else "G",
            "team": user.team.id,
            "event_ts": self.stamp(),
        }
        tasks = self.publish(event, channel.team, channel)
        self.changed()
        return tasks

    def revoked(self, installation: Installation) -> Tasks:
        """A token stops working; the app hears which."""
        event: Json = {
            "type": "tokens_revoked",
            "tokens": {"oauth": [], "bot": [installation.bot.id]},
            "event_ts": self.stamp(),
        }
        tasks = self.publish(event, self._home(installation), None, installation.app)
        installation.state = "token_revoked"
        return tasks

    def uninstalled(self, installation: Installation) -> Tasks:
        """An app is removed from a workspace or organisation."""
        event = {"type": "app_uninstalled", "event_ts": self.stamp()}
        tasks = self.publish(event, self._home(installation), None, installation.app)
        tasks += self.revoked(installation)
        installation.state = "account_inactive"
        for channel in self.world.channels.values():
            if installation.bot.id in channel.members and channel.kind != "im":
                channel.members.remove(installation.bot.id)
        return tasks

    def _home(self, installation: Installation) -> Team:
        if installation.team is not None:
            return installation.team
        return next(one for one in self.world.teams.values() if one.enterprise == installation.enterprise)

    async def _attempt(self, delivery: Delivery, number: int, reason: str) -> Response:
        limit = self.hub.timing.ack
        if delivery.app.request_urls and not delivery.app.socket_mode:
            return await self.requests.attempt(delivery, number, reason, limit)
        return await self.sockets.attempt(delivery, number, reason, limit)
