"""What language models are asked: one function for each kind of prompt."""

from __future__ import annotations

from collections.abc import Sequence

from engine.prompts.examples import built_in_examples, told_apart
from engine.prompts.fencing import Marks, marks
from engine.prompts.fitting import fitted
from engine.prompts.model import CountTokens, Example, Message, Prompt, Style
from engine.prompts.templates import member_blocks, template
from engine.prompts.words import (
    ANSWER,
    JUDGE,
    MINORITY,
    POSITION,
    PROMPT_VERSION,
    RANKING,
    REVISE,
    RULES,
    SCALE,
    TASK,
)
from engine.records import Revision


def statement(
    question: str,
    opinions: Sequence[str],
    *,
    seed: int,
    room: int,
    count_tokens: CountTokens,
    style: Style = Style.ZERO_SHOT,
    examples: Sequence[Example] | None = None,
) -> Prompt:
    """The prompt for a first statement. opinions: [members], blank where a member gave none.

    room: tokens that the whole prompt may take by `count_tokens`. examples: for FEW_SHOT, instead of the three that
    Parley brings; the version names them. Raises ValueError where not even one opinion fits, naming the room that would
    be needed.
    """
    if style is Style.TEMPLATE:
        return _continued(question, opinions, None, seed=seed, room=room, count_tokens=count_tokens)
    shown = (built_in_examples() if examples is None else tuple(examples)) if style is Style.FEW_SHOT else ()
    own = marks(seed, [question, *opinions, *(text for one in shown for text in (one.question, *one.opinions))])
    frame = [Message("system", _instructions(TASK, style, own))]
    for one in shown:
        frame.append(Message("user", _asked(one.question, [own.around("opinion", text) for text in one.opinions], own)))
        frame.append(Message("assistant", one.statement))
    return fitted(
        frame,
        lambda held: _asked(question, held, own),
        _opinions(opinions, own),
        kind=f"{style}-{told_apart(shown)}" if shown and examples is not None else style,
        marks=own,
        seed=seed,
        room=room,
        count_tokens=count_tokens,
    )


def revision(
    question: str,
    opinions: Sequence[str],
    revised: Revision,
    *,
    seed: int,
    room: int,
    count_tokens: CountTokens,
    style: Style = Style.ZERO_SHOT,
) -> Prompt:
    """The prompt for a better statement after critiques; each critique stands beside its member's opinion.

    Otherwise as `statement`; FEW_SHOT asks like ZERO_SHOT, because no example shows a revision.
    """
    if style is Style.TEMPLATE:
        return _continued(question, opinions, revised, seed=seed, room=room, count_tokens=count_tokens)
    own = marks(seed, [question, revised.previous_statement, *opinions, *revised.critiques])
    asked = Style.REASONED if style is Style.REASONED else Style.ZERO_SHOT
    blocks = []
    for opinion, critique in zip(_opinions(opinions, own), revised.critiques, strict=True):
        blocks.append(f"{opinion}\n{own.around('critique', critique)}" if opinion and critique.strip() else opinion)

    def said(held: Sequence[str]) -> str:
        drafted = own.around("draft", revised.previous_statement)
        return f"{_asked(question, held, own)}\n\nThe drafted statement:\n{drafted}"

    return fitted(
        [Message("system", _instructions(REVISE, asked, own))],
        said,
        blocks,
        kind=f"revision-{asked}",
        marks=own,
        seed=seed,
        room=room,
        count_tokens=count_tokens,
    )


def minority_report(
    question: str,
    opinions: Sequence[str],
    chosen: str,
    *,
    seed: int,
    room: int,
    count_tokens: CountTokens,
) -> Prompt:
    """The prompt for what those who did not agree with the `chosen` statement hold. opinions: theirs only."""
    own = marks(seed, [question, chosen, *opinions])

    def said(held: Sequence[str]) -> str:
        return f"{_asked(question, held, own)}\n\nThe statement that was chosen:\n{own.around('draft', chosen)}"

    return fitted(
        [Message("system", _instructions(MINORITY, Style.ZERO_SHOT, own))],
        said,
        _opinions(opinions, own),
        kind="minority",
        marks=own,
        seed=seed,
        room=room,
        count_tokens=count_tokens,
    )


def position_statement(question: str, *, seed: int) -> Prompt:
    """The prompt for a position statement and its denial; `read_position` reads the answer."""
    own = marks(seed, [question])
    messages = (Message("system", POSITION.format(fence=own.fence)), Message("user", own.around("question", question)))
    return Prompt(messages, (), (), f"position-{PROMPT_VERSION}", own.fence, own.canary)


def agreement(
    question: str, opinion: str, judged: str, *, mirrored: bool, draft: str = "", critique: str = ""
) -> Prompt:
    """The prompt for one member's rating of the statement `judged`; the answer is a number from 1 to 7.

    mirrored: 1 stands for strong agreement and 7 for strong disagreement, so that a model that likes a number or a
    place in the list can be found out and evened out. draft, critique: an earlier statement and what this member said
    about it, "" where they said nothing.
    """
    own = marks(0, [question, opinion, judged, draft, critique])
    named = SCALE[::-1] if mirrored else SCALE
    scale = "\n".join(f"{number}: {name}" for number, name in enumerate(named, 1))
    asked = [
        _asked(question, [own.around("opinion", opinion)], own),
        *([_criticised(draft, critique, own)] if critique.strip() else []),
        f"The statement:\n{own.around('statement', judged)}",
        "Their number, from 1 to 7:",
    ]
    messages = (Message("system", JUDGE.format(scale=scale, fence=own.fence)), Message("user", "\n\n".join(asked)))
    return Prompt(messages, (0,), (), f"agreement-{PROMPT_VERSION}", own.fence, own.canary)


def ranking(question: str, opinion: str, shown: Sequence[str], *, draft: str = "", critique: str = "") -> Prompt:
    """The prompt for one member's ranking of the statements `shown`, numbered from 1 in this order.

    draft, critique: as for `agreement`.
    """
    own = marks(0, [question, opinion, *shown, draft, critique])
    numbered = [f"Statement {number}:\n{own.around('statement', text)}" for number, text in enumerate(shown, 1)]
    asked = [
        _asked(question, [own.around("opinion", opinion)], own),
        *([_criticised(draft, critique, own)] if critique.strip() else []),
        *numbered,
        "Their ranking, the best first:",
    ]
    form = '{"ranking": [NUMBER, NUMBER, ...]}'
    messages = (
        Message("system", RANKING.format(form=form, fence=own.fence)),
        Message("user", "\n\n".join(asked)),
    )
    return Prompt(messages, (0,), (), f"ranking-{PROMPT_VERSION}", own.fence, own.canary)


def _continued(
    question: str,
    opinions: Sequence[str],
    revised: Revision | None,
    *,
    seed: int,
    room: int,
    count_tokens: CountTokens,
) -> Prompt:
    """The template of fine-tuning, which a model continues: see `sft_prompt`."""
    return fitted(
        [],
        lambda held: template(question, held, revised),
        member_blocks(opinions, revised),
        kind=Style.TEMPLATE if revised is None else f"revision-{Style.TEMPLATE}",
        marks=marks(seed, [question, *opinions]),
        seed=seed,
        room=room,
        count_tokens=count_tokens,
        role="text",
    )


def _opinions(opinions: Sequence[str], own: Marks) -> list[str]:
    return [own.around("opinion", text) if text.strip() else "" for text in opinions]


def _instructions(task: str, style: Style, own: Marks) -> str:
    return f"{task}\n{RULES.format(kind='opinion', fence=own.fence, canary=own.canary)}\n\n{ANSWER[style]}"


def _asked(question: str, held: Sequence[str], own: Marks) -> str:
    return "\n\n".join(["The question:", own.around("question", question), "What members think:", *held])


def _criticised(draft: str, critique: str, own: Marks) -> str:
    said = f"An earlier draft:\n{own.around('draft', draft)}"
    return f"{said}\n\nWhat they said about that draft:\n{own.around('critique', critique)}"
