"""The page's scripts and the server speak of the same words and the same reactions."""

from __future__ import annotations

import re

from bot.web.pages import STATIC
from bot.web.strings import COMMANDS, INTERFACE, interface

SCRIPTS = {file.name: file.read_text(encoding="utf-8") for file in sorted(STATIC.glob("*.js"))}
SPOKEN = {name for text in SCRIPTS.values() for name in re.findall(r'\bsay\(\s*"(\w+)"', text)}
CHOSEN = {
    *(f"level_{rating}" for rating in range(1, 8)),
    *(f"theme_{theme}" for theme in ("auto", "light", "dark")),
    *("connecting", "connected", "reconnecting"),
    *("thumbs_up", "thumbs_down", "heart", "tada", "thinking", "eyes"),
    "no_script",
}
"""Names that a script puts together, or that the server writes itself."""


def test_every_word_a_script_says_is_given_to_it_and_none_is_given_in_vain() -> None:
    assert INTERFACE.keys() == SPOKEN | CHOSEN


def test_every_placeholder_of_a_sentence_is_filled_in_where_it_is_said() -> None:
    for name, text in INTERFACE.items():
        wanted = set(re.findall(r"\{(\w+)\}", text))
        for script in SCRIPTS.values():
            for values in re.findall(rf'\bsay\("{name}"(?:, \{{([^}}]*)\}})?\)', script):
                given = {part.split(":")[0].strip() for part in values.split(",") if part.strip()}
                assert wanted == given, name


def test_words_are_translated_one_by_one() -> None:
    given = interface(str.upper)
    strings = given["strings"]
    assert isinstance(strings, dict)
    assert strings["send"] == "SEND"
    commands = given["commands"]
    assert isinstance(commands, list)
    assert [command["word"] for command in commands] == [word for word, _, _ in COMMANDS]


def test_no_script_inserts_markup() -> None:
    for name, text in SCRIPTS.items():
        for forbidden in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"):
            assert forbidden not in text, name
