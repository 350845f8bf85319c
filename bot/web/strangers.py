"""Who is invited by a name that nobody here has: found out while the form is still open, and not after the round is."""

from __future__ import annotations

from sqlalchemy import Connection

from bot.commands.opening import invited_by
from bot.web import seats
from bot.web.actions import AnyAction, Submit

MOST_NAMED = 5
FORMS = frozenset({"ask", "settings"})


def strangers(connection: Connection, channel: str, action: AnyAction) -> list[str]:
    """The names typed into a form's "invited" that stand for nobody in this channel; at most MOST_NAMED of them."""
    if not isinstance(action, Submit) or action.form not in FORMS or action.values.get("roster") != "invited":
        return []
    unknown: list[str] = []
    for reference in invited_by(action.values.get("invited", ""), channel):
        found, _ = seats.resolve(connection, (reference,), None, 1)
        if not found:
            unknown.append(reference.removeprefix(f"{channel}@"))
            if len(unknown) == MOST_NAMED:
                break
    return unknown
