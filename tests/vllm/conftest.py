"""Tests against a real vLLM, which `make test-vllm` collects and nothing else does.

VLLM_PYTHON names the interpreter of the environment that has vLLM. Servers start once for all tests; what was
measured is printed at the end.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tiny_models.rewarding import SERVED, make_reward_model
from tests.tiny_models.writing import CONTEXT, OPINIONS, QUESTION, SENTENCES, make_writer
from tests.vllm.servers import PYTHON, VllmServer

collect_ignore_glob = [] if PYTHON else ["test_*.py"]

FIGURES: dict[str, str] = {}
"""What was measured, by what it is."""


@pytest.fixture(scope="session", name="writer_folder")
def _writer_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_writer(tmp_path_factory.mktemp("writer") / "checkpoint")


@pytest.fixture(scope="session", name="reward_folder")
def _reward_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    texts = (QUESTION, *OPINIONS, *SENTENCES)
    return make_reward_model(
        tmp_path_factory.mktemp("reward") / "checkpoint", texts=texts, positions=CONTEXT, size=SERVED
    )


@pytest.fixture(scope="module", name="writer")
def _writer(writer_folder: Path) -> Iterator[VllmServer]:
    with VllmServer(writer_folder, "writer") as server:
        yield server
    FIGURES["writer"] = f"up in {server.started:.0f} s, {server.memory / 2**30:.1f} GiB"


@pytest.fixture(scope="module", name="reward")
def _reward(reward_folder: Path) -> Iterator[VllmServer]:
    with VllmServer(reward_folder, "reward", pooling=True) as server:
        yield server
    FIGURES["reward model"] = f"up in {server.started:.0f} s, {server.memory / 2**30:.1f} GiB"


@pytest.fixture(name="figures")
def _figures() -> dict[str, str]:
    return FIGURES


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what was measured."""
    if FIGURES:
        terminalreporter.section("measured on vLLM")
        for what, figure in FIGURES.items():
            terminalreporter.write_line(f"{what}: {figure}")
