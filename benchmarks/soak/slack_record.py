"""What a soak on Slack is judged by: what people wanted, what stands, and what the server wrote down."""

from __future__ import annotations

from collections import Counter

from benchmarks.soak.checks import Acknowledged, Held, Posts, Rate, Seen
from benchmarks.soak.habits import NOTICED
from bot.slack.ids import ours
from tests.slack_server.delivery import EVENTS, Delivery
from tests.slack_server.server import SlackServer
from tests.slack_server.world import Channel, Message

RATE = Rate(a_second=1.0, burst=3)
NAMES = ("", "one", "two", "three", "four", "five", "six", "seven")
"""What Slack calls the keycaps, by their digits."""

DIGITS = {name: digit for digit, name in enumerate(NAMES) if name}


class Record:
    """Of one soak. repeated: acts that people did again.

    last: what somebody (channel, message, user) rated last, where they did not take it back.
    """

    def __init__(self, server: SlackServer, channels: list[Channel], speed: float) -> None:
        self._server = server
        self._channels = channels
        self._speed = speed
        self.repeated = 0
        self.last: dict[tuple[str, str, str], int] = {}

    def candidates(self, channel: Channel) -> list[Message]:
        """The statements to rate, in their order."""
        return [one for one in channel.messages if self._server.bot.id in one.reactions.get("one", ())]

    def seen(self) -> Seen:
        """What everybody could see in the end, for the checks."""
        bot, team = self._server.bot.id, self._server.team.id
        held: dict[Held, int] = {}
        undecidable: dict[Held, frozenset[int]] = {}
        unheard = self._unheard()
        for channel in self._channels:
            for message in self.candidates(channel):
                by_user: dict[str, list[int]] = {}
                for name, users in message.reactions.items():
                    for user in users:
                        if user != bot and name in DIGITS:
                            by_user.setdefault(user, []).append(DIGITS[name])
                for user, digits in by_user.items():
                    one = Held(ours(team, channel.id), message.ts, ours(team, user))
                    held[one] = digits[0] if len(digits) == 1 else self.last[channel.id, message.ts, user]
                    if len(digits) > 1 and (channel.id, message.ts, user) in unheard:
                        undecidable[one] = frozenset(digits)
        keys = Counter(
            (channel.id, message.metadata["event_payload"]["key"])
            for channel in self._server.world.channels.values()
            for message in channel.messages
            if message.metadata
        )
        return Seen(
            held, undecidable, sum(count - 1 for count in keys.values()), self._ignored(), tuple(self._violations())
        )

    def acknowledged(self) -> list[Acknowledged]:
        """Every payload that reached the bot, and how long it took in real seconds."""
        return [
            Acknowledged(_kind(one), attempt.seconds, late="timeout" in attempt.failure)
            for one in self._server.slack.hub.history
            for attempt in one.attempts
            if not attempt.failure or "timeout" in attempt.failure
        ]

    def counts(self) -> dict[str, int]:
        """How often what happened on the way."""
        history = self._server.slack.hub.history
        limited = [one for one in self._server.requests if one.status == 429]
        return {
            "payloads sent": len(history),
            "sent more than once": sum(len(one.attempts) > 1 for one in history),
            "events dropped after their retries": sum(
                one.outcome == "dropped" for one in history if one.kind == EVENTS
            ),
            "acts repeated by hand": self.repeated,
            "calls of Slack": len(self._server.requests),
            "calls answered 429": len(limited),
        } | {f"429 of {method}": count for method, count in Counter(one.method for one in limited).most_common()}

    def posts(self) -> Posts:
        """When messages were posted, by channel."""
        found: dict[str, list[float]] = {}
        for one in self._server.requests:
            if one.method == "chat.postMessage" and one.answer.get("ok"):
                found.setdefault(str(one.arguments["channel"]), []).append(one.at)
        return Posts(found, RATE)

    def _violations(self) -> list[str]:
        # The SDK answers what came over a connection that has ended over its next one.
        expected = {"not_acknowledged", "late_acknowledgement", "retry_after_ignored", "unknown_envelope"}
        return [f"{one.kind}: {one.detail}" for one in self._server.violations if one.kind not in expected]

    def _unheard(self) -> set[tuple[str, str, str]]:
        """Whose reactions to which messages did not all reach the bot at once."""
        found = set()
        for delivery in self._server.slack.hub.history:
            event = delivery.payload.get("event") or {}
            if "reaction" in event and not (delivery.acknowledged and len(delivery.attempts) == 1):
                found.add((event["item"]["channel"], event["item"]["ts"], event["user"]))
        return found

    def _ignored(self) -> int:
        """Calls that began while an earlier answer of the same method still asked to wait.

        What was on its way when that answer was given is no fault; `NOTICED` real seconds are allowed for it.
        """
        closed: dict[str, tuple[float, float]] = {}
        ignored = 0
        for one in self._server.requests:
            answered, until = closed.get(one.method, (0.0, 0.0))
            ignored += answered + NOTICED * self._speed < one.began < until - NOTICED * self._speed
            if one.retry_after:
                closed[one.method] = (one.at, one.at + one.retry_after)
        return ignored


def _kind(delivery: Delivery) -> str:
    payload = delivery.payload
    return str((payload.get("event") or {}).get("type") or payload.get("type") or "slash_command")
