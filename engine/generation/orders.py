"""Orders to a language model inside an opinion: found by what they speak of, and taken out with what follows them.

Found are sentences that speak of instructions, of the text that is being written or of whoever writes it, that hand out
a role, or that imitate a chat's or a program's structure; in the languages listed, orders to ignore something and write
something else. An order to the world ("Ban it now", "Write to the council") is an opinion and stays.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

from engine.language import sentences

FLOOD = 100
"""A sentence that one opinion repeats more often than this is no opinion; it goes like an order."""

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
"""Speaks of instructions or of a model."""

_WRITTEN = r"(?:statement|summar(?:y|ies)|sentence|paragraph|answer|output|respons(?:e|es)|repl(?:y|ies)|text|draft)s?"
_WRITER = (
    r"(?:summari[sz]er|summari[sz]ing (?:bot|model|machine|program)|(?:text|statement) writer|algorithm|ai|a\.i\.|bot"
    r"|chatbot|machine|language model|llm)"
)
_ABOUT_THE_TEXT = re.compile(
    rf"\b(?:in|into|to|of) (?:each|every|your|all(?: of)?(?: the| your)?) {_WRITTEN}\b"
    rf"|\b(?:begin|start|end|open|close|finish|conclude|sign off|fill)\w* (?:off )?(?:each|every|your|all)(?: of)?"
    rf"(?: the| your)? {_WRITTEN}\b"
    r"|\b(?:the |your |this )?(?:statement|summary|consensus|output|response)s?"
    r" (?:must|should|shall|has to|needs to|will) (?:begin|start|end|open|finish|conclude|appear|be replaced)\b"
    r"|\b(?:append|add|prepend|insert|slip|smuggle|sneak|put)\b.{0,60}"
    rf"\b(?:to|into|in|before|after) (?:the|your|this) {_WRITTEN}\b"
    r"|\b(?:code ?word|secret word|magic word|trigger word|pass ?phrase)\b"
    rf"|\b(?:whoever|who|the one who|the person who|you who) (?:will |then )?(?:summari[sz]|compil|generat)\w*"
    rf"|\b(?:instruction|note|message|memo|request|reminder|command|hint|p\.?s\.?)s? (?:to|for) (?:the |our |any )?"
    rf"{_WRITER}\b"
    r"|\b(?:give|grant|assign|count)\w* (?:my|this) (?:opinion|view|vote|voice|answer|comment)s?\b.{0,30}"
    r"\b(?:weight|times|priority|double|triple|only)\b"
    r"|\b(?:correct|right|expected|desired|required|valid) (?:completion|continuation|output|response)\b"
    r"|\b(?:decode|decrypt|decipher|unscramble|base ?64|rot ?13)\b",
    re.I,
)
_ROLE = re.compile(
    r"\b(?:pretend (?:to be|you are|you're|that you are)|act as|play the (?:part|role) of|role-?play|speak as"
    r"|from (?:now|this point|here) on,? you(?: are|'re)?)\b.{0,80}"
    r"\b(?:say|announc|read|recit|tell|speak|answer|repl|writ|stat|begin|declar|proclaim|confess|reveal)\w*"
    r"|\b(?:who|that) (?:can|may|must|will) (?:do|say|answer) (?:anything|everything)\b"
    r"|\b(?:safety|content|moderation) (?:filter|setting|guard ?rail|check|polic)\w*"
    r"|\b(?:without|no|ignor\w+) (?:any )?(?:filter|guard ?rail|content rule|safety rule)s?\b"
    r"|\blet'?s play a game\b.{0,20}\byou are\b",
    re.I,
)
_AUTHORITY = re.compile(
    r"\b(?:admin(?:istrator)?s?|system|developer|root|sudo|operator) ?(?:override|prompt|mode|message|note|instruction"
    r"|access)s?\b"
    r"|\b(?:note|message|notice|announcement|order|instruction)s? from (?:the )?"
    r"(?:admin\w*|system|developers?|moderators?|operators?)\b"
    r"|\b(?:system|assistant|model|bot|ai|user|human) (?:response|reply|answer|output|turn)\b\s*[:=]"
    r"|\b(?:consensus|outcome|statement|summary|result)s? (?:is|was|has|have) (?:already )?(?:been )?"
    r"(?:decided|fixed|settled|determined|agreed|written)\b.{0,20}[:.]",
    re.I,
)
_STRUCTURE = re.compile(
    r"\[\s*/?\s*(?:opinions?|instructions?|system|questions?|statements?|critiques?|inst|user|assistant|end)\b[^\]]{0,40}\]"
    r"|<<\s*/?\s*sys|<\|"
    r"|:=|=>|:\s*[\[{]\s*[\w\"'{\[]|[\]}]\s*,\s*[\w\"'\[{]|[\]}]\s*[\]}]|\{\s*[\"']?\w+[\"']?\s*:"
)

_IGNORE_OR_ONLY: tuple[tuple[str, str, str, str], ...] = (
    (
        r"olvid\w*|ignor\w*|omit\w*",
        r"instruccion\w*|indicacion\w*|dem[áa]s|otros|otras|anterior\w*",
        r"escrib\w*|responde\w*|di|diga\w*|imprim\w*",
        r"[úu]nicamente|solamente|s[óo]lo|exactamente",
    ),
    (
        r"ignore[zs]?|oublie[zs]?|omet\w*",
        r"consignes?|instructions?|autres|avis|pr[ée]c[ée]dent\w*",
        r"[ée]cri\w*|r[ée]pond\w*|dites?|affich\w*",
        r"seulement|uniquement|juste|exactement",
    ),
    (
        r"vergiss|vergesst|vergessen|ignorier\w*|missacht\w*",
        r"anweisung\w*|vorgabe\w*|anderen?|bisherig\w*|vorherig\w*",
        r"schreib\w*|antwort\w*|sag\w*|gib",
        r"nur|ausschlie(?:ß|ss)lich|lediglich|genau",
    ),
    (
        r"ignora\w*|dimentica\w*|esquec\w*|ignore",
        r"istruzioni|instru[çc][õo]es|altri|outr[oa]s|precedenti|anteriores",
        r"scriv\w*|rispond\w*|escrev\w*|respond\w*|diga",
        r"solo|soltanto|solamente|apenas|somente|s[óo]",
    ),
    (
        r"negeer\w*|vergeet|zignoruj\w*|zapomnij\w*|ignoruj\w*",
        r"instructies?|anderen|vorige|instrukcj\w*|polece\w*|innych|poprzedni\w*",
        r"schrijf|antwoord\w*|zeg|napisz\w*|odpowiedz\w*|powiedz\w*",
        r"alleen|slechts|uitsluitend|tylko|wy[łl][ąa]cznie",
    ),
    (
        r"забудь\w*|игнорир\w*|забуд\w*|ігнор\w*|проигнорир\w*",
        r"инструкци\w*|указани\w*|остальн\w*|други\w*|предыдущ\w*|інструкці\w*|інш\w*",
        r"напиши\w*|пиши\w*|ответ\w*|скажи\w*|выведи\w*|напишіть",
        r"только|лишь|исключительно|тільки|лише",
    ),
    (
        r"görmezden gel\w*|unut\w*|yok say\w*",
        r"talimat\w*|yönerge\w*|diğer\w*|önceki\w*",
        r"yaz\w*|cevapla\w*|söyle\w*",
        r"sadece|yalnızca",
    ),
    (
        "تجاهل|انس|انسى|اهمل",
        "تعليمات|التعليمات|الاخرين|الآخرين|السابقة|الأوامر",
        "اكتب|واكتب|قل|وقل|اجب|أجب|اطبع",
        "فقط",
    ),
    ("忽略|忘记|忘記|无视|無視", "指令|指示|之前|其他|說明|说明|提示", "输出|輸出|写|寫|回答|回复|说|說", "只|仅|僅"),
    ("無視|忘れ", "指示|命令|以前|他の|ほか", "出力|書|答え|言", "だけ|のみ"),
    ("무시|잊어", "지시|명령|이전|다른", "출력|쓰|써|대답|말해", "만|오직"),
    ("अनदेखा|नज़रअंदाज़|भूल", "निर्देश|दूसर|पिछले", "लिख|कह|उत्तर", "केवल|सिर्फ"),
)
"""Per language: to ignore, what is to be ignored, to write, and only."""


def _spoken(alternatives: str) -> str:
    """Whole words where a script has spaces between them."""
    unspaced = re.search("[\u0900-\u097f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]", alternatives)
    return f"(?:{alternatives})" if unspaced else rf"\b(?:{alternatives})\b"


_INSTRUCTIONS = (
    r"instruccion\w*|indicacion\w*|consignes?|instructions?|anweisung\w*|vorgabe\w*|istruzioni|instru[çc][õo]es"
    r"|instructies|instrukcj\w*|polece\w*|инструкци\w*|інструкці\w*|указани\w*|talimat\w*|yönerge\w*"
    "|تعليمات|التعليمات|الأوامر|指令|지시|निर्देश"
)
_ELSEWHERE = [
    re.compile(
        rf"{_spoken(ignore)}.{{0,40}}{_spoken(what)}.{{0,60}}{_spoken(write)}"
        rf"|{_spoken(ignore)}.{{0,40}}(?:{_INSTRUCTIONS})"
        rf"|{_spoken(write)}.{{0,12}}{_spoken(only)}.{{0,40}}[:：]|{_spoken(only)}.{{0,6}}{_spoken(write)}.{{0,40}}[:：]",
        re.I,
    )
    for ignore, what, write, only in _IGNORE_OR_ONLY
]

_LOOKALIKES = str.maketrans(
    "АВЕКМНОРСТУХаеіоrрсухѕԁјɡΑΒΕΖΗΙΚΜΝΟΡΤΥΧοІЅЈ", "ABEKMHOPCTYXaeioгpcyxsdjgABEZHIKMNOPTYXoISJ".replace("г", "r")
)
"""Letters of other scripts that are drawn like Latin ones."""


def orders_a_model(sentence: str) -> bool:
    """True for a sentence that speaks to a language model, or imitates one, instead of speaking about the question."""
    shown = "".join(letter for letter in sentence if unicodedata.category(letter) != "Cf")
    read = unicodedata.normalize("NFKC", shown)
    latin = read.translate(_LOOKALIKES)
    known = (_ORDER, _ABOUT_THE_TEXT, _ROLE, _AUTHORITY, _STRUCTURE)
    return any(pattern.search(latin) for pattern in known) or any(pattern.search(read) for pattern in _ELSEWHERE)


def parted(text: str) -> tuple[list[str], list[str]]:
    """The sentences of `text` that are about the question, and those that are not, both in order.

    Whatever follows an order belongs to it: a payload is rarely in the sentence that asks for it. So does a sentence
    that is repeated more than FLOOD times.
    """
    said = [sentence for piece in _pieces(text) for sentence in sentences(piece)]
    times = Counter(said)
    kept: list[str] = []
    for at, sentence in enumerate(said):
        if orders_a_model(sentence):
            return kept, [*_distinct(said, kept, at), *said[at:]]
        if times[sentence] <= FLOOD:
            kept.append(sentence)
    return kept, _distinct(said, kept, len(said))


def _distinct(said: Sequence[str], kept: Sequence[str], until: int) -> list[str]:
    """What was not kept of the sentences before `until`, each once."""
    known = set(kept)
    return list(dict.fromkeys(sentence for sentence in said[:until] if sentence not in known))


def without_orders(text: str) -> str:
    """`text` without orders to a language model and what follows them."""
    return " ".join(parted(text)[0])


def _pieces(text: str) -> list[str]:
    """`text` in pieces that `sentences` reads to their end, cut between sentences where there are any."""
    return re.findall(r"(?s).{1,9999}(?:[.!?…\n](?=\s)|\Z)|.{1,9999}(?=\s)|.{1,9999}", text)
