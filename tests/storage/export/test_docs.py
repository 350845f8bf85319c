"""docs/export.md lists every file and column as they are."""

from pathlib import Path

import pytest

from storage.export.columns import TABLES, Table

PAGE = (Path(__file__).parents[3] / "docs" / "export.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_the_page_names_every_column_with_its_type_and_meaning(table: Table) -> None:
    columns = "\n".join(f"| `{column.name}` | {column.kind.value} | {column.means} |" for column in table.columns)
    assert f"### {table.name}\n\n{table.row}\n\n| column | type | meaning |\n|---|---|---|\n{columns}\n" in PAGE
