"""Whole rounds as data, from their opening to their end; each is played undisturbed and through every death."""

from __future__ import annotations

from tests.crash.script import (
    Lapse,
    Script,
    Trouble,
    ask,
    channel,
    command,
    delete,
    edit,
    leave,
    minutes,
    press,
    react,
    remove,
    say,
    submit,
)

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
    settings=channel(5.5, 4.5, rate_position="yes"),
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
    settings=channel(20.5, 20.5, ballot="private"),
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
    settings=channel(6.5, 5.5, rate_position="yes"),
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
    settings=channel(20.5, 20.5, rate_position="yes", ballot="private"),
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
    settings=channel(4.5, 4.5),
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
    settings=channel(20.5, 20.5),
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
