"""The platform over real sockets against a strict Discord: sending, editing, forms, reactions, failures."""

from __future__ import annotations

from bot.platform import (
    Card,
    CommandGiven,
    Form,
    InChannel,
    MessageRef,
    Note,
    Picture,
    Text,
    TextField,
    Whisper,
)
from tests.bot.discord.conftest import Server

CARD = Card("told", "Hello", (Text("Hello there."), Note("Small.")))
SEEDED = Card("candidate", "Statement", (Text("We close at noon."),), seeds=True)
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><rect width="10" height="10"/></svg>'
PICTURED = Card("outcome", "Outcome", (Text("Agreement."), Picture(SVG, "One black square.")))
FORM = Form("opinion", "Opinion", "Send", (TextField("opinion", "Your opinion", multiline=True),), (), "r1", "t")


async def test_a_card_is_posted_once_per_key_and_edited(work: Server) -> None:
    target = InChannel(work.id(work.channel))
    ref = await work.platform.send("r1/1/0", target, CARD)
    assert await work.platform.send("r1/1/0", target, CARD) == ref
    (posted,) = work.discord.posts(work.channel)
    assert ref == MessageRef(work.id(work.channel), posted.id)
    assert posted.content == "Hello there.\n-# Small."
    await work.platform.edit(ref, Card("told", "Bye", (Text("Bye."),)))
    assert posted.content == "Bye."
    assert not work.discord.violations


async def test_a_command_is_heard_and_answered_to_the_person_alone(work: Server) -> None:
    work.reply = lambda _: Whisper(CARD)
    async with work.serving():
        told = await work.people["maria"].command("consensus status", channel=work.channel)
        assert not told.failure
    (item,) = work.heard
    assert isinstance(item, CommandGiven)
    assert (item.word, item.rest, item.person.moderator) == ("status", "", True)
    assert item.person.channel == work.id(work.channel)
    assert [one.content for one in work.people["maria"].ephemerals] == ["Hello there.\n-# Small."]
    assert not work.discord.violations
