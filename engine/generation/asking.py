"""What a question asks for, and what a member's sentence is to it: a reply, a restatement, an answer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from engine.generation.grammar import DETERMINERS, FUNCTION_WORDS, classes, has_finite_verb, words
from engine.generation.plain import plain
from engine.generation.wording import lower_first
from engine.language import sentences, stance, stems, terms
from engine.position import derive


@dataclass(frozen=True, slots=True)
class Slot:
    """A sentence with a gap that a short answer fills: "we should hold the offsite" + ("in") + answer."""

    before: str
    after: str
    kind: str
    """The question word, "or" for a choice of two, "for" where the answer is only favoured."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question taken apart.

    affirming, negating: the position statement and its denial as clauses, "" for a question that cannot
    be answered by yes or no. slot: where a short answer goes. exclusive: one answer rules out the others.
    names: words that keep their capital; titles: names of several words as the question writes them.
    """

    text: str
    affirming: str
    negating: str
    slot: Slot | None
    exclusive: bool
    names: frozenset[str]
    titles: tuple[str, ...]
    stems: frozenset[str]


_PREAMBLE = re.compile(
    r"^(?:(?:do|would|did) (?:you|we) (?:think|say|believe|agree|feel)(?: that)?|in your (?:opinion|view),?|what do you think(?: about)?:?) +", re.I
)
_FOR = re.compile(
    r"^(?:(?:yes|yep|yeah|yup|yea|aye|absolutely|definitely|sure|totally|agreed|certainly|of course|ok|okay|count me in|sounds (?:good|great|fine|like a (?:good|great) idea)"
    r"|good (?:idea|move|plan)|great(?: idea| plan)?|makes sense|\+1|100%|fine(?: by| with)? me|all for it|why not)\b"
    r"|(?:that |it |this )?(?:would be|is|sounds|seems|'s) (?:a )?(?:very |really |quite )?(?:good|great|nice|fine|excellent|sensible|wonderful)(?: idea| move| plan)?\b"
    r"|(?:we|i)(?:'m| am|'d| would|'d be| would be| are)? ?(?:really |fully |strongly |totally |very much |definitely |still |also )*(?:agree|support (?:it|this|that|the idea)|in favou?r|all for|for it|love (?:it|that|this|to)"
    r"|like (?:it|this|that|the idea)|happy (?:with|to)|fine with|ok(?:ay)? with|ok(?:ay)?\b)|otherwise (?:i'm|i am) in favou?r)",
    re.I,
)
_AGAINST = re.compile(
    r"^(?:(?:no|nope|nah|never|absolutely not|definitely not|certainly not|of course not|please no|not (?:a )?(?:good|great) idea|bad (?:idea|move|plan)|terrible idea|no way|-1|please don't"
    r"|not in favou?r|not really|disagree|hard no|not again)\b"
    r"|(?:that |it |this )?(?:would be|is|sounds|seems|'s) (?:not a good|a (?:very |really )?(?:bad|terrible|awful|horrible)|a (?:waste|mistake|disaster))\b"
    r"|(?:we|i)(?:'m| am|'d| would|'d be| would be| are)? ?(?:really |fully |strongly |totally |very much |definitely |still |also )*(?:disagree|oppose|against|opposed|not (?:in favou?r|for it|happy)"
    r"|hate (?:it|this|that|the idea)|dislike|don't (?:agree|like (?:it|this|that|the idea)|want (?:it|this|that)|think so|support)|do not (?:agree|like (?:it|this|that)|want (?:it|this|that)|think so|support)|rather not))",
    re.I,
)
_ENDING_NO = re.compile(r"\bso (?:please )?no\b[.!]*$|\bplease no\b[.!]*$|\bnot (?:for|with) me\b[.!]*$", re.I)
_HEDGED = re.compile(r"^(?:well|hmm+|honestly|personally|i think|i guess|i'd say|imo|overall|in general|so|but|and|oh)[, ]+", re.I)
_INSTEAD = re.compile(r"\b(?:instead|rather than|alternatively|it depends|depends on)\b", re.I)
_QUESTION_WORD = re.compile(r"^(?:(?:and|so|but) )?(what|which|where|when|who|how many|how much|how often|how long|how)\b *(.*)$", re.I | re.S)
_ENDING = re.compile(r"\s*[?!.]+\s*$")
_ALWAYS_CAPITAL = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday january february april june july august september october "
    "november december english french german spanish python java rust slack discord berlin lisbon paris london europe "
    "america africa asia christmas easter".split()
)


def ask(question: str, texts: Sequence[str]) -> Asked:
    """The question taken apart; `texts`: the members' plain opinions, read for names only."""
    said = plain(question).replace("\n", " ")
    last = [one for one in sentences(said) if one.rstrip(" \"')").endswith("?")]
    core = _ENDING.sub("", _PREAMBLE.sub("", (last or [said])[-1].strip()))
    names = _names([said, *texts])
    slot = _slot(core, names)
    derived = derive(core + "?").statement if slot is None else None
    affirming = lower_first(derived.affirming.rstrip("."), names) if derived else ""
    negating = lower_first(derived.negating.rstrip("."), names) if derived else ""
    if slot is None and not derived:
        slot = Slot("we favour ", "", "for")
    exclusive = slot is not None and slot.kind in ("where", "when", "which", "who", "or", "how many", "how much", "how often", "how long", "what one")
    return Asked(said, affirming, negating, slot, exclusive, names, _titles(said), stems(said))


def _names(texts: Iterable[str]) -> frozenset[str]:
    """Words that stand capitalised inside a sentence at least as often as not."""
    capital: dict[str, int] = {}
    small: dict[str, int] = {}
    for text in texts:
        for sentence in re.split(r"(?<=[.!?:])\s+|\n|\"|(?<=\s)- ", text):
            found = words(sentence)
            if sum(word[:1].isupper() for word in found) > 0.6 * len(found):
                continue
            for word in found[1:]:
                word = word.removesuffix("'s")
                if word[:1].isupper() and word != "I" and not word.startswith("I'"):
                    capital[word] = capital.get(word, 0) + 1
                elif word.islower():
                    small[word] = small.get(word, 0) + 1
    return frozenset(
        {word for word, times in capital.items() if times >= small.get(word.lower(), 0) and word.lower() not in FUNCTION_WORDS}
        | {word.capitalize() for word in _ALWAYS_CAPITAL}
    )


def _titles(question: str) -> tuple[str, ...]:
    """Names of two words or more as the question writes them, such as "Land Bank"."""
    return tuple(dict.fromkeys(re.findall(r"(?<=[a-z,] )[A-Z][\w]+(?: [A-Z][\w]+)+", question)))


def _slot(core: str, names: frozenset[str]) -> Slot | None:
    """Where the answer to an open question goes, as far as its form is one of the usual ones."""
    choice = re.match(r"(?i)should (we|our \w+|the \w+(?: \w+)?) (.+?) (\S+) or (.+)$", core)
    if choice and "whether" not in core.lower() and "," not in core:
        return _choice(choice)
    found = _QUESTION_WORD.match(core)
    if not found:
        return None
    word, rest = found.group(1).lower(), found.group(2)
    if word in ("which", "what"):
        which = re.match(r"(?i)(?:of (?:these|the) \w+ )?([\w' -]*?) ?\b(should|shall|could|can|must|do|would) (we|our \w+|the \w+) (?:(?:want|like|need) to )?(\w+)\b(.*)$", rest)
        if which:
            noun, _, who, verb, after = which.groups()
            if verb.lower() == "be":
                return Slot("we favour ", "", "for")
            kind = "which" if noun or word == "which" else ("what one" if re.search(r"\b(?:name|colou?r|day|time|place)\b", core) else "what")
            return Slot(f"{lower_first(who, names)} should {verb} ", after.rstrip(), kind)
        named = re.match(r"(?i)(?:should|could) (.+?) be(?: called| named)?$", rest) or re.match(r"(?i)(?:is|would be) (the best .+|our .+|the right .+)$", rest)
        if named:
            return Slot(f"{lower_first(named.group(1), names)} should be ", "", "what one")
        return Slot("we favour ", "", "for") if word == "which" else Slot("we want ", "", "for")
    if word == "who":
        doer = re.match(r"(?i)(?:should|could|can|will) (.+)$", rest)
        return Slot("", f" should {doer.group(1)}", "who") if doer else Slot("we favour ", "", "for")
    if word in ("how many", "how much"):
        many = re.match(r"(?i)(.*?) ?\b(?:should|shall|could|can|must|do|would) (we|our \w+) (?:(?:want|like|need) to )?(\w+) ?(.*)$", rest)
        if many:
            return Slot(f"{many.group(2).lower()} should {many.group(3)} ", f" {many.group(1)} {many.group(4)}".rstrip(), word)
    modal = re.match(r"(?i)(?:should|shall|could|can|must|might) ", rest)
    clause = derive(f"Should {rest[modal.end() :]}?").statement if modal else None
    if clause is not None:
        return Slot(f"{lower_first(clause.affirming.rstrip('.'), names)} ", "", word)
    return Slot("we favour ", "", "for")


def _choice(found: re.Match[str]) -> Slot | None:
    """ "Should we use tabs or spaces for it?": the gap where "tabs" stands, and what follows both."""
    who, start, left, right = found.groups()
    first = right.split()[0].lower()
    start_words = start.split()
    for at, one in enumerate(start_words):
        if one.lower() == first and at:
            return Slot(f"{who.lower()} should {' '.join(start_words[:at])} ", "", "or")
    if first in ("not", "should", "do", "is", "are", "more", "less", "keep") or len(right.split()) > 6:
        return None
    while start_words and start_words[-1].lower() in DETERMINERS:
        start_words.pop()
    return Slot(f"{who.lower()} should {' '.join(start_words)} ", "", "or") if start_words and left else None


def reply(asked: Asked, sentence: str) -> int:
    """The side a sentence takes on a yes/no question by a plain reply or by restating it: 1, -1, or 0."""
    if not asked.affirming:
        return 0
    said = _HEDGED.sub("", sentence.strip())
    if _AGAINST.match(said) or _ENDING_NO.search(said):
        return -1
    if _FOR.match(said) or re.match(r"(?i)(?:only )?(?:if|as long as|provided) ", said):
        return 1
    condition = re.match(r"(?i)(.+?),? (?:but )?(?:only )?(?:if|as long as|provided|unless)\b", said)
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


def bare_reply(asked: Asked, clause: str) -> bool:
    """True for "absolutely", "I'd love it", "otherwise I'm in favour": a side, and nothing that a statement can use."""
    said = _HEDGED.sub("", clause.strip())
    if not (_FOR.match(said) or _AGAINST.match(said)):
        return False
    content = {term.stem for term in terms(said)}
    return content <= stems(asked.affirming) | _REPLYING and len(words(clause)) <= 9


_REPLYING = frozenset(
    "yes no sure agre support favour favor oppos against good bad great idea think want like love absolut definit strong "
    "realli total keep allow let fulli otherwis plan thing fine ok okay please pleas hard love happi sound make sens way disagre "
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
    if slot.kind == "who":
        return f"{lower_first(said, asked.names)}{slot.after}"
    if re.match(r"(?:not|no|nowhere|never|anything but)\b", low):
        rest = said.split(" ", 1)
        if len(rest) < 2 or slot.kind in ("for", "how"):
            return None
        negative = Slot(slot.before.replace(" should ", " should not ", 1), slot.after, slot.kind)
        return _filled(negative, rest[1], asked)
    if slot.kind == "how" and first not in ("by", "with", "through", "via", "using", "in", "on", "as") and not first.endswith(("ing", "ly")):
        return f"we want {lower_first(said, asked.names)}"
    if slot.kind == "how" and first.endswith("ing") and first != "using":
        return f"{slot.before}by {lower_first(said, asked.names)}"
    return _filled(slot, said, asked)


def _filled(slot: Slot, said: str, asked: Asked) -> str:
    said = " ".join(word.capitalize() if word.lower() in _ALWAYS_CAPITAL else word for word in said.split(" "))
    low, kept = said.lower(), lower_first(said, asked.names)
    first = words(low)[0]
    placed = first in ("in", "at", "on", "near", "by", "outside", "next", "this", "every", "tomorrow", "today", "after", "before", "during", "around",
                       "somewhere", "anywhere", "early", "late", "once", "twice", "weekly", "daily", "monthly", "from", "here", "online", "close")
    link = ""
    if slot.kind == "where" and not placed:
        link = "at " if first in ("the", "a", "our", "my") else "in "
    elif slot.kind == "when" and not placed:
        day = first.removesuffix("s") in _DAYS
        link = "on " if day else ("at " if first[:1].isdigit() else ("in " if first in _ALWAYS_CAPITAL or first in _SEASONS else "on "))
    elif slot.kind == "or" and first in ("a", "an", "the") and slot.before.rstrip().endswith((" a", " an", " the")):
        kept = kept.split(" ", 1)[-1]
    elif slot.kind == "or" and first not in DETERMINERS and re.search(rf"(?i)\b(an?|the|another) {re.escape(low)}\b", asked.text):
        article = re.search(rf"(?i)\b(an?|the|another) {re.escape(low)}\b", asked.text)
        kept = f"{article.group(1)} {kept}" if article else kept
    after = slot.after
    if slot.kind == "which" and len(words(said)) == 1 and not (classes(low) == {"NOUN"}):
        kept = said
    if after and set(words(after.lower())) <= set(words(low)):
        after = ""
    return f"{slot.before}{link}{kept}{after}".strip()


_DAYS = frozenset("monday tuesday wednesday thursday friday saturday sunday".split())
_SEASONS = frozenset("spring summer autumn fall winter may march".split())
_CHOSEN = re.compile(
    r"^(?:(?:i|we)(?:'d| would|'ll| will)? ?(?:also |really |personally |strongly |still |rather )*(?:vote|go|prefer|choose|pick|like|love|suggest|propose|recommend|support|favou?r|want|need)(?: to (?:use|have|go(?: to| with)?|do))?"
    r"(?: for| with)?|let's (?:go|do|have|hold|use|pick|choose|try|get|order)(?: it)?(?: with| for| to)?|(?:my|our) (?:vote|choice|pick|preference)(?: is| goes to|:)(?: for)?|how about|what about|(?:we|i) should (?:go (?:with|to|for)|use|pick|choose|have|hire|hold it))"
    r" (?P<what>.+?)(?: please| then| too| instead| again)?(?P<rest>,? ?(?:\b(?:because|since|as|so that|so|but|which|if|when|more than|over|rather than|instead of|right now)\b|[,;-]).*)?$",
    re.I,
)
_PRAISED = re.compile(
    r"^(?P<what>[\w' -]{2,40}?) (?:is|are|would be|will be|sounds|seems|looks|works|gets my vote)\b(?: (?:also |just |really |quite |probably |definitely |totally )*(?:best|better|the best|fine|good|great|ok|okay|perfect|ideal|lovely|my favou?rite|my choice|preferable|for me|nice))+"
    r"(?: for me| with me| by me| too)?(?P<rest>,? ?(?:\b(?:because|since|as|so|but|if|when)\b|[,;-]).*)?$",
    re.I,
)
_NAMED = re.compile(r"^(?P<what>[^,.;:!?]{2,60}?)(?: please| then| too)?(?P<rest>(?:,| -|;|:| because| since| but| as| so) .*)?$", re.I)


def chosen(asked: Asked, sentence: str) -> tuple[str, str] | None:
    """The answer that a sentence chooses for an exclusive question, and what else the sentence says.

    "I'd prefer Berlin because of the trains" -> ("Berlin", "because of the trains").
    """
    if not asked.exclusive:
        return None
    said = re.sub(r"^(?:i think|i guess|maybe|perhaps|definitely|probably|yes,?|well,?|ok,?|imo,?) +", "", sentence.strip(" .!?"), flags=re.I)
    for pattern in (_CHOSEN, _PRAISED, _NAMED):
        found = pattern.match(said)
        if not found:
            continue
        what, rest = found.group("what").strip(), (found.group("rest") or "").strip(" ,;:-")
        what = re.sub(r"(?i)^(?:the one |just |maybe |definitely |using |having |it |in (?=[A-Z])|on (?=\w+day))", "", what).strip()
        count = len(words(what))
        if not count or count > 6 or has_finite_verb(what) or words(what.lower())[0] in ("it", "this", "that", "i", "we", "they", "there", "nobody", "everyone"):
            continue
        if pattern is _PRAISED and words(what.lower())[0] in ("most", "everything", "both", "either", "one", "all"):
            continue
        if pattern is _NAMED and count > 4:
            continue
        if asked.slot is not None and asked.slot.kind == "or" and not stems(what) & asked.stems:
            continue
        return what, rest
    return None


__all__ = ["Asked", "Slot", "answered", "ask", "bare_reply", "chosen", "reply", "restates"]
