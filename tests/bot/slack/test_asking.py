"""`/consensus ask` on Slack, with the real handler: one clear sentence, in the right place, for what cannot be."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.forms import BackEnds
from bot.inbound import Inbox
from bot.slack.ids import ours
from engine.rounds.model import Roster
from storage.store import DatabaseStore, open_store
from tests.bot.slack.conftest import Workplace
from tests.bot.slack.test_manifest import manifest
from tests.slack_server.reading import shown
from tests.slack_server.world import Ephemeral, Message

QUESTION = "Should we close the office on Fridays?"


@pytest.fixture
async def store(work: Workplace, tmp_path: Path) -> AsyncIterator[DatabaseStore]:
    """Where rounds are kept, with the platform serving them for real."""
    work.slack.configure(manifest())
    kept = await open_store(f"sqlite:///{tmp_path / 'parley.db'}", migrate=True)
    work.platform = work.made(store=kept)
    task = asyncio.create_task(work.platform.run(Inbox(kept, BackEnds(), lambda _: None)))
    await work.platform.listening()
    await work.slack.until(lambda: work.slack.connections)
    yield kept
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await kept.close()


async def rounds(work: Workplace, store: DatabaseStore) -> int:
    """How many rounds run in the channel."""
    return len(await store.rounds_in(work.id(work.channel), running=True))


async def told(work: Workplace, name: str = "maria") -> str:
    """What somebody alone was told last, in a channel or in the conversation with the bot."""
    person = work.people[name]

    def there() -> list[Message | Ephemeral]:
        return [*person.ephemerals, *(one for one in person.messages if one.bot_id)]

    await work.slack.until(there)
    await work.slack.quiet()
    return shown(max(there(), key=lambda one: one.ts))


async def test_a_group_is_asked_by_picking_it(work: Workplace, store: DatabaseStore) -> None:
    maria, alice, bob = (work.people[name] for name in ("maria", "alice", "bob"))
    group = work.slack.add_group("designers", [bob])
    await maria.command("ask", work.channel)
    await work.slack.until(lambda: maria.view)
    deadline = int(work.clock.now()) + 7_200
    answer = await maria.submit(
        {
            "question": QUESTION,
            "roster": "invited",
            "invited": [alice.id],
            "invited~2l": [group.id],
            "opinion_seconds": deadline,
        }
    )
    assert not answer.errors
    await work.slack.quiet()
    (round,) = await store.rounds_in(work.id(work.channel), running=True)
    assert round.deadline == deadline
    assert round.rules.roster is Roster.INVITED
    (claim,) = [
        one
        for one in await store.claim("me", 2e9, 99, 60.0, ("slack",))
        if type(one.effect).__name__ == "InviteMembers"
    ]
    team = work.slack.team.id
    assert claim.effect.invited == (ours(team, alice.id), ours(team, group.id))  # type: ignore[union-attr]
    members, _ = await work.platform.resolve(claim.effect.invited, after=None, limit=9)  # type: ignore[union-attr]
    assert set(members) == {work.id(alice), work.id(bob)}
    assert not work.slack.violations


@pytest.mark.parametrize(
    ("values", "field", "said"),
    [
        ({"opinion_seconds": 1_789_000_000}, "opinion_seconds", "already over"),
        ({"voting_seconds": 1_790_000_100}, "voting_seconds", "after the phase before"),
        ({"question": "x" * 2_999 + "?"}, "question", "at most 1,000 fit"),
        ({"drafted": "many"}, "drafted", "number"),
        ({"roster": "invited"}, "invited", "Name who is invited"),
    ],
)
async def test_what_cannot_be_is_said_on_its_field(
    work: Workplace, store: DatabaseStore, values: dict[str, object], field: str, said: str
) -> None:
    maria = work.people["maria"]
    await maria.command("ask", work.channel)
    await work.slack.until(lambda: maria.view)
    answer = await maria.submit({"question": QUESTION} | values)
    assert list(answer.errors) == [field]
    assert said in answer.errors[field]
    assert not await rounds(work, store)


async def test_people_picked_while_whoever_joins_may_answer_are_not_passed_over_silently(
    work: Workplace, store: DatabaseStore
) -> None:
    maria, alice = work.people["maria"], work.people["alice"]
    await maria.command("ask", work.channel)
    await work.slack.until(lambda: maria.view)
    answer = await maria.submit({"question": QUESTION, "invited": [alice.id]})
    assert "choose “Invited members”" in answer.errors["invited"]
    assert not await rounds(work, store)
    assert not (await maria.submit({"roster": "invited"})).errors
    assert await rounds(work, store) == 1


async def test_people_whom_the_channel_invites_by_default_need_not_be_taken_out(
    work: Workplace, store: DatabaseStore
) -> None:
    maria, alice, bob = (work.people[name] for name in ("maria", "alice", "bob"))
    await store.set_channel_settings(work.id(work.channel), {"roster": "invited", "invited": work.id(alice)})
    await maria.command("ask", work.channel)
    await work.slack.until(lambda: maria.view)
    answer = await maria.submit({"question": QUESTION, "roster": "open", "invited": [alice.id, bob.id]})
    assert list(answer.errors) == ["invited"]
    assert not (await maria.submit({"invited": [alice.id]})).errors
    assert await rounds(work, store) == 1


async def test_a_typed_question_of_four_thousand_characters_is_told_its_limit(
    work: Workplace, store: DatabaseStore
) -> None:
    await work.people["maria"].command(f"ask Should we {'really ' * 570}close?", work.channel)
    said = await told(work)
    assert "at most 1,000 fit" in said
    assert not await rounds(work, store)


async def test_a_user_group_of_two_thousand_is_too_many_for_one_round(work: Workplace, store: DatabaseStore) -> None:
    crowd = [work.slack.add_user(f"u{number}") for number in range(2_000)]
    group = work.slack.add_group("everybody", crowd)
    maria = work.people["maria"]
    await maria.command("ask", work.channel)
    await work.slack.until(lambda: maria.view)
    answer = await maria.submit({"question": QUESTION, "roster": "invited", "invited~2l": [group.id]})
    assert list(answer.errors) == ["invited"]
    assert "2,000 people" in answer.errors["invited"]
    assert "1,000" in answer.errors["invited"]
    assert not await rounds(work, store)
    assert not work.slack.violations


async def test_names_that_stand_for_nobody_are_named_in_the_reply(work: Workplace, store: DatabaseStore) -> None:
    here = work.id(work.channel)
    robot = work.slack.add_user("robot", bot=True)
    invited = f"alice, @bbo, {ours(work.slack.team.id, robot.id)}"
    await store.set_channel_settings(here, {"roster": "invited", "invited": invited})
    await work.people["maria"].command(f"ask {QUESTION}", work.channel)
    said = await told(work)
    assert "Nobody here answers to bbo, robot" in said
    assert "alice" not in said
    assert await rounds(work, store) == 1


async def test_names_that_stand_for_somebody_need_no_word(work: Workplace, store: DatabaseStore) -> None:
    await store.set_channel_settings(work.id(work.channel), {"roster": "invited", "invited": "alice, @bob"})
    await work.people["maria"].command(f"ask {QUESTION}", work.channel)
    assert "Nobody here" not in await told(work)
    assert await rounds(work, store) == 1


@pytest.mark.parametrize("typed", ["ask", f"ask {QUESTION}", "settings"])
async def test_in_the_conversation_with_the_bot_it_says_where_to_type_it(
    work: Workplace, store: DatabaseStore, typed: str
) -> None:
    await work.people["maria"].command(typed)
    said = await told(work)
    assert f"Type /consensus {typed.split(maxsplit=1)[0]} in the channel" in said
    assert work.people["maria"].view is None


@pytest.mark.parametrize("private", [False, True])
@pytest.mark.parametrize("typed", ["ask", f"ask {QUESTION}"])
async def test_in_a_channel_without_the_bot_it_says_how_to_let_it_in(
    work: Workplace, store: DatabaseStore, typed: str, private: bool
) -> None:
    maria = work.people["maria"]
    outside = work.slack.add_channel("outside", [maria], bot=False, private=private)
    await maria.command(typed, outside)
    assert "/invite @Parley" in await told(work)
    assert not await store.rounds_in(work.id(outside), running=True)
    await maria.invite_bot(outside)
    await maria.command(f"ask {QUESTION}", outside)
    await work.slack.quiet()
    assert len(await store.rounds_in(work.id(outside), running=True)) == 1


async def test_a_form_sent_after_its_channel_was_archived_says_so(work: Workplace, store: DatabaseStore) -> None:
    maria = work.people["maria"]
    await maria.command("ask", work.channel)
    await work.slack.until(lambda: maria.view)
    await work.slack.archive(work.channel)
    await maria.submit({"question": QUESTION})
    assert "archived" in await told(work)
    assert not await rounds(work, store)


async def test_where_slack_is_slow_to_say_nothing_is_refused(work: Workplace, store: DatabaseStore) -> None:
    work.slack.slow_down("conversations.info", 1.3)
    answer = await work.people["maria"].command(f"ask {QUESTION}", work.channel)
    assert answer.seconds < 3.0
    assert await rounds(work, store) == 1
