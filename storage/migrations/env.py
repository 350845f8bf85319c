"""Alembic's entry point. It works on the connection it is handed, so that the caller owns the transaction."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from sqlmodel import SQLModel
from sqlmodel.sql.sqltypes import AutoString

import storage.export.key
import storage.hearing
import storage.held
import storage.slack_tables
import storage.tables
import storage.web_tables  # noqa: F401 - these modules put their tables into SQLModel.metadata


def render_item(kind: str, item: Any, _: Any) -> str | Literal[False]:
    """Write SQLModel's string type as the plain one it is, so that migrations need no SQLModel."""
    return "sa.String()" if kind == "type" and isinstance(item, AutoString) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
    render_item=render_item,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
