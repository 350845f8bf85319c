"""What a choice of candidates rested on, so that it can be made again from the log."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward; there is no way back but a backup."""
    with op.batch_alter_table("draftings", schema=None) as batch_op:
        batch_op.add_column(sa.Column("choice", sa.Text(), nullable=True))
