"""Somebody who uses Slack: acts, and sees what there is to see."""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.slack_server import interactions, mentions
from tests.slack_server.app_methods import Code
from tests.slack_server.delivery import COMMANDS, INTERACTIVE, Delivery
from tests.slack_server.filling import check_complete, entered, find
from tests.slack_server.front import Front
from tests.slack_server.reaction_methods import is_emoji, put_on, take_off
from tests.slack_server.reading import Holder
from tests.slack_server.refusal import Json
from tests.slack_server.seeing import Eyes
from tests.slack_server.shapes import message_json, view_json
from tests.slack_server.slack import Tasks
from tests.slack_server.submitting import apply_answer
from tests.slack_server.world import App, Channel, Message, User, View


@dataclass(frozen=True)
class Answer:
    """What came of an act, as far as Slack tells at once.

    failure: "" when the app acknowledged in time; "operation_timeout" or "dispatch_failed" is what the person
    reads; "held" where the test holds events back. errors: the sentences on a form's fields, by block id.
    """

    failure: str = ""
    seconds: float = 0.0
    errors: dict[str, str] = field(default_factory=dict)
    deliveries: tuple[Delivery, ...] = ()


class Person(Eyes):
    """One user at a client, with Eyes. Acts that no client offers raise AssertionError."""

    def __init__(self, front: Front, app: App, user: User) -> None:
        super().__init__(front.slack, app, user)
        self._front = front

    async def command(self, text: str, channel: Channel | None = None, *, command: str = "") -> Answer:
        """Type a slash command, in a channel or (None) in the conversation with the bot."""
        place = channel or self.direct
        word = command or next(iter(self._app.commands))
        assert word in self._app.commands, f"there is no command {word!r}"
        assert channel is None or self.id in channel.members or channel.kind == "channel", "not in this channel"
        assert not place.archived, "nobody can write in an archived channel"
        home = self._bot().team
        same = home is self.user.team or (home.enterprise and home.enterprise == self.user.team.enterprise)
        assert same, "Slack offers an app's commands to people of its own workspace only"
        if not self._installed() or "commands" not in self._installation().scopes:
            return Answer("dispatch_failed")
        self._app.scopes_used.add("commands")
        respond = self._front.answers.address(self._app, place, self.user)
        said = mentions.typed(text) if not self._app.commands[word] else self._mentioned(text)
        form = interactions.command_form(self._slack, self._app, self.user, place, word, said, respond)
        delivery, response = await self._slack.hub.ask(self._app, COMMANDS, form)
        if response.failure:
            return Answer(_read(response.failure), response.seconds, deliveries=(delivery,))
        problem = self._front.answers.acknowledged(self._app, place, self.user, response.body)
        return Answer("dispatch_failed" if problem else "", response.seconds, deliveries=(delivery,))

    async def press(self, label: str, *, on: Holder | str | None = None) -> Answer:
        """Press the newest button with this action id or label. on: the message or view, or a text it shows."""
        holder, block, part = self._button(label, on)
        stamp = self._slack.stamp()
        return await self._act(holder, [interactions.action_json(block, part, stamp, None)])

    async def choose(self, name: str, value: Any, *, on: Holder | str | None = None) -> Answer:
        """Choose in an element with this action or block id; in an input it is only remembered until submitting."""
        holder, block, part = self._element(name, on)
        state = entered(part, value)
        kept = holder.state if isinstance(holder, View) else interactions.state_for(holder, self.user)
        kept.setdefault(block["block_id"], {})[part["action_id"]] = state
        if block["type"] == "input" and not block.get("dispatch_action"):
            return Answer()
        return await self._act(holder, [interactions.action_json(block, part, self._slack.stamp(), state)])

    def fill(self, values: dict[str, Any], view: View | None = None) -> None:
        """Enter values in the modal in front, by action or block id, without submitting."""
        front = view or self.view
        assert front is not None, f"no modal is in front of {self.user.name}"
        for name, value in values.items():
            block, part = find(front.body["blocks"], name)
            front.state.setdefault(block["block_id"], {})[part["action_id"]] = entered(part, value)

    async def submit(self, values: dict[str, Any] | None = None) -> Answer:
        """Submit the modal in front. Raises Incomplete for what the client would not send."""
        view = self.view
        assert view is not None, f"no modal is in front of {self.user.name}"
        assert view.body.get("submit"), "this modal has nothing to submit"
        self.fill(values or {}, view)
        check_complete(view)
        payload = interactions.submission(self._slack, self._app, self.user, view)
        delivery, response = await self._slack.hub.ask(self._app, INTERACTIVE, payload)
        if response.failure:
            return Answer(_read(response.failure), response.seconds, deliveries=(delivery,))
        problem = apply_answer(self._slack, view, response.body)
        self._slack.changed()
        return Answer("dispatch_failed" if problem else "", response.seconds, dict(view.errors), (delivery,))

    async def close(self) -> Answer:
        """Close the modal in front without submitting."""
        view = self.view
        assert view is not None, f"no modal is in front of {self.user.name}"
        cleared = bool(view.body.get("clear_on_close"))
        gone = self._slack.stack(self.user, self._app) if cleared else [view]
        for one in gone:
            one.open = False
        if not view.body.get("notify_on_close"):
            return Answer()
        payload = interactions.closing(self._app, self.user, view, cleared=cleared)
        delivery, response = await self._slack.hub.ask(self._app, INTERACTIVE, payload)
        return Answer(_read(response.failure), response.seconds, deliveries=(delivery,))

    async def say(self, text: str, *, under: Message | None = None, files: int = 0, raw: bool = False) -> Answer:
        """Write to the bot, in answer to a message or not. raw: keep the text as it is, markup included."""
        takes_messages = self._app.messages_tab and not self._app.messages_read_only
        assert takes_messages, "the Messages tab takes no messages"
        return await self.post(text, self.direct, under=under, files=files, raw=raw)

    async def post(
        self, text: str, channel: Channel, *, under: Message | None = None, files: int = 0, raw: bool = False
    ) -> Answer:
        """Write in a channel."""
        assert self.id in channel.members, f"{self.user.name} is not in this channel"
        assert not channel.archived, "nobody can write in an archived channel"
        said = text if raw else mentions.typed(text)
        message = Message(
            channel,
            channel.stamp(self._slack.now()),
            self.id,
            said,
            [mentions.rich_text(text) | {"block_id": "rt1"}] if text else [],
            thread_ts=(under.thread_ts or under.ts) if under else "",
            files=[self._file(number) for number in range(files)],
            client_msg_id=str(uuid.uuid4()),
            team=self.user.team.id,
        )
        return await self._told(self._slack.posted(message))

    async def edit(self, message: Message, text: str) -> Answer:
        """Edit one's message."""
        assert message.user == self.id, "only one's own messages can be edited"
        before = message_json(message, self._slack.world)
        message.text, message.blocks = mentions.typed(text), [mentions.rich_text(text) | {"block_id": "rt1"}]
        message.edited = {"user": self.id, "ts": f"{int(self._slack.now())}.000000"}
        return await self._told(self._slack.edited(message, before))

    async def delete(self, message: Message) -> Answer:
        """Delete one's message; admins delete anybody's."""
        assert message.user == self.id or self.user.admin or self.user.owner, "only one's own messages can be deleted"
        return await self._told(self._slack.deleted(message))

    async def react(self, message: Message, name: str) -> Answer:
        """Put a reaction on a message."""
        assert is_emoji(name), f"there is no emoji {name!r}"
        assert not message.channel.archived, "nobody reacts in an archived channel"
        assert self.id in message.channel.members, f"{self.user.name} is not in this channel"
        put_on(message, self.id, name)
        return await self._told(self._slack.reacted(message, self.user, name, added=True))

    async def unreact(self, message: Message, name: str) -> Answer:
        """Take one's reaction off."""
        take_off(message, self.id, name)
        return await self._told(self._slack.reacted(message, self.user, name, added=False))

    async def join(self, channel: Channel) -> Answer:
        """Join a channel."""
        return await self._told(self._slack.joined(self.user, channel))

    async def leave(self, channel: Channel) -> Answer:
        """Leave a channel."""
        return await self._told(self._slack.left(self.user, channel))

    async def invite_bot(self, channel: Channel) -> Answer:
        """Bring the bot into a channel."""
        return await self._told(self._slack.joined(self._bot(), channel))

    async def remove_bot(self, channel: Channel) -> Answer:
        """Take the bot out of a channel."""
        return await self._told(self._slack.left(self._bot(), channel))

    async def open_home(self, tab: str = "home") -> Answer:
        """Look at the app: its Home tab, or the conversation ("messages")."""
        event: Json = {"type": "app_home_opened", "user": self.id, "channel": self.direct.id, "tab": tab}
        event["event_ts"] = self._slack.stamp()
        if self.home is not None and tab == "home":
            event["view"] = view_json(self.home)
        return await self._told(self._slack.publish(event, self.user.team, None, self._app))

    async def uninstall(self) -> Answer:
        """Remove the app from this person's workspace."""
        return await self._told(self._slack.uninstalled(self._installation()))

    async def revoke(self) -> Answer:
        """Revoke the bot's token."""
        return await self._told(self._slack.revoked(self._installation()))

    def allow(self, address: str, *, whole_enterprise: bool = False) -> str:
        """Press "Allow" on the page at an authorize address; gives where the browser goes next."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        app = next((one for one in self._slack.world.apps.values() if one.client_id == query.get("client_id")), None)
        assert app is not None, f"there is no app with the client id {query.get('client_id')!r}"
        scopes = {one for one in query.get("scope", "").split(",") if one}
        assert scopes <= app.scopes, f"the app's manifest has no {sorted(scopes - app.scopes)}"
        code = Code(
            uuid.uuid4().hex,
            app,
            self.user,
            scopes,
            query.get("redirect_uri", ""),
            self._slack.now(),
            whole_enterprise,
        )
        self._front.codes[code.code] = code
        target = query.get("redirect_uri", "")
        return f"{target}?{urlencode({'code': code.code, 'state': query.get('state', '')})}"

    async def suggest(self, name: str, typed: str) -> list[Json]:
        """Type into an external select; gives the options that the app offers."""
        holder, block, part = self._element(name, None)
        payload = interactions.suggestion(self._slack, self._app, self.user, holder, block, part, typed)
        _, response = await self._slack.hub.ask(self._app, INTERACTIVE, payload)
        body = response.body if isinstance(response.body, dict) else {}
        offered = list(body.get("options") or [])
        offered += [one for group in body.get("option_groups") or [] for one in group["options"]]
        return offered

    async def _act(self, holder: Holder, actions: list[Json]) -> Answer:
        if not self._app.interactivity:
            return Answer("dispatch_failed")
        if isinstance(holder, View):
            payload = interactions.on_view(self._slack, self._app, self.user, holder, actions)
        else:
            respond = self._front.answers.address(self._app, holder.channel, self.user, holder)
            payload = interactions.on_message(self._slack, self._app, self.user, holder, actions, respond)
        delivery, response = await self._slack.hub.ask(self._app, INTERACTIVE, payload)
        if response.body:
            self._slack.violated("unexpected_body", "block_actions were acknowledged with a body")
        return Answer(_read(response.failure), response.seconds, deliveries=(delivery,))

    async def _told(self, tasks: Tasks) -> Answer:
        responses = await asyncio.gather(*tasks)
        failure = next((one.failure for one in responses if one.failure), "")
        return Answer(failure, max((one.seconds for one in responses), default=0.0))

    def _installed(self) -> bool:
        return any(one.state == "active" for one in self._app.installations)

    def _mentioned(self, text: str) -> str:
        said = mentions.typed(text)
        for user in self._slack.world.users.values():
            said = said.replace(f"@{user.name}", f"<@{user.id}|{user.name}>")
        for channel in self._slack.world.channels.values():
            if channel.name:
                said = said.replace(f"#{channel.name}", f"<#{channel.id}|{channel.name}>")
        for group in self._slack.world.groups.values():
            said = said.replace(f"@{group.handle}", f"<!subteam^{group.id}|@{group.handle}>")
        return said

    def _file(self, number: int) -> Json:
        known = self._slack.world.id("F")
        return {"id": known, "name": f"file{number}.txt", "title": f"file{number}", "mimetype": "text/plain", "size": 1}


def _read(failure: str) -> str:
    """What the person reads when the app did not answer."""
    if not failure:
        return ""
    return "operation_timeout" if "timeout" in failure else "dispatch_failed"
