"""Text on its way to Discord: nothing lost, nothing live."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from bot.cutting import width
from bot.discord.messages import CONTENT, markdown, render, split
from bot.discord.wording import inert, shown, typed
from bot.platform import Button, Card, Fact, Moment, Note, Quote, Text

HOSTILE = st.text(st.sampled_from("ab1 \n\\*_~`|[]()<>@#&!:/.-+\U0001f600"), max_size=300)


@given(HOSTILE)
def test_inert_text_reads_as_it_was_written(text: str) -> None:
    assert shown(inert(text)) == text


@given(HOSTILE)
def test_inert_text_holds_no_live_markup(text: str) -> None:
    """Every mark stands behind a backslash that is no other backslash's mark."""
    bare = re.sub(r"\\[^0-9A-Za-z\s]", "", inert(text))
    assert not re.search(r"[*_~`|<\[]|://", bare)
    assert not re.search(r"@[!&]?\w", inert(text))
    assert not re.search(r"^\s*(#{1,3}\s|>|-#|[-+]\s|\d+[.)]\s)", bare, re.MULTILINE) or "\\" in inert(text)


def test_invites_and_mentions_are_no_longer_found_in_the_raw_text() -> None:
    """A server looks for invites and mentions in the raw text, without reading backslashes."""
    raw = inert("discord.gg/abc DISCORD.COM/invite/abc discordapp.com/invite/x @everyone <@123> <@&5> https://a.b")
    assert not re.search(r"discord(app)?\.(gg|com)|@everyone|@\d|@&\d|://", raw, re.IGNORECASE)


def test_blocks_have_their_marks_on_every_line() -> None:
    blocks = (
        Text("Title", heading=True),
        Quote("one\n# two"),
        Note("small\nprint"),
        Fact("Rated", "3"),
        Moment("Open until", 60.9),
    )
    assert markdown(blocks) == ("### Title\n> one\n> \\# two\n-# small\n-# print\nRated: 3\nOpen until <t:60:f>")


@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=900), max_size=8))
def test_contents_fit_a_message_and_hold_every_word(lines: list[str]) -> None:
    text = markdown([Quote(one) for one in lines])
    contents = split(text)
    assert all(width(one) <= CONTENT for one in contents)
    assert "".join("".join(contents).split()).replace(">", "") == "".join(text.split()).replace(">", "")


def test_more_buttons_than_a_message_holds_go_on_in_the_next() -> None:
    card = Card("c", "s", (Text("T"),), tuple(Button("a", f"Press {n}", f"r{n}") for n in range(27)))
    first, second = render(card).pages
    assert (len(first.components), len(second.components)) == (5, 1)
    ids = [one["custom_id"] for page in (first, second) for row in page.components for one in row["components"]]
    assert len(set(ids)) == 27


def test_mentions_read_as_names() -> None:
    given_text = "<@123456789012345678> <@!223456789012345678> <#323456789012345678> <:ok:423456789012345678> a<b"
    names = {"123456789012345678": "Ada", "323456789012345678": "general"}
    assert typed(given_text, names) == "@Ada @223456789012345678 #general :ok: a<b"
