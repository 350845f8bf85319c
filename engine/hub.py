"""Where a Hugging Face model is, as an operator writes it: FOLDER, or NAME or NAME@REVISION on the hub.

Imports nothing heavy, also because some worker processes run in environments that are not ours.
"""

from __future__ import annotations

from pathlib import Path

from engine.errors import SettingsError

_MODEL_FILES = ("config.json", "adapter_config.json", "modules.json")


def place_of(model: str) -> tuple[str, str | None]:
    """(folder or name, revision). Raises SettingsError for a folder that is not there or holds no model."""
    folder = Path(model).expanduser()
    if folder.exists():
        if not any((folder / name).is_file() for name in _MODEL_FILES):
            raise SettingsError(
                f"{model!r} holds no model: give the folder in which the model's config.json is, or a name on the hub."
            )
        return str(folder), None
    if model.startswith(("/", ".", "~")) or model.count("/") > 1 or "\\" in model:
        raise SettingsError(
            f"There is no folder {model!r}; check the path, or give a name on the hub such as ORGANISATION/NAME."
        )
    name, _, revision = model.partition("@")
    return name, revision or None


def quieten() -> None:
    """Let the libraries that load models print no bars, reports or retries: what matters is in our own sentence."""
    from huggingface_hub.utils import logging as hub_logging
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    hub_logging.set_verbosity_error()  # type: ignore[no-untyped-call]


def reason(problem: Exception) -> str:
    """The first line of what a library says went wrong, without its full stop."""
    lines = str(problem).strip().splitlines()
    return lines[0].rstrip(".:; ") if lines else type(problem).__name__
