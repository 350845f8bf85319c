"""Takes actions in: keeps them, tells the bot, and answers once the bot has committed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from typing import Any

from bot.platform import Done, FieldProblems, Handler, Reply
from bot.turns import Turns
from bot.web import deliveries, strings
from bot.web.actions import AnyAction, Submit
from bot.web.deliveries import Recorded
from bot.web.items import items
from bot.web.seats import Seat
from bot.web.showing import Refusal
from bot.web.strangers import strangers
from bot.web.strings import Translate
from bot.web.wire import reply_json
from engine.errors import ParleyError, StoreUnavailable
from engine.ports import Clock
from storage.database import Database

SWEEP_SECONDS = 3_600.0

log = logging.getLogger(__name__)


class Intake:
    """One process's way from an action to the bot; the actions of one person go one after the other."""

    def __init__(
        self,
        database: Database,
        handler: Handler,
        clock: Clock,
        poke: Callable[[], None],
        translate: Translate = str,
    ) -> None:
        """`poke` is called whenever the chat may look different. translate: gives the words of the pages."""
        self._database = database
        self._handler = handler
        self._clock = clock
        self._poke = poke
        self._translate = translate
        self._turns = Turns()

    async def take(self, seat: Seat, action: AnyAction) -> dict[str, Any] | Refusal:
        """Carry out an action; the reply for its page, given only after the handler returned.

        A repeat gets the reply that was given first, and the handler hears nothing of it. Raises what the
        handler raises; the action is kept and comes again.
        """
        async with self._turns.of(seat.member):
            now = self._clock.now()
            recorded = await self._database.write(lambda connection: deliveries.record(connection, seat, action, now))
            if isinstance(recorded, Refusal):
                return recorded
            self._poke()
            return recorded.reply if recorded.reply is not None else await self._handle(recorded)

    async def pick_up(self) -> None:
        """Forever: hand over again what a process or page left behind, and drop old answers."""
        swept = float("-inf")
        while True:
            now = self._clock.now()
            try:
                if now - swept > SWEEP_SECONDS:
                    await self._database.write(partial(deliveries.sweep, now=now))
                    swept = now
                for recorded in await self._database.write(partial(deliveries.left_behind, now=now)):
                    await self._again(recorded)
            except StoreUnavailable as error:
                log.warning("the browser's chat waits for the database", extra={"reason": str(error)})
            await asyncio.sleep(deliveries.STALE / 3)

    async def _again(self, recorded: Recorded) -> None:
        async with self._turns.of(recorded.seat.member):
            try:
                await self._handle(recorded)
            except ParleyError as error:
                log.warning("an action of the browser is still not handled", extra={"reason": str(error)})
            except Exception:
                # A bug in handling one person's action must not end everybody's chat; it is tried again, ever later.
                log.exception("an action of the browser failed again", extra={"delivery": recorded.action.delivery})

    async def _handle(self, recorded: Recorded) -> dict[str, Any]:
        reply = await self._stopped(recorded) or await self._heard(recorded)
        made, done = reply_json(reply), isinstance(reply, Done)
        await self._database.write(lambda connection: deliveries.answer(connection, recorded, made, done=done))
        self._poke()
        return made

    async def _stopped(self, recorded: Recorded) -> Reply | None:
        """The reply to a form that names people who are not here; the bot is not told of it."""
        channel, action = recorded.seat.channel, recorded.action
        if not isinstance(action, Submit):
            return None
        names = await self._database.read(lambda connection: strangers(connection, channel, action))
        sentence = self._translate(strings.STRANGERS).format(names=", ".join(names))
        return FieldProblems((("invited", sentence),)) if names else None

    async def _heard(self, recorded: Recorded) -> Reply:
        reply: Reply = Done()
        for item in items(recorded):
            reply = await self._handler(item)
        return reply
