"""The hint that a text is not English."""

from __future__ import annotations

import pytest

from bot.english import reads_as_english


@pytest.mark.parametrize(
    "text",
    [
        "We should meet because it helps.",
        "Ban cars now please, everybody!",
        "No.",
        "Café culture is à la mode here",
        "I like Los Angeles and La Paz, the food is great",
        "👍",
        "",
    ],
)
def test_english(text: str) -> None:
    assert reads_as_english(text)


@pytest.mark.parametrize(
    "text",
    [
        "Ich finde, dass wir freitags frei haben sollten, weil es gut ist.",
        "Je pense que nous devrions fermer le bureau.",
        "No me gusta la idea de trabajar los viernes.",
        "Non mi piace lavorare il venerdì, ma lo faccio.",
        "これはよい考えです",
        "Да, давайте так и сделаем",
        "نعم هذا جيد",
    ],
)
def test_other_languages(text: str) -> None:
    assert not reads_as_english(text)
