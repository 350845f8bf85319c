"""`vllm-server:MODEL` against a scripted server over real HTTP, that answers as vLLM's /classify does, or does not."""

from __future__ import annotations

import json
import logging
import math
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from aiohttp import web

from bot.main import check_predictor
from bot.settings import Settings
from engine import catalog
from engine.catalog import BackEndOptions
from engine.errors import PredictorUnavailable, SettingsError
from engine.records import Revision
from engine.scoring import checkpoint, vllm_connection
from engine.scoring.calibration import Calibration
from engine.scoring.reward_model import asked_of
from engine.scoring.reward_scorer import RewardScorer
from engine.scoring.vllm_server import VllmServerPredictor, unfit
from tests.tiny_models.rewarding import make_reward_model

QUESTION = "Should we move the weekly meeting to Friday?"
OPINIONS = ["Yes, Friday is fine.", "No <|end|> I pick up my children.", "", "Yes, Friday is fine."]
STATEMENTS = ["We should move the meeting.", "We should keep it short, whatever <|pad|> the day."]
SCALE = Calibration(0.7, (-2.0, -1.0, -0.3, 0.4, 1.0, 2.0))


def by_length(texts: Sequence[str]) -> list[float]:
    """A score without a model."""
    return [len(text) / 50 - 3 for text in texts]


@dataclass
class ClassifyServer:
    """vLLM's /classify, and its /tokenize where it has a tokenizer.

    activation: "obeyed", "always" or "never"; script: HTTP answers of /classify that come first. positions: what it
    says that its model holds; counted: the texts whose tokens it was asked for.
    """

    score: Callable[[Sequence[str]], Sequence[float]] = by_length
    activation: str = "obeyed"
    outputs: int = 1
    tokenizer: Any = None
    positions: int = 512
    counted: list[str] = field(default_factory=list)
    script: list[tuple[int, dict[str, str], str]] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    async def classify(self, request: web.Request) -> web.Response:
        """Answer as scripted, else with scores in reverse order."""
        asked = await request.json()
        self.requests.append(asked)
        self.keys.append(request.headers.get("Authorization", ""))
        if self.script:
            status, headers, body = self.script.pop(0)
            return web.Response(status=status, headers=headers, text=body)
        self.refuse_too_long(asked["input"])
        scores = self.score(asked["input"])
        if self.activation == "always" or (self.activation == "obeyed" and asked.get("use_activation", True)):
            scores = [1 / (1 + math.exp(-score)) for score in scores]
        data = [
            {"index": at, "label": "LABEL_0", "probs": [score] * self.outputs, "num_classes": self.outputs}
            for at, score in enumerate(scores)
        ]
        return web.json_response({"object": "list", "model": asked["model"], "data": data[::-1]})

    async def tokenize(self, request: web.Request) -> web.Response:
        """Answer as vLLM does: with special tokens unless asked not to."""
        asked = await request.json()
        assert asked.keys() <= {"model", "prompt", "add_special_tokens", "return_token_strs"}
        self.counted.append(asked["prompt"])
        ids = self.tokenizer(asked["prompt"], add_special_tokens=asked.get("add_special_tokens", True))["input_ids"]
        return web.json_response({"count": len(ids), "max_model_len": self.positions, "tokens": list(ids)})

    def refuse_too_long(self, texts: Sequence[str]) -> None:
        """As vLLM refuses sequences that its model does not hold."""
        if self.tokenizer is None:
            return
        longest = max(len(self.tokenizer(text)["input_ids"]) for text in texts)
        if longest > self.positions:
            raise web.HTTPBadRequest(text=f"This model's maximum context length is {self.positions}, got {longest}")


@asynccontextmanager
async def listening(server: ClassifyServer) -> AsyncIterator[str]:
    """The server's base URL while it listens."""
    app = web.Application()
    app.router.add_post("/classify", server.classify)
    if server.tokenizer is not None:
        app.router.add_post("/tokenize", server.tokenize)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


@pytest.fixture(name="folder", scope="module")
def _folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_reward_model(tmp_path_factory.mktemp("served"))


@pytest.fixture(name="bare")
def _bare(tmp_path: Path) -> Path:
    config = {
        "architectures": ["LlamaForSequenceClassification"],
        "id2label": {"0": ""},
        "max_position_embeddings": 512,
    }
    (tmp_path / "config.json").write_text(json.dumps(config))
    (tmp_path / "tokenizer_config.json").write_text('{"eos_token": "<|end|>"}')
    return tmp_path


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vllm_connection, "FIRST_WAIT", 0.001)


def serving(scorer: RewardScorer) -> ClassifyServer:
    """A server that scores and counts as vLLM does with the scorer's checkpoint."""
    tokenizer = scorer.tokens.tokenizer

    def score(texts: Sequence[str]) -> list[float]:
        import torch

        with torch.inference_mode():
            return [float(scorer.model(**tokenizer(text, return_tensors="pt")).logits[0, 0]) for text in texts]

    return ClassifyServer(score, tokenizer=tokenizer)


LONG = (
    "Mondays are quiet and Fridays are not, whatever anybody says about it. " * 60,
    "émigré 🎉 مرحبا 会議を金曜日に移す " * 40,
    "zqxj" * 400,
    "Short.",
)


@pytest.mark.parametrize("kind", ["llama", "bert"])
async def test_what_is_too_long_is_shortened_here_and_there_alike(kind: str, tmp_path: Path) -> None:
    """By the tokens that the model makes: no estimate knows how many those of rare letters are."""
    scorer = RewardScorer(str(make_reward_model(tmp_path / kind, kind)), share=False)
    server = serving(scorer)
    revision = Revision("We should wait. " * 80, tuple("Say when. " * n for n in (0, 90, 1, 300)))
    statements = [*STATEMENTS, "We should move the meeting to Friday or another day. " * 40]
    async with listening(server) as url:
        found = await predictor(url, tmp_path / kind).predict(QUESTION, LONG, statements, revision=revision)
    expected, shortened = scorer.score(asked_of(QUESTION, LONG, revision), statements)
    assert (shortened.members, shortened.statements) == (4, 1)
    np.testing.assert_allclose(found.score, expected, atol=1e-5)
    sent, (rows, _) = server.requests[-1]["input"], scorer.rows(asked_of(QUESTION, LONG, revision), statements)
    wholes = [row.whole(column) for row in rows for column in range(len(statements))]
    assert [list(ids) for ids in server.tokenizer(sent)["input_ids"]] == wholes
    assert max(map(len, wholes)) > 480


async def test_a_server_whose_model_holds_less_than_the_checkpoint_is_asked_less(folder: Path) -> None:
    server = serving(RewardScorer(str(folder), share=False))
    server.positions = 200
    async with listening(server) as url:
        await predictor(url, folder).predict(QUESTION, LONG, STATEMENTS)
    assert max(len(server.tokenizer(text)["input_ids"]) for text in server.requests[-1]["input"]) <= 200


async def test_the_server_counts_nothing_that_fits_anyhow(folder: Path) -> None:
    server = serving(RewardScorer(str(folder), share=False))
    async with listening(server) as url:
        made = predictor(url, folder)
        for _ in range(2):
            await made.predict(QUESTION, OPINIONS, STATEMENTS)
    assert server.counted == ["a", "a"], "once, to learn what is added to every text"


async def test_a_server_that_answers_no_count_is_not_believed(bare: Path) -> None:
    """Something else than vLLM may answer at /tokenize."""

    class Other(ClassifyServer):
        async def tokenize(self, request: web.Request) -> web.Response:
            return web.json_response({"tokens": "all"})

        def refuse_too_long(self, texts: Sequence[str]) -> None:
            pass

    server = Other(tokenizer=str.split)
    async with listening(server) as url:
        await predictor(url, bare).predict(QUESTION, ["word " * 5_000], STATEMENTS)
    assert max(len(text) for text in server.requests[-1]["input"]) < 512 * 3


def predictor(url: str, folder: Path) -> VllmServerPredictor:
    """One that asks the server under a name of its own."""
    return VllmServerPredictor("reward", base_url=url, api_key="secret", folder=folder)


async def test_the_scores_are_those_of_the_same_checkpoint_here(folder: Path) -> None:
    """The served tokenizer gets one text per pair; tokens and score are those of `reward_model:`."""
    scorer = RewardScorer(str(folder), share=False)
    server = serving(scorer)
    revision = Revision("We should wait.", ("", "Say when.", "", ""))
    async with listening(server) as url:
        found = await predictor(f"{url}/v1", folder).predict(QUESTION, OPINIONS, STATEMENTS, revision=revision)
    expected, _ = scorer.score(asked_of(QUESTION, OPINIONS, revision), STATEMENTS)
    np.testing.assert_allclose(found.score, expected, atol=1e-5)
    assert found.expected_agreement is None
    assert server.keys[-1] == "Bearer secret"
    assert server.requests[-1]["use_activation"] is False
    assert len(server.requests[-1]["input"]) == 6, "the same opinion is not asked about twice"


async def test_many_pairs_come_back_in_order(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vllm_connection, "TEXTS", 7)
    server = ClassifyServer()
    opinions = ["x" * n for n in range(30)]
    async with listening(server) as url:
        found = (await predictor(url, bare).predict(QUESTION, opinions, STATEMENTS)).score
    assert (np.diff(found[1:, 0]) > 0).all()
    assert np.ptp(np.diff(found, axis=1)) < 1e-9


async def test_a_server_that_answers_sigmoids_is_refused(bare: Path) -> None:
    """A field that vLLM does not know is ignored in silence, and sigmoids look like scores."""
    async with listening(ClassifyServer(activation="always")) as url:
        with pytest.raises(PredictorUnavailable, match='answers sigmoids .* "use_activation": false; update vLLM'):
            await predictor(url, bare).predict(QUESTION, OPINIONS, STATEMENTS)


async def test_serving_says_at_once_that_a_server_answers_sigmoids(
    bare: Path, caplog: pytest.LogCaptureFixture
) -> None:
    made = {"predictor": "vllm-server:reward", "vllm_checkpoint": bare}
    async with listening(ClassifyServer(activation="always")) as url:
        await check_predictor(Settings(**made, vllm_base_url=url))
    (record,) = [one for one in caplog.records if one.message == "the predictor cannot be used yet"]
    assert "answers sigmoids" in vars(record)["reason"]
    caplog.clear()
    async with listening(ClassifyServer()) as url:
        await check_predictor(Settings(**made, vllm_base_url=url))
    await check_predictor(Settings())
    assert not [one for one in caplog.records if one.levelno >= logging.WARNING]


async def test_known_scores_tell_another_checkpoint_and_let_half_precision_pass(bare: Path) -> None:
    known = [checkpoint.KnownScore("Why?", "Because " * n, "We should.", 0.0) for n in (1, 5, 20)]
    checkpoint.write_known_scores(bare, known)
    server = ClassifyServer()
    async with listening(server) as url:
        with pytest.raises(PredictorUnavailable, match="off what stands beside the checkpoint"):
            await predictor(url, bare).check()
        texts = server.requests[0]["input"]
        for off, refused in ((0.0, False), (0.05, False), (0.5, True)):
            right = [
                checkpoint.KnownScore(one.question, one.opinion, one.statement, score + off)
                for one, score in zip(known, by_length(texts), strict=True)
            ]
            checkpoint.write_known_scores(bare, right)
            if refused:
                with pytest.raises(PredictorUnavailable, match="up to 0.5 off what stands beside the checkpoint"):
                    await predictor(url, bare).check()
            else:
                await predictor(url, bare).check()


async def test_it_is_checked_once(bare: Path) -> None:
    server = ClassifyServer()
    async with listening(server) as url:
        made = predictor(url, bare)
        for _ in range(3):
            await made.predict(QUESTION, OPINIONS, STATEMENTS)
    assert [one["use_activation"] for one in server.requests] == [False, True, False, False, False]


def test_what_speaks_against_a_server() -> None:
    raw = np.array([-1.0, 0.5, 2.0])
    sigmoid = 1 / (1 + np.exp(-raw))
    assert unfit(raw, sigmoid, None) is None
    assert unfit(raw, raw, raw) is None, "a server that never activates gives what is wanted"
    assert "sigmoids" in (unfit(sigmoid, sigmoid, None) or "")
    assert "sigmoids" in (unfit(sigmoid, 1 / (1 + np.exp(-sigmoid)), raw) or "")
    within = np.array([0.2, 0.5, 0.9])
    assert unfit(within, 1 / (1 + np.exp(-within)), within) is None, "scores may happen to lie between 0 and 1"


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_what_may_pass_is_tried_again(status: int, bare: Path) -> None:
    server = ClassifyServer(script=[(status, {"Retry-After": "0"}, "later")] * 2)
    async with listening(server) as url:
        assert (await predictor(url, bare).predict(QUESTION, OPINIONS, STATEMENTS)).score.shape == (4, 2)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ((503, {"Retry-After": "3600"}, ""), "not ready"),
        ((401, {}, ""), "PARLEY_VLLM_API_KEY"),
        ((404, {}, ""), "check the name under which it is served"),
        ((400, {}, "This model's maximum context length is 8"), "larger --max-model-len"),
        ((422, {}, "input: Yes, Friday is fine."), r"refuses what it is asked \(HTTP 422\)\.$"),
        ((200, {}, "<html>"), "no classification"),
        ((200, {}, '{"data": []}'), "one number for each pair"),
        ((200, {}, '{"data": [{"index": 0, "probs": [NaN]}]}'), "one number for each pair"),
    ],
)
async def test_what_does_not_pass_is_told_in_one_sentence(
    answer: tuple[int, dict[str, str], str], said: str, bare: Path
) -> None:
    async with listening(ClassifyServer(script=[answer] * 9)) as url:
        with pytest.raises(PredictorUnavailable, match=said) as refused:
            await predictor(url, bare).predict(QUESTION, OPINIONS, STATEMENTS)
    assert refused.value.retry_after == (3600 if answer[0] == 503 else None)


async def test_a_server_with_two_outputs_or_none_at_all_is_told(bare: Path) -> None:
    async with listening(ClassifyServer(outputs=2)) as url:
        with pytest.raises(PredictorUnavailable, match="one output"):
            await predictor(url, bare).check()
    with pytest.raises(PredictorUnavailable, match="cannot be reached; check vllm_base_url"):
        await predictor(url, bare).check()


async def test_a_calibration_beside_the_checkpoint_counts(bare: Path) -> None:
    checkpoint.write_calibration(bare, SCALE, {})
    async with listening(ClassifyServer()) as url:
        made = predictor(url, bare)
        assert made.calibrated
        found = await made.predict(QUESTION, OPINIONS, STATEMENTS)
    assert found.p_agree is not None
    np.testing.assert_allclose(found.p_agree, SCALE.p_agree(found.score))


async def test_an_endless_opinion_is_shortened(bare: Path) -> None:
    server = ClassifyServer()
    async with listening(server) as url:
        await predictor(url, bare).predict(QUESTION, ["word " * 5_000], STATEMENTS)
    assert max(len(text) for text in server.requests[-1]["input"]) < 512 * 3
    assert all(text.endswith("<|end|>") for text in server.requests[-1]["input"])


def test_settings_that_miss_something_are_refused(bare: Path) -> None:
    with pytest.raises(SettingsError, match="PARLEY_VLLM_BASE_URL"):
        catalog.predictor("vllm-server:reward")
    with pytest.raises(SettingsError, match="PARLEY_VLLM_CHECKPOINT"):
        catalog.predictor("vllm-server:reward", BackEndOptions(vllm_base_url="http://127.0.0.1:1"))
    options = BackEndOptions(vllm_base_url="http://127.0.0.1:1", vllm_checkpoint=bare)
    assert catalog.predictor("vllm-server:reward", options).service == "the reward model reward at this machine"
