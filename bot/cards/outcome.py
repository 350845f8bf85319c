"""The outcome: what the channel is told when a vote closes."""

from __future__ import annotations

from collections.abc import Mapping

from bot import picture
from bot.cards.pieces import author, heading, question, statement
from bot.platform import Block, Button, Card, Fact, Note, Picture, Style, Text
from bot.texts import Texts
from engine.coverage import coverage, unseen
from engine.outcome import Basis, Distribution, Heading, Outcome
from engine.records import Candidate, Drafting
from engine.rounds.model import Phase, Round, place_of

Candidates = Mapping[str, Candidate | None]
"""The posted candidates by their ids, in the order posted; None for those that the moderator hid."""


def outcome(
    round: Round,
    counted: Outcome,
    candidates: Candidates,
    texts: Texts,
    *,
    drafting: Drafting | None = None,
    hidden_earlier: int = 0,
) -> Card:
    """The leading candidate under its heading, how it and the others were rated, and how sure that is.

    drafting: how they were written and predicted; None where that is not said. hidden_earlier: how many
    statements of earlier drafts the moderator hid.
    """
    title = texts(_HEADINGS[counted.heading])
    blocks: list[Block] = [heading(title), question(round)]
    if counted.leading is None or counted.leading not in candidates:
        blocks += (Text(texts("outcome-nobody-rated")), *_hidden(candidates, hidden_earlier, texts))
        return Card("outcome", f"{title} {round.question}", tuple(blocks), _buttons(round, counted, candidates, texts))
    leading = candidates[counted.leading]
    said = statement(leading, texts)
    blocks.append(said)
    blocks += (Note(texts("outcome-leading-hidden")),) if leading is None else author(round, leading, texts)
    ratings = counted.leading_ratings
    if ratings is not None:
        blocks += _leading(counted, ratings, texts)
    blocks += (*_certainty(counted, texts), *_hidden(candidates, hidden_earlier, texts))
    if drafting is not None:
        blocks += _drafted(round, drafting, candidates, texts)
    blocks += _position(counted, texts)
    blocks.append(_picture(counted, candidates, texts))
    return Card("outcome", f"{title} {said.text}", tuple(blocks), _buttons(round, counted, candidates, texts))


_HEADINGS = {
    Heading.AGREEMENT: "outcome-agreement",
    Heading.CLOSEST: "outcome-closest",
    Heading.NO_RATINGS: "outcome-no-ratings",
}


def _leading(counted: Outcome, ratings: Distribution, texts: Texts) -> list[Block]:
    if counted.unanimous:
        blocks: list[Block] = [Text(texts("outcome-unanimous", voters=counted.voters))]
    else:
        blocks = [Text(texts("outcome-agree", agree=ratings.agree, rated=ratings.n))]
    if ratings.disagree:
        blocks.append(Text(texts("outcome-somebody-disagrees", disagree=ratings.disagree)))
    blocks.append(Fact(texts("fact-rated"), texts("fact-rated-value", voters=counted.voters)))
    blocks.append(Fact(texts("fact-agree"), texts.written(ratings.agree)))
    blocks.append(Fact(texts("fact-neutral"), texts.written(ratings.neutral)))
    blocks.append(Fact(texts("fact-disagree"), texts.written(ratings.disagree)))
    if counted.silent is not None:
        blocks.append(Fact(texts("fact-silent"), texts.written(counted.silent)))
    if ratings.mean is not None and ratings.minimum is not None:
        blocks.append(Fact(texts("fact-mean"), texts("out-of-seven", rating=ratings.mean)))
        blocks.append(Fact(texts("fact-minimum"), texts("out-of-seven", rating=ratings.minimum)))
    return blocks


def _certainty(counted: Outcome, texts: Texts) -> list[Block]:
    blocks: list[Block] = []
    if counted.winners:
        rules, agreeing = len(counted.winners), counted.rules_agreeing
        blocks.append(Text(texts("outcome-rules-agree", agreeing=agreeing, rules=rules)))
    if counted.basis is Basis.PAIRWISE:
        complete, voters = counted.complete_voters, counted.voters
        wording = "outcome-pairwise" if complete else "outcome-pairwise-nobody"
        blocks.append(Note(texts(wording, complete=complete, voters=voters)))
    if len(counted.tied) > 1:
        blocks.append(Note(texts("outcome-tied", tied=len(counted.tied))))
    if counted.outside_reactions:
        blocks.append(Note(texts("outcome-outside", outside=counted.outside_reactions)))
    return blocks


def _drafted(round: Round, drafting: Drafting, candidates: Candidates, texts: Texts) -> list[Note]:
    """Whom the posted statements reach, and what of the drafting did not go as it was to."""
    notes: list[Note] = []
    reach = coverage(drafting, _places_shown(candidates))
    if reach is not None and reach.members:
        notes.append(Note(texts("outcome-reach", within=reach.within, members=reach.members)))
    instead = None if drafting.choice is None else drafting.choice.instead
    if instead is not None:
        notes.append(Note(texts("outcome-predicted-instead", asked=round.rules.predictor, predictor=instead)))
    if without := unseen(drafting):
        notes.append(Note(texts("outcome-unseen", unseen=without)))
    return notes


def _places_shown(candidates: Candidates) -> tuple[int, ...]:
    """The places in drafting order of those that are not hidden."""
    return tuple(place_of(one) for one, drafted in candidates.items() if drafted is not None)


def _hidden(candidates: Candidates, earlier: int, texts: Texts) -> list[Note]:
    hidden = sum(one is None for one in candidates.values())
    said = [Note(texts("outcome-hidden", hidden=hidden, posted=len(candidates)))] if hidden else []
    return [*said, Note(texts("outcome-hidden-earlier", hidden=earlier))] if earlier else said


def _position(counted: Outcome, texts: Texts) -> list[Block]:
    blocks: list[Block] = []
    for label, ratings in (("position-before", counted.position_before), ("position-after", counted.position_after)):
        if ratings is not None and ratings.mean is not None:
            value = texts("mean-of-members", rating=ratings.mean, members=ratings.n)
            blocks.append(Fact(texts(label), value))
    if counted.position_change is not None and counted.position_both:
        change = f"{counted.position_change:+.1f}"
        blocks.append(Note(texts("position-moved", change=change, members=counted.position_both)))
    return blocks


def _picture(counted: Outcome, candidates: Candidates, texts: Texts) -> Picture:
    rated = dict(zip(counted.posted, counted.ratings, strict=True))
    bars = [
        picture.Bar(
            texts.written(number), statement(drafted, texts).text, rated[one].counts, leading=one == counted.leading
        )
        for number, (one, drafted) in enumerate(candidates.items(), 1)
        if one in rated
    ]
    labels = picture.Labels(
        strongly_disagree=texts("pole-disagree"),
        strongly_agree=texts("pole-agree"),
        leading=texts("picture-leading"),
        nothing=texts("picture-nothing"),
        summary=texts("picture-summary"),
        mean=texts("picture-mean"),
        alt=texts("picture-alt"),
        alt_nothing=texts("picture-alt-nothing"),
        thousands=texts.group_mark,
        decimal=texts.decimal_mark,
    )
    title = texts("picture-title")
    return Picture(picture.svg(bars, title=title, labels=labels), picture.alt_text(bars, title=title, labels=labels))


def _buttons(round: Round, counted: Outcome, candidates: Candidates, texts: Texts) -> tuple[Button, ...]:
    found: list[Button] = []
    if counted.leading is not None and candidates.get(counted.leading) is None:
        return ()
    if counted.heading is Heading.CLOSEST and round.phase is Phase.CLOSED:
        label = texts("button-critique-iteration")
        found.append(Button("critique-iteration", label, round.id, style=Style.PRIMARY))
    if counted.leading is not None:
        found.append(Button("where", texts("button-where"), round.id, counted.leading))
    return tuple(found)
