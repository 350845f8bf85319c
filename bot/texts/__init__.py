"""Every word a participant reads, by locale: gettext catalogs keyed by stable text ids.

A catalog is `bot/texts/LOCALE/LC_MESSAGES/parley.po`, read through Babel without compiled files. Its msgid
is the text id; where a text has plural forms, msgid_plural is the name of the placeholder that decides
between them. A new language is a new folder; tests hold its ids and placeholders against the English ones.
"""

from bot.texts.catalog import DEFAULT_LOCALE, MissingText, Texts, locales
from bot.texts.pages import page_words

__all__ = ["DEFAULT_LOCALE", "MissingText", "Texts", "locales", "page_words"]
