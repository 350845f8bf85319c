"""What a round store must hold of candidates that a moderator hid (engine.ports.RoundStore)."""

from __future__ import annotations

from dataclasses import replace

from engine.ports import Missing, RoundStore, Sent
from engine.rounds.events import CandidateHidden, RatingGiven
from tests.contracts.given_rounds import CHANNEL, MODERATOR, NOW, ROUND, happen, invite, vote_on


async def test_a_hidden_candidate_has_no_text_any_more_and_its_ratings_stay(store: RoundStore) -> None:
    await invite(store, 3)
    round = await vote_on(store, "m0000", "m0001", "m0002")
    first, second, third = round.posted
    await happen(store, RatingGiven(NOW + 4, "m0001", second, 6))
    await happen(store, CandidateHidden(NOW + 5, MODERATOR, second, "It is unkind."))
    found = await store.candidates(ROUND, 1)
    assert [(one, drafted is None) for one, drafted in found] == [(first, False), (second, True), (third, False)]
    ballots = await store.ballots(ROUND, 1)
    assert (ballots.voters, ballots.posted) == (("m0001",), round.posted)
    shown = ballots.of((first, third))
    assert (shown.voters, shown.posted, shown.agreement.shape) == ((), (first, third), (0, 2))
    known = await store.round(ROUND)
    assert known is not None
    assert (known.hidden, known.counts.rated) == ((second,), ((2, 1, 1),))
    assert (known.counts.voters, known.counts.complete) == (0, 0)


async def test_who_rated_all_that_is_left_misses_no_rating(store: RoundStore) -> None:
    await invite(store, 3)
    round = await vote_on(store, "m0000", "m0001", "m0002")
    first, second, third = round.posted
    for candidate in (first, third):
        await happen(store, RatingGiven(NOW + 4, "m0001", candidate, 6))
    await happen(store, RatingGiven(NOW + 5, "m0002", first, 6))
    assert await store.members(ROUND, Missing.RATING, after=None, limit=9) == ["m0000", "m0001", "m0002"]
    await happen(store, CandidateHidden(NOW + 6, MODERATOR, second))
    assert await store.members(ROUND, Missing.RATING, after=None, limit=9) == ["m0000", "m0002"]
    await happen(store, RatingGiven(NOW + 7, "m0002", third, 6))
    assert await store.members(ROUND, Missing.RATING, after=None, limit=9) == ["m0000"]


async def test_those_to_whom_a_candidate_was_quoted_come_in_pages(store: RoundStore) -> None:
    await invite(store, 3)
    round = await vote_on(store, "m0000", "m0001", "m0002")
    (claim, *_) = await store.claim("w", NOW + 10, 1, 60.0, (CHANNEL.partition(":")[0],))
    first, second, _ = round.posted
    about = [
        Sent(claim.key, ROUND, "critique-card", f"d{number}", "1", f"m000{number}", None, first) for number in range(3)
    ]
    again = replace(about[0], message="2")
    public = Sent(claim.key, ROUND, "candidate", "c", "9", None, 1, first)
    other = Sent(claim.key, ROUND, "which-rating", "d9", "1", "m0009", None, second)
    await store.complete(claim, [*about, again, public, other])
    assert await store.quoted_to(ROUND, first, after=None, limit=2) == ["m0000", "m0001"]
    assert await store.quoted_to(ROUND, first, after="m0001", limit=2) == ["m0002"]
