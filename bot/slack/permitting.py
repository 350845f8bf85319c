"""Before something happens: whether the bot can do it where it was asked, and whether this person may."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace

from bot.cards import notice
from bot.platform import ButtonPressed, CommandGiven, FieldProblems, FormSubmitted, Inbound, OpenForm, Reply, Whisper
from bot.slack.directory import Directory
from bot.slack.home import SETTINGS
from bot.slack.ids import theirs
from bot.slack.rights import Act, Right, Rights, Who, act_of
from bot.slack.rights_form import BUTTON, FORM, read_form, rights_form
from bot.slack.workspaces import Workspaces
from bot.texts import Texts
from engine.errors import PlatformRefused, PlatformUnavailable

log = logging.getLogger(__name__)

MOST_INVITED = 1_000
"""People who may be invited to one round: Slack lets an app send about one message a second."""

AT_MOST = 0.8
"""Seconds of a trigger's three that asking about a channel or a group may take; else nothing is refused."""

_REFUSALS = {
    (Act.START, Who.MEMBERS): "may-not-start-members",
    (Act.START, Who.NAMED): "may-not-start",
    (Act.EXPORT, Who.MEMBERS): "may-not-export-members",
    (Act.EXPORT, Who.NAMED): "may-not-export",
}


class Permitting:
    """Answers for one workspace. records: where its rights are kept; None for the default ones, unchangeable."""

    def __init__(self, team: str, directory: Directory, records: Workspaces | None) -> None:
        self._team = team
        self._directory = directory
        self._records = records

    @property
    def changeable(self) -> bool:
        """Whether rights can be set."""
        return self._records is not None

    async def rights(self) -> Rights:
        """Who may do what here."""
        return Rights() if self._records is None else await self._records.rights(self._team)

    async def admitted(self, item: Inbound, texts: Texts, until: float) -> Inbound | Reply:
        """The item as it may happen, or the reply instead of it.

        until: on the event loop's clock; where Slack did not say by then whether somebody has a right, they are
        asked to try again.
        """
        if isinstance(item, ButtonPressed) and item.action == BUTTON:
            return await self._open(item, texts)
        if isinstance(item, FormSubmitted) and item.form == FORM:
            return await self._set(item, texts)
        if isinstance(item, ButtonPressed) and item.action == SETTINGS:
            return await self._settings(item, texts, until)
        act = act_of(item)
        if (
            isinstance(item, CommandGiven)
            and item.person.direct
            and item.word.strip().casefold() in {"ask", "settings"}
        ):
            return Whisper(notice(texts("word-in-channel", word=item.word.strip().casefold())))
        if act is None:
            return item
        if act is Act.START:
            try:
                async with asyncio.timeout_at(min(until, asyncio.get_running_loop().time() + AT_MOST)):
                    if (refusal := await self._cannot_start(item, texts)) is not None:
                        return refusal
            except (TimeoutError, PlatformUnavailable):
                pass
            except PlatformRefused as refused:
                log.warning("not known whether a round can be here", extra={"reason": refused.reason})
        if item.person.moderator:
            return item
        right = (await self.rights()).to(act)
        try:
            async with asyncio.timeout_at(until):
                may = await self._may(right, item)
        except (TimeoutError, PlatformUnavailable):
            if act is not Act.CLOSE:
                return untold(item, texts)
            may = False  # whoever opened the round needs no right
        if act is Act.CLOSE:
            return _privileged(item) if may else item
        return item if may else Whisper(notice(texts(_REFUSALS[act, right.who])))

    async def _cannot_start(self, item: Inbound, texts: Texts) -> Reply | None:
        try:
            place = await self._directory.place(theirs(item.person.channel).id)
        except PlatformRefused as refused:
            if refused.reason == "missing_scope":  # the app may look at channels, and at no other conversation
                return Whisper(notice(texts("ask-no-channel")))
            raise
        if place is None or not place.inside:
            return Whisper(notice(texts("ask-invite-bot")))
        if place.archived:
            return Whisper(notice(texts("ask-archived")))
        if isinstance(item, FormSubmitted):
            values = dict(item.values)
            named = values.get("invited", "") if values.get("roster") == "invited" else ""
            people = await self._directory.size([one.strip() for one in named.split(",") if one.strip()])
            if people > MOST_INVITED:
                return FieldProblems((("invited", texts("invited-too-many", people=people, limit=MOST_INVITED)),))
        return None

    async def _may(self, right: Right, item: Inbound) -> bool:
        user = theirs(item.person.member).id
        try:
            match right.who:
                case Who.EVERYONE:
                    return True
                case Who.MEMBERS:
                    here = theirs(item.person.channel).id
                    return here in await self._directory.shared(user)
                case Who.NAMED:
                    if user in right.people:
                        return True
                    return any([user in await self._directory.group(one) for one in right.groups])
        except PlatformRefused:
            return False

    async def _settings(self, item: ButtonPressed, texts: Texts, until: float) -> Inbound | Reply:
        """The settings of a channel, asked for on the Home tab."""
        try:
            async with asyncio.timeout_at(until):
                shared = await self._directory.shared(theirs(item.person.member).id)
        except (TimeoutError, PlatformUnavailable):
            return untold(item, texts)
        if theirs(item.target).id not in shared:
            return Whisper(notice(texts("ask-invite-bot")))
        there = replace(item.person, channel=item.target, direct=False)
        return CommandGiven(item.delivery, item.at, there, "settings", "")

    async def _open(self, item: ButtonPressed, texts: Texts) -> Reply:
        if not item.person.moderator or not self.changeable:
            return Whisper(notice(texts("rights-admins-only")))
        return OpenForm(rights_form(await self.rights(), self._team, texts))

    async def _set(self, item: FormSubmitted, texts: Texts) -> Reply:
        if not item.person.moderator or self._records is None:
            return Whisper(notice(texts("rights-admins-only")))
        try:
            rights = read_form(dict(item.values))
        except ValueError:
            return FieldProblems(((Act.START, texts("rights-unclear")),))
        await self._records.set_rights(self._team, rights)
        return Whisper(notice(texts("rights-saved")))


def untold(item: Inbound, texts: Texts) -> Reply:
    """Slack did not say in time what had to be known: the same once more, on a form while it is still open."""
    if isinstance(item, FormSubmitted):
        return FieldProblems((("", texts("took-too-long")),))
    return Whisper(notice(texts("took-too-long")))


def _privileged(item: Inbound) -> Inbound:
    return replace(item, person=replace(item.person, moderator=True))
