"""`/consensus ask` and `settings`: how rounds begin."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping

from bot.cards import asked, notice
from bot.desk import Desk, may_change, round_id_of, seed_of, whisper
from bot.forms import (
    FieldProblem,
    Position,
    Question,
    ask_form,
    position_of,
    read_question,
    read_rules,
    settings_form,
    stored_rules,
    write_rules,
)
from bot.platform import (
    ButtonPressed,
    CommandGiven,
    Done,
    FieldProblems,
    FormSubmitted,
    OpenForm,
    Person,
    Reply,
    Whisper,
)
from bot.texts import Texts
from engine.rounds.events import RoundCancelled, RoundOpened
from engine.rounds.model import MAX_QUESTION, Phase, Roster, Round, Rules

EVERYONE = frozenset({"everyone", "everybody", "all", "channel", "here", "@everyone", "@channel", "@here"})
_BETWEEN_NAMES = re.compile(r"[,;\n]|\s+(?=[@<])")


class Opening:
    """Opens rounds and keeps a channel's defaults.

    Questions are read in a thread: the first one loads a dictionary, which takes seconds.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def ask(self, item: CommandGiven, texts: Texts) -> Reply:
        """With a question the round starts at once with the channel's defaults, else a form opens."""
        defaults = await self._defaults(item.person)
        if not item.rest.strip():
            return OpenForm(ask_form(defaults, self._desk.back_ends, texts))
        question = await asyncio.to_thread(read_question, item.rest)
        if not isinstance(question, Question):
            text_id, values = question
            return Whisper(notice(texts(text_id, **values)))
        rules = stored_rules(defaults, self._desk.back_ends)
        position = await asyncio.to_thread(position_of, question.text, "", "")
        invited = invited_by(defaults.get("invited", ""), item.person.channel)
        unsure = position is None and rules.rate_position
        if unsure or (rules.roster is Roster.INVITED and not invited):
            values_known = {**defaults, "question": question.text}
            return OpenForm(ask_form(values_known, self._desk.back_ends, texts, unsure=unsure))
        return await self._open(item, question, position or Position(None, None), rules, invited, texts)

    async def submitted(self, item: FormSubmitted, texts: Texts) -> Reply:
        """The form came back: open the round, or say on which fields it cannot stand."""
        values = dict(item.values)
        replaced = await self._desk.round_for(item.person, item.target) if item.target else None
        if replaced is not None:
            values |= await asyncio.to_thread(_stale_statements, replaced, values)
        defaults = stored_rules(await self._desk.store.channel_settings(item.person.channel), self._desk.back_ends)
        rules, problems = read_rules(values, defaults, self._desk.back_ends, item.at)
        found: list[FieldProblem] = []
        question = await asyncio.to_thread(read_question, values.get("question", ""))
        position: Position | None = None
        if isinstance(question, Question):
            position, more = await asyncio.to_thread(_position, question.text, values, rules)
            found += more
        else:
            found.append(FieldProblem("question", question[0], tuple(question[1].items())))
        invited = invited_by(values.get("invited", ""), item.person.channel)
        if rules.roster is Roster.INVITED and not invited:
            found.append(FieldProblem("invited", "rules-nobody-invited"))
        found += await self._passed_over(item, rules)
        found += problems
        if found or not isinstance(question, Question) or position is None:
            return FieldProblems(tuple(one.sentence(texts) for one in found))
        again = await self._desk.store.round(round_id_of(item.delivery)) is not None
        if replaced is not None and not again and not _replaceable(replaced):
            return whisper(texts, "ask-again-too-late", about=replaced)
        reply = await self._open(item, question, position, rules, invited, texts)
        if replaced is not None and may_change(replaced, item.person):
            cancel = RoundCancelled(item.at, item.person.member, item.person.moderator)
            await self._desk.happen(item, replaced.id, cancel, "replaced")
        return reply

    async def again(self, item: ButtonPressed, round: Round, texts: Texts) -> Reply:
        """The form with a round's own question and rules, while nobody has answered yet."""
        if not may_change(round, item.person):
            return whisper(texts, "not-moderator", about=round)
        if not _replaceable(round):
            return whisper(texts, "ask-again-too-late", about=round)
        defaults = await self._desk.store.channel_settings(round.channel)
        values = {**defaults, **write_rules(round.rules), "question": round.question}
        values |= {"affirming": round.affirming or "", "negating": round.negating or ""}
        return OpenForm(ask_form(values, self._desk.back_ends, texts, replaces=round.id))

    async def settings(self, item: CommandGiven, texts: Texts) -> Reply:
        """The form with the channel's defaults, for moderators."""
        if not item.person.moderator:
            return whisper(texts, "settings-moderators-only")
        return OpenForm(settings_form(await self._defaults(item.person), self._desk.back_ends, texts))

    async def settings_submitted(self, item: FormSubmitted, texts: Texts) -> Reply:
        """Keep the channel's defaults, or say which of them cannot stand."""
        if not item.person.moderator:
            return whisper(texts, "settings-moderators-only")
        values = dict(item.values)
        base = Rules(generator=self._desk.back_ends.generator, predictor=self._desk.back_ends.predictor)
        rules, problems = read_rules(values, base, self._desk.back_ends)
        found = [*await self._passed_over(item, rules), *problems]
        if found:
            return FieldProblems(tuple(one.sentence(texts) for one in found))
        kept = {**write_rules(rules), "invited": values.get("invited", "").strip()}
        await self._desk.store.set_channel_settings(item.person.channel, kept)
        return whisper(texts, "settings-saved")

    async def _passed_over(self, item: FormSubmitted, rules: Rules) -> list[FieldProblem]:
        """Whether the form names people, beyond those of the channel, while whoever joins may answer."""
        if rules.roster is not Roster.OPEN:
            return []
        stored, channel = await self._desk.store.channel_settings(item.person.channel), item.person.channel
        named = invited_by(dict(item.values).get("invited", ""), channel)
        known = invited_by(stored.get("invited", ""), channel)
        return [] if set(named) <= set(known) else [FieldProblem("invited", "rules-invited-but-open")]

    async def _defaults(self, person: Person) -> dict[str, str]:
        """A channel's defaults as a form's values, every field of them filled."""
        stored = await self._desk.store.channel_settings(person.channel)
        invited = {"invited": stored.get("invited", "")}
        return {**write_rules(stored_rules(stored, self._desk.back_ends)), **invited}

    async def _open(
        self,
        item: CommandGiven | FormSubmitted,
        question: Question,
        position: Position,
        rules: Rules,
        invited: tuple[str, ...],
        texts: Texts,
    ) -> Reply:
        round_id = round_id_of(item.delivery)
        opened = RoundOpened(
            at=item.at,
            round=round_id,
            channel=item.person.channel,
            moderator=item.person.member,
            question=question.text,
            affirming=position.affirming,
            negating=position.negating,
            rules=rules,
            seed=seed_of(item.delivery),
            invited=invited if rules.roster is Roster.INVITED else (),
        )
        await self._desk.happen(item, round_id, opened)
        round = await self._desk.store.round(round_id)
        return Done() if round is None else Whisper(asked(round, question.mark_added, texts))


def _position(question: str, values: Mapping[str, str], rules: Rules) -> tuple[Position | None, list[FieldProblem]]:
    problems = [
        FieldProblem(name, "position-too-long", (("length", len(values[name])), ("limit", MAX_QUESTION)))
        for name in ("affirming", "negating")
        if len(values.get(name, "")) > MAX_QUESTION
    ]
    position = position_of(question, values.get("affirming", ""), values.get("negating", ""))
    if position is None and not rules.rate_position:
        position = Position(None, None)
    if position is None:
        problems.append(FieldProblem("affirming", "position-unsure"))
    return position, problems


def _stale_statements(replaced: Round, values: Mapping[str, str]) -> dict[str, str]:
    """Statements that were made from the old question and left standing beside a new one are made anew."""
    if values.get("question", "").strip() == replaced.question:
        return {}
    made = position_of(replaced.question, "", "")
    old = {} if made is None else {"affirming": made.affirming, "negating": made.negating}
    return {name: "" for name, statement in old.items() if values.get(name, "").strip() == statement}


def _replaceable(round: Round) -> bool:
    return round.phase is Phase.COLLECTING and round.counts.opinions == 0


def invited_by(text: str, channel: str) -> tuple[str, ...]:
    """Who is invited, as references that the platform resolves.

    A name becomes "CHANNEL@name", so that it means somebody in this channel; ids ("web:...") and a
    platform's own mentions ("<@U1>") stay as they are; "everyone" is the channel itself.
    """
    names = (name.strip() for name in _BETWEEN_NAMES.split(text))
    return tuple(dict.fromkeys(_reference(name, channel) for name in names if name))


def _reference(name: str, channel: str) -> str:
    if name.casefold() in EVERYONE:
        return channel
    if name.startswith(("<", f"{channel.partition(':')[0]}:")):
        return name
    return f"{channel}@{name.removeprefix('@')}"
