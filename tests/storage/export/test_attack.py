"""An attacker holds an export and everything that the channel saw, and tries to tell who wrote which opinion.

Each attack is a way of guessing; its hits are compared with what guessing at random among a round's opinions would
give. The same attacks succeed on a linkable export, which shows that they are attacks.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from engine.rounds.model import Ballot
from storage.store import DatabaseStore
from tests.storage.export.exported import Tables, exported
from tests.storage.export.played import Played, Seen

Guess = tuple[str, str]
"""A member and the opinion that the attacker thinks is theirs, as its text."""


class View:
    """One round as the attacker sees it: the export's rows of it beside the channel."""

    def __init__(self, tables: Tables, seen: Seen) -> None:
        self.seen = seen
        self.id = next(row["round"] for row in tables["rounds"] if row["question"] == seen.question)
        self._tables = tables
        self.opinions = [row for row in self.rows("opinions") if row["counts"]]
        self.text = {row["member"]: row["text"] for row in self.opinions}
        self.candidates = {row["candidate"]: row["text"] for row in self.rows("candidates")}

    def rows(self, table: str) -> list[dict[str, Any]]:
        """The round's rows of a table, in the order of the file."""
        return [row for row in self._tables[table] if row["round"] == self.id]

    def ratings(self, scale: str) -> dict[str, dict[str, int]]:
        """The ratings that count, by pseudonym and candidate text."""
        found: dict[str, dict[str, int]] = defaultdict(dict)
        for row in self.rows("ratings"):
            if row["scale"] == scale and row["counts"]:
                found[row["member"]][self.candidates[row["candidate"]]] = row["rating"]
        return found

    def guesses(self, members: list[str], names: list[str]) -> Iterator[Guess]:
        """The nth member with the nth of these pseudonyms that have an opinion."""
        known = [name for name in dict.fromkeys(names) if name in self.text]
        yield from ((member, self.text[name]) for member, name in zip(members, known, strict=False))


def by_rating_vector(view: View) -> Iterator[Guess]:
    """Whose reactions are exactly those of one pseudonym, that pseudonym's opinion."""
    for scale in ("agreement", "quality"):
        vectors = view.ratings(scale)
        for member in view.seen.members:
            held = view.seen.ratings(member)
            same = [name for name, vector in vectors.items() if held and vector.keys() == held.keys()]
            if scale == "agreement":
                same = [name for name in same if vectors[name] == held]
            if len(same) == 1 and same[0] in view.text:
                yield member, view.text[same[0]]


def by_rating_history(view: View) -> Iterator[Guess]:
    """Whose number of changes fits one pseudonym's number of rows."""
    rows = Counter(row["member"] for row in view.rows("ratings") if row["scale"] == "agreement")
    changes = Counter(member for member, *_ in view.seen.reactions)
    for member, number in changes.items():
        same = [name for name, written in rows.items() if written == number]
        if len(same) == 1 and same[0] in view.text:
            yield member, view.text[same[0]]


def by_order_of(table: str, *, backwards: bool = False) -> Callable[[View], Iterator[Guess]]:
    """The nth to join wrote the nth opinion that a table names."""

    def attack(view: View) -> Iterator[Guess]:
        names = [row["member"] for row in view.rows(table)]
        yield from view.guesses(view.seen.members, names[::-1] if backwards else names)

    return attack


def by_order_of_voting(view: View) -> Iterator[Guess]:
    """The nth to vote is the nth pseudonym among the ratings, or among the positions afterwards."""
    voters = list(dict.fromkeys(member for member, *_ in view.seen.reactions))
    for table, chosen in (("ratings", ("scale", "quality")), ("positions", ("asked", "after"))):
        names = [row["member"] for row in view.rows(table) if row[chosen[0]] == chosen[1]]
        yield from view.guesses(voters, names)


def by_order_of_provenance(view: View) -> Iterator[Guess]:
    """Opinions reached the generator in the order in which members joined."""
    for row in view.rows("candidates"):
        yield from view.guesses(view.seen.members, row["opinions_seen"])


def by_time(view: View) -> Iterator[Guess]:
    """The opinion that came first after somebody joined is theirs; so is the one when the count grew."""
    timed = sorted((row["at"], row["text"]) for row in view.opinions if row["at"] is not None)
    for member, joined in view.seen.joins:
        later = [text for at, text in timed if at >= joined]
        if later:
            yield member, later[0]


def by_time_of_ballot(view: View) -> Iterator[Guess]:
    """The position rated right after somebody's last reaction is theirs, and with it the opinion."""
    timed = sorted(
        (row["at"], row["member"]) for row in view.rows("positions") if row["asked"] == "after" and row["at"]
    )
    last = {member: at for member, _, _, at, _ in view.seen.reactions}
    for member, reacted in last.items():
        later = [name for at, name in timed if at >= reacted]
        if later and later[0] in view.text:
            yield member, view.text[later[0]]


def by_absence(view: View) -> Iterator[Guess]:
    """Who did not vote has no position afterwards and no ratings."""
    reacted = {member for member, *_ in view.seen.reactions}
    absent = [member for member in view.seen.members if member not in reacted]
    answered = {row["member"] for row in view.rows("positions") if row["asked"] == "after"}
    rated = {row["member"] for row in view.rows("ratings")}
    for present in (answered, rated):
        silent = [name for name in view.text if name not in present]
        if len(absent) == 1 and len(silent) == 1:
            yield absent[0], view.text[silent[0]]


def by_leaving(view: View) -> Iterator[Guess]:
    """The one who left in public is the one who left in the export."""
    left = [row["member"] for row in view.rows("members") if row["left"]]
    if len(left) == 1 and len(view.seen.left) == 1 and left[0] in view.text:
        yield view.seen.left[0], view.text[left[0]]


ATTACKS: dict[str, Callable[[View], Iterator[Guess]]] = {
    "rating vector": by_rating_vector,
    "rating history": by_rating_history,
    **{f"order of {name}": by_order_of(name) for name in ("opinions", "members", "positions", "predictions")},
    "order of opinions, backwards": by_order_of("opinions", backwards=True),
    "order of voting": by_order_of_voting,
    "order of provenance": by_order_of_provenance,
    "time of joining": by_time,
    "time of the ballot": by_time_of_ballot,
    "absence": by_absence,
    "leaving": by_leaving,
}
private = pytest.mark.parametrize("community", [Ballot.PRIVATE], indirect=True)
NEED_THE_JOIN = ("rating vector", "rating history", "time of joining", "time of the ballot", "absence", "leaving")


def score(attack: Callable[[View], Iterator[Guess]], tables: Tables, rounds: list[Played]) -> tuple[int, float, float]:
    """Hits, and the mean and the standard deviation of the hits of as many guesses made blindly."""
    hits, mean, variance = 0, 0.0, 0.0
    for played in rounds:
        chance = 1 / len(played.truth)
        for member, text in attack(View(tables, played.seen)):
            hits += played.truth[text] == member
            mean += chance
            variance += chance * (1 - chance)
    return hits, mean, math.sqrt(variance)


def across_rounds(tables: Tables, rounds: list[Played]) -> tuple[int, int]:
    """Who took part in exactly the rounds in which one pseudonym wrote: how many are named, and how many rightly.

    Public: the rounds in which somebody reacted. A pseudonym that wrote in two or more rounds is compared with them.
    """
    reacted: dict[str, set[str]] = defaultdict(set)
    views = {played.round: View(tables, played.seen) for played in rounds}
    truth = {text: member for played in rounds for text, member in played.truth.items()}
    for played in rounds:
        for member, *_ in played.seen.reactions:
            reacted[member].add(views[played.round].id)
    wrote: dict[str, dict[str, str]] = defaultdict(dict)
    for row in tables["opinions"]:
        if row["counts"]:
            wrote[row["member"]][row["round"]] = row["text"]
    named = right = 0
    for texts in wrote.values():
        fitting = [member for member, where in reacted.items() if len(texts.keys() & where) >= 0.6 * len(texts)]
        if len(texts) > 1 and len(fitting) == 1:
            named += 1
            right += {truth[text] for text in texts.values()} == set(fitting)
    return named, right


async def test_an_attacker_with_the_channel_beside_the_export_does_no_better_than_by_guessing(
    community: tuple[DatabaseStore, list[Played]], tmp_path: Path
) -> None:
    store, rounds = community
    tables = await exported(store, tmp_path / "withheld")
    for name, attack in ATTACKS.items():
        hits, mean, spread = score(attack, tables, rounds)
        assert hits <= mean + 3 * spread, f"by {name}: {hits} hits where chance gives {mean:.1f}"
    assert across_rounds(tables, rounds) == (0, 0)


async def test_the_same_attacks_succeed_on_a_linkable_export(
    community: tuple[DatabaseStore, list[Played]], tmp_path: Path
) -> None:
    store, rounds = community
    tables = await exported(store, tmp_path / "linkable", linkable=True)
    for name in NEED_THE_JOIN:
        hits, mean, spread = score(ATTACKS[name], tables, rounds)
        assert hits > mean + 3 * spread, f"by {name}: {hits} hits where chance gives {mean:.1f}"
    named, right = across_rounds(tables, rounds)
    assert named == right > 0


async def test_no_pseudonym_of_an_open_ballot_stands_on_both_sides_of_the_vote(
    community: tuple[DatabaseStore, list[Played]], tmp_path: Path
) -> None:
    tables = await exported(community[0], tmp_path / "withheld")
    sides = {
        "opinions": {row["member"] for name in ("members", "opinions", "predictions") for row in tables[name]},
        "before": {row["member"] for row in tables["positions"] if row["asked"] == "before"},
        "after": {row["member"] for row in tables["positions"] if row["asked"] == "after"},
        "agreement": {row["member"] for row in tables["ratings"] if row["scale"] == "agreement"},
        "quality": {row["member"] for row in tables["ratings"] if row["scale"] == "quality"},
    }
    assert all(sides.values())
    assert sides["before"] <= sides["opinions"]
    for one, other in combinations(("opinions", "after", "agreement", "quality"), 2):
        assert not sides[one] & sides[other], f"{one} and {other} share pseudonyms"


async def test_nothing_but_what_people_wrote_is_like_another_members_row(
    community: tuple[DatabaseStore, list[Played]], tmp_path: Path
) -> None:
    """No platform id, no time of a private act, and no roster."""
    tables = await exported(community[0], tmp_path / "withheld")
    assert "web:" not in "".join(str(rows) for rows in tables.values())
    for name in ("opinions", "positions", "ratings", "critiques"):
        assert {row["at"] for row in tables[name]} <= {None}
    assert {(row["left"], row["on_roster"], row["stable"]) for row in tables["members"]} == {(None, None, False)}


@private
async def test_private_ballots_keep_the_join_and_still_hide_times_and_order(
    community: tuple[DatabaseStore, list[Played]], tmp_path: Path
) -> None:
    """The channel saw no rating, so ratings may stand beside opinions."""
    store, rounds = community
    tables = await exported(store, tmp_path / "private")
    rated = {row["member"] for row in tables["ratings"]}
    assert rated
    assert rated <= {row["member"] for row in tables["members"]}
    assert {row["ratings_linked"] for row in tables["rounds"]} == {True}
    for name, attack in ATTACKS.items():
        hits, mean, spread = score(attack, tables, rounds)
        assert hits <= mean + 3 * spread, f"by {name}: {hits} hits where chance gives {mean:.1f}"


@private
async def test_research_consent_gives_one_pseudonym_across_private_ballots(
    community: tuple[DatabaseStore, list[Played]], tmp_path: Path
) -> None:
    tables = await exported(community[0], tmp_path / "private")
    rounds_of: dict[str, set[str]] = defaultdict(set)
    for row in tables["members"]:
        rounds_of[row["member"]].add(row["round"])
        assert row["stable"] == row["research"]
    stable = {row["member"] for row in tables["members"] if row["research"]}
    assert len(stable) == 6
    assert all(len(rounds_of[name]) > 1 for name in stable)
    assert all(len(rounds_of[name]) == 1 for name in rounds_of.keys() - stable)
