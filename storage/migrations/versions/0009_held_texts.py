"""Private messages that wait for their writer to say which round they belong to."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward; there is no way back but a backup."""
    op.create_table(
        "held_texts",
        sa.Column("member", sa.String(), nullable=False),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("member", "message"),
    )
    op.create_index("ix_held_texts_at", "held_texts", ["at"])
