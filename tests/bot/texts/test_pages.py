"""The browser's pages say in every locale what bot/web/strings.py marks."""

from __future__ import annotations

import ast
from pathlib import Path
from string import Formatter

import pytest

from bot.texts import locales, page_words
from bot.texts.pages import page_catalog

STRINGS = Path(__file__).parents[3] / "bot" / "web" / "strings.py"


def marked() -> set[str]:
    """The texts inside _("...")."""
    return {
        str(ast.literal_eval(node.args[0]))
        for node in ast.walk(ast.parse(STRINGS.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "_"
    }


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("locale", locales())
def test_every_marked_text_is_there_with_its_placeholders(locale: str) -> None:
    words = page_catalog(locale)
    assert len(marked()) > 100
    assert not marked() - words.keys(), f"add these to the pages.po of {locale}"
    assert not words.keys() - marked(), f"take these out of the pages.po of {locale}"
    for text, said in words.items():
        assert said.strip()
        assert placeholders(said) == placeholders(text), text


def test_an_unknown_text_stays_as_it_is() -> None:
    assert page_words("tlh")("No such text") == "No such text"
    assert page_words("en-GB")("Channel") == "Channel"
