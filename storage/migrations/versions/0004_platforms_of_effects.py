"""Which platform's processes carry an effect out."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

WAITING = sa.text("settled IS NULL")
ROUNDS = sa.table("rounds", sa.column("id"), sa.column("channel"))
OUTBOX = sa.table("outbox", sa.column("round"), sa.column("platform"))
FIND = {"sqlite": sa.func.instr, "postgresql": sa.func.strpos}


def upgrade() -> None:
    """Bring the schema forward; there is no way back but a backup."""
    op.add_column("outbox", sa.Column("platform", sa.String(), server_default="", nullable=False))
    colon = FIND[op.get_bind().dialect.name](ROUNDS.c.channel, ":")
    prefix = sa.func.substr(ROUNDS.c.channel, 1, colon - 1)
    its_round = sa.select(prefix).where(ROUNDS.c.id == OUTBOX.c.round).scalar_subquery()
    op.execute(OUTBOX.update().values(platform=sa.func.coalesce(its_round, "")))
    op.drop_index("ix_outbox_waiting", table_name="outbox")
    op.create_index(
        "ix_outbox_waiting",
        "outbox",
        ["platform", "lane", "due", "id"],
        sqlite_where=WAITING,
        postgresql_where=WAITING,
    )
