"""The forms in which members answer, and the moderator's form for a duration."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from bot.cards.pieces import destination
from bot.platform import CheckField, ChoiceField, Field, Form, Note, Quote, RatingField, Text, TextField
from bot.texts import Texts
from engine.records import Candidate
from engine.rounds.model import MAX_OPINION, MAX_REASON, Round, Standing


def opinion_form(round: Round, standing: Standing, service: str | None, texts: Texts, *, missing: bool = False) -> Form:
    """Position and opinion, with the two consents. missing: a message was to be taken over and is gone."""
    fields: list[Field] = []
    if round.asks_position:
        fields.append(
            RatingField(
                "position",
                texts("field-position"),
                texts("pole-disagree"),
                texts("pole-agree"),
                standing.position_before,
                statement=round.affirming or "",
            )
        )
    fields.append(
        TextField(
            "opinion",
            texts("field-opinion"),
            standing.opinion_text,
            texts("hint-opinion"),
            limit=MAX_OPINION,
            multiline=True,
        )
    )
    fields += _consents(standing, texts)
    told = (Text(texts("text-not-held")),) if missing else ()
    intro = (*told, Text(round.question, untrusted=True), Note(texts("opinion-reuse")), destination(service, texts))
    title, submit = texts("form-opinion"), texts("form-opinion-submit")
    return Form("opinion", title, submit, tuple(fields), intro, round.id)


def _consents(standing: Standing, texts: Texts) -> tuple[CheckField, CheckField]:
    hint = texts("hint-consent")
    return (
        CheckField("research", texts("field-research"), standing.research, hint),
        CheckField("training", texts("field-training"), standing.training, hint),
    )


def consent_form(round: Round, standing: Standing, texts: Texts) -> Form:
    """The two choices beyond the round."""
    fields = _consents(standing, texts)
    intro = (Text(round.question, untrusted=True), Note(texts("consent-explained")))
    return Form("consent", texts("form-consent"), texts("form-consent-submit"), fields, intro, round.id)


def critique_form(
    round: Round, standing: Standing, leading: str, service: str | None, texts: Texts, *, missing: bool = False
) -> Form:
    """What is wrong with the leading statement."""
    held = standing.critique_text if standing.critique_draft == round.draft else ""
    field = TextField("critique", texts("field-critique"), held, limit=MAX_OPINION, multiline=True)
    told = (Text(texts("text-not-held")),) if missing else ()
    intro = (*told, Text(round.question, untrusted=True), Text(texts("critique-leading")), Quote(leading))
    title, submit = texts("form-critique"), texts("form-critique-submit")
    return Form("critique", title, submit, (field,), (*intro, destination(service, texts)), round.id)


def own_order(round: Round, member: str) -> list[int]:
    """The order in which one member sees the posted candidates: fixed for them, different between members."""

    def place(number: int) -> bytes:
        return hashlib.sha256(f"{round.seed}/{round.draft}/{member}/{number}".encode()).digest()

    return sorted(range(len(round.posted)), key=place)


def ballot_form(
    round: Round,
    standing: Standing,
    candidates: Sequence[tuple[str, Candidate | None]],
    ratings: Mapping[str, tuple[int | None, int | None]],
    texts: Texts,
) -> Form:
    """The private ballot: each posted candidate's agreement and quality, and the position statement again.

    candidates: [posted] (id, candidate) in the order posted, None for a hidden one, which is left out; ratings: the
    member's own so far. Fields are
    "agreement-N" and "quality-N" for the Nth posted candidate from 0, and "position".
    """
    low, high, poor, well = (texts(name) for name in ("pole-disagree", "pole-agree", "pole-poor", "pole-well"))
    fields: list[Field] = []
    for index in own_order(round, standing.member):
        one, drafted = candidates[index]
        if drafted is None:
            continue
        agreement, quality = ratings.get(one, (None, None))
        label = texts("field-agreement-numbered", number=index + 1)
        fields.append(RatingField(f"agreement-{index}", label, low, high, agreement, statement=drafted.text))
        label = texts("field-quality-numbered", number=index + 1)
        fields.append(RatingField(f"quality-{index}", label, poor, well, quality))
    if round.asks_position:
        label = texts("position-again")
        given = standing.position_after
        fields.append(RatingField("position", label, low, high, given, statement=round.affirming or ""))
    intro = (Text(round.question, untrusted=True), Note(texts("form-ballot-order")))
    title, submit = texts("form-ballot"), texts("form-ballot-submit")
    return Form("ballot", title, submit, tuple(fields), intro, round.id, _ballot_target(round))


def _ballot_target(round: Round) -> str:
    """The draft's number, and which posted candidates the ballot lacks: with others it is another ballot."""
    hidden = [str(place) for place, one in enumerate(round.posted) if one in round.hidden]
    return "-".join([str(round.draft), *hidden])


def ballot_draft(target: str) -> str:
    """The number of the draft that a submitted ballot is about."""
    return target.partition("-")[0]


def quality_form(round: Round, candidate_id: str, drafted: Candidate, given: int | None, texts: Texts) -> Form:
    """How well one candidate is written."""
    poor, well = texts("pole-poor"), texts("pole-well")
    field = RatingField("quality", texts("field-quality"), poor, well, given, required=True, statement=drafted.text)
    intro = (Note(texts("form-quality-about")),)
    title, submit = texts("form-quality"), texts("form-quality-submit")
    return Form("quality", title, submit, (field,), intro, round.id, candidate_id)


MOST_HIDEABLE = 10
"""Statements that the form offers at most: no more are shown to choose from on Discord."""


def hide_form(round: Round, drafts: Sequence[tuple[int, Sequence[tuple[str, Candidate | None]]]], texts: Texts) -> Form:
    """Which posted candidate to hide, and why.

    drafts: (draft, its posted candidates), the newest first; candidates are in the order posted, None for those that
    are hidden. "statement" holds its number as posted, from 1, and for those of an earlier draft than the first of
    `drafts` that draft before it, as in "1.2"; "reason" is free text.
    """
    shown: list[tuple[str, str]] = []
    for draft, candidates in drafts:
        newest = draft == drafts[0][0]
        label = "numbered" if newest else "numbered-earlier"
        shown += (
            (str(number) if newest else f"{draft}.{number}", texts(label, number=number, text=drafted.text))
            for number, (_, drafted) in enumerate(candidates, 1)
            if drafted is not None
        )
    fields = (
        ChoiceField("statement", texts("field-hide-statement"), tuple(shown[:MOST_HIDEABLE])),
        TextField(
            "reason",
            texts("field-hide-reason"),
            hint=texts("hint-hide-reason"),
            limit=MAX_REASON,
            required=False,
        ),
    )
    intro = (Text(round.question, untrusted=True), Note(texts("form-hide-about")))
    return Form("hide", texts("form-hide"), texts("form-hide-submit"), fields, intro, round.id, str(drafts[0][0]))


def duration_form(kind: str, round: Round, texts: Texts) -> Form:
    """How much more time, or how much from now; `kind` is "extend" or "reopen"."""
    title, submit = texts(_DURATIONS[kind][0]), texts(_DURATIONS[kind][1])
    field = TextField("duration", texts(_DURATIONS[kind][2]), "1 day", texts("hint-duration"), limit=100)
    intro = (Text(round.question, untrusted=True),)
    return Form(kind, title, submit, (field,), intro, round.id)


_DURATIONS = {
    "extend": ("form-extend", "form-extend-submit", "field-more-time"),
    "reopen": ("form-reopen", "form-reopen-submit", "field-time-from-now"),
}
