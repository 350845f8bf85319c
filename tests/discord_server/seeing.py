"""What one person sees, and where on it things are that can be worked."""

from __future__ import annotations

from tests.discord_server.components import BUTTON, SELECTS, TEXT, walk
from tests.discord_server.happenings import Discord
from tests.discord_server.interactions import Form
from tests.discord_server.rights import READ_MESSAGE_HISTORY, VIEW_CHANNEL, in_channel
from tests.discord_server.world import Channel, Json, Message, User


def shown(message: Message) -> str:
    """A message as it reads: its content, embeds, laid-out texts, the labels of its buttons, its pictures' texts."""
    said = [message.content]
    for embed in message.embeds:
        said += [str((embed.get("author") or {}).get("name") or ""), str(embed.get("title") or "")]
        said.append(str(embed.get("description") or ""))
        said += [f"{one['name']}: {one['value']}" for one in embed.get("fields") or []]
        said.append(str((embed.get("footer") or {}).get("text") or ""))
    for part in walk(message.components):
        if part["type"] == TEXT:
            said.append(part["content"])
        elif part["type"] == BUTTON:
            said.append(f"[{part.get('label', '')}]")
        elif part["type"] in SELECTS:
            said.append(f"[{part.get('placeholder', '')}]")
    said += [str(one.get("description") or one["filename"]) for one in message.attachments]
    return "\n".join(one for one in said if one)


class Eyes:
    """One user's view of Discord."""

    def __init__(self, discord: Discord, user: User) -> None:
        self._discord = discord
        self.user = user

    @property
    def id(self) -> str:
        """The user id."""
        return self.user.id

    @property
    def direct(self) -> Channel:
        """The conversation with the bot."""
        return self._discord.world.direct(self._discord.app.bot, self.user)

    @property
    def messages(self) -> list[Message]:
        """The conversation with the bot, oldest first, without ephemeral ones."""
        return self.direct.said

    @property
    def ephemerals(self) -> list[Message]:
        """What only this person sees, oldest first."""
        return [one for one in self._discord.world.ephemerals if one.only == self.id]

    @property
    def form(self) -> Form | None:
        """The modal in front."""
        mine = [one for one in self._discord.forms if one.open and one.interaction.user is self.user]
        return mine[-1] if mine else None

    def sees(self, channel: Channel) -> bool:
        """True when the channel is in this person's list."""
        return bool(in_channel(channel, self.user) & VIEW_CHANNEL)

    def reads(self, channel: Channel) -> list[Message]:
        """A channel as this person sees it, oldest first."""
        if not in_channel(channel, self.user) & READ_MESSAGE_HISTORY:
            return []
        own = [one for one in self.ephemerals if one.channel is channel]
        return sorted([*channel.said, *own], key=lambda one: one.key)

    def dismiss(self, ephemeral: Message) -> None:
        """Press "Dismiss message"."""
        self._discord.world.ephemerals.remove(ephemeral)

    def _holders(self, on: Message | str | None) -> list[Message]:
        """Where to look, the newest first."""
        if isinstance(on, Message):
            return [on]
        there = [one for channel in self._discord.world.channels.values() for one in self.reads(channel)]
        there.sort(key=lambda one: one.key, reverse=True)
        return [one for one in there if on is None or on in shown(one)]

    def _component(self, name: str, on: Message | str | None, kinds: frozenset[int]) -> tuple[Message, Json]:
        exact: list[tuple[Message, Json]] = []
        partly: list[tuple[Message, Json]] = []
        for message in self._holders(on):
            for part in walk(message.components):
                if part["type"] not in kinds or part.get("disabled"):
                    continue
                labels = (part.get("custom_id"), part.get("label"), part.get("placeholder"))
                if name in labels:
                    exact.append((message, part))
                elif any(name in one for one in labels[1:] if one):
                    partly.append((message, part))
        assert exact or partly, f"{self.user.name} sees nothing to press or choose that is called {name!r}"
        return (exact or partly)[0]
