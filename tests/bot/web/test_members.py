"""Whom a reference stands for, how members are called, and forgetting them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.platform import Card, InChannel, MessageRef, Privately
from bot.web import strings
from bot.web.seats import channel_id, folded, member_id, shown
from engine.errors import PlatformRefused
from tests.bot.web.conftest import Served


@given(st.text(), st.text())
def test_two_names_share_an_id_only_when_they_read_alike(one: str, other: str) -> None:
    assert (member_id(one) == member_id(other)) == (folded(one) == folded(other))


@given(st.text())
def test_ids_are_plain_and_names_fit_a_line(name: str) -> None:
    assert member_id(name).isascii()
    assert "+" not in member_id(name)
    assert len(shown(name)) <= 40
    assert "\n" not in shown(name)
    assert channel_id(channel_id(name)) == channel_id(name)


async def test_references_stand_for_the_people_in_the_channel(served: Served) -> None:
    platform = served.platform
    for name in ("Ana María", "Bob", "Cleo"):
        await platform.seat("demo", name)
    await platform.seat("closed", "Dan")
    ana, bob, cleo, dan = (member_id(name) for name in ("Ana María", "Bob", "Cleo", "Dan"))

    async def found(*references: str, after: str | None = None, limit: int = 10) -> tuple[list[str], str | None]:
        return await platform.resolve(references, after=after, limit=limit)

    assert await found("web:demo") == ([ana, bob, cleo], None)
    assert await found("@bob", "@ANA maría") == ([ana, bob], None)
    assert await found("Bob", " ana  maría ") == ([ana, bob], None)
    assert await found("web:demo@dan", "web:closed@Dan") == ([dan], None)
    assert await found(bob, bob, "web:nobody", "@nobody") == ([bob], None)
    assert await found("web:demo", limit=2) == ([ana, bob], bob)
    assert await found("web:demo", after=bob, limit=2) == ([cleo], None)
    assert await found() == ([], None)


async def test_somebody_who_left_is_not_found(served: Served) -> None:
    alice = await served.page("Alice")
    await alice.do("leave")
    assert await served.platform.resolve(("web:demo",), after=None, limit=10) == ([], None)
    with pytest.raises(PlatformRefused) as refused:
        await served.platform.send("k1", Privately("web:alice", "web:demo"), Card("notice", "hello", ()))
    assert refused.value.reason == "direct_messages_closed"


async def test_names_are_those_the_group_uses(served: Served) -> None:
    await served.platform.seat("demo", "Ana María")
    assert await served.platform.name_of(member_id("ana maría")) == "Ana María"
    assert await served.platform.name_of("web:nobody") == "web:nobody"


async def test_what_is_not_there_is_refused_for_good(served: Served) -> None:
    card = Card("notice", "hello", ())
    for target in (InChannel("web:nowhere"), Privately("web:nobody", "web:demo")):
        with pytest.raises(PlatformRefused):
            await served.platform.send("k1", target, card)
    with pytest.raises(PlatformRefused) as refused:
        await served.platform.edit(MessageRef("web:demo", "nothing"), card)
    assert refused.value.reason == "message_gone"


async def test_forgetting_takes_a_persons_words_and_reactions_off_every_page(served: Served) -> None:
    alice, bob = await served.page("Alice"), await served.page("Bob")
    ref = await served.platform.send("k1", InChannel("web:demo"), Card("candidate", "We drink tea.", (), seeds=True))
    await alice.do("say", place="channel", text="I am Alice")
    await alice.do("say", place="direct", text="my opinion")
    await alice.do("react", message=ref.message, emoji="5", added=True)
    await bob.until(lambda: bool(bob.shown.get(ref.message, {}).get("reactions")))
    await served.platform.forget("web:alice")
    await bob.until(lambda: bob.texts() == ["We drink tea."] and not bob.shown[ref.message]["reactions"])
    await alice.until(lambda: alice.texts("direct") == [])
    assert await served.platform.reactions(ref) == {}


async def test_nobody_is_invited_by_a_name_that_nobody_here_has(served: Served) -> None:
    alice = await served.page("Alice")
    await served.platform.seat("demo", "Ana María")
    await served.platform.seat("closed", "Dan")

    async def asked(invited: str, roster: str = "invited") -> dict[str, object]:
        values = {"question": "Tea?", "roster": roster, "invited": invited}
        answer = await alice.do("submit", place="channel", form="ask", values=values)
        return dict(answer["reply"])

    refused = await asked("@alice, Ana Maria; dan")
    assert refused["type"] == "problems"
    assert refused["problems"] == [["invited", strings.STRANGERS.format(names="Ana Maria, dan")]]
    assert served.bot.heard == []
    for fine in ("@alice, ana maría", "everyone", ""):
        assert (await asked(fine))["type"] == "done"
    assert (await asked("Nobody", roster="open"))["type"] == "done"
    assert len(served.bot.heard) == 4
