"""`parley serve` as an operator meets it: it answers, it refuses a port in use, it stops when asked."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import stat
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

URL = re.compile(r"http://127\.0\.0\.1:\d+")


class Served:
    """A running `parley serve` in a folder of its own."""

    def __init__(self, folder: Path, *options: str) -> None:
        command = [sys.executable, "-m", "bot.cli", "serve", "--port", "0", *options]
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
        self.process = subprocess.Popen(
            command, cwd=folder, env=environment, stderr=subprocess.PIPE, text=True, encoding="utf-8"
        )
        assert self.process.stderr is not None
        self.said: list[str] = []
        for line in self.process.stderr:
            self.said.append(line)
            if found := URL.search(line):
                self.url = found[0]
                return
        raise AssertionError(f"it never served: {self.said}")

    def stop(self) -> int:
        """Ask it to stop, and its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(15)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    running = Served(tmp_path)
    yield running
    if running.process.poll() is None:
        running.process.kill()
        running.process.wait()
    assert running.process.stderr is not None
    running.process.stderr.close()


def test_it_is_healthy_and_stops_when_asked(served: Served) -> None:
    with urllib.request.urlopen(f"{served.url}/healthz") as answer:
        assert json.load(answer)["ok"] is True
    assert served.stop() == 0


def test_what_it_keeps_is_for_its_owner_alone(served: Served, tmp_path: Path) -> None:
    for file in tmp_path.glob("parley.*"):
        assert stat.S_IMODE(file.stat().st_mode) & 0o077 == 0, f"{file.name} can be read by others"


def test_a_second_process_on_the_same_port_says_what_to_do(served: Served, tmp_path: Path) -> None:
    port = served.url.rsplit(":", 1)[1]
    command = [sys.executable, "-m", "bot.cli", "serve", "--port", port]
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.strip().splitlines()[-1] == (
        f"parley: Port {port} is in use by another program: "
        "stop it, or choose another with --port or the setting 'port'."
    )


def test_a_personal_link_opens_the_channel(served: Served, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bot.cli", "link", "Ada", "--port", served.url.rsplit(":", 1)[1]]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    link = done.stdout.strip()
    assert link.startswith(served.url)
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    with opener.open(link) as page:
        assert page.status == 200
        assert "seat=" not in page.url


async def test_work_under_way_outlasts_the_signal(tmp_path: Path) -> None:
    """What was committed before the signal is carried out by the next process."""
    from bot.main import application
    from bot.settings import Settings
    from bot.web.actions import ACTION

    settings = Settings(database=f"sqlite:///{tmp_path / 'one.db'}", port=0)
    async with application(settings) as first:
        running = asyncio.create_task(first.run())
        await first.web.listening()
        seat = await first.web.seat("general", "Mona", moderator=True)
        ask = {
            "delivery": "test-delivery-1",
            "do": "command",
            "place": "channel",
            "word": "ask",
            "rest": "Should we go?",
        }
        await first.web.act(seat, ACTION.validate_python(ask))
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    async with application(settings) as second:
        await second.dispatcher.run_due()
        (round,) = await second.store.rounds_in(seat.channel, running=True)
        assert [one.kind for one in await second.store.sent(round.id, "announcement")] == ["announcement"]


async def test_a_round_of_a_model_that_is_no_longer_set_up_fails_with_a_reason(tmp_path: Path) -> None:
    """Settings may change under a running round; the process goes on and the moderator is told."""
    from bot.main import application
    from bot.settings import Settings
    from engine.ports import Delivery
    from engine.rounds.events import OpinionGiven, PhaseAdvanced, RoundOpened
    from engine.rounds.model import Phase, Rules
    from engine.service import handle

    settings = Settings(database=f"sqlite:///{tmp_path / 'one.db'}", port=0)
    async with application(settings) as parley:
        seat = await parley.web.seat("general", "Mona", moderator=True)
        rules = Rules(generator="openai:gone")
        opened = RoundOpened(1.0, "r1", seat.channel, seat.member, "Should we?", None, None, rules, 1)
        await handle(parley.store, Delivery("d0", "r1", opened))
        for number in range(3):
            given = OpinionGiven(2.0, f"web:m{number}", "We should go.", f"s{number}")
            await handle(parley.store, Delivery(f"d{number + 1}", "r1", given))
        await handle(parley.store, Delivery("d9", "r1", PhaseAdvanced(3.0, seat.member)))
        await parley.dispatcher.run_due()
        round = await parley.store.round("r1")
        assert round is not None
        assert round.phase is Phase.FAILED
