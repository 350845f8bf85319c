"""A rehearsed round: a question with the members who discuss it."""

from __future__ import annotations

from dataclasses import dataclass

from engine.simulation.members import SimulatedMember


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """A question, who poses it, and the members who answer."""

    question: str
    moderator: str
    members: tuple[SimulatedMember, ...]


FOUR_DAYS = Rehearsal(
    question="Should we move the team to a four-day week?",
    moderator="Mona",
    members=(
        SimulatedMember(
            "Ada",
            "Yes, we should move to a four-day week. People come back rested and do better work. "
            "We should try it for three months and look at the numbers before we decide for good.",
            6,
            "It should say clearly that we look at the numbers after three months.",
            0.7,
        ),
        SimulatedMember(
            "Bo",
            "I worry about support. Customers write to us on Fridays too, so somebody has to be there every weekday. "
            "If we can rotate the free day, I could live with a trial.",
            4,
            "It has to promise that support is covered every weekday.",
            0.6,
        ),
        SimulatedMember(
            "Chidi",
            "We should not move to a four-day week this year. We have two releases coming up "
            "and we are already behind. Ask me again after the summer.",
            2,
            "Nothing in it protects the two releases; start after the summer.",
            0.4,
        ),
        SimulatedMember(
            "Dana",
            "A four-day week would help parents a lot. Pay must stay the same. "
            "We should try it for three months and keep support covered every weekday.",
            7,
            "It should say that pay stays the same.",
            0.7,
        ),
        SimulatedMember(
            "Eli",
            "I am for it if we cut meetings first. Otherwise we just squeeze five days of meetings into four. "
            "A trial of three months sounds right.",
            5,
            "Cutting meetings first is missing.",
            0.6,
        ),
    ),
)
