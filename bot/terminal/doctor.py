"""`parley doctor`: look at the set-up piece by piece and say what to do about what is wrong.

It changes nothing, makes no file and prints no secret.
"""

from __future__ import annotations

import asyncio
import errno
import socket
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

from bot.findings import Finding, Mark, shown
from bot.settings import Settings, load
from bot.terminal import examining_database
from bot.terminal.database_file import sqlite_file
from engine.errors import ParleyError, SettingsError

PYTHON = (3, 11)
QUESTION = "Should we move the stand-up to ten?"
OPINIONS = (
    "Yes, ten is better for everybody who brings children to school.",
    "Yes, but only if it stays short.",
    "No, we should not move it, because nine keeps the morning free.",
)

Check = Callable[[Settings], AsyncIterator[Finding]]


async def examine(config: Path | None, *, database: str | None, port: int | None) -> bool:
    """Print a line for everything that was looked at; True when nothing has to be mended.

    config, database, port: as given on the command line, None when not given.
    """
    marks: Counter[Mark] = Counter()
    async for finding in _findings(config, database, port):
        sys.stdout.write(f"{shown(finding.mark)} {finding.what}: {finding.said}\n")
        sys.stdout.flush()
        marks[finding.mark] += 1
    sys.stdout.write(f"{_verdict(marks)}\n")
    return not marks[Mark.WRONG]


def _verdict(marks: Counter[Mark]) -> str:
    """What all the findings come to, in one sentence that counts those that are marked."""
    if marks[Mark.WRONG]:
        wrong = shown(Mark.WRONG).strip()
        return f"Mend what is marked {wrong} ({marks[Mark.WRONG]}), then run `parley doctor` again."
    if marks[Mark.NOTE]:
        noted = shown(Mark.NOTE).strip()
        return f"Nothing has to be mended; read what is marked {noted} ({marks[Mark.NOTE]})."
    return "Everything is in order."


async def _findings(config: Path | None, database: str | None, port: int | None) -> AsyncIterator[Finding]:
    yield _python()
    try:
        settings = load(config, database=database, port=port)
    except SettingsError as problem:
        yield Finding(Mark.WRONG, "settings", str(problem))
        return
    if settings.platforms:
        yield Finding(Mark.FINE, "settings", f"read; platforms {', '.join(settings.platforms)}")
    else:
        yield Finding(Mark.WRONG, "settings", "no platform is chosen: name web, slack or discord in 'platforms'.")
    checks: tuple[Check, ...] = (
        examining_database.examine,
        _secret,
        _port,
        _slack,
        _discord,
        _models,
        _texts,
        _picture,
        _parquet,
    )
    for check in checks:
        async for finding in check(settings):
            yield finding


def _python() -> Finding:
    version = ".".join(str(part) for part in sys.version_info[:3])
    if sys.version_info[:2] < PYTHON:
        return Finding(Mark.WRONG, "Python", f"{version} is too old: install Python 3.11 or newer.")
    return Finding(Mark.FINE, "Python", version)


async def _secret(settings: Settings) -> AsyncIterator[Finding]:
    from bot.secrets_file import secret_of

    try:
        file = sqlite_file(settings.database)
        kept = None if file is None or settings.secret is not None else file.with_suffix(".secret")
        if kept is not None and not kept.exists():
            yield Finding(Mark.FINE, "secret", f"will be made in {str(kept)!r} at the first start")
            return
        secret_of(settings)
    except ParleyError as problem:
        yield Finding(Mark.WRONG, "secret", str(problem))
        return
    if kept is not None and kept.stat().st_mode & 0o077:
        said = f"others may read {str(kept)!r} and sign links: run chmod 600 on it."
        yield Finding(Mark.NOTE, "secret", said)
    else:
        yield Finding(Mark.FINE, "secret", "set" if kept is None else f"kept in {str(kept)!r}")


async def _port(settings: Settings) -> AsyncIterator[Finding]:
    if "web" not in settings.platforms:
        return
    address = f"{settings.host}:{settings.port}"
    if settings.port == 0:
        yield Finding(Mark.FINE, "port", "a free one is picked at the start")
        return
    problem = await asyncio.to_thread(_bind_problem, settings.host, settings.port)
    if problem is None:
        yield Finding(Mark.FINE, "port", f"{address} is free")
    elif problem.errno == errno.EADDRINUSE and await _is_parley(settings.host, settings.port):
        yield Finding(Mark.FINE, "port", f"Parley is serving at {address} already")
    elif problem.errno == errno.EADDRINUSE:
        yield Finding(Mark.WRONG, "port", f"{address} is in use: stop what uses it, or choose another with --port.")
    elif problem.errno in (errno.EACCES, errno.EPERM):
        yield Finding(Mark.WRONG, "port", f"{address} needs more rights: choose a port above 1023 with --port.")
    else:
        said = f"nothing can listen on {address} ({problem.strerror}): check --host."
        yield Finding(Mark.WRONG, "port", said)


def _bind_problem(host: str, port: int) -> OSError | None:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen()
    except OSError as problem:
        return problem
    return None


async def _is_parley(host: str, port: int) -> bool:
    """Whether what listens there answers as Parley's own health check does."""
    try:
        async with asyncio.timeout(2.0):
            reader, writer = await asyncio.open_connection(host, port)
            writer.write(f"GET /healthz HTTP/1.0\r\nHost: {host}\r\n\r\n".encode())
            answer = await reader.read(4096)
            writer.close()
    except (OSError, TimeoutError):
        return False
    return b'"ok"' in answer and b'"database"' in answer


async def _slack(settings: Settings) -> AsyncIterator[Finding]:
    if "slack" not in settings.platforms:
        return
    from bot.clock import SystemClock
    from bot.slack.examining import examine as look_at

    async for finding in look_at(settings, SystemClock()):
        yield finding


async def _discord(settings: Settings) -> AsyncIterator[Finding]:
    if "discord" not in settings.platforms:
        return
    from bot.discord.examining import examine as look_at

    async for finding in look_at(settings):
        yield finding


async def _models(settings: Settings) -> AsyncIterator[Finding]:
    from engine import catalog
    from engine.deliberation import deliberate

    names = f"{settings.generator} and {settings.predictor}"
    begun = time.monotonic()
    try:
        options = replace(settings.back_ends, fall_back=False)
        generator = catalog.generator(settings.generator, options)
        predictor = catalog.predictor(settings.predictor, options)
        drafting = await deliberate(QUESTION, OPINIONS, generator=generator, predictor=predictor, n=2, posted=1)
    except ParleyError as problem:
        yield Finding(Mark.WRONG, "models", f"{names}: {problem}")
        return
    said = f"{names} drafted {len(drafting.candidates)} statements in {time.monotonic() - begun:.1f} s"
    if not predictor.calibrated:
        yield Finding(Mark.NOTE, "models", f"{said}; {predictor.name} is not calibrated, so some rules are refused")
    else:
        yield Finding(Mark.FINE, "models", said)
    if generator.service is not None:
        yield Finding(Mark.NOTE, "models", f"opinions are sent to {generator.service}; members are told so")


async def _texts(settings: Settings) -> AsyncIterator[Finding]:
    from bot.texts import Texts

    texts = Texts(settings.locale)
    wanted = settings.locale.replace("-", "_").partition("_")[0]
    if texts.locale.partition("_")[0] != wanted:
        said = f"there are none in {settings.locale!r}, so {texts.locale!r} is used"
        yield Finding(Mark.NOTE, "texts", said)
    else:
        yield Finding(Mark.FINE, "texts", f"{texts.locale}: {texts('announcement-heading')}")


async def _picture(_: Settings) -> AsyncIterator[Finding]:
    begun = time.monotonic()
    problem = await asyncio.to_thread(_picture_problem)
    if problem is None:
        yield Finding(Mark.FINE, "picture", f"drawn in {time.monotonic() - begun:.1f} s")
    else:
        yield Finding(Mark.WRONG, "picture", f"{problem}: install Parley again.")


def _picture_problem() -> str | None:
    """Why the picture of an outcome cannot be drawn, for what a broken installation lacks; else None."""
    from bot.picture import Bar, Labels, fonts, png, svg

    missing = [font.name for font in (fonts.REGULAR, fonts.BOLD) if not font.is_file()]
    if missing:
        return f"the font {missing[0]} is missing"
    try:
        drawn = png(svg([Bar("1", "A statement", (0, 0, 0, 1, 0, 2, 1))], title="Outcome", labels=Labels()))
    except ImportError as problem:
        return f"{problem.name} is missing"
    return None if drawn.startswith(b"\x89PNG") else "the renderer draws no PNG"


async def _parquet(_: Settings) -> AsyncIterator[Finding]:
    from importlib.util import find_spec

    if find_spec("pyarrow") is None:
        said = (
            "pyarrow is not installed; only `parley export --format parquet` needs it: "
            "`.venv/bin/pip install -e '.[research]'` brings it"
        )
        yield Finding(Mark.NOTE, "Parquet", said)
    else:
        yield Finding(Mark.FINE, "Parquet", "pyarrow is installed")
