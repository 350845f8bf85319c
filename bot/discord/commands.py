"""`/consensus` as Discord knows it: a group of subcommands with typed options, and what an invocation says.

Limits: Discord's reference, "Application Commands".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.cards import WORDS
from bot.cutting import cut
from bot.discord.messages import Json
from bot.durations import parse_duration, write_duration
from bot.texts import Texts
from engine.rounds.model import MAX_REASON

NAME = "consensus"
DESCRIPTION = 100
CHOICES = 25
SUBCOMMAND, TEXT, WHOLE, YES_NO = 1, 3, 4, 5
DURATIONS = ("opinion_seconds", "voting_seconds", "critique_seconds")
OFFERED = ("30m", "1h", "2h", "4h", "12h", "1 day", "2 days", "3 days", "1 week")
"""Durations offered before somebody types one."""


@dataclass(frozen=True, slots=True)
class Said:
    """What an invocation says. options: of `ask`, by the form's field names; thread: in a thread of its own."""

    word: str
    rest: str
    options: tuple[tuple[str, str], ...] = ()
    thread: bool = False


_ASK: tuple[tuple[str, int, str, str], ...] = (
    ("question", TEXT, "field-question", "question"),
    ("statement", TEXT, "field-affirming", "affirming"),
    ("roster", TEXT, "field-roster", "roster"),
    ("invited", TEXT, "field-invited", "invited"),
    ("electorate", TEXT, "field-electorate", "electorate"),
    ("ballot", TEXT, "field-ballot", "ballot"),
    ("opinion_time", TEXT, "field-opinion-time", "opinion_seconds"),
    ("voting_time", TEXT, "field-voting-time", "voting_seconds"),
    ("quorum", TEXT, "field-quorum", "quorum"),
    ("statements", WHOLE, "field-posted", "posted"),
    ("critiques", WHOLE, "field-critique-iterations", "critique_iterations"),
    ("hide_results", YES_NO, "field-hidden-results", "hidden_results"),
)
"""The options of `ask`: name, type, the text that describes it, and the form's field."""

THREAD = "thread"
QUESTION_LIMIT = 1_000

_OPTIONS = {
    "roster": (("open", "roster-open"), ("invited", "roster-invited")),
    "electorate": (("roster", "electorate-roster"), ("channel", "electorate-channel")),
    "ballot": (("open", "ballot-choice-open"), ("private", "ballot-choice-private")),
}
_FIELD_OF = {name: field for name, _, _, field in _ASK}
_TIMED = ("extend", "reopen")


def definition(texts: Texts) -> Json:
    """The command as it is registered for all servers."""
    return {
        "name": NAME,
        "type": 1,
        "description": cut(texts("help-heading"), DESCRIPTION),
        "contexts": [0, 1],
        "integration_types": [0],
        "options": [_subcommand(word, texts) for word in WORDS],
    }


def _subcommand(word: str, texts: Texts) -> Json:
    made: Json = {"type": SUBCOMMAND, "name": word, "description": cut(_about(word, texts), DESCRIPTION)}
    if word == "ask":
        made["options"] = [_option(*one, texts) for one in _ASK]
        made["options"].append(_described(THREAD, YES_NO, texts("command-thread")))
    if word in _TIMED:
        made["options"] = [_described("time", TEXT, texts("hint-duration")) | {"autocomplete": True}]
    if word == "hide":
        number = _described("number", WHOLE, texts("command-hide-number")) | {"min_value": 1, "max_value": 10}
        made["options"] = [number, _described("reason", TEXT, texts("hint-hide-reason")) | {"max_length": MAX_REASON}]
    return made


def _about(word: str, texts: Texts) -> str:
    about = texts(f"help-{word}").removeprefix(f"/{NAME} {word} ")
    return about[:1].upper() + about[1:]


def _option(name: str, kind: int, text_id: str, field: str, texts: Texts) -> Json:
    made = _described(name, kind, texts(text_id))
    if name in _OPTIONS:
        made["choices"] = [{"name": cut(texts(label), 100), "value": value} for value, label in _OPTIONS[name]]
    elif field in DURATIONS:
        made["autocomplete"] = True
    elif name in {"question", "statement"}:
        made["max_length"] = QUESTION_LIMIT
    elif kind == WHOLE:
        made |= {"min_value": 0, "max_value": 10}
    return made


def _described(name: str, kind: int, description: str) -> Json:
    return {"type": kind, "name": name, "description": cut(description, DESCRIPTION)}


def said(data: Mapping[str, Any]) -> Said:
    """What an invocation says; the bare command is the word ""."""
    given = data.get("options") or ()
    sub: Mapping[str, Any] = given[0] if given else {}
    word = str(sub.get("name") or "")
    values = {str(one["name"]): one.get("value") for one in sub.get("options") or ()}
    if word in _TIMED:
        return Said(word, str(values.get("time") or "").strip())
    if word == "hide":
        return Said(word, f"{values.get('number') or ''} {values.get('reason') or ''}".strip())
    if word != "ask":
        return Said(word, " ".join(str(one) for one in values.values()).strip())
    options = tuple(
        (_FIELD_OF[name], _text(value)) for name, value in values.items() if name in _FIELD_OF and name != "question"
    )
    return Said(word, str(values.get("question") or "").strip(), options, bool(values.get(THREAD)))


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else ""
    return str(value)


def suggestions(data: Mapping[str, Any]) -> list[Json]:
    """What to offer for the option that is being typed: durations, the typed one first where it is one."""
    typed = ""
    for sub in data.get("options") or ():
        for one in sub.get("options") or ():
            if one.get("focused"):
                typed = str(one.get("value") or "").strip()
    seconds = parse_duration(typed)
    offered = [write_duration(seconds)] if seconds else []
    if typed.isascii() and typed.isdecimal() and len(typed) <= 4 and int(typed):
        offered += [write_duration(int(typed) * unit) for unit in (60, 3_600, 86_400)]
    if not offered:
        offered = [write_duration(parse_duration(one) or 0) for one in OFFERED if typed.casefold() in one] or [
            write_duration(parse_duration(one) or 0) for one in OFFERED
        ]
    return [{"name": one, "value": one} for one in dict.fromkeys(offered)][:CHOICES]


def changed(wanted: Json, known: list[Json]) -> bool:
    """Whether Discord has to be told of the command: it knows another one, or one that differs in what we say."""
    return len(known) != 1 or not _within(wanted, known[0])


def _within(wanted: Any, known: Any) -> bool:
    """Discord adds ids, versions and defaults; what we said must stand there unchanged, and no more options."""
    if isinstance(wanted, dict):
        if not isinstance(known, dict) or any(
            bool(known.get(one)) and one not in wanted for one in ("options", "choices")
        ):
            return False
        return all(_within(value, known.get(key)) for key, value in wanted.items())
    if isinstance(wanted, list):
        known = known or []
        return len(wanted) == len(known) and all(_within(a, b) for a, b in zip(wanted, known, strict=True))
    return bool(wanted == known) or (not wanted and not known)
