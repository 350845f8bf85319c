"""Tables of the Slack platform: installations by OAuth in slack_sdk's shape, what we keep of each workspace, promises.

The first three are those of slack_sdk's SQLAlchemy stores (slack_sdk.oauth), column by column, but without their
lengths: a sealed token is longer than a bare one. The tokens in them are sealed by `bot.slack.sealing`.
"""

from datetime import datetime

from sqlalchemy import Column, DateTime, Index, Table, Text
from sqlmodel import Field, SQLModel

from storage.tables import RowNumber


def _number() -> Column[int]:
    return Column(RowNumber, primary_key=True, autoincrement=True)


class SlackBot(SQLModel, table=True):
    """The bot of one workspace (`team_id`), or of a whole organisation (`enterprise_id` and no team)."""

    __tablename__ = "slack_bots"
    __table_args__ = (Index("slack_bots_idx", "client_id", "enterprise_id", "team_id", "installed_at"),)

    id: int | None = Field(default=None, sa_column=_number())
    client_id: str
    app_id: str
    enterprise_id: str | None
    enterprise_name: str | None
    team_id: str | None
    team_name: str | None
    bot_token: str | None
    bot_id: str | None
    bot_user_id: str | None
    bot_scopes: str | None
    bot_refresh_token: str | None
    bot_token_expires_at: datetime | None = Field(sa_type=DateTime)
    is_enterprise_install: bool
    installed_at: datetime = Field(sa_type=DateTime)


class SlackInstallation(SQLModel, table=True):
    """Who installed the app, where, and what they were given."""

    __tablename__ = "slack_installations"
    __table_args__ = (
        Index("slack_installations_idx", "client_id", "enterprise_id", "team_id", "user_id", "installed_at"),
    )

    id: int | None = Field(default=None, sa_column=_number())
    client_id: str
    app_id: str
    enterprise_id: str | None
    enterprise_name: str | None
    enterprise_url: str | None
    team_id: str | None
    team_name: str | None
    bot_token: str | None
    bot_id: str | None
    bot_user_id: str | None
    bot_scopes: str | None
    bot_refresh_token: str | None
    bot_token_expires_at: datetime | None = Field(sa_type=DateTime)
    user_id: str
    user_token: str | None
    user_scopes: str | None
    user_refresh_token: str | None
    user_token_expires_at: datetime | None = Field(sa_type=DateTime)
    incoming_webhook_url: str | None
    incoming_webhook_channel: str | None
    incoming_webhook_channel_id: str | None
    incoming_webhook_configuration_url: str | None
    is_enterprise_install: bool
    token_type: str | None
    installed_at: datetime = Field(sa_type=DateTime)


class SlackOauthState(SQLModel, table=True):
    """A visit of the install page that has not come back yet."""

    __tablename__ = "slack_oauth_states"

    id: int | None = Field(default=None, sa_column=_number())
    state: str = Field(index=True)
    expire_at: datetime = Field(sa_type=DateTime)


class SlackWorkspace(SQLModel, table=True):
    """A workspace that was ever met. enterprise: its organisation. rights: who may do what there, as JSON."""

    __tablename__ = "slack_workspaces"

    team: str = Field(primary_key=True)
    enterprise: str | None
    rights: str | None = Field(sa_column=Column(Text, nullable=True))


class SlackPromise(SQLModel, table=True):
    """A command or button that was acknowledged before it happened; gone when it has. id: its delivery.

    body: what is needed of Slack's payload, as JSON. at, lease_until: when it came, and until when a process is at it,
    in seconds since the epoch. tries: how often another process took it over.
    """

    __tablename__ = "slack_promises"

    id: str = Field(primary_key=True)
    team: str = Field(index=True)
    kind: str
    body: str = Field(sa_column=Column(Text, nullable=False))
    at: float
    lease_until: float
    tries: int


def _table(model: type[SQLModel]) -> Table:
    return SQLModel.metadata.tables[str(model.__tablename__)]


SLACK_BOTS = _table(SlackBot)
SLACK_INSTALLATIONS = _table(SlackInstallation)
SLACK_WORKSPACES = _table(SlackWorkspace)
SLACK_PROMISES = _table(SlackPromise)
