"""What a round as data is made of: who does what when, in the words of the browser's actions.

Acts stand a SLOT apart, so that the seconds a restart costs never reach the next act: a time that is rounded
down to its slot is the same whether or not the process was killed in between.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

SLOT = 1_200.0
"""Seconds between acts, and the grain to which states are compared."""

START = 1_800_000_000.0
"""When every script begins, in seconds since the epoch; a multiple of SLOT."""

SOON = 55.0
"""Seconds after the act before it that an act happens "soon": within the 60 s grace of an early close."""


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody does. `action`: a `bot.web.actions` action without its delivery id.

    Texts may hold marks that are filled in when the act happens: "$round"; "$posted:0", the id of the first
    posted candidate, and "$statement:0", its message; "$announcement", the newest announcement's message;
    "$wrote:LABEL", one's own message of that label; "$card:KIND", the newest message of that kind to oneself;
    "$undelivered", the row that was given up.
    soon: SOON after the act before it. delivered: False for a deed whose event the platform lost.
    """

    who: str
    action: dict[str, Any]
    label: str = ""
    soon: bool = False
    delivered: bool = True


@dataclass(frozen=True, slots=True)
class Lapse:
    """Nobody does anything for a number of slots; timers do."""

    slots: int = 1


@dataclass(frozen=True, slots=True)
class Step:
    """One moment of a script: the act of that moment, if any, under its delivery id."""

    number: int
    at: float
    delivery: str
    act: Act | None


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is out of order during a slot, for longer than anything is tried.

    what: "generator", or "direct" for direct messages to `who`. refuses: for good, instead of for now.
    """

    what: str
    slot: int
    who: str = ""
    refuses: bool = False

    def lasts(self, at: float) -> bool:
        """Whether it is so at a time."""
        return (at - START) // SLOT == self.slot

    @property
    def reason(self) -> str:
        """What is said of it."""
        return f"The conversation with {self.who} does not answer." if self.who else "The model does not answer."


@dataclass(frozen=True, slots=True)
class Script:
    """A round from its opening to its end. settings: the channel's, where a command opens the round."""

    name: str
    people: tuple[str, ...]
    moments: tuple[Act | Lapse, ...]
    troubles: tuple[Trouble, ...] = ()
    settings: tuple[tuple[str, str], ...] = ()

    def steps(self) -> list[Step]:
        """Every moment with its time, one per slot but for those that come soon."""
        steps: list[Step] = []
        slot, at = -1, START
        for moment in self.moments:
            if isinstance(moment, Act) and moment.soon:
                at += SOON
                steps.append(_step(len(steps), at, moment))
                continue
            for _ in range(moment.slots if isinstance(moment, Lapse) else 1):
                slot += 1
                at = START + slot * SLOT
                steps.append(_step(len(steps), at, None if isinstance(moment, Lapse) else moment))
        return steps


def _step(number: int, at: float, act: Act | None) -> Step:
    return Step(number, at, f"step-{number:04}-{act.who if act else 'time'}", act)


def minutes(slots: float) -> str:
    """A duration of so many slots, as a form takes it."""
    return f"{slots * SLOT / 60:g} minutes"


def channel(opinions: float, voting: float, *, rate_position: str = "", **others: str) -> tuple[tuple[str, str], ...]:
    """A channel's settings for a small round: two statements of four, no reminders, deadlines after so many slots."""
    chosen = {"rate_position": rate_position, "reminders": "", **others, "drafted": "4", "posted": "2"}
    return (*chosen.items(), ("opinion_seconds", minutes(opinions)), ("voting_seconds", minutes(voting)))


def say(who: str, text: str, label: str = "", parent: str = "") -> Act:
    """Write to the bot privately."""
    return Act(who, {"do": "say", "place": "direct", "text": text, "parent": parent}, label)


def press(who: str, action: str, target: str = "", value: str = "", *, soon: bool = False) -> Act:
    """Press a button of the round's cards."""
    pressed = {"do": "press", "place": "channel", "action": action, "round": "$round", "target": target}
    return Act(who, {**pressed, "value": value}, soon=soon)


def submit(who: str, form: str, target: str = "", *, soon: bool = False, round: str = "$round", **values: str) -> Act:
    """Submit a form; `__` in a name stands for the hyphen of a field's name."""
    named = {name.replace("__", "-"): value for name, value in values.items()}
    filled = {"do": "submit", "place": "channel", "form": form, "round": round, "target": target}
    return Act(who, {**filled, "values": named}, soon=soon)


def ask(who: str, **values: str) -> Act:
    """Open a round by the form."""
    return submit(who, "ask", "", soon=False, round="", **values)


def command(who: str, word: str, rest: str = "", *, thread: bool = False) -> Act:
    """Give a command in the channel. thread: ask there for a round in a thread of its own, as on Discord."""
    given = {"do": "command", "place": "channel", "word": word, "rest": rest}
    return Act(who, given | ({"thread": True} if thread else {}))


def react(who: str, statement: int, emoji: str, *, added: bool = True, delivered: bool = True) -> Act:
    """Put a reaction on a posted statement, or take it off."""
    reaction = {"do": "react", "message": f"$statement:{statement}", "emoji": emoji, "added": added}
    return Act(who, reaction, delivered=delivered)


def edit(who: str, label: str, text: str) -> Act:
    """Edit one's own message."""
    return Act(who, {"do": "edit", "message": f"$wrote:{label}", "text": text})


def delete(who: str, label: str) -> Act:
    """Delete one's own message."""
    return Act(who, {"do": "delete", "message": f"$wrote:{label}"})


def remove(who: str, what: str) -> Act:
    """Delete a message of the bot's in the channel: "$announcement" or "$statement:0"."""
    return Act(who, {"do": "remove", "message": what})


def leave(who: str) -> Act:
    """Leave the channel."""
    return Act(who, {"do": "leave"})
