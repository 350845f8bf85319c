"""The platform over real sockets against a strict Slack: sending, editing, pacing, failures, people, transports."""

from __future__ import annotations

import asyncio

import pytest

from bot.platform import (
    ButtonPressed,
    Card,
    CommandGiven,
    DirectMessage,
    Fact,
    FieldProblems,
    Form,
    FormSubmitted,
    InChannel,
    MessageRef,
    Note,
    OpenForm,
    Picture,
    Privately,
    Reacted,
    Scale,
    Text,
    TextField,
    Whisper,
)
from bot.slack.posting import EVENT_TYPE
from engine.errors import PlatformRefused, PlatformUnavailable, SettingsError, StoreUnavailable
from tests.bot.slack.conftest import Workplace
from tests.slack_server.reading import shown
from tests.slack_server.world import Message

CARD = Card("told", "Hello", (Text("Hello there."), Note("Small.")))
SEEDED = Card("candidate", "Statement", (Text("We close at noon."),), seeds=True)
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><rect width="10" height="10"/></svg>'
PICTURED = Card("outcome", "Outcome", (Text("Agreement."), Picture(SVG, "One black square.")))
SEEDS = ["one", "two", "three", "four", "five", "six", "seven"]
FORM = Form("opinion", "Opinion", "Send", (TextField("opinion", "Your opinion", multiline=True),), (), "r1", "t")


async def test_a_card_is_posted_with_its_key_and_edited(work: Workplace) -> None:
    ref = await work.platform.send("r1/1/0", InChannel(work.id(work.channel)), CARD)
    (posted,) = work.slack.posts(work.channel)
    assert ref == MessageRef(work.id(work.channel), posted.ts)
    assert shown(posted) == "Hello there.\nSmall."
    assert posted.metadata == {"event_type": EVENT_TYPE, "event_payload": {"key": "r1/1/0"}}
    await work.platform.edit(ref, Card("told", "Bye", (Text("Bye."),)))
    assert shown(posted) == "Bye."
    assert not work.slack.violations


async def test_a_private_card_goes_to_the_conversation_and_can_be_edited_there(work: Workplace) -> None:
    alice = work.people["alice"]
    ref = await work.platform.send("k", Privately(work.id(alice), work.id(work.channel)), CARD)
    assert ref.channel.endswith(alice.direct.id)
    assert [shown(one) for one in alice.messages] == ["Hello there.\nSmall."]
    await work.platform.edit(ref, Card("told", "Bye", (Text("Bye."),)))
    assert shown(alice.messages[0]) == "Bye."


async def test_seeds_come_in_order_and_do_not_count(work: Workplace) -> None:
    ref = await work.platform.send("k", InChannel(work.id(work.channel)), SEEDED)
    (posted,) = work.slack.posts(work.channel)
    assert list(posted.reactions) == SEEDS
    assert await work.platform.reactions(ref) == {}
    alice, bob = work.people["alice"], work.people["bob"]
    for person, emoji in ((alice, "six"), (alice, "two"), (bob, "seven"), (bob, "tada")):
        await person.react(posted, emoji)
    assert await work.platform.reactions(ref) == {work.id(alice): (2, 6), work.id(bob): (7,)}


async def test_reactions_of_a_message_that_is_gone_are_none(work: Workplace) -> None:
    assert await work.platform.reactions(MessageRef(work.id(work.channel), "1.000000")) == {}


async def test_more_than_twenty_five_people_are_all_counted(work: Workplace) -> None:
    crowd = [work.slack.add_user(f"u{number}") for number in range(30)]
    work.channel.members += [one.id for one in crowd]
    ref = await work.platform.send("k", InChannel(work.id(work.channel)), SEEDED)
    for one in crowd:
        await one.react(work.slack.posts(work.channel)[0], "five")
    assert len(await work.platform.reactions(ref)) == 30


async def test_a_picture_goes_into_the_thread_with_its_words(work: Workplace) -> None:
    await work.platform.send("r1/2/0", InChannel(work.id(work.channel)), PICTURED)
    head, picture = work.slack.posts(work.channel)
    assert picture.thread_ts == head.ts
    assert picture.files[0]["alt_txt"] == "One black square."
    assert picture.files[0]["mimetype"] == "image/png"


@pytest.mark.parametrize("work", [{"history": True}, {}], indirect=True)
async def test_nothing_is_left_of_a_card_that_is_rewritten_not_in_its_thread_either(work: Workplace) -> None:
    facts = (Fact("Agree", "3"), Picture(SVG, "One black square."))
    ref = await work.platform.send("k", InChannel(work.id(work.channel)), Card("outcome", "O", (Text("Old."), *facts)))
    assert len(ref.parts) == 2
    for words in ("New.", "Newest."):
        picture = Picture(SVG, f"A square of {words}")
        ref = await work.platform.rewrite(ref, Card("outcome", "O", (Text(words), Fact("Agree", words), picture)))
    head, figures, shared = [one for one in work.slack.posts(work.channel) if one.blocks or one.files]
    assert (shown(head), shown(figures)) == ("Newest.", "Agree: Newest.")
    assert [one["alt_txt"] for one in shared.files] == ["A square of Newest."]
    assert len(work.slack.world.uploads) == 1
    assert set(ref.parts) == {figures.ts, shared.files[0]["id"]}
    assert not work.slack.violations


@pytest.mark.parametrize("work", [{"limits": True}], indirect=True)
async def test_too_many_requests_are_waited_out_and_nothing_is_posted_twice(work: Workplace) -> None:
    for number in range(12):
        await work.platform.send(f"k{number}", InChannel(work.id(work.channel)), SEEDED)
    assert len(work.slack.posts(work.channel)) == 12
    assert all(list(one.reactions) == SEEDS for one in work.slack.posts(work.channel))
    assert work.pauses
    assert not work.slack.violations_of("retry_after_ignored")


async def test_messages_to_one_channel_go_out_one_a_second(work: Workplace) -> None:
    paced = work.made(pace=1.0)
    loop = asyncio.get_running_loop()
    begun = loop.time()
    for number in range(3):
        await paced.send(f"k{number}", InChannel(work.id(work.channel)), CARD)
    assert sum(work.pauses) == pytest.approx(3.0 - (loop.time() - begun), abs=1.1)
    assert len(work.pauses) == 2


async def test_a_wait_longer_than_sensible_is_left_to_the_outbox(work: Workplace) -> None:
    work.slack.fail_next("chat.postMessage", "ratelimited", status=429, retry_after=900)
    with pytest.raises(PlatformUnavailable) as raised:
        await work.platform.send("k", InChannel(work.id(work.channel)), CARD)
    assert raised.value.retry_after == 900


@pytest.mark.parametrize("work", [{"history": True}, {}], indirect=True)
async def test_after_a_crash_history_tells_what_was_posted(work: Workplace, request: pytest.FixtureRequest) -> None:
    began = work.clock.now()
    work.slack.lose_answer("chat.postMessage")
    with pytest.raises(PlatformUnavailable):
        await work.platform.send("k", InChannel(work.id(work.channel)), SEEDED)
    work.clock.pass_(30)
    again = work.made()
    ref = await again.send("k", InChannel(work.id(work.channel)), SEEDED, retried_since=began)
    posted = work.slack.posts(work.channel)
    history = bool(request.node.callspec.params["work"])
    assert len(posted) == (1 if history else 2)
    assert ref.message == posted[-1].ts
    assert ref.again is not history
    assert list(posted[-1].reactions) == SEEDS


async def test_what_slack_asked_to_wait_with_was_not_posted_by_the_first_try(
    work: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    began, target = work.clock.now(), InChannel(work.id(work.channel))
    monkeypatch.setattr("bot.slack.posting.PATIENCE", -1.0)
    work.slack.fail_next("chat.postMessage", "ratelimited", status=429, retry_after=0)
    with pytest.raises(PlatformUnavailable):
        await work.platform.send("k", target, CARD)
    assert not (await work.platform.send("k", target, CARD, retried_since=began)).again


async def test_a_private_message_is_found_again_without_the_optional_scopes(work: Workplace) -> None:
    alice, began = work.people["alice"], work.clock.now()
    target = Privately(work.id(alice), work.id(work.channel))
    first = await work.platform.send("k", target, CARD)
    assert await work.made().send("k", target, CARD, retried_since=began) == first
    assert len(alice.messages) == 1


@pytest.mark.parametrize("work", [{"history": True}], indirect=True)
async def test_what_follows_the_message_is_not_repeated_after_a_crash(work: Workplace) -> None:
    began = work.clock.now()
    first = await work.platform.send("k", InChannel(work.id(work.channel)), PICTURED)
    assert await work.made().send("k", InChannel(work.id(work.channel)), PICTURED, retried_since=began) == first
    assert len(work.slack.posts(work.channel)) == 2


async def test_a_try_that_fails_half_way_goes_on_where_it_stopped(work: Workplace) -> None:
    work.slack.fail_next("reactions.add", "internal_error", times=1)
    with pytest.raises(PlatformUnavailable):
        await work.platform.send("k", InChannel(work.id(work.channel)), SEEDED)
    await work.platform.send("k", InChannel(work.id(work.channel)), SEEDED, retried_since=work.clock.now())
    (posted,) = work.slack.posts(work.channel)
    assert list(posted.reactions) == SEEDS


async def test_what_slack_refuses_for_good_says_why(work: Workplace) -> None:
    private = work.slack.add_channel("secret", private=True, bot=False)
    outside = work.slack.add_channel("outside", bot=False)
    archived = work.slack.add_channel("old")
    await work.slack.archive(archived)
    for channel, reason in ((private, "channel_gone"), (outside, "not_in_channel"), (archived, "channel_archived")):
        with pytest.raises(PlatformRefused) as raised:
            await work.platform.send("k", InChannel(work.id(channel)), CARD)
        assert raised.value.reason == reason
    with pytest.raises(PlatformRefused) as raised:
        await work.platform.edit(MessageRef(work.id(work.channel), "1.000000"), CARD)
    assert raised.value.reason == "message_gone"


@pytest.mark.parametrize("error", ["cannot_dm_bot", "user_disabled", "messages_tab_disabled"])
async def test_people_who_cannot_be_written_to_are_left_in_peace(work: Workplace, error: str) -> None:
    closed = work.slack.add_user("closed", direct_error=error)
    with pytest.raises(PlatformRefused) as raised:
        await work.platform.send("k", Privately(work.id(closed), work.id(work.channel)), CARD)
    assert raised.value.reason == "direct_messages_closed"


async def test_references_stand_for_people_and_bots_are_nobody(work: Workplace) -> None:
    here = work.id(work.channel)
    alice, bob, maria = (work.people[name] for name in ("alice", "bob", "maria"))
    guest = work.slack.add_user("guest", guest="single")
    gone = work.slack.add_user("gone", deactivated=True)
    robot = work.slack.add_user("robot", bot=True)
    work.channel.members += [one.id for one in (guest, gone, robot)]
    group = work.slack.add_group("devs", [alice, gone, bob])

    async def who(*references: str) -> set[str]:
        found, cursor = await work.made().resolve(references, after=None, limit=100)
        assert cursor is None
        return set(found)

    everybody = {work.id(one) for one in (alice, bob, maria, guest)}
    assert await who(here) == everybody
    assert await who(f"{here}@ALICE", f"{here}@nobody") == {work.id(alice)}
    assert await who(work.id(bob), "fake:x") == {work.id(bob)}
    assert await who(f"<@{maria.id}|maria>") == {work.id(maria)}
    assert await who(f"{here}@devs") == {work.id(alice), work.id(bob)}
    assert await who(f"<!subteam^{group.id}|@devs>") == {work.id(alice), work.id(bob)}
    assert await who(f"{here}@#general", f"<#{work.channel.id}|general>") == everybody
    assert await who(work.id(robot), work.id(gone)) == set()


async def test_a_group_of_two_thousand_comes_in_pages_with_few_calls(work: Workplace) -> None:
    crowd = [work.slack.add_user(f"u{number}") for number in range(2_000)]
    group = work.slack.add_group("all", crowd)
    before, cursor, found = len(work.slack.requests), None, list[str]()
    while True:
        page, cursor = await work.platform.resolve((f"<!subteam^{group.id}>",), after=cursor, limit=100)
        assert len(page) <= 100
        found += page
        if cursor is None:
            break
    assert sorted(found) == found
    assert set(found) == {work.id(one) for one in crowd}
    assert len(work.slack.requests) - before < 20


async def test_everybody_is_called_as_the_group_calls_them(work: Workplace) -> None:
    assert await work.platform.name_of(work.id(work.people["alice"])) == "alice"
    assert await work.platform.name_of("slack:T1/UNOBODY") == "slack:T1/UNOBODY"


async def test_forgetting_deletes_what_we_wrote_to_somebody(work: Workplace) -> None:
    alice = work.people["alice"]
    await alice.say("My opinion")
    for number in range(3):
        await work.platform.send(f"k{number}", Privately(work.id(alice), work.id(work.channel)), CARD)
    await work.platform.forget(work.id(alice))
    assert [one.text for one in alice.messages] == ["My opinion"]


async def test_a_person_comes_with_name_zone_role_and_shared_channels(work: Workplace) -> None:
    async with work.serving():
        await work.people["maria"].command("status", work.channel)
        await work.people["alice"].say("Hello")
    command, said = work.heard
    assert isinstance(command, CommandGiven)
    assert (command.word, command.person.name, command.person.zone) == ("status", "maria", "Europe/Berlin")
    assert command.person.moderator
    assert not command.person.direct
    assert isinstance(said, DirectMessage)
    assert not said.person.moderator
    assert said.person.direct
    assert said.person.shared == (work.id(work.channel),)


async def test_an_answer_is_for_the_person_alone_even_where_the_bot_may_not_speak(work: Workplace) -> None:
    work.reply = lambda _: Whisper(CARD)
    outside = work.slack.add_channel("outside", [work.people["alice"]], bot=False)
    alice = work.people["alice"]
    async with work.serving():
        await alice.command("help", outside)
        await work.slack.until(lambda: alice.ephemerals)
        await alice.say("hello")
        await work.slack.until(lambda: len(alice.ephemerals) == 2)
    assert all(shown(one) == "Hello there.\nSmall." for one in alice.ephemerals)


async def test_a_form_opens_and_problems_stand_on_its_fields(work: Workplace) -> None:
    alice = work.people["alice"]
    work.reply = lambda item: (
        FieldProblems((("opinion", "Too short."),)) if isinstance(item, FormSubmitted) else OpenForm(FORM)
    )
    async with work.serving():
        await alice.command("ask", work.channel)
        await work.slack.until(lambda: alice.view)
        answer = await alice.submit({"opinion": "x"})
        assert answer.errors == {"opinion": "Too short."}
        work.reply = lambda _: Whisper(CARD)
        assert not (await alice.submit({"opinion": "y"})).errors
        await work.slack.until(lambda: alice.ephemerals)
    submitted = work.heard[-1]
    assert isinstance(submitted, FormSubmitted)
    assert submitted.person.channel == work.id(work.channel)
    assert dict(submitted.values) == {"opinion": "y"}
    assert not work.slack.violations


async def test_a_form_that_cannot_be_opened_any_more_says_so(work: Workplace) -> None:
    work.reply = lambda _: OpenForm(FORM)
    work.slack.fail_next("views.open", "expired_trigger_id")
    alice = work.people["alice"]
    async with work.serving():
        await alice.command("ask", work.channel)
        await work.slack.until(lambda: alice.ephemerals)
    assert "took too long to open" in shown(alice.ephemerals[0])


async def test_what_was_not_committed_is_not_acknowledged_and_comes_again(work: Workplace) -> None:
    work.failures = [StoreUnavailable("The database is locked.")]
    alice = work.people["alice"]
    async with work.serving():
        ref = await work.platform.send("k", InChannel(work.id(work.channel)), SEEDED)
        (posted,) = work.slack.posts(work.channel)
        work.slack.slack.hub.timing.ack = 0.3
        await alice.react(posted, "six")
        assert not work.heard
        await work.slack.advance(1.0)
        await work.slack.until(lambda: work.heard)
    (item,) = work.heard
    assert isinstance(item, Reacted)
    assert (item.emoji, item.message, item.person.channel) == ("6", ref.message, ref.channel)


async def test_the_same_delivery_twice_is_answered_once(work: Workplace) -> None:
    work.reply = lambda _: Whisper(CARD)
    alice = work.people["alice"]
    async with work.serving():
        await alice.say("Hello")
        (delivery,) = [one for one in work.slack.slack.hub.history if one.payload["event"]["type"] == "message"]
        await work.slack.slack.hub.repeat(delivery)
        await work.slack.quiet()
    assert len({one.delivery for one in work.heard}) == 1
    assert len(work.heard) == 2
    assert len(alice.ephemerals) == 1


async def test_signed_requests_are_taken_and_others_are_not(work: Workplace) -> None:
    import aiohttp

    work.platform = work.made(app_token=None, signing_secret=work.slack.app.signing_secret, port=0)
    work.slack.use_http("pending")
    async with work.serving():
        url = f"http://127.0.0.1:{work.platform.port}/slack/events"
        work.slack.use_http(url)
        assert not (await work.people["alice"].command("help", work.channel)).failure
        await work.people["alice"].say("Hello")
        assert [type(one) for one in work.heard] == [CommandGiven, DirectMessage]
        async with aiohttp.ClientSession() as session, session.post(url, data={"command": "/consensus"}) as answer:
            assert answer.status == 401
    assert len(work.heard) == 2


async def test_a_button_keeps_its_identity_over_a_restart(work: Workplace) -> None:
    from bot.platform import Button

    card = Card("told", "T", (Text("T"),), (Button("opinion", "Write", "r1", "t9"),))
    await work.platform.send("k", InChannel(work.id(work.channel)), card)
    work.platform = work.made()
    async with work.serving():
        await work.people["alice"].press("Write")
    (pressed,) = work.heard
    assert isinstance(pressed, ButtonPressed)
    assert (pressed.action, pressed.round, pressed.target, pressed.value) == ("opinion", "r1", "t9", "")


async def test_wrong_tokens_end_serving_with_one_sentence(work: Workplace) -> None:
    work.platform = work.made(bot_token="xoxb-wrong")
    with pytest.raises(SettingsError, match="slack_bot_token"):
        await work.platform.run(work.handle)
    work.platform = work.made(app_token="xapp-wrong")
    with pytest.raises(SettingsError, match="Socket Mode"):
        await work.platform.run(work.handle)
    with pytest.raises(SettingsError, match="slack_signing_secret"):
        work.made(app_token=None)


async def test_the_key_that_rates_stands_out_when_it_was_pressed(work: Workplace) -> None:
    alice = work.people["alice"]
    scale = Scale("rate", "Statement 1", "low", "high", "r1", "c1")
    async with work.serving():
        await work.platform.send("k", Privately(work.id(alice), ""), Card("which-rating", "?", (Text("?"),), (scale,)))
        (message,) = alice.messages
        await alice.press("6", on=message)
        await work.slack.until(lambda: outstanding(message) == ["6"])
        await alice.press("2", on=message)
        await work.slack.until(lambda: outstanding(message) == ["2"])
    assert [one.value for one in work.heard if isinstance(one, ButtonPressed)] == ["6", "2"]
    assert not work.slack.violations


def outstanding(message: Message) -> list[str]:
    """The keys of a message that stand out."""
    keys = [one for block in message.blocks if block["type"] == "actions" for one in block["elements"]]
    return [one["text"]["text"] for one in keys if one.get("style") == "primary"]
