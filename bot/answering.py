"""Effects that answer: drafting, counting, timers, resolving invitations, and fanning out to many.

Each commits its answer as an event in the transaction that completes its row, so that a crash repeats
the work and never the answer.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from bot.losing import found_gone
from bot.platform import ChatPlatform, LosesTouch, MessageRef
from engine.deliberation import deliberate
from engine.errors import GeneratorMisbehaved, PlatformRefused, SettingsError, UsageError
from engine.outcome import tally
from engine.ports import (
    AgreementPredictor,
    Claim,
    Clock,
    Delivery,
    Missing,
    RoundStore,
    StatementGenerator,
)
from engine.records import Revision
from engine.rounds.effects import (
    AskCritique,
    AskCritiques,
    AskOpinion,
    AskOpinions,
    AskRating,
    AskRatings,
    DraftCandidates,
    Effect,
    InviteMembers,
    RedrawPrivateCard,
    RedrawPrivateCards,
    Remind,
    RemindMissing,
    TallyVotes,
    WakeAt,
)
from engine.rounds.events import (
    CandidatesDrafted,
    DeadlinePassed,
    DraftFailed,
    Event,
    GracePassed,
    MembersInvited,
    ReactionsReconciled,
    ReminderDue,
    TallyFailed,
    VotesTallied,
)
from engine.rounds.model import Ballot, Electorate, Phase, Round, Rules, draft_of, place_of
from engine.service import handle
from engine.welfare import WelfareRule

log = logging.getLogger(__name__)

BATCH = 100
"""Members per transaction of a fan-out."""

FanOut = AskOpinions | AskRatings | AskCritiques | RemindMissing | RedrawPrivateCards

MISSING = {
    Phase.COLLECTING: Missing.OPINION,
    Phase.VOTING: Missing.RATING,
    Phase.CRITIQUING: Missing.CRITIQUE,
}


@dataclass(frozen=True, slots=True)
class Models:
    """Where back ends come from: the catalog's two factories, or a test's."""

    generator: Callable[[str], StatementGenerator]
    predictor: Callable[[str], AgreementPredictor]

    def service(self, rules: Rules) -> str | None:
        """Where a round's generator and predictor send opinions, in a member's words; None when nowhere."""

        def told(make: Callable[[str], StatementGenerator | AgreementPredictor], name: str) -> str | None:
            try:
                return make(name).service
            except SettingsError:  # a round opened under other settings; drafting says what is missing
                return name

        found = (told(self.generator, rules.generator), told(self.predictor, rules.predictor))
        return " and ".join(dict.fromkeys(one for one in found if one)) or None


class Answering:
    """Carries out the effects that end in an event."""

    def __init__(self, store: RoundStore, platforms: Mapping[str, ChatPlatform], models: Models, clock: Clock) -> None:
        self._store = store
        self._platforms = platforms
        self._models = models
        self._clock = clock

    async def carry_out(self, claim: Claim, round: Round) -> bool:
        """Carry the effect out if it is of this kind; False when it is one that speaks."""
        effect = claim.effect
        match effect:
            case WakeAt():
                if not await self._held(claim, round, effect):
                    await self._answer(claim, self._timer(effect))
            case DraftCandidates():
                await self._draft(claim, round, effect)
            case TallyVotes():
                await self._tally(claim, round, effect)
            case InviteMembers():
                await self._invite(claim, round, effect)
            case AskOpinions() | AskRatings() | AskCritiques() | RemindMissing() | RedrawPrivateCards():
                await self._fan_out(claim, round, effect)
            case _:
                return False
        return True

    async def give_up(self, claim: Claim, reason: str) -> bool:
        """An answer that will not come becomes a failure that the round knows; False for other effects."""
        match claim.effect:
            case DraftCandidates(draft=draft):
                await self._answer(claim, DraftFailed(self._clock.now(), draft, reason))
            case TallyVotes(draft=draft):
                await self._answer(claim, TallyFailed(self._clock.now(), draft, reason))
            case _:
                return False
        return True

    async def _answer(self, claim: Claim, event: Event) -> None:
        done = await handle(self._store, Delivery(claim.key, claim.round, event), completes=claim)
        if done is None:
            await self._store.complete(claim)

    async def _begin(self, claim: Claim) -> bool:
        """Count this try before the work, so that work which kills the process is given up in the end."""
        return await self._store.attempt(claim, self._clock.now())

    async def _held(self, claim: Claim, round: Round, effect: WakeAt) -> bool:
        """Put a timer off until it is known what happened before it; False when that is known."""
        platform = self._platform(round)
        if not isinstance(platform, LosesTouch):
            return False
        until = await platform.hold(round.channel, effect.due, settling=effect.timer != "reminder")
        if until is None:
            return False
        waiting = replace(claim, attempts=claim.attempts - 1)  # to wait is no failed try
        await self._store.postpone(waiting, until, "what happened before is not known yet")
        return True

    def _timer(self, effect: WakeAt) -> Event:
        now = self._clock.now()
        if effect.timer == "grace":
            return GracePassed(now, effect.about)
        return ReminderDue(now, effect.about) if effect.timer == "reminder" else DeadlinePassed(now, effect.about)

    async def _draft(self, claim: Claim, round: Round, effect: DraftCandidates) -> None:
        if round.phase is not Phase.DRAFTING or round.draft != effect.draft or not await self._begin(claim):
            await self._store.complete(claim)
            return
        # In the order of the texts: a draft that anybody can repeat must not tell in which order members answered.
        given = sorted(await self._store.opinions(round.id), key=lambda pair: pair[1])
        members = tuple(member for member, _ in given)
        rules = round.rules
        try:
            drafting = await deliberate(
                round.question,
                [text for _, text in given],
                generator=self._models.generator(rules.generator),
                predictor=self._models.predictor(rules.predictor),
                rule=rules.welfare,
                n=rules.drafted,
                posted=rules.posted,
                seed=effect.seed,
                revision=await self._revision(round, members),
                purpose=rules.purpose,
            )
        except (GeneratorMisbehaved, UsageError) as failure:
            if isinstance(failure, UsageError) or claim.attempts >= 2:
                await self._answer(claim, DraftFailed(self._clock.now(), effect.draft, str(failure)))
                return
            raise
        await self._answer(claim, CandidatesDrafted(self._clock.now(), effect.draft, drafting, members))

    async def _revision(self, round: Round, members: tuple[str, ...]) -> Revision | None:
        if not round.iteration or round.leading is None:
            return None
        draft, place = draft_of(round.leading), place_of(round.leading)
        earlier = await self._store.drafting(round.id, draft)
        if earlier is None:
            return None
        said = dict(await self._store.critiques(round.id, draft))
        return Revision(earlier.candidates[place].text, tuple(said.get(member, "") for member in members))

    async def _tally(self, claim: Claim, round: Round, effect: TallyVotes) -> None:
        if round.phase is not Phase.TALLYING or round.draft != effect.draft or not await self._begin(claim):
            await self._store.complete(claim)
            return
        if round.rules.ballot is Ballot.OPEN:
            await self._reconcile(claim, round)
            round = await self._store.round(round.id) or round
        ballots = (await self._store.ballots(round.id, effect.draft)).of(round.visible)
        pairs = await self._store.positions(round.id) if round.asks_position else []
        before, after = (
            np.array([np.nan if pair[side] is None else pair[side] for pair in pairs], dtype=np.float64)
            for side in (0, 1)
        )
        outcome = tally(
            ballots.agreement,
            ballots.posted,
            WelfareRule.parse(round.rules.welfare),
            seed=round.seed + effect.draft,
            roster_size=round.counts.members if round.rules.electorate is Electorate.ROSTER else None,
            outside_reactions=round.counts.outside,
            position_before=before if pairs else None,
            position_after=after if pairs else None,
        )
        await self._answer(claim, VotesTallied(self._clock.now(), effect.draft, outcome, outcome.leading))

    async def _reconcile(self, claim: Claim, round: Round) -> None:
        """Let what the platform holds win over what reached us, before anything is counted."""
        platform = self._platform(round)
        ballots = await self._store.ballots(round.id, round.draft)
        for sent in await self._store.sent(round.id, "candidate", draft=round.draft):
            if sent.candidate not in round.visible:
                continue
            try:
                held = await platform.reactions(MessageRef(sent.channel, sent.message))
            except PlatformRefused as refusal:  # what reached us before the message went is what there is
                log.warning("reactions not read", extra={"round": round.id, "reason": refusal.reason})
                await found_gone(self._store, round, sent, refusal, self._clock.now())
                continue
            column = ballots.agreement[:, ballots.posted.index(sent.candidate)]
            known = {who: int(value) for who, value in zip(ballots.voters, column, strict=True) if not np.isnan(value)}
            for member in sorted(held.keys() | known.keys()):
                ratings = held.get(member, ())
                if ratings == ((known[member],) if member in known else ()):
                    continue
                event = ReactionsReconciled(self._clock.now(), member, sent.candidate, ratings)
                await handle(self._store, Delivery(f"{claim.key}/{sent.candidate}/{member}", round.id, event))

    async def _invite(self, claim: Claim, round: Round, effect: InviteMembers) -> None:
        cursor = claim.cursor
        while True:
            members, cursor = await self._platform(round).resolve(effect.invited, after=cursor, limit=BATCH)
            event = MembersInvited(self._clock.now(), tuple(members), last=cursor is None)
            if cursor is None:
                await self._answer(claim, event)
                return
            await handle(self._store, Delivery(f"{claim.key}/{cursor}", round.id, event))

    async def _fan_out(self, claim: Claim, round: Round, effect: FanOut) -> None:
        missing = Missing.NOBODY_LEFT_OUT
        if isinstance(effect, RemindMissing):
            if round.phase != effect.phase or round.draft != effect.draft:
                await self._store.complete(claim)
                return
            missing = MISSING[round.phase]
        elif isinstance(effect, AskOpinions):
            missing = Missing.OPINION
        cursor = claim.cursor
        while True:
            if isinstance(effect, RedrawPrivateCards):
                members = await self._store.quoted_to(round.id, effect.candidate, after=cursor, limit=BATCH)
            else:
                members = await self._store.members(round.id, missing, after=cursor, limit=BATCH)
            cursor = members[-1] if len(members) == BATCH else None
            await self._store.expand(claim, [_one_of(effect, member) for member in members], cursor)
            if cursor is None:
                return

    def _platform(self, round: Round) -> ChatPlatform:
        return self._platforms[round.platform]


def _one_of(effect: FanOut, member: str) -> Effect:
    match effect:
        case AskOpinions():
            return AskOpinion(member)
        case AskRatings(draft=draft):
            return AskRating(member, draft)
        case AskCritiques(draft=draft):
            return AskCritique(member, draft)
        case RemindMissing(phase=phase, draft=draft):
            return Remind(member, phase, draft)
        case RedrawPrivateCards(candidate=candidate):
            return RedrawPrivateCard(member, candidate)
