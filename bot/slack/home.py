"""The Home tab: what a person owes, what runs, what was. It is made of the cards that commands answer with."""

from __future__ import annotations

from collections.abc import Iterable

from bot.platform import Card
from bot.slack.blocks import Json, home_blocks

HOME_WORDS = ("mine", "status")
"""The commands whose answers make the Home tab, in its order."""


def home(cards: Iterable[Card]) -> Json:
    """The view of a Home tab: each card, with a line between them."""
    return {"type": "home", "blocks": home_blocks(cards)}
