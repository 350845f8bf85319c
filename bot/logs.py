"""Structured logs: one line per happening, with ids and counts, never with what anybody wrote."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime

ORDINARY = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}

OURS = ("bot", "engine", "storage", "training")


def _extras(record: logging.LogRecord) -> dict[str, object]:
    return {key: value for key, value in vars(record).items() if key not in ORDINARY}


class JsonLines(logging.Formatter):
    """A JSON object per line: at, level, logger, message and the extras."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line."""
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **_extras(record),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


class PlainLines(logging.Formatter):
    """For a terminal: time, level, message and the extras as key=value."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line, with a traceback below it where there is one."""
        at = datetime.fromtimestamp(record.created, UTC).astimezone().strftime("%H:%M:%S")
        extras = "".join(f" {key}={value}" for key, value in _extras(record).items())
        line = f"{at} {record.levelname.lower():7} {record.getMessage()}{extras}"
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


def set_up(level: str, form: str) -> None:
    """Send this process's logs to stderr in the given form: ours from `level` on, everybody else's from WARNING on.

    The libraries that speak to Slack, Discord and models write down what they send and receive when they are asked
    for more, and that is what people wrote. `level`: a name of `logging`, in any case; `form`: "json" or "text".
    """
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines() if form == "json" else PlainLines())
    handler.setLevel(level.upper())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for ours in OURS:
        logging.getLogger(ours).setLevel(level.upper())
