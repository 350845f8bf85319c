"""What people do in one workspace, given to the handler; acknowledged after its commit."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from bot.cards import notice, usage
from bot.conversation import TAKING_TEXT
from bot.platform import CommandGiven, Done, FieldProblems, Handler, Inbound, OpenForm, Person, Reply, Whisper
from bot.slack import inbound
from bot.slack.answering import TRIGGER_LIVES, Showing, Where, on_fields
from bot.slack.calls import Calls
from bot.slack.directory import Directory
from bot.slack.home import Entry, Section, home, sections
from bot.slack.ids import ours, theirs
from bot.slack.inbound import Act
from bot.slack.people import Someone
from bot.slack.permitting import Permitting
from bot.slack.promises import Promise, Promises
from bot.slack.strangers import strangers
from bot.texts import DEFAULT_LOCALE, Texts
from bot.turns import Turns
from engine.errors import PlatformRefused, PlatformUnavailable, StoreUnavailable
from engine.ports import Clock, RoundStore

log = logging.getLogger(__name__)

BEFORE_ACK = 1.0
"""Seconds of the three until Slack gives up waiting that may be spent on asking it something."""

BEFORE_ERRORS = 2.0
"""The same for a form, which is closed by its acknowledgement: what is wrong with it has to be said in that."""

AFTER_ACK = 20.0
"""Seconds for which Slack is asked on about a command or a button that was acknowledged meanwhile."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who we are in the workspace. bot: our user id."""

    team: str
    bot: str


class Serving:
    """Listens for what people do in one workspace and gives it to the handler."""

    def __init__(
        self,
        handler: Handler,
        identity: Identity,
        calls: Calls,
        directory: Directory,
        showing: Showing,
        clock: Clock,
        moderators: frozenset[str],
        permitting: Permitting | None = None,
        store: RoundStore | None = None,
        promises: Promises | None = None,
    ) -> None:
        """`moderators`: Slack's ids of people who have the moderator role besides the workspace's admins.

        store: where rounds are kept, for the Home tab. promises: where it is kept what was acknowledged before it
        happened; without them that is lost when this process dies. `overhear` is told of every event before it happens.
        """
        self._promises = promises
        self._under_way: set[str] = set()
        self._unkept: list[str] = []
        self._permitting = permitting
        self._store = store
        self._handler = handler
        self._identity = identity
        self._calls = calls
        self._directory = directory
        self._showing = showing
        self._clock = clock
        self._moderators = moderators
        self._turns = Turns()
        self.overhear: Callable[[dict[str, Any]], None] = lambda _: None

    async def command(self, ack: Any, body: dict[str, Any], respond: Any) -> None:
        """`/consensus`."""
        at = self._clock.now()
        act = inbound.command(body, at)
        await self._answered(act, Promise(act.delivery, "command", body, at), respond)
        await ack()

    async def action(self, ack: Any, body: dict[str, Any], respond: Any) -> None:
        """A button."""
        at = self._clock.now()
        act = inbound.pressed(body, at)
        if act is not None:
            answer = respond if body.get("response_url") else None
            await self._answered(act, Promise(act.delivery, "action", body, at), answer)
            if answer and body.get("message") and inbound.rates(body):
                self._showing.soon(self._showing.mark(body, answer))
            if (body.get("view") or {}).get("type") == "home":
                self._showing.soon(self._publish(act.user))
        await ack()

    async def view(self, ack: Any, body: dict[str, Any]) -> None:
        """A modal came back."""
        act = inbound.submitted(body, self._clock.now())
        if act is None:
            await ack()
            return
        reply, where = await self._happen(act, BEFORE_ERRORS, trigger=str(body.get("trigger_id") or ""))
        if isinstance(reply, FieldProblems):
            await ack(**on_fields(body["view"], reply))
            return
        await ack()
        self._showing.reply(reply, where)

    async def event(self, body: dict[str, Any]) -> None:
        """One of `transport.EVENTS`."""
        self.overhear(body)
        act = inbound.event(body, self._identity.bot, self._clock.now())
        if act is not None and act.user:
            reply, where = await self._happen(act, BEFORE_ACK, written=True)
            self._showing.reply(reply, where)

    async def home(self, body: dict[str, Any]) -> None:
        """Somebody looks at the Home tab."""
        said = body["event"]
        if said.get("tab", "home") == "home":
            self._showing.soon(self._publish(str(said["user"])))

    async def _publish(self, user: str) -> None:
        who = await self._who(user)
        try:
            shared = await self._directory.shared(user)
        except PlatformUnavailable:
            shared = ()
        person = self._person(Act(user, "", True, lambda *_: _never()), who, shared)
        texts, store = Texts(who.locale), self._store
        found = [Section(texts("help-heading"), (Entry(usage(texts).blocks[1:]),))]
        if store is not None:
            rights = self._permitting is not None and self._permitting.changeable and person.moderator
            found = await sections(person, person.shared, store, texts, rights=rights)
        try:
            await self._calls(self._calls.client.views_publish, user_id=user, view=home(found, texts))
        except (PlatformRefused, PlatformUnavailable) as problem:
            log.warning("home not shown", extra={"problem": str(problem)})

    async def keep_promises(self) -> None:
        """Let happen what was acknowledged before it happened, and never did. Raises StoreUnavailable."""
        if self._promises is None:
            return
        work = []
        for promise in await self._promises.forsaken(self._clock.now()):
            if promise.id in self._under_way:
                continue
            act = _act_of(promise)
            if act is None:
                log.error("an act that was acknowledged is not understood", extra={"kind": promise.kind})
                await self._promises.kept(promise)
                continue
            log.warning("an act was acknowledged and had not happened", extra={"kind": promise.kind})
            self._under_way.add(promise.id)
            work.append(self._again(act, promise))
        for failed in await asyncio.gather(*work, return_exceptions=True):
            if isinstance(failed, Exception):
                log.error("an act that was acknowledged fails", exc_info=failed)

    async def hand_over(self) -> None:
        """This process ends: what it acknowledged and could not do is done by another one as soon as it looks."""
        if self._promises is None or not self._unkept:
            return
        try:
            await self._promises.hand_over(self._unkept)
        except StoreUnavailable as problem:
            log.warning("another process waits before it takes over", extra={"problem": str(problem)})

    async def _again(self, act: Act, promise: Promise) -> None:
        """Let an act happen that somebody else had promised."""
        from slack_bolt.context.respond.async_respond import AsyncRespond

        url = promise.body.get("response_url")
        respond = AsyncRespond(response_url=url) if url else None
        happening = asyncio.create_task(
            _given_up() if promise.is_void(self._clock.now()) else self._happen(act, AFTER_ACK, respond=respond)
        )
        await self._late(happening, act, promise, respond)

    async def _answered(self, act: Act, promise: Promise, respond: Any) -> None:
        """Let a command or a button happen; returns when it did, or when Slack takes too long to say what we ask it.

        Then the rest happens after the acknowledgement, as was promised.
        """
        asked, trigger = asyncio.Event(), str(promise.body.get("trigger_id") or "")
        happening = asyncio.create_task(self._happen(act, AFTER_ACK, asked, trigger=trigger, respond=respond))
        asking = asyncio.create_task(asked.wait())
        try:
            await asyncio.wait([happening, asking], timeout=BEFORE_ACK, return_when=asyncio.FIRST_COMPLETED)
        finally:
            asking.cancel()
        if asked.is_set() or happening.done():
            self._showing.reply(*await happening)
            return
        self._under_way.add(promise.id)
        if self._promises is not None:
            try:
                await self._promises.make(promise, self._clock.now())
            except StoreUnavailable:
                happening.cancel()
                self._under_way.discard(promise.id)
                raise
        self._showing.soon(self._late(happening, act, promise, respond))

    async def _late(
        self, happening: asyncio.Task[tuple[Reply, Where]], act: Act, promise: Promise, respond: Any
    ) -> None:
        """Answer an act that was acknowledged before it happened; somebody has to be told when it did not."""
        try:
            try:
                self._showing.reply(*await happening)
            except (StoreUnavailable, PlatformUnavailable, PlatformRefused) as problem:
                log.warning("acknowledged, and did not happen", extra={"problem": str(problem)})
                if isinstance(problem, StoreUnavailable) and self._promises is not None:
                    return  # it happens when the database answers again
                texts = Texts(DEFAULT_LOCALE)
                where = Where(f"late/{promise.id}", act.user, act.channel, act.direct, texts, respond=respond)
                self._showing.reply(Whisper(notice(texts("took-too-long"))), where)
            if self._promises is not None:
                await self._promises.kept(promise)
        except StoreUnavailable as problem:
            log.warning("not noted that it happened", extra={"problem": str(problem)})
        except asyncio.CancelledError:
            self._unkept.append(promise.id)
            raise
        finally:
            happening.cancel()
            self._under_way.discard(promise.id)

    async def _happen(
        self,
        act: Act,
        seconds: float,
        asked: asyncio.Event | None = None,
        *,
        trigger: str = "",
        respond: Any = None,
        written: bool = False,
    ) -> tuple[Reply, Where]:
        """Let an act happen; those of one person happen in the order in which they came.

        seconds: how long Slack may be asked whether it may happen. asked: is set when Slack is asked no more. written:
        it is a message, a reaction or the like, and no command, button or form.
        """
        begun, turn = asyncio.get_running_loop().time(), self._turns.of(act.user)
        async with turn:
            mentions = asyncio.gather(*(self._who(user) for user in act.mentions))
            who, shared, mentioned = await asyncio.gather(self._who(act.user), self._shared(act, written), mentions)
            names = {one.id: one.name for one in mentioned}
            item, texts = act.item(self._person(act, who, shared), names), Texts(who.locale)
        # Not in turn: what somebody writes meanwhile need not wait for what Slack says of a right.
        admitted = item if self._permitting is None else await self._permitting.admitted(item, texts, begun + seconds)
        if asked is not None:
            asked.set()
        if isinstance(admitted, Done | Whisper | OpenForm | FieldProblems):
            reply: Reply = admitted
        else:
            async with turn:
                reply = await self._handler(admitted)
        team, groups, channel, direct = self._identity.team, self._directory.groups, act.channel, act.direct
        if isinstance(admitted, CommandGiven) and admitted is not item:
            channel, direct = theirs(admitted.person.channel).id, admitted.person.direct
        opened = isinstance(reply, Whisper) and reply.card.kind == "asked"
        more = partial(self._invited_in_vain, item, texts) if opened else None
        place = (item.delivery, act.user, channel, direct, texts)
        until = begun + TRIGGER_LIVES if trigger else 0.0
        return reply, Where(*place, trigger, respond, team, item.at, groups, more, until)

    async def _invited_in_vain(self, item: Inbound, texts: Texts) -> str:
        names = await strangers(item, self._store, self._directory, self._identity.team)
        return texts("invited-in-vain", names=", ".join(names)) if names else ""

    async def _who(self, user: str) -> Someone:
        """Who somebody is; only their id where Slack does not say in time, so that what they did is not lost."""
        return await self._directory.person_within(user, BEFORE_ACK)

    async def _shared(self, act: Act, written: bool) -> tuple[str, ...]:
        """The channels that somebody and the bot share; not asked where nothing depends on it.

        What somebody writes who has a round of their own to answer belongs to that one.
        """
        if not act.direct:
            return ()
        if written and self._store is not None:
            own = await self._store.rounds_of(ours(self._identity.team, act.user), running=True)
            if any(round.phase in TAKING_TEXT for round in own):
                return ()
        return await self._directory.shared_within(act.user, BEFORE_ACK)

    def _person(self, act: Act, who: Someone, shared: tuple[str, ...]) -> Person:
        team = self._identity.team
        return Person(
            ours(team, act.user),
            who.name,
            ours(team, act.channel or act.user),
            zone=who.zone,
            locale=who.locale,
            moderator=(who.admin and who.team in {"", team}) or act.user in self._moderators,
            direct=act.direct,
            shared=tuple(ours(team, channel) for channel in shared),
        )


async def _given_up() -> tuple[Reply, Where]:
    raise PlatformUnavailable("It failed too often, or is too old.")


def _act_of(promise: Promise) -> Act | None:
    """None for a payload that this version does not understand."""
    make = inbound.command if promise.kind == "command" else inbound.pressed
    try:
        return make(promise.body, promise.at)
    except (KeyError, TypeError, ValueError):
        return None


def _never() -> Any:
    raise AssertionError("a view of the Home tab is no inbound item")
