"""What an export holds: everything the log has, under pseudonyms, and nothing of who asked to be forgotten."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pyarrow.parquet
import pytest

from engine.errors import UsageError
from engine.ports import Delivery
from engine.rounds.effects import Announce
from engine.rounds.events import (
    CandidateHidden,
    CritiqueGiven,
    CritiqueRequested,
    MemberForgotten,
    OpinionGiven,
    OpinionWithdrawn,
    PhaseAdvanced,
    RoundOpened,
)
from engine.rounds.model import Rules
from engine.service import handle
from storage.export import write_export
from storage.export.columns import TABLES
from storage.export.key import pseudonym_key
from storage.export.manifest import Described
from storage.store import DatabaseStore, open_store
from tests.storage.export.exported import export, exported, tables
from tests.storage.export.played import DRAFTED, MODERATOR, Played, Table

PEOPLE = ["web:ada", "web:bo", "web:chidi", "web:dana"]


async def happen(store: DatabaseStore, round: str, *events: object) -> None:
    """Let events happen to a round that was played."""
    for number, event in enumerate(events):
        delivery = Delivery(f"{round}/after/{type(event).__name__}/{number}", round, event)  # type: ignore[arg-type]
        assert await handle(store, delivery) is not None


async def test_every_entry_of_the_log_is_a_row(community: tuple[DatabaseStore, list[Played]], tmp_path: Path) -> None:
    store, rounds = community
    found = await exported(store, tmp_path / "out", linkable=True)
    texts = {text for one in rounds for text in one.truth}
    reactions = {(text, rating, at) for one in rounds for _, text, rating, at, added in one.seen.reactions if added}
    statements = {row["candidate"]: row["text"] for row in found["candidates"]}
    assert len(found["rounds"]) == len(rounds)
    assert {row["text"] for row in found["opinions"] if row["counts"]} == texts
    assert any(row["text"].startswith("First ") and not row["counts"] for row in found["opinions"])
    assert reactions == {
        (statements[row["candidate"]], row["rating"], row["at"])
        for row in found["ratings"]
        if row["scale"] == "agreement" and not row["withdrawn"]
    }
    assert len(found["predictions"]) == DRAFTED * len(texts)
    assert len(found["candidates"]) == DRAFTED * len(rounds)
    assert {row["event"] for row in found["phases"]} >= {"RoundOpened", "CandidatesDrafted", "VotesTallied"}
    for row in found["candidates"]:
        assert len(row["opinions_left_out"]) == 1
        assert not set(row["opinions_seen"]) & set(row["opinions_left_out"])
    rules = {row["rule"] for row in found["outcomes"]}
    assert rules >= {"utilitarian", "bernoulli-nash", "rawlsian", "median", "schulze"}


async def test_every_table_of_an_iteration_refers_to_its_draft(store: DatabaseStore, tmp_path: Path) -> None:
    played = await Table(store, 1, Rules().ballot).play(PEOPLE, set())
    at = 1_900_000_000.0
    await happen(
        store,
        played.round,
        CritiqueRequested(at, MODERATOR),
        CritiqueGiven(at + 1, PEOPLE[0], "It says nothing about cost.", "form"),
        CritiqueGiven(at + 2, PEOPLE[0], "It says nothing about the cost of it.", "form"),
    )
    found = await exported(store, tmp_path / "out")
    assert [(row["draft"], row["nth"], row["counts"]) for row in found["critiques"]] == [(1, 1, False), (1, 2, True)]
    writer = next(text for text, member in played.truth.items() if member == PEOPLE[0])
    named = {row["member"] for row in found["opinions"] if row["text"] == writer}
    assert {row["member"] for row in found["critiques"]} == named
    assert found["rounds"][0]["phase"] == "critiquing"


async def test_a_withdrawn_opinion_stays_as_history_and_does_not_count(store: DatabaseStore, tmp_path: Path) -> None:
    opened = RoundOpened(1.0, "web:r", "web:c", MODERATOR, "Should we?", None, None, Rules(reminders=False), 3)
    await happen(
        store, "web:r", opened, OpinionGiven(2.0, PEOPLE[0], "We should.", "form"), OpinionWithdrawn(3.0, PEOPLE[0])
    )
    found = await exported(store, tmp_path / "out")
    assert [(row["text"], row["withdrawn"], row["counts"]) for row in found["opinions"]] == [
        ("We should.", False, False),
        ("", True, False),
    ]


async def test_a_hidden_candidate_is_marked_and_its_ratings_stay(
    community: tuple[DatabaseStore, list[Played]], tmp_path: Path
) -> None:
    store, rounds = community
    played = await store.round(rounds[0].round)
    assert played is not None
    before = await exported(store, tmp_path / "before", linkable=True)
    hiding = CandidateHidden(1_900_000_000.0, MODERATOR, played.posted[1], "It is unkind.")
    await happen(store, played.id, hiding)
    after = await exported(store, tmp_path / "after", linkable=True)
    assert not any(row["hidden"] for row in before["candidates"])
    (hidden,) = [row for row in after["candidates"] if row["hidden"]]
    assert hidden["posted"] == 1
    assert hidden["text"]
    assert after["ratings"] == before["ratings"]
    assert "It is unkind." not in str(after), "why is the moderator's, and stays in the database"


async def test_who_was_forgotten_stands_only_on_the_list_of_deletions(
    community: tuple[DatabaseStore, list[Played]], tmp_path: Path
) -> None:
    """Every name under which an earlier export of either kind had them is on the list."""
    store, rounds = community
    gone = rounds[0].seen.members[0]
    earlier = [await exported(store, tmp_path / "one"), await exported(store, tmp_path / "two", linkable=True)]
    theirs = [one for one in rounds if gone in one.truth.values()]
    for one in theirs:
        await happen(store, one.round, MemberForgotten(1_900_000_000.0, gone))
    found = await exported(store, tmp_path / "three")
    listed = {(row["round"], row["member"]) for row in found["deletions"]}
    texts = {text for one in theirs for text, member in one.truth.items() if member == gone}
    assert texts
    for before in earlier:
        written = [row for row in before["opinions"] if row["text"] in texts]
        assert len(written) == len(texts)
        assert {(row["round"], row["member"]) for row in written} <= listed
    names = {name for _, name in listed}
    for table in set(found) - {"deletions"}:
        assert not names & {row.get("member") for row in found[table]}
    assert not names & {name for row in found["candidates"] for name in row["opinions_seen"] + row["opinions_left_out"]}
    assert not texts & {row["text"] for row in found["opinions"]}
    remaining = {(row["round"], row["member"]) for table in ("opinions", "ratings") for row in found[table]}
    kept = {(row["round"], row["member"]) for table in ("opinions", "ratings") for row in earlier[0][table]} - listed
    assert kept == remaining, "deleting what is listed from the earlier export gives the later one"


async def test_pseudonyms_last_from_export_to_export_and_differ_between_installations(
    community: tuple[DatabaseStore, list[Played]], tmp_path: Path
) -> None:
    store, _ = community
    first, second = [(await exported(store, tmp_path / name))["opinions"] for name in ("a", "b")]
    assert first == second
    other = await open_store(f"sqlite:///{tmp_path / 'other.db'}", migrate=True)
    key = await pseudonym_key(other.database)
    assert key == await pseudonym_key(other.database)
    assert (len(key), key) != (32, await pseudonym_key(store.database))
    await other.close()


async def test_the_key_is_in_no_file(community: tuple[DatabaseStore, list[Played]], tmp_path: Path) -> None:
    out = await export(community[0], tmp_path / "out", linkable=True)
    for file in out.iterdir():
        assert b"kkkkkkkk" not in file.read_bytes()
        assert b"6b6b6b6b6b" not in file.read_bytes()


async def test_the_manifest_counts_hashes_and_explains_every_file(
    community: tuple[DatabaseStore, list[Played]], tmp_path: Path
) -> None:
    out = await export(community[0], tmp_path / "out")
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert (manifest["parley"], manifest["schema"], manifest["linkable"]) == ("0.1.0", "0003", False)
    assert manifest["created"] == "2030-03-17T17:46:40+00:00"
    assert {file.name for file in out.iterdir()} == {*manifest["files"], "manifest.json"}
    for name, described in manifest["files"].items():
        content = (out / name).read_bytes()
        assert described["sha256"] == hashlib.sha256(content).hexdigest()
        assert described["rows"] == content.count(b"\n") == manifest["counts"][name.removesuffix(".jsonl")]
        assert all(column["means"] for column in described["columns"])
    assert "open ballots" in manifest["withheld"]
    linkable = await export(community[0], tmp_path / "linkable", linkable=True)
    described = json.loads((linkable / "manifest.json").read_text(encoding="utf-8"))
    assert described["linkable"] is True
    assert described["withheld"].startswith("Nothing")


async def test_parquet_holds_the_same_rows_with_types(
    community: tuple[DatabaseStore, list[Played]], tmp_path: Path
) -> None:
    lines = tables(await export(community[0], tmp_path / "lines"))
    out = await export(community[0], tmp_path / "parquet", form="parquet")
    for table in TABLES:
        read = pyarrow.parquet.read_table(out / f"{table.name}.parquet")
        assert read.to_pylist() == lines[table.name]
        assert [field.name for field in read.schema] == [column.name for column in table.columns]
        assert all(field.metadata[b"means"] for field in read.schema)


@pytest.mark.postgres
async def test_postgresql_exports_too(postgres_url: str, tmp_path: Path) -> None:
    store = await open_store(postgres_url, migrate=False)
    played = await Table(store, 1, Rules().ballot).play(PEOPLE, set())
    await happen(store, played.round, MemberForgotten(1_900_000_000.0, PEOPLE[0]))
    found = await exported(store, tmp_path / "out")
    await store.close()
    assert {row["text"] for row in found["opinions"] if row["counts"]} == {
        text for text, member in played.truth.items() if member != PEOPLE[0]
    }
    assert len(found["deletions"]) == 5


async def test_progress_is_told_round_by_round(community: tuple[DatabaseStore, list[Played]], tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    described = Described("0.1.0", "0003", 1.0, "jsonl", False)
    await write_export(community[0].database, tmp_path / "out", described, lambda *done: told.append(done))
    number = len(community[1])
    assert told == [(done, number) for done in range(1, number + 1)]


async def test_an_unknown_format_is_refused_and_nothing_is_left_behind(store: DatabaseStore, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no export format 'xlsx'; choose one of: jsonl, parquet, csv"):
        await export(store, tmp_path / "deep" / "out", form="xlsx")
    assert list((tmp_path / "deep").iterdir()) == []


async def test_a_message_posted_again_is_counted_and_no_phase(store: DatabaseStore, tmp_path: Path) -> None:
    opened = RoundOpened(1.0, "r1", "web:team", MODERATOR, "Should we?", None, None, Rules(), 1)
    assert await handle(store, Delivery("open", "r1", opened))
    (claim,) = [one for one in await store.claim("one", 2.0, 9, 60.0, ["web"]) if isinstance(one.effect, Announce)]
    await store.complete(claim, again_at=3.0)
    found = await exported(store, tmp_path / "out")
    assert [row["posted_again"] for row in found["rounds"]] == [1]
    assert [row["event"] for row in found["phases"]] == ["RoundOpened"]


async def test_a_round_still_collecting_is_exported_as_it_is(store: DatabaseStore, tmp_path: Path) -> None:
    opened = RoundOpened(1.0, "web:r", "web:c", MODERATOR, "Where to?", None, None, Rules(reminders=False), 3)
    await happen(store, "web:r", opened, PhaseAdvanced(2.0, MODERATOR))
    found = await exported(store, tmp_path / "out")
    assert [row["phase"] for row in found["rounds"]] == ["collecting"]
    assert [len(found[name]) for name in ("candidates", "outcomes", "opinions")] == [0, 0, 0]
