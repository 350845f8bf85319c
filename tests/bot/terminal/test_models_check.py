"""`parley models check` says how fast models are and whether they make sense, and shows failures plainly."""

from __future__ import annotations

import pytest

from bot.settings import Settings
from bot.terminal.models_check import check
from engine.endpoint import asking
from tests.openai_server.models import judging
from tests.openai_server.server import OpenAIServer, Status


@pytest.fixture(autouse=True)
def _no_long_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "FIRST_WAIT", 0.01)


async def test_the_embedded_defaults_make_sense(capsys: pytest.CaptureFixture[str]) -> None:
    assert await check(Settings())
    said = capsys.readouterr().out
    assert "different statements of 16 in" in said
    assert "lexical: first answer in" in said
    assert "opposite opinions are expected to prefer opposite statements" in said
    assert "calibrated: predictions are ratings" in said
    assert "are sent to" not in said


async def test_a_model_elsewhere_is_tried_and_named(capsys: pytest.CaptureFixture[str]) -> None:
    async with OpenAIServer() as server:
        assert await check(Settings(generator="openai:tiny", openai_base_url=server.base_url))
    said = capsys.readouterr().out
    assert "openai:tiny: 16 different statements of 16 in" in said
    assert "opinions are sent to the language model tiny at this machine" in said


@pytest.mark.slow
async def test_a_greedy_model_is_noted(capsys: pytest.CaptureFixture[str]) -> None:
    async with OpenAIServer(model=lambda *_: "We could close the street on Sundays if buses get through.") as server:
        assert await check(Settings(generator="openai:tiny", openai_base_url=server.base_url))
    assert "openai:tiny: 1 different statements of 16" in capsys.readouterr().out


async def test_a_model_that_is_down_is_an_error_and_the_other_one_is_tried_still(
    capsys: pytest.CaptureFixture[str],
) -> None:
    async with OpenAIServer(forever=Status(500)) as server:
        assert not await check(Settings(generator="openai:tiny", openai_base_url=server.base_url))
    said = capsys.readouterr().out
    assert "✗ openai:tiny: The language model tiny at this machine is not ready (HTTP 500)." in said
    assert "lexical: first answer in" in said


@pytest.mark.slow
async def test_a_judge_that_reads_tells_sides_apart_and_one_that_does_not_is_found_out(
    capsys: pytest.CaptureFixture[str],
) -> None:
    async with OpenAIServer(model=judging) as server:
        assert await check(Settings(predictor="judge:tiny", judge_base_url=server.base_url))
    assert "opposite opinions are expected to prefer opposite statements" in capsys.readouterr().out
    async with OpenAIServer(model=lambda *_: "7") as server:
        assert await check(Settings(predictor="judge:tiny", judge_base_url=server.base_url))
    said = capsys.readouterr().out
    assert "judge:tiny: it does not tell two opposite opinions apart" in said
    assert "judge:tiny: not calibrated" in said
