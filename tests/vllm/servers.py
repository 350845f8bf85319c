"""A vLLM server on this machine, started and killed by a test; its output is kept in a file."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Self

PYTHON = os.environ.get("VLLM_PYTHON", "")
"""The interpreter of the environment that vLLM is installed in."""

LONGEST_START = 300.0


class VllmServer:
    """Serves the checkpoint in `folder` under the name `name`; use as a context manager.

    pooling: whether it scores (a sequence classification) instead of writing. started: seconds until it answered;
    memory: the most it held, in bytes, once it is stopped.
    """

    def __init__(self, folder: Path, name: str, *, pooling: bool = False) -> None:
        self.name = name
        self.started = 0.0
        self.memory = 0
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.root = f"http://127.0.0.1:{self.port}"
        self.folder = folder
        self._pooling = pooling
        self._log = folder.parent / f"{name}.log"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def base_url(self) -> str:
        """Where its OpenAI-compatible API begins."""
        return f"{self.root}/v1"

    def __enter__(self) -> Self:
        command = [PYTHON, "-m", "vllm.entrypoints.openai.api_server", "--model", str(self.folder)]
        command += ["--served-model-name", self.name, "--host", "127.0.0.1", "--port", str(self.port)]
        command += ["--enforce-eager", "--dtype", "float32", "--max-num-seqs", "32"]
        if self._pooling:
            command += ["--runner", "pooling"]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PARLEY_")}
        environment |= {
            "VLLM_CPU_KVCACHE_SPACE": "1",
            "HF_HUB_OFFLINE": "1",
            "VLLM_NO_USAGE_STATS": "1",
            "OMP_NUM_THREADS": "1",
        }
        begun = time.monotonic()
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                command, env=environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
            )
        try:
            self._wait(begun)
        except BaseException:
            self.kill()
            raise
        return self

    def _wait(self, begun: float) -> None:
        assert self._process is not None
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() - begun > LONGEST_START:
                tail = self._log.read_text(errors="replace")[-4_000:]
                raise AssertionError(f"vLLM did not start within {LONGEST_START:g} s:\n{tail}")
            time.sleep(0.25)
        self.started = time.monotonic() - begun

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.root}/health", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    def freeze(self) -> None:
        """Stop it where it is: connections are taken, and nothing is answered any more."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGSTOP)

    def kill(self) -> None:
        """End it and its engine at once, as a crash would."""
        if self._process is None:
            return
        self.memory = max(self.memory, self.resident())
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
        finally:
            self._process.wait()
            self._process = None

    def resident(self) -> int:
        """Bytes of memory that its processes hold now, the proportional share of what they share."""
        assert self._process is not None
        total = 0
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if os.getpgid(int(folder.name)) != self._process.pid:
                    continue
                lines = (folder / "smaps_rollup").read_text().splitlines()
            except (OSError, ProcessLookupError):
                continue
            total += sum(1024 * int(line.split()[1]) for line in lines if line.startswith("Pss:"))
        return total
