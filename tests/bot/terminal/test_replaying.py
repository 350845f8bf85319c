"""`parley replay`: rounds that a real database logged are chosen again from the log alone."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from itertools import count
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from bot.cli import app
from engine.deliberation import deliberate
from engine.generation.extractive import ExtractiveGenerator
from engine.outcome import tally
from engine.ports import Delivery
from engine.records import Revision
from engine.rounds.events import (
    CandidateHidden,
    CandidatesDrafted,
    CritiqueGiven,
    Event,
    MemberForgotten,
    OpinionGiven,
    PhaseAdvanced,
    RatingGiven,
    RoundOpened,
    VotesTallied,
)
from engine.rounds.model import Ballot, Phase, Rules
from engine.scoring.lexical import LexicalPredictor
from engine.service import handle
from engine.welfare import WelfareRule
from storage.store import DatabaseStore, open_store

QUESTION = "Should we close the street to cars?"
SAID = {
    "ada": "Yes, children could play there.",
    "bo": "No, shops need deliveries in the morning.",
    "cy": "Yes, but buses must get through.",
    "di": "We should try it on Sundays first.",
}
MODERATOR = "mo"


@pytest.fixture
def database(sqlite_file: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A database without rounds in the current folder."""
    monkeypatch.chdir(sqlite_file.parent)
    return sqlite_file


class Playing:
    """One round, event by event."""

    def __init__(self, store: DatabaseStore, rule: str) -> None:
        self.store, self.id, self.rule = store, f"web:{rule}", rule
        self._times = count(1)

    async def happen(self, event: Event) -> None:
        """Let it happen."""
        assert await handle(self.store, Delivery(f"{self.id}-{next(self._times)}", self.id, event))

    async def play(self, *, critiques: int = 1) -> None:
        """From the question to the outcome, with a critique iteration."""
        rules = Rules(welfare=self.rule, ballot=Ballot.PRIVATE, critique_iterations=critiques, reminders=False)
        await self.happen(RoundOpened(1.0, self.id, "web:garden", MODERATOR, QUESTION, None, None, rules, 5))
        for member, text in SAID.items():
            await self.happen(OpinionGiven(2.0, member, text, "form"))
        await self.happen(PhaseAdvanced(3.0, MODERATOR))
        for _ in range(critiques + 1):
            await self.draft()
            await self.vote()
            for member in ("ada", "di"):
                if (await self.store.round(self.id)).phase is Phase.CRITIQUING:  # type: ignore[union-attr]
                    await self.happen(CritiqueGiven(8.0, member, "Say when buses may pass.", f"form {member}"))
            await self.happen(PhaseAdvanced(9.0, MODERATOR))

    async def draft(self) -> None:
        """As the bot drafts."""
        round = await self.store.round(self.id)
        assert round is not None
        given = sorted(await self.store.opinions(self.id), key=lambda pair: pair[1])
        members = tuple(member for member, _ in given)
        revision = None
        if round.iteration:
            critiques = dict(await self.store.critiques(self.id, round.draft - 1))
            revision = Revision("We should close it.", tuple(critiques.get(one, "") for one in members))
        drafting = await deliberate(
            QUESTION,
            [text for _, text in given],
            generator=ExtractiveGenerator(),
            predictor=LexicalPredictor(),
            rule=self.rule,
            seed=round.seed + round.draft,
            revision=revision,
        )
        await self.happen(CandidatesDrafted(4.0, round.draft, drafting, members))

    async def vote(self) -> None:
        """Everybody rates the first one."""
        round = await self.store.round(self.id)
        assert round is not None
        for member in SAID:
            for place, candidate in enumerate(round.posted):
                await self.happen(RatingGiven(5.0, member, candidate, 6 - place))
        await self.happen(PhaseAdvanced(6.0, MODERATOR))
        ballots = await self.store.ballots(self.id, round.draft)
        outcome = tally(ballots.agreement, ballots.posted, WelfareRule.parse(self.rule), seed=1)
        await self.happen(VotesTallied(7.0, round.draft, outcome, outcome.leading))


async def play(rule: str = "utilitarian", *, forget: str | None = None, critiques: int = 1) -> str:
    """A round in parley.db; returns its id."""
    store = await open_store("sqlite:///parley.db", migrate=False)
    playing = Playing(store, rule)
    await playing.play(critiques=critiques)
    if forget is not None:
        await playing.happen(MemberForgotten(20.0, forget))
    await store.close()
    return playing.id


def replay(*arguments: str) -> Result:
    """Run the command."""
    return CliRunner().invoke(app, ["replay", *arguments])


@pytest.mark.parametrize("rule", ["utilitarian", "bernoulli-nash", "rawlsian", "alpha=2.5", "median", "schulze"])
async def test_rounds_of_every_rule_with_critiques_are_reproduced(rule: str, database: Path) -> None:
    round = await play(rule)
    found = await asyncio.to_thread(replay, round, "--json")
    assert found.exit_code == 0, found.output
    told = json.loads(found.stdout)
    assert told["verdict"] == "reproduced"
    assert [one["draft"] for one in told["drafts"]] == [1, 2]
    for one in told["drafts"]:
        assert {"utilitarian", "bernoulli-nash", "rawlsian", "median", "schulze", rule} == one["welfare"].keys()
        assert len(one["posted"]) == 3
    shown = await asyncio.to_thread(replay, round)
    assert shown.stdout.strip().splitlines()[-1] == "reproduced"
    assert QUESTION in shown.stdout
    for one in told["drafts"]:
        best = one["ranking"][0]
        assert "We " in shown.stdout
        for name, values in one["welfare"].items():
            assert name in shown.stdout
            assert f" {values[best]:.3f} " in shown.stdout
    assert rule in shown.stdout


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE candidates SET text = 'We should do nothing at all.' WHERE place = 0",
        "UPDATE candidates SET posted = 2 - posted WHERE posted IS NOT NULL",
        "UPDATE candidates SET welfare = welfare + 0.001 WHERE rank = 0",
        "UPDATE draftings SET choice = replace(choice, 'utilitarian', 'rawlsian')",
    ],
)
async def test_a_tampered_log_differs(tampering: str, database: Path) -> None:
    round = await play(critiques=0)
    with sqlite3.connect(database) as changed:
        assert changed.execute(tampering).rowcount
    changed.close()
    found = await asyncio.to_thread(replay, round)
    assert (found.exit_code, found.stdout.strip().splitlines()[-1]) == (1, "differs")


async def test_changed_predictions_differ(database: Path) -> None:
    round = await play(critiques=0)
    with sqlite3.connect(database) as changed:
        (kept,) = changed.execute("SELECT expected_agreement FROM draftings").fetchone()
        ratings = np.frombuffer(kept, dtype="<f8").copy()
        ratings[3] += 0.01
        changed.execute("UPDATE draftings SET expected_agreement = ?", (ratings.tobytes(),))
    changed.close()
    assert (await asyncio.to_thread(replay, round)).exit_code == 1


async def test_after_somebody_was_forgotten_the_log_is_incomplete_and_holds_nothing_of_them(database: Path) -> None:
    round = await play(forget="bo")
    found = await asyncio.to_thread(replay, round)
    assert (found.exit_code, found.stdout.strip().splitlines()[-1]) == (3, "incomplete")
    assert "deleted because they asked to be forgotten" in found.stdout
    store = await open_store("sqlite:///parley.db", migrate=False)
    for draft in (1, 2):
        drafting = await store.drafting(round, draft)
        assert drafting is not None
        assert drafting.prediction.expected_agreement is not None
        empty = [bool(np.isnan(row).all()) for row in drafting.prediction.expected_agreement]
        assert sum(empty) == 1
        assert not np.isnan(drafting.prediction.score[[not one for one in empty]]).any()
    await store.close()


async def test_who_is_forgotten_while_the_models_work_leaves_no_prediction(database: Path) -> None:
    store = await open_store("sqlite:///parley.db", migrate=False)
    playing = Playing(store, "utilitarian")
    rules = Rules(reminders=False)
    await playing.happen(RoundOpened(1.0, playing.id, "web:garden", MODERATOR, QUESTION, None, None, rules, 5))
    for member, text in SAID.items():
        await playing.happen(OpinionGiven(2.0, member, text, "form"))
    await playing.happen(PhaseAdvanced(3.0, MODERATOR))
    drafting = await deliberate(
        QUESTION, list(SAID.values()), generator=ExtractiveGenerator(), predictor=LexicalPredictor(), seed=6
    )
    await playing.happen(MemberForgotten(3.5, "bo"))
    await playing.happen(CandidatesDrafted(4.0, 1, drafting, tuple(SAID)))
    kept = await store.drafting(playing.id, 1)
    assert kept is not None
    assert [bool(np.isnan(row).all()) for row in kept.prediction.score] == [False, True, False, False]
    await store.close()


async def test_a_hidden_statement_changes_no_choice_that_was_made(database: Path) -> None:
    store = await open_store("sqlite:///parley.db", migrate=False)
    playing = Playing(store, "utilitarian")
    await playing.play(critiques=0)
    round = await store.round(playing.id)
    assert round is not None
    await playing.happen(CandidateHidden(20.0, MODERATOR, round.posted[0], "It names somebody."))
    await store.close()
    told = await asyncio.to_thread(replay, playing.id)
    assert told.exit_code == 0, told.output
    assert told.stdout.strip().splitlines()[-1] == "reproduced"


async def test_an_unknown_round_names_the_newest_and_one_without_drafts_says_so(database: Path) -> None:
    nothing = await asyncio.to_thread(replay, "web:none")
    assert (nothing.exit_code, nothing.stdout) == (2, "")
    assert "There is no round 'web:none' in this database; there are none yet." in nothing.stderr
    store = await open_store("sqlite:///parley.db", migrate=False)
    opened = RoundOpened(1.0, "web:1", "web:garden", MODERATOR, QUESTION, None, None, Rules(reminders=False), 5)
    await handle(store, Delivery("d", "web:1", opened))
    await store.close()
    assert "the newest are web:1." in (await asyncio.to_thread(replay, "web:none")).stderr
    assert "Nothing was drafted" in (await asyncio.to_thread(replay, "web:1")).stderr
