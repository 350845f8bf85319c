"""What a member's sentence is to the question: a reply, a restatement, or the answer to an open question."""

from __future__ import annotations

import re

from engine.generation.asking import ALWAYS_CAPITAL, Asked, Slot
from engine.generation.grammar import DETERMINERS, classes, has_finite_verb, words
from engine.generation.wording import lower_first
from engine.language import stance, stems, terms

_AFTER_REPLY = (
    r"(?= *(?:$|[,.;:!?)]| -|\b(?:because|but|and|as|since|if|when|only|please|thanks|thank|way|i|we"
    r"|it|they|this|that|from|to|with|for|of course|definitely|absolutely)\b))"
)
_VERY = (
    r"(?:'m| am|'d| would|'d be| would be| are)? ?(?:really |fully |strongly |totally |very much |very "
    r"|definitely |still |also |generally |quite )*"
)
_IT = r"(?: (?:it|this|that|them|the (?:idea|plan|proposal|change|move|motion)))"
_FOR = re.compile(
    rf"^(?:(?:yes|yep|yeah|yup|yea|aye|absolutely|definitely|sure|totally|agreed|certainly|of course|ok|okay"
    rf"|count me in|sounds (?:good|great|fine|like a (?:good|great) idea)"
    rf"|good (?:idea|move|plan)|great(?: idea| plan)?|makes sense|\+1|100%|fine(?: by| with) me|fine|all for it"
    rf"|why not){_AFTER_REPLY}"
    rf"|(?:we should|let's) (?:definitely |really |just )?(?:allow|do|go for|go ahead with|adopt|support|try|keep)"
    rf" (?:it|this|that|them){_AFTER_REPLY}"
    r"|(?:(?:that|it|this)(?:'s| is| would be| sounds| seems) |sounds |would be )(?:a )?(?:very |really "
    r"|quite )?(?:good|great|nice"
    r"|fine|excellent|sensible|wonderful)(?: idea| move| plan)?(?= *(?:$|[,.;!]|because|but|as long|if))"
    rf"|(?:we|i){_VERY}(?:(?:dis)?(?:agree)(?! that| on)(?<!disagree)|support{_IT}|in favou?r\b|all for{_IT}"
    rf"|for it|love{_IT}|like{_IT}|happy (?:with|to)\b|fine with\b|ok(?:ay)? with\b|ok(?:ay)?{_AFTER_REPLY})"
    r"|otherwise (?:i'm|i am) in favou?r)",
    re.I,
)
_AGAINST = re.compile(
    rf"^(?:(?:no|nope|nah|never|absolutely not|definitely not|certainly not|of course not|please no"
    rf"|not (?:a )?(?:very |really a )?(?:good|great) idea|bad (?:idea|move|plan)|terrible idea|no way|-1|please don't"
    rf"|not in favou?r|not really|disagree|hard no|not again){_AFTER_REPLY}"
    r"|(?:(?:that|it|this)(?:'s| is| would be| sounds| seems) |sounds |would be )(?:not a good (?:idea|plan"
    r"|move)|a (?:very "
    r"|really )?(?:bad|terrible|awful|horrible) (?:idea|plan|move)|a (?:waste|mistake|disaster))\b"
    rf"|(?:we|i){_VERY}(?:disagree(?! that)|oppose{_IT}|against{_IT}|opposed(?: to{_IT})?(?= *(?:$|[,.;!]))"
    rf"|not (?:in favou?r|for it|happy)\b|hate{_IT}|dislike{_IT}"
    rf"|(?:don't|do not) (?:agree|like{_IT}|want{_IT}|think so|support{_IT})|rather not))",
    re.I,
)
_ENDING_NO = re.compile(r"\bso (?:please )?no\b[.!]*$|\bplease no\b[.!]*$|\bnot (?:for|with) me\b[.!]*$", re.I)
_HEDGED = re.compile(
    r"^(?:well|hmm+|honestly|personally|i think|i guess|i'd say|imo|overall|in general|so(?! long as\b)|but|and"
    r"|oh)[, ]+",
    re.I,
)
_INSTEAD = re.compile(r"\b(?:instead|rather than|alternatively|it depends|depends on)\b", re.I)


def reply(asked: Asked, sentence: str) -> int:
    """The side a sentence takes on a yes/no question by a plain reply or by restating it: 1, -1, or 0."""
    if not asked.affirming:
        return 0
    said = _HEDGED.sub("", sentence.strip())
    if _AGAINST.match(said) or _ENDING_NO.search(said):
        return -1
    if _FOR.match(said) or re.match(r"(?i)(?:only )?(?:if|as long as|so long as|provided) ", said):
        return 1
    condition = re.match(r"(?i)(.+?),? (?:but )?(?:only )?(?:if|as long as|so long as|provided|unless)\b", said)
    if condition and restates(asked, condition.group(1)):
        said = condition.group(1)
    if restates(asked, said):
        found = stance(said, asked.affirming)
        return (found > 0.05) - (found < -0.05)
    if _INSTEAD.search(said):
        return 0
    about = stems(asked.affirming)
    if len(stems(said) & about) < min(2, len(about)):
        return 0
    found = stance(said, asked.affirming)
    return (found >= 0.45) - (found <= -0.45)


def restates(asked: Asked, clause: str) -> bool:
    """True when a clause adds nothing to the position statement or its denial but a reply."""
    content = stems(clause)
    about = stems(asked.affirming)
    if not asked.affirming or not content & about:
        return False
    return content <= about | _REPLYING and len(words(clause)) <= len(words(asked.affirming)) + 6


def only_judges(fragment: str) -> bool:
    """True for "good move" or "great idea": what it judges is not in it."""
    return {term.stem for term in terms(fragment)} <= _REPLYING


def bare_reply(asked: Asked, clause: str) -> bool:
    """True for "absolutely", "I'd love it", "otherwise I'm in favour": a side, and nothing that a statement can use."""
    said = _HEDGED.sub("", clause.strip())
    if not (_FOR.match(said) or _AGAINST.match(said)):
        return False
    content = {term.stem for term in terms(said)}
    return content <= stems(asked.affirming) | _REPLYING and len(words(clause)) <= 9


_REPLYING = frozenset(
    "yes no sure agre support favour favor oppos against good bad great idea think want like love absolut "
    "definit strong "
    "realli total keep allow let fulli otherwis plan thing fine ok okay please pleas hard love happi sound make "
    "sens way disagre "
    "nope nah move cours certain".split()
)


def answered(asked: Asked, fragment: str) -> str | None:
    """The clause that a short answer makes with the question's own words, or None where it has no place."""
    slot = asked.slot
    said = fragment.strip(" .,!;:")
    count = len(words(said))
    if slot is None or not count or count > 14:
        return None
    low = said.lower()
    first = words(low)[0]
    if first in _HANGING and not (slot.kind in ("how", "where", "when") and first in ("through", "as", "than")):
        return None
    if slot.kind == "who":
        return f"{said}{slot.after}"
    if re.match(r"(?:not|no|nowhere|never|anything but)\b", low):
        rest = said.split(" ", 1)
        if len(rest) < 2 or slot.kind in ("for", "how"):
            return None
        negative = Slot(slot.before.replace(" should ", " should not ", 1), slot.after, slot.kind)
        return _filled(negative, rest[1], asked)
    if (
        slot.kind == "how"
        and first not in ("by", "with", "through", "via", "using", "in", "on", "as")
        and not first.endswith(("ing", "ly"))
    ):
        return f"we want {lower_first(said, asked.names)}"
    if slot.kind == "how" and first.endswith("ing") and first != "using":
        return f"{slot.before}by {lower_first(said, asked.names)}"
    return _filled(slot, said, asked)


def _filled(slot: Slot, said: str, asked: Asked) -> str:
    said = " ".join(word.capitalize() if word.lower() in ALWAYS_CAPITAL else word for word in said.split(" "))
    low, kept = said.lower(), lower_first(said, asked.names)
    first = words(low)[0]
    placed = first in (
        "in",
        "at",
        "on",
        "near",
        "by",
        "outside",
        "next",
        "this",
        "every",
        "tomorrow",
        "today",
        "after",
        "before",
        "during",
        "around",
        "somewhere",
        "anywhere",
        "early",
        "late",
        "once",
        "twice",
        "weekly",
        "daily",
        "monthly",
        "from",
        "here",
        "online",
        "close",
    )
    link = ""
    if slot.kind == "where" and not placed:
        link = "at " if first in ("the", "a", "our", "my") else "in "
    elif slot.kind == "when" and not placed:
        day = first.removesuffix("s") in _DAYS
        link = (
            "on "
            if day
            else ("at " if first[:1].isdigit() else ("in " if first in ALWAYS_CAPITAL or first in _SEASONS else "on "))
        )
    elif slot.kind == "or" and first in ("a", "an", "the") and slot.before.rstrip().endswith((" a", " an", " the")):
        kept = kept.split(" ", 1)[-1]
    elif (
        slot.kind == "or"
        and first not in DETERMINERS
        and re.search(rf"(?i)\b(an?|the|another) {re.escape(low)}\b", asked.text)
    ):
        article = re.search(rf"(?i)\b(an?|the|another) {re.escape(low)}\b", asked.text)
        kept = f"{article.group(1)} {kept}" if article else kept
    after = slot.after
    if slot.kind == "which" and len(words(said)) == 1 and classes(low) != {"NOUN"}:
        kept = said
    if after and set(words(after.lower())) <= set(words(low)):
        after = ""
    return f"{slot.before}{link}{kept}{after}".strip()


_HANGING = frozenset("of than as and or but which that because so nor who whose is are was were".split())
_DAYS = frozenset("monday tuesday wednesday thursday friday saturday sunday".split())
_SEASONS = frozenset("spring summer autumn fall winter may march".split())
_CHOSEN = re.compile(
    r"^(?:(?:i|we)(?:'d| would|'ll| will)? ?(?:also |really |personally |strongly |still |rather )*(?:vote|go"
    r"|prefer|choose|pick|like|love|suggest|propose|recommend|support|favou?r|want|need)(?: to (?:use|have"
    r"|go(?: to| with)?|do))?"
    r"(?: for| with)?|let's (?:go|do|have|hold|use|pick|choose|try|get|order)(?: it)?(?: with| for| to)?|(?:my"
    r"|our) (?:vote|choice|pick|preference)(?: is| goes to|:)(?: for)?|how about|what about|(?:we"
    r"|i) should (?:go (?:with|to|for)|use|pick|choose|have|hire|hold it))"
    r" (?P<what>.+?)(?: please| then| too| instead| again)?(?P<rest>,? ?(?:\b(?:because|since|as|so that|so|but"
    r"|which|if|when|more than|over|rather than|instead of|right now)\b|[,;-]).*)?$",
    re.I,
)
_PRAISED = re.compile(
    r"^(?P<what>[\w' -]{2,40}?) (?:is|are|would be|will be|sounds|seems|looks|works|gets my vote)\b(?: (?:also "
    r"|just |really |quite |probably |definitely |totally )*(?:best|better|the best|fine|good|great|ok|okay"
    r"|perfect|ideal|lovely|my favou?rite|my choice|preferable|for me|nice|(?:a |the )(?:good|great|nice|best"
    r"|better) (?:rhythm|idea|option|choice"
    r"|day|time|place|pick|plan|fit|way)))+"
    r"(?: for me| with me| by me| too)?(?P<rest>,? ?(?:\b(?:because|since|as|so|but|if|when)\b|[,;-]).*)?$",
    re.I,
)
_NAMED = re.compile(
    r"^(?P<what>[^,.;:!?]{2,60}?)(?: please| then| too)?(?P<rest>(?:,| -|;|:| because| since| but| as| so) .*)?$", re.I
)


def chosen(asked: Asked, sentence: str) -> tuple[str, str] | None:
    """The answer that a sentence chooses for an exclusive question, and what else the sentence says.

    "I'd prefer Berlin because of the trains" -> ("Berlin", "because of the trains").
    """
    if not asked.exclusive:
        return None
    said = re.sub(
        r"^(?:i think|i guess|maybe|perhaps|definitely|probably|yes,?|well,?|ok,?|imo,?) +",
        "",
        sentence.strip(" .!?"),
        flags=re.I,
    )
    if asked.slot is not None and asked.slot.kind == "who":
        named = re.match(
            r"(?P<what>[^\W\d]\w+(?: [A-Z]\w+)?) (?:should|could|can"
            r"|would)\b[^,;]*(?P<rest>[,;].*)?$",
            said,
        )
        if named and words(named.group("what").lower())[0] not in _NO_ANSWER:
            return named.group("what"), (named.group("rest") or "").strip(" ,;")
    for pattern in (_CHOSEN, _PRAISED, _NAMED):
        found = pattern.match(said)
        if not found:
            continue
        what, rest = found.group("what").strip(), (found.group("rest") or "").strip(" ,;:-")
        what = re.sub(
            r"(?i)^(?:the one |just |maybe |definitely |using |having |it |in (?=[A-Z])|on (?=\w+day))", "", what
        ).strip()
        count = len(words(what))
        if not count or count > 6 or has_finite_verb(what) or words(what.lower())[0] in _NO_ANSWER:
            continue
        if pattern is _PRAISED and words(what.lower())[0] in ("most", "everything", "both", "either", "one", "all"):
            continue
        if pattern is _NAMED and count > 4:
            continue
        if asked.slot is not None and asked.slot.kind == "or" and not stems(what) & asked.stems:
            continue
        return _DAYS_SHORT.get(what.lower(), what), rest
    return None


_DAYS_SHORT = {
    "mon": "Monday",
    "tue": "Tuesday",
    "tues": "Tuesday",
    "wed": "Wednesday",
    "thu": "Thursday",
    "thur": "Thursday",
    "thurs": "Thursday",
    "fri": "Friday",
    "sat": "Saturday",
    "sun": "Sunday",
}
_NO_ANSWER = frozenset(
    "it this that i we they there nobody everyone something anything somewhere anywhere whatever wherever whenever "
    "anytime any idk dunno maybe nothing everything to so me myself yes no sure you he she".split()
)
