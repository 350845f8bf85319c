"""The composition root: the one place that builds objects from settings and runs them.

Everything is entered into one AsyncExitStack and every task is named; when one dies, the process stops
loudly. Shutting down: claim no more, let work under way finish, give leases back, close the database.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import cache, partial

from bot.answering import Answering, Models
from bot.clock import SystemClock
from bot.counting import ModelCounts
from bot.dispatcher import Dispatcher, Pace
from bot.effects import Effects
from bot.forms import BackEnds, position_of
from bot.inbound import Inbox
from bot.platform import ChatPlatform, Handler
from bot.secrets_file import secret_of
from bot.settings import Settings
from bot.speaking import Speaking
from bot.texts import Texts, page_words
from bot.web.platform import WebPlatform
from engine import catalog
from engine.errors import PredictorUnavailable, SettingsError
from engine.ports import Checkable, Clock
from storage.store import DatabaseStore, open_store

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Application:
    """Parley, put together and not yet running."""

    settings: Settings
    store: DatabaseStore
    web: WebPlatform
    platforms: dict[str, ChatPlatform]
    handler: Handler
    dispatcher: Dispatcher

    async def run(self) -> None:
        """Serve every platform and carry out effects until cancelled; then finish what is under way."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.dispatcher.run(), name="outbox")
            for name in self.settings.platforms:
                tasks.create_task(self.platforms[name].run(self.handler), name=f"platform {name}")
            try:
                await asyncio.Event().wait()
            finally:  # inside the group, which would cut short what the grace is for
                await self.dispatcher.stop(self.settings.shutdown_grace)


@asynccontextmanager
async def application(
    settings: Settings, clock: Clock | None = None, pace: Pace | None = None
) -> AsyncIterator[Application]:
    """Build Parley from its settings; closes the database at the end. Raises SettingsError, StoreUnusable."""
    clock = clock or SystemClock()
    generator = cache(partial(catalog.generator, options=settings.back_ends))
    predictor = cache(partial(catalog.predictor, options=settings.back_ends))
    drafting, predicting = generator(settings.generator), predictor(settings.predictor)
    secret = secret_of(settings)
    store = await open_store(settings.database, migrate=True)
    counts = ModelCounts()
    try:
        texts = Texts(settings.locale)
        web = WebPlatform(
            store.database,
            secret,
            settings.host,
            settings.port,
            settings.public_url,
            clock=clock,
            translate=page_words(settings.locale),
            figures=counts.page,
        )
        platforms: dict[str, ChatPlatform] = {"web": web}
        if "slack" in settings.platforms:
            from bot.slack.installing import from_settings

            slack = from_settings(settings, clock, store)
            slack.keep_up(store)
            platforms["slack"] = slack
        if "discord" in settings.platforms:
            from bot.discord.installing import from_settings as discord_from_settings

            platforms["discord"] = discord_from_settings(settings, clock, store)

        models = Models(generator, predictor)
        answering = Answering(store, platforms, models, clock)
        effects = Effects(store, answering, Speaking(store, platforms, models.service, texts, clock))
        owner = f"{socket.gethostname()}/{os.getpid()}"
        pace = pace or Pace(lease=settings.lease, keep=settings.keep_days * 86_400)
        dispatcher = Dispatcher(store, effects.carry_out, effects.give_up, clock, owner, settings.platforms, pace)
        back_ends = BackEnds(drafting.name, predicting.name, predicting.calibrated)
        own_chats = {name: one.forget for name, one in platforms.items() if one.abilities.own_chat}
        handler = Inbox(store, back_ends, models.service, dispatcher.wake, own_chats)
        for name in settings.channels:
            await web.open_channel(name, open_seats=settings.open_seats)
        yield Application(settings, store, web, platforms, handler, dispatcher)
    finally:
        counts.close()
        await store.close()


async def serve(settings: Settings) -> None:
    """Run until SIGINT or SIGTERM. Raises SettingsError when there is nothing to serve."""
    if not settings.platforms:
        raise SettingsError("No platform is chosen: name web, slack or discord with --platform.")
    async with application(settings) as parley:
        running = asyncio.create_task(parley.run(), name="parley")
        warming = asyncio.create_task(asyncio.to_thread(position_of, "Should we begin?", "", ""), name="language data")
        _on_signals(running.cancel)
        announcing = asyncio.create_task(_announce(parley), name="announce")
        checking = asyncio.create_task(check_predictor(settings), name="predictor's check")
        with suppress(asyncio.CancelledError):
            await loudly(running)
        announcing.cancel()
        checking.cancel()
        await asyncio.gather(checking, return_exceptions=True)
        await warming


async def personal_link(settings: Settings, channel: str, name: str, *, moderator: bool) -> str:
    """The signed link with which somebody takes part; makes the channel when it is not there."""
    async with application(settings) as parley:
        await parley.web.open_channel(channel, open_seats=settings.open_seats)
        return parley.web.link(channel, name, moderator)


async def check_predictor(settings: Settings) -> None:
    """Say at once what the first round would find out: the predictor is away, or does not predict what it should."""
    predictor = catalog.predictor(settings.predictor, settings.back_ends)
    if isinstance(predictor, Checkable):
        try:
            await predictor.check()
        except PredictorUnavailable as problem:
            log.warning("the predictor cannot be used yet", extra={"predictor": predictor.name, "reason": str(problem)})


async def _announce(parley: Application) -> None:
    if "web" not in parley.settings.platforms:
        return
    await parley.web.listening()
    log.info("serving the browser channel", extra={"url": parley.web.url})
    if not parley.settings.open_seats:
        log.info("people take part by personal links; `parley link NAME` makes one")


async def loudly(running: asyncio.Task[None]) -> None:
    """Wait for a task group; of several failures the first says what is wrong."""
    try:
        await running
    except BaseExceptionGroup as group:
        first: BaseException = group
        while isinstance(first, BaseExceptionGroup):
            first = first.exceptions[0]
        raise first from group


def _on_signals(stop: Callable[[], object]) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
