"""Every text that the code asks for exists, is used, and says the same thing in every locale."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.texts import DEFAULT_LOCALE, MissingText, Texts, locales
from bot.texts.catalog import catalog

ROOT = Path(__file__).parents[3]
ENGLISH = catalog(DEFAULT_LOCALE)

ENGINE_CALLS = {
    "tell": 2,
    "Tell": 1,
    "AskModerator": 0,
    "RuleProblem": 1,
    "_refuse_text": 2,
    "_refusing": 1,
    "_guarded": 0,
}
"""The engine's calls that carry a text id, and at which position."""


def sources(folder: str) -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted((ROOT / folder).rglob("*.py")):
        yield path, ast.parse(path.read_text(encoding="utf-8"))


def literals(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def name_of(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def asked_in_bot() -> Iterator[tuple[str, str, frozenset[str] | None]]:
    """(where, text id, the names of the values given, None where they are not literal)."""
    for path, tree in sources("bot"):
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            name = name_of(node)
            at = {"texts": 0, "_texts": 0, "whisper": 1}.get(name)
            if at is None or len(node.args) <= at:
                continue
            values = None if any(one.arg is None for one in node.keywords) else {one.arg or "" for one in node.keywords}
            asked = node.args[at]
            choices = [asked.body, asked.orelse] if isinstance(asked, ast.IfExp) else [asked]
            for one in choices:
                if isinstance(one, ast.Constant) and isinstance(one.value, str):
                    given = None if values is None else frozenset(values - {"about"})
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", one.value, given


def asked_in_engine() -> Iterator[tuple[str, str]]:
    for path, tree in sources("engine/rounds"):
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and (at := ENGINE_CALLS.get(name_of(node))) is not None:
                argument = node.args[at] if len(node.args) > at else None
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", argument.value


def returned_in_engine() -> Iterator[tuple[str, str]]:
    """Ids that functions of the members module give back, and those in the machine's tables of reasons."""
    for path, tree in sources("engine/rounds"):
        for node in ast.walk(tree):
            named = isinstance(node, ast.FunctionDef) and node.name == "text_problem"
            reasons = isinstance(node, ast.Call) and name_of(node) == "_reason"
            if named:
                for one in ast.walk(node):
                    if isinstance(one, ast.Return) and isinstance(one.value, ast.Constant) and one.value.value:
                        yield f"{path.relative_to(ROOT)}:{one.lineno}", str(one.value.value)
            if reasons:
                yield from ((str(path.relative_to(ROOT)), text) for text in literals(node))


def test_everything_the_bot_asks_for_exists_with_its_values() -> None:
    asked = list(asked_in_bot())
    assert len(asked) > 150
    for where, text_id, given in asked:
        assert text_id in ENGLISH.entries, f"{where} asks for {text_id!r}, which no catalog has"
        entry = ENGLISH.entries[text_id]
        needed = entry.placeholders | ({entry.by} if entry.by else frozenset())
        assert given is None or needed <= given, f"{where} gives {text_id!r} no value for {sorted(needed - given)}"


def test_every_sentence_of_the_engine_exists() -> None:
    asked = [*asked_in_engine(), *returned_in_engine()]
    assert len(asked) > 45
    for where, text_id in asked:
        assert text_id in ENGLISH.entries, f"{where} tells {text_id!r}, which no catalog has"


def test_every_text_is_used() -> None:
    used = {text for folder in ("bot", "engine/rounds") for _, tree in sources(folder) for text in literals(tree)}
    assert not set(ENGLISH.entries) - used


@pytest.mark.parametrize("locale", locales())
def test_locales_have_the_same_texts_with_the_same_placeholders(locale: str) -> None:
    there = catalog(locale).entries
    assert there.keys() == ENGLISH.entries.keys()
    for text_id, entry in there.items():
        assert entry.placeholders == ENGLISH.entries[text_id].placeholders, text_id
        assert entry.by == ENGLISH.entries[text_id].by, text_id
        assert all(form.strip() for form in entry.forms), text_id


def test_plural_forms_follow_the_deciding_value() -> None:
    texts = Texts()
    assert texts("progress-opinions", opinions=0) == "0 opinions so far."
    assert texts("progress-opinions", opinions=1) == "1 opinion so far."
    assert texts("progress-opinions", opinions=12_345) == "12,345 opinions so far."


def test_numbers_are_written_plainly() -> None:
    assert Texts()("out-of-seven", rating=4.256) == "4.3 of 7"
    assert Texts()("out-of-seven", rating=4) == "4 of 7"


def test_braces_in_a_value_stay_as_they_are() -> None:
    assert Texts()("numbered", number=1, text="{question} {0}") == "1. {question} {0}"


def test_a_missing_id_or_value_is_our_mistake() -> None:
    with pytest.raises(MissingText, match="no-such-text"):
        Texts()("no-such-text")
    with pytest.raises(MissingText, match="rating"):
        Texts()("out-of-seven")
    with pytest.raises(MissingText, match="opinions"):
        Texts()("progress-opinions")


@pytest.mark.parametrize("asked", ["en", "en-GB", "en_US", "tlh", "", "de", "x-y-z"])
def test_every_reader_gets_a_locale(asked: str) -> None:
    assert Texts(asked).locale in locales()
