"""The pieces of Block Kit validation that everything shares: problems with their pointers, texts, options.

Limits: Slack's Block Kit reference, composition objects. Problems read as Slack words them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
Rule = Callable[["Check", Any, str], None]


@dataclass(frozen=True)
class Spec:
    """The fields an object may have, besides `type`; `required` ones must be there."""

    fields: Mapping[str, Rule]
    required: tuple[str, ...] = ()


@dataclass
class Check:
    """One payload under examination. surface: "message", "modal" or "home"."""

    surface: str
    known_file: Callable[[str], bool] = lambda _: True
    problems: list[str] = field(default_factory=list)
    block_ids: set[str] = field(default_factory=set)
    action_ids: set[tuple[str, str]] = field(default_factory=set)
    repeated_actions: list[str] = field(default_factory=list)
    focused: int = 0
    markdown: int = 0

    def no(self, problem: str, pointer: str) -> None:
        """Note a problem."""
        self.problems.append(f"{problem} [json-pointer:{pointer}]")

    def object(self, value: Any, pointer: str, spec: Spec) -> bool:
        """Check an object against its fields; False when it is no object."""
        if not isinstance(value, dict):
            self.no("must provide an object", pointer)
            return False
        for name in spec.required:
            if value.get(name) is None:
                self.no(f"missing required field: {name}", pointer)
        for name, part in value.items():
            if name == "type":
                continue
            rule = spec.fields.get(name)
            if rule is None:
                self.no(f"invalid additional property: {name}", pointer)
            elif part is None:
                if name not in spec.required:
                    self.no("must not be null", f"{pointer}/{name}")
            else:
                rule(self, part, f"{pointer}/{name}")
        return True

    def length(self, value: str, low: int, high: int, pointer: str) -> None:
        """Check how long a text is; Slack counts characters."""
        if len(value) > high:
            self.no(f"must be less than {high + 1} characters", pointer)
        if len(value) < low:
            self.no(f"must be more than {low - 1} characters", pointer)

    def items(self, value: Any, low: int, high: int, pointer: str) -> list[Any]:
        """Check a list and how many are in it; [] when it is none."""
        if not isinstance(value, list):
            self.no("must provide an array", pointer)
            return []
        if len(value) > high:
            self.no(f"no more than {high} items allowed", pointer)
        if len(value) < low:
            self.no(f"no fewer than {low} items allowed", pointer)
        return value


def string(high: int, low: int = 1) -> Rule:
    """A text of a length."""

    def rule(check: Check, value: Any, pointer: str) -> None:
        if not isinstance(value, str):
            check.no("must provide a string", pointer)
        else:
            check.length(value, low, high, pointer)

    return rule


def one_of(*allowed: str) -> Rule:
    """One of a few words."""

    def rule(check: Check, value: Any, pointer: str) -> None:
        if value not in allowed:
            check.no(f"value must be one of: {', '.join(allowed)}", pointer)

    return rule


def boolean(check: Check, value: Any, pointer: str) -> None:
    """Yes or no."""
    if not isinstance(value, bool):
        check.no("must provide a boolean", pointer)


def whole(low: int, high: int) -> Rule:
    """A whole number in a range."""

    def rule(check: Check, value: Any, pointer: str) -> None:
        if not isinstance(value, int) or isinstance(value, bool):
            check.no("must provide an integer", pointer)
        elif not low <= value <= high:
            check.no(f"must be between {low} and {high}", pointer)

    return rule


def anything(_: Check, __: Any, ___: str) -> None:
    """What this server does not look into."""


def url(check: Check, value: Any, pointer: str) -> None:
    """A web address of at most 3,000 characters."""
    string(3_000)(check, value, pointer)
    if isinstance(value, str) and not value.startswith(("http://", "https://", "mailto:", "slack://")):
        check.no("must be a valid URL", pointer)


def text(high: int, *, plain: bool = False, low: int = 1) -> Rule:
    """A text object."""

    def rule(check: Check, value: Any, pointer: str) -> None:
        kind = value.get("type") if isinstance(value, dict) else None
        allowed = ("plain_text",) if plain else ("plain_text", "mrkdwn")
        if isinstance(value, dict) and kind not in allowed:
            check.no(f"unsupported type: {kind}", f"{pointer}/type")
            return
        extra: dict[str, Rule] = {"emoji": boolean} if kind == "plain_text" else {"verbatim": boolean}
        check.object(value, pointer, Spec({"text": string(high, low), **extra}, ("text",)))

    return rule


CONFIRM = Spec(
    {
        "title": text(100, plain=True),
        "text": text(300),
        "confirm": text(30, plain=True),
        "deny": text(30, plain=True),
        "style": one_of("primary", "danger"),
    },
    ("title", "text", "confirm", "deny"),
)


def confirm(check: Check, value: Any, pointer: str) -> None:
    """A confirmation dialog."""
    check.object(value, pointer, CONFIRM)


def option(*, marked: bool = False, link: bool = False) -> Rule:
    """An option; its text may be mrkdwn in radio buttons and checkboxes, a link only in overflow menus."""
    fields: dict[str, Rule] = {
        "text": text(75, plain=not marked),
        "value": string(150),
        "description": text(75, plain=not marked),
    }
    if link:
        fields["url"] = url
    spec = Spec(fields, ("text", "value"))

    def rule(check: Check, value: Any, pointer: str) -> None:
        check.object(value, pointer, spec)

    return rule


def options(high: int, low: int = 1, *, marked: bool = False, link: bool = False) -> Rule:
    """A list of options with distinct values."""
    each = option(marked=marked, link=link)

    def rule(check: Check, value: Any, pointer: str) -> None:
        seen: set[str] = set()
        for number, one in enumerate(check.items(value, low, high, pointer)):
            each(check, one, f"{pointer}/{number}")
            known = str(one.get("value")) if isinstance(one, dict) else ""
            if known in seen:
                check.no("option values must be unique", f"{pointer}/{number}/value")
            seen.add(known)

    return rule
