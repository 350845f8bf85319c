"""views.*: modals and Home tabs, and the triggers that allow opening them."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any

from tests.slack_server.blocks import check_view, completed, elements_of
from tests.slack_server.checking import Check
from tests.slack_server.methods import Call, method
from tests.slack_server.refusal import Json, Refusal
from tests.slack_server.shapes import view_json
from tests.slack_server.world import App, Team, User, View

TRIGGER_LIFE = 3.0
VIEW_BYTES = 250_000
STACK = 3


@dataclass(eq=False)
class Trigger:
    """The right to open one modal, for three seconds. `view`: the modal it was pressed in."""

    id: str
    user: User
    app: App
    team: Team
    born: float
    born_really: float
    view: View | None = None
    used: bool = False


@method("views.open", required="view", optional="trigger_id interactivity_pointer", tier=4, takes_json=True)
def open_view(call: Call) -> Json:
    """See Slack's reference."""
    body = checked(call, call.given.json("view", "invalid_arguments"), "modal")
    _fresh_external_id(call, body, None)
    trigger = _trigger(call)
    for one in call.slack.stack(trigger.user, call.app):
        one.open = False
    view = new_view(call.slack.world, trigger, body, call.slack.now())
    call.slack.note("view", view)
    return {"view": view_json(view)}


@method("views.push", required="view", optional="trigger_id interactivity_pointer", tier=4, takes_json=True)
def push(call: Call) -> Json:
    """See Slack's reference."""
    body = checked(call, call.given.json("view", "invalid_arguments"), "modal")
    _fresh_external_id(call, body, None)
    trigger = _trigger(call)
    below = call.slack.stack(trigger.user, call.app)
    if trigger.view is None or not below:
        raise Refusal("not_found")
    if len(below) >= STACK:
        raise Refusal("push_limit_reached")
    view = new_view(call.slack.world, trigger, body, call.slack.now(), below[-1])
    call.slack.note("view", view)
    return {"view": view_json(view)}


@method("views.update", required="view", optional="view_id external_id hash", tier=4, takes_json=True)
def update(call: Call) -> Json:
    """See Slack's reference."""
    body = checked(call, call.given.json("view", "invalid_arguments"), None)
    wanted, external = call.given.text("view_id"), call.given.text("external_id")
    views = [one for one in call.world.views.values() if one.app is call.app]
    found = [one for one in views if one.id == wanted or (external and one.body.get("external_id") == external)]
    if not found or not found[-1].open:
        raise Refusal("not_found")
    view = found[-1]
    if call.given.text("hash") and call.given.text("hash") != view.hash:
        raise Refusal("hash_conflict")
    if body["type"] != view.body["type"]:
        raise Refusal("invalid_arguments", "view type cannot change [json-pointer:/view/type]")
    _fresh_external_id(call, body, view)
    replace(view, body, call.slack.now())
    call.slack.note("view", view)
    return {"view": view_json(view)}


@method("views.publish", required="user_id view", optional="hash", tier=4, takes_json=True)
def publish(call: Call) -> Json:
    """See Slack's reference."""
    if not call.app.home_tab:
        raise Refusal("not_enabled")
    body = checked(call, call.given.json("view", "invalid_arguments"), "home")
    person = call.user("user_id")
    before = call.world.homes.get((call.app.id, person.id))
    if call.given.text("hash") and (before is None or call.given.text("hash") != before.hash):
        raise Refusal("hash_conflict")
    if before is None:
        trigger = Trigger("", person, call.app, person.team, 0.0, 0.0)
        before = new_view(call.slack.world, trigger, body, call.slack.now())
        call.world.homes[call.app.id, person.id] = before
    else:
        replace(before, body, call.slack.now())
    call.slack.note("home", before)
    return {"view": view_json(before)}


def checked(call: Call, raw: Any, kind: str | None) -> Json:
    """The view, when Slack would take it."""
    problems, repeated = problems_of(raw, kind)
    for action in repeated:
        call.slack.violated("repeated_action_id", f"{call.method.name}: {action!r}")
    if problems:
        call.slack.violated("invalid_view", "; ".join(problems))
        raise Refusal("invalid_arguments", *problems)
    if len(json.dumps(raw).encode()) > VIEW_BYTES:
        raise Refusal("view_too_large")
    return dict(raw)


def problems_of(raw: Any, kind: str | None) -> tuple[list[str], list[str]]:
    """What is wrong with a view, and which action ids stand in several of its blocks."""
    check = Check(kind or "modal")
    check_view(check, raw)
    if not check.problems and kind and raw["type"] != kind:
        check.no(f"value must be one of: {kind}", "/view/type")
    return check.problems, check.repeated_actions


def new_view(world: Any, trigger: Trigger, body: Json, now: float, below: View | None = None) -> View:
    """A view in front of somebody, on top of the one below."""
    known = world.id("V")
    body = {**body, "blocks": completed(body["blocks"])}
    root, previous = (below.root, below.id) if below else (known, None)
    view = View(known, trigger.user, trigger.app, trigger.team, body, _hash(now, known), root, previous)
    view.state = initial_state(body["blocks"])
    world.views[view.id] = view
    return view


def replace(view: View, body: Json, now: float) -> None:
    """Put another content into a view; what was typed stays where block and action keep their ids."""
    blocks = completed(body["blocks"])
    fresh = initial_state(blocks)
    for block, actions in fresh.items():
        for action, value in actions.items():
            kept = view.state.get(block, {}).get(action)
            if kept is not None and kept["type"] == value["type"]:
                actions[action] = kept
    view.body = {**body, "blocks": blocks}
    view.state = fresh
    view.errors = {}
    view.hash = _hash(now, view.hash)


def initial_state(blocks: list[Json]) -> dict[str, Json]:
    """state.values before anybody typed: every element that keeps a value."""
    state: dict[str, Json] = {}
    for block in blocks:
        for part in elements_of(block):
            value = _initial(part)
            if value is not None:
                state.setdefault(block["block_id"], {})[part["action_id"]] = value
    return state


def _initial(part: Json) -> Json | None:
    kind = str(part["type"])
    names = {
        "plain_text_input": ("value", "initial_value"),
        "email_text_input": ("value", "initial_value"),
        "url_text_input": ("value", "initial_value"),
        "number_input": ("value", "initial_value"),
        "rich_text_input": ("rich_text_value", "initial_value"),
        "checkboxes": ("selected_options", "initial_options"),
        "radio_buttons": ("selected_option", "initial_option"),
        "static_select": ("selected_option", "initial_option"),
        "external_select": ("selected_option", "initial_option"),
        "multi_static_select": ("selected_options", "initial_options"),
        "multi_external_select": ("selected_options", "initial_options"),
        "users_select": ("selected_user", "initial_user"),
        "multi_users_select": ("selected_users", "initial_users"),
        "channels_select": ("selected_channel", "initial_channel"),
        "multi_channels_select": ("selected_channels", "initial_channels"),
        "conversations_select": ("selected_conversation", "initial_conversation"),
        "multi_conversations_select": ("selected_conversations", "initial_conversations"),
        "datepicker": ("selected_date", "initial_date"),
        "timepicker": ("selected_time", "initial_time"),
        "datetimepicker": ("selected_date_time", "initial_date_time"),
        "file_input": ("files", "initial_files"),
    }
    if kind not in names:
        return None
    shown, initial = names[kind]
    empty: Any = [] if shown in {"selected_options", "files"} or kind.startswith("multi_") else None
    return {"type": kind, shown: part.get(initial, empty)}


def _fresh_external_id(call: Call, body: Json, own: View | None) -> None:
    wanted = body.get("external_id")
    if wanted and any(
        one.body.get("external_id") == wanted and one.open and one is not own and one.app is call.app
        for one in call.world.views.values()
    ):
        raise Refusal("duplicate_external_id")


def _trigger(call: Call) -> Trigger:
    wanted = call.given.text("trigger_id") or call.given.text("interactivity_pointer")
    if not wanted:
        raise Refusal("invalid_arguments", "missing required field: trigger_id")
    found = call.slack.triggers.get(wanted)
    if found is None or found.app is not call.app:
        raise Refusal("invalid_trigger_id")
    if found.used:
        raise Refusal("exchanged_trigger_id")
    if call.slack.now() - found.born > TRIGGER_LIFE or time.monotonic() - found.born_really > TRIGGER_LIFE:
        call.slack.violated("expired_trigger", f"{call.method.name} came too late")
        raise Refusal("expired_trigger_id")
    found.used = True
    return found


def _hash(now: float, salt: str) -> str:
    return f"{int(now)}.{abs(hash((now, salt))) % 16**8:08x}"
