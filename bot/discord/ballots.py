"""A form of ratings as a message that shows one statement at a time, with menus, progress and the way back.

What was chosen so far stands in the identities of its menus and buttons, so that it outlives the bot's process.
"""

from __future__ import annotations

from bot.discord.drafts import SEND, Problems
from bot.discord.keys import FormKey, read_state, write_key, write_state
from bot.discord.messages import CONTENT, NOBODY, NONE, Json, button, markdown, row_of, scale_menu, split
from bot.discord.modals import Values
from bot.discord.wording import inert
from bot.platform import Form, Quote, RatingField, Style
from bot.texts import Texts

EMBED = 4_096
BACK, NEXT = "back", "next"


def is_ballot(form: Form) -> bool:
    """Whether a form is shown in this way: several ratings and nothing else."""
    return len(form.fields) > 1 and all(isinstance(one, RatingField) for one in form.fields)


def sheets(form: Form) -> list[tuple[RatingField, ...]]:
    """The ratings by what they are about: a rating with a statement begins the next sheet."""
    found: list[tuple[RatingField, ...]] = []
    for one in form.fields:
        if isinstance(one, RatingField):
            if one.statement or not found:
                found.append((one,))
            else:
                found[-1] = (*found[-1], one)
    return found


def values_of(form: Form, state: str) -> dict[str, str]:
    """The ratings that a state holds."""
    codes = read_state(state)
    return {one.name: code for one, code in zip(form.fields, [*codes, *[""] * len(form.fields)], strict=False)}


def ballot(form: Form, page: int, values: Values, problems: Problems, texts: Texts) -> Json:
    """The message at one page, counted from 0. What does not fit its text goes on in an embed."""
    every = sheets(form)
    page = min(max(page, 0), len(every) - 1)
    state = write_state([values.get(one.name, "") for one in form.fields])
    labels = {one.name: one.label for one in form.fields}
    lines = [f"### {inert(form.title)}"]
    lines += [f"**{inert(labels.get(name, name))}**: {inert(said)}" if name else inert(said) for name, said in problems]
    if page == 0 and form.intro:
        lines.append(markdown(form.intro))
    lines.append(f"**{inert(texts('ballot-page', page=page + 1, pages=len(every)))}**")
    lines += [markdown([Quote(one.statement)]) for one in every[page] if one.statement]
    first, *rest = split("\n".join(lines))

    def key(part: str) -> str:
        return write_key(FormKey("b", part, form.kind, form.round, form.target, state))

    order = [one.name for one in form.fields]
    rows = []
    for one in every[page]:
        value = values.get(one.name, "")
        digit = int(value) if value in {"1", "2", "3", "4", "5", "6", "7"} else None
        none = texts("no-rating") if value else ""
        menu = scale_menu(key(f"{page}-{order.index(one.name)}"), one.label, one.low, one.high, digit, none)
        rows.append(row_of(menu))
    back = button(key(f"{page}-{BACK}"), texts("ballot-back"), disabled=page == 0)
    following = button(key(f"{page}-{NEXT}"), texts("ballot-next"), disabled=page == len(every) - 1)
    send = button(key(f"{page}-{SEND}"), form.submit, Style.PRIMARY)
    return {
        "content": first[:CONTENT],
        "embeds": [{"description": "\n".join(rest)[:EMBED]}] if rest else [],
        "components": [*rows, row_of(back, following, send)],
        "allowed_mentions": NOBODY,
    }


def turned(form: Form, key: FormKey, chosen: str) -> tuple[int, dict[str, str], bool]:
    """The page, the values and whether to send, after one control was used. chosen: a menu's option."""
    values = values_of(form, key.state)
    number, _, what = key.part.partition("-")
    page = int(number) if number.isdecimal() else 0
    if what in {BACK, NEXT}:
        return page + (1 if what == NEXT else -1), values, False
    if what.isdecimal() and int(what) < len(form.fields):
        values[form.fields[int(what)].name] = "" if chosen == NONE else chosen
    return page, values, what == SEND
