"""Cards as Block Kit: reviewed snapshots, Slack's published limits, and words that come out inert.

Limits: Slack's Block Kit reference, as `tests.slack_server.blocks` holds them. To write the snapshots anew, set
WRITE_SNAPSHOTS=1 and review the difference.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.platform import Button, Card, Fact, Moment, Note, Quote, Scale, Text
from bot.slack.blocks import Page, Pressed, Rendered, read_value, render, write_value
from bot.slack.wording import escaped, mentioned, spoken, typed
from tests.bot.slack.reviewing import as_reviewed
from tests.bot.slack.sample_cards import HOSTILE, cards
from tests.slack_server.blocks import check_blocks, texts_of
from tests.slack_server.checking import Check
from tests.slack_server.mentions import links, pings

KINDS = sorted(cards())
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=9_000) | st.sampled_from(
    [HOSTILE * 200, "😀" * 5_000]
)


def messages(rendered: Rendered) -> tuple[Page, ...]:
    return (*rendered.pages, *rendered.detail)


def problems(rendered: Rendered) -> list[str]:
    found: list[str] = []
    for page in messages(rendered):
        check = Check("message")
        check_blocks(check, page.blocks, "/blocks")
        found += check.problems + check.repeated_actions
        if not page.text.strip() or len(page.text) > 4_000:
            found.append("the fallback text is missing or too long")
    return found


def read(rendered: Rendered) -> str:
    return "".join(text for page in messages(rendered) for _, text in texts_of(page.blocks))


@pytest.mark.parametrize("kind", KINDS)
def test_a_card_looks_as_reviewed(kind: str) -> None:
    rendered = render(cards(HOSTILE)[kind])
    shown = {
        "pages": [{"text": one.text, "blocks": one.blocks} for one in rendered.pages],
        "thread": [{"text": one.text, "blocks": one.blocks} for one in rendered.detail],
        "pictures": [one.alt for one in rendered.pictures],
    }
    as_reviewed(kind, shown)


@pytest.mark.parametrize("kind", KINDS)
def test_words_of_people_and_models_can_neither_ping_nor_link(kind: str) -> None:
    rendered = render(cards(HOSTILE)[kind])
    assert not problems(rendered)
    for page in messages(rendered):
        live = [page.text, *(text for type_, text in texts_of(page.blocks) if type_ in {"mrkdwn", "markdown"})]
        assert not [one for text in live for one in pings(text) + links(text, verbatim=True)]


@settings(max_examples=20, deadline=None)
@given(words)
def test_every_card_stays_within_the_published_limits(said: str) -> None:
    for card in cards(said).values():
        assert not problems(render(card))


@settings(max_examples=50, deadline=None)
@given(words)
def test_nothing_is_dropped_when_a_text_is_split(said: str) -> None:
    card = Card("told", "Told", (Text(said, heading=True), Text(said, untrusted=True), Quote(said), Note(said)))
    shown = read(render(card))
    bare = "".join(said.split())
    assert "".join(shown.split()) == bare * 4


def test_more_blocks_than_a_message_holds_go_on_in_the_next() -> None:
    texts = tuple(Text(f"Line {number}.") for number in range(120))
    buttons = tuple(Button("open", f"Round {number}", f"r{number}") for number in range(60))
    rendered = render(Card("status", "Status", texts, buttons))
    assert [len(page.blocks) for page in rendered.pages] == [50, 50, 23]
    assert not problems(rendered)
    assert all(text.text in read(rendered) for text in texts)
    identities = [
        read_value(one["value"])
        for page in rendered.pages
        for block in page.blocks
        if block["type"] == "actions"
        for one in block["elements"]
    ]
    assert identities == [Pressed("open", f"r{number}", "") for number in range(60)]


def test_the_figures_of_an_outcome_stand_in_its_thread() -> None:
    rendered = render(cards()["outcome"])
    assert len(rendered.pages) == 1
    assert "Mean rating" not in json.dumps(rendered.pages[0].blocks)
    assert "Mean rating" in json.dumps(rendered.detail[0].blocks)
    assert len(rendered.pictures) == 1


def test_a_scale_is_seven_keys_that_say_which_is_chosen() -> None:
    scale = Scale("position", "How much?", "not at all", "fully", "r1", "t", value=3)
    (page,) = render(Card("x", "X", (), (scale,))).pages
    keys = page.blocks[1]["elements"]
    assert [read_value(one["value"]) for one in keys] == [
        Pressed("position", "r1", "t", str(rating)) for rating in range(1, 8)
    ]
    assert [one.get("style") for one in keys] == [None, None, "primary", None, None, None, None]
    assert keys[0]["accessibility_label"] == "1: not at all"


def test_a_time_is_written_in_the_readers_zone_with_a_fallback() -> None:
    (page,) = render(Card("x", "X", (Moment("Open <until>", 1_790_000_000.5),))).pages
    said = page.blocks[0]["text"]["text"]
    assert said.startswith("Open &lt;until&gt; <!date^1790000000^")
    assert said.endswith("|2026-09-21 14:13 UTC>")


def test_facts_are_fields_ten_to_a_section() -> None:
    (page,) = render(Card("x", "X", tuple(Fact(str(number), "v") for number in range(12)))).pages
    assert [len(block["fields"]) for block in page.blocks] == [10, 2]


def test_a_value_that_slack_would_refuse_is_our_mistake() -> None:
    with pytest.raises(ValueError, match="2000 fit"):
        write_value(Pressed("a", "r", "t" * 2_001))


@pytest.mark.parametrize("value", ["", "x", "[1, 2, 3, 4]", '["a", "b"]', "{}"])
def test_a_value_that_is_not_ours_is_nobodys_press(value: str) -> None:
    assert read_value(value) is None


@pytest.mark.parametrize(
    ("slack", "read_as"),
    [
        ("a &lt;b&gt; &amp; c", "a <b> & c"),
        ("see <https://example.org/x>", "see https://example.org/x"),
        ("see <https://example.org|example.org>", "see https://example.org"),
        ("see <https://example.org|this>", "see this (https://example.org)"),
        ("<mailto:a@b.org|a@b.org>", "a@b.org"),
        ("<@U1> and <@U2|bob> and <@U3>", "@Alice and @bob and @U3"),
        ("<#C1|general> <!channel> <!subteam^S1|@devs>", "#general @channel @devs"),
        ("&lt;!channel&gt;", "<!channel>"),
    ],
)
def test_what_was_typed_is_read_as_it_was_typed(slack: str, read_as: str) -> None:
    assert typed(slack, {"U1": "Alice"}) == read_as


@given(st.text())
def test_escaping_and_reading_undo_each_other_on_plain_words(said: str) -> None:
    assert typed(escaped(said), {}) == said


def test_rich_text_is_read_with_its_emoji_lists_and_mentions() -> None:
    def section(kind: str, *elements: dict[str, Any]) -> dict[str, Any]:
        return {"type": kind, "elements": list(elements)}

    text = {"type": "text", "text": "a & b "}
    listed = section("rich_text_section", {"type": "link", "url": "https://x.org", "text": "this"})
    blocks = [
        section(
            "rich_text",
            section("rich_text_section", text, {"type": "user", "user_id": "U1"}),
            section("rich_text_quote", {"type": "emoji", "name": "tada", "unicode": "1f389"}),
            section("rich_text_list", listed, section("rich_text_section", {"type": "emoji", "name": "ours"})),
        )
    ]
    assert spoken(blocks, {"U1": "Alice"}) == "a & b @Alice\n🎉\n- this (https://x.org)\n- :ours:"
    assert spoken([], {}) is None
    assert spoken([{"type": "section"}], {}) is None


def test_mentioned_people_are_found_once() -> None:
    assert mentioned("<@U1> <@W2|x> <@U1>") == ("U1", "W2")
