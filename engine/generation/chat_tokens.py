"""From messages to the tokens of a local model. Runs in a worker process; imports nothing heavy itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


def prompt_tokens(tokenizer: PreTrainedTokenizerBase, messages: Sequence[dict[str, str]]) -> list[int]:
    """The messages through the model's chat template, or one after another where it has none; a text as it stands.

    A template that knows no system messages gets them at the head of the first message of the user. Nothing that
    was written by people becomes one of the tokens that part messages.
    """
    from jinja2 import TemplateError

    if messages[0]["role"] == "text":
        return list(tokenizer(_inert(tokenizer, messages[0]["content"]))["input_ids"])
    safe = [{**one, "content": _inert(tokenizer, one["content"])} for one in messages]
    if tokenizer.chat_template is None:
        text = "\n\n".join(one["content"] for one in safe) + "\n\n"
        return list(tokenizer(text)["input_ids"])
    try:
        text = _laid_out(tokenizer, safe)
    except TemplateError:
        text = _laid_out(tokenizer, _without_system(safe))
    return list(tokenizer(text, add_special_tokens=False)["input_ids"])


def _laid_out(tokenizer: PreTrainedTokenizerBase, messages: Sequence[dict[str, str]]) -> str:
    held: Any = list(messages)
    return str(tokenizer.apply_chat_template(held, tokenize=False, add_generation_prompt=True))


def _without_system(messages: Sequence[dict[str, str]]) -> list[dict[str, str]]:
    told = "\n\n".join(one["content"] for one in messages if one["role"] == "system")
    first, *others = (one for one in messages if one["role"] != "system")
    return [{**first, "content": f"{told}\n\n{first['content']}"}, *others]


def _inert(tokenizer: PreTrainedTokenizerBase, text: str) -> str:
    marks = (one.content for one in tokenizer.added_tokens_decoder.values() if one.special)
    for mark in marks:
        if len(mark) > 1:
            text = text.replace(mark, f"{mark[0]} {mark[1:]}")
    return text
