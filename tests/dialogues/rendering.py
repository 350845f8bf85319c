"""A card as the lines a reader would see."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.platform import Block, Button, Card, Fact, Form, Moment, Note, Picture, Quote, Text


def lines(card: Card) -> str:
    """The card's blocks and buttons as text; a button as [label]."""
    shown = [_block(block) for block in card.blocks]
    shown += [f"[{one.label}]" if isinstance(one, Button) else f"[{one.label}] 1-7" for one in card.buttons]
    return "\n".join(shown)


def form_lines(form: Form) -> str:
    """The form's title, introduction and fields as text."""
    shown = [form.title, *(_block(block) for block in form.intro)]
    for one in form.fields:
        statement = getattr(one, "statement", "")
        shown.append(f"{one.label} {statement} ({one.name}: {one.value if one.value is not None else ''})")
    return "\n".join(shown)


def _block(block: Block) -> str:
    match block:
        case Text(text=text) | Quote(text=text) | Note(text=text):
            return text
        case Fact(label=label, value=value):
            return f"{label}: {value}"
        case Moment(label=label, at=at):
            return f"{label} {datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M}"
        case Picture(alt=alt):
            return alt
