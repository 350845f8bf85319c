"""How a statement, or a position and its denial, is read out of a model's answer."""

from __future__ import annotations

import json
import re
from typing import Any

from engine.prompts.model import Style


def answer_form(style: Style) -> dict[str, Any]:
    """The JSON schema of an answer, for servers that can hold a model to one; `read_statement` reads it too."""
    fields = ("thoughts", "statement") if style is Style.REASONED else ("statement",)
    return {
        "type": "object",
        "properties": {field: {"type": "string"} for field in fields},
        "required": list(fields),
        "additionalProperties": False,
    }


def ranking_form(count: int) -> dict[str, Any]:
    """The JSON schema of a ranking of so many statements, for servers that can hold a model to one."""
    number = {"type": "integer", "enum": list(range(1, count + 1))}
    numbers = {"type": "array", "items": number, "minItems": count, "maxItems": count}
    return {
        "type": "object",
        "properties": {"ranking": numbers},
        "required": ["ranking"],
        "additionalProperties": False,
    }


def read_statement(answer: str, style: Style = Style.ZERO_SHOT) -> str:
    """The statement in a model's answer, "" where there is none: thoughts, labels and enclosing quotes are gone.

    An answer in the form of `answer_form` is read as such, whether or not that form was asked for.
    """
    text = re.sub(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", " ", answer, flags=re.S | re.I)
    text = re.sub(r"\A.*</think(?:ing)?>", " ", text, flags=re.S | re.I).strip()
    if style is Style.TEMPLATE:  # a model that does not end there goes on with the next round of its training
        return text.partition("\n\n")[0]
    formed = re.match(r"(?:```(?:json)?\s*)?(\{.*)", text, re.S)
    if formed:
        return _stated(formed.group(1))
    label = re.compile(r"^[ \t*_#>]*(?:(?:consensus|final|revised|group) )?statement[ \t*_]*:[ \t*_]*", re.M | re.I)
    marks = list(label.finditer(text))
    if style is Style.REASONED:
        text = text[marks[-1].end() :] if marks else ""
    elif marks and marks[0].start() == 0:
        text = text[marks[0].end() :]
    text = text.strip()
    text = re.sub(r"\A(?:sure|certainly|of course|okay|here(?:'s| is| you go))\b[^\n.]{0,80}:\s*", "", text, flags=re.I)
    for opening, closing in ('""', "“”", "''", "«»", "„“"):
        if len(text) > 1 and text[0] == opening and text[-1] == closing and opening not in text[1:-1]:
            text = text[1:-1].strip()
    return text


def _stated(answer: str) -> str:
    """The statement in an answer that begins with an object of `answer_form`; "" where it is none."""
    try:
        told = json.JSONDecoder().raw_decode(answer)[0]["statement"]
    except (ValueError, KeyError, RecursionError):
        return ""
    return told.strip() if isinstance(told, str) else ""


def read_position(answer: str) -> tuple[str, str] | None:
    """(affirming, negating) out of an answer to `position_statement`; None where it holds no such two lines."""
    found = [re.search(rf"^\W*{label}\W*:\s*(\S.*?)\s*$", answer, re.M) for label in ("FOR", "AGAINST")]
    if found[0] is None or found[1] is None:
        return None
    affirming, negating = (one.group(1).strip(" *_\"'") for one in found if one is not None)
    return None if affirming.casefold() == negating.casefold() else (affirming, negating)
