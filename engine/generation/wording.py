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
    SUBJECTS,
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


_SHORT_FORMS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.I), said)
    for pattern, said in (
        (r"\b(do|does|did|is|are|was|were|has|have|had|should|would|could|ca|wo|must|need)nt\b", r"\1n't"),
        (r"\bim\b(?! )|\bim (?=not|all|so|for|against|in|fine|ok|happy|worried|afraid|a|the|more)", "I'm "),
        (r"\bive\b", "I've"),
        (r"\b(that|there|it|what|he|she)s (?=(?:not|a|an|the|no|too|so|why|how|all|better|fine|good|bad|important|hard)\b)", r"\1's "),
        (r"\bits (?=(?:not|a|an|too|so|fine|good|bad|better|important|hard|time|unfair|fair|worth|about|been|unclear)\b)", "it's "),
        (r"\blets\b(?= [a-z])", "let's"),
        (r"\b(?:b/c|bc|cuz|cos|coz|bcause|becuase)\b", "because"),
        (r"\bw/o\b", "without"),
        (r"\bw/ ?(?=\w)", "with "),
        (r"\b(?:btwn|btw(?= [\w]+s\b))", "between"),
        (r"\bppl\b", "people"),
        (r"\bgov'?t\b", "government"),
        (r"\bpls|plz\b", "please"),
        (r"\bu\b(?! ?\.)", "you"),
        (r"\bur\b", "your"),
        (r"\br (?=not|the|too|so)", "are "),
        (r"\bgonna\b", "going to"),
        (r"\bwanna\b", "want to"),
        (r"\bgotta\b", "have to"),
        (r"\bkinda|sorta\b", ""),
        (r"\bshould of\b", "should have"),
        (r"\bmin\. of\b", "minimum of"),
    )
)
_LEADS = re.compile(
    r"^(?:(?:hi|hello|hey|hiya|good (?:morning|afternoon|evening)|dear)\b(?: (?:all|everyone|everybody|team|folks|guys|there|"
    r"someone|people))?[,!. -]+"
    r"|(?:thanks|thank you)\b[^.!?,]{0,40}[,.!] *"
    r"|(?:and|but|so|also|plus|or|well|ok|okay|alright|oh|hmm+|um+|uh|yeah|yep|look|listen|see|frankly|honestly|seriously|personally|basically|obviously"
    r"|clearly|actually|really|overall|generally|ultimately|admittedly|sure|agreed|indeed|additionally|moreover|furthermore|however|therefore|thus"
    r"|hence|finally|lastly|first(?:ly)?|second(?:ly)?|third(?:ly)?|similarly|then|again|sorry|anyway|surely|please|just|maybe|perhaps|possibly|imo|imho|imao|tbh"
    r"|fwiw|afaik|iirc|ngl|lol|haha|lmao|definitely|absolutely|totally|sadly|unfortunately|fortunately|in effect)\b(?:,| -|:|;|\.|!)? +"
    r"|(?:to be (?:\w+ )?(?:honest|fair|clear|frank)|in my (?:\w+ )?(?:opinion|view|mind|experience)|from my (?:point of view|perspective)"
    r"|for me|as for me|if (?:you|u) ask me|as far as i(?:'m| am) concerned|as i see it|the way i see it|at the end of the day"
    r"|in addition|on the other hand|on one hand|on the one hand|having said that|that said|that being said|for what it's worth"
    r"|on balance|all in all|in general|in short|in summary|in conclusion|to sum up|as (?:others|someone|everyone) (?:have |has )?said"
    r"|with (?:all due )?respect|by the way|after all|as a start|as a compromise|of course|i mean|you know|no offen[cs]e|not gonna lie"
    r"|my (?:\d|two) cents)\b[,:;]? *(?:- )?)",
    re.I,
)
_ANSWER = re.compile(
    r"^(?:yes|yeah|yep|yup|yea|no|nope|nah|sure|absolutely|definitely|agreed|agree|disagree|exactly|true|correct|ok|okay|fine)"
    r"(?: (?:please|way|thanks|thank you|definitely|absolutely|indeed))?(?:[,.!;:]| -|$) *(?:but |and |because (?=\w))?",
    re.I,
)
_SURE = r"(?:(?:really|strongly|also|still|do|just|personally|honestly|firmly|truly|certainly|would|definitely|generally|'d|would also|kind of|sort of|rather) )*"
_ATTRIBUTION = re.compile(
    rf"^(?:i {_SURE}(?:think|believe|feel|feel like|guess|suppose|reckon|say|argue|suggest|propose|recommend|imagine|suspect|agree|know|find|consider|see|maintain"
    r"|note|expect|assume|understand)"
    r"|i(?:'m| am) (?:(?:pretty|quite|very|fairly|not only) )?(?:sure|certain|convinced|confident|aware|of the (?:opinion|view|belief))"
    r"|i(?:'d| would) (?:say|argue|suggest|think|like to (?:say|add|suggest|point out))"
    r"|(?:my|one|the|another|a) (?:(?:main|own|only|personal|first|big|biggest|key) )?(?:opinion|view|feeling|point|belief|sense|take|understanding|thought|idea|suggestion"
    r"|proposal|preference|position|answer|hunch|fact|problem|issue|thing|question)(?: here)? is"
    r"|it(?:'s| is) my (?:\w+ )?(?:opinion|view|belief|feeling|understanding)"
    r"|it (?:seems|appears|feels|looks)(?: to me)?(?: like)?"
    r"|(?:it(?:'s| is)|there(?:'s| is)) (?:no doubt|clear|obvious|also (?:clear|true)|true)"
    r"|to me,? it (?:seems|looks|feels)(?: like)?)(?: (that|like|as if|:|is))?,? +(?=\S)",
    re.I,
)
_NOT_THOUGHT = re.compile(
    rf"^i {_SURE}(?:do not|don't|did not|didn't|never|can't|cannot) (?:really |actually |necessarily |personally |honestly )?(?:think|believe|feel|see why|see how)"
    r"(?: like)?(?: that)? +",
    re.I,
)
_PERSONAL = re.compile(
    r"^(?:we|our)(?: (?:also|currently|still|personally|often|usually|sometimes|only|never|always|just|mostly|already|once|recently|actually))* "
    r"(?:live|lived|volunteer|attend(?:ed)?|grew|moved|was|were (?:born|raised|told|there|at)|remember|can explain|can speak|understand|learned|learnt|read|saw|heard"
    r"|watched|voted|speak|know|do not know|don't know|did not (?:play|watch|vote|know|go|see|read)|didn't (?:play|watch|vote|know|go|see|read)|have no (?:idea|opinion|view|clue|comment)"
    r"|have a (?:good|strong|basic) (?:understanding|knowledge|grasp)|have (?:lived|been|worked|seen|heard|read|voted|attended|had|advocated)"
    r"|are not (?:sure|certain)|are (?:unsure|not too concerned|undecided|neutral|registered|excited|retired|a|an|from|from the)|do not (?:care|mind|have|understand)|don't (?:care|mind|have|understand)"
    r"|consider (?:our|my)|identify|own|rent|like to|find it|find|find that|now realise|now realize|wonder|would never|used to|get|got|came|come|drive|cycle to|walk to)\b"
    r"|^(?:our|my) (?:wife|husband|partner|kids?|son|daughter|child|children|mother|father|mom|mum|dad|parents?|brother|sister|dog|cat|boss|friends?|family|neighbou?rs?|job"
    r"|primary residence|house|car|name|vote)\b"
    r"|^(?:same|same here|ditto|idk|dunno|not sure|no idea|no opinion|no comment|n/?a|none|nothing|see above|test|whatever|pass)\b"
    r"|^as (?:a|an) \w+"
    r"|\b(?:this|these) (?:survey|poll|question|form|type of survey|conversation|discussion)s?\b|\btypes of surveys\b",
    re.I,
)
_HARSH = re.compile(
    r"\b(?:stupid(?:est)?|idiot\w*|moron\w*|dumb(?:est)?|trash|garbage|crap\w*|bullshit|shit\w*|asshole\w*|bastard\w*|bitch\w*|cunt\w*|dick(?:head)?s?|retard\w*|liar\w*"
    r"|fuck\w*|screw you|shut up|hate you|kill yourself|scum|disgust\w*|pathetic|clueless|brain-?dead|nazi\w*|losers?|worst (?:ever|thing)|racist\w*|evil|gorging|greedy)\b",
    re.I,
)
_EXPLETIVE = re.compile(r"\b(?:f[u*]ck(?:ing|in)?|f\*+\w*|damn(?:ed)?|goddamn|bloody|freaking|friggin[g']?|effing|wtf|omg)\b ?", re.I)
_FILLER = re.compile(
    r",? \b(?:to be honest|tbh|imo|imho|in my (?:humble )?opinion|in my view|i think|i guess|i believe|i feel|i suppose|you know|lol|haha+|fwiw|afaik|if you ask me|for what it's worth"
    r"|at least for me|as i see it|in my experience|frankly|honestly|i mean|i would say|so to speak|or whatever|or something|and so on|and stuff|etc|thanks?(?: you)?|please|though|tho"
    r"|imao|right|no)\b\.?(?=[,.!?;]|$)"
    r"|\b(?:really really|very very|literally|basically|actually|honestly|obviously|kind of|sort of|pretty much|simply|totally|personally)\b ",
    re.I,
)
_FIRST_PERSON: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.I), said)
    for pattern, said in (
        (r"\bi(?:'m| am)\b", "we are"),
        (r"\bi was\b", "we were"),
        (r"\bi wasn't\b", "we were not"),
        (r"\bam i\b", "are we"),
        (r"\bwas i\b", "were we"),
        (r"\bi(?=(?:'d|'ve|'ll)\b)", "we"),
        (r"(?<![\w'.-])i(?![\w'.-])", "we"),
        (r"\bmyself\b", "ourselves"),
        (r"\bmine\b", "ours"),
        (r"\bmy\b", "our"),
        (r"\bme\b", "us"),
        (r"\bwe'd (?=like|love|prefer|rather|be|say|want|support|vote|go|not)", "we would "),
        (r"\bwe'd better\b", "we had better"),
        (r"\bwe've\b", "we have"),
        (r"\bwe'll\b", "we will"),
        (r"\bwe're\b", "we are"),
    )
)
_OTHERS = re.compile(r"\b(?:someone|as (?:said|mentioned) (?:above|before)|the (?:previous|last) (?:speaker|comment|poster)|your (?:idea|point|comment))\b", re.I)
_PARENTHESIS = re.compile(r" ?\((?:[^()]{0,200})\)")
_EXAMPLE = re.compile(r",? ?(?:\b(?:i\.?e|e\.?g)\.?\b|\bfor example\b|\bfor instance\b)[:,]? .*$", re.I)
_OPENING = re.compile(r"^(?:if|as long as|provided(?: that)?|only if|unless|on condition that|so long as) ", re.I)
_WANTS = re.compile(
    r"^(?:we (?:should|must|need|ought|have to|want|would like|would love|would prefer|would rather|prefer|support|favou?r|hope|could|can|oppose|cannot)\b"
    r"|let's\b|.{2,80}?\b(?:should|must|needs? (?:to|a|an|more|better|the)|ought to|has to(?! do with)|have to(?! do with))\b|there should\b|it would be (?:better|good|nice|great|best|wise|fair))",
    re.I,
)
_GOOD_IDEA = re.compile(
    r"^it(?:'s| is|'d be| would be| could be| might be) (?:also )?(?:a |an )?(?:very |really |quite |only )?(?:good idea|great idea|good|better|best|great|nice|wise|helpful|sensible|idea|fair|fairer)"
    r"(?: for (?P<who>.+?))? to (?P<what>[a-z]+\b.*)$",
    re.I,
)
_OWN_FACT = re.compile(
    r"^we (?=(?:(?:am|are) (?:\w+ )?(?:allergic|vegans?|vegetarians?|lactose|disabled|deaf|blind|parents?|carers?|on call|away|new here|part[- ]time)|have (?:kids|children|young children|small children|a (?:dog|kid|baby|child))"
    r"|(?:cannot|can't|can not) (?:make|come|attend|drive|eat|work|afford|join|travel)|live (?:far|near|close|in|on)|commute|work (?:from home|remotely|part[- ]time|nights|shifts)|do not (?:drive|drink|eat)|don't (?:drive|drink|eat)|only work)\b)",
    re.I,
)
_SUBJECTLESS = re.compile(
    r"^(?:would (?:like|love|prefer|rather|hate)|want|hope|prefer|wish|support|love|hate|like|dislike|oppose|favou?r|need|disagree|agree|cannot|can't|am|don't (?:want|like|need|care|see|think|mind|believe))\b",
    re.I,
)
_IT_LESS = re.compile(r"^(?:would be|will be|should be|could be|seems?|sounds?|looks?|makes?|saves?|helps?|costs?|works?|needs?|depends|is|isn't|has been|does not|doesn't)\b", re.I)
_AS_PLURAL = {"am": "are", "was": "were", "has": "have", "does": "do"}


def phrase(sentence: str, names: Collection[str] = ()) -> Phrase | None:
    """A cleaned sentence as the group would say it, or None when nothing is left of it.

    `names`: words that keep their capital (seen capitalised inside sentences). A bare "yes" or "good
    idea" leaves nothing: it is a stance, not a point.
    """
    text = sentence.strip().strip("\"'“”«»()[]-–:;,. ").strip()
    if not any(c.isalpha() for c in text):
        return None
    if not looks_english(text):
        return Phrase(text.rstrip(".!?。！？ "), Sort.FOREIGN, weak=len(words(text)) < 2 and text.isascii())
    asked = sentence.rstrip(" \"')").endswith("?")
    text = _calm(text, names)
    for pattern, said in _SHORT_FORMS:
        text = pattern.sub(said, text)
    text = _EXPLETIVE.sub("", text)
    text = _led(text)
    text = _PARENTHESIS.sub("", text)
    text, sure = _without_attribution(text)
    text = _led(text)
    text = re.sub(rf"(?i)(\b(?:and|but|so|because|since|as|therefore)|,) i {_SURE}(?:think|believe|feel)(?: that)?,? (?=\w)", r"\1 ", text)
    text = _FILLER.sub(" ", text)
    text = _EXAMPLE.sub("", text) if len(words(_EXAMPLE.sub("", text))) > 3 else text
    text = re.sub(r"(?i),? (?:(?:so|but) )?(?:please no|no thanks?(?: you)?|no from me|yes please)$", "", text.rstrip(".! "))
    text = _shorter(text)
    text = text.strip(" \"',;:.-!?")
    if not words(text):
        return None
    weak = asked or not sure
    text, sort = _completed(text)
    text = re.sub(r"(?i)\blet's\b not ", "we should not ", text)
    text = re.sub(r"(?i)^let's ", "we should ", text)
    for pattern, said in _FIRST_PERSON:
        text = pattern.sub(said, text)
    text = _repaired(text)
    idea = _GOOD_IDEA.match(text)
    if idea and is_base_verb(idea.group("what").split()[0].lower()):
        text = f"{idea.group('who') or 'we'} should {idea.group('what')}"
    own = re.match(r"(?i)i\b", sentence.strip()) or re.search(r"(?i)\bi(?:'m|\b)", sentence)
    if own:
        text = _OWN_FACT.sub("some of us ", text)
    weak = (
        weak
        or _PERSONAL.search(text) is not None
        or _HARSH.search(text) is not None
        or _OTHERS.search(text) is not None
        or len(words(text)) > MAX_WORDS
        or (len(words(text)) < 3 and sort is not Sort.FRAGMENT)
    )
    if sort is Sort.CLAIM and _WANTS.match(text):
        sort = Sort.PROPOSAL
    if _OPENING.match(text) and "," not in text:
        sort = Sort.CONDITION
    return Phrase(lower_first(text, names), sort, weak)


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
        r"\b(?:NOT|ALL|NEVER|ANY|NO|MUST|ALWAYS|VERY|REALLY|SHOULD|ONLY|EVERY|MORE|LESS|AND|OR|BUT|THE|DO|DONT|CANNOT|NEED|STOP|NOW)\b",
        lambda m: m.group().lower(),
        text,
    )


def _led(text: str) -> str:
    """Greetings, fillers and connectives at the front taken off, as often as they come."""
    for _ in range(6):
        shorter = _LEADS.sub("", text, count=1).lstrip(" ,;:-")
        if shorter == text:
            shorter = _ANSWER.sub("", text, count=1).lstrip(" ,;:-")
        if shorter == text:
            break
        text = shorter
    return text


def _without_attribution(text: str) -> tuple[str, bool]:
    """"I think X" -> X; "I do not think X" -> X denied; False when it could not be taken apart."""
    for _ in range(3):
        denied = _NOT_THOUGHT.match(text)
        if denied:
            turned = negated(text[denied.end() :])
            return (turned, True) if turned else (text, True)
        found = _ATTRIBUTION.match(text)
        if not found:
            return text, True
        rest = text[found.end() :]
        first = (words(rest) or [""])[0].lower()
        thinks = re.match(r"(?i)i\b.*\b(?:find|see|consider|know|understand|note|expect|assume)\b", found.group())
        if thinks and not found.group(1):
            return text, True
        if first in ("so", "like", "not", "with", "compelled", "that", "about", "very", "strongly") and not has_finite_verb(rest):
            return text, True
        if not has_finite_verb(rest) and not is_imperative(rest) and not re.match(r"(?i)my|the|to ", found.group() + rest):
            return text, True
        text = rest
        if first == "to" and re.match(r"to \w+", rest):
            text = "we should " + rest[3:]
    return text, True


def _shorter(text: str) -> str:
    """At most MAX_WORDS words where a clause boundary allows it."""
    if len(words(text)) <= MAX_WORDS:
        return text
    for boundary in (r"; | - |: ", r", (?:and|but|so|while|whereas|although|though|which|as|because) ", r", ", r" (?:because|so that|which|although) "):
        for cut in reversed(list(re.finditer(boundary, text))):
            head = text[: cut.start()]
            if 5 <= len(words(head)) <= MAX_WORDS and has_finite_verb(head):
                return head
    return text


def _completed(text: str) -> tuple[str, Sort]:
    """A sentence with a subject and a verb where the member left them out."""
    low = text.lower()
    never = re.match(r"(?:please )?(?:do not|don't|never|stop (?=\w+ing\b))\b ?", low)
    if never and not re.match(r"(?:do not|don't) (?:want|like|need|care|see|think|mind|believe|know|understand|have|agree|trust)\b", low):
        rest = text[never.end() :]
        if "stop" in never.group():
            return f"we should stop {rest}", Sort.PROPOSAL
        return f"we should {'never' if 'never' in never.group() else 'not'} {rest}", Sort.PROPOSAL
    second = (words(low) + [""])[1] if len(words(low)) > 1 else ""
    if _SUBJECTLESS.match(text) and (low.startswith(("would", "am ")) or second not in AUXILIARIES) and not (is_imperative(text) and low.startswith(("support", "need", "favor"))):
        if len(words(text)) < 2:
            return text, Sort.FRAGMENT
        return f"I {lower_first(text)}", Sort.CLAIM
    if low.startswith("should be ") and words(low)[2] in ("a", "an", "more", "some", "no", "fewer", "less", "better"):
        return f"there {lower_first(text)}", Sort.PROPOSAL
    if _IT_LESS.match(text) and not low.startswith(("is ", "isn't ", "works with")) and len(words(text)) > 2:
        return f"it {lower_first(text)}", Sort.CLAIM
    if is_imperative(text):
        return f"we should {lower_first(text)}", Sort.PROPOSAL
    if re.match(r"(?:no|no more) \w+", low) and not has_finite_verb(text) and len(words(text)) <= 12:
        return f"there should be {lower_first(text)}", Sort.PROPOSAL
    if not has_finite_verb(text):
        return text, Sort.FRAGMENT
    return text, Sort.CLAIM


def _repaired(text: str) -> str:
    """Slips that readers stumble over: a missing "be", "it's" for "its", a wrong form after a pronoun."""
    text = re.sub(r"\bit's (?=(?:own|most|agricultural|lands?|budget|size|members|users|properties|mission)\b)", "its ", text, flags=re.I)

    def be(found: re.Match[str]) -> str:
        modal, denied, word = found.group(1), found.group(2) or "", found.group(3)
        lemma = verb_lemma(word.lower())
        missing = word[0] in "$£€" or word[0].isdigit() or (lemma is not None and lemma != word.lower() and word.lower().endswith("ed"))
        return f"{modal} {denied}be {word}" if missing else found.group()

    text = re.sub(r"\b(should|must|would|could|will) (not )?([$£€]?\w+)\b", be, text)
    text = re.sub(r"\b(we|they|you) (am|was|has|does)\b", lambda m: f"{m.group(1)} {_AS_PLURAL[m.group(2).lower()]}", text, flags=re.I)

    def third(found: re.Match[str]) -> str:
        lemma = verb_lemma(found.group(2).lower())
        wrong = lemma == found.group(2).lower() and lemma not in AUXILIARIES | MODALS and "NOUN" not in classes(lemma)
        return f"{found.group(1)} {verb_form(lemma, 'VBZ')}" if wrong and lemma else found.group()

    text = re.sub(r"(?:^|(?<=when )|(?<=if )|(?<=because ))(it|this|that) (\w+)\b", third, text, flags=re.I)
    text = re.sub(r"\b(\w+)(?: \1\b)+", lambda m: m.group() if m.group(1).lower() in ("that", "had", "very") else m.group(1), text, flags=re.I)
    text = re.sub(r"\ba (?=(?:[aeio]|un(?!i))\w{2,})", "a ", text)
    if text.count('"') % 2:
        text = text.replace('"', "")
    if text.count("(") != text.count(")"):
        text = re.sub(r"[()]", "", text)
    text = re.sub(r" & ", " and ", text)
    text = re.sub(r" +([,.;:])", r"\1", re.sub(r"\s+", " ", text))
    return text.strip(" ,;:-")


__all__ = ["MAX_WORDS", "SUBJECTS", "Phrase", "Sort", "is_base_verb", "lower_first", "phrase", "upper_first"]
