"""A model is named by its folder or by its name on the hub, and what is neither is told at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import SettingsError
from engine.hub import place_of, reason


@pytest.mark.parametrize("file", ["config.json", "adapter_config.json", "modules.json"])
def test_a_folder_with_a_model_is_taken_as_it_is(file: str, tmp_path: Path) -> None:
    folder = tmp_path / "a@b"
    folder.mkdir()
    (folder / file).write_text("{}")
    assert place_of(str(folder)) == (str(folder), None)


def test_a_folder_may_begin_at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "config.json").write_text("{}")
    assert place_of("~") == (str(tmp_path), None)


def test_a_name_on_the_hub_may_have_a_revision() -> None:
    assert place_of("org/name@abc") == ("org/name", "abc")
    assert place_of("org/name") == ("org/name", None)
    assert place_of("gpt2") == ("gpt2", None)


@pytest.mark.parametrize("model", ["/nowhere/model", "./model", "../model", "~/nothing/there", "models/my/model"])
def test_a_path_that_leads_nowhere_is_no_name_on_the_hub(model: str) -> None:
    with pytest.raises(SettingsError, match="There is no folder"):
        place_of(model)


def test_a_reason_is_one_line_without_its_full_stop() -> None:
    assert reason(OSError("It is broken.\n\nRead this: ...")) == "It is broken"
    assert reason(KeyError()) == "KeyError"
