"""What `parley deliberate` prints for a question and a file of opinions."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from bot.settings import Settings
from bot.terminal.deliberating import deliberate_file, deliberated, deliberation_json
from engine.errors import ParleyError, UsageError

QUESTION = "Should we move the office?"
OPINIONS = {
    "Ada": "Yes, we should move, because the old office is too small for all of us.",
    "Bo": "We should move only if the new office is near a train station.",
    "Chidi": "No, we should not move. Moving is too expensive this year.",
}


@pytest.fixture
def opinions(tmp_path: Path) -> Path:
    file = tmp_path / "opinions.csv"
    lines = [f'{who},"{text}"' for who, text in OPINIONS.items()]
    file.write_text("\n".join(["member,opinion", *lines]), encoding="utf-8")
    return file


def deliberate(path: Path, *, as_json: bool = False, number: int = 4, settings: Settings | None = None) -> None:
    deliberate_file(
        settings or Settings(), QUESTION, path, as_json=as_json, number=number, welfare="utilitarian", seed=0
    )


def test_json_is_alone_on_stdout_in_the_promised_shape(opinions: Path, capsys: pytest.CaptureFixture[str]) -> None:
    deliberate(opinions, as_json=True)
    printed = capsys.readouterr()
    answer = json.loads(printed.out)
    assert set(answer) == {"candidates", "predictions", "members"}
    assert answer["members"] == list(OPINIONS)
    assert [one["rank"] for one in answer["candidates"]] == [1, 2, 3, 4]
    welfare = [one["welfare"] for one in answer["candidates"]]
    assert welfare == sorted(welfare, reverse=True)
    assert all(set(one) == {"text", "provenance", "welfare", "rank"} for one in answer["candidates"])
    assert [len(row) for row in answer["predictions"]] == [4, 4, 4]
    assert "machine-written" in printed.err
    assert "of 3 members are predicted to agree with one of the 3 that would be posted." in printed.err


def test_the_text_ranks_statements_with_welfare_and_every_members_prediction(
    opinions: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    deliberate(opinions)
    printed = capsys.readouterr().out
    assert printed.startswith(QUESTION)
    for rank in range(1, 5):
        assert f"\n{rank}. " in printed
    assert printed.count("welfare ") == 4
    assert printed.count("of 3 predicted to agree; lowest ") == 4
    assert all(printed.count(f"{who} ") >= 4 for who in OPINIONS)
    assert "machine-written, by extractive" in printed
    assert "A language model writes better statements" in printed


def test_fewer_statements_than_asked_for_are_said_to_be_fewer(
    opinions: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    deliberate(opinions, number=64)
    assert "fewer than the 64 asked for" in capsys.readouterr().out
    deliberate(opinions, as_json=True, number=64)
    assert "fewer than the 64 asked for" in capsys.readouterr().err


@pytest.mark.parametrize(
    "given",
    [
        "\n".join(OPINIONS.values()),
        "opinion\n" + "\n".join(f'"{text}"' for text in OPINIONS.values()),
        "\n".join(json.dumps({"opinion": text}) for text in OPINIONS.values()),
        json.dumps(list(OPINIONS.values())),
    ],
    ids=["text", "csv", "jsonl", "json"],
)
def test_standard_input_may_be_any_of_the_kinds(
    given: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given.encode())))
    deliberate(Path("-"), as_json=True, number=2)
    assert len(json.loads(capsys.readouterr().out)["members"]) == 3


def test_opinions_cannot_steer_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Escape sequences of an untrusted file come out without their escape."""
    file = tmp_path / "opinions.jsonl"
    hostile = [f"We should move\x1b[2J to the \x1b]0;title\x07 station number {n}. \ud800" for n in "123"]
    file.write_text("\n".join(json.dumps({"opinion": one, "member": f"\x1b[31m{one[-10:]}"}) for one in hostile))
    deliberate(file)
    deliberate(file, as_json=True)
    printed = capsys.readouterr()
    assert "\x1b" not in printed.out + printed.err
    assert "\x07" not in printed.out + printed.err


async def described(question: str, path: Path, **options: Any) -> dict[str, Any]:
    """What is printed as JSON."""
    drafting, members = await deliberated(question, path, **options)
    return deliberation_json(drafting, members)


async def test_the_command_gives_candidates_by_rank_and_predictions_in_their_order(tmp_path: Path) -> None:
    path = tmp_path / "o.csv"
    path.write_text("member,opinion\nann,Lisbon\nbo,I vote for Lisbon\ncy,\ndee,Berlin because of the trains\n")
    found = json.loads(json.dumps(await described("Where should we hold the offsite?", path), allow_nan=False))
    assert set(found) == {"candidates", "predictions", "members"}
    assert found["members"] == ["ann", "bo", "cy", "dee"]
    assert all(set(one) == {"text", "provenance", "welfare", "rank"} for one in found["candidates"])
    assert [one["rank"] for one in found["candidates"]] == list(range(1, len(found["candidates"]) + 1))
    welfare = [one["welfare"] for one in found["candidates"]]
    assert welfare == sorted(welfare, reverse=True)
    assert [len(row) for row in found["predictions"]] == [len(found["candidates"])] * 4
    texts = [one["text"] for one in found["candidates"]]
    berlin = next(at for at, text in enumerate(texts) if text.startswith("We should hold the offsite in Berlin"))
    lisbon = texts.index("We should hold the offsite in Lisbon.")
    assert found["predictions"][3][berlin] > found["predictions"][3][lisbon]
    assert found["predictions"][0][lisbon] > found["predictions"][0][berlin]
    rows = [found["predictions"][at] for at in (0, 1, 3)]
    for column, expected in enumerate(welfare):
        assert sum(row[column] for row in rows) / 3 == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize(
    ("question", "message"),
    [("", "Give a question"), ("We should ban cars", "has no question mark"), ("x" * 1_001 + "?", "limit is 1,000")],
)
async def test_a_question_that_is_none_is_refused(tmp_path: Path, question: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        await described(question, two_opinions(tmp_path))


@pytest.mark.parametrize("option", [{"generator": "extractiv"}, {"predictor": "lexicl"}, {"rule": "best"}, {"n": 0}])
async def test_options_that_do_not_exist_are_refused(tmp_path: Path, option: dict[str, object]) -> None:
    with pytest.raises(ParleyError):
        await described("Should we?", two_opinions(tmp_path), **option)


def two_opinions(folder: Path) -> Path:
    """A file."""
    path = folder / "o.txt"
    path.write_text("Yes\nNo\n")
    return path
