"""What passes privately between a member and the bot: the opinion card, the receipt, Add or Replace."""

from __future__ import annotations

from collections.abc import Mapping

from bot.cards.pieces import (
    ANSWERABLE,
    answer_button,
    deadline,
    destination,
    heading,
    position,
    position_scale,
    question,
)
from bot.english import reads_as_english
from bot.platform import Block, Button, Card, Fact, Moment, Note, Quote, Scale, Style, Text
from bot.texts import Texts
from engine.rounds.model import Ballot, Phase, Purpose, Round, Standing

Ratings = Mapping[str, tuple[int | None, int | None]]
"""One member's (agreement, quality) per posted candidate, each 1-7 or None."""


def opinion_card(round: Round, standing: Standing, service: str | None, texts: Texts) -> Card:
    """Ask one member for an opinion, saying beforehand what happens to it."""
    blocks: list[Block] = [heading(texts("opinion-heading")), question(round), *position(round, texts)]
    blocks += (Text(texts("opinion-how")), *deadline(round, texts), Note(texts("opinion-who-sees")))
    blocks += (Note(texts("opinion-reuse")), destination(service, texts))
    if round.rules.purpose is Purpose.COLLECT:
        blocks.append(Note(texts("collect-omits")))
    blocks += (Note(texts("opinion-change")), Note(texts("consent-explained")))
    scale = position_scale(round, standing.position_before, texts)
    buttons: tuple[Button | Scale, ...] = (*scale, *answer_button(round, texts))
    return Card("opinion-card", texts("opinion-summary", question=round.question), tuple(blocks), buttons)


def receipt(round: Round, standing: Standing, ratings: Ratings, texts: Texts) -> Card:
    """What is stored of one member, with the buttons that change it while the phase lasts."""
    blocks: list[Block] = [heading(texts("receipt-heading")), question(round)]
    blocks += _texts_held(round, standing, texts)
    blocks += _ratings_held(round, standing, ratings, texts)
    blocks.append(Fact(texts("consent-research"), texts("yes") if standing.research else texts("no")))
    blocks.append(Fact(texts("consent-training"), texts("yes") if standing.training else texts("no")))
    if round.phase in ANSWERABLE and (round.closing_at or round.deadline):
        blocks.append(Moment(texts("change-until"), round.closing_at or round.deadline or 0.0))
    actions = _actions(round, standing, texts)
    if any(isinstance(one, Scale) for one in actions):
        blocks += position(round, texts)
    return Card("receipt", texts("receipt-summary", question=round.question), tuple(blocks), actions)


def superseded_receipt(texts: Texts) -> Card:
    """What stands in the place of a receipt once a newer one was posted, so that no card tells what is not so."""
    text = texts("receipt-superseded")
    return Card("receipt", text, (Note(text),))


def _texts_held(round: Round, standing: Standing, texts: Texts) -> list[Block]:
    blocks: list[Block] = []
    if standing.opinion:
        blocks += (Text(texts("your-opinion")), Quote(standing.opinion_text))
    else:
        blocks.append(Text(texts("no-opinion-held")))
    critique = _critique(round, standing) if round.phase is Phase.CRITIQUING else standing.critique_text
    if critique:
        blocks += (Text(texts("your-critique")), Quote(critique))
        if len(standing.critique) > 1:
            blocks.append(Note(texts("critique-was-added")))
    latest = critique if round.phase is Phase.CRITIQUING else standing.opinion_text
    if latest and not reads_as_english(latest):
        blocks.append(Note(texts("text-other-language")))
    return blocks


def _critique(round: Round, standing: Standing) -> str:
    return standing.critique_text if standing.critique_draft == round.draft else ""


def _ratings_held(round: Round, standing: Standing, ratings: Ratings, texts: Texts) -> list[Block]:
    blocks: list[Block] = []
    if standing.position_before is not None:
        blocks.append(Fact(texts("position-before"), texts("out-of-seven", rating=standing.position_before)))
    if standing.position_after is not None:
        blocks.append(Fact(texts("position-after"), texts("out-of-seven", rating=standing.position_after)))
    for number, candidate in enumerate(round.posted, 1):
        if candidate in round.hidden:
            continue
        agreement, quality = ratings.get(candidate, (None, None))
        if agreement is not None:
            label = texts("agreement-with", number=number)
            blocks.append(Fact(label, texts("out-of-seven", rating=agreement)))
        if quality is not None:
            blocks.append(Fact(texts("quality-of", number=number), texts("out-of-seven", rating=quality)))
    return blocks


def _actions(round: Round, standing: Standing, texts: Texts) -> tuple[Button | Scale, ...]:
    found: list[Button | Scale] = []
    if round.phase is Phase.COLLECTING:
        found += position_scale(round, standing.position_before, texts)
        found += answer_button(round, texts, changing=bool(standing.opinion))
        if standing.opinion:
            found.append(Button("withdraw", texts("button-withdraw"), round.id, style=Style.DANGER))
    elif round.phase is Phase.VOTING:
        if round.rules.ballot is Ballot.OPEN:
            found += position_scale(round, standing.position_after, texts)
        found += answer_button(round, texts, changing=bool(standing.rated))
    elif round.phase is Phase.CRITIQUING:
        held = bool(_critique(round, standing))
        found += answer_button(round, texts, changing=held)
        if held and len(standing.critique) > 1:
            found.append(Button("only-latest-critique", texts("button-only-latest"), round.id))
        if held:
            found.append(Button("withdraw-critique", texts("button-withdraw"), round.id, style=Style.DANGER))
    found.append(Button("consent", texts("button-consent"), round.id))
    return tuple(found)


def add_or_replace(round: Round, standing: Standing, texts: Texts) -> Card:
    """Ask what a second message is: more of the opinion, or another one instead."""
    waiting = "" if standing.pending is None else standing.pending.text
    blocks: tuple[Block, ...] = (
        Text(texts("add-or-replace")),
        Text(texts("your-opinion")),
        Quote(standing.opinion_text),
        Text(texts("your-new-message")),
        Quote(waiting),
        Note(texts("add-or-replace-until")),
    )
    buttons = (
        Button("add", texts("button-add"), round.id, style=Style.PRIMARY),
        Button("replace", texts("button-replace"), round.id),
    )
    return Card("add-or-replace", texts("add-or-replace"), blocks, buttons)


def critique_card(round: Round, standing: Standing, leading: str | None, service: str | None, texts: Texts) -> Card:
    """Show one member the leading statement and ask what is wrong with it (Tessler et al. 2024).

    leading: the leading statement's text; None for one that the moderator hid, of which nothing is asked any more.
    """
    if leading is None:
        said = (heading(texts("critique-heading")), question(round), Text(texts("statement-hidden")))
        return Card("critique-card", texts("critique-summary", question=round.question), said)
    blocks: list[Block] = [heading(texts("critique-heading")), question(round), Text(texts("critique-leading"))]
    blocks += (Quote(leading), Text(texts("critique-how")), *deadline(round, texts))
    blocks += (Note(texts("opinion-who-sees")), destination(service, texts))
    buttons = answer_button(round, texts, changing=bool(_critique(round, standing)))
    return Card("critique-card", texts("critique-summary", question=round.question), tuple(blocks), buttons)
