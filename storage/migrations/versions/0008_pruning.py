"""What is done can be removed after a while."""

import time
from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

COMPLETED = sa.text("settled = 'complete'")
OUTBOX = sa.table("outbox", sa.column("settled"), sa.column("lease_until"))


def upgrade() -> None:
    """Bring the schema forward; there is no way back but a backup. What was done before counts as done now."""
    op.create_index("ix_inbox_at", "inbox", ["at"])
    op.execute(OUTBOX.update().where(OUTBOX.c.settled == "complete").values(lease_until=time.time()))
    op.create_index("ix_outbox_complete", "outbox", ["lease_until"], sqlite_where=COMPLETED, postgresql_where=COMPLETED)
