"""Personal links and the cookie that follows from one: signed, so that nobody can make one up.

A link names a channel, a person's name and the moderator role. Whoever opens it gets a cookie that
names the channel and the member. Both expire; neither is stored.
"""

from __future__ import annotations

from dataclasses import dataclass

from itsdangerous import BadData, SignatureExpired, URLSafeTimedSerializer

from engine.errors import SettingsError

SECRET_LENGTH = 16
DAY = 86_400


class LinkExpired(Exception):
    """The link was good once."""


class LinkTampered(Exception):
    """The link was never good, or somebody changed it."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """What a personal link says: this name may take this seat."""

    channel: str
    name: str
    moderator: bool


@dataclass(frozen=True, slots=True)
class Session:
    """What the cookie says: this browser speaks for this member of this channel."""

    channel: str
    member: str


class Signer:
    """Signs and reads links and cookies with one secret. `days`: how long either lasts."""

    def __init__(self, secret: str, *, days: float = 30) -> None:
        """Raises SettingsError when the secret is too short to protect anything."""
        if len(secret) < SECRET_LENGTH:
            raise SettingsError(
                f"The secret that signs personal links has {len(secret)} characters; give at least {SECRET_LENGTH}."
            )
        self.seconds = int(days * DAY)
        self._links = URLSafeTimedSerializer(secret, salt="parley.web.link")
        self._sessions = URLSafeTimedSerializer(secret, salt="parley.web.session")

    def link_token(self, invitation: Invitation) -> str:
        """The token that goes into a personal link."""
        return str(self._links.dumps([invitation.channel, invitation.name, invitation.moderator]))

    def invitation(self, token: str) -> Invitation:
        """What a link's token says. Raises LinkExpired or LinkTampered."""
        try:
            channel, name, moderator = self._links.loads(token, max_age=self.seconds)
        except SignatureExpired as expired:
            raise LinkExpired from expired
        except (BadData, ValueError, TypeError) as tampered:
            raise LinkTampered from tampered
        return Invitation(str(channel), str(name), bool(moderator))

    def session_token(self, session: Session) -> str:
        """The value of the cookie."""
        return str(self._sessions.dumps([session.channel, session.member]))

    def session(self, token: str) -> Session | None:
        """What a cookie says; None when it is too old or not ours."""
        try:
            channel, member = self._sessions.loads(token, max_age=self.seconds)
        except (BadData, ValueError, TypeError):
            return None
        return Session(str(channel), str(member))
