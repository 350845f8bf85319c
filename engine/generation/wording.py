"""One member's sentence as the group would say it: first person plural, no attribution, no filler."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from engine.generation.grammar import (
    AUXILIARIES,
    FUNCTION_WORDS,
    MODALS,
    classes,
    has_finite_verb,
    is_base_verb,
    is_imperative,
    looks_english,
    negated,
    verb_form,
    verb_lemma,
    words,
)
from engine.generation.idioms import (
    ANSWER,
    ASKED_FOR,
    ASKING,
    ATTRIBUTION,
    EXAMPLE,
    EXPLETIVE,
    FILLER,
    FIRST_PERSON,
    GIBBERISH,
    GOOD_IDEA,
    HARSH,
    IT_LESS,
    LEADS,
    LED_TO,
    NO_VIEW,
    NOT_THOUGHT,
    OPENING,
    OTHERS,
    OWN_FACT,
    PARENTHESIS,
    PERSONAL,
    SETTLED,
    SHORT_FORMS,
    SUBJECTLESS,
    SURE,
    TO_THE_ASKER,
    VOTED,
    WANTS,
)

MAX_WORDS = 34
"""A longer clause is cut at a comma, or left for when there is nothing else."""


class Sort(StrEnum):
    """What a phrase does for a statement."""

    PROPOSAL = "proposal"
    CLAIM = "claim"
    CONDITION = "condition"
    FRAGMENT = "fragment"
    FOREIGN = "foreign"


@dataclass(frozen=True, slots=True)
class Phrase:
    """A clause without its capital and period, ready to stand in a sentence.

    weak: a group would rather not say it (about one person, an insult, a question, too long); used
    only where a member left nothing better.
    """

    text: str
    sort: Sort
    weak: bool


AS_PLURAL = {"am": "are", "was": "were", "has": "have", "does": "do"}


def phrase(sentence: str, names: Collection[str] = ()) -> Phrase | None:
    """A cleaned sentence as the group would say it, or None when nothing is left of it.

    `names`: words that keep their capital (seen capitalised inside sentences). A bare "yes" or "good
    idea" leaves nothing: it is a stance, not a point.
    """
    text = sentence.strip().strip('"“”«»()[]-–:;,. ').strip()
    if text[:1] == "'" and (text.count("'") == 1 or text[-1:] == "'"):
        text = text.strip("'")
    if not any(c.isalpha() for c in text):
        return None
    if NO_VIEW.match(text) or TO_THE_ASKER.match(text):
        return None
    if not looks_english(text):
        return Phrase(text.rstrip(".!?。！？ "), Sort.FOREIGN, weak=len(words(text)) < 2 and text.isascii())
    text = re.sub(r"^\d{1,2}[,.)] (?=[A-Za-z])", "", text)
    asked = sentence.rstrip(" \"')").endswith("?") or ASKING.match(text) is not None
    text = _calm(text, names)
    for pattern, said in SHORT_FORMS:
        text = pattern.sub(said, text)
    text = EXPLETIVE.sub("", text)
    text = _led(text)
    text = PARENTHESIS.sub("", text)
    text = VOTED.sub("", text)
    text = _without_attribution(text)
    text = _led(text)
    text = re.sub(
        r"(?i),? (?:(?:so|but) )?(?:please no|no thanks?(?: you)?|no from me|yes please)$", "", text.rstrip(".! ")
    )
    text = re.sub(
        rf"(?i)(\b(?:and|but|so|because|since|as|therefore)|,) i {SURE}(?:think|believe"
        rf"|feel)(?: that)?,? (?=(?:we|the|it|there|our|this|they|people|a|an|some|most|many|all|that|if|you)\b)",
        r"\1 ",
        text,
    )
    text = FILLER.sub(" ", text)
    text = EXAMPLE.sub("", text) if len(words(EXAMPLE.sub("", text))) > 3 else text
    if NO_VIEW.match(text.strip(" .,!")):
        return None
    text = re.sub(r"(?i),? so (?:we|i) (?:have to|must|should|need to)$", "", text.rstrip(".! "))
    text = _shorter(text)
    text = text.strip(' ",;:.-!?')
    if not words(text):
        return None
    weak = asked
    text, sort = _completed(text)
    text = re.sub(r"(?i)\blet's\b not ", "we should not ", text)
    text = re.sub(r"(?i)^let's ", "we should ", text)
    for pattern, said in FIRST_PERSON:
        text = pattern.sub(said, text)
    text = _repaired(text)
    idea = GOOD_IDEA.match(text)
    if idea and is_base_verb(idea.group("what").split()[0].lower()):
        text = f"{idea.group('who') or 'we'} should {idea.group('what')}"
    own = re.match(r"(?i)i\b", sentence.strip()) or re.search(r"(?i)\bi(?:'m|\b)", sentence)
    if own:
        text = OWN_FACT.sub("some of us ", text)
    weak = (
        weak
        or PERSONAL.search(text) is not None
        or HARSH.search(text) is not None
        or GIBBERISH.search(text) is not None
        or OTHERS.search(text) is not None
        or SETTLED.match(text) is not None
        or len(words(text)) > MAX_WORDS
        or words(text)[-1].lower() in ("to", "for", "with", "not", "and", "or", "the", "than")
        or (len(words(text)) < 3 and sort is not Sort.FRAGMENT)
    )
    if sort is Sort.CLAIM and WANTS.match(text):
        sort = Sort.PROPOSAL
    if OPENING.match(text) and "," not in text and not _CONCLUDES.search(text):
        sort = Sort.CONDITION
    return Phrase(lower_first(text, names), sort, weak)


_CONCLUDES = re.compile(r"\b(?:they|it|we|this|that|people) (?:should|must)\b", re.I)
"""What follows from a condition, so that the sentence is more than the condition."""


def lower_first(text: str, names: Collection[str] = ()) -> str:
    """The text with a small first letter, unless its first word keeps its capital anywhere."""
    found = re.match(r"[^\W_]+", text)
    if found is None:
        return text
    first = found.group()
    title = re.match(r"[ -][A-Z][a-z]", text[found.end() :]) and first.lower() not in FUNCTION_WORDS
    if first in names or title or (len(first) > 1 and not first[1:].islower()):
        return text
    low = first.lower()
    return low + text[len(first) :] if low in FUNCTION_WORDS or classes(low) or verb_lemma(low) else text


def upper_first(text: str) -> str:
    """The text with a capital first letter."""
    return text[:1].upper() + text[1:]


def _calm(text: str, names: Collection[str]) -> str:
    """Shouting in small letters; a lone NOT or ALL too."""
    found = [word for word in words(text) if word.isalpha() and len(word) > 1]
    if len(found) >= 3 and sum(word.isupper() for word in found) > 0.7 * len(found):
        kept = {name.lower(): name for name in names}
        text = re.sub(r"[^\W\d_]+", lambda m: kept.get(m.group().lower(), m.group().lower()), text)
    return re.sub(
        r"\b(?:NOT|ALL|NEVER|ANY|NO|MUST|ALWAYS|VERY|REALLY|SHOULD|ONLY|EVERY|MORE|LESS|AND|OR|BUT|THE|DO|DONT"
        r"|CANNOT|NEED|STOP|NOW)\b",
        lambda m: m.group().lower(),
        text,
    )


def _led(text: str) -> str:
    """Greetings, fillers and connectives at the front taken off, as often as they come."""
    for _ in range(6):
        shorter = LEADS.sub("", text, count=1).lstrip(" ,;:-")
        if shorter == text:
            shorter = ANSWER.sub("", text, count=1).lstrip(" ,;:-")
        if shorter == text:
            break
        text = shorter
    return text


def _without_attribution(text: str) -> str:
    """ "I think X" -> X; "I do not think X" -> X denied; unchanged where it cannot be taken apart."""
    for _ in range(3):
        denied = NOT_THOUGHT.match(text)
        if denied:
            return negated(text[denied.end() :]) or text
        found = ATTRIBUTION.match(text)
        if not found:
            return text
        rest = text[found.end() :]
        first = (words(rest) or [""])[0].lower()
        if first == "to" and re.match(r"to \w+", rest):
            return "we should " + rest[3:]
        whole = has_finite_verb(rest) or is_imperative(rest)
        perceives = re.match(r"(?i)i\b.*\b(?:find|see|consider|know|understand|note|expect|assume)\b", found.group())
        if perceives and not found.group(1):
            return text
        if not whole and (
            first in _NO_CLAUSE
            or not re.match(r"(?i)i .*\b(?:think|guess|say|suggest|propose|reckon)\b|my|the", found.group())
        ):
            return text
        text = rest
    return text


_NO_CLAUSE = frozenset("so like not with compelled that about very strongly of it".split())


def _shorter(text: str) -> str:
    """At most MAX_WORDS words where a clause boundary allows it."""
    if len(words(text)) <= MAX_WORDS:
        return text
    for boundary in (
        r"; | - |: ",
        r", (?:and|but|so|while|whereas|although|though|which|as|because) ",
        r", ",
        r" (?:because|so that|which|although) ",
    ):
        for cut in reversed(list(re.finditer(boundary, text))):
            head = text[: cut.start()]
            if 5 <= len(words(head)) <= MAX_WORDS and has_finite_verb(head):
                return head
    return text


def _completed(text: str) -> tuple[str, Sort]:
    """A sentence with a subject and a verb where the member left them out."""
    wished = ASKED_FOR.match(text)
    denied = wished and _DENIED.match(wished.group("what"))
    if wished and (_demands(wished.group("what")) or (denied and is_base_verb((denied.group("verb") or "").lower()))):
        text = wished.group("what")
    elif wished and wished.group("wish") and not denied and not has_finite_verb(wished.group("what")):
        return f"we want {lower_first(wished.group('what'))}", Sort.PROPOSAL
    led = LED_TO.match(text)
    if led and _demands(led.group("demand")):
        return f"{led.group('lead').replace(':', ',')} we should {_uncapped(led.group('demand'))}", Sort.PROPOSAL
    low = text.lower()
    never = re.match(r"(?:please )?(?:do not|don't|never|stop (?=\w+ing\b))\b ?", low)
    if never and not re.match(
        r"(?:do not|don't) (?:want|like|need|care|see|think|mind|believe|know|understand|have|agree|trust)\b", low
    ):
        rest = text[never.end() :]
        if "stop" in never.group():
            return f"we should stop {rest}", Sort.PROPOSAL
        return f"we should {'never' if 'never' in never.group() else 'not'} {rest}", Sort.PROPOSAL
    second = words(low)[1] if len(words(low)) > 1 else ""
    if (
        SUBJECTLESS.match(text)
        and (low.startswith(("would", "am ")) or second not in AUXILIARIES)
        and not (is_imperative(text) and low.startswith(("support", "need", "favor")))
    ):
        if len(words(text)) < 2:
            return text, Sort.FRAGMENT
        return f"I {lower_first(text)}", Sort.CLAIM
    if low.startswith("should be ") and words(low)[2] in ("a", "an", "more", "some", "no", "fewer", "less", "better"):
        return f"there {lower_first(text)}", Sort.PROPOSAL
    promise = re.match(r"(?:will|would|could|may|might) (?:also |just |only |not )?([a-z]+)", low)
    if promise and is_base_verb(promise.group(1)):
        return f"it {lower_first(text)}", Sort.CLAIM
    if (
        IT_LESS.match(text)
        and second not in AUXILIARIES
        and not low.startswith(("is ", "isn't ", "works with"))
        and len(words(text)) > 2
    ):
        return f"it {lower_first(text)}", Sort.CLAIM
    if _demands(text):
        return f"we should {_uncapped(text)}", Sort.PROPOSAL
    if re.match(r"(?:no|no more) \w+", low) and not has_finite_verb(text) and len(words(text)) <= 12:
        return f"there should be {lower_first(text)}", Sort.PROPOSAL
    if not has_finite_verb(text):
        return text, Sort.FRAGMENT
    return text, Sort.CLAIM


_DENIED = re.compile(r"(?:(?:please )?(?:do not|don't|never)\b(?: ever\b)?(?: (?P<verb>\w+))?|not\b)", re.I)


def _demands(text: str) -> bool:
    """Whether a text asks for something: "Help the baker" and "Use recycled mats" do, "Help came late" does not."""
    if not is_imperative(text):
        return False
    first, second, third = (*words(text.lower())[:3], "")[:3]
    lemma = verb_lemma(second)
    if "NOUN" not in classes(first) or first in _BEFORE_PARTICIPLE or lemma in (None, second):
        return True
    if "NOUN" in classes(second) or verb_form(lemma, "VBD") != second:
        return True
    return verb_form(lemma, "VBN") == second and "NOUN" in classes(third)


_BEFORE_PARTICIPLE = frozenset("keep turn stay get leave make have go look".split())
"""Verbs that a past form follows as in "keep closed" and "turn left"."""


def _uncapped(demand: str) -> str:
    """A demand with a small first letter, also before a name: "Visit London" is no title."""
    return demand[:1].lower() + demand[1:]


def _repaired(text: str) -> str:
    """Slips that readers stumble over: a missing "be", "it's" for "its", a wrong form after a pronoun."""
    text = re.sub(
        r"\bit's (?=(?:own|most|agricultural|lands?|budget|size|members|users|properties|mission)\b)",
        "its ",
        text,
        flags=re.I,
    )

    def be(found: re.Match[str]) -> str:
        modal, denied, word = found.group(1), found.group(2) or "", found.group(3)
        lemma = verb_lemma(word.lower())
        missing = (
            word[0] in "$£€"
            or word[0].isdigit()
            or (lemma is not None and lemma != word.lower() and word.lower().endswith("ed"))
        )
        return f"{modal} {denied}be {word}" if missing else found.group()

    text = re.sub(r"\b(should|must|would|could|will) (not )?([$£€]?\w+)\b", be, text)
    text = re.sub(
        r"\b(we|they|you) (am|was|has|does)\b",
        lambda m: f"{m.group(1)} {AS_PLURAL[m.group(2).lower()]}",
        text,
        flags=re.I,
    )

    def third(found: re.Match[str]) -> str:
        lemma = verb_lemma(found.group(2).lower())
        wrong = lemma == found.group(2).lower() and lemma not in AUXILIARIES | MODALS and "NOUN" not in classes(lemma)
        return f"{found.group(1)} {verb_form(lemma, 'VBZ')}" if wrong and lemma else found.group()

    text = re.sub(r"(?:^|(?<=when )|(?<=if )|(?<=because ))(it|this|that) (\w+)\b", third, text, flags=re.I)
    text = re.sub(
        r"\b(\w+)(?: \1\b)+",
        lambda m: m.group() if m.group(1).lower() in ("that", "had", "very") else m.group(1),
        text,
        flags=re.I,
    )
    text = re.sub(r"\ba (?=(?:[aeio]|un(?!i))\w{2,})", "a ", text)
    if text.count('"') % 2:
        text = text.replace('"', "")
    if text.count("(") != text.count(")"):
        text = re.sub(r"[()]", "", text)
    text = re.sub(r" & ", " and ", text)
    text = re.sub(r"\${2,}", "", text)
    text = re.sub(r",? -+ (?=(?:but|and|so|which)\b)", ", ", text)
    text = re.sub(r" +([,.;:])", r"\1", re.sub(r"\s+", " ", text))
    return text.strip(" ,;:-")
