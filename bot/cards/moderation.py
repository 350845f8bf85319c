"""What is put to one person in a sentence: choices for the moderator, and whatever a round has to tell."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from bot.cards.pieces import question
from bot.platform import Block, Button, Card, Moment, Note, Style, Text
from bot.texts import Texts
from engine.rounds.effects import Parameters
from engine.rounds.model import Round


def moderator_choice(round: Round, message: str, parameters: Parameters, texts: Texts) -> Card:
    """A choice that only the moderator can make. `message`: the text id an AskModerator carries."""
    text = texts(message, **dict(parameters))
    buttons = tuple(_BUTTONS[name](round, texts) for name in _CHOICES.get(message, ()))
    lost = dict(parameters).get("message_id")
    if isinstance(lost, str):
        buttons = (Button("announce-again", texts("button-announce-again"), round.id, lost, Style.PRIMARY), *buttons)
    return Card("moderator-choice", text, (Text(text), question(round)), buttons)


_CHOICES: dict[str, tuple[str, ...]] = {
    "too-few-opinions": ("extend", "cancel"),
    "enough-opinions": ("close", "extend"),
    "draft-failed": ("retry", "reopen", "cancel"),
    "tally-failed": ("retry", "reopen", "cancel"),
    "statement-deleted": ("close", "cancel"),
    "statement-deleted-private": ("close", "cancel"),
    "announcement-deleted": ("cancel",),
    "channel-deleted": ("close", "cancel"),
}

_BUTTONS: dict[str, Callable[[Round, Texts], Button]] = {
    "extend": lambda round, texts: Button("extend", texts("button-extend"), round.id, style=Style.PRIMARY),
    "cancel": lambda round, texts: Button("cancel", texts("button-cancel"), round.id, style=Style.DANGER),
    "close": lambda round, texts: Button("close", texts("button-close"), round.id, style=Style.PRIMARY),
    "retry": lambda round, texts: Button("retry", texts("button-retry"), round.id, style=Style.PRIMARY),
    "reopen": lambda round, texts: Button("reopen", texts("button-reopen"), round.id),
}


def told(round: Round, message: str, parameters: Parameters, texts: Texts) -> Card:
    """One sentence for one person, and which question it is about. `message`: the text id a Tell carries."""
    values = dict(parameters)
    text = texts(message, **values)
    blocks: list[Block] = [Text(text)]
    due = values.get("deadline")
    if isinstance(due, int | float):
        blocks.append(Moment(texts("open-until"), float(due)))
    blocks.append(Note(round.question))
    return Card("told", text, tuple(blocks))


def undelivered(round: Round, key: str, reason: str, texts: Texts) -> Card:
    """Tell the moderator that a message was given up, with the button that tries it again.

    key: the quarantined row's. reason: one sentence without any member's words.
    """
    text = texts("undelivered", reason=reason)
    retry = Button("deliver-again", texts("button-retry"), round.id, key, Style.PRIMARY)
    return Card("undelivered", text, (Text(text), question(round)), (retry,))


def pick_round(prompt: str, action: str, target: str, rounds: Iterable[Round], texts: Texts) -> Card:
    """Ask which of several rounds is meant: one button each, pressing sends `action` with its id and `target`."""
    chosen = tuple(rounds)
    blocks: list[Block] = [Text(prompt)]
    buttons = []
    for number, round in enumerate(chosen, 1):
        blocks.append(Text(texts("numbered", number=number, text=round.question), untrusted=True))
        label = texts("numbered", number=number, text=_short(round.question))
        buttons.append(Button(action, label, round.id, target))
    return Card("pick-round", prompt, tuple(blocks), tuple(buttons))


def _short(text: str, limit: int = 60) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"
