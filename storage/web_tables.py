"""Tables of the browser platform: its channels, the people seated in them, and what they wrote.

The browser keeps its own chat here, as Slack and Discord keep theirs on their servers. Every row that a
page shows carries `changed`: a number drawn from the one row of `web_head` in the transaction that
changed it. The row lock makes commit order the order of the numbers, so that a reader who has seen
everything up to n asks for what is above n and misses nothing.
"""

from sqlalchemy import BigInteger, Column, Index, Table, Text, UniqueConstraint
from sqlmodel import Field, SQLModel


class WebHead(SQLModel, table=True):
    """One row: the last number drawn, and a random name of this database that a page compares."""

    __tablename__ = "web_head"

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    value: int = Field(sa_type=BigInteger)
    epoch: str


class WebChannel(SQLModel, table=True):
    """A channel, such as "web:demo". `open_seats`: whoever has the address may take a seat."""

    __tablename__ = "web_channels"

    id: str = Field(primary_key=True)
    title: str
    open_seats: bool
    created_at: float


class WebSeat(SQLModel, table=True):
    """A person in a channel. `name_key` is the name with case and spacing folded, unique in a channel."""

    __tablename__ = "web_seats"
    __table_args__ = (
        UniqueConstraint("channel", "name_key", name="uq_web_seats_channel_name_key"),
        Index("ix_web_seats_channel_changed", "channel", "changed"),
    )

    channel: str = Field(primary_key=True)
    member: str = Field(primary_key=True, index=True)
    name: str
    name_key: str
    moderator: bool
    zone: str
    locale: str
    joined_at: float
    left_at: float | None
    changed: int = Field(sa_type=BigInteger)


class WebMessage(SQLModel, table=True):
    """A message. `member` is whose private conversation it stands in, None for the channel.

    `author` is "" for Parley, else a member. `number` orders messages and never changes. `key` is the
    idempotency key of a card; `delivery` names the action by which a person wrote the message.
    """

    __tablename__ = "web_messages"
    __table_args__ = (
        Index("ix_web_messages_channel_changed", "channel", "changed"),
        Index("ix_web_messages_channel_member_number", "channel", "member", "number"),
    )

    id: str = Field(primary_key=True)
    number: int = Field(sa_type=BigInteger)
    changed: int = Field(sa_type=BigInteger)
    channel: str
    member: str | None
    author: str = Field(index=True)
    key: str | None = Field(unique=True)
    delivery: str | None
    card: str | None = Field(sa_column=Column(Text, nullable=True))
    text: str = Field(sa_column=Column(Text, nullable=False))
    parent: str
    attachments: int
    at: float
    edited_at: float | None
    deleted_at: float | None


class WebReaction(SQLModel, table=True):
    """A reaction that stands now; at most one keycap per message and member."""

    __tablename__ = "web_reactions"

    message: str = Field(primary_key=True)
    member: str = Field(primary_key=True, index=True)
    emoji: str = Field(primary_key=True)
    at: float


class WebDelivery(SQLModel, table=True):
    """One action of a person. `reply` is None until the handler returned; then a repeat gets it again.

    `context` is what the action found when it was first recorded: the rating it replaced, the parent of
    the message it deleted. `taken_at` is when somebody last began to handle it.
    """

    __tablename__ = "web_deliveries"
    __table_args__ = (Index("ix_web_deliveries_answered_taken_at", "answered", "taken_at"),)

    member: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    channel: str
    at: float
    taken_at: float
    attempts: int
    answered: bool
    action: str = Field(sa_column=Column(Text, nullable=False))
    context: str = Field(sa_column=Column(Text, nullable=False))
    reply: str | None = Field(sa_column=Column(Text, nullable=True))


def _table(model: type[SQLModel]) -> Table:
    return SQLModel.metadata.tables[str(model.__tablename__)]


HEAD = _table(WebHead)
CHANNELS = _table(WebChannel)
SEATS = _table(WebSeat)
MESSAGES = _table(WebMessage)
REACTIONS = _table(WebReaction)
DELIVERIES = _table(WebDelivery)
