"""What a vote may miss without its connection being lost, and kinds of reactions that are listed apart.

Sources: Discord's reference, "Guild Delete" (unavailable), "Reaction Types" and "Get Reactions".
"""

from __future__ import annotations

from bot.discord.inbound import KEYCAPS
from bot.discord.silence import LOOK_AGAIN, SETTLING
from bot.discord.threads import Threads, close_empty
from storage.store import DatabaseStore
from tests.dialogues.discord_gaps import CAST, GappyStage
from tests.dialogues.discord_stage import EMOJI
from tests.discord_server.world import PUBLIC_THREAD


async def test_super_reactions_count_and_are_found_again_by_another_process(store: DatabaseStore) -> None:
    async with GappyStage(store, CAST) as stage:
        await stage.to_voting()
        first, second, _ = stage.candidates()
        await stage.seat("alice").react(first, EMOJI["5"], burst=True)
        await stage.seat("bob").react(second, EMOJI["2"], burst=True)
        await stage.discord.quiet()
        assert await stage.ratings() == {"alice": [5, None, None], "bob": [None, 2, None]}
        async with stage.process_away():
            await stage.seat("bob").unreact(second, EMOJI["2"], burst=True)
            await stage.seat("carol").react(second, EMOJI["7"], burst=True)
        assert await stage.ratings() == {"alice": [5, None, None], "carol": [None, 7, None]}


async def test_a_keycap_stands_as_long_as_one_of_its_two_kinds_does(store: DatabaseStore) -> None:
    async with GappyStage(store, CAST) as stage:
        await stage.to_voting()
        first, alice = stage.candidates()[0], stage.seat("alice")
        await alice.react(first, EMOJI["5"])
        await alice.react(first, EMOJI["5"], burst=True)
        await stage.discord.quiet()
        await alice.unreact(first, EMOJI["5"], burst=True)
        await stage.back()
        assert await stage.ratings() == {"alice": [5, None, None]}


async def test_what_happened_in_an_outage_of_one_server_is_read_when_it_is_back(store: DatabaseStore) -> None:
    async with GappyStage(store, CAST) as stage:
        await stage.to_voting()
        await stage.put("alice", 0, 6)
        await stage.discord.quiet()
        stage.discord.discord.outage_of(stage.discord.guild, over=False)
        await stage.put("bob", 1, 3)
        await stage.take("alice", 0, 6)
        await stage.discord.quiet()
        assert await stage.ratings() == {"alice": [6, None, None]}, "nobody tells of it meanwhile"
        due = stage.clock.now()
        assert await stage.platform.hold(stage.channel, due, settling=True) == due + LOOK_AGAIN
        assert await stage.platform.hold("discord:1/2", due, settling=True) is None, "other servers go on"
        stage.discord.discord.outage_of(stage.discord.guild, over=True)
        await stage.discord.quiet()
        await stage.back()
        assert await stage.ratings() == {"bob": [None, 3, None]}
        held = await stage.platform.hold(stage.channel, due, settling=True)
        assert held is not None
        assert held >= due + SETTLING, "a vote that would have ended in the outage stays open"


async def test_keycaps_that_a_moderator_cleared_are_put_back_without_the_ratings(store: DatabaseStore) -> None:
    async with GappyStage(store, CAST) as stage:
        await stage.to_voting()
        first = stage.candidates()[0]
        await stage.put("alice", 0, 6)
        await stage.discord.quiet()
        first.reactions.clear()
        stage.discord.discord.reactions_cleared(first)
        await stage.back()
        assert first.reactions == {emoji: [stage.discord.bot.id] for emoji in KEYCAPS.values()}
        assert await stage.ratings() == {}


async def test_a_thread_in_which_this_process_begins_a_round_is_left_open(store: DatabaseStore) -> None:
    """It has no round yet when the look for empty threads that begins with the process comes upon it."""

    async def at_once(_: float) -> None:
        return None

    async with GappyStage(store, CAST) as stage:
        await stage.platform.listening()
        session = await stage.platform._connected()  # noqa: SLF001
        threads = Threads(session.calls)
        where = {"channel": {"type": 0}, "guild_id": stage.discord.guild.id, "channel_id": stage.general.id}
        known = await threads.begin(where, "Should we open?")
        await stage.discord.until(lambda: any(one.threads for one in session.client.guilds))
        (thread,) = stage.discord.world.threads(stage.discord.guild)
        await close_empty(session.client, store, threads, at_once)
        threads.made.clear()
        threads.beginning = 1
        await close_empty(session.client, store, threads, at_once)
        assert not thread.archived
        threads.beginning = 0
        await close_empty(session.client, store, threads, at_once)
        assert thread.archived, f"nobody begins a round in {known}"


async def test_a_thread_for_a_round_that_a_dying_process_never_began_is_closed(store: DatabaseStore) -> None:
    async with GappyStage(store, CAST) as stage:
        maria, guild = stage.seat("maria"), stage.discord.guild
        await maria.command("consensus ask", {"question": "Should we close?", "thread": True}, stage.general)
        await stage.back()
        (used,) = stage.discord.world.threads(guild)
        async with stage.process_away():
            used.messages.clear()
            empty = stage.discord.add_channel("Should we open?", kind=PUBLIC_THREAD, parent=stage.general)
            theirs = stage.discord.add_channel("Talk", kind=PUBLIC_THREAD, parent=stage.general)
            empty.owner = stage.discord.bot.id
        await stage.discord.until(lambda: empty.archived)
        await stage.back()
        assert not used.archived, "a round lives there"
        assert not theirs.archived, "it is somebody else's"
