"""Few-shot examples out of an operator's file: read whole or refused in one sentence, shown, and named in the log."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine import catalog, prompts
from engine.catalog import BackEndOptions
from engine.errors import SettingsError
from engine.prompts import Example, Style
from tests.openai_server.server import OpenAIServer

QUESTION = "Should we close the street to cars?"
OPINIONS = ["Yes, children could play there.", "No. Shops need deliveries in the morning."]
MINE = Example("Should we paint the hall?", ("Yes, green.", "Only the door."), "Let us paint the door green first.")


def written(folder: Path, *examples: object, name: str = "examples.jsonl") -> Path:
    path = folder / name
    path.write_text("\n".join(json.dumps(one) for one in examples), encoding="utf-8")
    return path


def fields(example: Example) -> dict[str, object]:
    told = {"question": example.question, "opinions": list(example.opinions), "statement": example.statement}
    return {**told, "round": "ignored"}


async def test_a_model_is_shown_the_examples_of_the_file_and_the_log_names_them(tmp_path: Path) -> None:
    path = written(tmp_path, fields(MINE))
    async with OpenAIServer() as server:
        options = BackEndOptions(openai_base_url=server.base_url, openai_style="few-shot", few_shot_examples=path)
        found = await catalog.generator("openai:tiny", options).generate(QUESTION, OPINIONS, 2, seed=0)
    shown = server.requests[0]["messages"]
    assert [one["content"] for one in shown if one["role"] == "assistant"] == [MINE.statement]
    assert "Only the door." in shown[1]["content"]
    own = prompts.statement(QUESTION, OPINIONS, seed=1, room=9_999, count_tokens=len, style=Style.FEW_SHOT).version
    assert own == f"few-shot-{prompts.PROMPT_VERSION}"
    (version,) = {one.provenance.prompt_version for one in found}
    assert version.startswith("few-shot-")
    assert version.endswith(f"-{prompts.PROMPT_VERSION}")
    assert version != own


def test_parleys_own_examples_are_a_file_of_this_kind() -> None:
    path = Path(prompts.__file__).with_name("examples.toml")
    assert prompts.read_examples(path.read_text(encoding="utf-8"), toml=True) == prompts.built_in_examples()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "holds 0 examples"),
        ("nonsense", "line 1 is no JSON object"),
        ('{"question": "Q?", "statement": "S."}', "example 1 has no list of opinions"),
        ('\n{"question": "Q?", "opinions": ["A."]}', "example 1 lacks the text of its statement"),
        ('{"question": "Q?", "opinions": ["A.", " "], "statement": "S."}', "example 1 lacks the text of its opinion"),
        ("[1]", "example 1 has no list of opinions"),
        ("\n".join([json.dumps(fields(MINE))] * 9), "holds 9 examples, and 1 to 8 are shown"),
        (b"\xff", "holds no examples"),
    ],
)
def test_a_file_that_holds_no_examples_is_one_sentence(tmp_path: Path, content: str | bytes, said: str) -> None:
    path = tmp_path / "examples.jsonl"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    options = BackEndOptions(openai_base_url="http://127.0.0.1:1/v1", openai_style="few-shot", few_shot_examples=path)
    with pytest.raises(SettingsError, match=said) as raised:
        catalog.generator("openai:tiny", options)
    assert str(path) in str(raised.value)


def test_examples_that_nothing_shows_or_that_are_not_there_are_told(tmp_path: Path) -> None:
    here = BackEndOptions(openai_base_url="http://127.0.0.1:1/v1", few_shot_examples=tmp_path / "none.jsonl")
    with pytest.raises(SettingsError, match="set openai_style to few-shot"):
        catalog.generator("openai:tiny", here)
    options = BackEndOptions(
        openai_base_url="http://127.0.0.1:1/v1", openai_style="few-shot", few_shot_examples=tmp_path / "none.toml"
    )
    with pytest.raises(SettingsError, match="cannot be read: No such file"):
        catalog.generator("openai:tiny", options)
