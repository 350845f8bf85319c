"""A ballot that was open when the moderator hid one of its statements."""

from __future__ import annotations

from bot.discord.ballots import NEXT
from storage.store import DatabaseStore
from tests.dialogues import discord_reading
from tests.dialogues.discord_stage import DiscordStage
from tests.dialogues.stage import Cast
from tests.discord_server.seeing import shown

CAST = (Cast("maria", moderator=True), Cast("alice"), Cast("bob"), Cast("carol"))


async def test_its_ratings_are_taken_for_no_other_statement(store: DatabaseStore) -> None:
    """What was chosen in it is known by its place, and every place behind a hidden statement is another one now."""
    async with DiscordStage(store, CAST) as stage:
        await stage.command("maria", "ask", "")
        await stage.fill_in("maria", {"question": "Should we close on Fridays?", "ballot": "private"})
        for name in ("alice", "bob", "carol"):
            await stage.write(name, f"{name} thinks that we should close.")
        await stage.command("maria", "close", "")
        await stage.press("alice", "Open my ballot")
        (ballot,) = [one for one in stage.seats["alice"].ephemerals if discord_reading.place_of(one) == "b"]
        menu = next(part for part in discord_reading.parts_of(ballot) if part.endswith("-0"))
        await stage.seats["alice"].forge(discord_reading.control(ballot, menu)["custom_id"], ballot, "7")
        assert "hid a statement" not in shown(ballot)
        await stage.command("maria", "hide", "2")
        following = next(part for part in discord_reading.parts_of(ballot) if part.endswith(f"-{NEXT}"))
        await stage.seats["alice"].press(discord_reading.control(ballot, following)["custom_id"], on=ballot)
        assert "The moderator hid a statement meanwhile" in shown(ballot)
        assert "Page 1 of 3" in shown(ballot)
        (round,) = await store.rounds_in(stage.channel, running=True)
        assert (await store.ballots(round.id, 1)).voters == ()
        await stage.press("alice", "Open my ballot")
        await stage.fill_in("alice", {"agreement-0": "6", "agreement-2": "2"})
        (alice,) = (await store.ballots(round.id, 1)).voters
        given = await store.ratings_of(round.id, 1, alice)
        assert given == {round.posted[0]: (6, None), round.posted[2]: (2, None)}
