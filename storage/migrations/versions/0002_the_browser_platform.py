"""The browser platform's own chat."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward; there is no way back but a backup."""
    op.create_table(
        "web_channels",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("open_seats", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "web_deliveries",
        sa.Column("member", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("taken_at", sa.Float(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("answered", sa.Boolean(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("context", sa.Text(), nullable=False),
        sa.Column("reply", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("member", "id"),
    )
    with op.batch_alter_table("web_deliveries", schema=None) as batch_op:
        batch_op.create_index("ix_web_deliveries_answered_taken_at", ["answered", "taken_at"], unique=False)

    op.create_table(
        "web_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("epoch", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "web_messages",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("member", sa.String(), nullable=True),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=True),
        sa.Column("delivery", sa.String(), nullable=True),
        sa.Column("card", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("parent", sa.String(), nullable=False),
        sa.Column("attachments", sa.Integer(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("edited_at", sa.Float(), nullable=True),
        sa.Column("deleted_at", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    with op.batch_alter_table("web_messages", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_web_messages_author"), ["author"], unique=False)
        batch_op.create_index("ix_web_messages_channel_changed", ["channel", "changed"], unique=False)
        batch_op.create_index("ix_web_messages_channel_member_number", ["channel", "member", "number"], unique=False)

    op.create_table(
        "web_reactions",
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("member", sa.String(), nullable=False),
        sa.Column("emoji", sa.String(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("message", "member", "emoji"),
    )
    with op.batch_alter_table("web_reactions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_web_reactions_member"), ["member"], unique=False)

    op.create_table(
        "web_seats",
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("member", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_key", sa.String(), nullable=False),
        sa.Column("moderator", sa.Boolean(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("joined_at", sa.Float(), nullable=False),
        sa.Column("left_at", sa.Float(), nullable=True),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "member"),
        sa.UniqueConstraint("channel", "name_key", name="uq_web_seats_channel_name_key"),
    )
    with op.batch_alter_table("web_seats", schema=None) as batch_op:
        batch_op.create_index("ix_web_seats_channel_changed", ["channel", "changed"], unique=False)
        batch_op.create_index(batch_op.f("ix_web_seats_member"), ["member"], unique=False)
