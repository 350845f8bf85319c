"""The announcement: the round in the channel, brought up to date while it runs."""

from __future__ import annotations

from bot.cards.pieces import answer_button, deadline, destination, heading, position, progress, question
from bot.platform import Block, Button, Card, Note, Text
from bot.texts import Texts
from engine.rounds.model import MIN_OPINIONS, Ballot, Electorate, Phase, Purpose, Roster, Round


def announcement(round: Round, service: str | None, texts: Texts) -> Card:
    """The question, who may answer, how far the round is and until when, with the button to take part.

    service: where opinions are sent, in a member's words; None when they stay on this machine.
    """
    running = round.phase not in (Phase.CLOSED, Phase.CANCELLED, Phase.FAILED)
    blocks: list[Block] = [heading(texts("announcement-heading")), question(round, as_heading=True)]
    blocks += position(round, texts)
    blocks.append(Text(_status(round, texts)))
    if running:
        blocks += deadline(round, texts)
        blocks.append(Note(_who(round, texts)))
        if round.rules.purpose is Purpose.COLLECT:
            blocks.append(Note(texts("collect-omits")))
        blocks += (Note(texts("statements-are-machine-written")), destination(service, texts))
    return Card("announcement", round.question, tuple(blocks), _buttons(round, texts))


def _status(round: Round, texts: Texts) -> str:
    match round.phase:
        case Phase.COLLECTING:
            if round.deadline is None and round.counts.opinions < MIN_OPINIONS:
                return f"{progress(round, texts)} {texts('status-waiting-for-more', minimum=MIN_OPINIONS)}"
            return f"{progress(round, texts)} {texts('status-collecting')}"
        case Phase.DRAFTING:
            if round.iteration:
                return texts("status-revising", critiques=round.counts.critiques)
            return texts("status-drafting", opinions=round.counts.opinions)
        case Phase.VOTING:
            how = "status-voting-open" if round.rules.ballot is Ballot.OPEN else "status-voting-private"
            return f"{texts(how, statements=len(round.visible))} {progress(round, texts)}"
        case Phase.TALLYING:
            return texts("status-tallying")
        case Phase.CRITIQUING:
            return f"{texts('status-critiquing')} {progress(round, texts)}"
        case Phase.CLOSED:
            return texts("status-closed")
        case Phase.CANCELLED:
            return texts("status-cancelled")
        case Phase.FAILED:
            return texts("status-failed")


def _who(round: Round, texts: Texts) -> str:
    rules = round.rules
    if rules.roster is Roster.INVITED:
        who = texts("who-invited", members=round.counts.members) if round.roster_known else texts("who-inviting")
    else:
        who = texts("who-open")
    return f"{who} {texts('who-rates-channel')}" if rules.electorate is Electorate.CHANNEL else who


def _buttons(round: Round, texts: Texts) -> tuple[Button, ...]:
    answer, voting = answer_button(round, texts), round.phase is Phase.VOTING
    if round.rules.roster is not Roster.OPEN or round.rules.electorate is Electorate.CHANNEL and voting:
        return answer
    if round.phase is Phase.COLLECTING or voting:
        return (*answer, Button("join", texts("button-join"), round.id))
    return answer
