"""Core statements compiled once per dialect, for the paths on which building them again would cost the most."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, bindparam
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import CursorResult
from sqlalchemy.sql.base import Executable

Values = Mapping[str, Any]
Insert = Callable[[Table], Any]
"""`insert` of the dialect at hand; SQLAlchemy keeps ON CONFLICT in two of them, spelled alike."""

INSERTS: dict[str, Insert] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A statement's text, the order of its parameters (None where they are named), and those that never change."""

    text: str
    order: tuple[str, ...] | None
    fixed: dict[str, Any]

    def parameters(self, values: Values) -> Any:
        given = {**self.fixed, **values}
        return given if self.order is None else tuple([given[name] for name in self.order])


class Prepared:
    """A statement whose parameters are the names of its bind parameters, given as plain driver values.

    `build` makes it from the dialect's `insert`; statements that insert nothing take no notice of it.
    """

    def __init__(self, build: Callable[[Insert], Executable]) -> None:
        """Nothing is compiled until the first run."""
        self._build = build
        self._compiled: dict[str, _Compiled] = {}

    def run(self, connection: Connection, values: Values) -> CursorResult[*tuple[Any, ...]]:
        """Run it once."""
        compiled = self._for(connection)
        return connection.exec_driver_sql(compiled.text, compiled.parameters(values))

    def run_many(self, connection: Connection, rows: Sequence[Values]) -> None:
        """Run it for each of `rows`, which may be empty."""
        if len(rows) == 1:
            self.run(connection, rows[0])
        elif rows:
            compiled = self._for(connection)
            connection.exec_driver_sql(compiled.text, [compiled.parameters(row) for row in rows])

    def first(self, connection: Connection, values: Values) -> Sequence[Any] | None:
        """The first row as the driver gives it, None when there is none.

        On the driver's own cursor: describing a wide row costs SQLAlchemy ten times what fetching it does. Its
        events do not see this statement, and errors are the driver's.
        """
        text, given = self.sent(connection, values)
        cursor = connection.connection.cursor()
        try:
            cursor.execute(text, given)
            row: Sequence[Any] | None = cursor.fetchone()
            return row
        finally:
            cursor.close()

    def sent(self, connection: Connection, values: Values) -> tuple[str, Any]:
        """The text and the parameters that the driver is given."""
        compiled = self._for(connection)
        return compiled.text, compiled.parameters(values)

    def _for(self, connection: Connection) -> _Compiled:
        name = connection.dialect.name
        found = self._compiled.get(name)
        if found is None:
            statement: Any = self._build(INSERTS[name])
            compiled = statement.compile(dialect=connection.dialect)
            fixed = {key: value for key, value in compiled.params.items() if value is not None}
            order = None if compiled.positiontup is None else tuple(compiled.positiontup)
            found = self._compiled[name] = _Compiled(str(compiled), order, fixed)
        return found


def plain_insert(table: Table, *, without: Iterable[str] = ()) -> Prepared:
    """INSERT of every column but `without` and what the database numbers itself."""
    return Prepared(lambda insert: insert(table).values(parameters(table, without)).inline())


def insert_unless_there(table: Table) -> Prepared:
    """INSERT that a row with the same unique key turns into nothing; the row count tells."""
    return Prepared(lambda insert: insert(table).values(parameters(table)).inline().on_conflict_do_nothing())


def upsert(table: Table) -> Prepared:
    """INSERT, or an update of everything but the primary key when the row is there."""

    def build(insert: Insert) -> Executable:
        statement = insert(table).values(parameters(table)).inline()
        keys = [column.name for column in table.primary_key]
        changed = {name: statement.excluded[name] for name in parameters(table) if name not in keys}
        upserted: Executable = statement.on_conflict_do_update(index_elements=keys, set_=changed)
        return upserted

    return Prepared(build)


def parameters(table: Table, without: Iterable[str] = ()) -> dict[str, Any]:
    """A bind parameter of its own name for every column that we fill."""
    left_out = {*without, *(column.name for column in table.columns if column is table.autoincrement_column)}
    return {
        column.name: bindparam(column.name, type_=column.type)
        for column in table.columns
        if column.name not in left_out
    }
