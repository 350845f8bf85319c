"""Cards: what is said, as pure functions from a round to what a platform renders.

Every one takes the reader's `Texts` last and reads nothing but its arguments.
"""

from bot.cards.announcement import announcement
from bot.cards.explaining import Explained, where_am_i
from bot.cards.listings import WORDS, Owed, asked, confirm_cancel, confirm_forget, history, mine, status, usage
from bot.cards.moderation import moderator_choice, pick_round, told, undelivered
from bot.cards.opinions import add_or_replace, critique_card, opinion_card, receipt, superseded_receipt
from bot.cards.outcome import outcome
from bot.cards.pieces import notice, over
from bot.cards.statements import Vote, exported
from bot.cards.voting import ballot_card, candidate, reminder, which_rating

__all__ = [
    "WORDS",
    "Explained",
    "Owed",
    "Vote",
    "add_or_replace",
    "announcement",
    "asked",
    "ballot_card",
    "candidate",
    "confirm_cancel",
    "confirm_forget",
    "critique_card",
    "exported",
    "history",
    "mine",
    "moderator_choice",
    "notice",
    "opinion_card",
    "outcome",
    "over",
    "pick_round",
    "receipt",
    "reminder",
    "status",
    "superseded_receipt",
    "told",
    "undelivered",
    "usage",
    "where_am_i",
    "which_rating",
]
