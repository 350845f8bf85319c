"""A moderator and two members take a round from question to outcome in real Chromium, against the real application.

Whatever happens to pages, connections and the server on the way, nothing that somebody gave is lost.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, expect

from tests.browser.people import CHANNEL, House, Line, Person, Regular, chromium, sit_down

pytestmark = pytest.mark.browser

QUESTION = "Should we open the community garden on Sundays?"
OPINIONS = {
    "Ada": "Yes, we should open the garden on Sundays. Many families only have time on Sundays.",
    "Bo": "We should not open on Sundays. The neighbours need one quiet day, and the volunteers need rest.",
    "Cleo": "Open on Sundays, but only in the afternoon, so that the neighbours have a quiet morning.",
    "Dan": "I would open on Sundays if two volunteers are always there. The neighbours need a quiet morning.",
}


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """Parley, being served."""
    house = House(tmp_path)
    await house.start()
    yield house
    await house.stop()


@pytest.fixture
async def browser(chromium_path: Path) -> AsyncIterator[Browser]:
    """A Chromium of this test's own."""
    async with chromium(chromium_path) as browser:
        yield browser


async def the_round(house: House, person: Person) -> str:
    """The id of the channel's newest round, once its announcement stands in the channel."""
    await expect(person.latest("announcement")).to_be_visible()
    rounds = await house.parley.store.rounds_in(f"web:{CHANNEL}", running=True)
    return rounds[0].id


async def test_two_members_and_a_moderator_take_a_round_through_a_critique_to_its_outcome(
    house: House, browser: Browser
) -> None:
    web = house.parley.web
    port = urlsplit(web.url).port or 0
    line = Line(port)
    await line.mend()
    mona = await sit_down(browser, web.link(CHANNEL, "Mona", moderator=True), "Mona")
    ada = await sit_down(browser, web.link(CHANNEL, "Ada"), "Ada")
    bo = await sit_down(browser, web.link(CHANNEL, "Bo").replace(f":{port}/", f":{line.port}/"), "Bo")
    cleo, dan = Regular(house, "Cleo"), Regular(house, "Dan")

    await mona.write("/consensus ask")
    await mona.form.get_by_label("Question", exact=True).fill(QUESTION)
    await mona.form.get_by_text("More choices").click()
    await mona.form.get_by_label("Critique iterations").fill("1")
    await mona.submit("Start the round")
    await mona.sees("We should open the community garden on Sundays.", "asked")
    round = await the_round(house, mona)

    for member in (ada, bo):
        await member.sees(QUESTION, "announcement")
        await member.press("Join and be asked privately", "announcement")
        await member.sees("We should open the community garden on Sundays.", "opinion-card", "direct")
    await ada.rate_position(6)
    await bo.rate_position(2)

    await ada.press("Give my opinion", "opinion-card", "direct")
    await ada.form.get_by_label("What do you think, and why?").fill(OPINIONS["Ada"])
    await ada.submit("Give my opinion")
    await ada.sees(OPINIONS["Ada"], "receipt", "direct")

    await bo.reply("No. The neighbours need a quiet day.", "opinion-card")
    await bo.sees("No. The neighbours need a quiet day.", "receipt", "direct")
    await expect(bo.message("receipt", "direct").first).to_contain_text("This receipt was replaced by a newer one")
    await bo.page.locator("#direct-composer").press("ArrowUp")
    await bo.write("No. The neighbours need one quiet day.", "direct")
    await bo.sees("No. The neighbours need one quiet day.", "receipt", "direct")
    await mona.sees("2 opinions so far.", "announcement")
    await bo.press("Withdraw", "receipt", "direct")
    await bo.sees("No opinion of yours is stored.", "receipt", "direct")
    await mona.sees("1 opinion so far.", "announcement")
    await bo.write(OPINIONS["Bo"], "direct")
    await bo.sees(OPINIONS["Bo"], "receipt", "direct")
    await cleo.answer(round, OPINIONS["Cleo"], 5)
    await dan.answer(round, OPINIONS["Dan"], 5)
    await mona.sees("4 opinions so far.", "announcement")

    await ada.page.reload()
    await ada.sees(OPINIONS["Ada"], "receipt", "direct")
    await expect(ada.message("opinion-card", "direct")).to_have_count(1)

    await mona.write("/consensus close")
    for person in (mona, ada, bo):
        await expect(person.message("candidate")).to_have_count(3)
        await person.sees("Machine-written: software put this together", "candidate")
    await ada.rate(6, 5, 6)
    await ada.key(1, 7).click()
    await expect(ada.key(1, 6)).to_have_attribute("aria-pressed", "false")
    await expect(bo.key(1, 7)).to_have_accessible_name("Rate 7: strongly agree, 1 person")
    await bo.rate(1, 2, 3)
    await bo.key(2, 2).click()
    await expect(ada.key(2, 2)).to_have_accessible_name("Rate 2: disagree")
    await bo.statement(2, 3).get_by_role("button", name="Add a reaction").click()
    await ada.key(2, 4).click()
    await ada.key(2, 5).click()
    await expect(mona.key(2, 5)).to_have_accessible_name("Rate 5: somewhat agree, 1 person")
    await bo.statement(2, 3).get_by_role("button", name="Thumbs down").click()
    await expect(ada.statement(2, 3).get_by_role("button", name="Thumbs down, 1 person")).to_be_visible()

    await line.cut()
    await expect(bo.page.locator(".status")).to_have_attribute("data-state", "reconnecting")
    await bo.key(2, 4).click()
    await expect(bo.key(2, 4)).to_have_attribute("aria-pressed", "true")
    await cleo.rate(round, 6, 6, 5)
    await line.mend()
    await expect(ada.key(2, 4)).to_have_accessible_name("Rate 4: neither agree nor disagree, 1 person")
    await expect(bo.key(1, 6)).to_have_accessible_name("Rate 6: agree, 1 person")
    await dan.rate(round, 5, 6, 5)

    await mona.write("/consensus close")
    for member in (ada, bo):
        await member.sees("The leading statement so far:", "critique-card", "direct")
        await expect(member.latest("candidate")).not_to_contain_text("React from 1")
        await expect(member.key(2, 4)).to_have_accessible_name("Rate 4: neither agree nor disagree, 1 person")

    await house.stop()
    for person in (mona, ada, bo):
        await expect(person.page.locator(".status")).to_have_attribute("data-state", "reconnecting")
    await ada.reply("It should say that two volunteers are always there.", "critique-card")
    await expect(ada.latest("text", "direct")).to_have_attribute("data-state", "sending")
    await house.start()
    await ada.sees("two volunteers are always there", "receipt", "direct")
    await expect(ada.message("text", "direct")).to_have_count(1)
    await bo.press("Write a critique", "critique-card", "direct")
    await bo.form.get_by_label("What would you change so that you could agree?").fill("Keep the morning quiet.")
    await bo.submit("Give my critique")
    await bo.sees("Keep the morning quiet.", "receipt", "direct")
    await mona.sees("2 critiques so far.", "announcement")

    await mona.write("/consensus close")
    for person in (mona, ada, bo):
        await expect(person.message("candidate")).to_have_count(6)
    await ada.rate(6, 6, 5)
    await bo.rate(5, 4, 3)
    await cleo.rate(round, 6, 6, 5)
    await dan.rate(round, 7, 5, 5)
    await mona.write("/consensus close")
    for person in (mona, ada, bo):
        outcome = person.latest("outcome")
        await expect(outcome.get_by_role("heading", name="Agreement")).to_be_visible()
        await expect(outcome).to_contain_text("All 4 people who voted agree.")
        await expect(outcome.get_by_role("button", name=re.compile("Enlarge the picture: .*4 agree"))).to_be_visible()
    await mona.page.reload()
    await mona.sees("All 4 people who voted agree.", "outcome")
    assert [person.problems for person in (mona, ada, bo)] == [[], [], []]


async def test_a_moderator_hides_a_statement_and_nobody_reads_it_any_more(house: House, browser: Browser) -> None:
    web = house.parley.web
    mona = await sit_down(browser, web.link(CHANNEL, "Mona", moderator=True), "Mona")
    ada = await sit_down(browser, web.link(CHANNEL, "Ada"), "Ada")
    await mona.write(f"/consensus ask {QUESTION}")
    round = await the_round(house, mona)
    for name, opinion in OPINIONS.items():
        await Regular(house, name).answer(round, opinion, 5)
    await mona.sees("4 opinions so far.", "announcement")
    await mona.write("/consensus close")
    statements = ada.message("candidate")
    await expect(statements).to_have_count(3)
    text = await statements.nth(1).locator("blockquote").inner_text()
    heard = ada.page.locator(".announcements p").filter(has_text=f"Statement 2 of 3: {text[:60]}")
    await expect(heard).to_have_count(1)

    await mona.write("/consensus hide 9")
    await mona.sees("There is no statement 9: say a number from 1 to 3", "notice")
    await mona.write("/consensus hide")
    await mona.form.get_by_text(f"2. {text}").click()
    await mona.submit("Hide it for good")
    await expect(statements.nth(1)).to_contain_text("Hidden by the moderator")
    await expect(statements.filter(has_text=text)).to_have_count(0)
    await expect(heard).to_have_count(0)
    await ada.page.reload()
    await expect(statements.nth(1)).to_contain_text("Hidden by the moderator")
    await expect(ada.page.locator("body")).not_to_contain_text(text)


async def test_a_private_ballot_needs_no_mouse(house: House, browser: Browser) -> None:
    web = house.parley.web
    mona = await sit_down(browser, web.link(CHANNEL, "Mona", moderator=True), "Mona")
    ada = await sit_down(browser, web.link(CHANNEL, "Ada"), "Ada")
    others = [Regular(house, name) for name in ("Bo", "Cleo", "Dan")]
    type_, press = mona.page.keyboard.type, mona.page.keyboard.press

    await mona.press_key(mona.page.get_by_role("button", name="Skip to the message box"))
    await type_("/consensus a")
    await press("Tab")
    await press("Enter")
    await expect(mona.form.get_by_label("Question", exact=True)).to_be_focused()
    await type_(QUESTION)
    await mona.tab_to(mona.form.get_by_label("Time for opinions"))
    await type_("soon")
    await mona.press_key(mona.form.get_by_role("button", name="Start the round"))
    await expect(mona.form.get_by_label("Time for opinions")).to_be_focused()
    for text in ("Time for opinions", "“soon” is no duration"):
        await expect(mona.form.get_by_text(text)).to_be_in_viewport(ratio=1)
    await press("Control+A")
    await type_("2h")
    await mona.press_key(mona.form.get_by_text("More choices"))
    await mona.tab_to(mona.form.get_by_role("radio", name="Open: reactions in the channel"))
    await press("ArrowDown")
    await expect(mona.form.get_by_role("radio", name="Private: a form for each member")).to_be_checked()
    await mona.press_key(mona.form.get_by_role("checkbox", name="Hide results until the vote closes"), "Space")
    await mona.press_key(mona.form.get_by_role("button", name="Start the round"))
    await expect(mona.form).to_have_count(0)
    await expect(mona.page.locator("#channel-composer")).to_be_focused()
    round = await the_round(house, ada)

    type_, press = ada.page.keyboard.type, ada.page.keyboard.press
    await ada.press_key(ada.latest("announcement").get_by_role("button", name="Join and be asked privately"))
    card = ada.latest("opinion-card", "direct")
    await ada.press_key(card.get_by_role("button", name="6", exact=True))
    await ada.press_key(card.get_by_role("button", name="Give my opinion"))
    await expect(ada.form.get_by_role("radio", name="6", exact=True)).to_be_focused()
    await ada.tab_to(ada.form.get_by_label("What do you think, and why?"))
    await type_(OPINIONS["Ada"])
    await ada.press_key(ada.form.get_by_role("button", name="Give my opinion"))
    await ada.sees(OPINIONS["Ada"], "receipt", "direct")
    for member, (name, text) in zip(others, list(OPINIONS.items())[1:], strict=True):
        await member.answer(round, text, 4 if name == "Bo" else 5)

    await close_by_keyboard(mona)
    await ada.sees("Rate it in your private ballot.", "candidate")
    await expect(ada.latest("candidate").get_by_role("button", name=re.compile("^Rate 7"))).to_have_count(0)
    await ada.press_key(ada.latest("ballot-card", "direct").get_by_role("button", name="Open my ballot"))
    statements = ada.form.get_by_role("group", name=re.compile(r"^Statement \d: how much do you agree\?$"))
    await expect(statements).to_have_count(3)
    await ada.press_key(ada.form.get_by_role("button", name="Cast my ballot"))
    await expect(ada.form.get_by_text("Rate at least one statement from 1 to 7")).to_be_visible()
    await expect(statements.first.get_by_role("radio", name="No answer")).to_be_focused()
    for index in range(3):
        await ada.tab_to(statements.nth(index).get_by_role("radio", name="No answer"))
        for _ in range(2):
            await press("ArrowUp")
        await expect(statements.nth(index).get_by_role("radio", name="6", exact=True)).to_be_checked()
    await ada.press_key(ada.form.get_by_role("button", name="Cast my ballot"))
    await ada.sees("Agreement with statement 3", "receipt", "direct")
    for member in others:
        await member.vote(round, 5, 6, 3)
    await ada.sees("Results stay hidden until the vote closes.", "announcement")

    await close_by_keyboard(mona)
    await ada.sees("All 4 people who voted agree.", "outcome")
    picture = ada.latest("outcome").get_by_role("button", name=re.compile("^Enlarge the picture"))
    await ada.press_key(picture)
    await expect(ada.form.get_by_role("img", name=re.compile("mean 6"))).to_be_visible()
    await press("Escape")
    await expect(picture).to_be_focused()


async def close_by_keyboard(moderator: Person) -> None:
    """End the phase with the command, typed."""
    await moderator.press_key(moderator.page.locator("#channel-composer"), "/")
    await moderator.page.keyboard.type("consensus close")
    await moderator.page.keyboard.press("Enter")


async def test_a_member_takes_part_on_a_phone(house: House, browser: Browser) -> None:
    ada = await sit_down(
        browser,
        house.parley.web.link(CHANNEL, "Ada"),
        "Ada",
        viewport={"width": 390, "height": 844},
        is_mobile=True,
        has_touch=True,
        device_scale_factor=2,
    )
    mona = Regular(house, "Mona", moderator=True)
    others = [Regular(house, name) for name in ("Bo", "Cleo", "Dan")]
    channel, private = (ada.page.get_by_role("navigation").get_by_role("button", name=name) for name in ("#", "Parley"))

    await mona.command("ask", QUESTION)
    round = await the_round(house, ada)
    await ada.latest("announcement").get_by_role("button", name="Join and be asked privately").tap()
    await expect(private).to_have_attribute("aria-current", "true")
    card = ada.latest("opinion-card", "direct")
    await expect(card.get_by_role("heading", name="What do you think?")).to_be_in_viewport()
    await expect(private).to_have_accessible_name("Parley")
    await card.get_by_role("button", name="6", exact=True).tap()
    await card.get_by_role("button", name="Give my opinion").tap()
    await ada.form.get_by_label("What do you think, and why?").fill(OPINIONS["Ada"])
    await ada.form.get_by_role("button", name="Give my opinion").tap()
    await ada.sees(OPINIONS["Ada"], "receipt", "direct")
    for member, text in zip(others, list(OPINIONS.values())[1:], strict=True):
        await member.answer(round, text, 4)
    await mona.command("close")

    await expect(ada.message("candidate")).to_have_count(3)
    await channel.tap()
    for number in (1, 2, 3):
        await ada.key(number, 6).tap()
        await expect(ada.key(number, 6)).to_have_attribute("aria-pressed", "true")
    await fits(ada)
    for member in others:
        await member.rate(round, 5, 6, 7)
    await mona.command("close")
    await ada.sees("All 4 people who voted agree.", "outcome")
    await fits(ada)


async def fits(person: Person) -> None:
    """Nothing is wider than the screen, and all that is pressed is large enough to hit (WCAG 2.2, 2.5.8)."""
    assert await person.page.evaluate("document.documentElement.scrollWidth") <= 390
    small = await person.page.evaluate(
        """() => [...document.querySelectorAll(".pane-channel button")]
          .filter((node) => node.checkVisibility() && (node.offsetWidth < 24 || node.offsetHeight < 24))
          .map((node) => node.outerHTML)"""
    )
    assert small == []
