"""`parley models check`: try the configured models and print how fast they are and whether they make sense.

Nobody falls back, so that a failure shows. The opinions are made up; where a model is elsewhere, they are sent there.
"""

from __future__ import annotations

import sys
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from statistics import median
from typing import TYPE_CHECKING

import numpy as np

from bot.findings import Finding, Mark, shown
from engine import catalog
from engine.errors import ParleyError
from engine.generation.local_model import LocalGenerator

if TYPE_CHECKING:
    from bot.settings import Settings
    from engine.ports import AgreementPredictor
    from engine.records import Matrix

WANTED = 16
QUESTION = "Should we close the street to cars?"
IN_FAVOUR = "Yes, close it. Children could play in the street and it would be quieter."
AGAINST = "No, keep it open. Shops need deliveries by car and so do old people."
OPINIONS = (
    IN_FAVOUR,
    AGAINST,
    "Close it on Sundays first and see how that works.",
    "Only if buses can still get through.",
    "People who live there must be able to reach their homes by car.",
)
SIDES = (
    "We should close the street to cars, so that children can play there and it gets quieter.",
    "We should keep the street open to cars, because shops and old people need deliveries.",
)
"""A statement that the first opinion agrees with and the second does not, and the other way round."""

SAME = 0.01
"""How far two scores of the same pair may lie apart, in units of all scores' spread."""


async def check(settings: Settings) -> bool:
    """Print a line for everything that was tried; True when nothing has to be mended."""
    fine = True
    statements: list[str] = []
    async for finding in _generator(settings, statements):
        fine = _say(finding) and fine
    async for finding in _predictor(settings, statements or list(SIDES)):
        fine = _say(finding) and fine
    return fine


def _say(finding: Finding) -> bool:
    sys.stdout.write(f"{shown(finding.mark)} {finding.what}: {finding.said}\n")
    sys.stdout.flush()
    return finding.mark is not Mark.WRONG


async def _generator(settings: Settings, statements: list[str]) -> AsyncIterator[Finding]:
    """What was found of the statement model; its statements are added to `statements`."""
    name = settings.generator
    try:
        generator = catalog.generator(name, replace(settings.back_ends, fall_back=False))
        begun = time.monotonic()
        found = await generator.generate(QUESTION, OPINIONS, WANTED, seed=0)
        first = time.monotonic() - begun
        begun = time.monotonic()
        again = await generator.generate(QUESTION, OPINIONS, WANTED, seed=0)
        second = time.monotonic() - begun
    except ParleyError as problem:
        yield Finding(Mark.WRONG, name, str(problem))
        return
    statements += [one.text for one in found]
    distinct = len({" ".join(one.text.split()).casefold() for one in found})
    words = median(len(one.text.split()) for one in found)
    said = f"{distinct} different statements of {WANTED} in {first:.1f} s, then in {second:.1f} s; {words:g} words each"
    few = f"; ask for fewer, or look in the log for why guards dropped {WANTED - distinct}"
    yield Finding(Mark.FINE, name, said) if distinct == WANTED else Finding(Mark.NOTE, name, said + few)
    if [one.text for one in again] != [one.text for one in found]:
        yield Finding(Mark.NOTE, name, "the same seed gives other statements: a round cannot be drafted again exactly")
    if isinstance(generator, LocalGenerator) and generator.lacks_chat_template:
        said = "it has no chat template and only continues texts; take a model that is tuned to follow instructions"
        yield Finding(Mark.NOTE, name, said)
    if generator.service is not None:
        yield Finding(Mark.NOTE, name, f"opinions are sent to {generator.service}; members are told so")


async def _predictor(settings: Settings, statements: Sequence[str]) -> AsyncIterator[Finding]:
    name = settings.predictor
    try:
        predictor = catalog.predictor(name, replace(settings.back_ends, fall_back=False))
        begun = time.monotonic()
        sides = (await predictor.predict(QUESTION, (IN_FAVOUR, AGAINST), SIDES)).score
        first = time.monotonic() - begun
        begun = time.monotonic()
        prediction = await predictor.predict(QUESTION, OPINIONS, statements)
        second = time.monotonic() - begun
        again = (await predictor.predict(QUESTION, (IN_FAVOUR, AGAINST), SIDES)).score
    except ParleyError as problem:
        yield Finding(Mark.WRONG, name, str(problem))
        return
    pairs = prediction.score.size
    low, high = float(np.min(prediction.score)), float(np.max(prediction.score))
    said = f"first answer in {first:.1f} s, {pairs} pairs in {second:.1f} s, scores from {low:.2f} to {high:.2f}"
    yield Finding(Mark.FINE if np.isfinite(prediction.score).all() else Mark.WRONG, name, said)
    yield _sense(name, sides)
    if np.abs(again - sides).max() > SAME * max(float(np.ptp(sides)), 1e-9):
        yield Finding(Mark.NOTE, name, "the same pair gets other scores each time, so that ties may fall differently")
    yield _scale(predictor)
    if predictor.service is not None:
        yield Finding(Mark.NOTE, name, f"opinions are sent to {predictor.service}; members are told so")


def _sense(name: str, sides: Matrix) -> Finding:
    """Whether each of two opposed members is predicted to prefer the statement of their own side."""
    lean = sides[:, 0] - sides[:, 1]
    if lean[0] > 0 > lean[1]:
        return Finding(Mark.FINE, name, "two members of opposite opinions are expected to prefer opposite statements")
    if lean[0] > lean[1]:
        said = "it tells two opposite opinions apart, but expects both members to prefer the same statement"
        return Finding(Mark.NOTE, name, said)
    said = "it does not tell two opposite opinions apart: its predictions say little about who agrees"
    return Finding(Mark.NOTE, name, f"{said}; train or choose another one, see docs/models.md")


def _scale(predictor: AgreementPredictor) -> Finding:
    if predictor.calibrated:
        return Finding(Mark.FINE, predictor.name, "calibrated: predictions are ratings from 1 to 7")
    if predictor.comparing:
        said = "it ranks and does not rate, so that only utilitarian, median and schulze rounds can use it"
        return Finding(Mark.NOTE, predictor.name, said)
    said = "not calibrated, so that only utilitarian, median and schulze rounds can use it; see `parley calibrate`"
    return Finding(Mark.NOTE, predictor.name, said)
