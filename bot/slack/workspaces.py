"""What is kept of each Slack workspace: its organisation, its rights, and what waits while the app is not there."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, insert, select, update

from bot.slack.ids import PREFIX
from bot.slack.rights import Rights, read_rights, write_rights
from storage.database import Database
from storage.slack_tables import SLACK_WORKSPACES
from storage.tables import OUTBOX, ROUNDS

NOT_INSTALLED = "The app is not installed in this Slack workspace."
"""Why a message to a workspace waits."""


class Workspaces:
    """The workspaces that were ever met, in our database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._met: dict[str, str | None] = {}

    async def meet(self, team: str, enterprise: str | None) -> None:
        """Keep which organisation a workspace belongs to."""
        if team not in self._met or self._met[team] != enterprise:
            await self._database.write(lambda connection: meet(connection, team, enterprise))
            self._met[team] = enterprise

    async def enterprise_of(self, team: str) -> str | None:
        """The organisation of a workspace; None where it has none, or was never met."""
        wanted = select(SLACK_WORKSPACES.c.enterprise).where(SLACK_WORKSPACES.c.team == team)
        return await self._database.read(lambda connection: connection.execute(wanted).scalar_one_or_none())

    async def rights(self, team: str) -> Rights:
        """Who may do what in a workspace."""
        wanted = select(SLACK_WORKSPACES.c.rights).where(SLACK_WORKSPACES.c.team == team)
        return read_rights(await self._database.read(lambda found: found.execute(wanted).scalar_one_or_none()))

    async def set_rights(self, team: str, rights: Rights) -> None:
        """Keep who may do what in a workspace."""
        values = {"rights": write_rights(rights)}
        await self._database.write(lambda connection: _keep(connection, team, values))


def meet(connection: Connection, team: str, enterprise: str | None) -> None:
    """Keep which organisation a workspace belongs to, in a write under way."""
    _keep(connection, team, {"enterprise": enterprise})


def _keep(connection: Connection, team: str, values: Mapping[str, str | None]) -> None:
    if not connection.execute(update(SLACK_WORKSPACES).where(SLACK_WORKSPACES.c.team == team).values(values)).rowcount:
        connection.execute(insert(SLACK_WORKSPACES).values(team=team, **values))


def resume(connection: Connection, team: str | None, enterprise: str | None) -> int:
    """Make due what failed while the app was not there; how much that is. team: None for the whole organisation."""
    teams = [team] if team else []
    if team is None:
        wanted = select(SLACK_WORKSPACES.c.team).where(SLACK_WORKSPACES.c.enterprise == enterprise)
        teams = list(connection.execute(wanted).scalars())
    woken = 0
    for one in teams:
        here = select(ROUNDS.c.id).where(ROUNDS.c.channel.startswith(f"{PREFIX}{one}/", autoescape=True))
        waits = OUTBOX.c.settled.is_(None) & (OUTBOX.c.attempts > 0) & OUTBOX.c.owner.is_(None)
        given_up = (OUTBOX.c.settled == "quarantined") & (OUTBOX.c.problem == NOT_INSTALLED)
        again = update(OUTBOX).where(OUTBOX.c.round.in_(here), waits | given_up)
        woken += connection.execute(again.values(settled=None, due=0.0, attempts=0, problem=None)).rowcount
    return woken
