"""What a message may hold, and whom it notifies.

Source: Discord's documentation, "Create Message", "Embed Limits" and "Allowed Mentions Object".
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable
from typing import Any

from tests.discord_server.components import TEXT, check_message, numbered, walk
from tests.discord_server.refusal import Check, Json, Refusal
from tests.discord_server.world import COMPONENTS_V2, EPHEMERAL, SUPPRESS_EMBEDS, Message

CONTENT = 2_000
EMBEDS_TOTAL = 6_000
SETTABLE = COMPONENTS_V2 | EPHEMERAL | SUPPRESS_EMBEDS | 1 << 12
KNOWN = frozenset(
    "content embeds components attachments allowed_mentions nonce enforce_nonce tts flags message_reference "
    "sticker_ids poll username avatar_url thread_name applied_tags".split()
)
USER = re.compile(r"<@!?(\d+)>")
ROLE = re.compile(r"<@&(\d+)>")
EVERYONE = re.compile(r"@(?:everyone|here)\b")
LIMITS = {"title": 256, "description": 4_096, "url": 2_048}


def check_body(body: Json, files: int, *, before: Message | None = None) -> None:
    """Refuse a body that no message may have; `before` is the message that it changes."""
    check = Check()
    unknown = sorted(body.keys() - KNOWN)
    for name in unknown:
        check.no(name, "UNKNOWN_FIELD", "This server does not know the field")
    flags = body.get("flags") or 0
    if not isinstance(flags, int) or flags & ~SETTABLE:
        check.no("flags", "INVALID_FLAGS", f"flags {flags!r} cannot be set")
        flags = 0
    laid_out = bool((flags | (before.flags if before else 0)) & COMPONENTS_V2)
    check.length("content", body.get("content"), 0, CONTENT)
    _embeds(check, body.get("embeds"))
    check_message(check, body.get("components"), second_version=laid_out)
    _nonce(check, body)
    _mentions(check, body.get("allowed_mentions"))
    for number, one in enumerate(check.items("attachments", body.get("attachments") or [], 0, 10)):
        check.length(f"attachments/{number}/description", one.get("description"), 0, 1_024)
    if laid_out and (body.get("content") or body.get("embeds")):
        check.no("", "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", "content and embeds are not allowed")
    check.done()
    wanted = ("content", "embeds", "components", "sticker_ids", "poll")
    if before is None:
        if not any(_there(body.get(one)) for one in wanted) and not files:
            raise Refusal(50006)
        return
    left = {
        "content": before.content,
        "embeds": before.embeds,
        "components": before.components,
        "attachments": before.attachments,
    } | {name: value for name, value in body.items() if name in (*wanted, "attachments")}
    if not any(_there(one) for one in left.values()) and not files:
        raise Refusal(50006)


def _there(value: Any) -> bool:
    """True for what can be seen; a text of nothing but space is none."""
    return bool(value.strip() if isinstance(value, str) else value)


def apply(message: Message, body: Json) -> None:
    """Write a checked body into a message; what is absent stays as it is."""
    if "content" in body:
        message.content = (body["content"] or "").strip()
    if "embeds" in body:
        message.embeds = [{"type": "rich"} | one for one in copy.deepcopy(body["embeds"] or [])]
    if "components" in body:
        message.components = numbered(copy.deepcopy(body["components"] or []))
    if "flags" in body:
        kept = message.flags & ~SUPPRESS_EMBEDS
        message.flags = kept | (int(body["flags"] or 0) & SETTABLE)
    if message.flags & SUPPRESS_EMBEDS:
        message.embeds = []
    named(message)


def named(message: Message) -> None:
    """Write down whom a message's text names."""
    text = said(message)
    message.mentions = list(dict.fromkeys([*USER.findall(text), *ROLE.findall(text)]))


def pinged(message: Message, allowed: Json | None, roles: Iterable[str], *, everyone: bool) -> list[str]:
    """Whom the message notifies. roles: those it may notify; everyone: it may notify everybody."""
    text = said(message)
    parse = {"users", "roles", "everyone"} if allowed is None else set(allowed.get("parse") or [])
    given = allowed or {}
    users = [one for one in USER.findall(text) if "users" in parse or one in (given.get("users") or [])]
    there = set(roles)
    wanted = [one for one in ROLE.findall(text) if "roles" in parse or one in (given.get("roles") or [])]
    found = users + [one for one in wanted if one in there]
    if EVERYONE.search(text) and "everyone" in parse and everyone:
        found.append("everyone")
    if message.reference is not None and (allowed is None or given.get("replied_user")):
        found.append(f"reply:{message.reference.get('message_id')}")
    return list(dict.fromkeys(found))


def said(message: Message) -> str:
    """The text in which mentions count: the content, or the text of the components that stand for it."""
    shown = [message.content]
    if message.flags & COMPONENTS_V2:
        shown += [one.get("content", "") for one in walk(message.components) if one.get("type") == TEXT]
    return "\n".join(shown)


def _nonce(check: Check, body: Json) -> None:
    nonce = body.get("nonce")
    if nonce is None:
        return
    if not isinstance(nonce, str | int) or isinstance(nonce, bool):
        check.no("nonce", "NONCE_TYPE_INVALID_TYPE", "Nonces must be a string or an integer")
    elif len(str(nonce)) > 25:
        check.no("nonce", "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")


def _mentions(check: Check, allowed: Any) -> None:
    if allowed is None:
        return
    if not isinstance(allowed, dict):
        check.no("allowed_mentions", "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
        return
    parse = allowed.get("parse") or []
    for one in parse:
        if one not in ("users", "roles", "everyone"):
            check.no("allowed_mentions/parse", "BASE_TYPE_CHOICES", f"{one!r} is none of roles, users, everyone")
    for kind in ("users", "roles"):
        if kind in parse and allowed.get(kind):
            check.no(
                "allowed_mentions/parse",
                "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
                f'parse:["{kind}"] and {kind}: [ids...] are mutually exclusive.',
            )
        if len(allowed.get(kind) or []) > 100:
            check.no(f"allowed_mentions/{kind}", "BASE_TYPE_MAX_LENGTH", "Must be 100 or fewer in length.")


def _embeds(check: Check, value: Any) -> None:
    if value is None:
        return
    total = 0
    for number, one in enumerate(check.items("embeds", value, 0, 10)):
        path = f"embeds/{number}"
        texts = [check.length(f"{path}/{name}", one.get(name), 0, high) for name, high in LIMITS.items()]
        total += sum(len(text) for text in texts[:2])
        for place, name, high in (("footer", "text", 2_048), ("author", "name", 256)):
            total += len(check.length(f"{path}/{place}/{name}", (one.get(place) or {}).get(name), 0, high))
        for field, part in enumerate(check.items(f"{path}/fields", one.get("fields") or [], 0, 25)):
            at = f"{path}/fields/{field}"
            total += len(check.length(f"{at}/name", part.get("name"), 1, 256, required=True))
            total += len(check.length(f"{at}/value", part.get("value"), 1, 1_024, required=True))
    if total > EMBEDS_TOTAL:
        check.no("embeds", "MAX_EMBED_SIZE_EXCEEDED", f"Embed size exceeds maximum size of {EMBEDS_TOTAL}")
