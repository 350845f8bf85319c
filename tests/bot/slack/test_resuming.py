"""What waited while the app was removed is sent when it is installed again, and nothing else is touched."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from slack_sdk.oauth.installation_store import Installation

from bot.slack.installations import Installations, States
from bot.slack.rights import Right, Rights, Who
from bot.slack.sealing import Seal
from bot.slack.workspaces import NOT_INSTALLED, Workspaces
from engine.ports import Claim, Delivery
from engine.rounds.events import RoundOpened
from engine.rounds.model import Rules
from engine.service import handle
from storage.store import DatabaseStore, open_store

KEY = Fernet.generate_key().decode()
NOW = 1_790_000_000.0
GIVEN = "xoxb-1"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[DatabaseStore]:
    """An empty database of each kind."""
    sqlite = request.param == "sqlite"
    url = f"sqlite:///{tmp_path / 'parley.db'}" if sqlite else request.getfixturevalue("postgres_url")
    kept = await open_store(url, migrate=True)
    yield kept
    await kept.close()


async def announcement(store: DatabaseStore, team: str) -> Claim:
    """What a new round of a workspace has to announce, in our hands."""
    channel, moderator = f"slack:{team}/C1", f"slack:{team}/U1"
    rules = Rules(rate_position=False)
    opened = RoundOpened(NOW, f"round-{team}", channel, moderator, "Should we?", None, None, rules, 1)
    await handle(store, Delivery(f"open-{team}", f"round-{team}", opened))
    claims = await store.claim("me", NOW, 99, 60.0, ("slack",))
    (claim,) = [one for one in claims if type(one.effect).__name__ == "Announce"]
    for one in claims:
        if one is not claim:
            await store.complete(one)
    return claim


async def due(store: DatabaseStore) -> set[str]:
    """The rounds with something due now."""
    return {one.round for one in await store.claim("me", NOW + 1, 99, 60.0, ("slack",))}


def installed(team: str | None, enterprise: str | None = None, token: str = GIVEN) -> Installation:
    return Installation(
        app_id="A1",
        team_id=team,
        enterprise_id=enterprise,
        is_enterprise_install=team is None,
        bot_token=token,
        bot_user_id="U9",
        bot_id="B1",
        user_id="U2",
    )


@pytest.mark.parametrize("gave_up", [False, True])
async def test_installing_again_makes_due_what_waited_there_alone(store: DatabaseStore, gave_up: bool) -> None:
    installations = Installations(store.database, "1.2", Seal([KEY]))
    for team in ("T1", "T11"):
        claim = await announcement(store, team)
        if gave_up:
            await store.quarantine(claim, NOT_INSTALLED)
        else:
            await store.postpone(claim, NOW + 20_000, "PlatformUnavailable")
    assert await due(store) == set()
    await installations.async_save(installed("T1"))
    assert await due(store) == {"round-T1"}


async def test_what_was_given_up_for_another_reason_stays_given_up(store: DatabaseStore) -> None:
    claim = await announcement(store, "T1")
    await store.quarantine(claim, "It was tried too often.")
    await Installations(store.database, "1.2", Seal([KEY])).async_save(installed("T1"))
    assert await due(store) == set()


async def test_a_whole_organisation_comes_back_with_each_of_its_workspaces(store: DatabaseStore) -> None:
    workspaces = Workspaces(store.database)
    for team, enterprise in (("T1", "E1"), ("T2", "E1"), ("T3", None)):
        await workspaces.meet(team, enterprise)
        await store.postpone(await announcement(store, team), NOW + 20_000, "PlatformUnavailable")
    await Installations(store.database, "1.2", Seal([KEY])).async_save(installed(None, "E1"))
    assert await due(store) == {"round-T1", "round-T2"}


async def test_an_installation_is_kept_found_sealed_anew_and_removed(store: DatabaseStore) -> None:
    new = Fernet.generate_key().decode()
    long = f"xoxe.xoxb-1-{'x' * 200}"
    installations = Installations(store.database, "1.2", Seal([KEY]))
    await installations.async_save(installed("T1", "E1", long))
    await Workspaces(store.database).set_rights("T1", Rights(start=Right(Who.MEMBERS)))
    assert await Workspaces(store.database).enterprise_of("T1") == "E1"
    assert await Installations(store.database, "1.2", Seal([new, KEY])).seal_anew() == 2
    again = Installations(store.database, "1.2", Seal([new]))
    assert await again.seal_anew() == 0
    found = await again.of("T1", "E1")
    assert found is not None
    assert found.bot_token == long
    assert await again.of("T2", "E1") is None
    state = await States(store.database).async_issue()
    assert [await States(store.database).async_consume(state) for _ in range(2)] == [True, False]
    assert [await again.remove(found) for _ in range(2)] == [True, False]
    assert (await Workspaces(store.database).rights("T1")).start == Right(Who.MEMBERS)
