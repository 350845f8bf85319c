"""What members do: join, leave, rate the position, give an opinion or a critique, consent, be forgotten."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

from engine.rounds.admission import admitted
from engine.rounds.effects import (
    AskAddOrReplace,
    AskModerator,
    AskOpinion,
    AskRating,
    EraseConversation,
    ShowReceipt,
    Tell,
    UpdateCard,
)
from engine.rounds.entries import ConsentEntry, CritiqueEntry, Entry, Forgotten, OpinionEntry, PositionEntry
from engine.rounds.events import (
    ConsentGiven,
    CritiqueGiven,
    CritiqueWithdrawn,
    How,
    MemberForgotten,
    MemberJoined,
    MemberLeft,
    MembersInvited,
    OpinionGiven,
    OpinionSettled,
    OpinionWithdrawn,
    PositionRated,
)
from engine.rounds.model import MAX_OPINION, MIN_OPINIONS, Part, Phase, Roster, Round, Standing, When
from engine.rounds.transition import Standings, Transition, edited, recount, standing_of, tell

SCALE = range(1, 8)
"""The 7-point Likert scale: 1 strongly disagree, 4 neutral, 7 strongly agree."""


def text_problem(text: str) -> str | None:
    """The text id of what is wrong with an opinion or critique; None when it can stand."""
    if not text.strip():
        return "text-empty"
    if len(text) > MAX_OPINION:
        return "text-too-long"
    odd = sum(
        1 for letter in text if unicodedata.category(letter) in ("Cc", "Cn", "Cs", "Co") and letter not in "\n\r\t"
    )
    if "\x00" in text or odd * 10 > len(text) or "\ufffd\ufffd" in text:
        return "text-binary"
    if not any(unicodedata.category(letter).startswith("L") for letter in text):
        return "text-without-words"
    return None


def _refuse_text(round: Round, member: str, problem: str, text: str) -> Transition:
    return tell(round, member, problem, limit=MAX_OPINION, length=len(text))


def _write(round: Round, old: Standing, new: Standing, *entries: Entry) -> Transition:
    return Transition(recount(round, old, new), standings=(new,), entries=entries)


def invited(round: Round, event: MembersInvited, standings: Standings) -> Transition:
    """Members of the invited roster were resolved; those here already stay as they are."""
    after, written, entries = round, list[Standing](), list[Entry]()
    for member in dict.fromkeys(event.members):
        old = standing_of(standings, member)
        if not old.on_roster:
            new, ratings = admitted(round, old, event.at)
            after = recount(after, old, new)
            written.append(new)
            entries += ratings
    after = replace(after, roster_known=after.roster_known or event.last)
    asks: tuple[AskOpinion | AskRating, ...] = ()
    if round.phase is Phase.COLLECTING:
        asks = tuple(AskOpinion(one.member) for one in written)
    elif round.phase is Phase.VOTING:
        asks = tuple(AskRating(one.member, round.draft) for one in written)
    return edited(Transition(after, tuple(written), tuple(entries), (*asks, UpdateCard())), event.at)


def joined(round: Round, event: MemberJoined, standings: Standings) -> Transition:
    """Somebody comes to the roster, or comes back with what they had given."""
    old = standing_of(standings, event.member)
    if old.active:
        return tell(round, event.member, "already-joined").plus(*_asks(round, old))
    if round.rules.roster is Roster.INVITED and not old.on_roster:
        return tell(round, event.member, "not-invited")
    new, entries = admitted(round, old, event.at)
    return edited(_write(round, old, new, *entries).plus(*_asks(round, new), UpdateCard()), event.at)


def _asks(round: Round, standing: Standing) -> tuple[AskOpinion | AskRating | ShowReceipt, ...]:
    if round.phase is Phase.COLLECTING:
        return (ShowReceipt(standing.member),) if standing.opinion else (AskOpinion(standing.member),)
    if round.phase is Phase.VOTING:
        return (AskRating(standing.member, round.draft),)
    return ()


def left(round: Round, event: MemberLeft, standings: Standings) -> Transition:
    """A member left: the opinion stays, but nobody waits for them any more."""
    old = standing_of(standings, event.member)
    if not old.active:
        return Transition(round)
    new = replace(old, left=True)
    return edited(_write(round, old, new).plus(Tell(event.member, "left-round"), UpdateCard()), event.at)


def position_rated(round: Round, event: PositionRated, standings: Standings) -> Transition:
    """A rating of the position statement, before with the opinion or after with the ballot."""
    old = _seated(round, standing_of(standings, event.member))
    if event.rating not in SCALE:
        return tell(round, event.member, "rating-range", rating=event.rating)
    if not old.active:
        return tell(round, event.member, "not-invited")
    if not round.asks_position:
        return tell(round, event.member, "no-position")
    expected = When.BEFORE if round.phase is Phase.COLLECTING else When.AFTER
    if event.when is not expected:
        return tell(round, event.member, "late-position")
    if event.when is When.BEFORE:
        new = replace(old, position_before=event.rating)
    else:
        new = replace(old, position_after=event.rating)
    entry = PositionEntry(event.member, event.when, event.rating, event.at)
    written = _write(round, standing_of(standings, event.member), new, entry)
    return written.plus(ShowReceipt(event.member))


def _seated(round: Round, standing: Standing) -> Standing:
    """On an open roster, answering is joining; who left and answers again is back."""
    if standing.active or (round.rules.roster is Roster.INVITED and not standing.on_roster):
        return standing
    return replace(standing, on_roster=True, left=False, outside=False)


def opinion_given(round: Round, event: OpinionGiven, standings: Standings) -> Transition:
    """A message or form with an opinion: the first, an edit, an addition, or one to ask about."""
    before = standing_of(standings, event.member)
    old = _seated(round, before)
    if not old.active:
        return tell(round, event.member, "not-invited")
    part = Part(event.source, event.text.strip())
    known = any(one.source == event.source for one in old.opinion)
    if event.how is How.EDIT and not known:
        if old.pending is not None and old.pending.source == event.source:
            return Transition(round, standings=(replace(old, pending=part),)).plus(AskAddOrReplace(event.member))
        return Transition(round)
    if problem := text_problem(event.text):
        return _refuse_text(round, event.member, problem, event.text)
    if known:
        parts = tuple(part if one.source == event.source else one for one in old.opinion)
    elif not old.opinion or event.how is How.REPLACE:
        parts = (part,)
    elif event.how is How.ADD:
        parts = (*old.opinion, part)
    else:
        waiting = replace(old, pending=part)
        return Transition(recount(round, before, waiting), standings=(waiting,)).plus(AskAddOrReplace(event.member))
    return _opinion(round, before, replace(old, opinion=parts, pending=None), event.at, anew=not known)


def opinion_settled(round: Round, event: OpinionSettled, standings: Standings) -> Transition:
    """Add or Replace, for the message that was waiting."""
    old = standing_of(standings, event.member)
    if old.pending is None:
        return tell(round, event.member, "nothing-waiting")
    parts = (*old.opinion, old.pending) if event.how is How.ADD else (old.pending,)
    return _opinion(round, old, replace(old, opinion=parts, pending=None), event.at, anew=True)


def _opinion(round: Round, old: Standing, new: Standing, at: float, *, anew: bool) -> Transition:
    text = new.opinion_text
    if len(text) > MAX_OPINION:
        return _refuse_text(round, old.member, "text-too-long", text)
    written = _write(round, old, new, OpinionEntry(old.member, text, at))
    written = written.plus(ShowReceipt(old.member, anew), UpdateCard())
    counts = written.round.counts
    waiting = round.deadline is None and round.phase is Phase.COLLECTING
    if waiting and round.counts.opinions < MIN_OPINIONS <= counts.opinions:
        written = written.plus(AskModerator("enough-opinions", (("opinions", counts.opinions),)))
    return edited(written, at)


def opinion_withdrawn(round: Round, event: OpinionWithdrawn, standings: Standings) -> Transition:
    """The whole opinion is taken back, or the part that came from a deleted message."""
    old = standing_of(standings, event.member)
    if event.source is None:
        parts: tuple[Part, ...] = ()
    else:
        parts = tuple(one for one in old.opinion if one.source != event.source)
        if old.pending is not None and old.pending.source == event.source:
            return Transition(round, standings=(replace(old, pending=None),)).plus(
                Tell(event.member, "pending-dropped")
            )
        if len(parts) == len(old.opinion):
            return Transition(round)
    if not old.opinion:
        return tell(round, event.member, "no-opinion-yet")
    new = replace(old, opinion=parts, pending=None)
    written = _write(round, old, new, OpinionEntry(event.member, new.opinion_text, event.at))
    if not parts:
        written = written.plus(Tell(event.member, "opinion-withdrawn"))
    return edited(written.plus(ShowReceipt(event.member), UpdateCard()), event.at)


def critique_given(round: Round, event: CritiqueGiven, standings: Standings) -> Transition:
    """A member says what is wrong with the leading statement (Tessler et al. 2024)."""
    old = standing_of(standings, event.member)
    if not old.active:
        return tell(round, event.member, "not-invited")
    part = Part(event.source, event.text.strip())
    current = old.critique if old.critique_draft == round.draft else ()
    known = any(one.source == event.source for one in current)
    if event.how is How.EDIT and not known:
        return Transition(round)
    if problem := text_problem(event.text):
        return _refuse_text(round, event.member, problem, event.text)
    if known:
        parts = tuple(part if one.source == event.source else one for one in current)
    else:
        parts = (*current, part) if event.how is How.ADD else (part,)
    new = replace(old, critique=parts, critique_draft=round.draft)
    if len(new.critique_text) > MAX_OPINION:
        return _refuse_text(round, event.member, "text-too-long", new.critique_text)
    entry = CritiqueEntry(event.member, round.draft, new.critique_text, event.at)
    return edited(_write(round, old, new, entry).plus(ShowReceipt(event.member, not known), UpdateCard()), event.at)


def critique_withdrawn(round: Round, event: CritiqueWithdrawn, standings: Standings) -> Transition:
    """A critique is taken back."""
    old = standing_of(standings, event.member)
    current = old.critique if old.critique_draft == round.draft else ()
    parts = () if event.source is None else tuple(one for one in current if one.source != event.source)
    if len(parts) == len(current):
        return Transition(round) if event.source else tell(round, event.member, "no-critique-yet")
    new = replace(old, critique=parts, critique_draft=round.draft)
    entry = CritiqueEntry(event.member, round.draft, new.critique_text, event.at)
    written = _write(round, old, new, entry)
    if not parts:
        written = written.plus(Tell(event.member, "critique-withdrawn"))
    return edited(written.plus(ShowReceipt(event.member), UpdateCard()), event.at)


def consented(round: Round, event: ConsentGiven, standings: Standings) -> Transition:
    """The two choices beyond the round, in any phase: a consent can always be taken back."""
    old = standing_of(standings, event.member)
    new = replace(old, research=event.research, training=event.training)
    entry = ConsentEntry(event.member, event.research, event.training, event.at)
    return _write(round, old, new, entry).plus(ShowReceipt(event.member))


def forgotten(round: Round, event: MemberForgotten, standings: Standings) -> Transition:
    """Everything a member gave is deleted; the round goes on without it."""
    old = standing_of(standings, event.member)
    new = Standing(event.member, on_roster=old.on_roster, left=old.on_roster)
    written = _write(round, old, new, Forgotten(event.member, event.at))
    written = written.plus(EraseConversation(event.member), UpdateCard())
    return edited(written, event.at) if round.phase in (Phase.COLLECTING, Phase.VOTING, Phase.CRITIQUING) else written
