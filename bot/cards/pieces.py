"""What several cards say in the same words: the question, the position statement, deadlines, provenance."""

from __future__ import annotations

from bot.platform import Block, Button, Card, Moment, Note, Quote, Scale, Style, Text
from bot.texts import Texts
from engine.records import Candidate
from engine.rounds.model import Ballot, Phase, Round

ANSWERABLE = (Phase.COLLECTING, Phase.VOTING, Phase.CRITIQUING)
"""The phases in which members have something to do."""

EXTRACTIVE = "extractive"
"""The generator that is no language model, whose name tells a participant nothing."""


def heading(text: str) -> Text:
    """A heading in our own words."""
    return Text(text, heading=True)


def question(round: Round, *, as_heading: bool = False) -> Text:
    """The question, inert."""
    return Text(round.question, untrusted=True, heading=as_heading)


def position(round: Round, texts: Texts) -> tuple[Block, ...]:
    """The position statement, where the round asks for its rating."""
    if not round.asks_position or round.affirming is None:
        return ()
    return (Text(texts("position-statement")), Quote(round.affirming))


def position_scale(round: Round, value: int | None, texts: Texts) -> tuple[Scale, ...]:
    """Seven buttons that rate the position statement, where the round asks for it."""
    if not round.asks_position:
        return ()
    label = texts("position-scale")
    return (Scale("position", label, texts("pole-disagree"), texts("pole-agree"), round.id, value=value),)


def deadline(round: Round, texts: Texts) -> tuple[Block, ...]:
    """When the phase ends: early, by its deadline, or (nothing to say) by the moderator."""
    found: list[Block] = []
    if round.closing_at is not None:
        found.append(Moment(texts("closes-early"), round.closing_at))
    elif round.deadline is not None:
        found.append(Moment(texts("open-until"), round.deadline))
    return tuple(found)


def destination(service: str | None, texts: Texts) -> Note:
    """Where opinions are sent to be worked on. `service`: in a member's words, None when they stay here."""
    return Note(texts("goes-nowhere") if service is None else texts("goes-to-service", service=service))


def statement(candidate: Candidate | None, texts: Texts) -> Quote | Text:
    """A candidate's words, or that the moderator hid it."""
    return Text(texts("statement-hidden")) if candidate is None else Quote(candidate.text)


def author(round: Round, candidate: Candidate, texts: Texts) -> tuple[Note, ...]:
    """Who wrote a candidate: always a machine, a model by its name; and that the round's own writer could not."""
    made, asked = candidate.provenance, round.rules.generator
    if made.generator == EXTRACTIVE and made.model in {"", EXTRACTIVE}:
        by = texts("machine-put-together")
    elif made.model in {"", made.generator}:
        by = texts("machine-written", generator=made.generator)
    else:
        by = texts("machine-written-by-model", generator=made.generator, model=made.model)
    if made.generator == asked:
        return (Note(by),)
    return Note(by), Note(texts("written-instead", asked=asked))


def phase_name(phase: Phase, texts: Texts) -> str:
    """The phase in a participant's words."""
    return texts(_PHASES[phase])


_PHASES = {
    Phase.COLLECTING: "phase-collecting",
    Phase.DRAFTING: "phase-drafting",
    Phase.VOTING: "phase-voting",
    Phase.TALLYING: "phase-tallying",
    Phase.CRITIQUING: "phase-critiquing",
    Phase.CLOSED: "phase-closed",
    Phase.CANCELLED: "phase-cancelled",
    Phase.FAILED: "phase-failed",
}


def progress(round: Round, texts: Texts) -> str:
    """How far the phase got; with hidden results nobody learns how many rated before the close."""
    counts = round.counts
    if round.phase is Phase.VOTING:
        if round.rules.hidden_results:
            return texts("progress-hidden")
        return texts("progress-voters", voters=counts.voters)
    if round.phase is Phase.CRITIQUING:
        return texts("progress-critiques", critiques=counts.critiques)
    return texts("progress-opinions", opinions=counts.opinions)


def answer_button(round: Round, texts: Texts, *, changing: bool = False) -> tuple[Button, ...]:
    """The one button with which a member answers in this phase, if there is one."""
    if round.phase is Phase.COLLECTING:
        label = texts("button-edit-opinion" if changing else "button-opinion")
        return (Button("opinion", label, round.id, style=Style.PRIMARY),)
    if round.phase is Phase.VOTING and round.rules.ballot is Ballot.PRIVATE:
        label = texts("button-edit-ballot" if changing else "button-ballot")
        return (Button("ballot", label, round.id, style=Style.PRIMARY),)
    if round.phase is Phase.CRITIQUING:
        label = texts("button-edit-critique" if changing else "button-critique")
        return (Button("critique", label, round.id, style=Style.PRIMARY),)
    return ()


def over(round: Round, kind: str, texts: Texts) -> Card:
    """What stands in the place of a private card of `kind` once its part of the round is over: about what it was."""
    return Card(kind, round.question, (question(round, as_heading=True), Note(texts("card-over"))))


def notice(text: str, *buttons: Button, about: Round | None = None, kind: str = "notice") -> Card:
    """One sentence of ours, and the question it is about."""
    blocks: tuple[Block, ...] = (Text(text),)
    return Card(kind, text, blocks if about is None else (*blocks, Note(about.question)), buttons)
