"""What a soak on Discord is judged by: what people wanted, what stands, and what the server wrote down."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.soak.checks import Acknowledged, Held, Posts, Rate, Seen
from benchmarks.soak.habits import NOTICED
from bot.discord.ids import ours
from bot.discord.inbound import KEYCAPS
from bot.discord.interacting import DEFER_AFTER
from tests.discord_server.front import Request
from tests.discord_server.interactions import COMMAND, COMPONENT, MODAL, THINK, WAIT, Interaction
from tests.discord_server.server import DiscordServer
from tests.discord_server.world import Channel, Message

RATE = Rate(a_second=1.0, burst=5)
"""Five messages in five seconds."""

A_SECOND = 50
"""Requests a second over all routes."""

BACK_WITHIN = 120.0
"""Simulated seconds."""

KINDS = {COMMAND: "commands", COMPONENT: "buttons", MODAL: "forms"}
CREATE = ("POST", "/channels/{channel}/messages")
EVERY = ("", "")
"""Stands for every bucket."""

MARGIN = 2.0
"""Simulated seconds around a gap in which what happened may not have reached the bot at once."""

JUDGED_BY_LATENCY = frozenset({"not_answered", "answered_late"})
"""What is held against the bot only for interactions that reached it; see `Record.acknowledged`."""


@dataclass(frozen=True, slots=True)
class Act:
    """Somebody rates a statement, or (None) takes it back; `at` in simulated time."""

    at: float
    message: Message
    user: str
    rating: int | None


class Record:
    """Of one soak. repeated: acts that people did again.

    back_after: simulated seconds from the end of the outage until the bot was connected, None while it is not.
    """

    def __init__(self, server: DiscordServer, channels: list[Channel], speed: float) -> None:
        self._server = server
        self._channels = channels
        self._speed = speed
        self._gaps: list[tuple[float, float]] = []
        self.acts: list[Act] = []
        self.repeated = 0
        self.back_after: float | None = None

    def gap(self, begun: float, ended: float) -> None:
        """Between these simulated times the bot may have heard nothing."""
        self._gaps.append((begun - MARGIN, ended + MARGIN))

    def candidates(self, channel: Channel) -> list[Message]:
        """The statements to rate, in their order."""
        bot = self._server.bot.id
        return [one for one in channel.said if bot in one.reactions.get(KEYCAPS["1"], ())]

    def seen(self) -> Seen:
        """See `Seen`: what counts is what people wanted last."""
        wanted: dict[tuple[str, str], Act] = {(one.message.id, one.user): one for one in self.acts}
        unheard = {(one.message.id, one.user) for one in self.acts if self._in_a_gap(one.at)}
        held: dict[Held, int] = {}
        undecidable: dict[Held, frozenset[int]] = {}
        for (known, user), act in wanted.items():
            if act.rating is None:
                continue
            one = Held(ours(act.message.channel.id), known, ours(user))
            held[one] = act.rating
            standing = frozenset(int(digit) for digit, emoji in KEYCAPS.items() if self._holds(act, emoji))
            if len(standing) > 1 and (known, user) in unheard:
                undecidable[one] = standing
        violations = tuple(
            f"{one.kind}: {one.detail}" for one in self._server.violations if one.kind not in JUDGED_BY_LATENCY
        )
        kept = {
            f"at most {A_SECOND} requests a second over all routes": self._busiest_second() <= A_SECOND,
            f"connected within {BACK_WITHIN:.0f} s of the end of an outage": (self.back_after or 1e9) <= BACK_WITHIN,
        }
        return Seen(held, undecidable, self._doubled(), len(list(self._impatient())), violations, kept)

    def acknowledged(self) -> list[Acknowledged]:
        """Interactions that reached the bot: real seconds from when it was last told until its first answer.

        One without an answer is late, unless the connection over which the bot was told ended within Discord's three
        seconds, or there was none.
        """
        found = []
        for one in self._server.discord.interactions.values():
            told = self._told(one)
            if told:
                found.append(Acknowledged(KINDS[one.kind], one.settled - told[-1], late=False))
            elif self._lost(one):
                found.append(Acknowledged(KINDS[one.kind], self._server.discord.timing.answer, late=True))
        return found

    def posts(self) -> Posts:
        """When messages were posted, by channel."""
        found: dict[str, list[float]] = {}
        for one in self._server.requests:
            if (one.method, one.route) == CREATE and one.status == 200:
                found.setdefault(one.bucket[1], []).append(one.at)
        return Posts(found, RATE)

    def counts(self) -> dict[str, int]:
        """How often what happened on the way."""
        interactions = list(self._server.discord.interactions.values())
        deferred = [
            one
            for one in interactions
            if one.answer in (THINK, WAIT) and one.settled - one.begun >= DEFER_AFTER / self._speed
        ]
        impatient = Counter(f"{one.method} {one.route}" for one in self._impatient())
        limited = Counter(f"{one.method} {one.route}" for one in self._server.requests if one.status == 429)
        return {
            "interactions": len(interactions),
            "interactions that did not reach the bot in time": sum(
                not self._told(one) and not self._lost(one) for one in interactions
            ),
            "interactions deferred": len(deferred),
            "acts repeated by hand": self.repeated,
            "seconds from the end of the outage to the connection": round(self.back_after or -1),
            "sessions begun": self._server.discord.gateway.identified,
            "sessions resumed": self._server.discord.gateway.resumed,
            "calls of Discord": len(self._server.requests),
            "calls in the busiest second": self._busiest_second(),
            "calls answered 401, 403 or 429": len(self._server.discord.meter.invalid),
            "calls answered 429": sum(limited.values()),
        } | {
            f"{what} of {route}": count
            for what, counted in (("429", limited), ("too early", impatient))
            for route, count in counted.most_common()
        }

    def _told(self, one: Interaction) -> list[float]:
        """When the bot was told of an interaction that it answered, before it did."""
        if not one.answer:
            return []
        return [at for at, _ in self._server.discord.gateway.told.get(one.id, ()) if at <= one.settled]

    def _lost(self, one: Interaction) -> bool:
        """Whether the bot was told in time of an interaction, and did not answer it."""
        end = one.begun + self._server.discord.timing.answer
        told = self._server.discord.gateway.told.get(one.id, ())
        return not one.answer and any(
            at < end and (not connection.ended or connection.ended > end) for at, connection in told[:1]
        )

    def _in_a_gap(self, at: float) -> bool:
        return any(begun <= at <= ended for begun, ended in self._gaps)

    def _holds(self, act: Act, emoji: str) -> bool:
        return act.user in act.message.reactions.get(emoji, ())

    def _doubled(self) -> int:
        """Messages with a nonce that another one of their channel has: the bot makes it of what it is about."""
        nonces = Counter(
            (channel.id, one.nonce) for channel in self._server.world.channels.values() for one in channel.said
        )
        return sum(count - 1 for (_, nonce), count in nonces.items() if nonce is not None)

    def _busiest_second(self) -> int:
        begun = sorted(one.began for one in self._server.requests if one.counted)
        first = most = 0
        for last, at in enumerate(begun):
            while begun[first] <= at - 1.0:
                first += 1
            most = max(most, last - first + 1)
        return most

    def _impatient(self) -> Iterator[Request]:
        """Calls that began while an earlier answer still said that their bucket, or every one, takes nothing.

        What was on its way when that answer was given is no fault; `NOTICED` real seconds are allowed for it.
        """
        slack = NOTICED * self._speed
        closed: dict[tuple[str, str], tuple[float, float]] = {}
        for one in self._server.requests:
            for bucket in (one.bucket, EVERY) if one.counted else (one.bucket,):
                answered, until = closed.get(bucket, (0.0, 0.0))
                if answered + slack < one.began < until - slack:
                    yield one
                    break
            if one.closed:
                bucket = EVERY if one.scope == "global" else one.bucket
                closed[bucket] = (one.at, one.at + one.closed)
