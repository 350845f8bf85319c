"""Interactions whose answer and deferral come at the same moment, on a connection that takes its time."""

from __future__ import annotations

import pytest

from bot.platform import Button, Card, Done, Form, InChannel, OpenForm, Reply, Text, TextField, Whisper
from tests.bot.discord.conftest import Server

CARD = Card("notice", "Hello", (Text("Hello there."),))
FORM = Form("opinion", "Your opinion", "Send", (TextField("opinion", "Opinion"),), round="r1")
CALLBACK = ("POST", "/interactions/{interaction}/{token}/callback")


@pytest.mark.parametrize("slow", [0.02, 0.06])
@pytest.mark.parametrize("reply", [Whisper(CARD), Done(), OpenForm(FORM)])
async def test_one_of_answer_and_deferral_is_the_first(work: Server, slow: float, reply: Reply) -> None:
    work.platform = work.made(defer_after=0.04)
    work.slow, work.reply = slow, lambda _: reply
    work.discord.slow_down(*CALLBACK, 0.05)
    alice = work.people["alice"]
    await work.platform.send(
        "k", InChannel(work.id(work.channel)), Card("a", "A", (Text("A"),), (Button("opine", "Opine", "r1"),))
    )
    async with work.serving():
        told = [await alice.press("Opine"), await alice.command("consensus mine", channel=work.channel)]
        await work.discord.quiet(0.1)
    assert [one.failure for one in told] == ["", ""]
    assert not work.discord.violations, "nothing is answered twice"
    assert not alice.messages, "nobody is written to for pressing"
    if isinstance(reply, Whisper):
        assert [one.content for one in alice.ephemerals] == ["Hello there.", "Hello there."]
