"""deliberate(): alignment, ranking, what is posted, collecting; and the catalog of back ends."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from engine import catalog
from engine.deliberation import deliberate
from engine.errors import GeneratorMisbehaved, RulesError, SettingsError, UsageError
from engine.generation.extractive import ExtractiveGenerator
from engine.ports import AgreementPredictor
from engine.records import Matrix, Prediction, Revision
from engine.scoring.lexical import LexicalPredictor
from tests.fakes.scripted import ScriptedGenerator

QUESTION = "Should we close the street to cars?"
OPINIONS = (
    "Yes, children could play.",
    "",
    "No, shops need deliveries.",
    "Yes, but let buses through.",
    "I don't know.",
)


class TablePredictor(AgreementPredictor):
    """Gives columns from a table by statement, the same row for a member whatever they wrote."""

    def __init__(self, table: Mapping[str, Sequence[float]], *, calibrated: bool = True) -> None:
        self._table = table
        self._calibrated = calibrated

    @property
    def name(self) -> str:
        """The name that messages use."""
        return "table"

    @property
    def calibrated(self) -> bool:
        """Whether its numbers are ratings."""
        return self._calibrated

    async def predict(
        self,
        question: str,
        opinions: Sequence[str],
        statements: Sequence[str],
        *,
        revision: Revision | None = None,
    ) -> Prediction:
        """The table's columns of the statements."""
        score: Matrix = np.array([self._table[one] for one in statements], dtype=np.float64).T
        score = score.reshape(len(opinions), len(statements))
        return Prediction(score, score if self._calibrated else None, None)


TABLE = {
    "A unites us.": (5.0, 1.0, 5.0, 5.0, 5.0),
    "B splits us.": (7.0, 1.0, 1.0, 7.0, 7.0),
    "C pleases nobody.": (2.0, 7.0, 2.0, 2.0, 2.0),
}


async def test_rows_stay_aligned_and_a_blank_opinion_counts_in_nothing_else() -> None:
    generator = ScriptedGenerator(list(TABLE))
    drafting = await deliberate(QUESTION, OPINIONS, generator=generator, predictor=TablePredictor(TABLE))
    assert generator.calls[0].opinions == (OPINIONS[0], OPINIONS[2], OPINIONS[3], OPINIONS[4])
    assert drafting.prediction.score.shape == (5, 3)
    assert drafting.candidates[0].provenance.opinions_seen == (4, 3, 2, 0)
    assert drafting.welfare == (5.0, 5.5, 2.0)


@pytest.mark.parametrize(("rule", "best"), [("utilitarian", 1), ("rawlsian", 0), ("median", 1), ("alpha=5", 0)])
async def test_the_rule_ranks(rule: str, best: int) -> None:
    drafting = await deliberate(
        QUESTION, OPINIONS, generator=ScriptedGenerator(list(TABLE)), predictor=TablePredictor(TABLE), rule=rule
    )
    assert drafting.ranking[0] == best
    assert sorted(drafting.ranking) == [0, 1, 2]
    assert drafting.posted[0] == best


async def test_what_is_posted_is_not_twice_the_same() -> None:
    texts = ["We should plant trees in the park.", "In the park we should plant trees.", "Buses must run at night."]
    table = dict(zip(texts, [(6.0,) * 5, (5.9,) * 5, (5.6,) * 5], strict=True))
    table["Nobody wants this."] = (1.0,) * 5
    drafting = await deliberate(
        QUESTION, OPINIONS, generator=ScriptedGenerator(list(table)), predictor=TablePredictor(table), posted=2
    )
    assert drafting.ranking == (0, 1, 2, 3)
    assert drafting.posted == (0, 2)


async def test_a_rule_that_needs_ratings_is_refused_without_a_calibration_before_anything_is_written() -> None:
    generator = ScriptedGenerator(list(TABLE))
    predictor = TablePredictor(TABLE, calibrated=False)
    with pytest.raises(RulesError, match="choose utilitarian, median or schulze"):
        await deliberate(QUESTION, OPINIONS, generator=generator, predictor=predictor, rule="rawlsian")
    with pytest.raises(RulesError, match="calibrat"):
        await deliberate(QUESTION, OPINIONS, generator=generator, predictor=predictor, purpose="collect")
    assert not generator.calls
    drafting = await deliberate(QUESTION, OPINIONS, generator=generator, predictor=predictor, rule="schulze")
    assert drafting.ranking[0] == 1


async def test_no_opinions_and_no_candidates_are_said_aloud() -> None:
    with pytest.raises(UsageError, match="no opinions"):
        await deliberate(QUESTION, ["", "  "], generator=ScriptedGenerator(["x"]), predictor=LexicalPredictor())
    with pytest.raises(GeneratorMisbehaved, match="'scripted' gave no candidate"):
        await deliberate(QUESTION, OPINIONS, generator=ScriptedGenerator([]), predictor=LexicalPredictor())
    with pytest.raises(RulesError, match="At least one"):
        await deliberate(QUESTION, OPINIONS, generator=ScriptedGenerator(["x"]), predictor=LexicalPredictor(), n=0)


async def test_a_note_says_when_the_opinions_support_fewer() -> None:
    generator = ScriptedGenerator(["We agree.", "WE  agree.", "We do not."])
    drafting = await deliberate(QUESTION, OPINIONS, generator=generator, predictor=LexicalPredictor())
    assert [candidate.text for candidate in drafting.candidates] == ["We agree.", "We do not."]
    said = "2 different statements that could be used came of the opinions, fewer than the 16 asked for."
    assert drafting.notes == (said,)


async def test_critiques_follow_their_members() -> None:
    generator = ScriptedGenerator(["We agree."])
    revision = Revision("We agree.", ("a", "b", "c", "d", "e"))
    await deliberate(QUESTION, OPINIONS, generator=generator, predictor=LexicalPredictor(), revision=revision)
    assert generator.calls[0].revision == Revision("We agree.", ("a", "c", "d", "e"))
    with pytest.raises(ValueError, match="critiques"):
        await deliberate(
            QUESTION, OPINIONS, generator=generator, predictor=LexicalPredictor(), revision=Revision("We.", ("a",))
        )


async def test_collecting_leaves_out_none_one_and_two_and_posts_two_of_each() -> None:
    scripts = [[f"Draft {group} number {at}." for at in range(16)] for group in "ABC"]
    generator = ScriptedGenerator(*scripts)
    drafting = await deliberate(
        QUESTION, OPINIONS, generator=generator, predictor=LexicalPredictor(), purpose="collect", seed=4
    )
    assert [len(call.opinions) for call in generator.calls] == [4, 3, 2]
    assert len(drafting.candidates) == 16
    posted = [drafting.candidates[at] for at in drafting.posted]
    assert [len(candidate.provenance.opinions_seen) for candidate in posted] == [4, 4, 3, 3, 2, 2]
    assert len({candidate.text for candidate in posted}) == 6
    for candidate in drafting.candidates:
        assert 1 not in candidate.provenance.opinions_seen


async def test_collecting_with_the_embedded_default_gives_six_different_statements() -> None:
    opinions = [
        "Yes, children could play.",
        "No, shops need deliveries.",
        "Yes, it would be quieter.",
        "Try it on Sundays.",
    ]
    drafting = await deliberate(
        QUESTION, opinions, generator=ExtractiveGenerator(), predictor=LexicalPredictor(), purpose="collect"
    )
    texts = {drafting.candidates[at].text for at in drafting.posted}
    assert len(texts) == len(drafting.posted) == 6
    assert len({candidate.text for candidate in drafting.candidates}) == len(drafting.candidates)


async def test_the_embedded_default_is_deterministic_and_every_number_is_finite() -> None:
    first, second = [
        await deliberate(QUESTION, OPINIONS, generator=ExtractiveGenerator(), predictor=LexicalPredictor(), seed=9)
        for _ in range(2)
    ]
    assert first.candidates == second.candidates
    assert (first.ranking, first.posted, first.welfare) == (second.ranking, second.posted, second.welfare)
    assert all(math.isfinite(value) for value in first.welfare)
    assert len(first.posted) == 3


def test_the_catalog_makes_what_it_names() -> None:
    assert catalog.generator("extractive").name == "extractive"
    assert catalog.predictor("lexical").name == "lexical"
    assert "extractive" in catalog.names("generator")


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("extractve", "did you mean 'extractive'"),
        ("frobnicate", "choose one of: .*extractive"),
        ("extractive:large", "takes no model"),
        ("", "no generator called ''"),
    ],
)
def test_an_unknown_name_is_refused_with_the_nearest_known(spec: str, message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        catalog.generator(spec)
