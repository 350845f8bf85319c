"""A chat with the bot behind it, as in the dialogues, whose models are served by vLLM."""

from __future__ import annotations

import asyncio
from typing import Self

from bot.answering import Answering, Models
from bot.dispatcher import Dispatcher
from bot.effects import Effects
from bot.forms import BackEnds
from bot.inbound import Inbox
from bot.speaking import Speaking
from bot.texts import Texts
from engine import catalog
from engine.catalog import BackEndOptions
from storage.store import DatabaseStore
from tests.dialogues.fake_stage import FakeStage
from tests.dialogues.stage import Cast
from tests.dialogues.story import Line, Story, play

PEOPLE = (Cast("maria", moderator=True), Cast("alice"), Cast("bob"), Cast("carol"))


class ModelStage(FakeStage):
    """Plays stories with a generator and a predictor out of the catalog."""

    def __init__(self, store: DatabaseStore, generator: str, predictor: str, options: BackEndOptions) -> None:
        self._writing = catalog.generator(generator, options)
        self._predicting = catalog.predictor(predictor, options)
        super().__init__(store, PEOPLE)

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        platforms = {self.platform.name: self.platform}
        models = Models(lambda _: self._writing, lambda _: self._predicting)
        answering = Answering(self._store, platforms, models, self.clock)
        speaking = Speaking(self._store, platforms, lambda _: self._writing.service, Texts(), self.clock)
        effects = Effects(self._store, answering, speaking)
        self._dispatcher = Dispatcher(self._store, effects.carry_out, effects.give_up, self.clock, "stage", platforms)
        await asyncio.sleep(0)
        return self

    def _new_inbox(self) -> Inbox:
        held = BackEnds(self._writing.name, self._predicting.name, self._predicting.calibrated)
        return Inbox(self._store, held, lambda _: self._writing.service)


async def told(stage: ModelStage, lines: str) -> None:
    """Play some lines of a story; raises AssertionError at the first that does not hold."""
    held = [Line(number, line.strip()) for number, line in enumerate(lines.splitlines(), 1) if line.strip()]
    await play(Story("A round on vLLM", PEOPLE, tuple(held)), stage)
