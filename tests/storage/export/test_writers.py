"""CSV that no spreadsheet runs, and folders that are there whole or not at all."""

from __future__ import annotations

import builtins
import csv
import errno
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import UsageError
from storage.export.columns import Column, Kind, Row, Table
from storage.export.folder import export_folder
from storage.export.writers import neutral, open_table

TABLE = Table(
    "things",
    "A thing.",
    (
        Column("text", Kind.TEXT, "Anything."),
        Column("number", Kind.NUMBER, "A number."),
        Column("whole", Kind.INTEGER, "A whole number."),
        Column("flag", Kind.FLAG, "Yes or no."),
        Column("texts", Kind.TEXTS, "Several."),
    ),
)
FORMULAS = [
    "=1+1", "+1", "-1+2", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", '"=1"', "'=1", "“=1”", "\u200b=1", "\ufeff=1",
    "＝1+1", "＋1", "－1", "＠SUM", "\ttab", "\rreturn", "=cmd|' /C calc'!A0", "-2+3+cmd|' /C calc'!A0",
]  # fmt: skip


def write(form: str, folder: Path, *rows: Row) -> Path:
    """A file with these rows."""
    writer = open_table(form, folder, TABLE)
    writer.write(rows)
    writer.close()
    return writer.path


def row(text: str | None = "a", number: float | None = 1.0, whole: int | None = 1) -> Row:
    """A row of TABLE."""
    return {"text": text, "number": number, "whole": whole, "flag": True, "texts": ["=a", "b"]}


@pytest.mark.parametrize("text", FORMULAS)
def test_what_a_spreadsheet_may_run_is_preceded_by_an_apostrophe(text: str, tmp_path: Path) -> None:
    """OWASP, CSV injection: = + - @ tab and return at the start, also full-width, also behind quotes and spaces."""
    with write("csv", tmp_path, row(text)).open(encoding="utf-8", newline="") as file:
        cell = next(csv.DictReader(file))["text"]
    assert cell == f"'{text}"


@given(st.text())
def test_a_neutral_text_begins_with_no_operator_and_loses_nothing(text: str) -> None:
    made = neutral(text)
    assert made.removeprefix("'") == text or made == text
    assert not made.lstrip(' \t\r\n"').startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))


@pytest.mark.parametrize("text", ["We should.", "a=b", "1-2", "it's", "(a)", "100 %", "#tag", "ja"])
def test_ordinary_texts_stay_as_they_are(text: str) -> None:
    assert neutral(text) == text


def test_numbers_stay_numbers_and_nothing_stays_nothing(tmp_path: Path) -> None:
    path = write("csv", tmp_path, row(number=-0.25, whole=-3), row(None, None, None))
    with path.open(encoding="utf-8", newline="") as file:
        first, second = csv.DictReader(file)
    assert (first["number"], first["whole"], first["flag"], first["texts"]) == ("-0.25", "-3", "true", '["=a", "b"]')
    assert (second["text"], second["number"], second["whole"]) == ("", "", "")


@pytest.mark.parametrize("form", ["jsonl", "csv", "parquet"])
def test_a_row_with_other_columns_is_a_bug_and_said_so(form: str, tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="things"):
        write(form, tmp_path, {"text": "a"})


def test_parquet_without_pyarrow_names_the_extra(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name.partition(".")[0] == "pyarrow":
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(UsageError, match=r"pip install -e '.\[research\]'"):
        open_table("parquet", tmp_path, TABLE)


def test_a_folder_appears_when_it_is_complete_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    out = tmp_path / "deep" / "out"
    with export_folder(out) as folder:
        (folder / "file").write_text("whole", encoding="utf-8")
        assert not out.exists()
    assert (out / "file").read_text(encoding="utf-8") == "whole"
    assert stat.S_IMODE(out.stat().st_mode) == 0o700
    assert [one.name for one in out.parent.iterdir()] == ["out"]


def test_an_empty_folder_may_be_given_and_a_full_one_is_kept(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    with export_folder(out) as folder:
        (folder / "file").write_text("first", encoding="utf-8")
    with (
        pytest.raises(UsageError, match="is not empty: give --out a folder that does not exist yet"),
        export_folder(out),
    ):
        pytest.fail("it must not begin")
    assert (out / "file").read_text(encoding="utf-8") == "first"


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.ENOSPC, "is full: free some space"),
        (errno.EDQUOT, "is full: free some space"),
        (errno.EACCES, "cannot be written"),
        (errno.EIO, "failed"),
    ],
)
def test_what_goes_wrong_while_writing_is_one_sentence_and_leaves_nothing(
    number: int, said: str, tmp_path: Path
) -> None:
    out = tmp_path / "out"

    def fail() -> None:
        with export_folder(out) as folder:
            (folder / "half").write_text("half", encoding="utf-8")
            raise OSError(number, os.strerror(number))

    with pytest.raises(UsageError, match=said):
        fail()
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_noticed_in_every_format(tmp_path: Path) -> None:
    """/dev/full takes nothing, as a full disk does."""
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")

    def fail(form: str) -> None:
        with export_folder(tmp_path / form) as folder:
            (folder / f"things.{form}").symlink_to("/dev/full")
            write(form, folder, row())

    for form in ("jsonl", "csv", "parquet"):
        with pytest.raises(UsageError, match="is full: free some space"):
            fail(form)
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("", encoding="utf-8")
    for out, said in ((file, "is no folder"), (file / "under", "something above it is a file")):
        with pytest.raises(UsageError, match=said), export_folder(out):
            pytest.fail("it must not begin")
