"""The platform over real sockets against a strict Discord: sending, editing, forms, reactions, failures."""

from __future__ import annotations

import asyncio

import pytest

from bot.discord.inbound import KEYCAPS
from bot.platform import (
    Button,
    ButtonPressed,
    Card,
    ChannelLeft,
    CommandGiven,
    DirectMessage,
    DirectMessageDeleted,
    DirectMessageEdited,
    Done,
    FieldProblems,
    InChannel,
    MessageRef,
    Note,
    Picture,
    Privately,
    Quote,
    Reacted,
    Scale,
    Text,
    Whisper,
)
from engine.errors import PlatformRefused, PlatformUnavailable, SettingsError, StoreUnavailable
from tests.bot.discord.conftest import Server
from tests.discord_server.rights import EVERYBODY, MANAGE_MESSAGES
from tests.discord_server.seeing import shown
from tests.discord_server.world import PUBLIC_THREAD

CARD = Card("told", "Hello", (Text("Hello there."), Note("Small.")))
SEEDED = Card("candidate", "Statement", (Text("We close at noon."),), seeds=True)
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><rect width="10" height="10"/></svg>'
PICTURED = Card("outcome", "Outcome", (Text("Agreement."), Picture(SVG, "One black square.")))
POST = ("POST", "/channels/{channel}/messages")
LONG = "\n".join(f"Line {number} of a long text, *starred* and _lined_." for number in range(200))


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


async def test_a_lost_answer_posts_nothing_twice(work: Server) -> None:
    began = work.clock.now()
    work.discord.lose_answer(*POST)
    with pytest.raises(PlatformUnavailable):
        await work.platform.send("k", InChannel(work.id(work.channel)), SEEDED)
    await work.platform.send("k", InChannel(work.id(work.channel)), SEEDED, retried_since=began)
    (posted,) = work.discord.posts(work.channel)
    assert list(posted.reactions) == list(KEYCAPS.values())


async def test_after_the_nonce_is_forgotten_the_channel_tells_what_was_posted(work: Server) -> None:
    began, target = work.clock.now(), InChannel(work.id(work.channel))
    first = await work.platform.send("k", target, PICTURED)
    await work.discord.advance(3_600)
    assert await work.made().send("k", target, PICTURED, retried_since=began) == first
    assert len(work.discord.posts(work.channel)) == 1


async def test_a_picture_comes_with_its_words(work: Server) -> None:
    await work.platform.send("k", InChannel(work.id(work.channel)), PICTURED)
    (posted,) = work.discord.posts(work.channel)
    (picture,) = posted.attachments
    assert picture["description"] == "One black square."
    assert picture["filename"].endswith(".png")
    assert not work.discord.violations


async def test_a_picture_is_replaced_with_its_message(work: Server) -> None:
    ref = await work.platform.send("k", InChannel(work.id(work.channel)), PICTURED)
    await work.platform.edit(ref, Card("outcome", "Outcome", (Text("Hidden."), Picture(SVG, "An empty square."))))
    (posted,) = work.discord.posts(work.channel)
    assert [one["description"] for one in posted.attachments] == ["An empty square."]
    assert posted.content == "Hidden."


async def test_a_long_card_goes_on_in_replies_and_loses_nothing(work: Server) -> None:
    card = Card("receipt", "Long", (Text(LONG),), (Button("withdraw", "Withdraw", "r1"),))
    ref = await work.platform.send("k", InChannel(work.id(work.channel)), card)
    posts = work.discord.posts(work.channel)
    assert len(posts) > 4
    assert all(len(one.content) <= 2_000 for one in posts)
    assert "\n".join(one.content for one in posts).replace("\\", "") == LONG
    assert [bool(one.components) for one in posts] == [False] * (len(posts) - 1) + [True]
    await work.platform.edit(ref, Card("receipt", "Short", (Text(LONG[:2_500]),)))
    assert len(work.discord.posts(work.channel)) == 2
    again = work.made()
    await again.edit(ref, CARD)
    assert [one.content for one in work.discord.posts(work.channel)] == ["Hello there.\n-# Small."]


@pytest.mark.parametrize("work", [{"limits": True}], indirect=True)
async def test_words_of_people_are_inert(work: Server) -> None:
    hostile = (
        "@everyone @here <@&1> <@2> **bold** # head\n# head\n> quote\n- list\n1. one\n||spoiler|| `code`\n"
        "https://evil.example/x discord.gg/abc https://discord.com/invite/abc [text](https://evil.example) <t:1:f>"
    )
    card = Card("candidate", hostile, (Quote(hostile), Text(hostile, untrusted=True)))
    await work.platform.send("k", InChannel(work.id(work.channel)), card)
    (posted,) = work.discord.posts(work.channel)
    assert not posted.mentions
    assert "://" not in posted.content
    assert "discord.gg" not in posted.content
    assert "discord.com" not in posted.content
    assert "**bold" not in posted.content
    assert "@everyone" not in posted.content
    request = work.discord.asked(*POST)[0]
    assert request.body["allowed_mentions"] == {"parse": [], "replied_user": False}
    assert request.body["flags"] & 4


async def test_private_cards_come_in_the_conversation(work: Server) -> None:
    alice = work.people["alice"]
    ref = await work.platform.send("k", Privately(work.id(alice), work.id(work.channel)), CARD)
    assert ref.channel == work.id(alice.direct)
    await work.platform.edit(ref, Card("told", "Bye", (Text("Bye."),)))
    assert [one.content for one in alice.messages] == ["Bye."]


async def test_closed_conversations_are_tried_once_and_the_card_comes_where_somebody_pressed(work: Server) -> None:
    shy = work.discord.add_user("shy", closed=True)
    target = Privately(work.id(shy), work.id(work.channel))
    for key in ("a", "b"):
        with pytest.raises(PlatformRefused) as raised:
            await work.platform.send(key, target, CARD)
        assert raised.value.reason == "direct_messages_closed"
    assert len(work.discord.asked(*POST)) == 1
    card = Card("announcement", "Q", (Text("Q"),), (Button("join", "Join", "r1"),))
    async with work.serving():
        await work.platform.send("c", InChannel(work.id(work.channel)), card)
        assert not (await shy.press("Join")).failure
        ref = await work.platform.send("d", target, CARD)
        assert [(one.id, one.content) for one in shy.ephemerals] == [(ref.message, "Hello there.\n-# Small.")]
    assert not work.discord.violations_of("not_answered")


async def test_keycaps_stand_before_anybody_rates_and_at_discords_pace(work: Server) -> None:
    platform = work.made(pace=0.25)
    ref = await platform.send("k", InChannel(work.id(work.channel)), SEEDED)
    (posted,) = work.discord.posts(work.channel)
    assert list(posted.reactions) == list(KEYCAPS.values())
    assert work.pauses == [0.25] * 6
    assert await platform.reactions(ref) == {}
    for name, emoji in (("alice", "6"), ("alice", "2"), ("bob", "7")):
        await work.people[name].react(posted, KEYCAPS[emoji])
    await work.people["bob"].react(posted, "\U0001f389")
    held = await platform.reactions(ref)
    assert held == {work.id(work.people["alice"]): (2, 6), work.id(work.people["bob"]): (7,)}


async def test_more_people_than_a_page_are_all_counted(work: Server) -> None:
    ref = await work.platform.send("k", InChannel(work.id(work.channel)), SEEDED)
    (posted,) = work.discord.posts(work.channel)
    crowd = [work.discord.add_user(f"u{number}") for number in range(230)]
    for one in crowd:
        await one.react(posted, KEYCAPS["4"])
    assert await work.platform.reactions(ref) == {work.id(one): (4,) for one in crowd}


async def test_reactions_of_what_is_gone_cannot_be_known(work: Server) -> None:
    gone = work.discord.add_channel("gone")
    work.discord.remove_channel(gone)
    for channel, reason in ((work.channel, "message_gone"), (gone, "channel_gone")):
        with pytest.raises(PlatformRefused) as raised:
            await work.platform.reactions(MessageRef(work.id(channel), "1"))
        assert raised.value.reason == reason


async def test_an_earlier_keycap_goes_when_somebody_puts_another(work: Server) -> None:
    async with work.serving():
        await work.platform.send("k", InChannel(work.id(work.channel)), SEEDED)
        (posted,) = work.discord.posts(work.channel)
        alice = work.people["alice"]
        await alice.react(posted, KEYCAPS["2"])
        await alice.react(posted, KEYCAPS["6"])
        await work.discord.until(lambda: alice.id not in posted.reactions[KEYCAPS["2"]])
        await work.discord.quiet()
    items = [one for one in work.heard if isinstance(one, Reacted)]
    assert [(one.emoji, one.added) for one in items] == [("2", True), ("6", True), ("2", False)]
    assert [one.at for one in items] == sorted({one.at for one in items})
    assert len({one.delivery for one in items}) == 3
    assert alice.id in posted.reactions[KEYCAPS["6"]]


async def test_a_reaction_that_does_not_count_is_taken_off_unheard_and_nobody_is_written_to(work: Server) -> None:
    work.reply = lambda item: Whisper(CARD) if isinstance(item, Reacted) else Done()
    async with work.serving():
        await work.platform.send("k", InChannel(work.id(work.channel)), SEEDED)
        posted = work.discord.posts(work.channel)[0]
        bob = work.people["bob"]
        await bob.react(posted, KEYCAPS["7"])
        await bob.react(posted, "\U0001f389")
        await work.discord.until(lambda: bob.id not in posted.reactions[KEYCAPS["7"]])
        await work.discord.until(lambda: "\U0001f389" not in posted.reactions)
        await work.discord.quiet()
    assert [(one.emoji, one.added) for one in work.heard if isinstance(one, Reacted)] == [("7", True), (":🎉:", True)]
    assert not bob.messages
    assert not bob.ephemerals
    said = [one.message for one in work.discord.journal if one.kind == "post" and one.message is not posted]
    assert said
    assert {one.content for one in said if one is not None} == {"Hello there.\n-# Small."}
    assert work.discord.posts(work.channel) == [posted], "the line goes after a moment"


@pytest.mark.parametrize("work", [{"rights": EVERYBODY & ~MANAGE_MESSAGES}], indirect=True)
async def test_without_the_right_reactions_stay_and_it_is_tried_once(work: Server) -> None:
    async with work.serving():
        await work.platform.send("k", InChannel(work.id(work.channel)), SEEDED)
        (posted,) = work.discord.posts(work.channel)
        for digit in "12345":
            await work.people["alice"].react(posted, KEYCAPS[digit])
            await work.discord.quiet()
    assert all(work.people["alice"].id in posted.reactions[KEYCAPS[digit]] for digit in "12345")
    assert len([one for one in work.discord.requests if one.method == "DELETE"]) == 1


async def test_what_discord_refuses_for_good_says_why(work: Server) -> None:
    hidden, gone = work.discord.add_channel("hidden"), work.discord.add_channel("gone")
    mute, forum = work.discord.add_channel("mute"), work.discord.add_channel("forum", kind=15)
    everybody = work.discord.guild.roles[work.discord.guild.id]
    role = next(one for one in work.discord.guild.roles.values() if one.managed)
    work.discord.overwrite(hidden, role, deny=1 << 10)
    work.discord.overwrite(hidden, everybody, deny=1 << 10)
    work.discord.overwrite(mute, role, deny=1 << 11)
    work.discord.remove_channel(gone)
    cases = ((hidden, "not_in_channel"), (gone, "channel_gone"), (mute, "missing_permissions"))
    for channel, reason in (*cases, (forum, "no_messages_here")):
        with pytest.raises(PlatformRefused) as raised:
            await work.platform.send("k", InChannel(work.id(channel)), CARD)
        assert raised.value.reason == reason
        assert str(raised.value).endswith(".")
    with pytest.raises(PlatformRefused) as raised:
        await work.platform.edit(MessageRef(work.id(work.channel), "1"), CARD)
    assert raised.value.reason == "message_gone"
    tries = [one for one in work.discord.requests if one.status in (403, 404)]
    assert len({(one.method, one.path) for one in tries}) == len(tries), "no refusal is asked for twice"


async def test_a_person_comes_with_name_role_and_shared_channels(work: Server) -> None:
    async with work.serving():
        await work.people["maria"].command("consensus status", channel=work.channel)
        await work.people["alice"].say("Hello")
        await work.discord.until(lambda: len(work.heard) == 2)
    command, said = work.heard
    assert isinstance(command, CommandGiven)
    assert (command.word, command.person.name, command.person.moderator) == ("status", "Maria", True)
    assert command.person.channel == work.id(work.channel)
    assert not command.person.direct
    assert isinstance(said, DirectMessage)
    assert (said.person.direct, said.person.moderator, said.text) == (True, False, "Hello")
    assert said.person.shared == (work.id(work.channel),)


async def test_messages_are_read_edited_deleted_and_answered_in_the_conversation(work: Server) -> None:
    alice = work.people["alice"]
    card = Card("opinion-card", "Q", (Text(LONG[:3_000]),))
    work.reply = lambda item: Whisper(CARD) if isinstance(item, DirectMessage) else Done()
    async with work.serving():
        ref = await work.platform.send("k", Privately(work.id(alice), work.id(work.channel)), card)
        second = alice.messages[-1]
        message = await alice.say(f"For <@{work.people['bob'].id}>", under=second, files=2)
        await work.discord.until(lambda: len(alice.messages) == 4)
        await alice.edit(message, "Changed")
        await alice.delete(message)
        await work.discord.until(lambda: len(work.heard) == 3)
    said, edited, deleted = work.heard
    assert isinstance(said, DirectMessage)
    assert (said.text, said.parent, said.attachments) == ("For @Bob", ref.message, 2)
    assert isinstance(edited, DirectMessageEdited)
    assert (edited.text, edited.message) == ("Changed", said.message)
    assert isinstance(deleted, DirectMessageDeleted)
    assert deleted.message == said.message
    assert deleted.person.member == work.id(alice)


async def test_a_button_and_a_scale_keep_their_identity_over_a_restart(work: Server) -> None:
    controls = (Scale("position", "Agree?", "no", "yes", "r1"), Button("opinion", "Write", "r1", "t|9"))
    await work.platform.send("k", InChannel(work.id(work.channel)), Card("told", "T", (Text("T"),), controls))
    work.platform = work.made()
    async with work.serving():
        await work.people["alice"].press("Write")
        await work.people["alice"].choose("Agree?", "6")
    pressed, chosen = work.heard
    assert isinstance(pressed, ButtonPressed)
    assert isinstance(chosen, ButtonPressed)
    assert (pressed.action, pressed.round, pressed.target, pressed.value) == ("opinion", "r1", "t|9", "")
    assert (chosen.action, chosen.round, chosen.value) == ("position", "r1", "6")
    assert not work.discord.violations


async def test_what_the_database_did_not_take_is_tried_again(work: Server) -> None:
    work.failures = [StoreUnavailable("The database is locked.")] * 2
    async with work.serving():
        await work.people["alice"].say("Hello")
        await work.discord.until(lambda: work.heard)
    assert len(work.pauses) == 2


async def test_a_slow_answer_is_deferred_and_still_comes(work: Server) -> None:
    work.platform = work.made(defer_after=0.01)
    work.slow, work.reply = 0.1, lambda _: Whisper(CARD)
    alice = work.people["alice"]
    async with work.serving():
        assert not (await alice.command("consensus help", channel=work.channel)).failure
        await work.discord.until(lambda: any("Hello" in one.content for one in alice.ephemerals))
    assert len(alice.ephemerals) == 1
    assert not work.discord.violations


async def test_after_a_quarter_of_an_hour_the_answer_comes_with_the_bots_token(work: Server) -> None:
    work.platform = work.made(defer_after=0.01)
    work.slow, work.reply = 0.2, lambda _: Whisper(CARD)
    alice = work.people["alice"]
    async with work.serving():
        await alice.command("consensus help", channel=work.channel)
        await work.discord.advance(1_000)
        await work.discord.until(lambda: alice.messages)
    assert alice.messages[-1].content == "Hello there.\n-# Small."
    assert not work.discord.violations


async def test_a_done_command_says_so_and_a_done_button_says_nothing(work: Server) -> None:
    alice = work.people["alice"]
    await work.platform.send(
        "k", InChannel(work.id(work.channel)), Card("a", "A", (Text("A"),), (Button("join", "Join", "r1"),))
    )
    async with work.serving():
        await alice.press("Join")
        assert not alice.ephemerals
        await alice.command("consensus close", channel=work.channel)
        await work.discord.until(lambda: alice.ephemerals)
    assert [one.content for one in alice.ephemerals] == ["Done."]
    assert not work.discord.violations


async def test_commands_are_registered_only_when_they_changed(work: Server) -> None:
    async with work.serving():
        assert work.people["alice"].offered("consensus ask", work.channel)
        assert work.people["alice"].offered("consensus forget-me")
    work.platform = work.made()
    async with work.serving():
        pass
    assert len([one for one in work.discord.requests if one.method == "PUT"]) == 1
    assert not work.discord.violations


async def test_a_wrong_token_and_a_disallowed_intent_end_serving_with_one_sentence(work: Server) -> None:
    work.platform = work.made(token="a.wrong.token")
    with pytest.raises(SettingsError, match="discord_token"):
        await work.platform.run(work.handle)
    work.platform = work.made(members=True)
    with pytest.raises(SettingsError, match="Server Members intent"):
        await work.platform.run(work.handle)


@pytest.mark.parametrize("work", [{"members": True}], indirect=True)
async def test_references_stand_for_people_and_bots_are_nobody(work: Server) -> None:
    here = work.id(work.channel)
    alice, bob, maria = (work.people[name] for name in ("alice", "bob", "maria"))
    robot = work.discord.add_user("robot", bot=True)
    team = work.discord.add_role("Team")
    carol = work.discord.add_user("carol", roles=[team])

    async def who(*references: str) -> set[str]:
        found, cursor = await work.platform.resolve(references, after=None, limit=100)
        assert cursor is None
        return set(found)

    async with work.serving():
        assert await who(f"{here}@ALICE", f"{here}@nobody") == {work.id(alice)}
        assert await who(work.id(bob), "slack:T1/U1") == {work.id(bob)}
        assert await who(f"<@{maria.id}>", work.id(robot)) == {work.id(maria)}
        assert await who(f"<@&{team.id}>") == await who(f"{here}@team") == {work.id(carol)}
        everybody = {work.id(one) for one in (alice, bob, maria, carol, work.discord.owner)}
        assert await who(here) == await who(f"{here}@#general") == everybody


@pytest.mark.parametrize("work", [{"members": True}], indirect=True)
async def test_a_role_of_five_thousand_comes_in_pages_with_few_calls(work: Server) -> None:
    role = work.discord.add_role("All")
    crowd = {work.id(work.discord.add_user(f"u{number}", roles=[role])) for number in range(5_000)}
    async with work.serving():
        before, cursor, found = len(work.discord.requests), None, list[str]()
        while True:
            page, cursor = await work.platform.resolve((f"<@&{role.id}>",), after=cursor, limit=100)
            assert len(page) <= 100
            found += page
            if cursor is None:
                break
    assert len(found) == len(set(found))
    assert set(found) == crowd
    assert len(work.discord.requests) - before < 10


@pytest.mark.parametrize("work", [{"members": True}], indirect=True)
async def test_whoever_leaves_the_server_leaves_its_channels(work: Server) -> None:
    other = work.discord.add_channel("other")
    async with work.serving():
        await work.people["alice"].leave(work.discord.guild)
        await work.discord.until(lambda: len(work.heard) == 2)
    assert all(isinstance(one, ChannelLeft) for one in work.heard)
    assert {one.person.channel for one in work.heard} == {work.id(work.channel), work.id(other)}
    assert {one.person.member for one in work.heard} == {work.id(work.people["alice"])}


async def test_removal_from_a_server_is_told_with_its_channels(work: Server) -> None:
    async with work.serving():
        work.discord.discord.left(work.discord.guild, work.discord.bot)
        await work.discord.until(lambda: work.gone)
    assert work.id(work.channel) in work.gone[0]


async def test_everybody_is_called_as_discord_calls_them(work: Server) -> None:
    assert await work.platform.name_of(work.id(work.people["alice"])) == "Alice"
    assert await work.platform.name_of("discord:1") == "discord:1"


async def test_forgetting_deletes_what_we_wrote_to_somebody(work: Server) -> None:
    alice = work.people["alice"]
    await alice.say("My opinion")
    for number in range(3):
        await work.platform.send(f"k{number}", Privately(work.id(alice), work.id(work.channel)), CARD)
    await work.platform.forget(work.id(alice))
    assert [one.content for one in alice.messages] == ["My opinion"]


async def test_an_outage_at_the_start_is_waited_out(work: Server) -> None:
    await work.discord.begin_outage("unreachable")
    with pytest.raises(PlatformUnavailable):
        await work.platform.send("k", InChannel(work.id(work.channel)), CARD)
    work.discord.end_outage()
    await work.platform.send("k", InChannel(work.id(work.channel)), CARD)
    assert [shown(one) for one in work.discord.posts(work.channel)] == ["Hello there.\n-# Small."]


async def test_unknown_controls_are_answered(work: Server) -> None:
    work.reply = lambda _: FieldProblems(())
    await work.platform.send(
        "k", InChannel(work.id(work.channel)), Card("a", "A", (Text("A"),), (Button("join", "Join", "r1"),))
    )
    (posted,) = work.discord.posts(work.channel)
    async with work.serving():
        assert not (await work.people["alice"].forge("somebody|elses", posted)).failure
    assert not work.heard
    assert len(work.people["alice"].ephemerals) == 1


async def test_a_private_card_that_comes_before_the_press_is_answered_waits_for_it(work: Server) -> None:
    """The outbox may be faster than the answer to the button that filled it."""
    shy = work.discord.add_user("shy", closed=True)
    card = Card("announcement", "Q", (Text("Q"),), (Button("join", "Join", "r1"),))
    work.slow = 0.1
    async with work.serving():
        await work.platform.send("c", InChannel(work.id(work.channel)), card)
        pressing = asyncio.create_task(shy.press("Join"))
        await asyncio.sleep(0.03)
        await work.platform.send("d", Privately(work.id(shy), work.id(work.channel)), CARD)
        assert not (await pressing).failure
    assert [one.content for one in shy.ephemerals] == ["Hello there.\n-# Small."]
    assert not work.discord.violations_of("not_answered")


async def test_serving_begins_when_the_gateway_can_be_found(work: Server) -> None:
    work.discord.fail_next("GET", "/gateway/bot", 403, times=1)
    work.reply = lambda _: Whisper(CARD)
    async with work.serving():
        assert not (await work.people["alice"].command("consensus help", channel=work.channel)).failure


async def test_after_a_restart_an_earlier_keycap_still_goes(work: Server) -> None:
    ref = await work.platform.send("k", InChannel(work.id(work.channel)), SEEDED)
    (posted,) = work.discord.posts(work.channel)
    alice = work.people["alice"]
    await alice.react(posted, KEYCAPS["2"])
    work.platform = work.made()
    async with work.serving():
        await work.platform.reactions(ref)
        await alice.react(posted, KEYCAPS["5"])
        await work.discord.until(lambda: alice.id not in posted.reactions[KEYCAPS["2"]])
    assert alice.id in posted.reactions[KEYCAPS["5"]]


async def test_what_is_changed_in_an_archived_thread_takes_it_out_of_the_archive(work: Server) -> None:
    thread = work.discord.add_channel("talk", kind=PUBLIC_THREAD, parent=work.channel)
    ref = await work.platform.send("k", InChannel(work.id(thread)), CARD)
    thread.archived = True
    await work.platform.edit(ref, Card("told", "Bye", (Text("Bye."),)))
    assert [one.content for one in thread.said] == ["Bye."]
    assert not thread.archived
    thread.archived = thread.locked = True
    with pytest.raises(PlatformRefused) as refused:
        await work.platform.edit(ref, CARD)
    assert refused.value.reason == "thread_archived"
    assert thread.archived


@pytest.mark.parametrize(("status", "code"), [(400, 40004), (429, 30046), (403, 40003), (429, 0)])
async def test_what_discord_refuses_only_for_now_is_tried_again(work: Server, status: int, code: int) -> None:
    """Source: Discord's reference, JSON error codes."""
    work.discord.fail_next(*POST, status, code=code)
    with pytest.raises(PlatformUnavailable) as passing:
        await work.platform.send("k", InChannel(work.id(work.channel)), CARD)
    assert passing.value.retry_after
    await work.platform.send("k", InChannel(work.id(work.channel)), CARD)
    assert len(work.discord.posts(work.channel)) == 1


@pytest.mark.parametrize("fault", ["unavailable", "cut"])
async def test_who_writes_while_discord_does_not_say_where_they_are_is_heard_when_it_does(
    work: Server, fault: str
) -> None:
    member = ("GET", "/guilds/{guild}/members/{user}")
    async with work.serving():
        if fault == "cut":
            work.discord.lose_answer(*member)
        else:
            work.discord.fail_next(*member, 503)
        await work.people["alice"].say("Close it.")
        await work.discord.until(lambda: len(work.heard) == 1)
    (said,) = work.heard
    assert said.person.shared == (work.id(work.channel),)


async def test_a_deleted_message_is_told_although_discord_does_not_answer_at_once(work: Server) -> None:
    async with work.serving():
        said = await work.people["alice"].say("Close it.")
        await work.discord.until(lambda: len(work.heard) == 1)
    work.platform = work.made()
    async with work.serving():
        work.discord.fail_next("GET", "/channels/{channel}", 503)
        await work.people["alice"].delete(said)
        await work.discord.until(lambda: len(work.heard) == 2)
    told = work.heard[1]
    assert isinstance(told, DirectMessageDeleted)
    assert told.person.member == work.id(work.people["alice"])
