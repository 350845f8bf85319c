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
    monkeypatch.setattr("sys.argv", ["rerank", "--json", "--sizes", "tiny", "--members", "2", "--repeats", "1"])
    rerank.main()
    told = json.loads(capsys.readouterr().out)
    row = told["sizes"]["tiny"]["2"]
    assert told["speedup"] == {"2": row["speedup"]}
    assert told["max_abs_diff"] == row["max_abs_diff"] < 1e-4
    assert row["max_abs_diff_of_batches"] < 1e-4
    assert list(row["seconds"]) == list(rerank.WAYS)
    assert row["share_of_achievable_flops"] > 0
