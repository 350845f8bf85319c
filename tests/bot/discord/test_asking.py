"""Forms on Discord over real sockets: modals, drafts that keep what was typed, ballots, `ask` with its options."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.platform import (
    ButtonPressed,
    Card,
    CheckField,
    ChoiceField,
    CommandGiven,
    Done,
    FieldProblems,
    Form,
    FormSubmitted,
    Inbound,
    InChannel,
    OpenForm,
    RatingField,
    Reply,
    Text,
    TextField,
    Whisper,
)
from tests.bot.discord.conftest import Server
from tests.discord_server.rights import ADD_REACTIONS, CREATE_PUBLIC_THREADS, EVERYBODY
from tests.discord_server.seeing import shown
from tests.discord_server.world import Message

CARD = Card("told", "Hello", (Text("Hello there."),))
ASKED = Card("asked", "Open", (Text("Your round is open."),))
OPINION = Form(
    "opinion",
    "Your opinion",
    "Send",
    (
        RatingField("position", "How much do you agree?", "no", "yes", statement="We should *close*."),
        TextField("opinion", "What do you think?", multiline=True),
        CheckField("research", "Research"),
        CheckField("training", "Training"),
    ),
    (Text("Should we close?"),),
    "r1",
)
ASK = Form(
    "ask",
    "Ask a question",
    "Start the round",
    (
        TextField("question", "Question"),
        TextField("affirming", "Statement", required=False),
        CheckField("rate_position", "Rate it", value=True),
        ChoiceField("roster", "Who may answer", (("open", "Anybody"), ("invited", "Invited")), "open"),
        TextField("invited", "Who is invited", required=False),
        TextField("quorum", "Close early at", required=False),
        ChoiceField("ballot", "Ballot", (("open", "Open"), ("private", "Private")), "open"),
    ),
)
STATEMENTS = ("We close at noon.", "We close on Fridays.", "We never close.")
BALLOT = Form(
    "ballot",
    "Your ballot",
    "Cast",
    tuple(
        field
        for number, statement in enumerate(STATEMENTS)
        for field in (
            RatingField(f"agreement-{number}", "How much do you agree?", "no", "yes", statement=statement),
            RatingField(f"quality-{number}", "How well is it written?", "poorly", "well"),
        )
    ),
    (Text("Should we close?"),),
    "r1",
    "1",
)


def script(form: Form, submitted: Callable[[FormSubmitted], Reply] = lambda _: Done()) -> Callable[[Inbound], Reply]:
    """A handler that opens a form for whatever is pressed or commanded."""
    return lambda item: submitted(item) if isinstance(item, FormSubmitted) else OpenForm(form)


async def card_with(work: Server, action: str) -> None:
    from bot.platform import Button

    card = Card("announcement", "Q", (Text("Q"),), (Button(action, "Open", "r1"),))
    await work.platform.send("k", InChannel(work.id(work.channel)), card)


def sent(work: Server) -> list[FormSubmitted]:
    return [one for one in work.heard if isinstance(one, FormSubmitted)]


async def test_a_form_is_one_modal_and_comes_back_with_all_its_values(work: Server) -> None:
    work.reply = script(OPINION)
    alice = work.people["alice"]
    async with work.serving():
        await card_with(work, "opinion")
        await alice.press("Open")
        assert alice.form is not None
        assert "We should \\*close\\*." in alice.form.components[0]["content"]
        await alice.submit({"position": "6", "opinion": "Close it.", "research": True})
    (item,) = sent(work)
    assert dict(item.values) == {"position": "6", "opinion": "Close it.", "research": "yes", "training": ""}
    assert (item.form, item.round, item.person.channel) == ("opinion", "r1", work.id(work.channel))
    assert not alice.ephemerals
    assert not work.discord.violations


async def test_what_is_wrong_stands_over_what_was_typed_until_it_is_right(work: Server) -> None:
    long = "x" * 3_999 + "y"
    wrong = FieldProblems((("opinion", "Too *short*."),))
    work.reply = script(OPINION, lambda item: wrong if dict(item.values)["research"] else Done())
    alice = work.people["alice"]
    async with work.serving():
        await card_with(work, "opinion")
        await alice.press("Open")
        await alice.submit({"position": "3", "opinion": long, "research": True})
        (draft,) = alice.ephemerals
        assert "Too \\*short\\*." in draft.content
        assert draft.embeds[0]["description"] == long
        work.platform = work.made()
    async with work.serving():
        await alice.press("Correct it")
        assert alice.form is not None
        assert alice.form.state == {"position": "3", "opinion": long, "research": True, "training": False}
        await alice.submit({"research": False})
    assert dict(sent(work)[-1].values)["opinion"] == long
    assert [(one.content, one.components) for one in alice.ephemerals] == [("Done.", [])]
    assert not work.discord.violations


async def test_a_rating_can_be_taken_off_again(work: Server) -> None:
    held = Form("opinion", "T", "S", (RatingField("position", "Agree?", "no", "yes", 5),), (), "r1")
    work.reply = script(held)
    async with work.serving():
        await card_with(work, "opinion")
        await work.people["alice"].press("Open")
        await work.people["alice"].submit({"position": "No rating"})
    assert dict(sent(work)[0].values) == {"position": ""}


async def test_a_long_form_goes_page_by_page_and_survives_a_restart(work: Server) -> None:
    problems = FieldProblems((("quorum", "A number, please."),))
    work.reply = script(ASK, lambda item: problems if dict(item.values)["quorum"] == "many" else Whisper(ASKED))
    maria = work.people["maria"]
    async with work.serving():
        await maria.command("consensus ask", channel=work.channel)
        await maria.submit({"question": "Should we *close*?", "roster": "Invited"})
        (draft,) = maria.ephemerals
        await maria.press("Change part 2", on=draft)
        await maria.submit({"quorum": "many", "ballot": "Private"})
        assert "Ballot: Private" in draft.content
        await maria.press("Start the round", on=draft)
        assert "A number, please." in draft.content
        work.platform = work.made()
    async with work.serving():
        await maria.press("Change part 2", on=draft)
        assert maria.form is not None
        assert maria.form.state["ballot"] == "private"
        await maria.submit({"quorum": "3"})
        await maria.press("Start the round", on=draft)
    assert dict(sent(work)[-1].values) == {
        "question": "Should we *close*?",
        "affirming": "",
        "rate_position": "yes",
        "roster": "invited",
        "invited": "",
        "quorum": "3",
        "ballot": "private",
    }
    assert shown(draft) == "Your round is open."
    assert not work.discord.violations


async def test_pressing_send_twice_is_one_delivery(work: Server) -> None:
    work.reply = script(ASK)
    maria = work.people["maria"]
    async with work.serving():
        await maria.command("consensus ask", channel=work.channel)
        await maria.submit({"question": "Should we close?"})
        (draft,) = maria.ephemerals
        identity = draft.components[-1]["components"][0]["custom_id"]
        stood = [dict(one) for one in draft.embeds]
        await maria.press("Start the round", on=draft)
        draft.embeds = stood
        await maria.forge(identity, draft)
    first, second = sent(work)
    assert first.delivery == second.delivery


async def test_a_ballot_is_one_statement_at_a_time_with_progress_and_back(work: Server) -> None:
    work.reply = script(BALLOT)
    alice = work.people["alice"]

    def labelled(message: Message) -> set[str]:
        parts = [part for row in message.components for part in row["components"]]
        return {one["label"] for one in parts if one["type"] == 2 and not one.get("disabled")}

    async with work.serving():
        await card_with(work, "ballot")
        await alice.press("Open")
        (page,) = alice.ephemerals
        assert "Page 1 of 3" in page.content
        assert "We close at noon." in page.content
        assert labelled(page) == {"Next", "Cast"}
        await alice.choose("How much do you agree?", "7", on=page)
        await alice.press("Next", on=page)
        assert "We close on Fridays." in page.content
        assert "We close at noon." not in page.content
        await alice.choose("How well is it written?", "2", on=page)
        await alice.press("Back", on=page)
        agreed = page.components[0]["components"][0]
        assert [one["value"] for one in agreed["options"] if one.get("default")] == ["7"]
        work.platform = work.made()
    async with work.serving():
        await alice.press("Next", on=page)
        await alice.press("Next", on=page)
        assert labelled(page) == {"Back", "Cast"}
        await alice.press("Cast", on=page)
    (item,) = sent(work)
    assert (item.form, item.round, item.target) == ("ballot", "r1", "1")
    assert {name: value for name, value in item.values if value} == {"agreement-0": "7", "quality-1": "2"}
    assert shown(page) == "Done."
    assert not work.discord.violations


async def test_ask_takes_typed_options(work: Server) -> None:
    work.reply = script(ASK, lambda _: Whisper(ASKED))
    maria = work.people["maria"]
    async with work.serving():
        given = {"question": "Should we close?", "ballot": "private", "invited": "@alice", "hide_results": True}
        await maria.command("consensus ask", given, work.channel)
    (item,) = sent(work)
    values = dict(item.values)
    assert (values["question"], values["ballot"], values["roster"]) == ("Should we close?", "private", "invited")
    assert values["hidden_results"] == "yes"
    assert [shown(one) for one in maria.ephemerals] == ["Your round is open."]
    assert not work.discord.violations


async def test_a_question_alone_starts_at_once(work: Server) -> None:
    async with work.serving():
        await work.people["maria"].command("consensus ask", {"question": "Should we close?"}, work.channel)
    (item,) = work.heard
    assert isinstance(item, CommandGiven)
    assert (item.word, item.rest) == ("ask", "Should we close?")


async def test_a_round_lives_in_a_thread_when_asked_for(work: Server) -> None:
    work.reply = script(ASK, lambda _: Whisper(ASKED))
    maria = work.people["maria"]
    async with work.serving():
        question = "Should we close?"
        await maria.command("consensus ask", {"question": question, "thread": True}, work.channel)
        (thread,) = [one for one in work.discord.guild.channels.values() if one.parent is work.channel]
        assert thread.name == question
        await work.platform.send("k", InChannel(work.id(thread)), CARD)
        await maria.command("consensus ask", {"question": question, "thread": True}, thread)
    first, second = sent(work)
    assert first.person.channel == second.person.channel == work.id(thread)
    assert [shown(one) for one in thread.said] == ["Hello there."]
    assert not work.discord.violations


async def test_a_thread_in_which_no_round_began_is_closed(work: Server) -> None:
    work.reply = script(ASK, lambda _: FieldProblems((("question", "That is no question."),)))
    async with work.serving():
        await work.people["maria"].command("consensus ask", {"question": "Hm", "thread": True}, work.channel)
        await work.discord.until(lambda: any(one.archived for one in work.discord.guild.channels.values()))
    assert "That is no question." in shown(work.people["maria"].ephemerals[-1])


@pytest.mark.parametrize("work", [{"rights": EVERYBODY & ~ADD_REACTIONS}], indirect=True)
async def test_missing_permissions_are_named_where_somebody_asks(work: Server) -> None:
    everybody = work.discord.guild.roles[work.discord.guild.id]
    work.discord.overwrite(work.channel, everybody, deny=ADD_REACTIONS)
    maria = work.people["maria"]
    async with work.serving():
        await maria.command("consensus ask", {"question": "Should we close?"}, work.channel)
        await maria.command("consensus ask", {"question": "Should we close?"})
    first, second = [shown(one) for one in maria.ephemerals]
    assert first == "The bot lacks permissions in this channel: give it Add Reactions, then ask again."
    assert second.startswith("A question is asked in a channel of a server")
    assert not work.heard


async def test_a_thread_that_may_not_be_made_is_said(work: Server) -> None:
    role = next(one for one in work.discord.guild.roles.values() if one.managed)
    work.discord.overwrite(work.channel, role, deny=CREATE_PUBLIC_THREADS)
    async with work.serving():
        await work.people["maria"].command("consensus ask", {"question": "A?", "thread": True}, work.channel)
    assert "Create Public Threads" in shown(work.people["maria"].ephemerals[0])
    assert not work.heard


async def test_inviting_a_whole_role_without_the_intent_is_refused_with_the_remedy(work: Server) -> None:
    work.reply = script(ASK, lambda _: Whisper(ASKED))
    role = work.discord.add_role("Everyone in sales")
    maria = work.people["maria"]
    async with work.serving():
        for invited in (f"<@&{role.id}>", "everyone", f"<#{work.channel.id}>", "@Everyone in sales"):
            await maria.command("consensus ask", {"question": "A?", "invited": invited}, work.channel)
            assert "discord\\_members" in maria.ephemerals[-1].content
        await maria.command("consensus ask", {"question": "A?", "invited": "@alice, <@5>"}, work.channel)
    assert len(sent(work)) == 1


async def test_durations_complete_themselves(work: Server) -> None:
    async with work.serving():
        maria = work.people["maria"]
        offered = await maria.suggest("consensus extend", "time", "90m", work.channel)
        assert [one["value"] for one in offered] == ["90 minutes"]
        offered = await maria.suggest("consensus ask", "opinion_time", "2", work.channel, question="A?")
        assert [one["value"] for one in offered] == ["2 minutes", "2 hours", "2 days"]
        assert len(await maria.suggest("consensus ask", "voting_time", "", work.channel)) > 5
    assert not work.heard
    assert not work.discord.violations


async def test_a_form_for_which_it_is_too_late_gives_back_what_was_typed(work: Server) -> None:
    late = Whisper(Card("notice", "Late", (Text("It is too late."),)))
    state = {"open": True}

    def handle(item: Inbound) -> Reply:
        if isinstance(item, FormSubmitted):
            state["open"] = False
            return FieldProblems((("opinion", "Opinions are closed."),))
        assert isinstance(item, ButtonPressed)
        return OpenForm(OPINION) if state["open"] else late

    work.reply = handle
    alice = work.people["alice"]
    async with work.serving():
        await card_with(work, "opinion")
        await alice.press("Open")
        await alice.submit({"opinion": "Keep *this*."})
    (told,) = alice.ephemerals
    assert shown(told) == "Opinions are closed.\nKeep *this*."
