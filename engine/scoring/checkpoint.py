"""A reward model's folder, as far as it can be read without loading the model.

Beside the weights it may hold `calibration.json`, what scores mean in ratings, and `known_scores.json`, scores of a few
fixed pairs, by which a server is checked. Both name the version of the prompt that they hold for.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from engine.errors import SettingsError
from engine.prompts import REWARD_VERSION
from engine.scoring.calibration import Calibration

CALIBRATION = "calibration.json"
KNOWN_SCORES = "known_scores.json"

UNBOUNDED = 10**9
"""A tokenizer that says so many tokens says that it knows no bound."""

PROBES = (
    ("Should the library open on Sundays?", "Yes, many people work on weekdays.", "We should open it on Sundays."),
    ("Should the library open on Sundays?", "No. It costs too much.", "We should open it on Sundays."),
    ("Should we ban cars from the centre?", "Only if buses run.", "We should ban cars once the buses run often."),
    ("What should the town do about noise?", "", "We should leave everything as it is."),
)
"""(question, opinion, statement) whose scores are kept beside a checkpoint, for servers to be checked by."""


@dataclass(frozen=True, slots=True)
class KnownScore:
    """What the model says of one pair."""

    question: str
    opinion: str
    statement: str
    score: float


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """end: the end-of-text token as text, "" where there is none. marks: texts that the tokenizer takes for special
    tokens. positions: tokens that the model holds; None where its configuration does not say.
    """

    folder: Path
    end: str
    marks: tuple[str, ...]
    positions: int | None
    calibration: Calibration | None
    known: tuple[KnownScore, ...]


def read(folder: Path) -> Checkpoint:
    """The checkpoint of a reward model, full or LoRA. Raises SettingsError with what to do."""
    if not folder.is_dir():
        raise SettingsError(
            f"There is no folder {str(folder)!r}; give the folder of a reward model, and fetch one from a model hub "
            "with `hf download NAME --local-dir FOLDER` first."
        )
    config = _json(folder / "config.json")
    adapter = _json(folder / "adapter_config.json")
    if adapter:
        suits = adapter.get("task_type") == "SEQ_CLS"
    else:
        named = config.get("architectures") or []
        suits = any(str(one).endswith("ForSequenceClassification") for one in named) and len(_labels(config)) == 1
    if not suits:
        raise SettingsError(
            f"The folder {str(folder)!r} holds no reward model: that is a Hugging Face sequence classifier with one "
            "output (num_labels=1), or a LoRA adapter of one."
        )
    told = _json(folder / "tokenizer_config.json")
    nested = config.get("text_config")
    return Checkpoint(
        folder=folder,
        end=_token(told.get("eos_token") or _json(folder / "special_tokens_map.json").get("eos_token")),
        marks=_marks(told, _json(folder / "tokenizer.json")),
        positions=held_tokens(nested if isinstance(nested, dict) else config, told),
        calibration=_calibration(folder / CALIBRATION),
        known=_known(folder / KNOWN_SCORES),
    )


def held_tokens(config: Mapping[str, Any], tokenizer: Mapping[str, Any]) -> int | None:
    """How many tokens a model holds, by its configuration and its tokenizer's; None where neither says."""
    kind = str(config.get("model_type"))
    # RoBERTa and its kin count positions from behind the padding token.
    offset = (config.get("pad_token_id") or 0) + 1 if "roberta" in kind or kind == "camembert" else 0
    positions = config.get("max_position_embeddings") or config.get("n_positions")
    told = [positions - offset if isinstance(positions, int) else None, tokenizer.get("model_max_length")]
    return min((one for one in told if isinstance(one, int) and 0 < one < UNBOUNDED), default=None)


def write_calibration(folder: Path, calibration: Calibration, fitted: Mapping[str, Any]) -> Path:
    """Keep a calibration beside the model; `fitted`: what it was fitted on, JSON-able."""
    path = folder / CALIBRATION
    path.write_text(_text({**calibration.fields(), "template": REWARD_VERSION, "fitted": dict(fitted)}), "utf-8")
    return path


def write_known_scores(folder: Path, known: Iterable[KnownScore]) -> Path:
    """Keep scores beside the model, by which `vllm-server:` checks a server."""
    path = folder / KNOWN_SCORES
    path.write_text(_text({"template": REWARD_VERSION, "scores": [asdict(one) for one in known]}), "utf-8")
    return path


def defused(text: str, marks: Sequence[str]) -> str:
    """`text` without anything that the tokenizer takes for a special token: a space parts it after its first sign."""
    told = sorted((mark for mark in marks if len(mark) > 1 and mark.strip()), key=len, reverse=True)
    if not told:
        return text
    pattern = re.compile("|".join(map(re.escape, told)))
    while found := pattern.search(text):
        text = f"{text[: found.start() + 1]} {text[found.start() + 1 :]}"
    return text


def _labels(config: Mapping[str, Any]) -> Sequence[Any]:
    named = config.get("id2label")
    if isinstance(named, dict):
        return list(named)
    return range(config.get("num_labels") or 2)


def _marks(told: Mapping[str, Any], tokenizer: Mapping[str, Any]) -> tuple[str, ...]:
    added = tokenizer.get("added_tokens") or list((told.get("added_tokens_decoder") or {}).values())
    return tuple(_token(one) for one in added if isinstance(one, dict) and one.get("special"))


def _token(told: Any) -> str:
    return str(told.get("content") or "") if isinstance(told, dict) else str(told or "")


def _calibration(path: Path) -> Calibration | None:
    told = _json(path)
    if not told:
        return None
    _require_version(path, told)
    try:
        return Calibration.from_fields(told)
    except (KeyError, TypeError, ValueError) as problem:
        raise SettingsError(f"The file {str(path)!r} holds no calibration: {problem}.") from None


def _known(path: Path) -> tuple[KnownScore, ...]:
    told = _json(path)
    if not told:
        return ()
    _require_version(path, told)
    try:
        return tuple(KnownScore(**one) for one in told["scores"])
    except (KeyError, TypeError) as problem:
        raise SettingsError(f"The file {str(path)!r} holds no known scores: {problem}.") from None


def _require_version(path: Path, told: Mapping[str, Any]) -> None:
    if told.get("template", REWARD_VERSION) != REWARD_VERSION:
        raise SettingsError(
            f"The file {str(path)!r} was made with version {told['template']} of the reward prompt and this is version "
            f"{REWARD_VERSION}; train and calibrate again, or use the Parley that it was made with."
        )


def _json(path: Path) -> dict[str, Any]:
    """The object in a file; {} where there is no such file."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as problem:
        raise SettingsError(f"The file {str(path)!r} cannot be read: {problem.strerror}.") from None
    except ValueError as problem:
        raise SettingsError(f"The file {str(path)!r} is not valid JSON: {problem}.") from None
    return told if isinstance(told, dict) else {}


def _text(fields: Mapping[str, Any]) -> str:
    return json.dumps(fields, indent=2) + "\n"
