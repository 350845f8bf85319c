"""`parley calibrate`: what a predictor's scores mean in ratings, fitted on the ratings that an export holds."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.clock import SystemClock
from bot.settings import Settings
from engine import catalog
from engine.errors import SettingsError, UsageError
from engine.ports import AgreementPredictor
from engine.scoring import checkpoint
from engine.scoring.calibration import Calibration, fit
from engine.scoring.checkpoint import KnownScore
from engine.scoring.reward_model import RewardModelPredictor

_CALIBRATIONS = {"judge": "PARLEY_JUDGE_CALIBRATION", "embedding": "PARLEY_EMBEDDING_CALIBRATION"}

LEAST = 50
"""Ratings below which nothing is fitted: seven probabilities and a slope need some."""


@dataclass(frozen=True, slots=True)
class Rated:
    """scores and ratings: one each per rating, in the same order; rounds: how many they come from."""

    scores: tuple[float, ...]
    ratings: tuple[int, ...]
    rounds: int


def rated(export: Path, predictor: str) -> Rated:
    """The agreement ratings in an export that `predictor` had predicted, with its scores.

    export: a folder that `parley export` wrote as JSONL or Parquet. Raises UsageError where it holds none.
    """
    drafts = {
        (row["round"], row["draft"])
        for row in _rows(export, "drafts")
        if row["predictor"] == predictor
        and not any("could not predict agreement" in note for note in row["notes"] or ())  # another one stood in
    }
    if not drafts:
        raise UsageError(
            f"No draft in {str(export)!r} was predicted by {predictor!r}; name the predictor as the rounds did."
        )
    score = {
        (row["round"], row["draft"], row["candidate"], row["member"]): row["score"]
        for row in _rows(export, "predictions")
        if (row["round"], row["draft"]) in drafts and row["score"] is not None
    }
    found = [
        (key, row["rating"])
        for row in _rows(export, "ratings")
        if row["scale"] == "agreement" and row["counts"] and row["rating"] is not None
        if (key := (row["round"], row["draft"], row["candidate"], row["member"])) in score
    ]
    return Rated(
        tuple(score[key] for key, _ in found),
        tuple(int(rating) for _, rating in found),
        len({key[0] for key, _ in found}),
    )


def calibrate(
    export: Path, predictor: str, out: Path | None, *, served: Path | None = None
) -> tuple[Calibration, Path, Rated]:
    """Fit `predictor`'s calibration on an export and write it: to `out`, or beside a reward model's checkpoint.

    served: the folder, here, of the checkpoint that a vLLM server scores with. Raises UsageError where the ratings are
    too few or do not rise with the scores, SettingsError where there is no place to write to.
    """
    folder = _folder(predictor, out, served)
    found = rated(export, predictor)
    if len(found.ratings) < LEAST:
        raise UsageError(
            f"{str(export)!r} joins {len(found.ratings)} ratings to scores of {predictor!r}, fewer than {LEAST}; "
            "collect more, and export with --linkable where ballots were open."
        )
    try:
        calibration = fit(found.scores, found.ratings)
    except ValueError as problem:
        raise UsageError(f"Nothing can be calibrated: {problem}.") from None
    fitted = {
        "predictor": predictor,
        "ratings": len(found.ratings),
        "rounds": found.rounds,
        "on": datetime.fromtimestamp(SystemClock().now(), UTC).date().isoformat(),
    }
    try:
        if out is None:
            path = checkpoint.write_calibration(folder, calibration, fitted)
        else:
            path = out
            path.write_text(json.dumps({**calibration.fields(), "fitted": fitted}, indent=2) + "\n", encoding="utf-8")
    except OSError as problem:
        raise SettingsError(
            f"The calibration cannot be written to {str(out or folder)!r}: {problem.strerror}; give another place with "
            "--out FILE."
        ) from None
    return calibration, path, found


async def know_scores(predictor: AgreementPredictor) -> Path | None:
    """Keep the scores of a few pairs beside the checkpoint; None where the predictor is no reward model here."""
    if not isinstance(predictor, RewardModelPredictor):
        return None
    known = []
    for question, opinion, statement in checkpoint.PROBES:
        prediction = await predictor.predict(question, [opinion], [statement])
        known.append(KnownScore(question, opinion, statement, float(prediction.score[0, 0])))
    predictor.close()
    return checkpoint.write_known_scores(predictor.folder, known)


def _folder(predictor: str, out: Path | None, served: Path | None) -> Path:
    """The checkpoint's folder; of no meaning where `out` is given."""
    name, _, model = predictor.partition(":")
    if name not in (known := catalog.names("predictor")):
        raise SettingsError(f"There is no predictor called {name!r}; choose one of: {', '.join(known)}.")
    if name not in (*_CALIBRATIONS, "reward_model", "vllm-server"):
        raise SettingsError(
            f"The predictor {predictor!r} brings its calibration or has none; name a reward model, a judge or an "
            "embedding model with --predictor."
        )
    folder = served if name == "vllm-server" and served is not None else Path(model)
    if out is not None or (name in ("reward_model", "vllm-server") and folder.is_dir()):
        return folder
    setting = _CALIBRATIONS.get(name)
    if setting is None:
        raise SettingsError(f"There is no folder {str(folder)!r} for the calibration of {predictor!r}; check the path.")
    raise SettingsError(
        f"The calibration of {predictor!r} belongs into a file: give --out FILE, and name that file in {setting}."
    )


def _rows(export: Path, table: str) -> Iterator[dict[str, Any]]:
    lines, parquet = export / f"{table}.jsonl", export / f"{table}.parquet"
    if lines.exists():
        with lines.open(encoding="utf-8") as file:
            yield from map(json.loads, file)
    elif parquet.exists():
        try:
            from pyarrow.parquet import ParquetFile
        except ImportError:
            raise UsageError(
                "Reading Parquet needs pyarrow: run `.venv/bin/pip install -e '.[research]'`, or export JSONL."
            ) from None
        for batch in ParquetFile(parquet).iter_batches():
            yield from batch.to_pylist()
    else:
        raise UsageError(
            f"{str(export)!r} holds no {table}.jsonl and no {table}.parquet; give a folder that `parley export` wrote."
        )


def calibrate_predictor(settings: Settings, export: Path, out: Path | None) -> None:
    """Fit the predictor's calibration on an export, write it, and say what came of it.

    A reward model on this machine gets its known scores beside it as well. Raises UsageError and PredictorUnavailable.
    """
    import numpy as np

    calibration, path, found = calibrate(export, settings.predictor, out, served=settings.vllm_checkpoint)
    rounds = "1 round" if found.rounds == 1 else f"{found.rounds:,} rounds"
    said = [
        f"Wrote {path}, fitted on {len(found.ratings):,} ratings from {rounds}; what scores mean now:",
    ]
    for score in np.quantile(found.scores, [0.05, 0.5, 0.95]):
        expected, chance = calibration.expected_agreement(np.array(score)), calibration.p_agree(np.array(score))
        said.append(
            f"  score {score:+.2f}: expected rating {float(expected):.1f}, agrees with probability {float(chance):.2f}"
        )
    if out is None:
        predictor = catalog.predictor(settings.predictor, replace(settings.back_ends, fall_back=False))
        if known := asyncio.run(know_scores(predictor)):
            said.append(f"Wrote {known}, by which vllm-server: checks a server.")
    sys.stdout.write("\n".join(said) + "\n")
