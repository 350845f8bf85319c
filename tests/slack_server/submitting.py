"""What becomes of a modal after the app acknowledged its submission.

Source: Slack's documentation of modals, response_action.
"""

from __future__ import annotations

from typing import Any

from tests.slack_server.refusal import Json
from tests.slack_server.slack import Slack
from tests.slack_server.view_methods import STACK, Trigger, new_view, problems_of, replace
from tests.slack_server.world import View

FIELDS = {
    "errors": {"response_action", "errors"},
    "update": {"response_action", "view"},
    "push": {"response_action", "view"},
    "clear": {"response_action"},
}


def apply_answer(slack: Slack, view: View, body: Any) -> str:
    """Do what the acknowledgement says; gives the problem for which the person reads that it did not work."""
    view.errors = {}
    if body in (None, "", {}):
        view.open = False
        return ""
    problem = _problem(slack, view, body)
    if problem:
        slack.violated("bad_view_response", problem)
        return problem
    action = body["response_action"]
    if action == "errors":
        view.errors = {str(name): str(sentence) for name, sentence in body["errors"].items()}
    elif action == "clear":
        for one in slack.stack(view.user, view.app):
            one.open = False
    elif action == "update":
        replace(view, body["view"], slack.now())
        slack.note("view", view)
    else:
        trigger = Trigger("", view.user, view.app, view.team, 0.0, 0.0)
        slack.note("view", new_view(slack.world, trigger, body["view"], slack.now(), view))
    return ""


def _problem(slack: Slack, view: View, body: Any) -> str:
    if not isinstance(body, dict) or body.get("response_action") not in FIELDS:
        return f"unknown response {body!r}"
    action = str(body["response_action"])
    unknown = sorted(body.keys() - FIELDS[action])
    if unknown:
        return f"unknown fields {unknown} beside response_action {action}"
    if action == "errors":
        return _errors_problem(view, body.get("errors"))
    if action in {"update", "push"}:
        problems, _ = problems_of(body.get("view"), "modal")
        if action == "push" and len(slack.stack(view.user, view.app)) >= STACK:
            return "push_limit_reached"
        return "; ".join(problems)
    return ""


def _errors_problem(view: View, errors: Any) -> str:
    inputs = {block["block_id"] for block in _blocks(view) if block["type"] == "input"}
    if not isinstance(errors, dict) or not errors:
        return "response_action errors without errors"
    strange = sorted(errors.keys() - inputs)
    if strange:
        return f"errors on blocks that are no inputs of this view: {strange}"
    if not all(isinstance(one, str) and one for one in errors.values()):
        return "an error has to be a text"
    return ""


def _blocks(view: View) -> list[Json]:
    return list(view.body["blocks"])
