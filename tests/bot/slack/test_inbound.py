"""Slack's payloads as inbound items. Shapes: Slack's reference of events, commands and interactivity."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.platform import (
    ButtonPressed,
    ChannelLeft,
    CommandGiven,
    DirectMessage,
    DirectMessageDeleted,
    DirectMessageEdited,
    FormSubmitted,
    Inbound,
    Person,
    Reacted,
)
from bot.slack import inbound
from bot.slack.blocks import Pressed, write_value
from bot.slack.inbound import Act
from bot.slack.views import modal
from bot.texts import Texts
from tests.bot.slack.sample_cards import forms

BOT = "UBOT"
WHO = Person("slack:T1/U1", "Alice", "slack:T1/D1", direct=True)


def item(act: Act | None, **names: str) -> Inbound:
    assert act is not None
    return act.item(WHO, names)


def event(**said: Any) -> dict[str, Any]:
    return {"event_id": "Ev1", "event_time": 1_790_000_000, "event": said}


def message(**said: Any) -> dict[str, Any]:
    return event(**{"type": "message", "channel": "D1", "channel_type": "im", "user": "U1", "ts": "1.000100", **said})


def reaction(**said: Any) -> dict[str, Any]:
    target = {"type": "message", "channel": "C1", "ts": "5.000000"}
    default = {"type": "reaction_added", "user": "U1", "reaction": "six", "item_user": BOT, "item": target}
    return event(**{**default, "event_ts": "9.000001", **said})


def test_a_command_has_a_word_and_the_rest() -> None:
    body = {"text": "ask  Should <@U2|bob> &amp; I go?", "channel_id": "C1", "user_id": "U1", "trigger_id": "t1"}
    act = inbound.command(body, 7.0)
    assert (act.user, act.channel, act.direct, act.mentions) == ("U1", "C1", False, ("U2",))
    assert item(act, U2="Bob") == CommandGiven("command/t1", 7.0, WHO, "ask", "Should @Bob & I go?")
    assert inbound.command({**body, "channel_id": "D1"}, 7.0).direct
    assert item(inbound.command({**body, "text": ""}, 7.0)) == CommandGiven("command/t1", 7.0, WHO, "", "")


def test_a_button_is_its_data_and_each_press_its_own_delivery() -> None:
    def press(stamp: str, **more: Any) -> Act | None:
        action = {"type": "button", "action_id": "0:x", "action_ts": stamp, "value": value, **more}
        container = {"message_ts": "4.0", "channel_id": "C1"}
        return inbound.pressed({"user": {"id": "U1"}, "actions": [action], "container": container}, 7.0)

    value = write_value(Pressed("rate", "r1", "t", "6"))
    pressed = item(press("8.5"))
    assert isinstance(pressed, ButtonPressed)
    assert (pressed.at, pressed.action, pressed.round, pressed.target, pressed.value) == (8.5, "rate", "r1", "t", "6")
    assert item(press("8.5")) == pressed
    assert item(press("8.6")).delivery != pressed.delivery
    assert press("8.5", value="somebody else's") is None
    assert press("8.5", type="static_select") is None


def test_a_modal_is_delivered_once_per_view_and_values() -> None:
    view = modal(forms("Shall we?")["extend"], "C1", Texts(), direct=False)

    def submit(view_id: str, duration: str) -> Inbound:
        values = {"duration": {"duration": {"type": "plain_text_input", "value": duration}}}
        body = {"user": {"id": "U1"}, "view": {**view, "id": view_id, "state": {"values": values}}}
        act = inbound.submitted(body, 7.0)
        assert act is not None
        assert (act.channel, act.direct) == ("C1", False)
        return item(act)

    once = submit("V1", "2h")
    assert isinstance(once, FormSubmitted)
    assert (once.form, once.round, once.values) == ("extend", "r1", (("duration", "2h"),))
    assert submit("V1", "2h") == once
    assert len({once.delivery, submit("V1", "3h").delivery, submit("V2", "2h").delivery}) == 3
    assert inbound.submitted({"user": {"id": "U1"}, "view": {"id": "V9", "private_metadata": ""}}, 7.0) is None


def test_a_direct_message_is_read_as_it_was_typed() -> None:
    said = item(inbound.event(message(text="I &amp; <@U2> agree"), BOT, 0.0), U2="Bob")
    assert said == DirectMessage("said/D1/1.000100", 1.0001, WHO, "1.000100", "I & @Bob agree", "", 0)
    answer = item(inbound.event(message(text="x", thread_ts="0.5"), BOT, 0.0))
    assert isinstance(answer, DirectMessage)
    assert answer.parent == "0.5"
    files = item(inbound.event(message(subtype="file_share", text="", files=[{}, {}]), BOT, 0.0))
    assert isinstance(files, DirectMessage)
    assert files.attachments == 2


@pytest.mark.parametrize(
    "said",
    [
        {"user": BOT},
        {"bot_id": "B1"},
        {"user": "USLACKBOT"},
        {"user": None},
        {"subtype": "bot_message"},
        {"subtype": "channel_join"},
        {"channel": "C1", "channel_type": "channel"},
        {"channel": "G1", "channel_type": "mpim"},
    ],
)
def test_bots_and_channels_give_no_opinion(said: dict[str, Any]) -> None:
    assert inbound.event(message(text="x", **said), BOT, 0.0) is None


def test_edits_and_deletions_name_the_message_they_are_about() -> None:
    before = {"user": "U1", "ts": "1.0", "text": "old", "thread_ts": "0.5"}
    change = {"subtype": "message_changed", "previous_message": before, "event_ts": "3.0"}
    edited = item(inbound.event(message(**change, message={**before, "text": "new"}), BOT, 0.0))
    assert edited == DirectMessageEdited("event/Ev1", 3.0, WHO, "1.0", "new", "0.5")
    assert inbound.event(message(**change, message={**before, "attachments": [{}]}), BOT, 0.0) is None
    gone = item(inbound.event(message(**change, message={"subtype": "tombstone", "ts": "1.0"}), BOT, 0.0))
    assert gone == DirectMessageDeleted("event/Ev1", 3.0, WHO, "1.0", "0.5")
    deletion = {"subtype": "message_deleted", "deleted_ts": "1.0", "previous_message": before, "event_ts": "4.0"}
    deleted = item(inbound.event(message(**deletion), BOT, 0.0))
    assert deleted == DirectMessageDeleted("event/Ev1", 4.0, WHO, "1.0", "0.5")
    ours = {**before, "bot_id": "B1", "user": BOT}
    assert (
        inbound.event(message(**{**change, "previous_message": ours}, message={**ours, "text": "n"}), BOT, 0.0) is None
    )
    assert inbound.event(message(**{**deletion, "previous_message": ours}), BOT, 0.0) is None


def test_a_keycap_rates_and_its_delivery_tells_every_act_apart() -> None:
    added = item(inbound.event(reaction(), BOT, 0.0))
    assert isinstance(added, Reacted)
    assert (added.message, added.emoji, added.added, added.at) == ("5.000000", "6", True, 9.000001)
    removed = item(inbound.event(reaction(type="reaction_removed"), BOT, 0.0))
    later = item(inbound.event(reaction(event_ts="9.000002"), BOT, 0.0))
    other = item(inbound.event(reaction(reaction="seven"), BOT, 0.0))
    assert len({added.delivery, removed.delivery, later.delivery, other.delivery}) == 4
    repeated = inbound.event({**reaction(), "event_id": "Ev2"}, BOT, 0.0)
    assert item(repeated) == added


@pytest.mark.parametrize(
    ("name", "emoji"), [("one", "1"), ("eight", "8"), ("zero", "0"), ("100", ":100:"), ("x", ":x:")]
)
def test_only_emoji_that_are_numbers_are_digits(name: str, emoji: str) -> None:
    said = item(inbound.event(reaction(reaction=name), BOT, 0.0))
    assert isinstance(said, Reacted)
    assert said.emoji == emoji


@pytest.mark.parametrize("said", [{"user": BOT}, {"item_user": "U9"}, {"item": {"type": "file", "file": "F1"}}])
def test_seeds_and_reactions_on_what_is_not_ours_do_not_count(said: dict[str, Any]) -> None:
    assert inbound.event(reaction(**said), BOT, 0.0) is None


def test_leaving_the_channel_is_noticed_and_our_own_leaving_is_not() -> None:
    left = event(type="member_left_channel", user="U1", channel="C1")
    assert item(inbound.event(left, BOT, 0.0)) == ChannelLeft("event/Ev1", 1_790_000_000.0, replace(WHO))
    assert inbound.event(event(type="member_left_channel", user=BOT, channel="C1"), BOT, 0.0) is None
    assert inbound.event(event(type="channel_rename"), BOT, 0.0) is None
