"""What one person sees, and where on it things are that can be worked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.slack_server.reading import Holder, elements, label_of, shown
from tests.slack_server.refusal import Json
from tests.slack_server.slack import Slack
from tests.slack_server.world import App, Channel, Ephemeral, Installation, Message, User, View


class Eyes:
    """One user's view of Slack and of one app in it."""

    def __init__(self, slack: Slack, app: App, user: User) -> None:
        self._slack = slack
        self._app = app
        self.user = user

    @property
    def id(self) -> str:
        """The user id."""
        return self.user.id

    @property
    def direct(self) -> Channel:
        """The conversation with the app's bot."""
        return self._slack.world.direct(self._bot(), self.user)

    @property
    def messages(self) -> list[Message]:
        """The conversation with the bot, threads included, oldest first."""
        return list(self.direct.messages)

    @property
    def ephemerals(self) -> list[Ephemeral]:
        """What only this person sees, oldest first."""
        return [one for one in self._slack.world.ephemerals if one.user == self.id]

    @property
    def view(self) -> View | None:
        """The modal in front."""
        stack = self._slack.stack(self.user, self._app)
        return stack[-1] if stack else None

    @property
    def home(self) -> View | None:
        """The app's Home tab."""
        return self._slack.world.homes.get((self._app.id, self.id))

    @property
    def errors(self) -> dict[str, str]:
        """The sentences on the fields of the modal in front, by block id."""
        return dict(self.view.errors) if self.view else {}

    def reads(self, channel: Channel) -> list[Message | Ephemeral]:
        """A channel as this person sees it, oldest first; nothing of a private channel they are not in."""
        if channel.kind != "channel" and self.id not in channel.members:
            return []
        own = [one for one in self.ephemerals if one.channel is channel]
        return sorted([*channel.messages, *own], key=lambda one: one.ts)

    def entered(self) -> dict[str, Any]:
        """What stands in the fields of the modal in front, by action id: texts, chosen values, lists of them."""
        view = self.view
        if view is None:
            return {}
        return {action: _value(state) for actions in view.state.values() for action, state in actions.items()}

    def dismiss(self, ephemeral: Ephemeral) -> None:
        """Press "Dismiss message"."""
        self._slack.world.ephemerals.remove(ephemeral)

    def _holders(self, on: Holder | str | None) -> Sequence[Holder]:
        """Where to look, the newest first; the modal in front comes before, the Home tab after everything else."""
        if on is not None and not isinstance(on, str):
            return [on]
        public = [one for one in self._slack.world.channels.values() if self.id in one.members]
        messages: list[Message | Ephemeral] = [message for one in public for message in one.messages]
        newest = sorted([*messages, *self.ephemerals], key=lambda one: one.ts, reverse=True)
        there = [*([self.view] if self.view else []), *newest, *([self.home] if self.home else [])]
        return [one for one in there if on is None or on in shown(one)]

    def _button(self, label: str, on: Holder | str | None) -> tuple[Holder, Json, Json]:
        exact: list[tuple[Holder, Json, Json]] = []
        partly: list[tuple[Holder, Json, Json]] = []
        for holder in self._holders(on):
            for block, part in elements(holder):
                if part["type"] == "button" and label in (part["action_id"], label_of(part)):
                    exact.append((holder, block, part))
                elif part["type"] == "button" and label in label_of(part):
                    partly.append((holder, block, part))
        assert exact or partly, f"{self.user.name} sees no button {label!r}"
        return (exact or partly)[0]

    def _element(self, name: str, on: Holder | str | None) -> tuple[Holder, Json, Json]:
        for holder in self._holders(on):
            for block, part in elements(holder):
                if name in (part.get("action_id"), block["block_id"]) and part["type"] != "button":
                    return holder, block, part
        raise AssertionError(f"{self.user.name} sees no element {name!r}")

    def _bot(self) -> User:
        return self._installation().bot

    def _installation(self) -> Installation:
        mine = [one for one in self._app.installations if one.team is self.user.team]
        mine += [one for one in self._app.installations if one.team is None]
        mine += self._app.installations
        assert mine, "the app is not installed"
        return mine[0]


def _value(state: Json) -> Any:
    value = next((value for name, value in state.items() if name != "type"), None)
    if isinstance(value, dict):
        return value.get("value")
    if isinstance(value, list):
        return [one["value"] if isinstance(one, dict) and "value" in one else one for one in value]
    return value
