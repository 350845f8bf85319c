"""What a text says, as far as words alone can tell: its points, its content words and which side they take.

English first; a text in another language, or in no language, is still split, compared and answered with
"cannot tell" (0), never an error. Words are stemmed by Snowball (Porter 2001); `sides` says how a side is told.
"""

from engine.language.sides import attitudes, contradicts, stance
from engine.language.similarity import similarity
from engine.language.splitting import clauses, sentences
from engine.language.words import LONGEST, Term, stems, terms

__all__ = [
    "LONGEST",
    "Term",
    "attitudes",
    "clauses",
    "contradicts",
    "sentences",
    "similarity",
    "stance",
    "stems",
    "terms",
]
