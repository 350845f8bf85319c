"""slack_sdk's SQLAlchemy installation and state stores in our database, with every token sealed.

slack_sdk has an asynchronous variant of both, but that needs a second driver and a second writer beside ours on SQLite.
So its synchronous stores run inside our units of work, on the connection of the transaction that is under way.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

from slack_sdk.oauth.installation_store import Bot, Installation
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.installation_store.sqlalchemy import SQLAlchemyInstallationStore
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore
from slack_sdk.oauth.state_store.sqlalchemy import SQLAlchemyOAuthStateStore
from sqlalchemy import Connection, Table, delete, select, update

from bot.slack.sealing import Seal
from bot.slack.workspaces import meet, resume
from storage.database import Database
from storage.slack_tables import SLACK_BOTS, SLACK_INSTALLATIONS

if TYPE_CHECKING:
    from logging import Logger

log = logging.getLogger(__name__)

SECRETS: dict[str, Table] = {
    "bot_token": SLACK_BOTS,
    "bot_refresh_token": SLACK_BOTS,
    "user_token": SLACK_INSTALLATIONS,
    "user_refresh_token": SLACK_INSTALLATIONS,
    "incoming_webhook_url": SLACK_INSTALLATIONS,
}
"""What is sealed; the first two stand in both tables."""

STATE_LIFE = 600
"""Seconds from the install page to the way back."""

Kept = TypeVar("Kept", Bot, Installation)


class _Within:
    """An engine as slack_sdk's stores use one, whose every connection is the one of the transaction under way."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        yield self._connection

    connect = begin


class Installations(AsyncInstallationStore):
    """Where the app is installed, and with which token. One installation per workspace or organisation is kept.

    Raises StoreUnavailable and StoreUnusable, and SettingsError when no key opens what is stored.
    """

    def __init__(self, database: Database, client_id: str, seal: Seal) -> None:
        self._database = database
        self._client_id = client_id
        self._seal = seal

    @property
    def logger(self) -> Logger:
        """See slack_sdk."""
        return log

    async def async_save(self, installation: Installation) -> None:
        """Keep an installation instead of an earlier one, and go on with what waited for it."""
        sealed = self._sealed(installation)
        team, enterprise = installation.team_id, installation.enterprise_id

        def work(connection: Connection) -> int:
            store = self._store(connection)
            store.delete_all(enterprise_id=enterprise, team_id=team)
            store.save(sealed)
            if team is not None:
                meet(connection, team, enterprise)
            return resume(connection, team, enterprise)

        woken = await self._database.write(work)
        log.info("Slack app installed", extra={"team": team, "enterprise": enterprise, "resumed": woken})

    async def async_save_bot(self, bot: Bot) -> None:
        """See slack_sdk: a token that was rotated."""
        sealed = self._sealed(bot)
        await self._database.write(lambda connection: self._store(connection).save_bot(sealed))

    async def async_find_bot(
        self, *, enterprise_id: str | None, team_id: str | None, is_enterprise_install: bool | None = False
    ) -> Bot | None:
        """See slack_sdk."""

        def work(connection: Connection) -> Bot | None:
            return self._store(connection).find_bot(
                enterprise_id=enterprise_id, team_id=team_id, is_enterprise_install=is_enterprise_install
            )

        found = await self._database.read(work)
        return None if found is None else self._opened(found)

    async def async_find_installation(
        self,
        *,
        enterprise_id: str | None,
        team_id: str | None,
        user_id: str | None = None,
        is_enterprise_install: bool | None = False,
    ) -> Installation | None:
        """See slack_sdk."""

        def work(connection: Connection) -> Installation | None:
            return self._store(connection).find_installation(
                enterprise_id=enterprise_id,
                team_id=team_id,
                user_id=user_id,
                is_enterprise_install=is_enterprise_install,
            )

        found = await self._database.read(work)
        return None if found is None else self._opened(found)

    async def async_delete_bot(self, *, enterprise_id: str | None, team_id: str | None) -> None:
        """See slack_sdk."""
        await self._database.write(
            lambda connection: self._store(connection).delete_bot(enterprise_id=enterprise_id, team_id=team_id)
        )

    async def async_delete_installation(
        self, *, enterprise_id: str | None, team_id: str | None, user_id: str | None = None
    ) -> None:
        """See slack_sdk."""
        place = {"enterprise_id": enterprise_id, "team_id": team_id, "user_id": user_id}
        await self._database.write(lambda connection: self._store(connection).delete_installation(**place))

    async def of(self, team: str | None, enterprise: str | None) -> Bot | None:
        """The bot that may speak in a workspace: installed there, else in its organisation; None for none."""
        found = None if team is None else await self.async_find_bot(enterprise_id=enterprise, team_id=team)
        if found is None and enterprise is not None:
            return await self.async_find_bot(enterprise_id=enterprise, team_id=None, is_enterprise_install=True)
        return found

    async def remove(self, bot: Bot) -> bool:
        """Take an installation out, unless another one took its place meanwhile; whether it was there."""
        place = {"enterprise_id": bot.enterprise_id, "team_id": bot.team_id}

        def work(connection: Connection) -> bool:
            store = self._store(connection)
            found = store.find_bot(is_enterprise_install=bot.is_enterprise_install, **place)
            if found is None or self._opened(found).bot_token != bot.bot_token:
                return False
            store.delete_all(**place)
            return True

        return await self._database.write(work)

    async def seal_anew(self) -> int:
        """Seal with the first key what another one sealed; how many secrets that were."""
        return await self._database.write(self._seal_anew)

    def _seal_anew(self, connection: Connection) -> int:
        renewed = 0
        for table in (SLACK_BOTS, SLACK_INSTALLATIONS):
            columns = [table.c[name] for name in SECRETS if name in table.c]
            for row in connection.execute(select(table.c.id, *columns)).mappings():
                stale = {
                    str(name): self._seal.close(self._seal.open(value))
                    for name, value in row.items()
                    if name != "id" and value is not None and not self._seal.is_current(value)
                }
                if stale:
                    connection.execute(update(table).where(table.c.id == row["id"]).values(stale))
                    renewed += len(stale)
        return renewed

    def _store(self, connection: Connection) -> SQLAlchemyInstallationStore:
        within: Any = _Within(connection)
        return SQLAlchemyInstallationStore(self._client_id, within, logger=log)

    def _sealed(self, one: Kept) -> Kept:
        return self._changed(one, self._seal.close)

    def _opened(self, one: Kept) -> Kept:
        return self._changed(one, self._seal.open)

    def _changed(self, one: Kept, change: Any) -> Kept:
        copy = type(one)(**one.to_dict_for_copying())
        for name in SECRETS:
            if getattr(copy, name, None) is not None:
                setattr(copy, name, change(getattr(copy, name)))
        return copy


class States(AsyncOAuthStateStore):
    """slack_sdk's state store in our database: a visit of the install page comes back once, within STATE_LIFE."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def logger(self) -> Logger:
        """See slack_sdk."""
        return log

    async def async_issue(self, *_: Any, **__: Any) -> str:
        """See slack_sdk."""

        def work(connection: Connection) -> str:
            store = self._store(connection)
            table, now = store.oauth_states, datetime.now(UTC).replace(tzinfo=None)
            connection.execute(delete(table).where(table.c.expire_at < now))
            return str(store.issue())

        return await self._database.write(work)

    async def async_consume(self, state: str) -> bool:
        """See slack_sdk."""
        return await self._database.write(lambda connection: bool(self._store(connection).consume(state)))

    def _store(self, connection: Connection) -> SQLAlchemyOAuthStateStore:
        within: Any = _Within(connection)
        return SQLAlchemyOAuthStateStore(STATE_LIFE, within, logger=log)
