"""The only list of back ends: a name such as "extractive" or "openai:llama-3" becomes a generator or predictor.

To add one, write its module and its factory, and give it one line in BACK_ENDS.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import cast

from engine.errors import SettingsError
from engine.ports import AgreementPredictor, StatementGenerator


def generator(spec: str) -> StatementGenerator:
    """The statement generator that `spec`, "name" or "name:model", asks for.

    Raises SettingsError for a name that is unknown, naming the nearest, or a model given in vain or missing.
    """
    return cast(StatementGenerator, _made("generator", spec))


def predictor(spec: str) -> AgreementPredictor:
    """The agreement predictor that `spec`, "name" or "name:model", asks for; raises as `generator` does."""
    return cast(AgreementPredictor, _made("predictor", spec))


def names(kind: str) -> tuple[str, ...]:
    """The names of one kind, "generator" or "predictor", in alphabetical order."""
    return tuple(sorted(name for known, name in BACK_ENDS if known == kind))


@dataclass(frozen=True, slots=True)
class BackEnd:
    """How a back end is made. takes_model: it is written "name:model" and the factory gets the model, else ""."""

    make: Callable[[str], object]
    takes_model: bool = False


def _extractive(_model: str) -> object:
    from engine.generation.extractive import ExtractiveGenerator

    return ExtractiveGenerator()


def _lexical(_model: str) -> object:
    from engine.scoring.lexical import LexicalPredictor

    return LexicalPredictor()


BACK_ENDS: Mapping[tuple[str, str], BackEnd] = {
    ("generator", "extractive"): BackEnd(_extractive),
    ("predictor", "lexical"): BackEnd(_lexical),
}


def _made(kind: str, spec: str) -> object:
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
    return back_end.make(model)
