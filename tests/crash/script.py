"""Whole rounds as data: who does what when, in the words of the browser's actions.

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


QUESTION = "Should we move the weekly meeting to Friday?"

OPEN_BALLOT = Script(
    "open ballot, critique iteration",
    ("mod", "ann", "ben", "cem", "dee", "eve", "fay"),
    (
        ask(
            "mod",
            question=QUESTION,
            rate_position="yes",
            reminders="yes",
            opinion_seconds=minutes(15.5),
            voting_seconds=minutes(12.5),
            critique_seconds=minutes(8.5),
            critique_iterations="1",
            drafted="4",
            posted="2",
        ),
        press("ann", "join"),
        press("ben", "join"),
        submit("cem", "opinion", position="6", opinion="Friday suits me because Monday is full.", research="yes"),
        press("ann", "position", value="5"),
        say("ann", "I want Friday because I travel on Mondays.", "first"),
        say("ann", "A short meeting would help everybody.", "second"),
        press("ann", "add"),
        edit("ann", "first", "I would like Friday because I travel on Mondays."),
        say("ben", "Friday afternoon is bad for parents.", parent="$card:opinion-card"),
        press("dee", "join"),
        say("dee", "We should keep Monday.", "dee"),
        delete("dee", "dee"),  # the reminder to those without an opinion came at 11.6 slots
        leave("dee"),
        press("ben", "withdraw"),
        submit("ben", "opinion", position="2", opinion="Friday afternoon is bad for parents, keep the morning."),
        Lapse(),  # the deadline came at 15.5 slots
        react("ann", 0, "6"),
        react("ann", 0, "7"),
        react("ann", 0, "7", added=False),
        react("ben", 0, "2"),
        react("eve", 0, "7"),
        react("ben", 1, "heart"),
        press("fay", "join"),
        react("fay", 1, "4", delivered=False),
        submit("ann", "quality", "$posted:0", quality="5"),
        press("ann", "position", value="6"),
        command("mod", "extend", minutes(2)),
        command("mod", "remind"),
        react("ben", 1, "6"),
        command("mod", "close"),
        say("ann", "It says nothing about travel."),
        say("ann", "It is too long."),
        say("ann", "It should name the hour."),
        press("ann", "only-latest-critique"),
        submit("ben", "critique", critique="Parents are missing."),
        say("cem", "I do not like it."),
        press("cem", "withdraw-critique"),
        leave("fay"),
        Lapse(2),
        react("ann", 0, "6"),
        react("ben", 0, "5"),
        react("cem", 0, "6"),
        react("cem", 1, "3"),
        Lapse(9),
        react("ann", 1, "5"),
        command("mod", "hide", "2 It says too little."),
        Lapse(),
    ),
)

PRIVATE_BALLOT = Script(
    "private ballot, grace, reopening, forgetting",
    ("mod", "ann", "ben", "cem", "eve"),
    (
        ask(
            "mod",
            question=QUESTION,
            rate_position="yes",
            roster="invited",
            invited="@ann, @ben, @cem",
            ballot="private",
            hidden_results="yes",
            opinion_seconds=minutes(8.5),
            voting_seconds=minutes(7.5),
            critique_seconds=minutes(2.5),
            drafted="4",
            posted="2",
        ),
        submit("ann", "opinion", position="6", opinion="Friday is quiet, so we would have time."),
        submit("ben", "opinion", position="3", opinion="Monday is better because we plan the week.", training="yes"),
        submit("cem", "opinion", position="5", opinion="Friday works if it ends early."),
        submit("cem", "opinion", soon=True, position="4", opinion="Friday works if it ends before three."),
        Lapse(),  # the grace is over
        submit("ann", "ballot", "1", agreement__0="6", agreement__1="3", quality__0="5", position="7"),
        submit("ann", "ballot", "1", agreement__0="", agreement__1="4", quality__0="6", position="6"),
        submit("ben", "ballot", "1", agreement__0="2", agreement__1="2"),
        press("eve", "rate", "$posted:0", "7"),
        Lapse(6),
        press("mod", "critique-iteration"),
        Lapse(3),
        command("mod", "reopen", minutes(6)),
        submit("ben", "opinion", opinion="Monday, because we plan the week then.", position="2"),
        press("cem", "forget"),
        press("mod", "cancel"),
        Lapse(4),
    ),
)

IN_TROUBLE = Script(
    "a conversation and a generator that do not answer",
    ("mod", "ann", "ben", "cem", "dee"),
    (
        ask(
            "mod",
            question=QUESTION,
            opinion_seconds=minutes(30.5),
            voting_seconds=minutes(40.5),
            drafted="4",
            posted="1",
        ),
        press("ann", "join"),
        press("ben", "join"),
        press("dee", "join"),
        press("mod", "deliver-again", "$undelivered"),
        submit("ann", "opinion", opinion="Friday is quiet, so we would have time."),
        command("mod", "close"),
        submit("ben", "opinion", opinion="Monday is better because we plan the week."),
        submit("cem", "opinion", opinion="Friday works if it ends early."),
        command("mod", "close"),
        press("mod", "retry"),
        react("ann", 0, "6"),
        react("cem", 0, "7"),
        command("mod", "close"),
        press("mod", "cancel"),
    ),
    (Trouble("direct", 2, who="ben"), Trouble("direct", 3, who="dee", refuses=True), Trouble("generator", 9)),
)

ON_SLACK = Script(
    "an open ballot as Slack's people take part in it",
    ("mod", "ann", "ben", "cem"),
    (
        command("mod", "ask", QUESTION),
        press("ann", "join"),
        say("ann", "I want Friday because I travel on Mondays.", "ann"),
        submit("ben", "opinion", position="2", opinion="Friday afternoon is bad for parents."),
        say("cem", "Friday works for me if it ends early."),
        edit("ann", "ann", "I would like Friday because I travel on Mondays."),
        Lapse(),  # the deadline came at 5.5 slots
        react("ann", 0, "6"),
        react("ann", 0, "7"),
        react("ann", 0, "7", added=False),
        react("ben", 1, "2"),
        Lapse(2),  # the deadline came at 4.5 slots after the one before
    ),
    settings=(
        ("rate_position", "yes"),
        ("reminders", ""),
        ("opinion_seconds", minutes(5.5)),
        ("voting_seconds", minutes(4.5)),
        ("drafted", "4"),
        ("posted", "2"),
    ),
)

PRIVATELY_ON_SLACK = Script(
    "a private ballot as Slack's people take part in it",
    ("mod", "ann", "ben", "cem"),
    (
        command("mod", "ask", QUESTION),
        say("ann", "Friday is quiet, so we would have time."),
        say("ben", "Monday is better because we plan the week."),
        say("cem", "Friday works if it ends early."),
        command("mod", "close"),
        submit("ann", "ballot", agreement__0="6", agreement__1="3"),
        submit("ben", "ballot", agreement__0="2", agreement__1="2"),
        command("mod", "close"),
    ),
    settings=(
        ("rate_position", ""),
        ("reminders", ""),
        ("ballot", "private"),
        ("opinion_seconds", minutes(20.5)),
        ("voting_seconds", minutes(20.5)),
        ("drafted", "4"),
        ("posted", "2"),
    ),
)

ON_DISCORD = Script(
    "an open ballot as Discord's people take part in it",
    ("mod", "ann", "ben", "cem"),
    (
        command("mod", "ask", QUESTION),
        press("ann", "join"),
        press("cem", "join"),
        say("ann", "I want Friday because I travel on Mondays.", "ann"),
        submit("ben", "opinion", position="2", opinion="Friday afternoon is bad for parents."),
        say("cem", "Friday works for me if it ends early."),
        edit("ann", "ann", "I would like Friday because I travel on Mondays."),
        Lapse(),  # the deadline came at 6.5 slots
        react("ann", 0, "6"),
        react("ann", 0, "7"),  # the bot takes the six off
        react("ben", 1, "2"),
        react("ben", 1, "2", added=False),
        react("ben", 0, "3"),
        Lapse(2),  # the deadline came at 5.5 slots after the one before
    ),
    settings=(
        ("rate_position", "yes"),
        ("reminders", ""),
        ("opinion_seconds", minutes(6.5)),
        ("voting_seconds", minutes(5.5)),
        ("drafted", "4"),
        ("posted", "2"),
    ),
)

PRIVATELY_ON_DISCORD = Script(
    "a private ballot as Discord's people take part in it, one statement after the other",
    ("mod", "ann", "ben", "cem"),
    (
        command("mod", "ask", QUESTION),
        press("ann", "join"),
        press("ben", "join"),
        say("ann", "Friday is quiet, so we would have time."),
        say("ben", "Monday is better because we plan the week."),
        submit("cem", "opinion", position="4", opinion="Friday works if it ends early."),
        command("mod", "close"),
        submit("ann", "ballot", agreement__0="6", agreement__1="3", position="5"),
        submit("ben", "ballot", agreement__0="2"),
        submit("ann", "ballot", agreement__0="7", agreement__1="3", position="5"),
        command("mod", "close"),
    ),
    settings=(
        ("rate_position", "yes"),
        ("reminders", ""),
        ("ballot", "private"),
        ("opinion_seconds", minutes(20.5)),
        ("voting_seconds", minutes(20.5)),
        ("drafted", "4"),
        ("posted", "2"),
    ),
)

THREADED_ON_DISCORD = Script(
    "a round in a thread of its own on Discord",
    ("mod", "ann", "ben", "cem"),
    (
        command("mod", "ask", QUESTION, thread=True),
        press("ann", "join"),
        say("ann", "I want Friday because I travel on Mondays."),
        submit("ben", "opinion", opinion="Friday afternoon is bad for parents."),
        submit("cem", "opinion", opinion="Friday works for me if it ends early."),
        Lapse(),  # the deadline came at 4.5 slots
        react("ann", 0, "6"),
        react("ben", 1, "2"),
        react("ann", 0, "7"),
        Lapse(2),  # the deadline came at 4.5 slots after the one before
    ),
    settings=(
        ("rate_position", ""),
        ("reminders", ""),
        ("opinion_seconds", minutes(4.5)),
        ("voting_seconds", minutes(4.5)),
        ("drafted", "4"),
        ("posted", "2"),
    ),
)

BEREFT_ON_DISCORD = Script(
    "an open ballot on Discord in which the announcement and a statement are deleted",
    ("mod", "ann", "ben", "cem"),
    (
        command("mod", "ask", QUESTION),
        press("ann", "join"),
        press("cem", "join"),
        remove("mod", "$announcement"),
        say("ann", "I want Friday because I travel on Mondays."),
        press("mod", "announce-again"),
        submit("ben", "opinion", opinion="Friday afternoon is bad for parents."),
        say("cem", "Friday works for me if it ends early."),
        command("mod", "close"),
        react("ann", 0, "6"),
        react("ben", 1, "2"),
        remove("mod", "$statement:0"),
        react("cem", 1, "5"),
        command("mod", "close"),
    ),
    settings=(
        ("rate_position", ""),
        ("reminders", ""),
        ("opinion_seconds", minutes(20.5)),
        ("voting_seconds", minutes(20.5)),
        ("drafted", "4"),
        ("posted", "2"),
    ),
)

SCRIPTS = {
    "open": OPEN_BALLOT,
    "private": PRIVATE_BALLOT,
    "trouble": IN_TROUBLE,
    "slack": ON_SLACK,
    "slack, privately": PRIVATELY_ON_SLACK,
    "discord": ON_DISCORD,
    "discord, privately": PRIVATELY_ON_DISCORD,
    "discord, in a thread": THREADED_ON_DISCORD,
    "discord, bereft": BEREFT_ON_DISCORD,
}
