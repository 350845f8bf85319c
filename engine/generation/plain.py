"""Untrusted text made plain: nothing in it can ping, link, format or hide."""

from __future__ import annotations

import html
import re
import unicodedata

_BIDI_AND_HIDDEN = re.compile(
    "[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
_OVERRIDDEN = re.compile("\u202e([^\u202c\n]*)")
"""What is shown backwards: readers, and so the filters, get to read it in the order in which it is shown."""

_JOINER = re.compile("(?<![\u0600-\u08ff\u0900-\u0dff\u1000-\u109f\u1780-\u18af])[\u200c\u200d]")
"""Zero-width joiners, but for the scripts that are written with them."""

_EMOJI = re.compile(
    "[\u2190-\u21ff\u2300-\u23ff\u2460-\u24ff\u25a0-\u27bf\u2900-\u297f\u2b00-\u2bff\u3030\u303d\u3297\u3299"
    "\ufe0e\ufe0f\u20e3\ue000-\uf8ff\U0001f000-\U0001faff\U0001fb00-\U0001fbff]"
    "|:[a-z][a-z0-9_+-]*:(?::skin-tone-\\d:)?"
    "|(?<![\\w])[:;=8xX]['-]?[()DPp/\\\\|](?![\\w])|<3|\\^\\^|(?<!\\w)[xX]D(?!\\w)"
)
_FENCED = re.compile(r"```.*?(?:```|\Z)", re.S)
_LINK_LABEL = re.compile(r"!?\[([^\]\n]*)\]\([^)\n]*\)")
_SLACK_LABEL = re.compile(r"<(?:https?://|mailto:|#|!|@)[^<>|\n]*\|([^<>\n]*)>")
_ANGLED = re.compile(r"<[!@#:/a-zA-Z|][^<>]{0,500}>|<[!@#/][^\s<>]*|<\|[^\n]{0,40}?\|>")
_BROADCAST = re.compile(r"<*!(?:channel|here|everyone|subteam\S*)\b>*", re.I)
_URL = re.compile(
    r"(?:[a-z][a-z0-9+.-]{1,15}://|www\.)\S+"
    r"|(?<![\w@])(?:[\w-]{1,63}\.){1,5}(?:com|org|net|io|dev|app|co|gov|edu|info|biz|xyz|me|ly|gg|uk|de|fr|eu|ru"
    r"|cn)\b(?:[/?#]\S*)?",
    re.I,
)
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")
_EVERYBODY = re.compile(r"[@＠]\s?(?:everyone|here|channel|all|team)\b", re.I)
_VOCATIVE = re.compile(r"^[ \t]*(?:[@＠][\w.\-]+[ \t,:]*)+|(?:(?<=[\s,])[@＠][\w.\-]+[ \t,]*)+(?=[.!?]?$)", re.M)
_MENTION = re.compile(r"(?<!\w)[@＠][\w.\-]+")
_BULLET = re.compile(r"^[ \t]*(?:[>#]+[ \t]*|[-*+•·][ \t]+|\(?(?:\d{1,2}|[a-z])[.)][ \t]+)+", re.M)
_EMPHASIS = re.compile(r"(\*\*\*|\*\*|__|~~|\|\||\*|`|(?<!\w)_(?=\w)|(?<=\w)_(?!\w)|(?<!\w)~(?=\S)|(?<=\S)~(?!\w))")
_REPEATED = re.compile(r"([!?.,;:*#=_~-])\1{2,}")


def _as_shown(found: re.Match[str]) -> str:
    """What an override turns round; letters that are written from right to left anyway stay as they are."""
    written = found[1]
    leftwards = any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in written)
    return written if leftwards else written[::-1]


def plain(text: str) -> str:
    """The words of `text`, one line per paragraph or list item; "" when it holds no letter or digit.

    Links, mentions, markup, code, emoji, control and bidirectional characters are gone; a mention
    inside a sentence becomes "someone" so that the sentence still reads. Any script is kept.
    """
    text = unicodedata.normalize("NFC", text.encode("utf-8", "ignore").decode("utf-8"))
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    text = _FENCED.sub(" ", text)
    for _ in range(3):
        text = html.unescape(text)
    text = _OVERRIDDEN.sub(_as_shown, text)
    text = _BIDI_AND_HIDDEN.sub("", text)
    text = _JOINER.sub("", text)
    text = "".join(c if c == "\n" or unicodedata.category(c) not in ("Cc", "Cs", "Cn") else " " for c in text)
    text = _LINK_LABEL.sub(r"\1", text)
    text = _SLACK_LABEL.sub(r"\1", text)
    before = ""
    while before != text:
        before, text = text, _ANGLED.sub(" ", text)
    text = _BROADCAST.sub(" ", text)
    text = _URL.sub(" ", text)
    text = _EMAIL.sub(" ", text)
    text = _EVERYBODY.sub(" ", text)
    text = _EMOJI.sub(" ", text)
    text = _BULLET.sub("", text)
    text = _EMPHASIS.sub("", text)
    text = re.sub(r"[@＠]{2,}", "@", text)
    text = _VOCATIVE.sub("", text)
    text = _MENTION.sub("someone", text)
    text = re.sub(r"[@＠#]+(?=\w)|[@＠]", "", text)
    text = re.sub(r"(?<!\d)(?<!\d )[<>](?! ?\d)", "", text)
    text = text.translate({0x2018: "'", 0x2019: "'", 0x201C: '"', 0x201D: '"', 0x2026: "...", 0xA0: " ", 0x2014: " - "})
    text = re.sub(r"\.{2,}(?=[^\s.])", "... ", text)
    text = _REPEATED.sub(r"\1", text)
    text = re.sub(r"\(\s*\)|\[\s*\]|\{\s*\}", " ", text)
    text = re.sub(r"[ \t\f\v]+", " ", text)
    text = re.sub(r" +([.,;:!?])(?=\s|$)", r"\1", text)
    lines = [line.strip() for line in text.split("\n")]
    return "\n".join(line for line in lines if any(c.isalnum() for c in line))
