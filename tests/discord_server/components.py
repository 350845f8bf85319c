"""Buttons, selects and modals: what each may hold and where it may stand.

Source: Discord's documentation, "Component Reference".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from tests.discord_server.refusal import Check, Json

ROW, BUTTON, SELECT, TEXT_INPUT = 1, 2, 3, 4
SELECTS = frozenset({3, 5, 6, 7, 8})
SECTION, TEXT, THUMBNAIL, GALLERY, FILE, SEPARATOR, CONTAINER, LABEL, UPLOAD = 9, 10, 11, 12, 13, 14, 17, 18, 19
RADIO, CHECKBOXES, CHECKBOX = 21, 22, 23
LINK, PREMIUM = 5, 6
MOST_OPTIONS = 25
MOST_IN_V2 = 40
TEXT_IN_V2 = 4_000


class _Seen:
    """What must be unique in one message or modal."""

    def __init__(self, check: Check) -> None:
        self.check = check
        self.custom: set[str] = set()
        self.ids: set[int] = set()

    def custom_id(self, path: str, part: Json) -> None:
        """Check a component's custom_id: 1 to 100 characters, once."""
        found = self.check.length(f"{path}/custom_id", part.get("custom_id"), 1, 100, required=True)
        if found and found in self.custom:
            self.check.no(
                f"{path}/custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated"
            )
        self.custom.add(found)


def check_message(check: Check, value: Any, *, second_version: bool) -> None:
    """Check the components of a message."""
    if value is None:
        return
    seen = _Seen(check)
    rows = check.items("components", value, 0, MOST_IN_V2 if second_version else 5)
    for number, one in enumerate(rows):
        path = f"components/{number}"
        kind = one.get("type") if isinstance(one, dict) else None
        if kind == ROW:
            _row(seen, path, one)
        elif second_version and kind in {SECTION, TEXT, GALLERY, FILE, SEPARATOR, CONTAINER}:
            _laid_out(seen, path, one)
        else:
            check.no(f"{path}/type", "BASE_TYPE_CHOICES", 'Value of field "type" must be one of (1,).')
    if second_version:
        everything = list(walk(value if isinstance(value, list) else []))
        if len(everything) > MOST_IN_V2:
            check.no("components", "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", f"At most {MOST_IN_V2} components")
        if sum(len(str(one.get("content", ""))) for one in everything if one.get("type") == TEXT) > TEXT_IN_V2:
            check.no("components", "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", f"At most {TEXT_IN_V2} characters")


def check_modal(check: Check, data: Any) -> None:
    """Check a modal: title up to 45 characters, one to five components."""
    if not isinstance(data, dict):
        check.required("data")
        return
    seen = _Seen(check)
    check.length("data/custom_id", data.get("custom_id"), 1, 100, required=True)
    check.length("data/title", data.get("title"), 1, 45, required=True)
    for number, one in enumerate(check.items("data/components", data.get("components"), 1, 5)):
        path = f"data/components/{number}"
        kind = one.get("type") if isinstance(one, dict) else None
        if kind == LABEL:
            check.length(f"{path}/label", one.get("label"), 1, 45, required=True)
            check.length(f"{path}/description", one.get("description"), 0, 100)
            _in_label(seen, f"{path}/component", one.get("component"))
        elif kind == TEXT:
            check.length(f"{path}/content", one.get("content"), 1, 4_000, required=True)
        elif kind == ROW:
            parts = check.items(f"{path}/components", one.get("components"), 1, 1)
            for part in parts:
                if not isinstance(part, dict) or part.get("type") != TEXT_INPUT:
                    check.no(f"{path}/components/0/type", "BASE_TYPE_CHOICES", "Only a text input may stand here.")
                else:
                    check.length(f"{path}/components/0/label", part.get("label"), 1, 45, required=True)
                    _text_input(seen, f"{path}/components/0", part)
        else:
            check.no(f"{path}/type", "BASE_TYPE_CHOICES", 'Value of field "type" must be one of (1, 10, 18).')


def numbered(components: list[Json]) -> list[Json]:
    """The components with an id each, as Discord gives them back."""
    taken = {one["id"] for one in walk(components) if one.get("id")}
    fresh = (number for number in range(1, 10_000) if number not in taken)
    for one in walk(components):
        if not one.get("id"):
            one["id"] = next(fresh)
    return components


def walk(components: list[Json]) -> Iterator[Json]:
    """Every component, those inside others included, as they stand."""
    for one in components:
        if not isinstance(one, dict):
            continue
        yield one
        yield from walk(one.get("components") or [])
        for inside in ("component", "accessory"):
            if isinstance(one.get(inside), dict):
                yield from walk([one[inside]])


def _row(seen: _Seen, path: str, row: Json) -> None:
    parts = seen.check.items(f"{path}/components", row.get("components"), 1, 5)
    kinds = [one.get("type") if isinstance(one, dict) else None for one in parts]
    for number, (kind, part) in enumerate(zip(kinds, parts, strict=True)):
        at = f"{path}/components/{number}"
        if kind == BUTTON:
            _button(seen, at, part)
        elif kind in SELECTS:
            _select(seen, at, part)
        else:
            seen.check.no(f"{at}/type", "BASE_TYPE_CHOICES", "Only buttons and selects may stand in a message.")
    if any(kind in SELECTS for kind in kinds) and len(kinds) > 1:
        seen.check.no(path, "COMPONENT_LAYOUT_WIDTH_EXCEEDED", "The specified component exceeds the maximum width")


def _button(seen: _Seen, path: str, part: Json) -> None:
    check, style = seen.check, part.get("style")
    if style not in range(1, 7):
        check.no(f"{path}/style", "BASE_TYPE_CHOICES", 'Value of field "style" must be one of (1, 2, 3, 4, 5, 6).')
    check.length(f"{path}/label", part.get("label"), 0, 80)
    if style != PREMIUM and not part.get("label") and not part.get("emoji"):
        check.no(path, "BUTTON_COMPONENT_INVALID_LABEL", "A button must have a label or an emoji")
    if style == LINK:
        check.length(f"{path}/url", part.get("url"), 1, 512, required=True)
        if "custom_id" in part:
            check.no(path, "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", "A custom id and url cannot both be")
    else:
        seen.custom_id(path, part)


def _select(seen: _Seen, path: str, part: Json) -> None:
    check = seen.check
    seen.custom_id(path, part)
    check.length(f"{path}/placeholder", part.get("placeholder"), 0, 150)
    least, most = part.get("min_values", 1), part.get("max_values", 1)
    if not (isinstance(least, int) and 0 <= least <= 25):
        check.no(f"{path}/min_values", "NUMBER_TYPE_MAX", "min_values must be between 0 and 25")
    if not (isinstance(most, int) and 1 <= most <= 25):
        check.no(f"{path}/max_values", "NUMBER_TYPE_MAX", "max_values must be between 1 and 25")
    if part["type"] == SELECT:
        offered = _options(check, path, part.get("options"), 1, MOST_OPTIONS)
        defaults = [one for one in offered if one.get("default")]
        if isinstance(most, int) and len(defaults) > most:
            check.no(f"{path}/options", "SELECT_COMPONENT_TOO_MANY_DEFAULT_VALUES", "Too many default values")
        if isinstance(least, int) and offered and least > len(offered):
            check.no(f"{path}/min_values", "SELECT_COMPONENT_MIN_VALUES", "More than there are options")


def _options(check: Check, path: str, value: Any, low: int, high: int) -> list[Json]:
    offered = [one for one in check.items(f"{path}/options", value, low, high) if isinstance(one, dict)]
    values: set[str] = set()
    for number, one in enumerate(offered):
        at = f"{path}/options/{number}"
        check.length(f"{at}/label", one.get("label"), 1, 100, required=True)
        found = check.length(f"{at}/value", one.get("value"), 1, 100, required=True)
        check.length(f"{at}/description", one.get("description"), 0, 100)
        if found in values:
            check.no(f"{at}/value", "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", "The specified option value is used")
        values.add(found)
    return offered


def _text_input(seen: _Seen, path: str, part: Json) -> None:
    check = seen.check
    seen.custom_id(path, part)
    if part.get("style") not in (1, 2):
        check.no(f"{path}/style", "BASE_TYPE_CHOICES", 'Value of field "style" must be one of (1, 2).')
    check.length(f"{path}/placeholder", part.get("placeholder"), 0, 100)
    value = check.length(f"{path}/value", part.get("value"), 0, 4_000)
    for name, low in (("min_length", 0), ("max_length", 1)):
        found = part.get(name)
        if found is not None and not (isinstance(found, int) and low <= found <= 4_000):
            check.no(f"{path}/{name}", "NUMBER_TYPE_MAX", f"{name} must be between {low} and 4000")
    if isinstance(part.get("max_length"), int) and len(value) > part["max_length"]:
        check.no(f"{path}/value", "BASE_TYPE_MAX_LENGTH", f"Must be {part['max_length']} or fewer in length.")


def _radio(seen: _Seen, path: str, part: Json) -> None:
    seen.custom_id(path, part)
    offered = _options(seen.check, path, part.get("options"), 2, 10)
    if sum(bool(one.get("default")) for one in offered) > 1:
        seen.check.no(f"{path}/options", "RADIO_GROUP_TOO_MANY_DEFAULTS", "Only one option can be the default")


def _checkboxes(seen: _Seen, path: str, part: Json) -> None:
    seen.custom_id(path, part)
    _options(seen.check, path, part.get("options"), 1, 10)


def _only_named(seen: _Seen, path: str, part: Json) -> None:
    seen.custom_id(path, part)


def _in_label(seen: _Seen, path: str, part: Any) -> None:
    rules: dict[int, Callable[[_Seen, str, Json], None]] = {
        TEXT_INPUT: _text_input,
        RADIO: _radio,
        CHECKBOXES: _checkboxes,
        CHECKBOX: _only_named,
        UPLOAD: _only_named,
        **dict.fromkeys(SELECTS, _select),
    }
    kind = part.get("type") if isinstance(part, dict) else None
    if kind not in rules:
        seen.check.no(f"{path}/type", "BASE_TYPE_CHOICES", f'Value of field "type" must be one of {sorted(rules)}.')
        return
    if kind == TEXT_INPUT and part.get("label") is not None:
        seen.check.no(f"{path}/label", "COMPONENT_LABEL_NOT_ALLOWED", "A text input in a label has no label")
    rules[kind](seen, path, part)


def _laid_out(seen: _Seen, path: str, part: Json) -> None:
    check, kind = seen.check, part["type"]
    if kind == TEXT:
        check.length(f"{path}/content", part.get("content"), 1, TEXT_IN_V2, required=True)
    elif kind == SECTION:
        for number, one in enumerate(check.items(f"{path}/components", part.get("components"), 1, 3)):
            if one.get("type") != TEXT:
                check.no(f"{path}/components/{number}/type", "BASE_TYPE_CHOICES", "Only text may stand in a section.")
            else:
                _laid_out(seen, f"{path}/components/{number}", one)
        accessory = part.get("accessory")
        if not isinstance(accessory, dict):
            check.required(f"{path}/accessory")
        elif accessory.get("type") == BUTTON:
            _button(seen, f"{path}/accessory", accessory)
        elif accessory.get("type") != THUMBNAIL:
            check.no(f"{path}/accessory/type", "BASE_TYPE_CHOICES", "A button or a thumbnail stands beside a section.")
    elif kind == CONTAINER:
        for number, one in enumerate(check.items(f"{path}/components", part.get("components"), 1, MOST_IN_V2)):
            at = f"{path}/components/{number}"
            if one.get("type") == ROW:
                _row(seen, at, one)
            elif one.get("type") in {SECTION, TEXT, GALLERY, FILE, SEPARATOR}:
                _laid_out(seen, at, one)
            else:
                check.no(f"{at}/type", "BASE_TYPE_CHOICES", "This may not stand in a container.")
    elif kind == GALLERY:
        for number, one in enumerate(check.items(f"{path}/items", part.get("items"), 1, 10)):
            check.length(f"{path}/items/{number}/description", one.get("description"), 0, 1_024)
