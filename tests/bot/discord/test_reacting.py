"""Nobody is messaged for reacting: whatever a reaction comes to, its author's conversation with the bot stays as it is.

Source: the issue's "nobody is messaged for reacting"; Discord's developer policy asks bots not to write to people who
did not ask for it.
"""

from __future__ import annotations

import pytest

from storage.store import DatabaseStore
from tests.dialogues.discord_gaps import GappyStage
from tests.dialogues.discord_stage import EMOJI, DiscordStage
from tests.dialogues.stage import Cast
from tests.discord_server.world import Message

pytestmark = pytest.mark.usefixtures("identifying_at_once")

CAST = (Cast("maria", moderator=True), Cast("alice"), Cast("bob"), Cast("carol"), Cast("zoe"))


async def _to_voting(stage: DiscordStage) -> Message:
    """Opinions of three are in; the first statement."""
    await stage.command("maria", "ask", "Should we close the office on Fridays?")
    await stage.write("alice", "Close it.")
    await stage.write("bob", "Keep it open.")
    await stage.write("carol", "Close it in summer.")
    await stage.command("maria", "close", "")
    return next(one for one in stage.general.said if "Statement 1 of" in one.content)


def _said_to(stage: DiscordStage, who: str) -> list[str]:
    return [one.content for one in stage.seats[who].direct.said]


async def test_a_number_that_is_no_rating_goes_and_is_explained_under_the_statement(store: DatabaseStore) -> None:
    async with DiscordStage(store, CAST) as stage:
        statement = await _to_voting(stage)
        before = _said_to(stage, "alice")
        await stage.react("alice", "8", "Statement 1 of")
        assert any("so 8 was not counted" in one for one in await stage.news("alice"))
        assert _said_to(stage, "alice") == before
        assert EMOJI["8"] not in statement.reactions


async def test_a_keycap_after_the_vote_goes_and_is_explained_under_the_statement(store: DatabaseStore) -> None:
    async with DiscordStage(store, CAST) as stage:
        statement = await _to_voting(stage)
        await stage.react("bob", "5", "Statement 1 of")
        await stage.command("maria", "close", "")
        before = {who: _said_to(stage, who) for who in stage.seats}
        await stage.react("alice", "6", "Statement 1 of")
        assert any("Voting on this statement is over" in one for one in await stage.news("alice"))
        await stage.react("zoe", "6", "Statement 1 of")
        assert await stage.news("zoe") == [], "who has no part in it is left in peace"
        assert {who: _said_to(stage, who) for who in stage.seats} == before
        assert stage.seats["alice"].id not in statement.reactions[EMOJI["6"]]
        assert stage.seats["bob"].id in statement.reactions[EMOJI["5"]]


async def test_who_has_no_part_is_never_written_to(store: DatabaseStore) -> None:
    async with DiscordStage(store, CAST) as stage:
        statement = await _to_voting(stage)
        for emoji in ("7", "8", "tada"):
            await stage.react("zoe", emoji, "Statement 1 of")
        assert _said_to(stage, "zoe") == []
        assert not any(stage.seats["zoe"].id in users for users in statement.reactions.values())


async def test_only_members_are_asked_which_of_several_keycaps_found_after_a_gap_counts(store: DatabaseStore) -> None:
    async with GappyStage(store, CAST) as stage:
        await stage.command("maria", "settings", "")
        await stage.fill_in("maria", {"electorate": "channel"})
        await _to_voting(stage)
        await stage.discord.invalidate(resumable=False)
        for who in ("alice", "zoe"):
            await stage.put(who, 0, 2)
            await stage.put(who, 0, 6)
        await stage.back()
        await stage.wait(1)
        assert (await stage.ratings())["zoe"] == [6, None, None]
        assert any("which" in one.lower() for one in _said_to(stage, "alice"))
        assert _said_to(stage, "zoe") == []
