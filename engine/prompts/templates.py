"""The plain texts that models are fine-tuned on, outside any chat: paragraphs with a label each.

Line breaks are folded so that no text can begin a paragraph. A template ends in a colon and what completes it begins
with a space, where tokenizers part words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from engine.records import Revision

REWARD_VERSION = "1"
"""Changes with every change of a word of `reward_prompt` and `reward_completion`: a reward model only knows the words
it was trained with.
"""


def sft_prompt(question: str, opinions: Sequence[str], revised: Revision | None = None) -> str:
    """The template of supervised fine-tuning; the completion is a space and the statement.

    Opinions stand in the order given, blank ones left out. revised: the statement to make better, which comes before
    the opinions, and what members would change in it, each right after its member's opinion.
    """
    return template(question, member_blocks(opinions, revised), revised)


def member_blocks(opinions: Sequence[str], revised: Revision | None = None) -> list[str]:
    """[members] the paragraphs of each member in that template, "" where they gave no opinion."""
    critiques = ("",) * len(opinions) if revised is None else revised.critiques
    blocks = []
    for opinion, critique in zip(opinions, critiques, strict=True):
        parts = [_paragraph("Opinion", opinion)] if opinion.strip() else []
        if parts and critique.strip():
            parts.append(_paragraph("Critique", critique))
        blocks.append("\n\n".join(parts))
    return blocks


def template(question: str, blocks: Sequence[str], revised: Revision | None = None) -> str:
    """That template around those `blocks` which it is to hold, in their order; "" is no block."""
    drafted = [] if revised is None else [_paragraph("Draft", revised.previous_statement)]
    return "\n\n".join([_paragraph("Question", question), *drafted, *filter(None, blocks), "Statement:"])


def reward_prompt(question: str, opinion: str, *, previous: str = "", critique: str = "") -> str:
    """What a reward model reads before the statement; the same for every statement that one member is asked about.

    previous, critique: an earlier statement and what this member said about it; without a critique neither is shown.
    """
    parts = [_paragraph("Question", question)]
    if opinion.strip():
        parts.append(_paragraph("Opinion", opinion))
    if critique.strip():
        parts += [_paragraph("Draft", previous), _paragraph("Critique", critique)]
    return "\n\n".join([*parts, "Statement:"])


def reward_completion(statement: str) -> str:
    """What a reward model reads after `reward_prompt`; its score is read at the end-of-text token that follows."""
    return f" {_one_line(statement)}"


def _paragraph(label: str, text: str) -> str:
    return f"{label}: {_one_line(text)}"


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
