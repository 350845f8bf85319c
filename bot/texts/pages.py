"""The words of the browser's pages: gettext catalogs keyed by their English text, as bot/web/strings.py marks them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

from bot.texts.catalog import DEFAULT_LOCALE, FOLDER, locales


@cache
def page_catalog(locale: str) -> Mapping[str, str]:
    """English text -> text in a locale that `locales` names."""
    from babel.messages.pofile import read_po

    with (FOLDER / locale / "LC_MESSAGES" / "pages.po").open("rb") as file:
        return {str(one.id): str(one.string) for one in read_po(file, locale=locale, abort_invalid=True) if one.id}


def page_words(locale: str = DEFAULT_LOCALE) -> Callable[[str], str]:
    """What a page says for an English text, in the nearest locale that we have; unknown texts stay English."""
    from babel import negotiate_locale

    nearest = negotiate_locale([locale.replace("-", "_")], list(locales())) or DEFAULT_LOCALE
    words = page_catalog(nearest)
    return lambda text: words.get(text, text)
