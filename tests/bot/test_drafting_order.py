"""A draft that anybody can repeat from an export must not tell in which order members answered.

The seed and the opinions are exported, and the extractive generator is deterministic: if its input came in the order
of answering, trying every order until the statements come out would tell that order, which a channel can see.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bot.answering import Answering, Models
from engine.ports import Delivery
from engine.records import Candidate, Drafting, Revision
from engine.rounds.effects import DraftCandidates
from engine.rounds.events import Event, OpinionGiven, PhaseAdvanced, RoundOpened
from engine.rounds.model import Rules
from engine.service import handle
from storage.store import DatabaseStore, open_store
from tests.fakes.clock import FakeClock
from tests.fakes.models import FakeGenerator, FakePredictor

OPINIONS = {"ada": "We should plant a hedge.", "bo": "A fence is cheaper.", "chidi": "Nothing, please.", "dana": "Ask."}


class Listening(FakeGenerator):
    """Remembers in which order opinions came."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[tuple[str, ...]] = []

    async def generate(
        self, question: str, opinions: Sequence[str], n: int, *, seed: int, revision: Revision | None = None
    ) -> list[Candidate]:
        """See StatementGenerator.generate."""
        self.heard.append(tuple(opinions))
        return await super().generate(question, opinions, n, seed=seed, revision=revision)


async def drafted(store: DatabaseStore, round: str, members: Sequence[str], generator: Listening) -> Drafting:
    """What a round drafts whose members answered in this order."""
    clock = FakeClock()
    rules = Rules(reminders=False, drafted=4)
    opened = RoundOpened(clock.now(), round, "web:c", "mo", "Should we plant a hedge?", None, None, rules, 7)
    events: list[Event] = [opened, *(OpinionGiven(clock.now(), who, OPINIONS[who], "form") for who in members)]
    for number, event in enumerate([*events, PhaseAdvanced(clock.now(), "mo")]):
        await handle(store, Delivery(f"{round}/{number}", round, event))
    answering = Answering(store, {}, Models(lambda _: generator, lambda _: FakePredictor()), clock)
    while (found := await store.drafting(round, 1)) is None:
        for claim in await store.claim("me", clock.now(), 100, 60.0, ("web",)):
            held = await store.round(claim.round)
            if held is None or not isinstance(claim.effect, DraftCandidates):
                await store.complete(claim)
            else:
                await answering.carry_out(claim, held)
    return found


async def test_the_order_of_answering_reaches_neither_generator_nor_log(tmp_path: Path) -> None:
    store = await open_store(f"sqlite:///{tmp_path / 'parley.db'}", migrate=True)
    generator = Listening()
    one = await drafted(store, "web:1", ["ada", "bo", "chidi", "dana"], generator)
    other = await drafted(store, "web:2", ["dana", "chidi", "ada", "bo"], generator)
    await store.close()
    assert generator.heard[0] == generator.heard[1]
    assert one.candidates == other.candidates
    assert (one.prediction.score == other.prediction.score).all()
