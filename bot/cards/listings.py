"""Answers to commands: what runs here, what I owe, what was, and what can be said."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.cards.pieces import answer_button, deadline, heading, phase_name, progress
from bot.platform import Block, Button, Card, Moment, Note, Style, Text
from bot.texts import Texts
from engine.rounds.model import Phase, Round

WORDS = (
    "ask",
    "mine",
    "status",
    "extend",
    "close",
    "cancel",
    "reopen",
    "hide",
    "remind",
    "results",
    "history",
    "settings",
    "export",
    "forget-me",
    "help",
)
"""Every word after `/consensus`, the same on each platform."""

_HELP = {
    "ask": "help-ask",
    "mine": "help-mine",
    "status": "help-status",
    "extend": "help-extend",
    "close": "help-close",
    "cancel": "help-cancel",
    "reopen": "help-reopen",
    "hide": "help-hide",
    "remind": "help-remind",
    "results": "help-results",
    "history": "help-history",
    "settings": "help-settings",
    "export": "help-export",
    "forget-me": "help-forget-me",
    "help": "help-help",
}


@dataclass(frozen=True, slots=True)
class Owed:
    """What one member still has to do in a round. rated: posted statements rated so far; done: nothing is owed."""

    round: Round
    done: bool
    rated: int = 0


def status(rounds: Sequence[Round], texts: Texts) -> Card:
    """The rounds that run in a channel: phase, progress, deadline, and the button to take part."""
    blocks: list[Block] = [heading(texts("status-heading", rounds=len(rounds)))]
    buttons: list[Button] = []
    for number, round in enumerate(rounds, 1):
        blocks.append(Text(texts("numbered", number=number, text=round.question), untrusted=True))
        state = texts("status-line", phase=phase_name(round.phase, texts), progress=progress(round, texts))
        blocks.append(Text(state))
        blocks += deadline(round, texts)
        buttons += _numbered(answer_button(round, texts), number, len(rounds), texts)
    return Card("status", texts("status-heading", rounds=len(rounds)), tuple(blocks), tuple(buttons))


def mine(owed: Sequence[Owed], texts: Texts) -> Card:
    """What one member owes, deadline first; rounds in which nothing is owed come after."""
    open_ones = [one for one in owed if not one.done]
    title = texts("mine-heading", owed=len(open_ones)) if open_ones else texts("mine-nothing")
    blocks: list[Block] = [heading(title)]
    buttons: list[Button] = []
    ordered = [*open_ones, *(one for one in owed if one.done)]
    for number, one in enumerate(ordered, 1):
        blocks.append(Text(texts("numbered", number=number, text=one.round.question), untrusted=True))
        blocks.append(Text(owed_line(one, texts)))
        if not one.done:
            blocks += deadline(one.round, texts)
        buttons += _numbered(answer_button(one.round, texts, changing=one.done), number, len(ordered), texts)
        if len(ordered) <= FEW:
            label = Button("receipt", texts("button-receipt"), one.round.id)
            buttons += _numbered((label,), number, len(ordered), texts)
        if len(ordered) <= FEW and one.round.posted:
            where = Button("where", texts("button-where"), one.round.id)
            buttons += _numbered((where,), number, len(ordered), texts)
    return Card("mine", title, tuple(blocks), tuple(buttons))


FEW = 5
"""Up to so many rounds each get buttons for the receipt and for where one is in the statements as well."""


def owed_line(one: Owed, texts: Texts) -> str:
    """What is still owed, in a sentence."""
    if one.done:
        return texts("mine-done")
    if one.round.phase is Phase.VOTING:
        return texts("mine-owes-ratings", rated=one.rated, statements=len(one.round.visible))
    return texts("mine-owes-critique" if one.round.phase is Phase.CRITIQUING else "mine-owes-opinion")


def history(rounds: Sequence[Round], texts: Texts) -> Card:
    """A channel's rounds, newest first, with the outcomes behind buttons."""
    blocks: list[Block] = [heading(texts("history-heading"))]
    buttons: list[Button] = []
    for number, round in enumerate(rounds, 1):
        blocks.append(Text(texts("numbered", number=number, text=round.question), untrusted=True))
        blocks.append(Moment(texts("history-line", phase=phase_name(round.phase, texts)), round.opened_at))
        if round.phase is Phase.CLOSED:
            label = Button("results", texts("button-results"), round.id)
            buttons += _numbered((label,), number, len(rounds), texts)
    return Card("history", texts("history-heading"), tuple(blocks), tuple(buttons))


def usage(texts: Texts) -> Card:
    """What can be said to the bot."""
    blocks: list[Block] = [heading(texts("help-heading")), Text(texts("help-about"))]
    blocks += [Text(texts(_HELP[word])) for word in WORDS]
    blocks.append(Note(texts("help-private")))
    return Card("help", texts("help-heading"), tuple(blocks))


def asked(round: Round, mark_added: bool, texts: Texts) -> Card:
    """Tell the moderator that the round is open, and what was made of the question."""
    blocks: list[Block] = [Text(texts("asked")), Text(round.question, untrusted=True)]
    if mark_added:
        blocks.append(Note(texts("question-mark-added")))
    if round.affirming is not None and round.rules.rate_position:
        blocks.append(Text(texts("asked-position", affirming=round.affirming), untrusted=True))
    blocks.append(Note(texts("asked-change")))
    button = Button("ask-again", texts("button-ask-again"), round.id)
    return Card("asked", texts("asked"), tuple(blocks), (button,))


def confirm_cancel(round: Round, texts: Texts) -> Card:
    """Ask before a round is cancelled, which cannot be undone."""
    text = texts("cancel-confirm")
    button = Button("cancel", texts("button-cancel"), round.id, style=Style.DANGER)
    return Card("confirm-cancel", text, (Text(text), Text(round.question, untrusted=True)), (button,))


def confirm_forget(rounds: int, texts: Texts) -> Card:
    """Ask before everything of one person is deleted.

    rounds: how many hold something of theirs; 0 where only the chat itself does.
    """
    text = texts("forget-confirm", rounds=rounds) if rounds else texts("forget-confirm-chat")
    button = Button("forget", texts("button-forget"), "", style=Style.DANGER)
    return Card(
        "confirm-forget", text, (Text(text), *((Note(texts("forget-explained")),) if rounds else ())), (button,)
    )


def _numbered(buttons: Iterable[Button], number: int, of: int, texts: Texts) -> list[Button]:
    """Buttons under a list say which line they belong to; alone they need not."""
    if of == 1:
        return list(buttons)
    return [
        Button(one.action, texts("numbered", number=number, text=one.label), one.round, one.target, one.style)
        for one in buttons
    ]
