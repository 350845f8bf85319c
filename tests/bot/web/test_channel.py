"""A channel in the browser: what one person does, the others see, and only what they may."""

from __future__ import annotations

from bot.platform import (
    Button,
    Card,
    CommandGiven,
    DirectMessage,
    DirectMessageDeleted,
    DirectMessageEdited,
    FieldProblems,
    Form,
    FormSubmitted,
    InChannel,
    OpenForm,
    Privately,
    RatingField,
    Reacted,
    Scale,
    Text,
    TextField,
    Whisper,
)
from bot.web.actions import TEXT_LIMIT
from tests.bot.web.conftest import Page, Served

QUESTION = Card("announcement", "Tea or coffee?", (Text("Tea or coffee?"),), (Button("join", "Join", "r1"),))
CANDIDATE = Card("candidate", "We drink tea.", (Text("We drink tea."),), seeds=True)


def reactions(page: Page, message: str) -> dict[str, tuple[int, bool]]:
    """Emoji -> (how many, whether the reader is one of them)."""
    return {one["emoji"]: (one["count"], one["own"]) for one in page.shown[message]["reactions"]}


async def test_everybody_in_the_channel_sees_a_message_at_once(served: Served) -> None:
    alice, bob = await served.page("Alice"), await served.page("Bob")
    answer = await alice.do("say", place="channel", text="Good morning")
    assert answer["reply"] == {"type": "done"}
    await bob.until(lambda: bob.texts() == ["Good morning"])
    assert bob.people == ["Alice", "Bob"]
    message = next(iter(bob.shown.values()))
    assert (message["name"], message["mine"]) == ("Alice", False)
    assert not served.bot.heard, "people talking to each other is none of the bot's business"


async def test_a_card_appears_for_everybody_and_a_private_one_for_its_member_only(served: Served) -> None:
    alice, bob = await served.page("Alice"), await served.page("Bob")
    await served.platform.send("k1", Privately("web:alice", "web:demo"), Card("opinion-card", "What do you think?", ()))
    await served.platform.send("k2", InChannel("web:demo"), QUESTION)
    await alice.until(lambda: alice.texts() == ["Tea or coffee?"])
    await bob.until(lambda: bob.texts() == ["Tea or coffee?"])
    assert alice.texts("direct") == ["What do you think?"]
    assert bob.texts("direct") == []


async def test_a_private_message_never_reaches_another_persons_socket(served: Served) -> None:
    alice, bob = await served.page("Alice"), await served.page("Bob")
    await alice.do("say", place="direct", text="my secret opinion")
    await alice.do("say", place="channel", text="done")
    await bob.until(lambda: bob.texts() == ["done"])
    assert len(bob.shown) == 1
    await bob.disconnect()
    bob.seen, bob.epoch = 0, ""
    await bob.connect()
    assert "my secret opinion" not in str(bob.shown)


async def test_what_is_written_to_parley_reaches_the_bot_with_the_card_it_answers(served: Served) -> None:
    alice = await served.page("Alice", moderator=True)
    ref = await served.platform.send("k1", Privately("web:alice", "web:demo"), QUESTION)
    await alice.until(lambda: ref.message in alice.shown)
    await alice.do("say", place="direct", text="Tea, please", parent=ref.message, attachments=2)
    heard = served.bot.heard[0]
    assert isinstance(heard, DirectMessage)
    assert (heard.text, heard.parent, heard.attachments) == ("Tea, please", ref.message, 2)
    assert (heard.person.member, heard.person.channel, heard.person.direct) == ("web:alice", "web:demo", True)
    assert heard.person.moderator


async def test_editing_and_deleting_a_private_message_reach_the_bot_under_its_id(served: Served) -> None:
    alice = await served.page("Alice")
    await alice.do("say", place="direct", text="Tea")
    message = served.bot.heard[0].message  # type: ignore[union-attr]
    await alice.do("edit", message=message, text="Coffee")
    await alice.do("delete", message=message)
    edited, deleted = served.bot.heard[1:]
    assert isinstance(edited, DirectMessageEdited)
    assert isinstance(deleted, DirectMessageDeleted)
    assert (edited.message, edited.text, deleted.message) == (message, "Coffee", message)
    await alice.until(lambda: alice.shown.get(message, {}).get("deleted", False))
    assert alice.shown[message]["text"] == "", "deleted words are gone from the page, and from the database"


async def test_nobody_changes_what_somebody_else_wrote(served: Served) -> None:
    alice, bob = await served.page("Alice"), await served.page("Bob")
    await alice.do("say", place="channel", text="Mine")
    await bob.until(lambda: bob.texts() == ["Mine"])
    message = next(iter(bob.shown))
    assert (await bob.do("edit", message=message, text="Yours"))["type"] == "refused"
    assert (await bob.do("delete", message=message))["type"] == "refused"
    await alice.do("say", place="channel", text="Still mine")
    await bob.until(lambda: bob.texts() == ["Mine", "Still mine"])


async def test_a_person_has_one_rating_per_message_and_the_last_one_counts(served: Served) -> None:
    alice, bob = await served.page("Alice"), await served.page("Bob")
    ref = await served.platform.send("k1", InChannel("web:demo"), CANDIDATE)
    await alice.until(lambda: ref.message in alice.shown)
    await bob.do("react", message=ref.message, emoji="6", added=True)
    await alice.do("react", message=ref.message, emoji="3", added=True)
    await alice.do("react", message=ref.message, emoji="6", added=True)
    await alice.until(lambda: ref.message in alice.shown and reactions(alice, ref.message) == {"6": (2, True)})
    heard = [item for item in served.bot.heard if isinstance(item, Reacted) and item.person.name == "Alice"]
    assert [(item.emoji, item.added) for item in heard] == [("3", True), ("3", False), ("6", True)]
    assert len({item.delivery for item in heard}) == 3
    assert await served.platform.reactions(ref) == {"web:alice": (6,), "web:bob": (6,)}
    await alice.do("react", message=ref.message, emoji="6", added=False)
    await alice.until(lambda: ref.message in alice.shown and reactions(alice, ref.message) == {"6": (1, False)})
    assert await served.platform.reactions(ref) == {"web:bob": (6,)}


async def test_a_reaction_that_is_no_digit_is_heard_and_leaves_the_rating_alone(served: Served) -> None:
    alice = await served.page("Alice")
    ref = await served.platform.send("k1", InChannel("web:demo"), CANDIDATE)
    await alice.do("react", message=ref.message, emoji="5", added=True)
    served.bot.script = [Whisper(Card("notice", "Only 1 to 7 count.", (Text("Only 1 to 7 count."),)))]
    answer = await alice.do("react", message=ref.message, emoji="thumbs_up", added=True)
    assert answer["reply"]["card"]["summary"] == "Only 1 to 7 count."
    await alice.until(
        lambda: ref.message in alice.shown and reactions(alice, ref.message) == {"5": (1, True), "thumbs_up": (1, True)}
    )
    assert await served.platform.reactions(ref) == {"web:alice": (5,)}


async def test_a_whisper_is_shown_to_the_one_who_acted_and_stored_nowhere_in_the_channel(served: Served) -> None:
    alice, bob = await served.page("Alice"), await served.page("Bob")
    served.bot.script = [Whisper(Card("notice", "Nothing is open.", (Text("Nothing is open."),)))]
    answer = await alice.do("command", place="channel", word="status", rest="")
    assert answer["reply"]["type"] == "whisper"
    heard = served.bot.heard[0]
    assert isinstance(heard, CommandGiven)
    assert (heard.word, heard.person.direct) == ("status", False)
    await alice.do("say", place="channel", text="hm")
    await bob.until(lambda: bob.texts() == ["hm"])
    assert bob.texts("direct") == []


async def test_a_form_opens_keeps_its_problems_and_sends_texts(served: Served) -> None:
    alice = await served.page("Alice")
    fields = (TextField("question", "Question"), RatingField("position", "Position", "no", "yes", value=4))
    form = Form("ask", "Ask", "Go", fields, round="r1", target="t1")
    served.bot.script = [OpenForm(form), FieldProblems((("question", "Please end it with a question mark."),))]
    opened = await alice.do("command", place="channel", word="ask", rest="")
    assert [field["type"] for field in opened["reply"]["form"]["fields"]] == ["text", "rating"]
    values = {"question": "Lunch", "position": "4"}
    submission = {"place": "channel", "form": "ask", "round": "r1", "target": "t1"}
    answer = await alice.do("submit", values=values, **submission)
    assert answer["reply"] == {"type": "problems", "problems": [["question", "Please end it with a question mark."]]}
    heard = served.bot.heard[-1]
    assert isinstance(heard, FormSubmitted)
    assert (heard.form, heard.round, heard.target, dict(heard.values)) == ("ask", "r1", "t1", values)


async def test_text_that_is_too_long_is_refused_with_the_limit_and_not_kept(served: Served) -> None:
    alice = await served.page("Alice")
    answer = await alice.do("say", place="direct", text="x" * (TEXT_LIMIT + 1))
    assert answer["type"] == "refused"
    assert str(TEXT_LIMIT) in answer["sentence"]
    assert not served.bot.heard


async def test_text_that_no_database_can_hold_is_mended(served: Served) -> None:
    alice = await served.page("Alice")
    await alice.do("say", place="channel", text="a\x00b\ud800c\r\nd")
    await alice.until(lambda: alice.texts() == ["ab?c\nd"])


async def test_what_makes_no_sense_is_refused_and_the_page_stays_open(served: Served) -> None:
    alice = await served.page("Alice")
    await alice.socket.send_str("not JSON")
    assert (await alice.do("fly"))["type"] == "refused"
    assert (await alice.do("react", message="nowhere", emoji="5", added=True))["type"] == "refused"
    assert (await alice.do("say", place="channel", text="   "))["type"] == "refused"
    assert (await alice.do("say", place="channel", text="", attachments=1))["type"] == "refused"
    assert (await alice.do("say", place="channel", text="fine"))["type"] == "ack"


async def test_the_readers_time_zone_reaches_the_bot(served: Served) -> None:
    alice = await served.page("Alice")
    await alice.disconnect()
    await alice.connect(zone="Asia/Kolkata")
    await alice.do("command", place="channel", word="status", rest="")
    assert (served.bot.heard[0].person.zone, served.bot.heard[0].person.locale) == ("Asia/Kolkata", "en-GB")
    await alice.disconnect()
    await alice.connect(zone="Not/A_Zone")
    await alice.do("command", place="channel", word="status", rest="")
    assert served.bot.heard[1].person.zone == "UTC"


async def test_a_pressed_key_of_a_scale_is_still_pressed_when_the_page_comes_back(served: Served) -> None:
    alice = await served.page("Alice")
    scale = Scale("position", "We should drink tea.", "no", "yes", "r1")
    card = Card("opinion", "Your position", (), (scale, Button("opinion", "Write", "r1")))
    ref = await served.platform.send("k1", Privately("web:alice", "web:demo"), card)
    await alice.do("press", place="direct", action="position", round="r1", value="6")
    await alice.disconnect()
    alice.seen, alice.shown = 0, {}
    await alice.connect()
    assert alice.shown[ref.message]["card"]["buttons"][0]["value"] == 6
    served.bot.script = [Whisper(Card("notice", "The round is closed.", ()))]
    await alice.do("press", place="direct", action="position", round="r1", value="2")
    await alice.do("say", place="channel", text="end")
    await alice.until(lambda: "end" in alice.texts())
    assert alice.shown[ref.message]["card"]["buttons"][0]["value"] == 6, "what was refused is not shown as taken"
