"""Files of opinions: text, CSV, JSONL or JSON in, members and opinions out."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.errors import OpinionsFileError
from engine.rounds.model import MAX_OPINION

MAX_BYTES = 16 * 1024 * 1024
"""A file larger than this is refused unread."""

MAX_OPINIONS = 10_000
"""More opinions than this are refused."""

_FIRST_BYTES = {
    b"%PDF": "a PDF document",
    b"PK\x03\x04": "a zip archive or office document",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"\x1f\x8b": "a compressed file",
    b"SQLite format 3": "a database",
    b"PAR1": "a Parquet file",
}


@dataclass(frozen=True, slots=True)
class OpinionsFile:
    """What a file held: `members` and `opinions` are parallel; a blank opinion is a member who gave none."""

    members: tuple[str, ...]
    opinions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    opinion: str
    member: str | None


def read_opinions(path: str | Path) -> OpinionsFile:
    """The members and opinions of a file, by its ending.

    .csv: a column "opinion" and, if there is one, "member"; .jsonl or .ndjson: one object a line with the
    same fields; .json: a list of such objects or of texts; anything else: one opinion a line. Members
    without a name are called "member 1" and so on, by their place in the file.

    Raises OpinionsFileError with one sentence that says what is wrong, where, and what to do.
    """
    path = Path(path)
    text = _text(path)
    ending = path.suffix.lower()
    if ending == ".csv":
        rows = _csv_rows(path, text)
    elif ending in (".jsonl", ".ndjson"):
        rows = _jsonl_rows(path, text)
    elif ending == ".json":
        rows = _json_rows(path, text)
    else:
        rows = _text_rows(path, text)
    return _checked(path, rows)


def _text(path: Path) -> str:
    """The file's text: UTF-8, or UTF-16 that says so."""
    try:
        if path.is_dir():
            raise OpinionsFileError(f"{path} is a folder; give a file with one opinion a line, a CSV or a JSONL file.")
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise OpinionsFileError(
                f"{path} has {size / 2**20:.1f} MiB; the limit is {MAX_BYTES // 2**20} MiB, so split the file."
            )
        data = path.read_bytes()
    except FileNotFoundError:
        raise OpinionsFileError(f"There is no file {path}; check the name.") from None
    except OSError as error:
        raise OpinionsFileError(f"{path} cannot be read ({error.strerror}); check its permissions.") from error
    kind = next((kind for start, kind in _FIRST_BYTES.items() if data.startswith(start)), None)
    if kind:
        raise OpinionsFileError(f"{path} is {kind}; save the opinions as text, CSV or JSONL.")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    elif b"\x00" in data:
        raise OpinionsFileError(f"{path} is a binary file; save the opinions as text, CSV or JSONL.")
    else:
        encoding = "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise OpinionsFileError(f"{path} is not UTF-8 text (line {line}); save it with the encoding UTF-8.") from None
    if not text.strip():
        raise OpinionsFileError(f"{path} is empty; write one opinion a line, or a CSV file with a column 'opinion'.")
    return text


def _text_rows(path: Path, text: str) -> list[_Row]:
    lines = text.splitlines()
    first = next(line for line in lines if line.strip()).strip()
    if first[0] in "[{" and (_is_json(first) or _is_json(text)):
        raise OpinionsFileError(f"{path} holds JSON and not plain text; rename it so that it ends in .jsonl or .json.")
    return [_Row(at, line.strip(), None) for at, line in enumerate(lines, start=1) if line.strip()]


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _csv_rows(path: Path, text: str) -> list[_Row]:
    header_line = text.lstrip("\r\n").splitlines()[0]
    delimiter = max(",;\t", key=header_line.count) if "opinion" in header_line.lower() else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[_Row] = []
    try:
        header = [name.strip().lower() for name in next(reader)]
        while not any(header):
            header = [name.strip().lower() for name in next(reader)]
        if "opinion" not in header:
            found = ", ".join(repr(name) for name in header[:6] if name) or "none"
            raise OpinionsFileError(
                f"{path} has no column 'opinion' (its first line names: {found}); add a first line that says opinion."
            )
        opinion, member = header.index("opinion"), header.index("member") if "member" in header else None
        for fields in reader:
            if not any(field.strip() for field in fields):
                continue
            if len(fields) > len(header):
                raise OpinionsFileError(
                    f"{path}, line {reader.line_num}: there are {len(fields)} fields and {len(header)} columns; "
                    "put opinions that contain the separator into double quotes."
                )
            said = fields[opinion].strip() if opinion < len(fields) else ""
            named = fields[member].strip() if member is not None and member < len(fields) else ""
            rows.append(_Row(reader.line_num, said, named or None))
    except StopIteration:
        raise OpinionsFileError(f"{path} is empty; write a first line 'opinion' and one opinion a line.") from None
    except csv.Error as error:
        raise OpinionsFileError(
            f"{path}, line {reader.line_num}: this is no CSV ({error}); check the quotes."
        ) from None
    return rows


def _jsonl_rows(path: Path, text: str) -> list[_Row]:
    rows: list[_Row] = []
    for at, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            raise OpinionsFileError(
                f'{path}, line {at}: this is no JSON; each line is an object such as {{"opinion": "..."}}.'
            ) from None
        rows.append(_object_row(path, f"line {at}", at, value))
    return rows


def _json_rows(path: Path, text: str) -> list[_Row]:
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise OpinionsFileError(
            f"{path}, line {error.lineno}: this is no JSON ({error.msg}); a file of one object a line ends in .jsonl."
        ) from None
    except RecursionError:
        raise OpinionsFileError(f"{path} is nested too deeply; give a list of opinions.") from None
    if not isinstance(value, list):
        raise OpinionsFileError(f"{path} holds no list; a JSON file of opinions is a list of texts or objects.")
    return [
        _Row(at, one.strip(), None) if isinstance(one, str) else _object_row(path, f"item {at}", at, one)
        for at, one in enumerate(value, start=1)
    ]


def _object_row(path: Path, where: str, at: int, value: object) -> _Row:
    if not isinstance(value, dict) or not isinstance(value.get("opinion"), str):
        raise OpinionsFileError(
            f'{path}, {where}: there is no text \'opinion\'; each opinion is an object such as {{"opinion": "..."}}.'
        )
    member = value.get("member")
    if member is not None and not isinstance(member, str | int):
        raise OpinionsFileError(f"{path}, {where}: 'member' must be a text, got {member!r}.")
    return _Row(at, value["opinion"].strip(), str(member).strip() or None if member is not None else None)


def _checked(path: Path, rows: Sequence[_Row]) -> OpinionsFile:
    """The rows as parallel tuples, within the limits, each member once."""
    if not any(row.opinion for row in rows):
        raise OpinionsFileError(f"{path} holds no opinion; write at least one.")
    if len(rows) > MAX_OPINIONS:
        raise OpinionsFileError(f"{path} holds {len(rows):,} opinions; the limit is {MAX_OPINIONS:,}.")
    lines: dict[str, int] = {}
    for row in rows:
        if len(row.opinion) > MAX_OPINION:
            raise OpinionsFileError(
                f"{path}, line {row.line}: the opinion has {len(row.opinion):,} characters; "
                f"the limit is {MAX_OPINION:,}."
            )
        if row.member is not None and row.member in lines:
            raise OpinionsFileError(
                f"{path}, line {row.line}: {row.member!r} already has an opinion on line {lines[row.member]}; "
                "keep one opinion per member."
            )
        if row.member is not None:
            lines[row.member] = row.line
    members: list[str] = []
    for at, row in enumerate(rows, start=1):
        name = row.member or f"member {at}"
        while row.member is None and name in lines:
            name += "'"
        members.append(name)
    return OpinionsFile(tuple(members), tuple(row.opinion for row in rows))
