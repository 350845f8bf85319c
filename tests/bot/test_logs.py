"""No log holds what anybody wrote, however loud it is set (DESIGN, "Trust")."""

from __future__ import annotations

import asyncio
import io
import json
import logging
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy.exc import StatementError

from bot.logs import OURS, JsonLines, set_up
from bot.main import Application, application
from bot.settings import Settings
from bot.web.actions import ACTION
from bot.web.seats import Seat
from engine.rounds.model import Phase
from storage.store import DatabaseStore
from storage.tables import OPINIONS
from tests.dialogues.discord_stage import DiscordStage
from tests.dialogues.slack_stage import SlackStage
from tests.dialogues.stage import Cast

SECRET = "xylophone"
CAST = (Cast("maria", moderator=True), Cast("alice"), Cast("bob"), Cast("carol"))


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    root, stream = logging.getLogger(), io.StringIO()
    before, levels = root.handlers[:], {name: logging.getLogger(name).level for name in ("root", *OURS)}
    set_up("debug", "json")
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    root.addHandler(handler)
    yield stream
    root.handlers[:] = before
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


async def play(parley: Application) -> None:
    numbers = count()

    async def act(seat: Seat, **action: object) -> None:
        await parley.web.act(seat, ACTION.validate_python({"delivery": f"log-test-{next(numbers)}", **action}))

    mona = await parley.web.seat("general", "Mona", moderator=True)
    await act(mona, do="command", place="channel", word="ask", rest=f"Should we buy a {SECRET}?")
    (round,) = await parley.store.rounds_in(mona.channel, running=True)
    for name in ("Ada", "Bo", "Chidi"):
        seat = await parley.web.seat("general", name)
        await act(seat, do="press", place="channel", action="join", round=round.id)
        await act(seat, do="say", place="direct", text=f"{name} wants a {SECRET} for everybody.")
    await act(mona, do="command", place="channel", word="close")
    async with asyncio.timeout(20):
        while True:
            now = await parley.store.round(round.id)
            if now is not None and now.phase is Phase.VOTING:
                return
            await asyncio.sleep(0.05)


async def test_a_round_at_the_loudest_level_logs_ids_and_never_texts(tmp_path: Path, logged: io.StringIO) -> None:
    async with application(Settings(database=f"sqlite:///{tmp_path / 'one.db'}", port=0)) as parley:
        running = asyncio.create_task(parley.run())
        await parley.web.listening()
        await play(parley)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert SECRET not in logged.getvalue()
    assert all(json.loads(line)["logger"] for line in logged.getvalue().splitlines())


@pytest.mark.parametrize("platform", [SlackStage, DiscordStage])
async def test_what_a_platforms_own_library_says_is_no_text_and_no_secret_either(
    platform: type[SlackStage | DiscordStage], store: DatabaseStore, logged: io.StringIO
) -> None:
    """At their loudest slack_sdk, slack_bolt and discord.py write down what they send and receive."""
    async with platform(store, CAST) as stage:
        await stage.command("maria", "ask", f"Should we buy a {SECRET}?")
        for name in ("alice", "bob", "carol"):
            await stage.write(name, f"{name} wants a {SECRET} for everybody.")
        await stage.command("maria", "close", "")
        assert any(SECRET in one for one in await stage.shown(None))
        secrets = (
            [stage.slack.bot_token, stage.slack.app_token] if isinstance(stage, SlackStage) else [stage.discord.token]
        )
    logging.getLogger("bot").debug("the end")
    assert "the end" in logged.getvalue()
    assert not [one for one in (SECRET, *secrets) if one in logged.getvalue()]


async def test_an_error_of_the_database_names_no_parameter(tmp_path: Path, logged: io.StringIO) -> None:
    async with application(Settings(database=f"sqlite:///{tmp_path / 'one.db'}", port=0)) as parley:
        with pytest.raises(Exception) as raised:  # noqa: PT011 - whatever it is, it must not show the text
            await parley.store.database.write(
                lambda connection: connection.execute(OPINIONS.insert(), [{"text": SECRET, "round": object()}])
            )
        logging.getLogger("test").error("failed", exc_info=raised.value)
    assert isinstance(raised.value, StatementError) or raised.value.__cause__ is not None
    assert SECRET not in str(raised.value)
    assert SECRET not in logged.getvalue()
