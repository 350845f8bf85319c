"""Who is who in a workspace: names, zones, roles, and which members a reference stands for. Cached for minutes."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any, TypeVar

from bot.slack.calls import PATIENCE, Calls, Method
from bot.slack.ids import ours, theirs
from bot.slack.people import SLACKBOT, Place, Someone, someone
from engine.errors import PlatformRefused, PlatformUnavailable
from engine.ports import Clock

T = TypeVar("T")

KEPT = 600.0
"""Seconds for which what Slack said of a person, a group or a channel's members is taken as true."""

SHARED_KEPT = 10.0
"""The same for the channels that somebody is in."""

MOST_KEPT = 20_000
PAGE = 200

_MENTION = re.compile(r"<(?:@(?P<user>[UW][A-Z0-9]+)|#(?P<channel>[CG][A-Z0-9]+)|!subteam\^(?P<group>S[A-Z0-9]+))")


class Directory:
    """Looks people up in one workspace. team: its id, which the token of a whole organisation has to name."""

    def __init__(self, calls: Calls, clock: Clock, team: str | None = None) -> None:
        self._calls = calls
        self._team = team
        self._clock = clock
        self._people: dict[str, tuple[float, Someone]] = {}
        self._channels_of: dict[str | None, tuple[float, tuple[str, ...]]] = {}
        self._resolved: dict[tuple[str, ...], tuple[float, list[str]]] = {}
        self._groups: tuple[float, tuple[tuple[str, str], ...]] = (0.0, ())
        self._asking: dict[str, tuple[asyncio.Task[Any], float]] = {}

    async def person(self, user: str) -> Someone:
        """What the workspace says of a user. Raises what `Calls` raises."""
        kept = self._people.get(user)
        if kept is not None and kept[0] > self._clock.now():
            return kept[1]
        answer = await self._calls(self._calls.client.users_info, user=user, include_locale=True, patience=PATIENCE)
        return self._keep(someone(answer["user"]))

    async def person_within(self, user: str, seconds: float) -> Someone:
        """As `person`, but when Slack takes longer or does not say, what was known before, or else only the id.

        Slack is asked on meanwhile, so that it is known the next time.
        """
        kept = self._people.get(user)
        if kept is not None and kept[0] > self._clock.now():
            return kept[1]
        known = kept[1] if kept is not None else Someone(user, user, frozenset(), "UTC", "en", False, True)
        return await self._within(f"person {user}", lambda: self.person(user), seconds, known)

    async def shared_within(self, user: str, seconds: float) -> tuple[str, ...]:
        """As `shared`, but () when Slack takes longer; it is asked on meanwhile."""
        return await self._within(f"shared {user}", lambda: self.shared(user), seconds, ())

    async def _within(self, what: str, ask: Callable[[], Coroutine[Any, Any, T]], seconds: float, otherwise: T) -> T:
        """What somebody asks who comes while it is asked already waits no longer than who asked first."""
        now = asyncio.get_running_loop().time()
        asking, begun = self._asking.get(what, (None, now))
        if asking is None:
            asking = asyncio.create_task(_or_none(ask()), name=f"slack: {what}")
            self._asking[what] = asking, begun
            asking.add_done_callback(lambda _: self._asking.pop(what, None))
        if (left := begun + seconds - now) > 0:
            await asyncio.wait([asking], timeout=left)
        answer: T | None = asking.result() if asking.done() else None
        return otherwise if answer is None else answer

    def forget(self, user: str) -> None:
        """Ask Slack anew when this person is met again."""
        self._people.pop(user, None)
        self._channels_of.pop(user, None)

    async def shared(self, user: str) -> tuple[str, ...]:
        """Slack's ids of the channels in which both this person and the bot are; () where Slack refuses to say.

        Raises PlatformUnavailable.
        """
        try:
            mine, theirs_too = await self._channels(None), await self._channels(user)
        except PlatformRefused:
            return ()
        return tuple(one for one in mine if one in theirs_too)

    async def place(self, channel: str) -> Place | None:
        """A channel; None where the bot may not even know of it, as with a private one that it is not in."""
        info = self._calls.client.conversations_info
        try:
            answer = await self._calls(info, channel=channel, include_num_members=True)
        except PlatformRefused as refusal:
            if refusal.reason == "channel_gone":
                return None
            raise
        said: dict[str, Any] = answer["channel"]
        inside = said.get("is_member", said.get("is_private"))  # of a private channel only members are told
        return Place(bool(inside), bool(said.get("is_archived")), int(said.get("num_members") or 0))

    async def size(self, references: list[str]) -> int:
        """How many people the ids of channels and user groups among the references stand for, at most."""
        people = 0
        for reference in references:
            try:
                known = theirs(reference).id
            except ValueError:
                continue
            if known[0] == "S":
                people += len(await self.group(known))
            elif known[0] in "CG":
                people += place.members if (place := await self.place(known)) else 0
        return people

    async def directs(self) -> AsyncIterator[tuple[str, str]]:
        """(conversation, user) by Slack's ids of every conversation of two with the bot; none without the scope for it.

        Nobody waits for it: see `Calls`.
        """
        client = self._calls.client
        kinds = {"types": "im", "exclude_archived": True, "team_id": self._team, "can_wait": True}
        try:
            async for one in self._pages(client.conversations_list, "channels", **kinds):
                if not one.get("is_user_deleted") and one.get("user") not in {None, "", SLACKBOT}:
                    yield str(one["id"]), str(one["user"])
        except PlatformRefused as refusal:
            if refusal.reason != "missing_scope":
                raise

    async def groups(self) -> tuple[tuple[str, str], ...]:
        """(Slack's id, handle) of every user group, by handle; () where Slack does not say."""
        if self._groups[0] <= self._clock.now():
            try:
                answer = await self._calls(self._calls.client.usergroups_list, team_id=self._team)
            except (PlatformRefused, PlatformUnavailable):
                return ()
            found = [(str(one["id"]), str(one.get("handle") or one["id"])) for one in answer.get("usergroups") or ()]
            self._groups = (self._clock.now() + KEPT, tuple(sorted(found, key=lambda one: one[1])))
        return self._groups[1]

    async def _channels(self, user: str | None) -> tuple[str, ...]:
        """Slack's ids of the channels in which somebody, or (None) the bot, is."""
        kept = self._channels_of.get(user)
        if kept is not None and kept[0] > self._clock.now():
            return kept[1]
        kinds = {**self._kinds(), "user": user}
        client = self._calls.client
        found = tuple([str(one["id"]) async for one in self._pages(client.users_conversations, "channels", **kinds)])
        self._make_room(self._channels_of)
        self._channels_of[user] = (self._clock.now() + SHARED_KEPT, found)
        return found

    async def resolve(
        self, team: str, references: tuple[str, ...], after: str | None, limit: int
    ) -> tuple[list[str], str | None]:
        """See `ChatPlatform.resolve`: people, user groups and channels, by id, mention or "CHANNEL@name".

        Bots and deactivated accounts are left out; guests and members of connected workspaces are not. What
        stands for nobody is left out as well.
        """
        kept = self._resolved.get(references)
        if kept is None or kept[0] <= self._clock.now():
            found: set[str] = set()
            for reference in references:
                found.update(await self._users(reference))
            reachable = [user for user in found if await self._reachable(user)]
            kept = (self._clock.now() + KEPT, sorted(ours(team, user) for user in reachable))
            self._make_room(self._resolved)
            self._resolved[references] = kept
        left = [member for member in kept[1] if after is None or member > after]
        return left[:limit], left[limit - 1] if len(left) > limit else None

    async def _users(self, reference: str) -> list[str]:
        """Slack's ids of the users a reference stands for."""
        if mention := _MENTION.match(reference):
            if mention["user"]:
                return [mention["user"]]
            return await (self._members(mention["channel"]) if mention["channel"] else self._group(mention["group"]))
        place, at, name = reference.partition("@")
        try:
            known = theirs(place).id
        except ValueError:
            return []
        if at:
            return await self._named(known, name)
        match known[0]:
            case "U" | "W":
                return [known]
            case "S":
                return await self._group(known)
            case _:
                return await self._members(known)

    async def _named(self, channel: str, name: str) -> list[str]:
        """People in the channel with this name, else a user group, else a channel ("#name")."""
        wanted = name.strip().casefold()
        if wanted.startswith("#"):
            client = self._calls.client
            async for one in self._pages(client.users_conversations, "channels", **self._kinds()):
                if str(one.get("name", "")).casefold() == wanted[1:]:
                    return await self._members(str(one["id"]))
            return []
        here = await self._members(channel)
        await self._learn(here)
        found = [user for user in here if wanted in (await self.person(user)).names]
        if found:
            return found
        try:
            answer = await self._calls(self._calls.client.usergroups_list, team_id=self._team, patience=PATIENCE)
        except PlatformRefused:
            return []
        for group in answer.get("usergroups") or ():
            if wanted in {str(group.get("handle", "")).casefold(), str(group.get("name", "")).casefold()}:
                return await self._group(str(group["id"]))
        return []

    async def _group(self, group: str) -> list[str]:
        users = await self.group(group)
        await self._learn(users)
        return users

    async def group(self, group: str) -> list[str]:
        """Slack's ids of the members of a user group; [] where there is none."""
        try:
            answer = await self._calls(
                self._calls.client.usergroups_users_list, usergroup=group, team_id=self._team, patience=PATIENCE
            )
        except PlatformRefused as refusal:
            if refusal.reason in {"no_such_subteam", "subteam_not_found"}:
                return []
            raise
        return [str(user) for user in answer.get("users") or ()]

    async def _members(self, channel: str) -> list[str]:
        client = self._calls.client
        users = [str(user) async for user in self._pages(client.conversations_members, "members", channel=channel)]
        await self._learn(users)
        return users

    async def _learn(self, users: list[str]) -> None:
        """Read the whole workspace at once where that takes fewer calls than one per person."""
        unknown = [user for user in users if user not in self._people]
        if len(unknown) <= 10:
            return
        client = self._calls.client
        async for user in self._pages(client.users_list, "members", include_locale=True, team_id=self._team):
            self._keep(someone(user))

    def _kinds(self) -> dict[str, Any]:
        return {"types": "public_channel,private_channel", "exclude_archived": True, "team_id": self._team}

    async def _reachable(self, user: str) -> bool:
        if user == SLACKBOT:
            return False
        try:
            return (await self.person(user)).reachable
        except PlatformRefused:
            return False

    async def _pages(self, method: Method, name: str, **arguments: Any) -> AsyncIterator[Any]:
        cursor: str | None = None
        while True:
            answer = await self._calls(method, limit=PAGE, cursor=cursor, patience=PATIENCE, **arguments)
            for one in answer.get(name) or ():
                yield one
            cursor = str((answer.get("response_metadata") or {}).get("next_cursor") or "") or None
            if cursor is None:
                return

    def _keep(self, one: Someone) -> Someone:
        self._make_room(self._people)
        self._people[one.id] = (self._clock.now() + KEPT, one)
        return one

    def _make_room(self, kept: dict[Any, Any]) -> None:
        if len(kept) >= MOST_KEPT:
            kept.clear()


async def _or_none(asking: Coroutine[Any, Any, T]) -> T | None:
    try:
        return await asking
    except (PlatformRefused, PlatformUnavailable):
        return None
