"""One channel page in real Chromium, over a scripted bot: what people see, press and hear."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from bot import picture
from bot.platform import (
    Button,
    Card,
    CheckField,
    ChoiceField,
    CommandGiven,
    Fact,
    FieldProblems,
    Form,
    FormSubmitted,
    InChannel,
    Moment,
    Note,
    OpenForm,
    Picture,
    Privately,
    Quote,
    RatingField,
    Scale,
    Style,
    Text,
    TextField,
    Whisper,
)
from bot.web import strings
from engine.errors import StoreUnavailable
from storage.migrations import migrate
from tests.bot.web.conftest import Bot, Served, serving
from tests.browser.axe import violations
from tests.browser.people import Person, chromium, sit_down

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

PHONE = {"width": 390, "height": 844}
DEADLINE = 1_767_225_600.0
"""Noon of 1 January 2026 in Auckland is still 31 December elsewhere: 2026-01-01 00:00 UTC."""

QUESTION = "Should we open the garden on Sundays?"
STATEMENT = "We open the garden on Sunday afternoons."
CANDIDATE = Card(
    "candidate",
    f"Statement 1 of 1: {STATEMENT}",
    (Text("Statement 1 of 1", heading=True), Quote(STATEMENT), Note("Machine-written by extractive.")),
    (Button("quality", "Rate the writing", "r1", "c1"),),
    seeds=True,
)
OPINION_CARD = Card(
    "opinion-card",
    "What do you think?",
    (Text("Your opinion", heading=True), Text(QUESTION, untrusted=True), Moment("Open until", DEADLINE)),
    (
        Scale("position", "Do you agree?", "Strongly disagree", "Strongly agree", "r1"),
        Button("opinion", "Give my opinion", "r1", style=Style.PRIMARY),
    ),
)
BARS = [picture.Bar("1", STATEMENT, (0, 0, 1, 0, 1, 1, 2), leading=True)]
OUTCOME = Card(
    "outcome",
    f"Agreement: {STATEMENT}",
    (
        Text("Agreement", heading=True),
        Quote(STATEMENT),
        Fact("Agree", "4"),
        Picture(
            picture.svg(BARS, title="Ratings", labels=picture.Labels()),
            picture.alt_text(BARS, title="Ratings", labels=picture.Labels()),
        ),
    ),
)
FORM = Form(
    "ask",
    "Ask the channel",
    "Start the round",
    (
        TextField("question", "Question", hint="A yes/no question works best.", limit=300),
        TextField("why", "Why now?", multiline=True, required=False),
        ChoiceField("roster", "Who may answer", (("open", "Whoever joins"), ("invited", "Whom I invite")), "open"),
        ChoiceField("welfare", "Rule", tuple((str(n), f"Rule {n}") for n in range(6)), "2"),
        RatingField("position", "Your position", "Disagree", "Agree", statement=STATEMENT),
        CheckField("training", "Parley may learn from this", hint="Off unless you say so."),
    ),
)
NO_MARK = FieldProblems((("question", "Please end the question with a question mark."),))


@pytest_asyncio.fixture(loop_scope="module")
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    """The browser platform over a scripted bot."""
    url = f"sqlite:///{tmp_path / 'parley.db'}"
    migrate(url)
    async with serving(url, Bot()) as served:
        yield served


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def running_browser(chromium_path: Path) -> AsyncIterator[Browser]:
    """One Chromium for this file."""
    async with chromium(chromium_path) as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="module")
async def browser(running_browser: Browser) -> AsyncIterator[Browser]:
    """A Chromium without any page open; those that a test opens are closed after it."""
    yield running_browser
    for context in running_browser.contexts:
        await context.close()


async def heard(served: Served, number: int) -> None:
    """Wait until the bot has heard this many items."""
    async with asyncio.timeout(15):
        while len(served.bot.heard) < number:
            await asyncio.sleep(0.05)


async def furnished(served: Served) -> None:
    """A channel with a bit of everything in it."""
    platform = served.platform
    alice = await platform.seat("demo", "Alice")
    await platform.send("a", InChannel("web:demo"), CANDIDATE)
    await platform.send("b", InChannel("web:demo"), OUTCOME)
    await platform.send("c", Privately(alice.member, "web:demo"), OPINION_CARD)


async def alice_at(served: Served, browser: Browser, **options: object) -> Person:
    """Alice at her page."""
    return await sit_down(browser, served.platform.link("demo", "Alice"), "Alice", **options)


async def opened_form(alice: Person) -> None:
    """Ask for the form with the keyboard alone."""
    await alice.page.locator("#channel-composer").focus()
    await alice.page.keyboard.type("/as")
    await alice.page.keyboard.press("Enter")
    await alice.page.keyboard.press("Enter")
    await expect(alice.form).to_be_visible()


@pytest.mark.parametrize(
    "options",
    [{}, {"color_scheme": "dark"}, {"viewport": PHONE, "has_touch": True}, {"viewport": {"width": 320, "height": 256}}],
    ids=["desk", "dark", "phone", "400-percent-zoom"],
)
async def test_everything_a_page_shows_is_accessible(
    served: Served, browser: Browser, options: dict[str, object]
) -> None:
    await furnished(served)
    alice = await alice_at(served, browser, **options)
    page = alice.page
    await expect(alice.latest("outcome")).to_be_attached()
    assert await violations(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing to scroll sideways to"
    await page.locator("#channel-composer").fill("/")
    await expect(page.get_by_role("option")).to_have_count(len(strings.COMMANDS))
    assert await violations(page) == []
    served.bot.script = [OpenForm(FORM), NO_MARK]
    await page.locator("#channel-composer").fill("/consensus ask")
    await page.keyboard.press("Escape")
    await page.keyboard.press("Enter")
    await alice.form.get_by_label("Question").fill("Sundays")
    await alice.form.get_by_role("button", name="Start the round").click()
    await expect(alice.form).to_contain_text("question mark")
    assert await violations(page) == []
    await page.keyboard.press("Escape")
    served.bot.script = [Whisper(Card("notice", "Nothing is open.", (Text("Nothing is open."),)))]
    await page.locator("#channel-composer").fill("/consensus status")
    await page.keyboard.press("Escape")
    await page.keyboard.press("Enter")
    await expect(alice.latest("notice")).to_contain_text("Only visible to you")
    assert await violations(page) == []


async def test_the_pages_in_front_of_a_channel_are_accessible(served: Served, browser: Browser) -> None:
    page = await browser.new_page()
    for path in ("/", "/c/demo", "/c/closed", "/c/demo?seat=tampered"):
        await page.goto(served.platform.url + path)
        await page.wait_for_selector("h1")
        assert await violations(page) == [], path
    await page.goto(f"{served.platform.url}/c/demo")
    await page.get_by_label("Your name").fill("Bob")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="#demo")).to_be_visible()


async def test_a_form_is_filled_corrected_and_sent_with_the_keyboard_alone(served: Served, browser: Browser) -> None:
    alice = await alice_at(served, browser)
    keyboard = alice.page.keyboard
    served.bot.script = [OpenForm(FORM), NO_MARK]
    await opened_form(alice)
    question = alice.form.get_by_label("Question")
    await expect(question).to_be_focused()
    await keyboard.press("Enter")
    await expect(question).to_have_accessible_description(re.compile("Please fill this in"))
    await keyboard.type("Sundays")
    await keyboard.press("Tab")
    await keyboard.type("Because.")
    await keyboard.press("Tab")
    await keyboard.press("ArrowDown")
    await keyboard.press("Tab")
    await keyboard.press("Tab")
    await keyboard.press("ArrowRight")
    await keyboard.press("ArrowRight")
    await keyboard.press("Tab")
    await keyboard.press("Space")
    await keyboard.press("Enter")
    await expect(question).to_be_focused()
    await expect(question).to_have_accessible_description(re.compile("question mark"))
    await expect(question).to_have_value("Sundays")
    await keyboard.press("End")
    await keyboard.type("?")
    await keyboard.press("Enter")
    await expect(alice.form).to_have_count(0)
    await expect(alice.page.locator("#channel-composer")).to_be_focused()
    sent = served.bot.heard[-1]
    assert isinstance(sent, FormSubmitted)
    expected = {"question": "Sundays?", "why": "Because.", "roster": "invited", "welfare": "2", "position": "2"}
    assert dict(sent.values) == expected | {"training": "yes"}


async def test_what_was_typed_survives_a_dialog_closed_by_mistake(served: Served, browser: Browser) -> None:
    alice = await alice_at(served, browser)
    served.bot.script = [OpenForm(FORM), OpenForm(FORM)]
    await opened_form(alice)
    await alice.page.keyboard.type("A long thought")
    await alice.page.keyboard.press("Escape")
    await expect(alice.form).to_have_count(0)
    await opened_form(alice)
    await expect(alice.form.get_by_label("Question")).to_have_value("A long thought")


async def test_ratings_are_toggle_buttons_and_another_reaction_is_answered_kindly(
    served: Served, browser: Browser
) -> None:
    await furnished(served)
    alice = await alice_at(served, browser)
    candidate = alice.latest("candidate")
    five = candidate.get_by_role("button", name="Rate 5: somewhat agree")
    seven = candidate.get_by_role("button", name="Rate 7: strongly agree")
    await five.press("Space")
    await expect(five).to_have_accessible_name("Rate 5: somewhat agree, 1 person")
    await expect(five).to_be_focused()
    await seven.click()
    await expect(seven).to_have_attribute("aria-pressed", "true")
    await expect(five).to_have_attribute("aria-pressed", "false")
    await heard(served, 3)
    served.bot.script = [Whisper(Card("notice", "Only 1 to 7 count.", (Text("Only 1 to 7 count."),)))]
    await candidate.get_by_role("button", name="Add a reaction").click()
    await candidate.get_by_role("button", name="Thumbs up").click()
    await expect(alice.latest("notice")).to_contain_text("Only 1 to 7 count.")
    await expect(candidate.get_by_role("button", name="Thumbs up, 1 person")).to_have_attribute("aria-pressed", "true")
    await expect(seven).to_have_attribute("aria-pressed", "true")


async def test_words_of_people_and_models_come_out_inert(served: Served, browser: Browser) -> None:
    attack = "<img src=x onerror=\"document.title='caught'\"><script>document.title='caught'</script> @everyone"
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9" onload="document.title=1"><script>1</script>'
        '<foreignObject><p>caught</p></foreignObject><image href="https://evil.example/x.png"/>'
        '<rect width="9" height="9" fill="url(https://evil.example/y)" style="fill:red"/><text>fine</text></svg>'
    )
    alice = await alice_at(served, browser)
    asked: list[str] = []
    alice.page.on("request", lambda request: asked.append(request.url))
    card = Card("candidate", attack, (Text(attack, untrusted=True), Quote(attack), Picture(svg, attack)))
    await served.platform.send("k", InChannel("web:demo"), card)
    bob = await served.page(attack[:40])
    await bob.do("say", place="channel", text=attack)
    await expect(alice.latest("text")).to_contain_text(attack)
    await expect(alice.latest("candidate").locator("blockquote")).to_have_text(attack)
    drawn = await alice.latest("candidate").locator(".picture svg").evaluate("svg => svg.outerHTML")
    assert "fine" in drawn
    for forbidden in ("script", "foreignObject", "image", "evil", "onload", "style"):
        assert forbidden not in drawn
    assert "caught" not in await alice.page.title()
    assert [url for url in asked if not url.startswith(served.platform.url)] == []
    assert alice.problems == []


async def test_a_message_that_cannot_be_saved_says_so_and_goes_out_again(served: Served, browser: Browser) -> None:
    alice = await alice_at(served, browser)
    served.bot.script = [StoreUnavailable("locked", retry_after=0.05) for _ in range(5)]
    await alice.write("My opinion", "direct")
    message = alice.latest("text", "direct")
    await expect(message).to_contain_text("My opinion")
    await expect(alice.page.locator(".pane-direct .state-failing")).to_contain_text("Not delivered.")
    await alice.page.get_by_role("button", name="Try again").click()
    await expect(alice.page.locator(".pane-direct .state")).to_have_count(0)
    await expect(alice.message("text", "direct")).to_have_count(1)
    assert [getattr(item, "text", "") for item in served.bot.heard] == ["My opinion"]


async def test_a_button_that_got_no_answer_can_be_pressed_again(served: Served, browser: Browser) -> None:
    await furnished(served)
    alice = await alice_at(served, browser)
    served.bot.script = [StoreUnavailable("locked", retry_after=0.05) for _ in range(5)]
    await alice.press("Rate the writing", "candidate")
    await alice.page.get_by_role("button", name="Try again").click()
    await heard(served, 1)
    await expect(alice.page.locator(".state-failing")).to_have_count(0)
    assert [getattr(item, "action", "") for item in served.bot.heard] == ["quality"]


async def test_own_messages_are_edited_and_deleted_in_place(served: Served, browser: Browser) -> None:
    alice = await alice_at(served, browser)
    await alice.write("Tee", "direct")
    message = alice.latest("text", "direct")
    await expect(message.locator(".state")).to_have_count(0)
    await alice.page.locator("#direct-composer").press("ArrowUp")
    await alice.write("Tea", "direct")
    await expect(message).to_contain_text("Tea")
    await expect(message).to_contain_text("(edited)")
    await message.hover()
    await message.get_by_role("button", name="Delete").click()
    await alice.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    await expect(alice.message("text", "direct")).to_have_count(0)
    assert [type(item).__name__ for item in served.bot.heard] == [
        "DirectMessage",
        "DirectMessageEdited",
        "DirectMessageDeleted",
    ]


async def test_a_file_is_counted_and_never_sent(served: Served, browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "plan.pdf").write_text("secret plans", encoding="utf-8")
    alice = await alice_at(served, browser)
    await alice.page.locator(".pane-direct input[type=file]").set_input_files(tmp_path / "plan.pdf")
    await expect(alice.page.locator(".pane-direct .composer-banner")).to_contain_text("1 attached")
    await alice.write("See the file", "direct")
    await expect(alice.latest("text", "direct")).to_contain_text("1 attached")
    await heard(served, 1)
    assert [getattr(item, "attachments", None) for item in served.bot.heard] == [1]


async def test_times_stand_in_the_readers_own_zone(served: Served, browser: Browser) -> None:
    await furnished(served)
    async with AsyncExitStack() as stack:
        for zone, expected in (("Asia/Tokyo", "9:00"), ("America/New_York", "7:00")):
            context = await browser.new_context(timezone_id=zone, locale="en-US")
            stack.push_async_callback(context.close)
            page = await context.new_page()
            await page.goto(served.platform.link("demo", "Alice"))
            await expect(page.locator("time[data-moment]")).to_contain_text(expected)


async def test_a_phone_shows_one_pane_at_a_time_and_counts_what_is_new_in_the_other(
    served: Served, browser: Browser
) -> None:
    alice = await alice_at(served, browser, viewport=PHONE, has_touch=True)
    await expect(alice.page.locator("#direct-composer")).to_be_hidden()
    await served.platform.send("c", Privately("web:alice", "web:demo"), OPINION_CARD)
    tab = alice.page.locator(".tab[data-view=direct]")
    await expect(tab).to_have_accessible_name(re.compile("Parley.*1 new"))
    await tab.tap()
    await expect(alice.latest("opinion-card", "direct")).to_be_visible()
    await expect(tab).to_have_accessible_name("Parley")
    await expect(alice.page.locator("#channel-composer")).to_be_hidden()


async def test_new_messages_are_announced_and_move_nobodys_focus(served: Served, browser: Browser) -> None:
    alice = await alice_at(served, browser)
    await alice.page.locator("#direct-composer").focus()
    await served.platform.send("a", InChannel("web:demo"), CANDIDATE)
    await expect(alice.page.locator("[aria-live=polite]").last).to_contain_text(STATEMENT)
    await expect(alice.page.locator("#direct-composer")).to_be_focused()


async def test_the_appearance_is_chosen_and_remembered(served: Served, browser: Browser) -> None:
    alice = await alice_at(served, browser)

    async def ground(page: Page) -> str:
        return str(await page.evaluate("getComputedStyle(document.body).backgroundColor"))

    light = await ground(alice.page)
    toggle = alice.page.get_by_role("button", name=re.compile("^Appearance"))
    await toggle.click()
    await toggle.click()
    await expect(toggle).to_have_accessible_name("Appearance: Dark")
    dark = await ground(alice.page)
    assert dark != light
    await alice.page.reload()
    await expect(toggle).to_have_accessible_name("Appearance: Dark")
    assert await ground(alice.page) == dark


async def test_the_first_key_presses_lead_past_the_frame_to_the_messages(served: Served, browser: Browser) -> None:
    alice = await alice_at(served, browser)
    for target in ("channel-log", "channel-composer", "direct-composer"):
        await alice.page.evaluate("document.activeElement.blur()")
        skip = alice.page.locator(".skip").nth(("channel-log", "channel-composer", "direct-composer").index(target))
        await skip.focus()
        await expect(skip).to_be_in_viewport()
        await alice.page.keyboard.press("Enter")
        await expect(alice.page.locator(f"#{target}")).to_be_focused()


async def test_a_burst_of_messages_is_drawn_quickly(served: Served, browser: Browser) -> None:
    alice = await alice_at(served, browser)
    begun = time.monotonic()
    for number in range(100):
        await served.platform.send(f"k{number}", InChannel("web:demo"), Card("notice", f"card {number}", ()))
    await expect(alice.message("notice")).to_have_count(100)
    assert time.monotonic() - begun < 10


def statement(number: int) -> Card:
    """One of three statements to rate."""
    text = f"{STATEMENT} " * 14
    return Card("candidate", text, (Text(f"Statement {number} of 3", heading=True), Quote(text)), seeds=True)


async def test_what_is_higher_than_the_pane_is_read_from_its_beginning(served: Served, browser: Browser) -> None:
    alice = await alice_at(served, browser)
    for number in (1, 2, 3):
        await served.platform.send(f"s{number}", InChannel("web:demo"), statement(number))
    await expect(alice.message("candidate")).to_have_count(3)
    await expect(alice.page.get_by_role("heading", name="Statement 1 of 3")).to_be_in_viewport()
    place = alice.page.locator(".sidebar [data-view=channel]")
    await expect(place).to_have_accessible_name(re.compile("new$"))
    await alice.page.get_by_role("button", name="Jump to the newest message").first.click()
    await expect(alice.latest("candidate").locator(".keys")).to_be_in_viewport(ratio=1)
    await expect(place).not_to_have_accessible_name(re.compile("new$"))
    await alice.page.locator("#channel-composer").press("Shift")
    long = Card("outcome", "Agreement", (Text("Agreement", heading=True), *(Text(f"Line {n}") for n in range(60))))
    await served.platform.send("o", InChannel("web:demo"), long)
    await expect(alice.page.get_by_role("heading", name="Agreement")).to_be_in_viewport()
    await alice.page.reload()
    await expect(alice.page.get_by_role("heading", name="Agreement")).to_be_in_viewport()


async def test_whoever_reads_further_up_is_left_there(served: Served, browser: Browser) -> None:
    alice = await alice_at(served, browser)
    for number in (1, 2, 3):
        await served.platform.send(f"s{number}", InChannel("web:demo"), statement(number))
    await expect(alice.message("candidate")).to_have_count(3)
    # A busy browser tells the page of scrolling later than of the next message; here it never does.
    await alice.page.evaluate("window.addEventListener('scroll', event => event.stopImmediatePropagation(), true)")
    await alice.page.locator("#channel-log").evaluate("log => log.scrollTo(0, 40)")
    await served.platform.send("o", InChannel("web:demo"), OUTCOME)
    await expect(alice.message("outcome")).to_have_count(1)
    assert await alice.page.locator("#channel-log").evaluate("log => log.scrollTop") == 40
    await expect(alice.page.locator(".sidebar [data-view=channel]")).to_have_accessible_name(re.compile("2 new"))


async def test_an_empty_channel_says_how_it_goes_and_a_button_begins(served: Served, browser: Browser) -> None:
    alice = await alice_at(served, browser)
    await expect(alice.page.get_by_text("Nobody sees who wrote what.")).to_be_visible()
    served.bot.script = [OpenForm(FORM)]
    opener = alice.page.get_by_role("button", name="Ask a question")
    await opener.click()
    await expect(alice.form).to_be_visible()
    command = served.bot.heard[-1]
    assert isinstance(command, CommandGiven)
    assert (command.word, command.rest) == ("ask", "")
    await alice.page.keyboard.press("Escape")
    await expect(opener).to_be_focused()


async def test_rarely_changed_choices_are_folded_until_one_needs_a_look(served: Served, browser: Browser) -> None:
    alice = await alice_at(served, browser)
    rules = Form("ask", "Ask", "Start", (TextField("question", "Question"), TextField("quorum", "Close early at", "x")))
    served.bot.script = [OpenForm(rules), FieldProblems((("quorum", "Write a number."),))]
    await opened_form(alice)
    await expect(alice.form.get_by_label("Close early at")).to_be_hidden()
    await alice.form.get_by_label("Question").fill("Shall we?")
    await alice.form.get_by_role("button", name="Start").click()
    await expect(alice.form.get_by_label("Close early at")).to_be_focused()
    await expect(alice.form.get_by_text("Write a number.")).to_be_in_viewport()
    assert await violations(alice.page) == []


async def test_an_exported_table_is_saved_as_a_file(served: Served, browser: Browser, tmp_path: Path) -> None:
    alice = await alice_at(served, browser)
    table = "draft,number\n1,1\n"
    served.bot.script = [Whisper(Card("export", "Table", (Text("Table", heading=True), Quote(table))))]
    await alice.write("/consensus export")
    async with alice.page.expect_download() as download:
        await alice.page.get_by_role("button", name="Save as a CSV file").click()
    await (await download.value).save_as(tmp_path / "parley.csv")
    assert (tmp_path / "parley.csv").read_text(encoding="utf-8") == table
    assert await violations(alice.page) == []


async def test_commands_in_a_sentence_are_set_apart_unless_somebody_else_wrote_it(
    served: Served, browser: Browser
) -> None:
    alice = await alice_at(served, browser)
    words = "Type /consensus mine to see it."
    await served.platform.send(
        "k", InChannel("web:demo"), Card("notice", words, (Text(words), Text(words, untrusted=True)))
    )
    await expect(alice.latest("notice").locator("code")).to_have_text(["/consensus mine"])
