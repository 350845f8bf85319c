"""Tables as files: JSON lines, CSV that a spreadsheet cannot be tricked with, or Parquet."""

from __future__ import annotations

import csv
import io
import json
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from engine.errors import UsageError
from storage.export.columns import Cell, Column, Kind, Row, Table

ROW_GROUP = 20_000
"""Rows that a Parquet file takes at once."""

FORMULA = re.compile(
    "[\\s\"'`\\u2018\\u2019\\u201c\\u201d\\u00ab\\u00bb\\u200b-\\u200f\\u2060\\ufeff]*[=+@\\uff1d\\uff0b\\uff20\\u2212\\uff0d\\-]|[\\t\\r]"
)
"""What a spreadsheet may take for a formula: an operator, also full-width, at the start or after space and quotes."""


class TableWriter(ABC):
    """Writes one table to one file."""

    def __init__(self, folder: Path, table: Table) -> None:
        """The file is created at once, so that an empty table is an empty file and not a missing one."""
        self.table = table
        self.written = 0
        self._names = frozenset(column.name for column in table.columns)

    @property
    @abstractmethod
    def path(self) -> Path:
        """The file."""

    def write(self, rows: Iterable[Row]) -> None:
        """Append rows; each has every column of the table. Raises OSError."""
        for row in rows:
            if row.keys() != self._names:
                raise AssertionError(f"a row of {self.table.name} has the columns {sorted(row)}")
            self._write(row)
            self.written += 1

    @abstractmethod
    def _write(self, row: Row) -> None:
        """Append one row."""

    @abstractmethod
    def close(self) -> None:
        """Everything is in the file. Raises OSError."""


class _Lines(TableWriter):
    ending: str

    def __init__(self, folder: Path, table: Table) -> None:
        super().__init__(folder, table)
        self._file: io.TextIOWrapper = (folder / f"{table.name}.{self.ending}").open("w", encoding="utf-8", newline="")

    @property
    def path(self) -> Path:
        return Path(self._file.name)

    def close(self) -> None:
        self._file.close()


class JsonLinesTable(_Lines):
    """One JSON object a line, columns in order."""

    ending = "jsonl"

    def _write(self, row: Row) -> None:
        ordered = {column.name: row[column.name] for column in self.table.columns}
        self._file.write(json.dumps(ordered, ensure_ascii=False, allow_nan=False) + "\n")


class CsvTable(_Lines):
    """A header and a line per row; texts that a spreadsheet might run are preceded by an apostrophe."""

    ending = "csv"

    def __init__(self, folder: Path, table: Table) -> None:
        super().__init__(folder, table)
        self._csv = csv.writer(self._file)
        self._csv.writerow([column.name for column in table.columns])

    def _write(self, row: Row) -> None:
        self._csv.writerow([_csv_cell(column, row[column.name]) for column in self.table.columns])


def _csv_cell(column: Column, cell: Cell) -> str | int | float:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, int | float):
        return cell
    return neutral(json.dumps(cell, ensure_ascii=False) if column.kind is Kind.TEXTS else str(cell))


def neutral(text: str) -> str:
    """The text, with an apostrophe before it where a spreadsheet might take it for a formula."""
    return f"'{text}" if FORMULA.match(text) else text


class ParquetTable(TableWriter):
    """A Parquet file, in row groups, with the columns' meanings in its schema."""

    def __init__(self, folder: Path, table: Table) -> None:
        """Raises UsageError without pyarrow."""
        super().__init__(folder, table)
        self._arrow, parquet = _pyarrow()
        self._path = folder / f"{table.name}.parquet"
        self._schema = self._arrow.schema(
            [
                self._arrow.field(column.name, _arrow_type(self._arrow, column.kind), metadata={"means": column.means})
                for column in table.columns
            ]
        )
        self._writer = parquet.ParquetWriter(self._path, self._schema)
        self._waiting: list[Row] = []

    @property
    def path(self) -> Path:
        return self._path

    def _write(self, row: Row) -> None:
        self._waiting.append(row)
        if len(self._waiting) >= ROW_GROUP:
            self._flush()

    def _flush(self) -> None:
        if self._waiting:
            self._writer.write_table(self._arrow.Table.from_pylist(self._waiting, schema=self._schema))
            self._waiting = []

    def close(self) -> None:
        try:
            self._flush()
        finally:
            self._writer.close()


def _pyarrow() -> tuple[Any, Any]:
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError as error:
        raise UsageError(
            "Parquet needs pyarrow: run `.venv/bin/pip install -e '.[research]'` in Parley's folder, "
            "or choose --format jsonl or csv."
        ) from error
    return pyarrow, parquet


def _arrow_type(arrow: Any, kind: Kind) -> Any:
    match kind:
        case Kind.INTEGER:
            return arrow.int64()
        case Kind.NUMBER | Kind.TIME:
            return arrow.float64()
        case Kind.FLAG:
            return arrow.bool_()
        case Kind.TEXTS:
            return arrow.list_(arrow.string())
        case Kind.TEXT | Kind.JSON:
            return arrow.string()


def open_table(form: str, folder: Path, table: Table) -> TableWriter:
    """A writer of `table` in `folder`. Raises UsageError for a format that there is not, and OSError."""
    require_format(form)
    return WRITERS[form](folder, table)


def require_format(form: str) -> None:
    """Raise UsageError when there is no format of this name."""
    if form not in WRITERS:
        raise UsageError(f"There is no export format {form!r}; choose one of: {', '.join(WRITERS)}.")


WRITERS: dict[str, type[TableWriter]] = {"jsonl": JsonLinesTable, "parquet": ParquetTable, "csv": CsvTable}
