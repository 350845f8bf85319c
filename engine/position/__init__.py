"""The position statement of a yes/no question, derived by rule: "Should we X?" -> "We should X."

The clause that is asked is found in what was typed (`question`), its subject is told from its
predicate (`subject`), and both are put in declarative order, affirmed and denied (`phrasing`).
"""

from engine.position.derivation import derive
from engine.position.model import Derived, PositionStatement, QuestionKind

__all__ = ["Derived", "PositionStatement", "QuestionKind", "derive"]
