"""More opinions than a prompt holds: every cluster is heard, everybody is scored or stood for, coverage is told."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from benchmarks.deliberate import QUESTION, opinions
from engine.choosing import Verdict, replay
from engine.coverage import Coverage, coverage
from engine.deliberation import deliberate
from engine.drafting import AT_ONCE
from engine.errors import GeneratorMisbehaved, GeneratorUnavailable
from engine.generation.extractive import ExtractiveGenerator
from engine.ports import StatementGenerator
from engine.records import Candidate, Drafting, Matrix, Prediction, Provenance, Revision
from engine.scoring.lexical import LexicalPredictor


class Summing(StatementGenerator):
    """Says which opinions it was given, by their first words, and remembers how many at a time."""

    def __init__(self, *, fails: str | None = None) -> None:
        self.sizes: list[int] = []
        self.critiques: list[tuple[str, ...]] = []
        self._fails = fails

    @property
    def name(self) -> str:
        """Its name."""
        return "summing"

    @property
    def service(self) -> str | None:
        """Nowhere."""
        return None

    async def generate(
        self, question: str, opinions: Sequence[str], n: int, *, seed: int, revision: Revision | None = None
    ) -> list[Candidate]:
        """Statements that differ by a number."""
        self.sizes.append(len(opinions))
        if revision is not None:
            self.critiques.append(revision.critiques)
        if self._fails == "unavailable":
            raise GeneratorUnavailable("The model is away.")
        if self._fails is not None and self._fails in opinions[0]:
            raise GeneratorMisbehaved("Nothing to say.")
        made = Provenance(self.name, self.name, "1", seed, tuple(range(len(opinions))))
        return [Candidate(f"We want {opinions[0].split('.')[0]} number {at}.", made) for at in range(n)]


class Plain(LexicalPredictor):
    """The lexical predictor as one that is not instant, counting what it predicted."""

    def __init__(self) -> None:
        super().__init__()
        self.predicted = 0

    @property
    def instant(self) -> bool:
        """No."""
        return False

    async def predict(
        self, question: str, opinions: Sequence[str], statements: Sequence[str], *, revision: Revision | None = None
    ) -> Prediction:
        """Counted."""
        self.predicted = max(self.predicted, len(opinions))
        return await super().predict(question, opinions, statements, revision=revision)


async def drafted(count: int, **more: object) -> Drafting:
    """The embedded default on made-up opinions."""
    said = opinions(count)
    return await deliberate(QUESTION, said, generator=ExtractiveGenerator(), predictor=LexicalPredictor(), **more)  # type: ignore[arg-type]


async def test_a_group_that_a_prompt_holds_is_deliberated_at_once() -> None:
    generator = Summing()
    await deliberate(QUESTION, opinions(AT_ONCE), generator=generator, predictor=LexicalPredictor())
    assert generator.sizes == [AT_ONCE]


async def test_no_prompt_holds_more_than_it_can_and_every_opinion_is_in_one() -> None:
    generator = Summing()
    drafting = await deliberate(QUESTION, opinions(700), generator=generator, predictor=LexicalPredictor(), at_once=40)
    assert max(generator.sizes) <= 40
    assert len(drafting.candidates) == 16
    assert drafting.prediction.score.shape == (700, 16)
    seen = {at for candidate in drafting.candidates for at in candidate.provenance.opinions_seen}
    assert seen == set(range(700))
    assert any("were deliberated in" in note and "each represented" in note for note in drafting.notes)
    assert not any("no statement saw them" in note for note in drafting.notes)


async def test_hundreds_of_opinions_give_statements_that_reach_most_of_them_and_replay() -> None:
    drafting = await drafted(400)
    assert len(drafting.candidates) == 16
    covered = coverage(drafting)
    assert covered is not None
    assert covered.members == 400
    assert covered.share > 0.9
    assert replay(drafting).verdict is Verdict.REPRODUCED


async def test_the_same_large_group_gives_the_same_drafting() -> None:
    one, other = [await drafted(250, seed=5) for _ in range(2)]
    assert [candidate.text for candidate in one.candidates] == [candidate.text for candidate in other.candidates]
    assert one.posted == other.posted


async def test_a_small_cluster_is_heard_beside_a_large_one() -> None:
    """Eight of 208 want something that nobody else speaks of; a statement of theirs is among the candidates."""
    said = [*opinions(200), *["The library must stay open on Sundays for pupils."] * 8]
    drafting = await deliberate(
        QUESTION, said, generator=ExtractiveGenerator(), predictor=LexicalPredictor(), at_once=30
    )
    assert any("library" in candidate.text for candidate in drafting.candidates)


async def test_critiques_follow_their_members_into_their_clusters() -> None:
    generator = Summing()
    said = opinions(150)
    critiques = tuple(f"critique {at}" for at in range(150))
    await deliberate(
        QUESTION, said, generator=generator, predictor=LexicalPredictor(), revision=Revision("We.", critiques)
    )
    told = [one for some in generator.critiques for one in some if one]
    assert sorted(told) == sorted(critiques)


async def test_collecting_from_a_large_group_posts_two_of_each_subset() -> None:
    drafting = await deliberate(
        QUESTION, opinions(130), generator=Summing(), predictor=LexicalPredictor(), purpose="collect"
    )
    assert len(drafting.posted) == 6


async def test_a_cluster_without_usable_words_is_passed_over_and_a_model_that_is_away_is_not() -> None:
    said = [*opinions(150), *["Zzz."] * 30]
    drafting = await deliberate(
        QUESTION, said, generator=Summing(fails="Zzz"), predictor=LexicalPredictor(), at_once=30
    )
    assert drafting.candidates
    with pytest.raises(GeneratorUnavailable, match="away"):
        await deliberate(QUESTION, said, generator=Summing(fails="unavailable"), predictor=LexicalPredictor())


async def test_representatives_stand_for_the_others_within_the_stated_error() -> None:
    said = opinions(500)
    exact = await deliberate(QUESTION, said, generator=ExtractiveGenerator(), predictor=LexicalPredictor())
    predictor = Plain()
    close = await deliberate(QUESTION, said, generator=ExtractiveGenerator(), predictor=predictor, one_by_one=200)
    assert predictor.predicted <= 215
    note = next(note for note in close.notes if "may be off by" in note)
    stated = float(note.split("off by ")[1].split(" ")[0])
    assert [one.text for one in close.candidates] == [one.text for one in exact.candidates]
    off = np.abs(np.array(close.welfare) - np.array(exact.welfare)).max()
    assert off <= stated + 0.005
    assert stated < 0.2


class Placing(LexicalPredictor):
    """A predictor with an embedding model."""

    def __init__(self) -> None:
        super().__init__()
        self.embedded = 0

    async def embed(self, texts: Sequence[str]) -> Matrix:
        """Vectors by length of the text."""
        self.embedded += len(texts)
        return np.array([[float(len(text)), 1.0] for text in texts])


async def test_an_embedding_model_places_the_opinions_where_there_is_one() -> None:
    predictor = Placing()
    await deliberate(QUESTION, opinions(150), generator=Summing(), predictor=predictor)
    assert predictor.embedded == 150


def given(expected: Matrix, posted: tuple[int, ...]) -> Drafting:
    """A drafting with these predictions."""
    made = Provenance("a", "a", "1", 0, (0,))
    columns = expected.shape[1]
    candidates = tuple(Candidate(f"Statement {at}.", made) for at in range(columns))
    return Drafting(candidates, Prediction(expected, expected, None), (0.0,) * columns, tuple(range(columns)), posted)


def test_coverage_counts_members_predicted_above_four_for_any_posted_statement() -> None:
    expected = np.array([[5.0, 1.0, 7.0], [4.0, 4.0, 7.0], [1.0, 4.1, 1.0], [np.nan] * 3])
    drafting = given(expected, (0, 1))
    assert coverage(drafting) == Coverage(2, 3)
    assert coverage(drafting, [2]) == Coverage(2, 3)
    scores = Drafting(drafting.candidates, Prediction(expected, None, None), (0.0,) * 3, (0, 1, 2), (0,))
    assert coverage(scores) is None
