"""What the words of a text tell: points, content words, sides. Sentences here are our own."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.language import Term, attitudes, clauses, contradicts, sentences, similarity, stance, stems, terms

BAN = "We should ban cars in the centre."

FOR_THE_BAN = [
    "We should ban cars in the centre",
    "No cars in the centre!",
    "Banning cars would reduce pollution",
    "I support banning cars",
    "It would not be a bad idea to ban cars",
    "The centre would be safer without cars",
    "I don't oppose banning cars",
    "I would love a car-free centre",
    "Cars are terrible and noisy",
    "Yes, absolutely",
    "I agree",
]
AGAINST_THE_BAN = [
    "Please do not ban cars in the centre",
    "banning cars would be a disaster",
    "Cars should not be banned",
    "I am against banning cars",
    "I oppose a ban on cars",
    "I don't think we should ban cars",
    "Cars should be allowed in the centre.",
    "Banning cars would hurt businesses",
    "It is not a good idea to ban cars",
    "Stop banning cars",
    "We need cars for deliveries",
    "Disabled people depend on cars; a ban would harm them.",
    "No way",
    "That would be a disaster",
]


@pytest.mark.parametrize("text", FOR_THE_BAN)
def test_a_text_for_the_proposal_has_a_positive_stance(text: str) -> None:
    assert stance(text, BAN) >= 0.4
    assert stance(text, "Should we ban cars in the city centre?") >= 0.4


@pytest.mark.parametrize("text", AGAINST_THE_BAN)
def test_a_text_against_the_proposal_has_a_negative_stance(text: str) -> None:
    assert stance(text, BAN) <= -0.4
    assert stance(text, "Should we ban cars in the city centre?") <= -0.4


@pytest.mark.parametrize(
    "text", ["", " \n", "I like pizza", "Cars are five metres long", "自動車を禁止するべきだ", "😀😀", "\x00\ud800"]
)
def test_a_text_that_takes_no_side_has_no_stance(text: str) -> None:
    assert stance(text, BAN) == 0.0


def test_the_stance_turns_with_the_proposal() -> None:
    for text in ["Please do not ban cars in the centre", "We should ban cars in the centre"]:
        assert stance(text, "We should not ban cars in the centre.") == -stance(text, BAN)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (BAN, "Do not ban cars in the centre"),
        ("Taxes should rise, we need to raise taxes", "We should cut taxes"),
        ("Raise the minimum wage", "The minimum wage should not be raised"),
        ("Meetings are useful", "Meetings are a waste"),
    ],
)
def test_opposite_sides_of_the_same_things_contradict(a: str, b: str) -> None:
    assert contradicts(a, b)
    assert contradicts(b, a)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (BAN, "Yes, ban cars from the centre now"),
        (BAN, "We should not pay for museums"),
        ("Do not ban cars", "I oppose a ban on cars"),
        ("Banning cars would be a disaster", "Cars should be allowed"),
        ("", BAN),
    ],
)
def test_the_same_side_and_other_topics_do_not_contradict(a: str, b: str) -> None:
    assert not contradicts(a, b)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("do not ban cars", [Term("ban", True), Term("car", True)]),
        ("I'm against banning cars", [Term("ban", True), Term("car", True)]),
        ("we oppose a ban", [Term("ban", True)]),
        ("trams instead of cars", [Term("tram", False), Term("car", True)]),
        ("a centre without cars", [Term("centr", False), Term("car", True)]),
        (
            "never ban cars, build trams",
            [Term("ban", True), Term("car", True), Term("build", False), Term("tram", False)],
        ),
        ("we do not oppose a ban", [Term("ban", False)]),
        ("not only trams", [Term("tram", False)]),
    ],
)
def test_terms_are_stemmed_and_know_their_negation(text: str, expected: list[Term]) -> None:
    assert terms(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Dr. Smith said no. Yes! It is 3.5 km, e.g. by bus.",
            ["Dr. Smith said no.", "Yes!", "It is 3.5 km, e.g. by bus."],
        ),
        ("- buses are late\n- trams are not", ["buses are late", "trams are not"]),
        ("これは良い。それは悪い。", ["これは良い。", "それは悪い。"]),
        ("...\n!!", []),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Cars are useful, but the centre needs air", ["Cars are useful", "the centre needs air"]),
        ("Ban cars and build trams.", ["Ban cars", "build trams."]),
        ("We should pay for trams; people should walk more.", ["We should pay for trams", "people should walk more."]),
        ("We should ban cars because they pollute.", ["We should ban cars because they pollute."]),
        ("It should be cheap and good.", ["It should be cheap and good."]),
        ("Buses and trams are slow", ["Buses and trams are slow"]),
    ],
)
def test_clauses_are_cut_only_where_both_sides_stand_alone(text: str, expected: list[str]) -> None:
    assert clauses(text) == expected


def test_similarity_sees_stems_slips_and_weights() -> None:
    assert similarity("reduce polution", "Reducing pollution!") > 0.85
    assert similarity("more trams", "fewer museums") == 0.0
    assert similarity("trams and buses", "trams and museums", {"tram": 3.0}) > similarity(
        "trams and buses", "trams and museums"
    )


@given(st.text(max_size=200), st.text(max_size=200))
def test_any_text_at_all_is_answered_in_range(a: str, b: str) -> None:
    assert 0.0 <= similarity(a, b) <= 1.0
    assert similarity(a, b) == similarity(b, a)
    assert -1.0 <= stance(a, b) <= 1.0
    assert all(-1.0 <= side <= 1.0 for side in attitudes(a).values())
    assert contradicts(a, b) == contradicts(b, a)
    assert all(sentence.strip() for sentence in sentences(a))
    assert all(clause.strip() for clause in clauses(a))
    assert similarity(a, a) == (1.0 if stems(a) else 0.0)


_SOUP = st.lists(
    st.sampled_from(
        ["not", "ban", "cars", "no", "good", "bad", "we", "should", "but", ",", ".", "reduce", "because", "it", "and"]
    ),
    max_size=25,
).map(" ".join)


@given(_SOUP, _SOUP)
def test_any_pile_of_steering_words_is_answered_in_range(a: str, b: str) -> None:
    assert -1.0 <= stance(a, b) <= 1.0
    assert contradicts(a, b) == contradicts(b, a)
    assert not contradicts(a, a)


@pytest.mark.parametrize("text", ["a" * 1_000_000, "but " * 300_000, "!?. " * 300_000, "- " * 300_000, "é,;" * 300_000])
def test_an_enormous_text_is_read_in_a_moment(text: str) -> None:
    before = time.perf_counter()
    sentences(text), clauses(text), terms(text), stance(text, BAN)
    assert time.perf_counter() - before < 3.0
