"""`parley calibrate`: ratings that an export joins to a predictor's scores become a calibration."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.terminal.calibrating import calibrate, rated
from engine.errors import SettingsError, UsageError
from engine.scoring import checkpoint
from engine.scoring.calibration import Calibration, from_file

NAME = "judge:tiny"
TRUE = Calibration(0.8, (-2.0, -1.2, -0.4, 0.3, 1.1, 2.2))
Table = list[dict[str, Any]]


def tables(count: int, *, name: str = NAME, note: str = "") -> dict[str, Table]:
    """An export's rows, as far as they matter: `count` members rated one candidate each, by TRUE's odds."""
    dice = np.random.default_rng(0)
    scores = dice.normal(0, 2, count)
    drawn = [int(dice.choice(7, p=row)) + 1 for row in TRUE.probabilities(scores)]
    key = {"round": "r1", "draft": 0}
    cell = [{**key, "candidate": "c0", "member": f"m{at}"} for at in range(count)]
    rating = {"scale": "agreement", "counts": True}
    return {
        "drafts": [
            {**key, "predictor": name, "notes": [note] if note else []},
            {**key, "draft": 1, "predictor": "lexical", "notes": []},
        ],
        "predictions": [{**one, "score": float(score)} for one, score in zip(cell, scores, strict=True)]
        + [{**one, "draft": 1, "score": 99.0} for one in cell],
        "ratings": [{**one, **rating, "rating": value} for one, value in zip(cell, drawn, strict=True)]
        + [{**one, **rating, "counts": False, "rating": 1} for one in cell]
        + [{**one, **rating, "scale": "quality", "rating": 1} for one in cell]
        + [{**one, **rating, "rating": None} for one in cell]
        + [{**one, **rating, "draft": 1, "rating": 1} for one in cell],
    }


def as_lines(folder: Path, held: dict[str, Table]) -> Path:
    """The tables as JSON lines."""
    folder.mkdir(exist_ok=True)
    for name, rows in held.items():
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder


def as_parquet(folder: Path, held: dict[str, Table]) -> Path:
    """The tables as Parquet."""
    import pyarrow as pa
    from pyarrow import parquet

    folder.mkdir(exist_ok=True)
    for name, rows in held.items():
        parquet.write_table(pa.Table.from_pylist(rows), folder / f"{name}.parquet")
    return folder


@pytest.mark.parametrize("write", [as_lines, as_parquet])
def test_ratings_that_count_are_joined_to_the_scores_of_the_predictor(
    write: Callable[[Path, dict[str, Table]], Path], tmp_path: Path
) -> None:
    found = rated(write(tmp_path / "export", tables(200)), NAME)
    assert len(found.ratings) == len(found.scores) == 200
    assert found.rounds == 1
    assert max(found.scores) < 99


def test_what_was_drawn_from_a_calibration_gives_it_back(tmp_path: Path) -> None:
    """The regression recovers the odds that the ratings were drawn by (McCullagh 1980, section 2)."""
    export = as_lines(tmp_path / "export", tables(4_000))
    out = tmp_path / "judge.json"
    made, path, _ = calibrate(export, NAME, out)
    assert (path, from_file(out)) == (out, made)
    scores = np.linspace(-3, 3, 7)
    np.testing.assert_allclose(made.expected_agreement(scores), TRUE.expected_agreement(scores), atol=0.15)


def test_a_reward_models_calibration_goes_beside_its_checkpoint(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    config = {"architectures": ["LlamaForSequenceClassification"], "id2label": {"0": ""}}
    (folder / "config.json").write_text(json.dumps(config))
    name = f"reward_model:{folder}"
    made, path, _ = calibrate(as_lines(tmp_path / "export", tables(300, name=name)), name, None)
    assert path == folder / "calibration.json"
    assert checkpoint.read(folder).calibration == made


@pytest.mark.parametrize(
    ("held", "said"),
    [
        (tables(20), "fewer than 50; collect more, and export with --linkable"),
        (tables(100, name="lexical"), "was predicted by 'judge:tiny'"),
        (tables(100, note=f"The predictor {NAME} could not predict agreement, so lexical did."), "was predicted by"),
        ({"drafts": []}, "was predicted by"),
    ],
)
def test_an_export_without_enough_ratings_is_refused(held: dict[str, Table], said: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=said):
        calibrate(as_lines(tmp_path / "export", held), NAME, tmp_path / "out.json")


def test_scores_that_say_nothing_are_refused(tmp_path: Path) -> None:
    held = tables(200)
    for row in held["predictions"]:
        row["score"] = -row["score"]
    with pytest.raises(UsageError, match="higher scores do not go with higher ratings"):
        calibrate(as_lines(tmp_path / "export", held), NAME, tmp_path / "out.json")


def test_the_calibration_of_a_served_reward_model_goes_beside_its_checkpoint_here(tmp_path: Path) -> None:
    name = "vllm-server:reward"
    export = as_lines(tmp_path / "export", tables(300, name=name))
    _, path, _ = calibrate(export, name, None, served=tmp_path)
    assert path == tmp_path / "calibration.json"
    with pytest.raises(SettingsError, match="There is no folder 'reward' for the calibration"):
        calibrate(export, name, None)


def test_where_to_write_must_be_known(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="give --out FILE, and name that file in PARLEY_JUDGE_CALIBRATION"):
        calibrate(as_lines(tmp_path / "export", tables(100)), NAME, None)
    with pytest.raises(SettingsError, match="cannot be written to .*: No such file or directory; give another place"):
        calibrate(tmp_path / "export", NAME, tmp_path / "none" / "out.json")
    with pytest.raises(SettingsError, match="There is no folder '/nowhere'"):
        calibrate(tmp_path / "export", "reward_model:/nowhere", None)
    with pytest.raises(SettingsError, match="'lexical' brings its calibration or has none"):
        calibrate(tmp_path / "export", "lexical", tmp_path / "out.json")
    with pytest.raises(SettingsError, match="There is no predictor called 'oracle'; choose one of: .*judge, "):
        calibrate(tmp_path / "export", "oracle", tmp_path / "out.json")
    with pytest.raises(UsageError, match="a folder that `parley export` wrote"):
        calibrate(tmp_path, NAME, tmp_path / "out.json")


def test_the_command_says_what_scores_mean_now(tmp_path: Path) -> None:
    export = as_lines(tmp_path / "export", tables(300))
    done = CliRunner().invoke(app, ["calibrate", str(export), "--predictor", NAME, "--out", str(tmp_path / "out.json")])
    assert done.exit_code == 0, done.output
    assert "fitted on 300 ratings from 1 round;" in done.output
    assert "agrees with probability" in done.output
