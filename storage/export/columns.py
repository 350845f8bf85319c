"""The files of an export, their columns and what each means: one list for headers, types, manifest and docs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

Cell = str | int | float | bool | list[str] | None
Row = dict[str, Cell]


class Kind(StrEnum):
    """What a column holds; every cell may be missing (null, or an empty field in CSV).

    time: seconds since the epoch, UTC. texts: a list of texts (JSON in CSV). json: a JSON object as text.
    """

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    FLAG = "flag"
    TIME = "time"
    TEXTS = "texts"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, what it holds, and what it means with its unit, range and direction."""

    name: str
    kind: Kind
    means: str


@dataclass(frozen=True, slots=True)
class Table:
    """One file: its name without ending, what a row is, and its columns in order."""

    name: str
    row: str
    columns: tuple[Column, ...]


_ROUND = Column("round", Kind.TEXT, "The round, under a pseudonym.")
_DRAFT = Column("draft", Kind.INTEGER, "Which drafting of the round, from 1.")
_CANDIDATE = Column("candidate", Kind.TEXT, "The candidate: round/draft/place.")
_MEMBER = Column("member", Kind.TEXT, "Whose, under a pseudonym.")
_NTH = Column("nth", Kind.INTEGER, "Place in this pseudonym's own history in this round and file, from 1.")
_COUNTS = Column("counts", Kind.FLAG, "True for the row that counts; earlier ones are history.")
_WITHDRAWN = Column("withdrawn", Kind.FLAG, "True when it was taken back.")
_AT = Column("at", Kind.TIME, "When; missing unless the export is linkable.")
_ITERATION = Column("iteration", Kind.INTEGER, "0: drafted from opinions; 1, 2, ...: revised after critiques.")

ROUNDS = Table(
    "rounds",
    "One question deliberated by one group.",
    (
        _ROUND,
        Column("channel", Kind.TEXT, "Where, under a pseudonym; rounds of one channel share people."),
        Column("question", Kind.TEXT, "What the group was asked."),
        Column("affirming", Kind.TEXT, "The position statement; missing for an open question."),
        Column("negating", Kind.TEXT, "Its negation; missing for an open question."),
        Column("purpose", Kind.TEXT, "decide, collect or evaluate."),
        Column("phase", Kind.TEXT, "Where the round stands: closed when it has an outcome."),
        _ITERATION,
        Column("drafts", Kind.INTEGER, "How many draftings were begun."),
        Column("seed", Kind.INTEGER, "What every draw of the round derives from."),
        Column("opened_at", Kind.TIME, "When the question was posed in the channel."),
        Column("roster", Kind.TEXT, "Who may answer: invited or open."),
        Column("electorate", Kind.TEXT, "Who may rate: roster or channel."),
        Column("ballot", Kind.TEXT, "open: reactions that the channel sees; private: a form."),
        Column("welfare", Kind.TEXT, "The rule that ranks candidates, such as utilitarian or alpha=2.5."),
        Column("rules", Kind.JSON, "Every rule of the round; durations in seconds."),
        Column("members", Kind.INTEGER, "Members on the roster."),
        Column("opinions", Kind.INTEGER, "Opinions held, those of members who left included."),
        Column("voters", Kind.INTEGER, "People with at least one rating in the last draft."),
        Column("critiques", Kind.INTEGER, "Critiques held of the last leading statement."),
        Column("outside", Kind.INTEGER, "People whose reactions were not counted."),
        Column("ratings_linked", Kind.FLAG, "Whether ratings carry the same pseudonyms as opinions."),
        Column(
            "posted_again",
            Kind.INTEGER,
            "Channel messages that may stand there twice: a crash came between, and the platform could not tell.",
        ),
    ),
)
PHASES = Table(
    "phases",
    "A round entering a phase.",
    (
        _ROUND,
        Column("nth", Kind.INTEGER, "Order of the changes, from 1."),
        Column("phase", Kind.TEXT, "The phase that began."),
        Column("event", Kind.TEXT, "What brought the round there."),
        Column("at", Kind.TIME, "When; the channel saw it."),
    ),
)
MEMBERS = Table(
    "members",
    "A member of a round, with what they allow.",
    (
        _ROUND,
        _MEMBER,
        Column("stable", Kind.FLAG, "Whether this pseudonym is the same in every round where it stands."),
        Column("research", Kind.FLAG, "Allows research with what they gave in this round."),
        Column("training", Kind.FLAG, "Allows training models with what they gave in this round."),
        Column("on_roster", Kind.FLAG, "Might answer; missing unless the export is linkable."),
        Column("left", Kind.FLAG, "Left before the end; missing unless the export is linkable."),
    ),
)
OPINIONS = Table(
    "opinions",
    "An opinion as it stood from then on.",
    (_ROUND, _MEMBER, _NTH, Column("text", Kind.TEXT, 'The opinion; "" when withdrawn.'), _WITHDRAWN, _COUNTS, _AT),
)
POSITIONS = Table(
    "positions",
    "A rating of the position statement.",
    (
        _ROUND,
        _MEMBER,
        Column("asked", Kind.TEXT, "before: with the opinion; after: with the ballot."),
        Column("nth", Kind.INTEGER, "Place in this pseudonym's own history of before or after, from 1."),
        Column("rating", Kind.INTEGER, "1 to 7, higher agrees more with the position statement."),
        _COUNTS,
        _AT,
    ),
)
DRAFTS = Table(
    "drafts",
    "A drafting that gave candidates.",
    (
        _ROUND,
        _DRAFT,
        _ITERATION,
        Column("opinions", Kind.INTEGER, "Opinions it was given."),
        Column("drafted", Kind.INTEGER, "Candidates it gave."),
        Column("predictor", Kind.TEXT, "What predicted the agreement."),
        Column("notes", Kind.TEXTS, "What the drafting said about itself."),
        Column("at", Kind.TIME, "When it was done; the channel saw it."),
    ),
)
CANDIDATES = Table(
    "candidates",
    "A generated statement, posted or not.",
    (
        _ROUND,
        _DRAFT,
        _CANDIDATE,
        Column("place", Kind.INTEGER, "Place in drafting order, from 0."),
        Column("text", Kind.TEXT, "The statement, machine-written."),
        Column("generator", Kind.TEXT, "What wrote it."),
        Column("model", Kind.TEXT, "With which model."),
        Column("prompt_version", Kind.TEXT, "With which version of the prompt or rules."),
        Column("seed", Kind.INTEGER, "The generator's seed."),
        Column("opinions_seen", Kind.TEXTS, "Whose opinions the generator saw, in the order in which it saw them."),
        Column("opinions_left_out", Kind.TEXTS, "Whose opinions it was not shown."),
        Column("provenance_known", Kind.FLAG, "False when the two columns before are missing for want of certainty."),
        Column("welfare", Kind.NUMBER, "Predicted welfare under the round's rule; higher is better within a draft."),
        Column("rank", Kind.INTEGER, "Place by predicted welfare within the draft; 0 is the best."),
        Column("posted", Kind.INTEGER, "Place among the posted ones, from 0; missing when not posted."),
        Column("hidden", Kind.FLAG, "True when the moderator hid it: a count made after that left its ratings out."),
    ),
)
PREDICTIONS = Table(
    "predictions",
    "One cell of a draft's prediction matrix [members, candidates].",
    (
        _ROUND,
        _DRAFT,
        _CANDIDATE,
        _MEMBER,
        Column("score", Kind.NUMBER, "Any real number; higher agrees more; comparable within a draft."),
        Column("expected_agreement", Kind.NUMBER, "1 to 7, higher agrees more; missing without a calibration."),
        Column("p_agree", Kind.NUMBER, "Probability of a rating above 4, 0 to 1; missing without a calibration."),
    ),
)
RATINGS = Table(
    "ratings",
    "A rating of a candidate on one scale, as it stood from then on.",
    (
        _ROUND,
        _DRAFT,
        _CANDIDATE,
        _MEMBER,
        Column("scale", Kind.TEXT, "agreement or quality."),
        Column("rating_pass", Kind.INTEGER, "1, or 2 where candidates are rated twice."),
        Column("nth", Kind.INTEGER, "Place in this pseudonym's own history of the scale in this round, from 1."),
        Column("rating", Kind.INTEGER, "1 to 7, higher agrees more or is better; missing when withdrawn."),
        _WITHDRAWN,
        _COUNTS,
        _AT,
    ),
)
CRITIQUES = Table(
    "critiques",
    "A critique of a draft's leading statement, as it stood from then on.",
    (
        _ROUND,
        _DRAFT,
        _MEMBER,
        _NTH,
        Column("text", Kind.TEXT, 'The critique; "" when withdrawn.'),
        _WITHDRAWN,
        _COUNTS,
        _AT,
    ),
)
OUTCOMES = Table(
    "outcomes",
    "The outcome of a draft's vote under one rule, with what the channel was told.",
    (
        _ROUND,
        _DRAFT,
        _ITERATION,
        Column("rule", Kind.TEXT, "The welfare or voting rule."),
        Column("of_round", Kind.FLAG, "Whether it is the round's own rule."),
        Column("winner", Kind.TEXT, "The candidate that comes first under it; missing without ratings."),
        Column("tied", Kind.TEXTS, "Every candidate that the rule alone puts first."),
        Column("leading", Kind.TEXT, "The leading candidate that the channel was told."),
        Column("basis", Kind.TEXT, "complete, pairwise or none: whose ratings made it lead."),
        Column("heading", Kind.TEXT, "agreement, closest or no_ratings."),
        Column("voters", Kind.INTEGER, "People with at least one rating."),
        Column("complete_voters", Kind.INTEGER, "Of these, who rated every posted candidate."),
        Column("rules_agreeing", Kind.INTEGER, "How many rules put the leading candidate first."),
        Column("position_both", Kind.INTEGER, "Members who rated the position before and after."),
        Column("position_change", Kind.NUMBER, "Their mean change, after less before, -6 to 6."),
        Column("at", Kind.TIME, "When the votes were counted; the channel saw it."),
    ),
)
DELETIONS = Table(
    "deletions",
    "A pseudonym whose rows must be deleted from every earlier export.",
    (_ROUND, _MEMBER),
)

TABLES = (
    ROUNDS,
    PHASES,
    MEMBERS,
    OPINIONS,
    POSITIONS,
    DRAFTS,
    CANDIDATES,
    PREDICTIONS,
    RATINGS,
    CRITIQUES,
    OUTCOMES,
    DELETIONS,
)
