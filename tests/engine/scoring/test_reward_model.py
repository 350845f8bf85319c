"""`reward_model:FOLDER` from outside: its worker, its calibration, and what it says when something is missing."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from bot.terminal.calibrating import know_scores
from engine import catalog
from engine.deliberation import deliberate
from engine.errors import PredictorUnavailable, RulesError, SettingsError
from engine.generation.extractive import ExtractiveGenerator
from engine.records import Revision
from engine.scoring import checkpoint
from engine.scoring.calibration import Calibration
from engine.scoring.lexical import LexicalPredictor
from engine.scoring.reward_model import RewardModelPredictor
from tests.tiny_models.rewarding import make_reward_model

QUESTION = "Should we move the weekly meeting to Friday?"
OPINIONS = ["Yes, Friday is fine.", "No, I pick up my children.", ""]
STATEMENTS = ["We should move the meeting.", "We should keep it short."]
SCALE = Calibration(0.7, (-2.0, -1.0, -0.3, 0.4, 1.0, 2.0))
ROOT = Path(__file__).parents[3]


@pytest.fixture(name="folder", scope="module")
def _folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_reward_model(tmp_path_factory.mktemp("reward"))


@pytest.fixture(name="predictor", scope="module")
def _predictor(folder: Path) -> Iterator[RewardModelPredictor]:
    made = RewardModelPredictor(str(folder))
    yield made
    made.close()


@pytest.mark.slow
async def test_its_worker_is_started_again_after_it_died(predictor: RewardModelPredictor) -> None:
    before = await predictor.predict(QUESTION, OPINIONS, STATEMENTS)
    process = predictor.process
    assert process is not None
    os.kill(process, signal.SIGKILL)
    after = await predictor.predict(QUESTION, OPINIONS, STATEMENTS)
    np.testing.assert_array_equal(after.score, before.score)
    assert predictor.process != process


@pytest.mark.slow
async def test_the_loop_is_free_while_it_scores(predictor: RewardModelPredictor) -> None:
    await predictor.predict(QUESTION, OPINIONS, STATEMENTS)
    scoring = asyncio.create_task(predictor.predict(QUESTION, [f"Opinion number {n}." for n in range(200)], STATEMENTS))
    longest = 0.0
    while not scoring.done():
        start = time.monotonic()
        await asyncio.sleep(0)
        longest = max(longest, time.monotonic() - start)
        await asyncio.sleep(0.001)
    assert (await scoring).score.shape == (200, 2)
    assert longest < 0.2


@pytest.mark.slow
async def test_a_calibration_beside_the_checkpoint_makes_ratings_of_scores(folder: Path, tmp_path: Path) -> None:
    assert not RewardModelPredictor(str(folder)).calibrated
    own = make_reward_model(tmp_path / "own")
    checkpoint.write_calibration(own, SCALE, {"ratings": 10})
    predictor = RewardModelPredictor(str(own))
    assert predictor.calibrated
    found = await predictor.predict(QUESTION, OPINIONS, STATEMENTS)
    predictor.close()
    assert found.expected_agreement is not None
    np.testing.assert_allclose(found.expected_agreement, SCALE.expected_agreement(found.score))


async def test_without_a_calibration_rules_that_need_a_positive_scale_are_refused(folder: Path) -> None:
    predictor = RewardModelPredictor(str(folder))
    writing = ExtractiveGenerator()
    with pytest.raises(RulesError, match="no calibration; fit one with `parley calibrate`, choose utilitarian, .* or"):
        await deliberate(QUESTION, OPINIONS, generator=writing, predictor=predictor, rule="bernoulli-nash")
    with pytest.raises(RulesError, match="Collecting .*; fit one with `parley calibrate`, or predict with lexical"):
        await deliberate(
            QUESTION, OPINIONS, generator=writing, predictor=predictor, rule="utilitarian", purpose="collect"
        )


@pytest.mark.slow
async def test_without_a_calibration_rules_of_ranks_and_means_are_offered(predictor: RewardModelPredictor) -> None:
    drafting = await deliberate(QUESTION, OPINIONS, generator=ExtractiveGenerator(), predictor=predictor, rule="median")
    assert drafting.prediction.expected_agreement is None


@pytest.mark.slow
async def test_a_critique_without_words_is_none(predictor: RewardModelPredictor) -> None:
    plain = await predictor.predict(QUESTION, OPINIONS, STATEMENTS)
    silent = await predictor.predict(QUESTION, OPINIONS, STATEMENTS, revision=Revision("We should.", ("", " ", "")))
    np.testing.assert_array_equal(plain.score, silent.score)


@pytest.mark.slow
async def test_known_scores_are_those_of_the_model(tmp_path: Path) -> None:
    own = make_reward_model(tmp_path / "own")
    path = await know_scores(RewardModelPredictor(str(own)))
    assert path == own / "known_scores.json"
    known = checkpoint.read(own).known
    assert [(one.question, one.opinion, one.statement) for one in known] == list(checkpoint.PROBES)
    assert len({round(one.score, 6) for one in known}) == len(known)
    assert await know_scores(LexicalPredictor()) is None


@pytest.mark.slow
async def test_a_model_that_cannot_be_loaded_is_told_when_it_is_needed(tmp_path: Path) -> None:
    folder = make_reward_model(tmp_path / "broken")
    (folder / "model.safetensors").write_bytes(b"x")
    predictor = RewardModelPredictor(str(folder))
    with pytest.raises(PredictorUnavailable, match="cannot be loaded"):
        await predictor.predict(QUESTION, OPINIONS, STATEMENTS)
    predictor.close()


def config(folder: Path, **changes: object) -> None:
    """Change fields of a checkpoint's config.json."""
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_what_is_no_reward_model_is_refused_when_settings_are_read(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="hf download"):
        catalog.predictor(f"reward_model:{tmp_path / 'nowhere'}")
    with pytest.raises(SettingsError, match="needs a model"):
        catalog.predictor("reward_model")
    folder = make_reward_model(tmp_path / "model")
    config(folder, id2label={"0": "no", "1": "yes"})
    with pytest.raises(SettingsError, match="with one output"):
        catalog.predictor(f"reward_model:{folder}")
    config(folder, id2label={"0": "LABEL_0"}, architectures=["LlamaForCausalLM"])
    with pytest.raises(SettingsError, match="with one output"):
        catalog.predictor(f"reward_model:{folder}")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("calibration.json", "{", "not valid JSON"),
        ("calibration.json", '{"slope": -1, "thresholds": []}', "holds no calibration"),
        ("calibration.json", '{"template": "0", "slope": 1}', "version 0 of the reward prompt"),
        ("known_scores.json", '{"scores": [{"question": "?"}]}', "holds no known scores"),
    ],
)
def test_files_beside_the_checkpoint_are_checked(name: str, content: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(
        '{"architectures": ["LlamaForSequenceClassification"], "id2label": {"0": ""}}'
    )
    (tmp_path / name).write_text(content)
    with pytest.raises(SettingsError, match=said):
        checkpoint.read(tmp_path)


def test_what_is_written_beside_the_checkpoint_is_read_back(folder: Path, tmp_path: Path) -> None:
    own = make_reward_model(tmp_path / "own")
    known = checkpoint.KnownScore("Why?", "Because.", "We should.", 0.25)
    checkpoint.write_calibration(own, SCALE, {})
    checkpoint.write_known_scores(own, [known])
    found = checkpoint.read(own)
    assert (found.calibration, found.known, found.end) == (SCALE, (known,), "<|end|>")
    assert "<|pad|>" in found.marks
    assert checkpoint.read(folder).calibration is None


def test_the_bot_never_loads_torch(folder: Path) -> None:
    """The process that serves people stays small: a reward model lives in a worker of its own."""
    program = f"""
import sys
import bot.main, bot.terminal.deliberating, bot.answering
from engine import catalog
made = catalog.predictor("reward_model:{folder}")
assert made.name
print(*sorted({{name.partition(".")[0] for name in sys.modules}} & {{"torch", "transformers", "peft", "tokenizers"}}))
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert not done.stdout.strip()
