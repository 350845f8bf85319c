"""What the engine asks of the outside. An implementation can be written from a docstring alone.

Every port has one contract suite in tests/contracts/ that each implementation, fakes included, passes.
"""

from engine.ports.clock import Clock
from engine.ports.models import AgreementPredictor, Checkable, StatementGenerator, TextEmbedder
from engine.ports.store import Ballots, Claim, Decide, Delivery, Missing, RoundStore, Sent

__all__ = [
    "AgreementPredictor",
    "Ballots",
    "Checkable",
    "Claim",
    "Clock",
    "Decide",
    "Delivery",
    "Missing",
    "RoundStore",
    "Sent",
    "StatementGenerator",
    "TextEmbedder",
]
