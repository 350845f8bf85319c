"""What `python -m benchmarks.rerank` compares is comparable."""

from __future__ import annotations

import json

import pytest

from benchmarks import rerank


def test_questions_with_opinions_and_statements_have_100_tokens_on_average() -> None:
    for members in (5, 50):
        rows = rerank.make_rows(members)
        assert sum(len(row.prefix) for row in rows) / members == pytest.approx(100, abs=1)
        assert sum(map(len, rows[0].suffixes)) / rerank.CANDIDATES == pytest.approx(100, abs=1)
        assert rerank.bound(rows) == pytest.approx(2 * 1600 / 1700, abs=0.01)


def test_all_four_ways_give_the_same_scores(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(rerank, "SIZES", {"tiny": (64, 1)})
    monkeypatch.setattr(rerank, "VOCABULARY", 100)
    monkeypatch.setattr("sys.argv", ["rerank", "--json", "--sizes", "tiny", "--members", "2", "--repeats", "1"])
    rerank.main()
    told = json.loads(capsys.readouterr().out)
    row = told["sizes"]["tiny"]["2"]
    assert told["speedup"] == {"2": row["speedup"]}
    assert told["max_abs_diff"] == row["max_abs_diff"] < 1e-4
    assert row["max_abs_diff_of_batches"] < 1e-4
    assert list(row["seconds"]) == list(rerank.WAYS)
    assert row["share_of_achievable_flops"] > 0


def test_parts_that_stand_for_a_group_are_spread_evenly_over_it() -> None:
    assert rerank.spread(4, 4) == [0, 1, 2, 3]
    assert rerank.spread(1, 4) == [0]
    assert rerank.spread(100, 4) == [12, 37, 62, 87]
    assert rerank.spread(100, 1) == [50]


def test_with_few_parts_every_way_scores_as_many_pairs_and_the_figures_are_of_those(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(rerank, "SIZES", {"tiny": (64, 1)})
    monkeypatch.setattr(rerank, "PART", 1)
    monkeypatch.setattr(rerank, "VOCABULARY", 100)
    asked = ["rerank", "--sizes", "tiny", "--members", "5", "--repeats", "1", "--parts", "2"]
    monkeypatch.setattr("sys.argv", [*asked, "--json"])
    rerank.main()
    told = json.loads(capsys.readouterr().out)
    row = told["sizes"]["tiny"]["5"]
    assert (row["pairs"], row["pairs_of_the_group"]) == (32, 80)
    assert told["speedup"] == {"5": row["speedup"]}
    assert told["max_abs_diff"] == row["max_abs_diff"] < 1e-4
    assert row["pairs_per_second"] == pytest.approx(32 / row["seconds"]["ours"], rel=0.01)
    assert "32 of 80 pairs" in rerank.printed(told)


def test_each_way_scores_its_parts_in_its_own_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rerank, "SIZES", {"tiny": (64, 1)})
    rows = rerank.make_rows(15)
    ways = rerank.Ways("tiny", "cpu", rows, 1)
    assert ways.parts == [80]
    assert ways.scored == rows[5:10]
    by_length = [len(rows[row].whole(column)) for row, column in ways("length-sorted batches", 80)]
    assert len(by_length) == 80
    assert by_length == sorted(by_length)
    assert {row for row, _ in ways("ours", 80)} == {5, 6, 7, 8, 9}
