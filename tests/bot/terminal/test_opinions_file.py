"""Files of opinions: every format, every way to be wrong, and the JSON of `parley deliberate`."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.terminal.opinions_file import MAX_BYTES, read_opinions
from engine.errors import OpinionsFileError
from engine.rounds.model import MAX_OPINION


def written(folder: Path, name: str, content: str | bytes) -> Path:
    """A file with that content."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("o.txt", "Yes, please.\n\n  No, thanks.  \n"),
        ("o.txt", b"\xef\xbb\xbfYes, please.\r\nNo, thanks.\r\n"),
        ("o.txt", "Yes, please.\nNo, thanks.".encode("utf-16")),
        ("opinions", "Yes, please.\nNo, thanks."),
        ("o.csv", 'opinion\n"Yes, please."\n"No, thanks."\n'),
        ("o.csv", 'id;Opinion\n1;"Yes, please."\n2;No, thanks.\n'),
        ("o.csv", '\n"opinion"\tx\nYes, please.\t1\n"No, thanks."\t2\n'),
        ("o.jsonl", '{"opinion": "Yes, please."}\n\n{"opinion": "No, thanks.", "age": 3}\n'),
        ("o.json", '["Yes, please.", {"opinion": "No, thanks."}]'),
    ],
)
def test_every_format_gives_the_same_opinions(tmp_path: Path, name: str, content: str | bytes) -> None:
    found = read_opinions(written(tmp_path, name, content))
    assert found.opinions == ("Yes, please.", "No, thanks.")
    assert found.members == ("member 1", "member 2")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("o.csv", 'member,opinion\nann,Yes\nbo,\n,"No\nway"\n'),
        (
            "o.jsonl",
            '{"member": "ann", "opinion": "Yes"}\n{"member": "bo", "opinion": ""}\n{"opinion": "No\\nway"}\n',
        ),
    ],
)
def test_members_keep_their_names_and_a_member_without_an_opinion_keeps_a_row(
    tmp_path: Path, name: str, content: str
) -> None:
    found = read_opinions(written(tmp_path, name, content))
    assert found.members == ("ann", "bo", "member 3")
    assert found.opinions == ("Yes", "", "No\nway")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("o.txt", "", "is empty"),
        ("o.txt", " \n\n ", "is empty"),
        ("o.txt", b"\x89PNG\r\n\x1a\n", "is a picture"),
        ("o.csv", b"PK\x03\x04rest", "office document"),
        ("o.txt", b"ab\x00cd", "is a binary file"),
        ("o.txt", b"fine\nnot fine \xff\xe9", r"not UTF-8 text \(line 2\)"),
        ("o.txt", '[{"opinion": "x"}]', "holds JSON and not plain text"),
        ("o.txt", '{"opinion": "x"}\n{"opinion": "y"}', "rename it"),
        ("o.csv", "text\nYes\n", "no column 'opinion' .*'text'"),
        ("o.csv", "opinion\nYes, please\n", "line 2: there are 2 fields and 1 columns"),
        ("o.csv", 'opinion\n"Yes\n', "no CSV"),
        ("o.csv", "opinion\n", "holds no opinion"),
        ("o.jsonl", '{"opinion": "x"}\nnot json\n', "line 2: this is no JSON"),
        ("o.jsonl", '{"text": "x"}\n', "line 1: there is no text 'opinion'"),
        ("o.jsonl", '{"opinion": 3}\n', "line 1: there is no text 'opinion'"),
        ("o.jsonl", '{"opinion": "x", "member": [1]}\n', "'member' must be a text"),
        ("o.json", '{"opinion": "x"}', "holds no list"),
        ("o.json", "[1, 2", "line 1: this is no JSON"),
        ("o.json", "[" * 100_000, "nested too deeply|no JSON"),
        ("o.csv", "member,opinion\nann,x\nann,y\n", "line 3: 'ann' already has an opinion on line 2"),
        ("o.txt", "short\n" + "x" * (MAX_OPINION + 1), "line 2: the opinion has 4,001 characters; the limit is 4,000"),
        ("o.txt", "x\n" * 10_001, "10,001 opinions; the limit is 10,000"),
    ],
)
def test_what_is_wrong_is_one_sentence_that_names_the_place(
    tmp_path: Path, name: str, content: str | bytes, message: str
) -> None:
    path = written(tmp_path, name, content)
    with pytest.raises(OpinionsFileError, match=message) as refused:
        read_opinions(path)
    assert str(path) in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_missing_file_a_folder_and_a_huge_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(OpinionsFileError, match="There is no file"):
        read_opinions(tmp_path / "nowhere.txt")
    with pytest.raises(OpinionsFileError, match="is a folder"):
        read_opinions(tmp_path)
    huge = tmp_path / "huge.txt"
    with huge.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(OpinionsFileError, match="the limit is 16 MiB"):
        read_opinions(huge)
