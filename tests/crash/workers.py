"""The tests' side of the processes that are killed: one zygote per core, each with a database of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from abc import ABC, abstractmethod
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from itertools import count
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from typing import Any

from benchmarks.postgres_server import PostgresServer
from storage.migrations import migrate
from tests.crash.play import Setting

ROOT = Path(__file__).parents[2]
WORKERS = max(2, os.cpu_count() or 1)


class Databases(ABC):
    """Gives out fresh databases with our newest schema."""

    @abstractmethod
    def fresh(self, folder: Path) -> str:
        """The URL of a new one that belongs to this folder."""

    @abstractmethod
    def drop(self, url: str) -> None:
        """It is not needed any more."""


class SqliteDatabases(Databases):
    """Files copied from one that was migrated."""

    def __init__(self, folder: Path) -> None:
        self._template = folder / "template.db"
        migrate(f"sqlite:///{self._template}")

    def fresh(self, folder: Path) -> str:
        """See Databases."""
        shutil.copy(self._template, folder / "parley.db")
        return f"sqlite:///{folder / 'parley.db'}"

    def drop(self, url: str) -> None:
        """It goes with its folder."""


class PostgresDatabases(Databases):
    """Databases copied from a template on one server, which goes on when its clients are killed."""

    def __init__(self, server: PostgresServer, template: str) -> None:
        self._server = server
        self._template = template
        self._names = (f"crash_{number}" for number in count(1))

    def fresh(self, folder: Path) -> str:
        """See Databases."""
        name = next(self._names)
        self._server.create_database(name, self._template)
        return self._server.url(name)

    def drop(self, url: str) -> None:
        """See Databases."""
        self._server.drop_database(url.partition("///")[2].partition("?")[0])


@dataclass(frozen=True, slots=True)
class Undisturbed:
    """A run in which nobody was killed. boundaries: step -> the names of its boundaries, in order."""

    state: dict[str, Any]
    boundaries: dict[int, list[str]]


@dataclass(frozen=True, slots=True)
class Survived:
    """A run to the end in spite of `deaths`: (step, number, name of the boundary)."""

    deaths: list[tuple[int, int, str]]
    state: dict[str, Any]


class Zygotes:
    """The processes from which lives are forked: they serve one order after the other, of any script and chat."""

    def __init__(self, number: int = WORKERS) -> None:
        self._number = number
        self.processes: list[subprocess.Popen[str]] = []

    def __enter__(self) -> Zygotes:
        for _ in range(self._number):
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.crash.child"],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONHASHSEED": "0"},
            )
            self.processes.append(process)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in self.processes:
            process.communicate()


class Play:
    """One script in one chat on one kind of database, played by all zygotes at once."""

    def __init__(self, script: str, chat: str, databases: Databases, folder: Path, zygotes: Zygotes) -> None:
        self._script = script
        self._chat = chat
        self._databases = databases
        self._folder = folder
        self._zygotes = zygotes.processes
        self._numbers = count(1)
        self._idle: SimpleQueue[subprocess.Popen[str]] = SimpleQueue()

    def undisturbed(self) -> Undisturbed:
        """The run that all others are compared with; every zygote plays it once, and all get the same."""
        with ThreadPoolExecutor(len(self._zygotes)) as threads:
            answers = list(threads.map(lambda process: self._order(process, {}), self._zygotes))
        for process in self._zygotes:
            self._idle.put(process)
        assert all(answer == answers[0] for answer in answers), "the script does not play alike twice"
        boundaries = {int(step): names for step, names in answers[0]["boundaries"].items()}
        return Undisturbed(answers[0]["state"], boundaries)

    def killed(self, numbers: Sequence[int], deaths: int = 1) -> list[Survived]:
        """For each number a run in which every step is killed at its boundary of that number, `deaths` times
        where recovering reaches as many. Comes after `undisturbed`.
        """
        with ThreadPoolExecutor(len(self._zygotes)) as threads:
            return list(threads.map(lambda number: self._killed(number, deaths), numbers))

    def _killed(self, number: int, deaths: int) -> Survived:
        process = self._idle.get()
        try:
            answer = self._order(process, {"kill": number, "deaths": deaths})
        finally:
            self._idle.put(process)
        return Survived([(step, at, name) for step, at, name in answer["deaths"]], answer["state"])

    def _order(self, process: subprocess.Popen[str], order: dict[str, Any]) -> dict[str, Any]:
        assert process.stdin is not None
        assert process.stdout is not None
        folder = self._folder / str(next(self._numbers))
        folder.mkdir()
        database = self._databases.fresh(folder)
        setting = Setting(self._script, self._chat, database, str(folder))
        process.stdin.write(json.dumps({**order, "setting": asdict(setting)}) + "\n")
        process.stdin.flush()
        line = process.stdout.readline()
        assert line, "the process that starts the others ended"
        answer: dict[str, Any] = json.loads(line)
        assert "error" not in answer, answer["error"]
        self._databases.drop(database)
        shutil.rmtree(folder)
        return answer
