"""Reading the catalogs and filling in their placeholders."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from gettext import c2py
from pathlib import Path
from string import Formatter

FOLDER = Path(__file__).parent

DEFAULT_LOCALE = "en"
"""The locale that is complete by definition, and serves whoever asks for one that we do not have."""

Value = str | int | float


class MissingText(LookupError):
    """There is no such text id, or a placeholder of it was not given: our own mistake, never a participant's."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One text in one locale. forms: one text, or one per plural form. by: the placeholder that decides."""

    forms: tuple[str, ...]
    by: str | None = None

    @property
    def placeholders(self) -> frozenset[str]:
        """The names in braces, over all forms."""
        return frozenset(name for form in self.forms for _, name, _, _ in Formatter().parse(form) if name is not None)


@dataclass(frozen=True, slots=True)
class Catalog:
    """All texts of one locale; `plural` maps a number to the index of its form."""

    locale: str
    entries: Mapping[str, Entry]
    plural: Callable[[int], int]


@cache
def locales() -> tuple[str, ...]:
    """The locales that have a catalog, in alphabetical order."""
    return tuple(sorted(path.parent.parent.name for path in FOLDER.glob("*/LC_MESSAGES/parley.po")))


@cache
def catalog(locale: str) -> Catalog:
    """The texts of a locale that `locales` names. Raises FileNotFoundError for any other."""
    from babel.messages.pofile import read_po

    with (FOLDER / locale / "LC_MESSAGES" / "parley.po").open("rb") as file:
        read = read_po(file, locale=locale, abort_invalid=True)
    entries: dict[str, Entry] = {}
    for message in read:
        if not message.id:
            continue
        plural = isinstance(message.id, tuple | list)
        text_id = str(message.id[0]) if plural else str(message.id)
        forms = tuple(message.string) if isinstance(message.string, tuple | list) else (str(message.string),)
        entries[text_id] = Entry(forms, str(message.id[1]) if plural else None)
    return Catalog(locale, entries, c2py(read.plural_expr))


class Texts:
    """The texts of the reader's locale: `Texts("en")("late-opinion")` is what they read."""

    def __init__(self, locale: str = DEFAULT_LOCALE) -> None:
        """`locale`: as the platform says it, such as "en", "en-GB" or "pt_BR"; the nearest one we have is taken."""
        from babel import negotiate_locale

        self.locale = negotiate_locale([locale.replace("-", "_")], list(locales())) or DEFAULT_LOCALE
        self._catalog = catalog(self.locale)

    def __call__(self, text_id: str, **values: Value) -> str:
        """The text, with numbers written as the locale writes them.

        Raises MissingText when there is no such id, or when a placeholder of it has no value.
        """
        entry = self._catalog.entries.get(text_id)
        if entry is None:
            raise MissingText(f"there is no text {text_id!r} in locale {self.locale!r}; add it to its catalog")
        try:
            form = entry.forms[0] if entry.by is None else entry.forms[self._catalog.plural(int(values[entry.by]))]
            return form.format_map({name: self.written(value) for name, value in values.items()})
        except KeyError as error:
            raise MissingText(f"text {text_id!r} needs a value for {error.args[0]!r}, got {sorted(values)}") from error

    def __contains__(self, text_id: str) -> bool:
        return text_id in self._catalog.entries

    def written(self, value: Value) -> str:
        """A number as this locale writes it (whole ones exactly, others with one decimal); a text as it is."""
        from babel.numbers import format_decimal

        if isinstance(value, str):
            return value
        return format_decimal(value, format="#,##0" if isinstance(value, int) else "#,##0.0", locale=self.locale)

    @property
    def decimal_mark(self) -> str:
        """What this locale writes before decimals."""
        from babel.numbers import get_decimal_symbol

        return get_decimal_symbol(self.locale)

    @property
    def group_mark(self) -> str:
        """What this locale writes between thousands."""
        from babel.numbers import get_group_symbol

        return get_group_symbol(self.locale)
