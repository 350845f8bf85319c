"""Under which name a person's rows leave the database.

What the channel could see of an open ballot (who rated what, and when) identifies whoever rated. So, unless the
export is linkable, the ratings of an open ballot stand under other pseudonyms than the opinions, and what was given
privately with the ballot (quality, the position afterwards) under yet others: who skipped one often skipped the
other, and that alone would join them. For the same reason one stable pseudonym, which research consent allows, is
used there only in a linkable export: the rounds in which somebody took part are as good as a name.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Collection

from engine.rounds.model import Ballot

OPINIONS, AGREEMENT, QUALITY, POSITION_AFTER = "opinions", "agreement", "quality", "position-after"
SCOPES = (OPINIONS, AGREEMENT, QUALITY, POSITION_AFTER)
"""What of one member may need a pseudonym of its own within a round."""


class Pseudonyms:
    """Names for rounds, channels and people: the same for the same key, telling nothing without it."""

    def __init__(self, key: bytes, *, linkable: bool) -> None:
        self._key = key
        self.linkable = linkable

    def round(self, round: str) -> str:
        """A round's pseudonym."""
        return self._name("r", "round", round)

    def channel(self, channel: str) -> str:
        """A channel's pseudonym."""
        return self._name("c", "channel", channel)

    def everywhere(self, member: str) -> str:
        """A member's one pseudonym across rounds."""
        return self._name("s", "member", member)

    def within(self, round: str, member: str, scope: str) -> str:
        """A member's pseudonym in one round, for one of `SCOPES`."""
        return self._name("m", scope, round, member)

    def of_round(self, round: str, ballot: Ballot, researched: Collection[str]) -> RoundPseudonyms:
        """The names to use in one round. `researched`: members who consented to research in it."""
        linked = self.linkable or ballot is Ballot.PRIVATE
        return RoundPseudonyms(self, round, linked, frozenset(researched) if linked else frozenset())

    def all_of(self, round: str, member: str) -> list[str]:
        """Every name under which rows of a member in a round may ever have been exported."""
        return [self.everywhere(member), *(self.within(round, member, scope) for scope in SCOPES)]

    def _name(self, sort: str, *parts: str) -> str:
        digest = hmac.digest(self._key, json.dumps(parts).encode(), hashlib.sha256)
        return f"{sort}-{base64.b32encode(digest[:15]).decode().lower()}"


class RoundPseudonyms:
    """Names within one round. linked: a member has one name for everything."""

    def __init__(self, pseudonyms: Pseudonyms, round: str, linked: bool, stable: frozenset[str]) -> None:
        self._pseudonyms = pseudonyms
        self._round = round
        self._stable = stable
        self.linked = linked

    def stable(self, member: str) -> bool:
        """Whether this member's name is the same in other rounds."""
        return member in self._stable

    def name(self, member: str, scope: str = OPINIONS) -> str:
        """Under which name this member's rows of `scope` stand."""
        if member in self._stable:
            return self._pseudonyms.everywhere(member)
        return self._pseudonyms.within(self._round, member, OPINIONS if self.linked else scope)
