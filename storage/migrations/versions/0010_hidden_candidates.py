"""Posted candidates that a moderator hid; and of each running vote, who rated which of them, so that one can be."""

import json
from collections import Counter
from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ROUNDS = sa.table("rounds", *(sa.column(name) for name in ("id", "draft", "posted", "rated")))
STANDINGS = sa.table(
    "standings", *(sa.column(name) for name in ("round", "member", "draft", "rated", "on_roster", "left"))
)
AT_ONCE = 1_000


def upgrade() -> None:
    """Bring the schema forward; there is no way back but a backup."""
    with op.batch_alter_table("rounds", schema=None) as batch_op:
        batch_op.add_column(sa.Column("rated", sa.Text(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("hidden", sa.Text(), nullable=False, server_default="[]"))
    op.create_table(
        "hidings",
        sa.Column("candidate", sa.String(), nullable=False),
        sa.Column("round", sa.String(), nullable=False),
        sa.Column("draft", sa.Integer(), nullable=False),
        sa.Column("moderator", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("candidate"),
    )
    op.create_index("ix_hidings_round", "hidings", ["round"])
    connection = op.get_bind()
    voted_on = sa.select(ROUNDS.c.id, ROUNDS.c.draft, ROUNDS.c.posted).where(ROUNDS.c.posted != "[]")
    for round, draft, posted in connection.execute(voted_on).all():
        rated = _rated(connection, round, draft, json.loads(posted))
        if rated != "[]":
            connection.execute(sa.update(ROUNDS).where(ROUNDS.c.id == round).values(rated=rated))


def _rated(connection: sa.Connection, round: str, draft: int, posted: list[str]) -> str:
    """As engine.rounds.model.Counts has it: (which, people, members) for every set that somebody rated exactly."""
    people, members = Counter[int](), Counter[int]()
    after = ""
    while True:
        wanted = (
            sa.select(STANDINGS.c.member, STANDINGS.c.rated, STANDINGS.c.on_roster, STANDINGS.c.left)
            .where(STANDINGS.c.round == round, STANDINGS.c.draft == draft, STANDINGS.c.member > after)
            .where(STANDINGS.c.rated.is_not(None))
            .order_by(STANDINGS.c.member)
            .limit(AT_ONCE)
        )
        rows = connection.execute(wanted).all()
        for _, given, on_roster, left in rows:
            rated = {candidate for candidate, _ in json.loads(given)}
            which = sum(1 << place for place, candidate in enumerate(posted) if candidate in rated)
            people[which] += 1
            members[which] += bool(on_roster and not left)
        if len(rows) < AT_ONCE:
            break
        after = rows[-1][0]
    kept = [[which, people[which], members[which]] for which in sorted(people) if which]
    return json.dumps(kept, separators=(",", ":"))
