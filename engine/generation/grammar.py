"""Small facts about English words that wording needs: verb forms, agreement, who a pronoun is.

Word classes come from lemminflect's dictionary; what follows it are rules of thumb, and callers treat
a wrong guess as a weaker sentence, never as a failure.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import cast

AUXILIARIES = frozenset(
    "am is are was were be been being has have had do does did can could will would shall should may might must "
    "cannot ought isn't aren't wasn't weren't hasn't haven't hadn't don't doesn't didn't can't couldn't won't "
    "wouldn't shouldn't mustn't mightn't needn't".split()
)
MODALS = frozenset("can could will would shall should may might must cannot".split())
SUBJECTS = frozenset("i we you they he she it this that these those there people everyone everybody nobody who".split())
DETERMINERS = frozenset(
    "the a an this that these those our my your their his her its some any no every each all both more most fewer less "
    "another other enough many much several few".split()
)
FUNCTION_WORDS = frozenset(
    "a an the and or but nor so yet if unless until while when where which who whom whose what why how because "
    "since as "
    "than then that this these those there here it its he she they them their his her him we us our you your one "
    "some any "
    "all each every both either neither no not never only just also too very more most many much few fewer less least "
    "several other another such same own in on at by for from to of with without within about above below between into "
    "onto over under up down out off through during before after against among around per via like unlike "
    "despite given "
    "under towards toward across along is are was were be been being am has have had do does did can could will would "
    "shall should may might must let's there's it's that's what's maybe perhaps people everyone everybody someone "
    "nobody nothing something anything everything anyone once even still always often sometimes today tomorrow now "
    "instead rather though although however whether".split()
)
_ENGLISH = FUNCTION_WORDS | frozenset("i me my mine i'm i'd i've i'll we'd we're we've yes no not don't please".split())
_WORD = re.compile(r"[^\W_]+(?:['-][^\W_]+)*", re.UNICODE)


@lru_cache(maxsize=65_536)
def classes(word: str) -> frozenset[str]:
    """The word classes ("NOUN", "VERB", "ADJ", "ADV", "AUX", "PROPN") a lower-case word is listed under."""
    from lemminflect import getAllLemmas

    return frozenset(getAllLemmas(word))


@lru_cache(maxsize=65_536)
def verb_lemma(word: str) -> str | None:
    """The base form of a word that is listed as a verb, else None."""
    from lemminflect import getAllLemmas

    lemmas = getAllLemmas(word, upos="VERB") or getAllLemmas(word, upos="AUX")
    found = lemmas.get("VERB") or lemmas.get("AUX")
    return found[0] if found else None


@lru_cache(maxsize=16_384)
def verb_form(lemma: str, tag: str) -> str:
    """`lemma` as VB, VBP, VBZ, VBD, VBG or VBN; the lemma itself when no such form is listed."""
    from lemminflect import getInflection

    forms = cast(tuple[str, ...], getInflection(lemma, tag=tag))
    return forms[0] if forms else lemma


def words(text: str) -> list[str]:
    """The words of a text as written, apostrophes and hyphens inside words kept."""
    return _WORD.findall(text)


def is_base_verb(word: str) -> bool:
    """True for a lower-case word that is listed as the base form of a verb."""
    return verb_lemma(word) == word and "AUX" not in classes(word) - classes("need")


def looks_english(text: str) -> bool:
    """True when a sentence is plausibly English: a Latin script, and mostly words that English lists."""
    found = [word.lower() for word in words(text) if not word.isdigit()]
    if not found or any(ord(c) > 0x24F and c.isalpha() for c in text):
        return False
    little = sum(word in _ENGLISH for word in found)
    known = sum(bool(classes(word)) or word in _ENGLISH for word in found)
    if len(found) <= 3:
        return little > 0 or known > 0 or text[:1].isupper()
    return known * 2 >= len(found) if little else known * 4 >= 3 * len(found)


def has_finite_verb(text: str) -> bool:
    """True when a clause seems to have a verb of its own, not only a noun phrase or an infinitive."""
    found = [word.lower() for word in words(text)]
    for at, word in enumerate(found):
        if word in AUXILIARIES and word not in ("be", "been", "being") and (at or word in MODALS):
            return True
        if word.endswith(("'s", "'re", "'ve", "'ll", "'d", "'m")) and word.rsplit("'")[0] in SUBJECTS:
            return True
        if word == "let's":
            return True
        if at == 0 or word.endswith("ing") or word in FUNCTION_WORDS:
            continue
        kinds, before = classes(word), found[at - 1]
        if word in _PLAIN_VERBS and before not in DETERMINERS | FUNCTION_WORDS and not before.endswith("'s"):
            return True
        if (
            "VERB" not in kinds
            or before in DETERMINERS
            or before in ("to", "of", "in", "for", "with", "by", "on", "at")
        ):
            continue
        if before in SUBJECTS:
            return True
        subject = "NOUN" in classes(before) or not classes(before)
        lemma = verb_lemma(word)
        participle = (
            found[0] in ("a", "an", "more", "fewer", "better") and lemma is not None and verb_form(lemma, "VBN") == word
        )
        if participle:
            continue
        if subject and "NOUN" not in kinds and "ADJ" not in kinds and not word.endswith("ed"):
            return True
        after = found[at + 1] if at + 1 < len(found) else ""
        if subject and before.endswith("s") != word.endswith("s") and after in _AFTER_VERB:
            return True
        if subject and word.endswith(("ed", "s")) and after in DETERMINERS:
            return True
    return False


def is_imperative(text: str) -> bool:
    """True for "Ban scooters", "Just give everyone a day", "Keep the office open"; False for "Support is needed"."""
    found = [word.lower() for word in words(text)]
    if len(found) > 2 and found[0].endswith("ly") and "ADV" in classes(found[0]):
        found = found[1:]
    if len(found) < 2 or found[0] in AUXILIARIES or not is_base_verb(found[0]):
        return False
    second = found[1]
    if second == "and" and found[0] in _PAIRED and len(found) > 2 and is_base_verb(found[2]):
        return True
    rest = found[1 : next((at for at, word in enumerate(found) if at and word in _INTRODUCING), len(found))]
    third = found[2] if len(found) > 2 else ""
    if "NOUN" in classes(found[0]) and second.endswith("s") and "VERB" in classes(second) and third in _AFTER_VERB:
        return False
    if found[0] not in _WITH_CLAUSE and has_finite_verb(" ".join(rest)):
        return False
    if (
        second in AUXILIARIES
        or second in ("of", "and", "or")
        or (found[0] in ("like", "hope", "think", "thank", "love"))
    ):
        return False
    if second in DETERMINERS or second in ("it", "them", "us", "people", "everyone", "up", "out", "off"):
        return True
    if "NOUN" not in classes(found[0]):
        return True
    if found[0] in _GOING:
        return second in _ALONG
    reach = rest if found[0] in _WITH_CLAUSE else found[1:]
    return found[0] in _COMMANDS and not has_finite_verb(" ".join(reach[:4]))


_AFTER_VERB = DETERMINERS | frozenset("us them me it here there in on at with too well".split())
_GOING = frozenset("go ride stand sit walk look wait come stay write".split())
_PAIRED = frozenset("listen wait go come sit look try".split())
_ALONG = frozenset(
    "along with at down over through into to on for in around round past across after here there".split()
)
"""What tells a demand such as "walk with her" from a thing such as "walk signals"."""

_PLAIN_VERBS = frozenset(
    "needs remains remain becomes become seems seem means mean makes make takes gets get keeps keep wants want helps "
    "causes leads gives give requires require allows allow suffers suffer brings bring creates create matters depends "
    "matter looks sounds feels appears deserves deserve works costs saves hurts harms has".split()
)
_INTRODUCING = frozenset(
    "that which who if when so and because but until where how what while as or before after".split()
)
_WITH_CLAUSE = frozenset(
    "make ensure let have help see remember check say tell ask decide mean show allow give hope promise write".split()
)
_COMMANDS = frozenset(
    "ban allow keep let make give use try start stop build add remove cut offer support increase reduce move hire buy "
    "plan fund limit control test change improve rent pay run set share split switch trial pilot block order book host "
    "schedule rotate vote ask help save spend work need charge return drop swap open close end fix measure "
    "print publish paint count name plant treat answer reply copy mark warn listen say talk quote raise mend widen put "
    "teach promise".split()
)


def negated(clause: str) -> str | None:
    """The clause denied ("we should ban it" -> "we should not ban it"), or None when no verb is found for sure."""
    found = re.match(
        r"^(.{1,60}?)\b(should|would|could|can|will|must|may|might|is|are|was|were|has to|have to|need to"
        r"|needs to)\b(?! not)",
        clause,
        re.I,
    )
    if found:
        subject, verb = found.group(1), found.group(2)
        rest = clause[found.end() :]
        if verb.lower() in ("has to", "needs to"):
            return f"{subject}does not {verb_lemma(verb.split()[0])} to{rest}"
        if verb.lower() in ("have to", "need to"):
            return f"{subject}do not {verb}{rest}"
        return f"{subject}cannot{rest}" if verb.lower() == "can" else f"{subject}{verb} not{rest}"
    found = re.match(r"^(we|you|they|people|it|this|that|he|she) ([a-z]+)\b(.*)$", clause, re.I)
    if found and (lemma := verb_lemma(found.group(2).lower())) and not found.group(2).lower().endswith("ed"):
        helper = "do" if found.group(1).lower() in ("we", "you", "they", "people") else "does"
        return f"{found.group(1)} {helper} not {lemma}{found.group(3)}"
    return None
