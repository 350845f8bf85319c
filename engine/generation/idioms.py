"""What people write around what they mean: greetings, attributions, fillers, insults, facts about themselves.

Tables of patterns, matched without case; `engine.generation.wording` applies them.
"""

from __future__ import annotations

import re

SHORT_FORMS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.I), said)
    for pattern, said in (
        (r"\b(do|does|did|is|are|was|were|has|have|had|should|would|could|ca|wo|must|need)nt\b", r"\1n't"),
        (r"\bim\b(?! )|\bim (?=not|all|so|for|against|in|fine|ok|happy|worried|afraid|a|the|more)", "I'm "),
        (r"\bive\b", "I've"),
        (
            (
                r"\b(that|there|it|what|he|she)s (?=(?:not|a|an|the|no|too|so|why|how|all|better|fine|good|bad"
                r"|important|hard)\b)"
            ),
            r"\1's ",
        ),
        (
            (
                r"\bits (?=(?:not|a|an|too|so|fine|good|bad|better|important|hard|time|unfair|fair|worth|about|been"
                r"|unclear)\b)"
            ),
            "it's ",
        ),
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
PURPOSE = (
    r"so that (?!(?:is|was|will|would|can|could|should|must|might|may|has|had|does|did|means|makes|seems|gives|leads"
    r"|leaves|isn't|wasn't|won't|wouldn't|doesn't|can't|cannot)\b)"
)
"""Opens what something is for; elsewhere "so that" leads a sentence about what was said before."""

HOWEVER = r"however (?:it|this|that|things) (?:ends?|goes|go|turns?|works?|comes?|plays?)\b"
LEADS = re.compile(
    r"^(?:(?:hi|hello|hey|hiya|good (?:morning|afternoon|evening)|dear)\b(?: (?:all|everyone|everybody|team"
    r"|folks|guys|there|"
    r"someone|people))?[,!. -]+"
    r"|(?:thanks|thank you)\b[^.!?,]{0,40}[,.!] *"
    rf"|{PURPOSE}(?=[^,]*$)"
    r"|(?:look|listen|see)(?:[,:;.!] *| - *| +(?=(?:i|we|they|you|there)\b))"
    rf"|(?!so (?:long|far) |{PURPOSE}|{HOWEVER})"
    r"(?:and|but|so|also|plus|or|well|ok|okay|alright|oh|hmm+|um+|uh|yeah|yep|frankly|honestly"
    r"|seriously|personally|basically|obviously"
    r"|clearly|actually|really|overall|generally|ultimately|admittedly|sure|agreed|indeed|additionally|moreover"
    r"|furthermore|however|therefore|thus"
    r"|hence|finally|lastly|first(?:ly)?|second(?:ly)?|third(?:ly)?|similarly|then|again|sorry|anyway|surely"
    r"|please|just|maybe|perhaps|possibly|imo|imho|imao|tbh"
    r"|fwiw|afaik|iirc|ngl|lol|haha|lmao|definitely|absolutely|totally|sadly|unfortunately|fortunately"
    r"|in effect)\b(?:,| -|:|;|\.|!)? +"
    r"|(?:to be (?:\w+ )?(?:honest|fair|clear|frank)|in my (?:\w+ )?(?:opinion|view|mind|experience)"
    r"|from my (?:point of view|perspective)"
    r"|for me|as for me|if (?:you|u) ask me|as far as i(?:'m| am) concerned|as i see it|the way i see it"
    r"|at the end of the day"
    r"|in addition|on the other hand|on one hand|on the one hand|having said that|that said|that being said"
    r"|for what it's worth"
    r"|on balance|all in all|in general|in short|in summary|in conclusion|to sum up|as (?:others|someone"
    r"|everyone) (?:have |has )?said"
    r"|with (?:all due )?respect|by the way|after all|as a start|as a compromise|of course|i mean|you know"
    r"|no offen[cs]e|not gonna lie"
    r"|my (?:\d|two) cents)\b[,:;]? *(?:- )?)",
    re.I,
)
ASKING = re.compile(
    r"^(?:can|could|should|would|do|does|did|is|are|why|how come) (?:we|our|the|there|it|they|this|that|you|i|more)\b",
    re.I,
)
ANSWER = re.compile(
    r"^(?:yes|yeah|yep|yup|yea|no|nope|nah|sure|absolutely|definitely|agreed|agree|disagree|exactly|true|correct"
    r"|ok|okay|fine)"
    r"(?: (?:please|way|thanks|thank you|definitely|absolutely|indeed))?(?:[,.!;:]| -|$) *(?:but |and "
    r"|because (?=\w))?",
    re.I,
)
SURE = (
    r"(?:(?:really|strongly|also|still|do|just|personally|honestly|firmly|truly|certainly|would|definitely"
    r"|generally|'d|would also|kind of|sort of|rather) )*"
)
ATTRIBUTION = re.compile(
    rf"^(?:i {SURE}(?:think|believe|feel|feel like|guess|suppose|reckon|say|argue|suggest|propose|recommend"
    rf"|imagine|suspect|agree|know|find|consider|see|maintain"
    r"|note|expect|assume|understand)"
    r"|i(?:'m| am) (?:(?:pretty|quite|very|fairly|not only) )?(?:sure|certain|convinced|confident|aware"
    r"|of the (?:opinion|view|belief))"
    r"|i(?:'d| would) (?:say|argue|suggest|think|like to (?:say|add|suggest|point out))"
    r"|(?:my|one|the|another|a) (?:(?:main|own|only|personal|first|big|biggest|key) )?(?:opinion|view|feeling"
    r"|point|belief|sense|take|understanding|thought|idea|suggestion"
    r"|proposal|preference|position|answer|hunch|fact|problem|issue|thing|question)(?: here)? is"
    r"|it(?:'s| is) my (?:\w+ )?(?:opinion|view|belief|feeling|understanding)"
    r"|it (?:seems|appears|feels|looks)(?: to me)?(?: like)?"
    r"|(?:it(?:'s| is)|there(?:'s| is)) (?:no doubt|clear|obvious|also (?:clear|true)|true)"
    r"|to me,? it (?:seems|looks|feels)(?: like)?)(?: (that|like|as if|:|is))?,? +(?=\S)",
    re.I,
)
NOT_THOUGHT = re.compile(
    rf"^i {SURE}(?:do not|don't|did not|didn't|never|can't|cannot) (?:really |actually |necessarily |personally "
    rf"|honestly )?(?:think|believe|feel|see why|see how)"
    r"(?: like)?(?: that)? +",
    re.I,
)
PERSONAL = re.compile(
    r"^(?:we|our)(?: (?:also|currently|still|personally|often|usually|sometimes|only|never|always|just|mostly"
    r"|already|once|recently|actually))* "
    r"(?:live|lived|volunteer|attend(?:ed)?|grew|moved|was|were (?:born|raised|told|there|at)|remember"
    r"|can explain|can speak|understand|learned|learnt|read|saw|heard"
    r"|watched|voted|speak|know|do not know|don't know|did not (?:play|watch|vote|know|go|see|read)"
    r"|didn't (?:play|watch|vote|know|go|see|read)|have no (?:idea|opinion|view|clue|comment)"
    r"|have nothing|have a (?:good|strong|basic) (?:understanding|knowledge|grasp)|have (?:lived|been|worked"
    r"|seen|heard|read|voted|attended|had|advocated)"
    r"|are not (?:sure|certain)|are (?:unsure|not too concerned|undecided|neutral|registered|excited|retired|a"
    r"|an|from|from the)|do not (?:care|mind|have|understand)|don't (?:care|mind|have|understand)"
    r"|consider (?:our|my)|identify|own|rent|like to|find it|find|find that|now realise|now realize|wonder"
    r"|would never|used to|get|got|came|come|drive|cycle to|walk to)\b"
    r"|^(?:our|my) (?:wife|husband|partner|kids?|son|daughter|child|children|mother|father|mom|mum|dad|parents?"
    r"|grand\w+|aunt|uncle|cousins?"
    r"|brother|sister|dog|cat|boss|friends?|family|neighbou?rs?|job"
    r"|primary residence|house|car|name|vote)\b"
    r"|^(?:same|same here|ditto|idk|dunno|not sure|no idea|no opinion|no comment|n/?a|none|nothing|see above"
    r"|test|whatever(?! [^,]{2,80}, we should)|pass)\b"
    r"|^as (?:a|an) \w+"
    r"|\b(?:this|these) (?:survey|poll|question|form|type of survey|conversation|discussion)s?\b|\btypes of surveys\b",
    re.I,
)
GIBBERISH = re.compile(
    r"\b(?=\w*\d\w*[a-z])(?=\w*[a-z]\w*\d)\w{7,}\b|\b[bcdfghjklmnpqrstvwxz]{6,}\b|={1,}|[$*^~]{3,}", re.I
)
TO_THE_ASKER = re.compile(
    r"^(?:please )?(?:ask|tell|remind|call|ping|contact|count|include|leave|email|message|let) (?:me|us)\b"
    r"(?! (?:all )?(?:go|try|do|be|keep|start|stop)\b)",
    re.I,
)
"""Said to whoever asked, such as "Ask me again in May": no point that a group could make."""

SETTLED = re.compile(
    r"^we (?:can|could|would|will|'d|'ll) (?:(?:also|then|even) )?(?:live with|accept|be (?:fine|ok|okay|happy) with)"
    r" (?:that|this|it|them|either|both)$"
    r"|^do (?:both|that|this|so) and (?:we|i)\b"
    r"|^when we (?:was|were) (?:\w+ )?(?:\w+,? (?:we|our|a|an|the)|small|little|young|kids?|children)\b",
    re.I,
)
"""Leans on what the same member said before, or tells of their own past."""

LED_TO = re.compile(
    r"^(?P<lead>from (?:now|today|tomorrow|then|this \w+|next \w+|\w+day|[A-Z]\w+)(?: on(?:wards?)?)?,?"
    r"|(?:whatever|whoever|whichever|wherever|whenever|however|no matter|if|when|once|while|until|unless|as long as"
    r"|so long as|as soon as|so that|to|in order to|before|after|where) [^,:]{2,80}[,:])"
    r" (?P<demand>(?!(?:act|behave|speak|talk|answer|reply|respond) (?:as|like|in|only|with)\b|pretend\b|play\b)\w.*)$",
    re.I,
)
"""What a demand opens with: a time, or a clause that ends with a comma. To play a part is asked of a writer only."""

ASKED_FOR = re.compile(
    r"^(?:(?P<wish>(?:my|our)(?: \w+)?(?: only| one| single| first)? (?:wish|ask|request|demand|plea)(?: is)?"
    r"|(?:all|what) (?:i|we) (?:really |only )?(?:ask|want|need|wish|would like)(?: for)?(?: is)?)"
    r"(?: (?:this|simple|short|only this|modest))?"
    r"|before (?:any(?:one|body)|we|you|i) [^,:]{2,60}): (?P<what>\w.*)$",
    re.I,
)
"""What announces a demand before a colon; what is announced stands for itself."""

NO_VIEW = re.compile(
    r"^(?:(?:i |we )?(?:have |has |had )?no (?:strong |real |particular )?(?:opinion|preference|view|idea"
    r"|comment|clue|thoughts)s?"
    r"|idk|dunno|i (?:do not|don't) (?:know|mind|care|have (?:an opinion|a preference))|(?:i am "
    r"|i'm )?not sure(?: yet)?"
    r"|(?:i am |i'm )?(?:undecided|neutral|unsure)|n/?a|none|nothing|test|whatever|pass|same(?: here)?|ditto|see above"
    r"|(?:i'm )?(?:easy|fine|ok|okay|happy) (?:with )?(?:either way|anything|whatever|both)|either(?: is fine| way)?)$",
    re.I,
)
HARSH = re.compile(
    r"\b(?:stupid(?:est)?|idiot\w*|moron\w*|dumb(?:est)?|trash|garbage|crap\w*|bullshit|shit\w*|asshole\w*"
    r"|bastard\w*|bitch\w*|cunt\w*|dick(?:head)?s?|retard\w*|liar\w*"
    r"|fuck\w*|screw you|shut up|hate you|kill yourself|scum|disgust\w*|pathetic|clueless|brain-?dead|nazi\w*"
    r"|losers?|worst (?:ever|thing)|racist\w*|evil|gorging|greedy|corrupt"
    r"|eliminate all|eliminate everything|(?:do|does)(?: not|n't) care)\b",
    re.I,
)
EXPLETIVE = re.compile(
    r"\b(?:f[u*]ck(?:ing|in)?|f\*+\w*|damn(?:ed)?|goddamn|bloody|freaking|friggin[g']?|effing|wtf|omg)\b ?", re.I
)
FILLER = re.compile(
    r",? \b(?:to be honest|tbh|imo|imho|in my (?:humble )?opinion|in my view|i think|i guess|i believe|i feel"
    r"|i suppose|you know|lol|haha+|fwiw|afaik|if you ask me|for what it's worth"
    r"|at least for me|as i see it|in my experience|frankly|honestly|i mean|i would say|so to speak|or whatever"
    r"|or something|and so on|and stuff|etc|thanks?(?: you)?|please|though|tho"
    r"|imao)\b\.?(?=[,.!?;]|$)"
    r"|, (?:right|no)\b(?=[.!?;]|$)"
    r"|\b(?:really really|very very|literally|basically|actually|honestly|obviously|kind of|sort of|pretty much"
    r"|simply|totally|personally)\b ",
    re.I,
)
FIRST_PERSON: tuple[tuple[re.Pattern[str], str], ...] = tuple(
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
OTHERS = re.compile(
    r"(?:^|\b(?:as|like|with|to|by|from|and|than|because|that) )someone\b"
    r"|\bsomeone(?:'s\b| (?:is|was|said|says|wrote|writes|thinks|mentioned|suggested|has|and)\b)"
    r"|\b(?:as (?:said|mentioned) (?:above|before)|the (?:previous|last) (?:speaker|comment|poster)"
    r"|your (?:idea|point|comment))\b",
    re.I,
)
PARENTHESIS = re.compile(r" ?\((?:[^()]{0,200})\)")
EXAMPLE = re.compile(r",? ?(?:\b(?:i\.?e|e\.?g)\.?\b|\bfor example\b|\bfor instance\b)[:,]? .*$", re.I)
VOTED = re.compile(r",? \b(?:but|and|so) (?:(?:i|we) )?(?:also )?voted (?:to|for|against|leave|remain)\b.*$", re.I)
OPENING = re.compile(r"^(?:if|as long as|provided(?: that)?|only if|unless|on condition that|so long as) ", re.I)
WANTS = re.compile(
    r"^(?:we (?:would be|are) (?:ok|okay|fine|happy) with\b|we (?:should|must|need|ought|have to|want|would like"
    r"|would love|would prefer|would rather|prefer|support|favou?r|hope|could|can|oppose|cannot)\b"
    r"|let's\b|.{2,80}?\b(?:should|must|needs? (?:to|a|an|more|better|the)|ought to|has to(?! do with)"
    r"|have to(?! do with))\b|there should\b|it would be (?:better|good|nice|great|best|wise|fair))",
    re.I,
)
GOOD_IDEA = re.compile(
    r"^it(?:'s| is|'d be| would be| could be| might be) (?:also )?(?:a |an )?(?:very |really |quite "
    r"|only )?(?:good idea|great idea|good|better|best|great|nice|wise|helpful|sensible|idea|fair|fairer)"
    r"(?: for (?P<who>.+?))? to (?P<what>[a-z]+\b.*)$",
    re.I,
)
OWN_FACT = re.compile(
    r"^we (?=(?:(?:am|are) (?:\w+ )?(?:allergic|vegans?|vegetarians?|lactose|disabled|deaf|blind|parents?"
    r"|carers?|on call|away|new here|part[- ]time)|have (?:kids|children|young children|small children|a (?:dog"
    r"|kid|baby|child))"
    r"|(?:cannot|can't|can not) (?:make|come|attend|drive|eat|work|afford|join|travel)|live (?:far|near|close|in"
    r"|on)|commute|work (?:from home|remotely|part[- ]time|nights|shifts)|do not (?:drive|drink|eat)"
    r"|don't (?:drive|drink|eat)|only work|need (?:our|my))\b)",
    re.I,
)
SUBJECTLESS = re.compile(
    r"^(?:would (?:like|love|prefer|rather|hate)|want|hope|prefer|wish|support|love|hate|like|dislike|oppose"
    r"|favou?r|need|disagree|agree|cannot|can't|am|don't (?:want|like|need|care|see|think|mind|believe))\b",
    re.I,
)
IT_LESS = re.compile(
    r"^(?:would be|will be|should be|could be|seems|sounds|looks|makes|saves|helps|costs|works|needs"
    r"|depends|is|isn't|has been|does not|doesn't)\b",
    re.I,
)
