"""What deliberating on a file, exporting and migrating print."""

from __future__ import annotations

import io
import json
import sys
import time
from pathlib import Path

import pytest
from rich.console import Console

from bot.offline import deliberate_file, export_rounds, inert, migrate_database
from bot.progress import progress
from bot.settings import Settings
from storage.migrations import migrate

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


def test_what_turns_or_steers_text_is_taken_out_and_the_rest_stays() -> None:
    assert inert("a\x1b[1mb\u202ec\nd\ud800") == "a[1mbc d"
    assert inert("naïve — 日本語 می‌خواهم 👩‍👧") == "naïve — 日本語 می‌خواهم 👩‍👧"


async def test_exporting_says_what_was_written_and_where(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    database = f"sqlite:///{tmp_path / 'parley.db'}"
    migrate(database)
    await export_rounds(Settings(database=database), tmp_path / "out", "csv", linkable=True)
    printed = capsys.readouterr().out
    assert f"Wrote {tmp_path / 'out'} (there are no rounds yet)" in printed
    assert "This export is linkable" in printed
    assert (tmp_path / "out" / "manifest.json").exists()


def test_migrating_says_what_it_did(tmp_path: Path) -> None:
    settings = Settings(database=f"sqlite:///{tmp_path / 'parley.db'}")
    assert "is set up, at revision" in migrate_database(settings)
    assert "is up to date, at revision" in migrate_database(settings)


def test_a_bar_appears_only_when_work_takes_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two seconds, shortened here; a terminal is one that Rich takes for one."""
    shown = io.StringIO()
    monkeypatch.setattr("rich.console.Console", lambda **_: Console(file=shown, force_terminal=True, width=80))
    with progress("Quick"):
        pass
    assert shown.getvalue() == ""
    monkeypatch.setattr("bot.progress.PATIENCE", 0.01)
    with progress("Exporting rounds") as on_round:
        on_round(1, 2)
        time.sleep(0.2)
    assert "Exporting rounds" in shown.getvalue()


def test_no_bar_is_drawn_where_nobody_looks(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.progress.PATIENCE", 0.01)
    with progress("Exporting rounds"):
        time.sleep(0.1)
    assert capsys.readouterr().err == ""
