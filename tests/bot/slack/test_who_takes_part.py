"""Guests, bots, deactivated people, connected workspaces, people who left, closed conversations, archived channels.

What must happen to each is the table in docs/slack.md.
"""

from __future__ import annotations

from typing import Any

import pytest

from bot.platform import ButtonPressed, Card, ChannelLeft, InChannel, Privately, Reacted, Text
from engine.errors import PlatformRefused
from tests.bot.slack.conftest import Workplace
from tests.slack_server.person import Person

CARD = Card("told", "Hello", (Text("Hello there."),))
SEEDED = Card("candidate", "Statement", (Text("We close at noon."),), seeds=True)


async def everyone(work: Workplace) -> set[str]:
    """Whom inviting the channel invites."""
    members, after = await work.platform.resolve((work.id(work.channel),), after=None, limit=99)
    assert after is None
    return set(members)


def newcomer(work: Workplace, name: str, **about: Any) -> Person:
    person = work.slack.add_user(name, **about)
    work.channel.members.append(person.id)
    return person


@pytest.mark.parametrize("kind", ["multi", "single"])
async def test_a_guest_takes_part_like_everybody(work: Workplace, kind: str) -> None:
    guest = newcomer(work, "guest", guest=kind)
    assert work.id(guest) in await everyone(work)
    await work.platform.send("k", Privately(work.id(guest), work.id(work.channel)), CARD)
    assert len(guest.messages) == 1
    async with work.serving():
        await work.platform.send("c", InChannel(work.id(work.channel)), SEEDED)
        await guest.react(work.slack.posts(work.channel)[0], "six")
    (heard,) = work.heard
    assert isinstance(heard, Reacted)
    assert heard.person.member == work.id(guest)
    assert not heard.person.moderator


async def test_bots_and_deactivated_people_are_invited_to_nothing(work: Workplace) -> None:
    robot, gone = newcomer(work, "robot", bot=True), newcomer(work, "gone", deactivated=True)
    there = await everyone(work)
    assert there == {work.id(one) for one in work.people.values()}
    assert work.id(work.slack.person(work.slack.bot.id)) not in there
    for one in (robot, gone):
        assert await work.platform.resolve((work.id(one),), after=None, limit=9) == ([], None)


@pytest.mark.parametrize("about", [{"deactivated": True}, {"direct_error": "messages_tab_disabled"}])
async def test_somebody_who_cannot_be_written_to_is_passed_over_for_good(
    work: Workplace, about: dict[str, object]
) -> None:
    person = newcomer(work, "closed", **about)
    with pytest.raises(PlatformRefused) as refused:
        await work.platform.send("k", Privately(work.id(person), work.id(work.channel)), CARD)
    assert refused.value.reason == "direct_messages_closed"


async def test_somebody_without_direct_messages_still_answers_in_the_channel(work: Workplace) -> None:
    from bot.platform import Button

    person = newcomer(work, "closed", direct_error="messages_tab_disabled")
    card = Card("announcement", "Round", (Text("A round."),), (Button("opinion", "Give my opinion", "r1"),))
    async with work.serving():
        await work.platform.send("k", InChannel(work.id(work.channel)), card)
        await person.press("Give my opinion")
    (heard,) = work.heard
    assert isinstance(heard, ButtonPressed)
    assert heard.person.member == work.id(person)


async def test_somebody_of_a_connected_workspace_takes_part_under_our_id(work: Workplace) -> None:
    partners = work.slack.add_team("partners")
    pat = work.slack.add_user("pat", team=partners)
    shared = work.slack.add_channel("with-partners", [*work.people.values(), pat], shared=True)
    members, _ = await work.platform.resolve((work.id(shared),), after=None, limit=99)
    assert work.id(pat) in members
    async with work.serving():
        await work.platform.send("k", InChannel(work.id(shared)), SEEDED)
        (posted,) = work.slack.posts(shared)
        await pat.react(posted, "five")
        await work.slack.quiet()
    (heard,) = work.heard
    assert isinstance(heard, Reacted)
    assert heard.person.member == work.id(pat)
    assert not heard.person.moderator
    assert not work.slack.violations


async def test_an_admin_of_a_connected_workspace_moderates_nothing_here(work: Workplace) -> None:
    partners = work.slack.add_team("partners")
    boss = work.slack.add_user("boss", team=partners, admin=True)
    shared = work.slack.add_channel("with-partners", [work.people["maria"], boss], shared=True)
    async with work.serving():
        await work.platform.send("k", InChannel(work.id(shared)), SEEDED)
        for person in (boss, work.people["maria"]):
            await person.react(work.slack.posts(shared)[0], "five")
    assert [one.person.moderator for one in work.heard] == [False, True]


async def test_leaving_the_channel_is_told_and_nobody_waits_for_them(work: Workplace) -> None:
    alice = work.people["alice"]
    async with work.serving():
        await alice.leave(work.channel)
    (heard,) = work.heard
    assert isinstance(heard, ChannelLeft)
    assert (heard.person.member, heard.person.channel) == (work.id(alice), work.id(work.channel))
    assert work.id(alice) not in await everyone(work)


@pytest.mark.parametrize(
    ("kind", "reason"), [("archived", "channel_archived"), ("outside", "not_in_channel"), ("private", "channel_gone")]
)
async def test_where_the_bot_cannot_speak_it_is_refused_once_with_its_reason(
    work: Workplace, kind: str, reason: str
) -> None:
    maria = work.people["maria"]
    there = work.slack.add_channel("there", [maria], bot=kind == "archived", private=kind == "private")
    there.archived = kind == "archived"
    with pytest.raises(PlatformRefused) as refused:
        await work.platform.send("k", InChannel(work.id(there)), CARD)
    assert refused.value.reason == reason


async def test_a_private_channel_with_the_bot_is_like_any_other(work: Workplace) -> None:
    alice, maria = work.people["alice"], work.people["maria"]
    secret = work.slack.add_channel("secret", [alice, maria], private=True)
    await work.platform.send("k", InChannel(work.id(secret)), SEEDED)
    assert len(work.slack.posts(secret)) == 1
    members, _ = await work.platform.resolve((work.id(secret),), after=None, limit=99)
    assert set(members) == {work.id(alice), work.id(maria)}
    async with work.serving():
        await alice.react(work.slack.posts(secret)[0], "two")
    assert work.heard[-1].person.channel == work.id(secret)
    assert not work.slack.violations
