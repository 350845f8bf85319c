"""What a single word can be: closed classes by list, everything else by lemminflect's dictionary.

The dictionary lists senses without frequencies, so a few everyday nouns and adjectives that are
verbs only in rare or fixed phrases are listed here too.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

MODALS = frozenset("should would will can could must may might shall ought".split())
DO = frozenset("do does did".split())
BE = frozenset("is are was were am".split())
HAVE = frozenset("has have had".split())
AUXILIARIES = MODALS | DO | BE | HAVE

SUBJECT_PRONOUNS = frozenset("we i you he she it they there".split())
OBJECT_PRONOUNS = frozenset("us me him them myself ourselves yourself themselves itself".split())
DETERMINERS = frozenset("a an the my our your his its their this these those every each no some any all both".split())
QUANTIFIERS = frozenset("more most many much fewer less few several enough half either neither another other".split())
INDEFINITES = frozenset(
    "everyone everybody someone somebody anyone anybody nobody none everything something anything nothing".split()
)
PREPOSITIONS = frozenset(
    "of in on at by for with without from into onto about over under between among amongst against during through "
    "across after before towards toward within throughout beyond above below near behind despite per via than as "
    "upon outside inside around along like unlike until since off regarding concerning including".split()
)
CONJUNCTIONS = frozenset("and or but nor".split())
CLAUSE_OPENERS = frozenset(
    "who whom which that whose where when whether if because while although unless how why what whatever whoever "
    "though".split()
)
OPEN_WORDS = frozenset("what which who whom whose where when why how".split())
ADVERBS = frozenset(
    "also always never ever still really just only even already now then soon often sometimes usually generally "
    "typically ultimately actually currently simply instead ideally either again once therefore perhaps not one-day "
    "yet all both each automatically".split()
)
DEGREE_ADVERBS = frozenset("too so very more less most least really quite fairly as better worse".split())

# Verbs in the dictionary only; as words of a question they are nouns or adjectives.
_NEVER_VERBS = frozenset(
    "people school schools child children government society public young old right rights left water state city "
    "country social media person man woman men women adult group party law parent gender race age police health "
    "power energy land world human student worker user member team better worse best good bad free equal fair poor "
    "rich private other many same clear total common uk us eu up down in out off on well even still "
    "room paper data rate income price level culture science art sport music food family house home car bus bike "
    "road street air sea industry business company tech internet web phone office staff doctor nurse "
    "teacher patient prisoner politician king queen royal church pound euro coin weapon minority majority homeless "
    "elderly front ".split()
)
# Nouns far more often than verbs, verbs all the same ("Should banks fund ...", "Should people vote ...").
_MOSTLY_NOUNS = frozenset(
    "tax age wage work time place use fund bank budget club process ban benefit interest service project "
    "policy subsidy figure value cost study research experience function form point reason cause process project "
    "show film book store shop park drug smoke drink test crime record report plan access profit source market "
    "voice contract product license licence fee limit cap quota view rule border control aid "
    "transport travel waste oil gas gun game bet stock share debt credit loan rent lease crop farm plant "
    "fish animal mask vaccine dress code name number letter date line signal demand supply campaign "
    "vote election protest strike sentence court judge prison trial sex birth abuse harm hurt care treatment "
    "design building exam trade own grade standup meeting sprint open back review release test ".split()
)
_NEVER_ADJECTIVES = frozenset("economy epidemic ago kingdom north south east west north-south home".split())
_ADJECTIVE_ENDINGS = ("ible", "able", "ful", "ous", "less")


@dataclass(frozen=True, slots=True)
class Word:
    """One token of a question: as typed, folded to lower case without punctuation, and its senses."""

    text: str
    folded: str
    noun: bool = False
    plural: bool = False
    adjective: bool = False
    adverb: bool = False
    base: bool = False
    gerund: bool = False
    participle: bool = False
    finite: bool = False
    name: bool = False
    mostly_noun: bool = False

    @property
    def only_verb(self) -> bool:
        """A base form that is nothing else, such as "provide"."""
        return self.base and not (self.noun or self.adjective or self.adverb or self.mostly_noun)

    @property
    def completes(self) -> bool:
        """Whether a noun phrase can end with it."""
        shut = self.folded in DETERMINERS or self.folded in PREPOSITIONS or self.folded in CONJUNCTIONS
        return (self.noun or self.name) and not shut

    @property
    def verbal(self) -> bool:
        """Whether it can be any form of a verb."""
        return self.gerund or self.base or self.finite or self.participle


def fold(token: str) -> str:
    """The token in lower case with straight apostrophes, without punctuation around it."""
    return token.replace("’", "'").lower().strip("\"'“”‘’()[]{},.;:?!*_…")


@lru_cache(maxsize=8192)
def _senses(folded: str) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """Parts of speech, those in which the word is its own lemma, and its verb form tags."""
    from lemminflect import getAllInflections, getAllLemmas

    if not folded or not all(c.isascii() and (c.isalpha() or c in "-'") for c in folded):
        return frozenset(), frozenset(), frozenset()
    lemmas = getAllLemmas(folded)
    if not lemmas and "-" in folded:
        folded = folded.rsplit("-", 1)[1]
        lemmas = {"NOUN": (folded,), "ADJ": (folded,)} if getAllLemmas(folded) else {}
    own = frozenset(pos for pos, names in lemmas.items() if folded in names)
    tags: set[str] = set()
    for lemma in lemmas.get("VERB", ()):
        inflections = getAllInflections(lemma, upos="VERB")
        inflections.setdefault("VBN", inflections.get("VBD", ()))  # given apart only where it differs
        tags.update(tag for tag, forms in inflections.items() if folded in forms)
    return frozenset(lemmas), own, frozenset(tags)


def read_word(token: str) -> Word:
    """What `token` can be; a word the dictionary does not know is taken for a name."""
    folded = fold(token)
    possessive = folded.endswith(("'s", "s'"))
    if possessive or not folded:
        return Word(token, folded, adjective=possessive)
    parts, own, tags = _senses(folded)
    if folded in _NEVER_ADJECTIVES:
        parts -= {"ADJ"}
    if folded in {"be", "have", "do"}:
        return Word(token, folded, base=True, finite=True)
    closed = (
        folded in DETERMINERS
        or folded in PREPOSITIONS
        or folded in CONJUNCTIONS
        or folded in SUBJECT_PRONOUNS
        or folded in CLAUSE_OPENERS
        or folded in AUXILIARIES
        or folded == "to"
    )
    number = any(c.isdigit() for c in folded)
    indefinite = folded in INDEFINITES or folded in {"this", "that", "these", "those", "one", "ones", "people"}
    capital = token.lstrip("\"'“”‘’(")[:1].isupper()
    quoted = token[:1] in "\"'“‘"
    verb = "VERB" in parts and folded not in _NEVER_VERBS and not closed and not quoted
    coined = not parts and not closed and folded.endswith(("ise", "ize", "ify"))
    return Word(
        text=token,
        folded=folded,
        noun=("NOUN" in parts or indefinite or number or (not parts and not closed and not coined))
        and not (closed and not indefinite),
        plural=("NOUN" in parts and "NOUN" not in own) or folded == "people",
        adjective="ADJ" in parts
        and not closed
        or folded in QUANTIFIERS
        or (not verb and folded.endswith(_ADJECTIVE_ENDINGS)),
        adverb=folded in ADVERBS or ("ADV" in parts and folded.endswith("ly")),
        base=verb and "VERB" in own or coined,
        gerund=verb and folded.endswith("ing") and "VERB" not in own,
        participle=verb and "VBN" in tags,
        finite=(verb and bool(tags & {"VBZ", "VBD", "VBP", "VB"})) or folded in AUXILIARIES,
        name=capital or not parts and not closed,
        mostly_noun=folded in _MOSTLY_NOUNS,
    )


def third_person(verb: str) -> str:
    """ "help" -> "helps"."""
    return _inflected(verb, "VBZ")


def past(verb: str) -> str:
    """ "go" -> "went"."""
    return _inflected(verb, "VBD")


def _inflected(verb: str, tag: str) -> str:
    from lemminflect import getInflection

    known = {
        "have": {"VBZ": "has", "VBD": "had"},
        "do": {"VBZ": "does", "VBD": "did"},
        "be": {"VBZ": "is", "VBD": "was"},
    }
    if verb in known:
        return known[verb][tag]
    forms = getInflection(verb, tag=tag)
    return str(forms[0]) if forms else verb
