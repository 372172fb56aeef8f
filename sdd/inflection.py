"""English plurals and singulars of single lower-case words.

Tables and classes bear the names of things in specs: `movies` holds a movie, `shelves` a shelf.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

_UNCOUNTED = frozenset(
    {"chaos", "chassis", "corps", "data", "equipment", "feedback", "fish", "information", "media"}
    | {"metadata", "news", "series", "settings", "sheep", "software", "species", "staff"}
    | {"statistics"}
)
_IRREGULAR = {
    "child": "children",
    "criterion": "criteria",
    "datum": "data",
    "die": "dice",
    "foot": "feet",
    "goose": "geese",
    "man": "men",
    "mouse": "mice",
    "ox": "oxen",
    "person": "people",
    "phenomenon": "phenomena",
    "quiz": "quizzes",
    "tooth": "teeth",
    "woman": "women",
}
_SINGULARS = {plural: singular for singular, plural in _IRREGULAR.items()}

_F = "shel|lea|wol|(?<!be)hal|cal|loa|^thie|sel|^el|shea"
_FE = "kni|(?<!o)li|wi"
_HARD_CH = "epo|monar|oligar|stoma|te"
_IE = (
    "^d|^l|^p|^t|aunt|bird|brown|budg|calor|coll|cook|cut|food|freeb|gen|goal|group|hipp|hood|mov"
    "|neckt|newb|pix|prair|rook|self|smooth|sort|sweet|vegg|zomb"
)
_O = "carg|ech|embarg|^her|superher|mosquit|potat|tomat|torped|vet|volcan"
_S = "ali|atl|bi|canv|^g"  # alias, atlas, bias, canvas, gas
_USE = "[ao]use|^(?:re|mis)?use|(?:acc|ab|conf|exc|^f|^m)use"
_CHE = "(?:^|back|head|heart|stomach|tooth)a|avalan|ca|cli|cre|mousta|ni|psy|qui|tran"
_US = "[cg]pu|eau|emu|gnu|guru|haiku|menu"
_IS = "alibi|api|emoji|kiwi|safari|ski|taxi|wiki"

_Rules = Sequence[tuple[str, str]]  # compiled when a word comes to them, not at every start
_TO_PLURAL: _Rules = (
    (rf"({_F})f$", r"\1ves"),
    (rf"({_FE})fe$", r"\1ves"),
    (rf"({_O})o$", r"\1oes"),
    (r"(append|matr)ix$", r"\1ices"),
    (r"vertex$", "vertices"),
    (r"sis$", "ses"),
    (r"axis$", "axes"),
    (rf"({_HARD_CH})ch$", r"\1chs"),
    (r"([^aeiou]|qu)y$", r"\1ies"),
    (r"(s|x|z|ch|sh)$", r"\1es"),
    (r"$", "s"),
)
_TO_SINGULAR: _Rules = (
    (rf"({_F})ves$", r"\1f"),
    (rf"({_FE})ves$", r"\1fe"),
    (rf"({_IE})ies$", r"\1ie"),
    (r"(..)ies$", r"\1y"),
    (r"((?:^|tip)to|sho|cano|^ho|^fo|^obo|^do|^alo)es$", r"\1e"),
    (r"oes$", "o"),
    (rf"({_CHE})ches$", r"\1che"),
    (r"(append|matr)ices$", r"\1ix"),
    (r"(cod|ind|vert|vort)ices$", r"\1ex"),
    (r"^axes$", "axis"),
    (r"(ss|x|ch|sh|tz|zz)es$", r"\1"),
    (rf"({_USE})s$", r"\1"),
    (r"uses$", "us"),
    (rf"({_S})ases$", r"\1as"),
    (r"^lenses$", "lens"),
    (r"(the|ly|cri|gno|synop|ellip|^oa)ses$", r"\1sis"),
    (r"(alumn|cact|foc|fung|nucle|radi|stimul|syllab)i$", r"\1us"),
    (r"(addend|bacteri|curricul|memorand|symposi)a$", r"\1um"),
    (r"corpora$", "corpus"),
    (rf"({_US}|{_IS})s$", r"\1"),
    (rf"((?:{_S})as|^lens|[iu]s|ss)$", r"\1"),
    (r"s$", ""),
)


@lru_cache(maxsize=4096)
def plural(word: str) -> str:
    """Return the plural of a lower-case word; of a word without one, the word."""
    if word in _UNCOUNTED or word in _SINGULARS or not word:
        return word
    return _IRREGULAR.get(word) or _by(_TO_PLURAL, word)


@lru_cache(maxsize=4096)
def singular(word: str) -> str:
    """Return the singular of a lower-case word; of a word that is none, the word."""
    if word in _UNCOUNTED or word in _IRREGULAR:
        return word
    return _SINGULARS.get(word) or _by(_TO_SINGULAR, word)


def _by(rules: _Rules, word: str) -> str:
    for pattern, replacement in rules:
        changed, count = re.subn(pattern, replacement, word, count=1)
        if count:
            return changed
    return word
