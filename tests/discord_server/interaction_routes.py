"""How the app answers an interaction: the first answer within three seconds, more within fifteen minutes."""

from __future__ import annotations

import time
from typing import Any

from tests.discord_server.components import check_modal, numbered, walk
from tests.discord_server.interactions import (
    AUTOCOMPLETE,
    COMPONENT,
    FORM,
    MODAL,
    SAY,
    SUGGEST,
    THINK,
    UPDATE,
    WAIT,
    Form,
    Interaction,
    metadata,
)
from tests.discord_server.refusal import Check, Json, Refusal, wrong
from tests.discord_server.routing import Answer, Call, route
from tests.discord_server.shapes import message_json
from tests.discord_server.world import EPHEMERAL, LOADING, Message
from tests.discord_server.writing import change, new_message

WEBHOOK = "/webhooks/{app}/{token}"
ORIGINAL = WEBHOOK + "/messages/@original"
FOLLOW_UP = WEBHOOK + "/messages/{message}"
ALLOWED = {
    2: {SAY, THINK, FORM},
    COMPONENT: {SAY, THINK, WAIT, UPDATE, FORM},
    AUTOCOMPLETE: {SUGGEST},
    MODAL: {SAY, THINK, WAIT, UPDATE},
}


@route("POST", "/interactions/{interaction}/{token}/callback", bucket="callback", token=False)
def callback(call: Call) -> Answer:
    """See Discord's reference, "Create Interaction Response"."""
    made = call.discord.interactions.get(call.path["token"])
    if made is None or made.id != call.path["interaction"]:
        raise Refusal(10062)
    if made.answer:
        raise Refusal(40060)
    if made.failed or time.monotonic() - made.begun > call.discord.timing.answer:
        call.discord.violated("answered_late", f"interaction {made.kind} after {time.monotonic() - made.begun:.2f} s")
        raise Refusal(10062)
    kind, data = call.given.get("type"), call.given.get("data") or {}
    if kind not in ALLOWED[made.kind] or (kind in (WAIT, UPDATE) and made.source is None):
        raise wrong("type", "INTERACTION_CALLBACK_TYPE_INVALID", f"type {kind!r} does not answer type {made.kind}")
    resource: Json = {"type": kind}
    if kind in (SAY, THINK):
        made.original = _said(call, made, data, loading=kind == THINK)
        resource["message"] = _shown(call, made.original)
    elif kind == UPDATE:
        assert made.source is not None
        change(call, made.source, data)
        _seen(call, made.source)
        made.original = made.source
        resource["message"] = _shown(call, made.source)
    elif kind == WAIT:
        made.original = made.source
    elif kind == SUGGEST:
        _check_choices(data)
    else:
        _open(call, made, data)
    made.answer, made.settled = int(str(kind)), time.monotonic()
    made.answered.set_result(call.given)
    call.discord.changed()
    if call.query.get("with_response") not in ("1", "true"):
        return None
    about: Json = {"id": made.id, "type": made.kind}
    if kind in (SAY, THINK) and made.original is not None:
        about |= {
            "response_message_id": made.original.id,
            "response_message_loading": kind == THINK,
            "response_message_ephemeral": bool(made.original.flags & EPHEMERAL),
        }
    return {"interaction": about, "resource": resource}


@route("POST", WEBHOOK, bucket="webhook", token=False)
def follow_up(call: Call) -> Answer:
    """See Discord's reference, "Create Followup Message"; the first one after "thinking" takes its place."""
    made = _live(call)
    if made.original is not None and made.original.flags & LOADING:
        _resolve(call, made.original, call.given)
        return _shown(call, made.original)
    message = _said(call, made, call.given, loading=False)
    return _shown(call, message)


@route("GET", ORIGINAL, bucket="webhook", token=False)
def original(call: Call) -> Answer:
    """See Discord's reference."""
    return _shown(call, _original(_live(call)))


@route("PATCH", ORIGINAL, bucket="webhook", token=False)
def edit_original(call: Call) -> Answer:
    """See Discord's reference."""
    message = _original(_live(call))
    _resolve(call, message, call.given)
    return _shown(call, message)


@route("DELETE", ORIGINAL, bucket="webhook", token=False)
def delete_original(call: Call) -> Answer:
    """See Discord's reference."""
    return _delete(call, _original(_live(call)))


@route("GET", FOLLOW_UP, bucket="webhook", token=False)
def get_follow_up(call: Call) -> Answer:
    """See Discord's reference."""
    return _shown(call, _own(call, _live(call)))


@route("PATCH", FOLLOW_UP, bucket="webhook", token=False)
def edit_follow_up(call: Call) -> Answer:
    """See Discord's reference."""
    message = _own(call, _live(call))
    _resolve(call, message, call.given)
    return _shown(call, message)


@route("DELETE", FOLLOW_UP, bucket="webhook", token=False)
def delete_follow_up(call: Call) -> Answer:
    """See Discord's reference."""
    return _delete(call, _own(call, _live(call)))


def _live(call: Call) -> Interaction:
    """The interaction of a token that is still good."""
    made = call.discord.interactions.get(call.path["token"])
    if made is None or call.path["app"] != call.discord.app.id or not made.answer:
        raise Refusal(10015)
    if call.discord.now() - made.born > call.discord.timing.follow_up:
        call.discord.violated("token_expired", f"interaction {made.kind} after {call.discord.now() - made.born:.0f} s")
        raise Refusal(50027)
    return made


def _original(made: Interaction) -> Message:
    if made.original is None or made.original.deleted:
        raise Refusal(10008)
    return made.original


def _own(call: Call, made: Interaction) -> Message:
    found = call.world.message(call.path["message"])
    if found is None or found.author is not call.bot or found.channel is not made.channel:
        raise Refusal(10008)
    return found


def _said(call: Call, made: Interaction, body: Json, *, loading: bool) -> Message:
    flags = int(body.get("flags") or 0)
    if loading:
        message = Message(call.world.id(), made.channel, call.bot, "", born=call.discord.now(), webhook=True)
        message.flags = flags & EPHEMERAL | LOADING
    else:
        message = new_message(call, made.channel, body, webhook=True)
    message.kind = 20 if made.kind == 2 else 0
    message.interaction = metadata(made)
    if message.flags & EPHEMERAL:
        message.only = made.user.id
        call.world.ephemerals.append(message)
        call.discord.note("post", message)
    else:
        call.discord.posted(message)
    return message


def _resolve(call: Call, message: Message, body: Json) -> None:
    change(call, message, {name: value for name, value in body.items() if name != "flags"})
    if int(body.get("flags") or 0) & 1 << 15:
        message.flags |= 1 << 15
    message.flags &= ~LOADING
    _seen(call, message)


def _seen(call: Call, message: Message) -> None:
    """A message changed; of an ephemeral one the app hears nothing."""
    if message.only:
        message.edited = call.discord.now()
        call.discord.note("edit", message)
    else:
        call.discord.edited(message)


def _delete(call: Call, message: Message) -> Answer:
    if message.only:
        message.deleted = True
        call.world.ephemerals.remove(message)
        call.discord.note("delete", message)
    else:
        call.discord.deleted(message)
    return None


def _open(call: Call, made: Interaction, data: Any) -> None:
    check = Check()
    check_modal(check, data)
    check.done()
    form = Form(data["custom_id"], data["title"], numbered(data["components"]), made)
    for part in walk(form.components):
        if "custom_id" in part:
            form.state[part["custom_id"]] = _preset(part)
    for other in call.discord.forms:
        if other.interaction.user is made.user:
            other.open = False
    call.discord.forms.append(form)
    call.discord.note("modal", None, made.user.id, form.title)


def _preset(part: Json) -> str | list[str] | bool | None:
    kind = part["type"]
    chosen = [one["value"] for one in part.get("options") or [] if one.get("default")]
    if kind == 4:
        return str(part.get("value") or "")
    if kind == 21:
        return chosen[0] if chosen else None
    if kind == 23:
        return bool(part.get("default"))
    return chosen


def _check_choices(data: Json) -> None:
    check = Check()
    for number, one in enumerate(check.items("data/choices", data.get("choices"), 0, 25)):
        check.length(f"data/choices/{number}/name", one.get("name"), 1, 100, required=True)
        if isinstance(one.get("value"), str):
            check.length(f"data/choices/{number}/value", one["value"], 1, 100)
    check.done()


def _shown(call: Call, message: Message) -> Json:
    return message_json(message, call.world.users, call.bot)
