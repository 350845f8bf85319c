"""`vllm-offline:MODEL`: statements by vLLM in a worker process, for thousands of rounds on a GPU without a server.

Drafting many rounds at the same time (`asyncio.gather` over `generate`) makes one batch of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from shutil import which

from engine.errors import SettingsError
from engine.generation.local_model import LocalGenerator
from engine.hub import place_of
from engine.prompts import Example, Style
from engine.worker import Worker

GROWTH_MIB = 65_536
"""vLLM takes its cache as it needs it; that is no leak."""


class VllmOfflineGenerator(LocalGenerator):
    """Statements by vLLM without a server."""

    def __init__(
        self,
        model: str,
        *,
        seconds: float = 600.0,
        style: Style = Style.ZERO_SHOT,
        python: str | None = None,
        examples: Sequence[Example] | None = None,
    ) -> None:
        """seconds: what one drafting may take, waiting for its batch included.

        python: the interpreter of the environment that has vLLM, None for ours. Without vLLM the first drafting
        raises GeneratorUnavailable. Raises SettingsError where there is no such interpreter or `model` is a folder that
        holds none.
        """
        if python is not None and which(python) is None:
            raise SettingsError(
                f"The setting 'vllm_python' names {python!r}, which is no program here; give the interpreter of the "
                "environment that has vLLM, such as .venv-vllm/bin/python."
            )
        place_of(model)
        made = {"model": model}
        worker = Worker("engine.generation.vllm_writer:VllmWriter", made, growth_mib=GROWTH_MIB, python=python)
        super().__init__("vllm-offline", model, worker, seconds=seconds, style=style, examples=examples)
