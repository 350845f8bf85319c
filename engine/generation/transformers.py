"""`transformers:MODEL`: statements by a Hugging Face model on this machine, in a worker process.

MODEL is a folder or a name on the hub, NAME@REVISION for one revision of it. All candidates of a request are sampled
at once (`num_return_sequences`).
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec

from engine.errors import SettingsError
from engine.generation.local_model import LocalGenerator
from engine.hub import place_of
from engine.prompts import Example, Style
from engine.worker import Worker


class TransformersGenerator(LocalGenerator):
    """Statements by a Hugging Face model in a process of ours."""

    def __init__(
        self,
        model: str,
        *,
        seconds: float = 600.0,
        style: Style = Style.ZERO_SHOT,
        examples: Sequence[Example] | None = None,
    ) -> None:
        """seconds: what one drafting may take. Raises SettingsError where the extra `ml` is not installed.

        It is raised as well where `model` is a folder that holds none.
        """
        if find_spec("torch") is None or find_spec("transformers") is None:
            raise SettingsError(
                "The generator 'transformers' needs more packages: "
                "run `.venv/bin/pip install -e '.[ml]'` in Parley's folder."
            )
        place_of(model)
        worker = Worker("engine.generation.transformers_writer:TransformersWriter", {"model": model})
        super().__init__("transformers", model, worker, seconds=seconds, style=style, examples=examples)
