"""What becomes of the rounds of a server that the bot was removed from."""

from __future__ import annotations

from bot.discord.removal import Removal
from bot.forms import BackEnds
from bot.inbound import Inbox
from bot.platform import CommandGiven, DirectMessage, Person
from engine.rounds.model import Phase
from storage.store import DatabaseStore
from tests.fakes.clock import FakeClock

HERE, THERE = "discord:1", "discord:2"


async def begun(store: DatabaseStore, channel: str) -> str:
    inbox = Inbox(store, BackEnds(), lambda _: None)
    maria, alice = Person("discord:9", "maria", channel), Person("discord:8", "alice", channel)
    await inbox(CommandGiven(f"c/{channel}", 1.0, maria, "ask", "Should we close the office on Fridays?"))
    (round,) = await store.rounds_in(channel, running=True)
    told = Person(alice.member, "alice", f"discord:7{channel[-1]}", direct=True, shared=(channel,))
    await inbox(DirectMessage(f"m/{channel}", 2.0, told, f"5{channel[-1]}", "Close it, people need rest."))
    if not await store.opinions(round.id):
        await inbox(DirectMessage(f"n/{channel}", 3.0, told, f"6{channel[-1]}", "Close it.", ""))
    return round.id


async def test_what_members_gave_is_deleted_there_and_nowhere_else(store: DatabaseStore) -> None:
    gone, kept = await begun(store, HERE), await begun(store, THERE)
    await store.set_channel_settings(HERE, {"posted": "2"})
    assert await store.opinions(gone)
    removal = Removal(store, FakeClock())
    await removal((HERE,))
    await removal((HERE,))
    assert not await store.opinions(gone)
    assert await store.channel_settings(HERE) == {}
    assert await store.rounds_in(HERE, running=True) == []
    there = await store.round(kept)
    assert there is not None
    assert there.phase is Phase.COLLECTING
