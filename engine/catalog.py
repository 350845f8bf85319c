"""The only list of back ends: a name such as "extractive" or "openai:llama-3" becomes a generator or predictor.

To add one, write its module and its factory, and give it one line in BACK_ENDS.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import cast

from engine.errors import SettingsError
from engine.ports import AgreementPredictor, StatementGenerator
from engine.prompts import Example, Style, read_examples


@dataclass(frozen=True, slots=True)
class BackEndOptions:
    """What back ends need to know beside their name; each reads the fields that begin with its own name.

    openai_base_url: where an OpenAI-compatible endpoint listens; None for the hosted service.
    openai_style: how statements are asked for, "zero-shot", "few-shot" or "reasoned".
    openai_context: tokens that the model holds; None asks the server. openai_seconds, openai_tokens: what one
    drafting may cost. openai_structured: hold answers to a form where the server can.
    local_style, local_seconds: the same for a model in a process of ours. vllm_python: the interpreter of the
    environment that has vLLM, None for ours. few_shot_examples: a file of `engine.prompts.read_examples` that the style
    "few-shot" shows, None for the built-in ones. embedding_calibration: as judge_calibration.
    fall_back: whether the embedded defaults write and predict where a model fails.
    judge_base_url, judge_api_key: the judge's endpoint; None for both takes the openai ones. judge_seconds,
    judge_tokens: what one prediction may cost. judge_calibration: a JSON file of `Calibration.fields`.
    vllm_base_url, vllm_api_key: the server of `vllm-server:`. vllm_checkpoint: the folder, here, of the checkpoint
    that it serves, weights not needed; None takes the model's name for the folder.
    """

    openai_base_url: str | None = None
    openai_api_key: str | None = field(default=None, repr=False)
    openai_style: str = "zero-shot"
    openai_context: int | None = None
    openai_seconds: float = 120.0
    openai_tokens: int = 200_000
    openai_structured: bool = True
    local_style: str = "zero-shot"
    local_seconds: float = 600.0
    vllm_python: str | None = None
    few_shot_examples: Path | None = None
    embedding_calibration: Path | None = None
    fall_back: bool = True
    judge_base_url: str | None = None
    judge_api_key: str | None = field(default=None, repr=False)
    judge_seconds: float = 300.0
    judge_tokens: int = 2_000_000
    judge_calibration: Path | None = None
    vllm_base_url: str | None = None
    vllm_api_key: str | None = field(default=None, repr=False)
    vllm_checkpoint: Path | None = None


def generator(spec: str, options: BackEndOptions | None = None) -> StatementGenerator:
    """The statement generator that `spec`, "name" or "name:model", asks for.

    Raises SettingsError for a name that is unknown, naming the nearest, a model given in vain or missing, and
    options that the back end cannot use.
    """
    return cast(StatementGenerator, _made("generator", spec, options or BackEndOptions()))


def predictor(spec: str, options: BackEndOptions | None = None) -> AgreementPredictor:
    """The agreement predictor that `spec`, "name" or "name:model", asks for; raises as `generator` does."""
    return cast(AgreementPredictor, _made("predictor", spec, options or BackEndOptions()))


def names(kind: str) -> tuple[str, ...]:
    """The names of one kind, "generator" or "predictor", in alphabetical order."""
    return tuple(sorted(name for known, name in BACK_ENDS if known == kind))


@dataclass(frozen=True, slots=True)
class BackEnd:
    """How a back end is made. takes_model: it is written "name:model" and the factory gets the model, else ""."""

    make: Callable[[str, BackEndOptions], object]
    takes_model: bool = False


def _extractive(_model: str, _options: BackEndOptions) -> object:
    from engine.generation.extractive import ExtractiveGenerator

    return ExtractiveGenerator()


def _openai(model: str, options: BackEndOptions) -> object:
    from engine.generation.openai import OpenAIGenerator
    from engine.generation.prompting import Budget

    writing = OpenAIGenerator(
        model,
        base_url=options.openai_base_url,
        api_key=options.openai_api_key,
        budget=Budget(seconds=options.openai_seconds, tokens=options.openai_tokens),
        style=Style(options.openai_style),
        context=options.openai_context,
        structured=options.openai_structured,
        examples=_examples("openai_style", options.openai_style, options),
    )
    return _written_instead(writing, options)


def _transformers(model: str, options: BackEndOptions) -> object:
    from engine.generation.transformers import TransformersGenerator

    style, examples = Style(options.local_style), _examples("local_style", options.local_style, options)
    writing = TransformersGenerator(model, seconds=options.local_seconds, style=style, examples=examples)
    return _written_instead(writing, options)


def _vllm_offline(model: str, options: BackEndOptions) -> object:
    from engine.generation.vllm_offline import VllmOfflineGenerator

    style, examples = Style(options.local_style), _examples("local_style", options.local_style, options)
    writing = VllmOfflineGenerator(
        model, seconds=options.local_seconds, style=style, python=options.vllm_python, examples=examples
    )
    return _written_instead(writing, options)


def _examples(setting: str, style: str, options: BackEndOptions) -> tuple[Example, ...] | None:
    """What the operator's file holds for a few-shot prompt; None for no file. Raises SettingsError."""
    path = options.few_shot_examples
    if path is None:
        return None
    if Style(style) is not Style.FEW_SHOT:
        raise SettingsError(
            f"The setting 'few_shot_examples' names {str(path)!r}, and no prompt shows examples: set {setting} to "
            "few-shot, or leave the examples out."
        )
    try:
        return read_examples(path.read_text(encoding="utf-8"), toml=path.suffix == ".toml")
    except OSError as problem:
        raise SettingsError(f"The examples {str(path)!r} cannot be read: {problem.strerror}.") from None
    except ValueError as problem:
        raise SettingsError(
            f"The file {str(path)!r} holds no examples for a few-shot prompt: {problem}; see docs/models.md."
        ) from None


def _written_instead(first: StatementGenerator, options: BackEndOptions) -> StatementGenerator:
    """`first`, with the extractive default where it fails, unless the options say that nobody falls back."""
    from engine.generation.extractive import ExtractiveGenerator
    from engine.generation.falling_back import FallingBackGenerator

    return FallingBackGenerator(first, ExtractiveGenerator()) if options.fall_back else first


def _embedding(model: str, options: BackEndOptions) -> object:
    from engine.scoring.calibration import from_file
    from engine.scoring.embedding import EmbeddingPredictor

    held = options.embedding_calibration
    return _standing_in(EmbeddingPredictor(model, calibration=None if held is None else from_file(held)), options)


def _lexical(_model: str, _options: BackEndOptions) -> object:
    from engine.scoring.lexical import LexicalPredictor

    return LexicalPredictor()


def _reward_model(folder: str, options: BackEndOptions) -> object:
    from engine.scoring.reward_model import RewardModelPredictor

    return _standing_in(RewardModelPredictor(folder), options)


def _vllm_server(model: str, options: BackEndOptions) -> object:
    from engine.scoring.vllm_server import VllmServerPredictor

    scoring = VllmServerPredictor(
        model, base_url=options.vllm_base_url, api_key=options.vllm_api_key, folder=options.vllm_checkpoint
    )
    return _standing_in(scoring, options)


def _judge(model: str, options: BackEndOptions) -> object:
    from engine.scoring.calibration import from_file
    from engine.scoring.judge import JudgePredictor
    from engine.scoring.judging import Budget

    url, key = _judges_address(options)
    judging = JudgePredictor(
        model,
        base_url=url,
        api_key=key,
        budget=Budget(seconds=options.judge_seconds, tokens=options.judge_tokens),
        calibration=None if options.judge_calibration is None else from_file(options.judge_calibration),
    )
    return _standing_in(judging, options)


def _judge_ranking(model: str, options: BackEndOptions) -> object:
    from engine.scoring.judging import Budget
    from engine.scoring.ranking_judge import RankingJudgePredictor

    url, key = _judges_address(options)
    budget = Budget(seconds=options.judge_seconds, tokens=options.judge_tokens)
    return _standing_in(RankingJudgePredictor(model, base_url=url, api_key=key, budget=budget), options)


def _judges_address(options: BackEndOptions) -> tuple[str | None, str | None]:
    """(base URL, key): those of `openai_` only where the judge has neither of its own."""
    if options.judge_base_url is not None or options.judge_api_key is not None:
        return options.judge_base_url, options.judge_api_key
    return options.openai_base_url, options.openai_api_key


def _standing_in(first: AgreementPredictor, options: BackEndOptions) -> AgreementPredictor:
    """`first`, with the lexical default where it does not answer, unless the options say that nobody falls back."""
    from engine.scoring.falling_back import FallingBackPredictor
    from engine.scoring.lexical import LexicalPredictor

    return FallingBackPredictor(first, LexicalPredictor()) if options.fall_back else first


BACK_ENDS: Mapping[tuple[str, str], BackEnd] = {
    ("generator", "extractive"): BackEnd(_extractive),
    ("generator", "openai"): BackEnd(_openai, takes_model=True),
    ("generator", "transformers"): BackEnd(_transformers, takes_model=True),
    ("generator", "vllm-offline"): BackEnd(_vllm_offline, takes_model=True),
    ("predictor", "embedding"): BackEnd(_embedding, takes_model=True),
    ("predictor", "judge"): BackEnd(_judge, takes_model=True),
    ("predictor", "judge-ranking"): BackEnd(_judge_ranking, takes_model=True),
    ("predictor", "lexical"): BackEnd(_lexical),
    ("predictor", "reward_model"): BackEnd(_reward_model, takes_model=True),
    ("predictor", "vllm-server"): BackEnd(_vllm_server, takes_model=True),
}


def _made(kind: str, spec: str, options: BackEndOptions) -> object:
    name, _, model = (part.strip() for part in spec.partition(":"))
    back_end = BACK_ENDS.get((kind, name.lower()))
    if back_end is None:
        known = names(kind)
        near = get_close_matches(name.lower(), known, n=1, cutoff=0.5)
        remedy = f"did you mean {near[0]!r}?" if near else f"choose one of: {', '.join(known)}."
        raise SettingsError(f"There is no {kind} called {name!r}; {remedy}")
    if back_end.takes_model and not model:
        raise SettingsError(f"The {kind} {name!r} needs a model: write {name}:MODEL.")
    if model and not back_end.takes_model:
        raise SettingsError(f"The {kind} {name!r} takes no model; write {name!r} instead of {spec!r}.")
    return back_end.make(model, options)
