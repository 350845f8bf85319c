"""One app in many workspaces: installing by OAuth, a token for each, removal, coming back, whole organisations."""

from __future__ import annotations

import asyncio
import html
import logging
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from cryptography.fernet import Fernet
from slack_sdk.oauth.installation_store import Installation

from bot.platform import Card, CommandGiven, InChannel, Note, Privately, Text, Whisper
from bot.settings import Settings
from bot.slack.ids import ours
from bot.slack.install_pages import AUTHORIZE
from bot.slack.installations import Installations, States
from bot.slack.installing import check, from_settings
from bot.slack.many_workspaces import ManyWorkspaces
from bot.slack.sealing import Seal
from engine.errors import PlatformUnavailable, SettingsError
from storage.store import DatabaseStore, open_store
from tests.bot.slack.test_manifest import manifest
from tests.chat_server.clock import SimulatedTime
from tests.chat_server.workplace import ScriptedBot
from tests.fakes.clock import FakeClock
from tests.slack_server.limits import RateLimits
from tests.slack_server.person import Person
from tests.slack_server.reading import shown
from tests.slack_server.server import SlackServer
from tests.slack_server.world import Channel, Team

pytestmark = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated")
OLD, NEW = (Fernet.generate_key().decode() for _ in range(2))
CARD = Card("told", "Hello", (Text("Hello there."), Note("Small.")))
REDIRECT = "https://parley.example/slack/oauth_redirect"


@dataclass
class Block(ScriptedBot):
    """Several workspaces of one Slack, and the platform that serves those which install the app."""

    slack: SlackServer
    store: DatabaseStore
    clock: FakeClock
    platform: ManyWorkspaces
    file: Path

    def settings(self, **more: Any) -> Settings:
        """The operator's."""
        app = self.slack.app
        given: dict[str, Any] = {
            "platforms": ("slack",),
            "slack_client_id": app.client_id,
            "slack_client_secret": app.client_secret,
            "slack_token_keys": (OLD,),
            "slack_app_token": self.slack.app_token,
            "slack_redirect_url": REDIRECT,
            "slack_port": 0,
            "slack_api_url": self.slack.api_url,
        }
        return Settings(**given | more)

    def made(self, **more: Any) -> ManyWorkspaces:
        """Another process's platform."""
        platform = from_settings(self.settings(**more), self.clock, self.store)
        assert isinstance(platform, ManyWorkspaces)
        return platform

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        """The platform runs."""
        async with self.serves(self.platform):
            if self.slack.app.socket_mode:
                await self.slack.until(lambda: self.slack.connections)
            yield

    async def install(self, boss: Person, *, whole_enterprise: bool = False, cookie: bool = True) -> tuple[int, str]:
        """Go through the pages as a browser does; the last page's status and text."""
        url = f"http://127.0.0.1:{self.platform.port}"
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as browser:
            async with browser.get(f"{url}/slack/install") as page:
                text = await page.text()
                kept = page.headers["Set-Cookie"].partition(";")[0]
            address = html.unescape(text[text.index(AUTHORIZE) :].partition('"')[0])
            back = boss.allow(address, whole_enterprise=whole_enterprise)
            assert back.startswith(REDIRECT)
            there = f"{url}/slack/oauth_redirect{back.removeprefix(REDIRECT)}"
            async with browser.get(there, headers={"Cookie": kept} if cookie else {}) as page:
                return page.status, await page.text()

    def stored(self) -> str:
        """Everything that a thief of the database reads of the installations."""
        with sqlite3.connect(self.file) as connection:
            rows = [*connection.execute("SELECT * FROM slack_bots")]
            rows += connection.execute("SELECT * FROM slack_installations")
        return repr(rows)

    def token(self, team: Team) -> str:
        """The one that Slack gave for a workspace."""
        return next(one.token for one in self.slack.app.installations if one.team is team)


@pytest.fixture
async def block(tmp_path: Path) -> AsyncIterator[Block]:
    """Nobody has installed the app but the server's own workspace, of which we hold nothing."""
    clock = FakeClock()
    store = await open_store(f"sqlite:///{tmp_path / 'parley.db'}", migrate=True)
    async with SlackServer(time=SimulatedTime(clock), limits=RateLimits.none()) as slack:
        slack.configure({**manifest(), "settings": {**manifest()["settings"], "org_deploy_enabled": True}})
        slack.app.installations.clear()
        made = Block(slack, store, clock, None, tmp_path / "parley.db")  # type: ignore[arg-type]
        made.platform = made.made()
        yield made
    await store.close()


def newcomers(block: Block, domain: str, enterprise: str | None = None) -> tuple[Person, Person]:
    """A workspace's boss and a member of it."""
    team = block.slack.add_team(domain, enterprise=enterprise)
    boss = block.slack.add_user(f"{domain}-boss", team=team, admin=True)
    return boss, block.slack.add_user(f"{domain}-alice", team=team)


def channel_of(block: Block, boss: Person, *people: Person) -> Channel:
    return block.slack.add_channel(f"{boss.user.team.domain}-general", [boss, *people], team=boss.user.team)


async def test_two_workspaces_install_and_each_is_spoken_to_with_its_own_token(block: Block) -> None:
    block.reply = lambda item: Whisper(CARD)
    async with block.serving():
        for domain in ("acme", "beta"):
            boss, alice = newcomers(block, domain)
            status, page = await block.install(boss)
            assert status == 200
            assert "Thank you" in page
            channel = channel_of(block, boss, alice)
            await block.platform.send("k", InChannel(ours(boss.user.team.id, channel.id)), CARD)
            assert [shown(one) for one in block.slack.posts(channel)] == ["Hello there.\nSmall."]
            await alice.command("help", channel)
            await block.slack.quiet()
            assert alice.ephemerals
            said = block.heard[-1]
            assert isinstance(said, CommandGiven)
            assert said.person.member == ours(boss.user.team.id, alice.id)
            assert said.person.channel == ours(boss.user.team.id, channel.id)
    assert not block.slack.violations


async def test_tokens_are_sealed_at_rest_and_sealed_anew_when_a_key_comes_before(block: Block) -> None:
    boss, _ = newcomers(block, "acme")
    async with block.serving():
        await block.install(boss)
    token = block.token(boss.user.team)
    before = block.stored()
    assert token not in before
    assert "xoxb" not in before
    block.platform = block.made(slack_token_keys=(NEW, OLD))
    async with block.serving():
        assert block.stored() != before
    block.platform = block.made(slack_token_keys=(NEW,))
    channel = channel_of(block, boss)
    async with block.serving():
        await block.platform.send("k", InChannel(ours(boss.user.team.id, channel.id)), CARD)
    assert len(block.slack.posts(channel)) == 1
    block.platform = block.made(slack_token_keys=(OLD,))
    with pytest.raises(SettingsError, match="put the key back"):
        await block.platform.run(block.handle)


async def test_timers_wait_until_a_process_that_begins_listens(block: Block) -> None:
    """What was said before they came due is not known yet; where nobody installed the app nothing is waited for."""
    boss, _ = newcomers(block, "acme")
    async with block.serving():
        await block.install(boss)
    place = ours(boss.user.team.id, channel_of(block, boss).id)
    begun = block.made()
    begun.keep_up(block.store)
    until = await begun.hold(place, block.clock.now(), settling=True)
    assert until is not None
    assert until > block.clock.now()
    assert await begun.hold("slack:T404/C1", block.clock.now(), settling=True) is None


async def test_a_browser_that_did_not_ask_cannot_install(block: Block) -> None:
    boss, _ = newcomers(block, "acme")
    async with block.serving():
        status, page = await block.install(boss, cookie=False)
    assert status == 400
    assert "invalid_browser" in page
    assert "xoxb" not in block.stored()


async def test_a_state_is_good_once(block: Block) -> None:
    states = States(block.store.database)
    state = await states.async_issue()
    assert await states.async_consume(state)
    assert not await states.async_consume(state)
    assert not await states.async_consume("guessed")


async def test_the_pages_work_beside_signed_requests(block: Block) -> None:
    boss, alice = newcomers(block, "acme")
    block.platform = block.made(slack_app_token=None, slack_signing_secret=block.slack.app.signing_secret)
    block.slack.use_http("pending")
    async with block.serving():
        block.slack.use_http(f"http://127.0.0.1:{block.platform.port}/slack/events")
        assert (await block.install(boss))[0] == 200
        channel = channel_of(block, boss, alice)
        assert not (await alice.command("help", channel)).failure
    assert isinstance(block.heard[-1], CommandGiven)


async def test_a_removed_app_falls_silent_with_one_line_and_goes_on_when_it_is_back(
    block: Block, caplog: pytest.LogCaptureFixture
) -> None:
    boss, alice = newcomers(block, "acme")
    other_boss, _ = newcomers(block, "beta")
    async with block.serving():
        await block.install(boss)
        await block.install(other_boss)
        old = block.token(boss.user.team)
        channel, elsewhere = channel_of(block, boss, alice), channel_of(block, other_boss)
        here = InChannel(ours(boss.user.team.id, channel.id))
        await block.platform.send("k1", here, CARD)
        with caplog.at_level(logging.INFO, "bot"):
            await boss.uninstall()
            await block.slack.quiet()
        (line,) = [one for one in caplog.records if "removed" in one.getMessage()]
        assert line.__dict__["team"] == boss.user.team.id
        assert old not in caplog.text
        before = len(block.slack.requests)
        for attempt in (
            block.platform.send("k2", here, CARD),
            block.platform.resolve((here.channel,), after=None, limit=9),
        ):
            with pytest.raises(PlatformUnavailable, match="not installed") as raised:
                await attempt
            assert raised.value.retry_after
        assert len(block.slack.requests) == before, "nothing is asked of Slack with a dead token"
        await block.platform.send("k", InChannel(ours(other_boss.user.team.id, elsewhere.id)), CARD)
        await block.install(boss)
        await boss.invite_bot(channel)
        await block.platform.send("k2", here, CARD)
        assert len(block.slack.posts(channel)) == 2
        await alice.command("help", channel)
    assert isinstance(block.heard[-1], CommandGiven)


async def test_a_revoked_token_counts_as_removal_and_another_persons_does_not(block: Block) -> None:
    boss, alice = newcomers(block, "acme")
    async with block.serving():
        await block.install(boss)
        channel = channel_of(block, boss, alice)
        here = InChannel(ours(boss.user.team.id, channel.id))
        event = {"type": "tokens_revoked", "tokens": {"oauth": [alice.id], "bot": []}, "event_ts": "1.0"}
        await asyncio.gather(*block.slack.slack.publish(event, boss.user.team, None, block.slack.app))
        await block.platform.send("k1", here, CARD)
        await boss.revoke()
        with pytest.raises(PlatformUnavailable):
            await block.platform.send("k2", here, CARD)


async def test_news_of_an_earlier_removal_do_not_undo_a_new_installation(block: Block) -> None:
    boss, alice = newcomers(block, "acme")
    async with block.serving():
        await block.install(boss)
        channel = channel_of(block, boss, alice)
        event = {"type": "app_uninstalled", "event_ts": "1.0"}
        await asyncio.gather(*block.slack.slack.publish(event, boss.user.team, None, block.slack.app))
        await block.platform.send("k1", InChannel(ours(boss.user.team.id, channel.id)), CARD)
    assert len(block.slack.posts(channel)) == 1


async def test_a_token_that_died_without_a_word_waits_like_a_removed_app(block: Block) -> None:
    boss, _ = newcomers(block, "acme")
    async with block.serving():
        await block.install(boss)
    channel = channel_of(block, boss)
    block.slack.app.installations[0].state = "account_inactive"
    with pytest.raises(PlatformUnavailable, match="not installed"):
        await block.platform.send("k", InChannel(ours(boss.user.team.id, channel.id)), CARD)


async def test_an_installation_for_a_whole_organisation_serves_each_of_its_workspaces(block: Block) -> None:
    boss, alice = newcomers(block, "one", "E1")
    _, carol = newcomers(block, "two", "E1")
    block.reply = lambda item: Whisper(CARD)
    async with block.serving():
        assert (await block.install(boss, whole_enterprise=True))[0] == 200
        for person in (alice, carol):
            await _works_for(block, person)
        team = carol.user.team.id
        target = Privately(ours(team, carol.id), ours(team, "C1"))
        await block.made().send("k", target, CARD)
        await boss.uninstall()
        with pytest.raises(PlatformUnavailable):
            await block.platform.send("k3", target, CARD)
    assert not block.slack.violations


async def _works_for(block: Block, person: Person) -> None:
    team = person.user.team
    channel = block.slack.add_channel(f"{team.domain}-general", [person], team=team)
    here, there = ours(team.id, channel.id), ours(team.id, person.id)
    await person.command("help", channel)
    await block.slack.until(lambda: person.ephemerals)
    assert block.heard[-1].person.channel == here
    await person.say("hello")
    await block.slack.until(lambda: len(person.ephemerals) + len(person.messages) > 2)
    assert block.heard[-1].person.member == there
    await block.platform.send("k", Privately(there, here), CARD)
    assert await block.platform.resolve((here,), after=None, limit=9) == ([there], None)


async def test_nobody_hears_of_a_workspace_that_installed_nothing(block: Block) -> None:
    stranger, _ = newcomers(block, "stranger")
    with pytest.raises(PlatformUnavailable, match="not installed"):
        await block.platform.send("k", InChannel(ours(stranger.user.team.id, "C1")), CARD)
    assert await block.platform.name_of(ours(stranger.user.team.id, "U1")) == ours(stranger.user.team.id, "U1")
    assert await block.platform.resolve(("<@U1>",), after=None, limit=9) == ([], None)


async def test_an_installation_replaces_the_one_before(block: Block) -> None:
    installations = Installations(block.store.database, "1.2", Seal([OLD]))

    def installed(token: str, at: float) -> Installation:
        return Installation(
            app_id="A1", team_id="T1", bot_token=token, bot_user_id="U1", bot_id="B1", user_id="U2", installed_at=at
        )

    await installations.async_save(installed("xoxb-one", 1_000.0))
    await installations.async_save(installed("xoxb-two", 500.0))
    found = await installations.of("T1", None)
    assert found is not None
    assert found.bot_token == "xoxb-two"
    whole = await installations.async_find_installation(enterprise_id=None, team_id="T1", user_id="U2")
    assert whole is not None
    assert whole.bot_token == "xoxb-two"
    await installations.async_delete_all(enterprise_id=None, team_id="T1")
    assert await installations.of("T1", None) is None


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"slack_bot_token": "xoxb-1"}, "take one of them out"),
        ({"slack_client_secret": None}, "slack_client_secret"),
        ({"slack_token_keys": ()}, "slack_token_keys"),
        ({"slack_token_keys": ("short",)}, "slack_token_keys"),
        ({"slack_app_token": None}, "slack_signing_secret"),
        ({"slack_app_token": "xoxb-1"}, "mixed up"),
    ],
)
async def test_settings_that_do_not_go_together_are_said_in_one_sentence(
    block: Block, more: dict[str, Any], said: str
) -> None:
    with pytest.raises(SettingsError, match=said):
        check(block.settings(**more))
