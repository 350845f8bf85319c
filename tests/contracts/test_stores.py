"""What a round store must hold of events and rows (engine.ports.RoundStore), over SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import Connection, Engine, Table, event, func, select
from sqlmodel import SQLModel

from engine.outcome import tally
from engine.ports import Delivery, Missing, RoundStore
from engine.rounds.effects import UpdateCard
from engine.rounds.events import (
    CandidateHidden,
    ConsentGiven,
    CritiqueGiven,
    CritiqueRequested,
    CritiqueWithdrawn,
    Event,
    How,
    MemberForgotten,
    MemberJoined,
    MemberLeft,
    OpinionGiven,
    OpinionWithdrawn,
    PhaseAdvanced,
    PositionRated,
    RatingGiven,
    RatingWithdrawn,
    ReactionAdded,
    RoundCancelled,
    VotesTallied,
)
from engine.rounds.machine import step
from engine.rounds.model import Ballot, Phase, Round, Rules, Standing, When
from engine.rounds.transition import Standings, Transition
from engine.welfare import WelfareRule
from storage.prepared import Prepared, Values
from storage.store import DatabaseStore
from storage.tables import AUDIT, DRAFTINGS, INBOX, OPINIONS, RATINGS, TOMBSTONES
from tests.contracts.given_rounds import (
    CHANNEL,
    MODERATOR,
    NOW,
    ROUND,
    a_drafting,
    happen,
    invite,
    open_round,
    opening,
    opine,
    vote_on,
)

SECRET = "purple hedgehogs"


async def count_of(store: DatabaseStore, table: Table) -> int:
    """How many rows a table has."""
    return await store.database.read(
        lambda connection: connection.execute(select(func.count()).select_from(table)).scalar_one()
    )


async def test_a_round_is_kept_as_the_machine_made_it(store: RoundStore) -> None:
    made = await happen(
        store, opening(rules=Rules(ballot=Ballot.PRIVATE, hidden_results=True, quorum=5.0, welfare="alpha=2.5"))
    )
    assert made is not None
    assert await store.round(ROUND) == made.round
    assert await store.round("web:none") is None


async def test_a_standing_is_kept_as_the_machine_made_it(store: RoundStore) -> None:
    await open_round(store)
    events: list[Event] = [
        OpinionGiven(NOW + 1, "ada", "First part, \u2018quoted\u2019 \U0001f33f", "m1"),
        OpinionGiven(NOW + 2, "ada", "Second part", "m2", How.ADD),
        OpinionGiven(NOW + 3, "ada", "Waiting", "m3"),
        PositionRated(NOW + 4, "ada", 6, When.BEFORE),
        ConsentGiven(NOW + 5, "ada", research=True, training=False),
    ]
    for one in events:
        made = await happen(store, one)
        assert made is not None
        assert await store.standing(ROUND, "ada") == made.standings[-1]
    assert await store.standing(ROUND, "bob") is None


async def test_a_delivery_is_handled_once(store: DatabaseStore) -> None:
    await open_round(store)
    assert await happen(store, MemberJoined(NOW, "ada"), delivery="same") is not None
    rows = await count_of(store, AUDIT)
    assert await happen(store, MemberJoined(NOW, "bob"), delivery="same") is None
    assert await store.standing(ROUND, "bob") is None
    assert await count_of(store, AUDIT) == rows


async def test_the_same_delivery_at_once_is_handled_once(store: RoundStore, second_store: RoundStore) -> None:
    await open_round(store)
    stores = [store, second_store] * 4
    made = await asyncio.gather(*(happen(one, MemberJoined(NOW, "ada"), delivery="same") for one in stores))
    assert [one is not None for one in made].count(True) == 1


async def test_nothing_is_written_when_deciding_fails(store: DatabaseStore) -> None:
    await open_round(store)
    before = await count_of(store, INBOX), await count_of(store, AUDIT), await store.round(ROUND)

    def fails(round: Round | None, event: Event, standings: Standings) -> Transition | None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await store.transact(Delivery("one", ROUND, MemberJoined(NOW, "ada")), fails)
    assert (await count_of(store, INBOX), await count_of(store, AUDIT), await store.round(ROUND)) == before
    assert await happen(store, MemberJoined(NOW, "ada"), delivery="one") is not None, "it counts as unseen"


async def test_nothing_is_written_when_a_row_fails_after_others(store: DatabaseStore) -> None:
    await open_round(store)
    before = await store.round(ROUND)

    def unwritable(round: Round | None, event: Event, standings: Standings) -> Transition | None:
        made = step(round, event, standings)
        assert made is not None
        return made.plus(standings=(Standing(None),))  # type: ignore[arg-type]

    with pytest.raises(Exception, match=r"(?i)null"):
        await store.transact(Delivery("one", ROUND, OpinionGiven(NOW, "ada", SECRET, "m")), unwritable)
    assert await store.round(ROUND) == before
    assert await store.standing(ROUND, "ada") is None
    assert await count_of(store, OPINIONS) == 0


async def test_a_failing_event_does_not_touch_those_committed_with_it(store: DatabaseStore) -> None:
    await open_round(store)

    def fails(round: Round | None, event: Event, standings: Standings) -> Transition | None:
        raise ZeroDivisionError

    joining = [happen(store, MemberJoined(NOW, f"m{number}")) for number in range(10)]
    failing = [store.transact(Delivery(f"f{number}", ROUND, MemberJoined(NOW, "x")), fails) for number in range(10)]
    mixed = [one for pair in zip(joining, failing, strict=True) for one in pair]
    results = await asyncio.gather(*mixed, return_exceptions=True)
    assert sum(isinstance(one, ZeroDivisionError) for one in results) == 10
    round = await store.round(ROUND)
    assert round is not None
    assert round.counts.members == 10


async def test_an_event_for_no_round_is_nothing_and_unseen(store: DatabaseStore) -> None:
    assert await happen(store, MemberJoined(NOW, "ada"), delivery="early") is None
    assert await count_of(store, INBOX) == 0
    await open_round(store)
    assert await happen(store, MemberJoined(NOW, "ada"), delivery="early") is not None


async def test_what_changes_nothing_leaves_the_round_alone_but_counts_as_seen(store: DatabaseStore) -> None:
    await open_round(store)
    before = await store.round(ROUND)
    made = await happen(store, MemberLeft(NOW, "never here"), delivery="left")
    assert made is not None
    assert await store.round(ROUND) == before
    assert await happen(store, MemberLeft(NOW, "never here"), delivery="left") is None


async def test_no_update_is_lost_between_two_stores(store: RoundStore, second_store: RoundStore) -> None:
    await open_round(store)
    stores = (store, second_store)
    await asyncio.gather(*(happen(stores[n % 2], MemberJoined(NOW, f"m{n}")) for n in range(40)))
    round = await store.round(ROUND)
    assert round is not None
    assert (round.version, round.counts.members) == (41, 40)


async def test_a_round_opened_twice_at_once_is_opened_once(store: RoundStore, second_store: RoundStore) -> None:
    made = await asyncio.gather(*(happen(one, opening()) for one in (store, second_store, store, second_store)))
    assert [one.round.version for one in made if one is not None and one.effects] == [1]
    round = await store.round(ROUND)
    assert round is not None
    assert round.version == 1


PROCESS = """
import asyncio, sys
from engine.ports import Delivery
from engine.rounds.events import MemberJoined
from engine.service import handle
from storage.store import open_store

async def main(url, name):
    store = await open_store(url, migrate=False)
    joining = (Delivery(f"{name}{n}", "web:1", MemberJoined(1.0, f"{name}{n}")) for n in range(30))
    await asyncio.gather(*(handle(store, one) for one in joining))
    await store.close()

asyncio.run(main(*sys.argv[1:]))
"""


async def test_no_update_is_lost_between_processes(store: RoundStore, store_url: str) -> None:
    await open_round(store)
    running = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", PROCESS, store_url, name, stderr=subprocess.PIPE)
        for name in ("a", "b")
    ]
    for process in running:
        _, complaint = await process.communicate()
        assert process.returncode == 0, complaint.decode()
    round = await store.round(ROUND)
    assert round is not None
    assert (round.version, round.counts.members) == (61, 60)


@contextmanager
def statements() -> Iterator[list[str]]:
    """Every statement that reaches a database meanwhile; an executemany counts per set of parameters."""
    seen: list[str] = []

    def note(_: Connection, __: object, text: str, parameters: object, ___: object, many: bool) -> None:
        seen.extend([text] * (len(parameters) if many and isinstance(parameters, list) else 1))

    fetch = Prepared.first

    def first(self: Prepared, connection: Connection, values: Values) -> Sequence[Any] | None:
        seen.append(self.sent(connection, values)[0])
        return fetch(self, connection, values)

    event.listen(Engine, "before_cursor_execute", note)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Prepared, "first", first)
        yield seen
    event.remove(Engine, "before_cursor_execute", note)


@pytest.mark.parametrize("members", [10, 1_000])
async def test_an_event_costs_the_same_whatever_the_size_of_the_group(store: RoundStore, members: int) -> None:
    await invite(store, members)
    round = await vote_on(store, "m0000", "m0003", "m0007")
    costs = []
    for what in (
        RatingGiven(NOW + 4, "m0005", round.posted[0], 6),
        ReactionAdded(NOW + 5, "m0005", round.posted[1], 2),
        PositionRated(NOW + 6, "m0005", 3, When.AFTER),
        CandidateHidden(NOW + 6, MODERATOR, round.posted[2], "It is unkind."),
        MemberLeft(NOW + 7, "m0005"),
        MemberForgotten(NOW + 8, "m0007"),
        PhaseAdvanced(NOW + 9, MODERATOR),
    ):
        with statements() as seen:
            assert await happen(store, what) is not None
        costs.append(len([text for text in seen if not text.startswith("BEGIN")]))
    assert costs == [9, 8, 8, 9, 8, 17, 6], (
        "the number of statements depends on the event alone (and on how many drafts)"
    )


async def test_ratings_are_appended_and_the_last_one_counts(store: DatabaseStore) -> None:
    await open_round(store)
    round = await vote_on(store, "ada", "bob", "cyd")
    first, second, _ = round.posted
    for what in (
        RatingGiven(NOW + 4, "ada", first, agreement=2),
        RatingGiven(NOW + 5, "ada", first, agreement=6, quality=3),
        RatingGiven(NOW + 6, "ada", first, quality=5),
        RatingGiven(NOW + 7, "bob", first, agreement=1),
        RatingWithdrawn(NOW + 8, "bob", first),
        RatingGiven(NOW + 9, "bob", second, agreement=7),
        RatingGiven(NOW + 10, "cyd", second, quality=4),
    ):
        await happen(store, what)
    ballots = await store.ballots(ROUND, 1)
    assert ballots.voters == ("ada", "bob", "cyd")
    assert ballots.posted == round.posted
    nan = np.nan
    np.testing.assert_array_equal(ballots.agreement, [[6, nan, nan], [nan, 7, nan], [nan, nan, nan]])
    np.testing.assert_array_equal(ballots.quality, [[5, nan, nan], [nan, nan, nan], [nan, 4, nan]])
    assert await store.ratings_of(ROUND, 1, "ada") == {first: (6, 5)}
    assert await store.ratings_of(ROUND, 1, "bob") == {second: (7, None)}
    assert await store.ratings_of(ROUND, 1, "nobody") == {}
    assert await count_of(store, RATINGS) == 7, "the history is data"


async def test_ballots_of_a_draft_nobody_rated_are_empty(store: RoundStore) -> None:
    await open_round(store)
    round = await vote_on(store, "ada", "bob", "cyd")
    ballots = await store.ballots(ROUND, 1)
    assert (ballots.voters, ballots.posted, ballots.agreement.shape) == ((), round.posted, (0, 3))


async def test_opinions_are_those_held_in_the_order_first_given(store: DatabaseStore) -> None:
    await open_round(store)
    await opine(store, "cyd", "ada", "bob", "dan")
    await happen(store, OpinionGiven(NOW + 2, "cyd", "Changed my mind about hedges", "form", How.EDIT))
    await happen(store, OpinionWithdrawn(NOW + 3, "ada"))
    await happen(store, MemberLeft(NOW + 4, "bob"))
    held = await store.opinions(ROUND)
    assert [member for member, _ in held] == ["cyd", "bob", "dan"], "who left is still heard"
    assert held[0][1] == "Changed my mind about hedges"
    assert await count_of(store, OPINIONS) == 6, "the history is data"


async def test_critiques_are_those_held_of_a_draft(store: RoundStore) -> None:
    await open_round(store, rules=Rules(critique_iterations=1, reminders=False))
    await to_critiques(store)
    for what in (
        CritiqueGiven(NOW + 6, "bob", "Too tall", "c1"),
        CritiqueGiven(NOW + 7, "ada", "Too thorny", "c1"),
        CritiqueGiven(NOW + 8, "bob", "Too tall by far", "c1", How.EDIT),
        CritiqueGiven(NOW + 9, "cyd", "Too green", "c1"),
        CritiqueWithdrawn(NOW + 10, "cyd"),
    ):
        await happen(store, what)
    assert await store.critiques(ROUND, 1) == [("bob", "Too tall by far"), ("ada", "Too thorny")]
    assert await store.critiques(ROUND, 2) == []


async def to_critiques(store: RoundStore) -> Round:
    """An open round, voted on and tallied, that asks for critiques."""
    round = await vote_on(store, "ada", "bob", "cyd")
    for member, rating in (("ada", 6), ("bob", 5), ("cyd", 2)):
        for candidate in round.posted:
            await happen(store, RatingGiven(NOW + 4, member, candidate, rating))
    await happen(store, PhaseAdvanced(NOW + 5, MODERATOR))
    ballots = await store.ballots(ROUND, 1)
    outcome = tally(ballots.agreement, ballots.posted, WelfareRule.parse("utilitarian"), seed=7)
    await happen(store, VotesTallied(NOW + 5, 1, outcome, outcome.leading))
    assert await store.outcome(ROUND, 1) == outcome
    after = await store.round(ROUND)
    assert after is not None
    return after


async def test_an_outcome_is_kept_whole(store: RoundStore) -> None:
    await open_round(store)
    after = await to_critiques(store)
    assert after.phase is Phase.CLOSED
    assert await store.outcome(ROUND, 2) is None


async def test_a_drafting_is_kept_whole(store: RoundStore) -> None:
    await open_round(store)
    await vote_on(store, "ada", "bob", "cyd")
    given, kept = a_drafting(3), await store.drafting(ROUND, 1)
    assert kept is not None
    np.testing.assert_array_equal(kept.prediction.score, given.prediction.score)
    assert given.prediction.expected_agreement is not None
    np.testing.assert_array_equal(kept.prediction.expected_agreement, given.prediction.expected_agreement)
    assert kept.prediction.p_agree is None
    for name in ("candidates", "welfare", "ranking", "posted", "notes"):
        assert getattr(kept, name) == getattr(given, name), name
    assert await store.drafting(ROUND, 2) is None


async def test_posted_candidates_come_in_the_order_posted(store: RoundStore) -> None:
    await open_round(store)
    round = await vote_on(store, "ada", "bob", "cyd")
    found = await store.candidates(ROUND, 1)
    assert (
        tuple(candidate for candidate, _ in found) == round.posted == (f"{ROUND}/1/2", f"{ROUND}/1/0", f"{ROUND}/1/1")
    )
    assert [one and one.text for _, one in found] == ["We want hedge 2.", "We want hedge 0.", "We want hedge 1."]


async def test_positions_come_in_pairs_that_name_nobody(store: RoundStore) -> None:
    await open_round(store)
    for member, rating in (("ada", 7), ("bob", 2), ("cyd", 4)):
        await happen(store, PositionRated(NOW, member, rating, When.BEFORE))
    await vote_on(store, "ada", "bob", "cyd")
    await happen(store, PositionRated(NOW + 4, "ada", 5, When.AFTER))
    await happen(store, MemberJoined(NOW + 4, "dan"))
    await happen(store, PositionRated(NOW + 4, "dan", 1, When.AFTER))
    assert await store.positions(ROUND) == [(None, 1), (2, None), (4, None), (7, 5)]


async def test_texts_no_database_can_hold_are_kept_without_what_is_broken(store: RoundStore) -> None:
    await open_round(store)
    await happen(store, OpinionGiven(NOW, "ada", "half a \ud83d pair is typed here", "m"))
    assert await store.opinions(ROUND) == [("ada", "half a ? pair is typed here")]


async def test_rounds_are_found_by_channel_and_member_newest_first(store: RoundStore) -> None:
    for number, channel in enumerate((CHANNEL, CHANNEL, "web:other")):
        await happen(store, opening(f"web:{number}", channel=channel, at=NOW + number), round=f"web:{number}")
        await happen(store, MemberJoined(NOW, "ada"), round=f"web:{number}")
    await happen(store, RoundCancelled(NOW, MODERATOR), round="web:1")
    await happen(store, MemberLeft(NOW, "ada"), round="web:0")

    async def in_channel(**how: object) -> list[str]:
        return [round.id for round in await store.rounds_in(CHANNEL, **how)]  # type: ignore[arg-type]

    assert await in_channel(running=False) == ["web:1", "web:0"]
    assert await in_channel(running=True) == ["web:0"]
    assert await in_channel(running=False, limit=1) == ["web:1"]
    assert [round.id for round in await store.rounds_of("ada", running=False)] == ["web:2", "web:1"]
    assert [round.id for round in await store.rounds_of("ada", running=True)] == ["web:2"]
    assert await store.rounds_of("bob", running=False) == []
    assert await store.rounds_seen("ada") == ["web:0", "web:1", "web:2"]


async def test_members_come_in_pages_of_those_missing(store: RoundStore) -> None:
    await invite(store, 7)
    await happen(store, MemberLeft(NOW, "m0006"))
    pages = [await store.members(ROUND, Missing.NOBODY_LEFT_OUT, after=None, limit=4)]
    pages.append(await store.members(ROUND, Missing.NOBODY_LEFT_OUT, after=pages[0][-1], limit=4))
    assert pages == [["m0000", "m0001", "m0002", "m0003"], ["m0004", "m0005"]]
    round = await vote_on(store, "m0000", "m0001", "m0002")
    assert await store.members(ROUND, Missing.OPINION, after=None, limit=9) == ["m0003", "m0004", "m0005"]
    for candidate in round.posted:
        await happen(store, RatingGiven(NOW + 4, "m0001", candidate, 6))
    await happen(store, RatingGiven(NOW + 4, "m0002", round.posted[0], 6))
    missing = await store.members(ROUND, Missing.RATING, after=None, limit=9)
    assert missing == ["m0000", "m0002", "m0003", "m0004", "m0005"]


async def test_missing_critiques_are_of_this_draft(store: RoundStore) -> None:
    await open_round(store)
    await to_critiques(store)
    await happen(store, CritiqueRequested(NOW + 6, MODERATOR))
    await happen(store, CritiqueGiven(NOW + 6, "bob", "Too tall", "c1"))
    assert await store.members(ROUND, Missing.CRITIQUE, after=None, limit=9) == ["ada", "cyd"]
    await happen(store, CritiqueWithdrawn(NOW + 7, "bob"))
    assert await store.members(ROUND, Missing.CRITIQUE, after=None, limit=9) == ["ada", "bob", "cyd"]


async def test_a_channels_settings_are_replaced_as_a_whole(store: RoundStore) -> None:
    assert await store.channel_settings(CHANNEL) == {}
    await store.set_channel_settings(CHANNEL, {"welfare": "median", "posted": "2"})
    await store.set_channel_settings(CHANNEL, {"welfare": "schulze"})
    assert await store.channel_settings(CHANNEL) == {"welfare": "schulze"}


def every_cell(connection: Connection) -> str:
    """Everything that all tables hold, as one text."""
    return "\n".join(
        repr(row) for table in SQLModel.metadata.sorted_tables for row in connection.execute(select(table))
    )


async def test_forgetting_deletes_what_was_given_and_leaves_a_tombstone(store: DatabaseStore, store_url: str) -> None:
    await open_round(store)
    for what in (
        OpinionGiven(NOW, "ada", f"I dream of {SECRET}", "m1"),
        OpinionGiven(NOW, "ada", f"I really dream of {SECRET}", "m1", How.EDIT),
        OpinionGiven(NOW, "ada", f"More {SECRET}", "m2"),
        PositionRated(NOW, "ada", 7, When.BEFORE),
        ConsentGiven(NOW, "ada", research=True, training=True),
    ):
        await happen(store, what)
    round = await vote_on(store, "bob", "cyd", "dan")
    await happen(store, RatingGiven(NOW + 4, "ada", round.posted[0], 6))
    await happen(store, PhaseAdvanced(NOW + 5, MODERATOR))
    await happen(store, MemberForgotten(NOW + 6, "ada"))
    assert SECRET not in await store.database.read(every_cell)
    assert await store.standing(ROUND, "ada") == Standing("ada", on_roster=True, left=True)
    assert [member for member, _ in await store.opinions(ROUND)] == ["bob", "cyd", "dan"]
    assert (await store.ballots(ROUND, 1)).voters == ()
    assert await store.positions(ROUND) == []
    assert await store.rounds_seen("ada") == []
    tombstones = await store.database.read(lambda connection: connection.execute(select(TOMBSTONES)).all())
    assert [tuple(row) for row in tombstones] == [(ROUND, "ada", NOW + 6)]
    if store_url.startswith("sqlite"):
        path = Path(store_url.removeprefix("sqlite:///"))
        content = b"".join(one.read_bytes() for one in path.parent.glob("parley.db*"))
        assert SECRET.encode() not in content, "not even in free pages or the write-ahead log"


async def test_forgetting_leaves_others_alone_and_may_happen_again(store: DatabaseStore) -> None:
    await open_round(store)
    await opine(store, "ada", "bob")
    await happen(store, MemberForgotten(NOW + 2, "ada"))
    await happen(store, OpinionGiven(NOW + 3, "ada", "I came back to the hedge", "m"))
    assert await store.rounds_seen("ada") == [ROUND]
    await happen(store, MemberForgotten(NOW + 4, "ada"))
    assert await store.opinions(ROUND) == [("bob", "I am bob and want a green hedge")]
    assert await count_of(store, TOMBSTONES) == 1


async def test_the_audit_says_what_happened_and_never_what_was_said(store: DatabaseStore) -> None:
    await open_round(store)
    await happen(store, OpinionGiven(NOW + 1, "ada", f"I dream of {SECRET}", "m1"), delivery="d")
    rows = await store.database.read(lambda connection: connection.execute(select(AUDIT).order_by(AUDIT.c.id)).all())
    assert [tuple(row)[1:] for row in rows][1] == (ROUND, 2, "OpinionGiven", "ada", "collecting", "d", NOW + 1)
    assert rows[0].person == MODERATOR
    assert SECRET not in repr(rows)
    assert UpdateCard.__name__ not in repr(rows)


async def test_a_member_is_told_their_own_prediction_until_it_is_forgotten(store: DatabaseStore) -> None:
    await open_round(store)
    round = await vote_on(store, "ada", "bo", "cy")
    drafting = await store.drafting(ROUND, 1)
    assert drafting is not None
    assert drafting.prediction.expected_agreement is not None
    found = await store.predicted(ROUND, 1, "bo")
    assert tuple(found) == round.posted
    assert list(found.values()) == [drafting.prediction.expected_agreement[1, at] for at in drafting.posted]
    assert await store.predicted(ROUND, 1, "somebody else") == {}
    assert await store.predicted(ROUND, 2, "bo") == {}
    await happen(store, MemberForgotten(NOW + 9, "bo"))
    assert await store.predicted(ROUND, 1, "bo") == {}
    assert await store.predicted(ROUND, 1, "ada") != {}
    whose = await store.database.read(lambda connection: connection.execute(select(DRAFTINGS.c.members)).scalar_one())
    assert "ada" in json.loads(whose)
    assert "bo" not in json.loads(whose)
    assert "" in json.loads(whose)
