"""The schema: every table of the engine's data, as SQLModel classes. The migrations follow it; a test compares.

Three kinds of tables: what is now (rounds, standings, outbox), what was said and rated, appended and never
updated (opinions, positions, critiques, ratings, consents, draftings, candidates, outcomes, hidings, audit), and what
was seen or sent (inbox, sent, tombstones). Structured values are compact JSON in text, matrices float64 in row order.
The commit path uses the Core tables at the end of this file.
"""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, Table, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

RowNumber = BigInteger().with_variant(Integer, "sqlite")
"""SQLite numbers rows by itself only in a column of type INTEGER."""

WAITING = text("settled IS NULL")
LEASED = text("settled IS NULL AND owner IS NOT NULL")
COMPLETED = text("settled = 'complete'")


def _number() -> Column[int]:
    return Column(RowNumber, primary_key=True, autoincrement=True)


class InboxRow(SQLModel, table=True):
    """A delivery id that was handled: seen once, handled once."""

    __tablename__ = "inbox"
    __table_args__ = (Index("ix_inbox_at", "at"), {"sqlite_with_rowid": False})

    id: str = Field(primary_key=True)
    round: str
    at: float


class RoundRow(SQLModel, table=True):
    """A round as committed last. `rules`: JSON of Rules; `posted`, `hidden`: JSON lists of candidate ids.

    rated: JSON list of [set, people, members], see engine.rounds.model.Counts.
    """

    __tablename__ = "rounds"
    __table_args__ = (Index("ix_rounds_channel_opened_at", "channel", "opened_at"),)

    id: str = Field(primary_key=True)
    version: int
    channel: str
    moderator: str
    question: str = Field(sa_type=Text)
    affirming: str | None = Field(sa_type=Text)
    negating: str | None = Field(sa_type=Text)
    rules: str = Field(sa_type=Text)
    phase: str
    seed: int = Field(sa_type=BigInteger)
    opened_at: float
    deadline: float | None
    iteration: int
    draft: int
    closing_at: float | None
    roster_known: bool
    posted: str = Field(sa_type=Text)
    leading: str | None
    failed_in: str | None
    extensions: int
    members: int
    answered: int
    opinions: int
    voters: int
    complete: int
    critiques: int
    critiqued: int
    outside: int
    rated: str = Field(sa_type=Text, sa_column_kwargs={"server_default": "[]"})
    hidden: str = Field(sa_type=Text, sa_column_kwargs={"server_default": "[]"})


class StandingRow(SQLModel, table=True):
    """One person's standing in a round; texts and lists are JSON, NULL where there is nothing.

    `complete`: the draft all of whose visible candidates this person had rated when the row was written, 0 for none.
    """

    __tablename__ = "standings"
    __table_args__ = (Index("ix_standings_member", "member"), {"sqlite_with_rowid": False})

    round: str = Field(primary_key=True)
    member: str = Field(primary_key=True)
    on_roster: bool
    left: bool
    outside: bool
    opinion: str | None = Field(sa_type=Text)
    pending: str | None = Field(sa_type=Text)
    position_before: int | None
    position_after: int | None
    critique: str | None = Field(sa_type=Text)
    critique_draft: int
    draft: int
    rated: str | None = Field(sa_type=Text)
    marks: str | None = Field(sa_type=Text)
    research: bool
    training: bool
    complete: int


class OpinionRow(SQLModel, table=True):
    """A member's opinion from `at` on; "" when withdrawn."""

    __tablename__ = "opinions"
    __table_args__ = (Index("ix_opinions_round_member", "round", "member", "id"),)

    id: int | None = Field(default=None, sa_column=_number())
    round: str
    member: str
    text: str = Field(sa_type=Text)
    at: float


class PositionRow(SQLModel, table=True):
    """A member's 1-7 rating of the position statement; `asked`: "before" or "after"."""

    __tablename__ = "positions"
    __table_args__ = (Index("ix_positions_round_member", "round", "member"),)

    id: int | None = Field(default=None, sa_column=_number())
    round: str
    member: str
    asked: str
    rating: int
    at: float


class CritiqueRow(SQLModel, table=True):
    """A member's critique of a draft's leading statement from `at` on; "" when withdrawn."""

    __tablename__ = "critiques"
    __table_args__ = (Index("ix_critiques_round_member", "round", "member", "id"),)

    id: int | None = Field(default=None, sa_column=_number())
    round: str
    draft: int
    member: str
    text: str = Field(sa_type=Text)
    at: float


class RatingRow(SQLModel, table=True):
    """A member's rating of a candidate from `at` on; NULL leaves that scale as it was."""

    __tablename__ = "ratings"
    __table_args__ = (Index("ix_ratings_round_member", "round", "member", "id"),)

    id: int | None = Field(default=None, sa_column=_number())
    round: str
    draft: int
    candidate: str
    member: str
    rating_pass: int
    agreement: int | None
    quality: int | None
    withdrawn: bool
    at: float


class ConsentRow(SQLModel, table=True):
    """What a member allows beyond the round, from `at` on."""

    __tablename__ = "consents"
    __table_args__ = (Index("ix_consents_round_member", "round", "member"),)

    id: int | None = Field(default=None, sa_column=_number())
    round: str
    member: str
    research: bool
    training: bool
    at: float


class DraftingRow(SQLModel, table=True):
    """What one drafting produced beside its candidates.

    score, expected_agreement, p_agree: [opinions, drafted] float64, little-endian, row by row. members: JSON
    list of whose opinion each row is; NULL where nobody said. A row of somebody who was forgotten is NaN, and "" in
    members. notes: JSON list. choice: JSON of Choice; NULL where it was drafted before this was kept.
    """

    __tablename__ = "draftings"

    round: str = Field(primary_key=True)
    draft: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    iteration: int
    opinions: int
    drafted: int
    score: bytes = Field(sa_type=LargeBinary)
    expected_agreement: bytes | None = Field(sa_type=LargeBinary)
    p_agree: bytes | None = Field(sa_type=LargeBinary)
    members: str | None = Field(sa_type=Text)
    notes: str = Field(sa_type=Text)
    at: float
    choice: str | None = Field(sa_type=Text)


class CandidateRow(SQLModel, table=True):
    """A candidate. place: its index in drafting order. rank: 0 is the best. posted: its place among the posted."""

    __tablename__ = "candidates"
    __table_args__ = (UniqueConstraint("round", "draft", "place", name="uq_candidates_round_draft_place"),)

    id: str = Field(primary_key=True)
    round: str
    draft: int
    place: int
    text: str = Field(sa_type=Text)
    provenance: str = Field(sa_type=Text)
    welfare: float
    rank: int
    posted: int | None


class OutcomeRow(SQLModel, table=True):
    """The count of one draft's votes; `outcome`: JSON of Outcome."""

    __tablename__ = "outcomes"

    round: str = Field(primary_key=True)
    draft: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    iteration: int
    outcome: str = Field(sa_type=Text)
    leading: str | None
    at: float


class HidingRow(SQLModel, table=True):
    """A posted candidate that a moderator hid, and why, in their words; "" for no reason."""

    __tablename__ = "hidings"
    __table_args__ = (Index("ix_hidings_round", "round"),)

    candidate: str = Field(primary_key=True)
    round: str
    draft: int
    moderator: str
    reason: str = Field(sa_type=Text)
    at: float


class AuditRow(SQLModel, table=True):
    """That an event was handled: which, by whom, what version and phase it left; never what it said."""

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_round", "round", "id"),)

    id: int | None = Field(default=None, sa_column=_number())
    round: str
    version: int
    event: str
    person: str | None
    phase: str
    delivery: str
    at: float


class OutboxRow(SQLModel, table=True):
    """An effect to carry out.

    platform: the one that the round takes place on; only a process that serves it carries the effect out.
    lane: 0, or 1 for what was expanded from a fan-out, which waits behind lane 0. target: whom it speaks to, ""
    for the channel, NULL for what speaks to nobody or in no order. due: seconds since the epoch, 0 for at once.
    lease_until: of a completed row, when its last lease would have ended.
    settled: NULL while it waits, else "complete" or "quarantined". problem: why it last failed.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_waiting", "platform", "lane", "due", "id", sqlite_where=WAITING, postgresql_where=WAITING),
        Index("ix_outbox_order", "round", "target", "id", sqlite_where=WAITING, postgresql_where=WAITING),
        Index("ix_outbox_leased", "owner", "lease_until", sqlite_where=LEASED, postgresql_where=LEASED),
        Index("ix_outbox_complete", "lease_until", sqlite_where=COMPLETED, postgresql_where=COMPLETED),
    )

    id: int | None = Field(default=None, sa_column=_number())
    key: str = Field(unique=True)
    round: str
    kind: str
    effect: str = Field(sa_type=Text)
    target: str | None
    platform: str = Field(sa_column_kwargs={"server_default": ""})
    lane: int
    due: float
    owner: str | None
    lease_until: float | None
    attempts: int
    attempted_at: float | None
    cursor: str | None
    settled: str | None
    problem: str | None = Field(sa_type=Text)


class SentRow(SQLModel, table=True):
    """A message of ours on its platform."""

    __tablename__ = "sent"
    __table_args__ = (
        UniqueConstraint("channel", "message", name="uq_sent_channel_message"),
        Index("ix_sent_round_kind", "round", "kind", "id"),
    )

    id: int | None = Field(default=None, sa_column=_number())
    key: str
    round: str
    kind: str
    channel: str
    message: str
    member: str | None
    draft: int | None
    candidate: str | None


class ChannelSettingsRow(SQLModel, table=True):
    """A channel's defaults; `settings`: JSON object."""

    __tablename__ = "channel_settings"

    channel: str = Field(primary_key=True)
    settings: str = Field(sa_type=Text)


class TombstoneRow(SQLModel, table=True):
    """That a member asked for what they gave to be deleted; exports carry it so that copies are deleted too."""

    __tablename__ = "tombstones"
    __table_args__ = (Index("ix_tombstones_member", "member"),)

    round: str = Field(primary_key=True)
    member: str = Field(primary_key=True)
    at: float


def core_table(model: type[SQLModel]) -> Table:
    """The Core table of a model."""
    return SQLModel.metadata.tables[str(model.__tablename__)]


INBOX = core_table(InboxRow)
ROUNDS = core_table(RoundRow)
STANDINGS = core_table(StandingRow)
OPINIONS = core_table(OpinionRow)
POSITIONS = core_table(PositionRow)
CRITIQUES = core_table(CritiqueRow)
RATINGS = core_table(RatingRow)
CONSENTS = core_table(ConsentRow)
DRAFTINGS = core_table(DraftingRow)
CANDIDATES = core_table(CandidateRow)
OUTCOMES = core_table(OutcomeRow)
HIDINGS = core_table(HidingRow)
AUDIT = core_table(AuditRow)
OUTBOX = core_table(OutboxRow)
SENT = core_table(SentRow)
CHANNEL_SETTINGS = core_table(ChannelSettingsRow)
TOMBSTONES = core_table(TombstoneRow)
