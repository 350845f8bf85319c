"""The Home tab: what a person owes, what they moderate, what runs, settings, and what was; as far as Slack has room.

Limit: Slack's Block Kit reference, 100 blocks in a view.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.cards import usage
from bot.cards.listings import owed_line
from bot.cards.pieces import answer_button, deadline, phase_name, progress
from bot.commands.moderating import ANSWERED
from bot.commands.reading import owed_in
from bot.platform import Block, Button, Moment, Note, Person, Picture, Style, Text
from bot.slack.blocks import IN_HOME, Json, block_kit, controls
from bot.slack.ids import theirs
from bot.slack.rights_form import rights_button
from bot.texts import Texts
from engine.ports import RoundStore
from engine.rounds.model import Phase, Round, Standing

MOST_CHANNELS = 30
"""Of the channels that somebody shares with the bot so many are looked at."""

SETTINGS = "channel-settings"
ENDED = (Phase.CLOSED, Phase.CANCELLED, Phase.FAILED)


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing in a section. channel: ours, named above it; "" for none."""

    blocks: tuple[Block, ...]
    buttons: tuple[Button, ...] = ()
    channel: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands under it, the most important first."""

    heading: str
    entries: tuple[Entry, ...] = ()


async def sections(
    person: Person, shared: Sequence[str], store: RoundStore, texts: Texts, *, rights: bool
) -> list[Section]:
    """What one person's Home tab has to say. shared: our ids of channels; rights: the person may set them."""
    part = await store.rounds_of(person.member, running=True)
    own = [(one, await store.standing(one.id, person.member)) for one in part]
    channels = list(shared[:MOST_CHANNELS])
    running = [one for channel in channels for one in await store.rounds_in(channel, running=True)]
    every = [one for channel in channels for one in await store.rounds_in(channel, running=False)]
    ended = [one for one in every if one.phase in ENDED]
    known = {one.id for one, _ in own}
    moderated = [one for one in running if one.moderator == person.member]
    moderated += [one for one, _ in own if one.moderator == person.member and one.id not in {it.id for it in running}]
    mine = _mine(own, texts)
    found = [
        mine,
        Section(texts("home-moderated"), tuple(_moderated(one, texts) for one in moderated)),
        Section(
            texts("home-running"),
            tuple(_running(one, texts) for one in running if one.id not in known and one not in moderated),
        ),
        Section(texts("home-settings"), _settings(person, channels, texts, rights=rights)),
        Section(
            texts("home-history"),
            tuple(_ended(one, texts) for one in sorted(ended, key=lambda one: one.opened_at, reverse=True)),
        ),
    ]
    if not any(one.entries for one in found):
        found.append(Section("", (Entry(usage(texts).blocks),)))
    return [one for one in found if one.entries or one is mine]


def home(found: Sequence[Section], texts: Texts) -> Json:
    """The view of a Home tab. What has no room is counted at the end of its section."""
    blocks: list[Json] = []
    number = 0
    for at, section in enumerate(found):
        later = 3 * (len(found) - at - 1)
        if blocks:
            blocks.append({"type": "divider"})
        blocks += block_kit((Text(section.heading, heading=True),))
        for shown, entry in enumerate(section.entries):
            made = _entry(entry, number)
            left = len(section.entries) - shown
            if len(blocks) + len(made) + (1 if left > 1 else 0) + later > IN_HOME:
                blocks += block_kit((Note(texts("home-more", more=left)),))
                break
            blocks += made
            number += len(entry.buttons)
    return {"type": "home", "blocks": blocks}


def _entry(entry: Entry, number: int) -> list[Json]:
    named: list[Json] = []
    if entry.channel:
        link = f"<#{theirs(entry.channel).id}>"
        named = [{"type": "context", "elements": [{"type": "mrkdwn", "text": link, "verbatim": True}]}]
    said = (one for one in entry.blocks if not isinstance(one, Picture))
    return [*named, *block_kit(said), *controls(entry.buttons, number)]


def _mine(own: Sequence[tuple[Round, Standing | None]], texts: Texts) -> Section:
    owed = [owed_in(round, standing) for round, standing in own if standing is not None and standing.active]
    waiting = [one for one in owed if not one.done]
    entries: list[Entry] = []
    for one in (*waiting, *(one for one in owed if one.done)):
        blocks = (Text(one.round.question, untrusted=True), Text(owed_line(one, texts)), *deadline(one.round, texts))
        receipt = Button("receipt", texts("button-receipt"), one.round.id)
        buttons = (*answer_button(one.round, texts, changing=one.done), receipt)
        entries.append(Entry(blocks, buttons, one.round.channel))
    title = texts("mine-heading", owed=len(waiting)) if waiting else texts("mine-nothing")
    return Section(title, tuple(entries))


def _moderated(round: Round, texts: Texts) -> Entry:
    buttons = [Button("do-cancel", texts("button-cancel"), round.id, style=Style.DANGER)]
    if round.phase in ANSWERED:
        buttons = [
            Button("do-close", texts("button-close"), round.id, style=Style.PRIMARY),
            Button("do-extend", texts("button-extend"), round.id),
            Button("do-remind", texts("button-remind"), round.id),
            *buttons,
        ]
    if round.posted:
        buttons.append(Button("do-hide", texts("button-hide"), round.id))
    return Entry(_state(round, texts), tuple(buttons), round.channel)


def _running(round: Round, texts: Texts) -> Entry:
    return Entry(_state(round, texts), answer_button(round, texts), round.channel)


def _state(round: Round, texts: Texts) -> tuple[Block, ...]:
    state = texts("status-line", phase=phase_name(round.phase, texts), progress=progress(round, texts))
    return (Text(round.question, untrusted=True), Text(state), *deadline(round, texts))


def _settings(person: Person, channels: Sequence[str], texts: Texts, *, rights: bool) -> tuple[Entry, ...]:
    if not person.moderator:
        return ()
    entries = [Entry((Text(texts("home-rights")),), (rights_button(texts),))] if rights else []
    return (
        *entries,
        *(Entry((), (Button(SETTINGS, texts("button-settings"), "", one),), one) for one in channels),
    )


def _ended(round: Round, texts: Texts) -> Entry:
    ended = Moment(texts("history-line", phase=phase_name(round.phase, texts)), round.opened_at)
    buttons = (Button("results", texts("button-results"), round.id),) if round.phase is Phase.CLOSED else ()
    return Entry((Text(round.question, untrusted=True), ended), buttons, round.channel)
