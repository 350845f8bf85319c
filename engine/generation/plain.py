"""Untrusted text made plain: nothing in it can ping, link, format, hide, or give a model orders."""

from __future__ import annotations

import html
import re
import unicodedata

_BIDI_AND_HIDDEN = re.compile(
    "[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
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
_ORDER = re.compile(
    r"\b(?:ignor|disregard|forget|overrid|bypass)\w*\b.{0,60}\b(?:instruction|prompt|direction|guideline|command"
    r"|(?:previous|prior|above|earlier|preceding)(?: \w+)? (?:rule|opinion|text|message|statement|thing|content)"
    r"|everything (?:above|before)|(?:all|every) (?:the )?(?:other )?(?:opinion|member|participant)s?)"
    r"|\b(?:system|developer|assistant|user)\s*(?:prompt\b|message\b|:)"
    r"|\byou are (?:now |no longer )?(?:an?|the|my) (?:\w+ )?(?:ai|a\.i\.|assistant|language model|chatbot|bot"
    r"|llm|gpt)\b"
    r"|\bas an? (?:ai|language model|llm|assistant)\b"
    r"|\b(?:output|print|reply|respond|answer|repeat|write|return|say)\b.{0,15}"
    r"\b(?:exactly|verbatim|the following|nothing but|with the word|your (?:prompt|instructions))\b"
    r"|\b(?:output|print|reply|respond|write|answer|say) (?:back |with )?only\b"
    r"|\b(?:your|this) (?:candidate|consensus|output|draft(?:ed)?)? ?(?:statement|output|summary)s? (?:must|should"
    r"|has to|needs to) (?:say|be|only|contain|include|state|mention|read)\b"
    r"|\bthe (?:candidate|consensus|generated|final) (?:statement|output|summary)s? (?:must|should|has to|needs to)"
    r" (?:only |just )?(?:say|be|contain|state|read)\b"
    r"|\b(?:ignor|disregard|forget|skip)\w* (?:all |everything |everyone |everybody )?(?:the |of the )?"
    r"(?:others?|else|rest)\b.{0,40}\b(?:write|say|output|print|answer|state|reply)\b(?! (?:to|no|yes|nothing)\b)"
    r"|\b(?:dear|hey|hello|attention|p\.?s\.?:? (?:for|to) the),? (?:ai|language model|llm|chatbot|gpt|assistant)\b"
    r"|\bwhen(?:ever)? (?:you )?writ\w+ (?:the|your|a|this) (?:statement|summary|consensus|answer)\b"
    r"|\b(?:rules|instructions|prompt|guidelines) (?:that )?you (?:were|have been|got) (?:given|told)\b"
    r"|\b(?:translate|rewrite|summari[sz]e|delete|drop|replace) (?:all )?(?:the )?other (?:opinion|member)s?\b"
    r"|\b(?:vergiss|vergesst|ignorier\w*|missachte\w*)\b.{0,40}\b(?:anweisung|vorgabe)"
    r"|\b(?:ignore[zs]?|oublie[zs]?)\b.{0,40}\b(?:consignes|instructions)\b"
    r"|\b(?:ignora|olvida|ignore|olvide)\w*\b.{0,40}\binstrucciones\b"
    r"|\bjailbreak|\bprompt injection\b|\[/?INST\]|\bend of (?:opinions|prompt|input)\b"
    r"|\bnew (?:instructions|task)\s*:",
    re.I,
)

_LOOKALIKES = str.maketrans(
    "АВЕКМНОРСТУХаеіоrрсухѕԁјɡΑΒΕΖΗΙΚΜΝΟΡΤΥΧοІЅЈ", "ABEKMHOPCTYXaeioгpcyxsdjgABEZHIKMNOPTYXoISJ".replace("г", "r")
)
"""Letters of other scripts that are drawn like Latin ones."""


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
    text = _BIDI_AND_HIDDEN.sub("", text)
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


def orders_a_model(sentence: str) -> bool:
    """True for a sentence that speaks to a language model instead of about the question."""
    return _ORDER.search(unicodedata.normalize("NFKC", sentence).translate(_LOOKALIKES)) is not None
