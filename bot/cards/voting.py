"""Candidates in the channel and the private cards about rating them."""

from __future__ import annotations

from bot.cards.pieces import answer_button, author, deadline, heading, position, position_scale, question, statement
from bot.platform import Block, Button, Card, Note, Quote, Scale, Text
from bot.texts import Texts
from engine.records import Candidate
from engine.rounds.model import Ballot, Phase, Round, Standing


def candidate(round: Round, candidate_id: str, drafted: Candidate | None, number: int, texts: Texts) -> Card:
    """One posted candidate, labelled machine-written; `number` is its place in the post, from 1.

    drafted: None for one that the moderator hid.
    """
    title = texts("statement-of", number=number, posted=len(round.posted))
    if drafted is None:
        said = statement(drafted, texts)
        return Card("candidate", f"{title}: {said.text}", (heading(title), said))
    blocks: list[Block] = [heading(title), Quote(drafted.text), *author(round, drafted, texts)]
    voting, open_ballot = round.phase is Phase.VOTING, round.rules.ballot is Ballot.OPEN
    if voting and open_ballot:
        blocks.append(Note(texts("react-to-rate")))
    elif voting:
        blocks.append(Note(texts("rate-in-ballot")))
    quality = (Button("quality", texts("button-quality"), round.id, candidate_id),) if voting else ()
    where = Button("where", texts("button-where"), round.id, candidate_id)
    return Card("candidate", f"{title}: {drafted.text}", tuple(blocks), (*quality, where), seeds=voting and open_ballot)


def ballot_card(round: Round, standing: Standing, texts: Texts) -> Card:
    """Tell one member that voting is open, with the private ballot, or the position statement to rate again."""
    private = round.rules.ballot is Ballot.PRIVATE
    blocks: list[Block] = [heading(texts("ballot-heading")), question(round)]
    blocks.append(Text(texts("ballot-private" if private else "ballot-open", statements=len(round.visible))))
    buttons: tuple[Button | Scale, ...] = answer_button(round, texts, changing=bool(standing.rated))
    if not private and round.asks_position:
        blocks += (*position(round, texts), Text(texts("position-again")))
        buttons = (*position_scale(round, standing.position_after, texts), *buttons)
    blocks += deadline(round, texts)
    return Card("ballot-card", texts("ballot-summary", question=round.question), tuple(blocks), buttons)


def which_rating(round: Round, candidate_id: str, drafted: Candidate | None, number: int, texts: Texts) -> Card:
    """Ask which of several keycaps counts, where the platform could not say which came last.

    drafted: None for one that the moderator hid meanwhile, of which nothing is asked any more.
    """
    if drafted is None:
        title = texts("statement-of", number=number, posted=len(round.posted))
        return Card("which-rating", title, (heading(title), statement(drafted, texts)))
    blocks: tuple[Block, ...] = (Text(texts("which-rating", number=number)), Quote(drafted.text))
    label = texts("agreement-with", number=number)
    scale = Scale("rate", label, texts("pole-disagree"), texts("pole-agree"), round.id, candidate_id)
    return Card("which-rating", texts("which-rating", number=number), blocks, (scale,))


def reminder(round: Round, standing: Standing, texts: Texts) -> Card:
    """Remind one member of what is missing in this phase."""
    text = texts(_REMINDERS.get(round.phase, "reminder-opinion"))
    blocks: tuple[Block, ...] = (Text(text), question(round), *deadline(round, texts))
    buttons: tuple[Button | Scale, ...] = answer_button(round, texts)
    if round.phase is Phase.COLLECTING:
        blocks = (*blocks, *position(round, texts))
        buttons = (*position_scale(round, standing.position_before, texts), *buttons)
    return Card("reminder", text, blocks, buttons)


_REMINDERS = {
    Phase.COLLECTING: "reminder-opinion",
    Phase.VOTING: "reminder-rating",
    Phase.CRITIQUING: "reminder-critique",
}
