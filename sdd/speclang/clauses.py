"""Everything but the type in a phrase: keys, references, presence, defaults, bounds, choices."""

import re
from collections.abc import Callable

from sdd.ir import Default, Factory
from sdd.speclang.bounds import read_bounds, read_items, read_lengths, read_pattern
from sdd.speclang.choices import read_choices, read_one_of
from sdd.speclang.facts import NOTHING, Facts, Reference, merged
from sdd.speclang.inline import mentions, remembered, visible
from sdd.speclang.phrase import Phrase, pattern
from sdd.speclang.values import read_default

LONGEST = 1500  # of one phrase; what is longer is prose, and only its beginning is read

_FOREIGN = pattern(r"\bfk\b|\bforeign[ _-]?key\b(?:\s+constraint)?")
_REFERENCES = pattern(r"\breferenc(?:es?|ing)\b|→|->|➜|⇒")
_TARGET = pattern(
    r"^(?P<lead>(?:[\s:(→➜⇒=>-]|\b(?:linking|links?|referenc(?:es?|ing)|refers|pointing|points|to"
    r"|of|on|the|in|table)\b)*)"
    r"`?(?:(?P<table>[A-Za-z_]\w*)`?\s?(?:\.\s?`?(?P<column>[A-Za-z_]\w*)"
    r"|\(\s?`?(?P<inside>\w+)`?\s?\))|(?P<bare>[A-Za-z_]\w*))`?"
)
_ON_DELETE = pattern(
    r"(?:\bon[ _-]?delete\s*[:=]?\s*[\"'`]?(?P<a>cascade|restrict|set[ _-]?null|no action)[\"'`]?|"
    r"\b(?P<b>cascade)[sd]?\s*(?:on\s*)?delete|\bdelete\s+(?P<c>cascade))"
)
_PRIMARY = pattern(r"(?<![\w.@])@id\b|\bprimary[ _-]?key\b|\bpk\b|\bprimary\b(?=\s*(?:[,;)]|$))")
_AUTOINCREMENT = pattern(
    r"\bauto[- _]?increment(?:ed|ing|s)?\b|\bautoincrement\b|\bauto[- ]?generated\b|\bsequential\b|"
    r"\bidentity\b(?=\s*(?:$|[,;.()]|pk\b|primary\b|column\b|key\b|always\b|by\b))"
)
_AUTO_NOW = pattern(r"\bauto[- ]?(?:populated?|filled|set|timestamp)\b|\bset automatically\b")
_NOT_NULL = pattern(
    r"\bnot[ _-]?null(?:able)?\b|\bnon[- ]?null(?:able)?\b|\b(?:can|must |may "
    r"|should )?not be null\b|\bnever null\b"
)
_NULLABLE = pattern(
    r"\bnullable\b(?:\s*[:=]\s*(?P<no>no|false))?|\b(?:can|may) be (?:null|empty)\b"
    r"|\bnull(?:s)? allowed\b|"
    r"\ballows? nulls?\b|\bnull to clear\b|(?<![\w'\"`])null(?![\w'\"`])"
)
_REQUIRED = pattern(
    r"\bnot required\b(?P<not>)|\b(?:is )?required\b(?:\s*[:=]\s*(?P<no>no|false))?|\bmandatory\b"
)
_OPTIONAL = pattern(r"\boptional(?:ly)?\b|\bif provided\b")
_UNIQUE = pattern(
    r"\bunique\b(?!\s+(?:[\w-]+\s+){0,2}(?:identifier|ids?|identification|number|reference"
    r"|code)\b|\s+(?:task|user|per|uuid)\b)"
)
_INDEX = pattern(r"\bindex(?:ed)?\b(?!\s*(?:name|on))")
_REFRESHED = pattern(
    r"\bon update\b(?:\s*[:=]?\s*[\w.()]+)?|\bupdated (?:on|at|with) (?:each|every"
    r"|any)?\s*(?:change|update|modification)s?\b|"
    r"@updatedat\b|\bauto[- ]?updat\w*\b|\bautomatically updated\b"
    r"|\bupdates? (?:automatically|on change)\b|\bonupdate\b[\w.=()]*"
)
_DEFAULT = pattern(
    r"(?:@default\(|\bdefault(?:s|ing|ed)?(?:\s+to|\s+is|\s+value)?\s*(?:[:=]|→)?\s*)"
    r"(?P<value>\"[^\"]*\"|'[^']*'(?:::\w+)?|`[^`]*`|\[[^\]]*\]|\{[^}]*\}|[\w.]+\([^()]*\)|"
    r"(?:an )?empty (?:array|list|object|dict|string)|current(?:[ _](?:timestamp|time|date))?"
    r"|auto-generated|"
    r"now\b|-?[\w.][\w.\-]*)?"
)
_ITS_DEFAULT = pattern(r"(?P<value>[`\"']?[\w.-]+[`\"']?)\s*\(\s*default\s*\)")
_OF_OTHERS = re.compile(r"['\u2019]s\s*$")  # the server's default is no column's
_NO_TABLE = frozenset(
    [
        "not",
        "null",
        "on",
        "index",
        "unique",
        "required",
        "constraint",
        "none",
        "the",
        "a",
        "an",
        "user",
    ]
)


def read_clauses(text: str, *, prose: bool = False) -> Facts:
    """Read everything but the type from a phrase.

    With `prose` it is a sentence, in which quoted words are no list of choices.
    """
    return _read_prose(text) if prose else _read_phrase(text)


@remembered
def _read_prose(text: str) -> Facts:
    return _read(Phrase(visible(text)[:LONGEST]))


@remembered
def _read_phrase(text: str) -> Facts:
    phrase = Phrase(visible(text)[:LONGEST])
    return merged(_read(phrase), read_choices(phrase))


def _read(phrase: Phrase) -> Facts:
    lowered = phrase.text.casefold()
    facts = NOTHING
    for read, hints in _CLAUSES:
        if mentions(lowered, hints):
            facts = merged(facts, read(phrase))
    return facts


def _read_default(phrase: Phrase) -> Facts:
    marked = _ITS_DEFAULT.search(phrase.text)
    if marked:
        phrase.text = phrase.text[: marked.start()] + marked["value"] + phrase.text[marked.end() :]
        return Facts(default=read_default(marked["value"]))
    found = _DEFAULT.search(phrase.text)
    if not found or not found["value"]:
        return NOTHING
    if re.match(r"(?:by|for|if|is|value|in|the|and|or|when|to)$", found["value"], re.IGNORECASE):
        return NOTHING
    if _OF_OTHERS.search(phrase.text[: found.start()]):
        return NOTHING
    phrase.take(_DEFAULT)
    default = read_default(found["value"])
    return Facts(default=default)


def _read_reference(phrase: Phrase) -> Facts:
    on_delete = phrase.take(_ON_DELETE)
    action = None
    if on_delete:
        stated = next(group for group in on_delete.groups() if group)
        action = re.sub(r"[ -]", "_", stated.casefold())
        action = None if action == "no_action" else action
    found = _FOREIGN.search(phrase.text) or _REFERENCES.search(phrase.text)
    if found is None:
        return Facts(reference=Reference(on_delete=action)) if action else NOTHING
    target = _TARGET.match(phrase.text[found.end() :])
    table, column = _target(target, stated=bool(_REFERENCES.match(found.group())))
    end = found.end() + (target.end() if target and table else 0)
    phrase.text = f"{phrase.text[: found.start()]} ; {phrase.text[end:]}"
    if not table and not _FOREIGN.match(found.group()):
        return Facts(reference=Reference(on_delete=action)) if action else NOTHING
    return Facts(reference=Reference(table=table, column=column, on_delete=action))


def _target(found: "re.Match[str] | None", *, stated: bool) -> tuple[str, str]:
    """Return table and column that a foreign key points to; empty when it does not say."""
    if found is None:
        return "", ""
    if found["table"]:
        return found["table"], found["column"] or found["inside"]
    pointed = stated or re.search(r"[:→➜⇒>]|\b(?:to|referenc\w+|of|table)\b", found["lead"])
    followed = re.match(r"\s+(?!table\b|on\b)\w", found.string[found.end() :])
    if pointed and not followed and found["bare"].casefold() not in _NO_TABLE:
        return found["bare"], ""
    return "", ""


def _read_keys(phrase: Phrase) -> Facts:
    primary = phrase.take(_PRIMARY) is not None
    automatic = phrase.take(_AUTOINCREMENT) is not None
    timed = not automatic and phrase.take(_AUTO_NOW) is not None
    refreshed = phrase.take(_REFRESHED) is not None
    unique = phrase.take(_UNIQUE) is not None
    indexed = phrase.take(_INDEX) is not None
    return Facts(
        primary_key=True if primary else None,
        default=Default(factory=Factory.AUTOINCREMENT)
        if automatic
        else (Default(factory=Factory.NOW) if timed else None),
        refreshed=True if refreshed else None,
        unique=True if unique else None,
        indexed=True if indexed else None,
    )


def _read_presence(phrase: Phrase) -> Facts:
    not_null = phrase.take(_NOT_NULL)
    nullable = phrase.take(_NULLABLE)
    needed = phrase.take(_REQUIRED)
    optional = phrase.take(_OPTIONAL)
    required: bool | None = None
    if needed:
        required = needed["not"] is None and needed["no"] is None
    elif optional:
        required = False
    stated: bool | None = None
    if nullable:
        stated = nullable["no"] is None
    elif not_null:
        stated = False
    return Facts(nullable=stated, required=required)


_DIGITS = tuple("0123456789")
# Each reader with words of which one must be there for it to find anything.
_CLAUSES: tuple[tuple[Callable[[Phrase], Facts], tuple[str, ...]], ...] = (
    (read_pattern, ("pattern", "regex")),
    (_read_reference, ("fk", "foreign", "referenc", "→", "->", "➜", "⇒", "cascade", "delete")),
    (
        read_one_of,
        ("of", "enum", "value", "allowed", "option", "choice", "accept", "either", "in", "check"),
    ),
    (_read_default, ("default",)),
    (
        _read_keys,
        ("primary", "pk", "@id", "auto", "identity", "sequential", "updat", "unique", "index"),
    ),
    (_read_presence, ("null", "required", "mandatory", "optional", "provided", "empty")),
    (read_items, _DIGITS),
    (read_lengths, (*_DIGITS, "empty")),
    (read_bounds, (*_DIGITS, "positive", "indexed", "based")),
)
