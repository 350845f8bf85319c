"""Who may start, close and export rounds in a workspace: a setting of its admins, who always may."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from bot.platform import ButtonPressed, CommandGiven, FormSubmitted, Inbound


class Act(StrEnum):
    """What rights are given for. CLOSE: everything that changes a round under way or ended, whoever opened it."""

    START = "start"
    CLOSE = "close"
    EXPORT = "export"


class Who(StrEnum):
    """To whom. NAMED: people and user groups; nobody named leaves whoever always may."""

    EVERYONE = "everyone"
    MEMBERS = "members"
    NAMED = "named"


@dataclass(frozen=True, slots=True)
class Right:
    """Who may do something. people, groups: Slack's ids, for NAMED."""

    who: Who
    people: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rights:
    """A workspace's rights. Whoever opened a round and whoever has the moderator role may always close it."""

    start: Right = field(default_factory=lambda: Right(Who.EVERYONE))
    close: Right = field(default_factory=lambda: Right(Who.NAMED))
    export: Right = field(default_factory=lambda: Right(Who.EVERYONE))

    def to(self, act: Act) -> Right:
        """Who may do this."""
        return {Act.START: self.start, Act.CLOSE: self.close, Act.EXPORT: self.export}[act]


MODERATING = frozenset({"extend", "close", "cancel", "reopen", "hide", "remind"})
PRESSED = MODERATING | {"retry", "critique-iteration", "deliver-again", "announce-again"}


def act_of(item: Inbound) -> Act | None:
    """For what somebody needs a right who does this; None where everybody may."""
    match item:
        case CommandGiven(word=word):
            done = word.strip().casefold()
            return {"ask": Act.START, "export": Act.EXPORT}.get(done) or (Act.CLOSE if done in MODERATING else None)
        case ButtonPressed(action=action):
            if action == "do-export":
                return Act.EXPORT
            return Act.CLOSE if action.removeprefix("do-") in PRESSED else None
        case FormSubmitted(form=form):
            return Act.START if form == "ask" else Act.CLOSE if form in MODERATING else None
        case _:
            return None


def write_rights(rights: Rights) -> str:
    """The rights as text; `read_rights` reads it back."""
    one = {act: rights.to(act) for act in Act}
    return json.dumps({act: [right.who, list(right.people), list(right.groups)] for act, right in one.items()})


def read_rights(text: str | None) -> Rights:
    """The rights that were written; the default for what no longer reads."""
    default = Rights()
    try:
        read: Any = json.loads(text or "{}")
    except ValueError:
        return default
    found = {act: _read(read.get(act)) if isinstance(read, dict) else None for act in Act}
    return Rights(
        found[Act.START] or default.start, found[Act.CLOSE] or default.close, found[Act.EXPORT] or default.export
    )


def _read(value: Any) -> Right | None:
    try:
        who, people, groups = value
        return Right(Who(who), tuple(map(str, people)), tuple(map(str, groups)))
    except (TypeError, ValueError):
        return None
