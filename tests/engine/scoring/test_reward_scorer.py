"""Scores of a whole matrix are those of one pair at a time, whatever the architecture."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import SettingsError
from engine.scoring.checkpoint import defused
from engine.scoring.fitting import counted_by
from engine.scoring.pairs import Asked, Row, Shortened, fitting_prompt
from engine.scoring.reward_scorer import RewardScorer, one_at_a_time
from engine.scoring.shared_prefix import SharedPrefix, sequences
from tests.tiny_models.rewarding import KINDS, SHARING, make_adapter, make_reward_model

QUESTION = "Should we move the weekly meeting to Friday?"
ASKED = [
    Asked(QUESTION, "Yes, Friday is fine for the whole team, and Monday gets quiet."),
    Asked(QUESTION, ""),
    Asked(QUESTION, "No.", "We should move it.", "Say what becomes of those who pick up children."),
    Asked(QUESTION, "An opinion that <|end|> looks like the end. 😀"),
    Asked(QUESTION, "far too long for the model " * 200),
]
STATEMENTS = [
    "We should move the meeting to Friday.",
    "We should not move the weekly meeting, because for many of us the end of the week is when children are home.",
    "No.",
    "??? <|pad|>",
]

Make = Callable[..., Path]


@pytest.fixture(name="checkpoint", scope="module")
def _checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Make:
    made: dict[tuple[str, str | None], Path] = {}

    def make(kind: str = "llama", pad: str | None = "<|pad|>") -> Path:
        if (kind, pad) not in made:
            made[kind, pad] = make_reward_model(tmp_path_factory.mktemp(kind), kind, pad=pad)
        return made[kind, pad]

    return make


def alone(scorer: RewardScorer, folder: Path) -> list[list[float]]:
    """[members, candidates]: each pair's whole sequence through transformers' own forward pass."""
    plain = RewardScorer(str(folder), share=False)
    return one_at_a_time(plain.model, scorer.rows(ASKED, STATEMENTS)[0])


@pytest.mark.parametrize("kind", KINDS)
def test_a_matrix_is_scored_like_one_pair_at_a_time(kind: str, checkpoint: Make) -> None:
    folder = checkpoint(kind)
    scorer = RewardScorer(str(folder))
    assert scorer.shares == (kind in SHARING)
    found, cut = scorer.score(ASKED, STATEMENTS)
    assert cut == Shortened(members=1, statements=0)
    np.testing.assert_allclose(found, alone(scorer, folder), atol=1e-4)
    assert np.ptp(found) > 0.1


@pytest.mark.parametrize("pad", ["<|end|>", None])
def test_a_padding_token_that_is_the_end_or_missing_changes_nothing(pad: str | None, checkpoint: Make) -> None:
    """Transformers reads the score at the last token that is no padding, which is not the end where both are one."""
    folder = checkpoint("llama", pad)
    scorer = RewardScorer(str(folder))
    assert scorer.shares
    np.testing.assert_allclose(scorer.score(ASKED, STATEMENTS)[0], alone(scorer, folder), atol=1e-4)


def test_a_lora_adapter_is_scored_with_its_base(checkpoint: Make, tmp_path: Path) -> None:
    base = checkpoint()
    tuned = RewardScorer(str(make_adapter(tmp_path / "adapter", base)))
    assert tuned.shares
    found, _ = tuned.score(ASKED, STATEMENTS)
    np.testing.assert_allclose(
        found, one_at_a_time(_peft(tmp_path / "adapter"), tuned.rows(ASKED, STATEMENTS)[0]), atol=1e-4
    )
    assert np.abs(np.array(found) - RewardScorer(str(base)).score(ASKED, STATEMENTS)[0]).max() > 0.01


def _peft(folder: Path) -> object:
    from peft import AutoPeftModelForSequenceClassification

    return AutoPeftModelForSequenceClassification.from_pretrained(str(folder), num_labels=1).eval()


def test_the_end_of_text_follows_the_statement_as_in_training(checkpoint: Make) -> None:
    """TRL's RewardTrainer appends the end-of-text token to plain-text completions."""
    scorer = RewardScorer(str(checkpoint()), share=False)
    rows, _ = scorer.rows(ASKED, STATEMENTS)
    assert {row.whole(column)[-1] for row in rows for column in range(len(STATEMENTS))} == {
        scorer.model.config.eos_token_id
    }
    assert all(row.whole(column).count(scorer.model.config.eos_token_id) == 1 for row in rows for column in range(4))


def test_tokens_that_merge_across_the_boundary_are_those_of_the_whole(checkpoint: Make) -> None:
    from tokenizers import AddedToken

    folder = checkpoint()
    scorer = RewardScorer(str(folder))
    scorer.tokens.tokenizer.add_tokens([AddedToken(": We", normalized=False)])
    rows, _ = scorer.rows(ASKED[:2], STATEMENTS)
    merged = scorer.tokens.tokenizer.convert_tokens_to_ids(": We")
    assert merged in rows[0].whole(0)
    assert merged not in rows[0].whole(2)


def test_sequences_hold_every_piece_once_in_order_and_no_more_tokens_than_allowed() -> None:
    rows = [Row([1] * 10, [[2] * n for n in (5, 9, 3)]), Row([3] * 4, [[4] * n for n in (1, 30)])]
    made = list(sequences(rows, 20))
    pieces = [(piece.row, piece.candidate) for held in made for piece in held]
    assert pieces == [(0, None), (0, 0), (0, 1), (0, 2), (1, None), (1, 0), (1, 1)]
    assert all(len(held) == 1 or sum(len(piece.ids) for piece in held) <= 20 for held in made)


IDS = st.lists(st.integers(5, 250), min_size=1, max_size=12)
ROWS = st.lists(st.builds(Row, st.lists(st.integers(5, 250), max_size=12), st.lists(IDS, max_size=4)), max_size=4)


@given(rows=ROWS, most_tokens=st.integers(1, 60))
@settings(max_examples=25)
@pytest.mark.parametrize("kind", ["qwen2", "mistral"])
def test_however_sequences_are_cut_the_scores_stay(
    kind: str, rows: list[Row], most_tokens: int, checkpoint: Make
) -> None:
    """Mistral's window of 8 tokens is shorter than most of these sequences."""
    import torch

    plain, own = loaded(checkpoint(kind), "plain"), loaded(checkpoint(kind), "own")
    with torch.inference_mode():
        found = SharedPrefix(own, most_tokens).scores(rows)
    for one, other in zip(found, one_at_a_time(plain, rows), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-4)


@cache
def loaded(folder: Path, _use: str) -> Any:
    """The model as transformers loads it, one for each use, since sharing a prefix replaces its attention."""
    return RewardScorer(str(folder), share=False).model


def test_a_long_text_is_cut_at_its_end_and_the_others_stay() -> None:
    asked = Asked("Why?", "word " * 500, "We should.", "Say when.")
    fitting = counted_by(len, fitting_prompt(asked, 300))
    assert len(fitting.prompt) <= 300
    assert (fitting.question, fitting.previous, fitting.critique) == (asked.question, asked.previous, asked.critique)
    assert asked.opinion.startswith(fitting.opinion)
    assert len(fitting.prompt) > 240


def test_no_text_can_hold_a_special_token() -> None:
    assert defused("a <|end|> b <|<|end|>end|>", ("<|end|>",)).count("<|end|>") == 0
    assert defused("plain", ("<|end|>", "", " ")) == "plain"


@pytest.mark.parametrize(
    ("break_it", "said"),
    [
        (lambda folder: (folder / "model.safetensors").unlink(), "cannot be loaded"),
        (lambda folder: (folder / "model.safetensors").write_bytes(b"x"), "cannot be loaded"),
        (lambda folder: (folder / "tokenizer.json").unlink(), "cannot be loaded"),
    ],
)
def test_a_broken_folder_is_told_in_one_sentence(break_it: Callable[[Path], object], said: str, tmp_path: Path) -> None:
    folder = make_reward_model(tmp_path / "broken")
    break_it(folder)
    with pytest.raises(SettingsError, match=said):
        RewardScorer(str(folder))
