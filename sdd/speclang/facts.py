"""What a phrase says about one value: `required, 1-200 chars, default: "medium"`."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from sdd.ir import Constraints, Default, Factory, Type
from sdd.speclang.inline import split_top, visible
from sdd.speclang.types import TypeExpression, read_type, read_type_at_start
from sdd.speclang.values import read_default, unquoted

_LONGEST = 1500  # of one phrase; what is longer is prose, and only its beginning is read


def _pattern(text: str) -> "re.Pattern[str]":
    return re.compile(text, re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A foreign key as stated; without a table it is known only that there is one."""

    table: str = ""
    column: str = ""
    on_delete: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything stated about a column, field or parameter; None is what was left open.

    Attributes:
        type_name: The word that named the type, for looking up enums and named objects.
        ambiguous: The types between which the text does not decide.
    """

    type: Type | None = None
    item: Type | None = None
    type_name: str = ""
    ambiguous: tuple[str, ...] = ()
    nullable: bool | None = None
    required: bool | None = None
    primary_key: bool | None = None
    unique: bool | None = None
    indexed: bool | None = None
    default: Default | None = None
    reference: Reference | None = None
    refreshed: bool | None = None
    constraints: Constraints = Constraints()

    @property
    def type_is_closed(self) -> bool:
        """Whether the type leaves no room for a list of allowed texts."""
        return self.type not in {None, Type.STR, Type.TEXT, Type.ENUM}

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all was understood."""
        return self == Facts()


def merged(first: Facts, second: Facts) -> Facts:
    """Fill what `first` leaves open with what `second` states."""
    constraints = merged_constraints(first.constraints, second.constraints)
    reference = first.reference
    if second.reference is not None and (reference is None or not reference.table):
        kept = reference.on_delete if reference else None
        reference = replace(second.reference, on_delete=second.reference.on_delete or kept)
    elif reference is not None and second.reference is not None and not reference.on_delete:
        reference = replace(reference, on_delete=second.reference.on_delete)
    return Facts(
        type=first.type if first.type is not None or first.ambiguous else second.type,
        item=first.item if first.item is not None else second.item,
        type_name=first.type_name or second.type_name,
        ambiguous=first.ambiguous or second.ambiguous,
        nullable=first.nullable if first.nullable is not None else second.nullable,
        required=first.required if first.required is not None else second.required,
        primary_key=first.primary_key if first.primary_key is not None else second.primary_key,
        unique=first.unique if first.unique is not None else second.unique,
        indexed=first.indexed if first.indexed is not None else second.indexed,
        default=first.default if first.default is not None else second.default,
        reference=reference,
        refreshed=first.refreshed if first.refreshed is not None else second.refreshed,
        constraints=constraints,
    )


def merged_constraints(first: Constraints, second: Constraints) -> Constraints:
    """Fill the bounds that `first` leaves open with those of `second`."""

    def either(name: str) -> object:
        value = getattr(first, name)
        return value if value is not None else getattr(second, name)

    return replace(
        first,
        **{
            name: either(name)
            for name in ("min_length", "max_length", "minimum", "maximum", "pattern")
        },
        choices=first.choices or second.choices,
    )


def of_type(expression: TypeExpression | None) -> Facts:
    """Return what a type expression states."""
    if expression is None:
        return Facts()
    nullable = expression.nullable
    default = Default(factory=Factory.AUTOINCREMENT) if expression.serial else None
    return Facts(
        type=None if expression.type is Type.NONE else expression.type,
        item=expression.item.type if expression.item else None,
        type_name=expression.name,
        ambiguous=expression.ambiguous,
        nullable=nullable,
        default=default,
        constraints=Constraints(max_length=expression.max_length, choices=expression.choices),
    )


def read_facts(text: str, *, prose: bool = False) -> Facts:
    """Read a type and everything else that a phrase states.

    Args:
        text: A cell, the rest of a bullet, or an annotation in an example.
        prose: Whether it is a sentence, in which quoted words are no list of choices.
    """
    text = visible(text)[:_LONGEST]
    expression = read_type_at_start(text)
    if expression is None:
        stated = _type_in_clauses(text)
        if stated.type is None:
            stated = merged(stated, _type_in_parentheses(text))
        return merged(read_clauses(text, prose=prose), stated)
    rest = read_clauses(expression.rest, prose=prose)
    found = of_type(expression)
    if expression.type is Type.STR:
        found = _refined(found, expression.rest)
    if expression.type is Type.FLOAT and expression.name.casefold().startswith("number"):
        found = replace(found, type=_kind_of_number(rest))
    if rest.constraints.choices and found.type is Type.BOOL:
        rest = replace(rest, constraints=replace(rest.constraints, choices=()))
    return merged(found, rest)


_REFINING = {Type.UUID, Type.DATETIME, Type.DATE, Type.TIME}
_FORMATTED = _pattern(r"\b(?:iso[- ]?8601|uuid(?: v?4)?|yyyy-mm-dd|date-time)\b")


def _refined(found: Facts, rest: str) -> Facts:
    """Read `string (optional, ISO 8601)` as the type whose text form it is."""
    format_ = _FORMATTED.search(rest.partition(" - ")[0])
    if format_ is None or found.constraints.max_length is not None or found.constraints.choices:
        return found
    word = format_.group().casefold()
    if "uuid" in word:
        return replace(found, type=Type.UUID)
    is_date = "yyyy" in word or re.search(r"8601 date\b(?!-?\s?time)", rest, re.IGNORECASE)
    return replace(found, type=Type.DATE if is_date else Type.DATETIME)


def _type_in_clauses(text: str) -> Facts:
    for clause in split_top(text.strip(" ()"), ",;")[1:]:
        expression = read_type_at_start(clause)
        if expression is not None and not expression.choices:
            return merged(of_type(expression), Facts())
    return Facts()


def _kind_of_number(facts: Facts) -> Type:
    value = facts.default.value if facts.default else None
    bounds = (facts.constraints.minimum, facts.constraints.maximum)
    whole = [number for number in bounds if number is not None and float(number).is_integer()]
    return Type.INT if (isinstance(value, int) and not isinstance(value, bool)) or whole else Type.FLOAT


def _type_in_parentheses(text: str) -> Facts:
    for found in re.finditer(r"\(([^()]{1,120}(?:\([^()]{0,60}\)[^()]{0,60})?)\)", text):
        inside = found.group(1)
        if re.match(r"\s*(?:e\.?g\.?|i\.?e\.?|see|from)\b", inside, re.IGNORECASE):
            continue
        expression = read_type_at_start(inside)
        if expression is not None and not expression.choices:
            return of_type(expression)
    return Facts()


# --- clauses: each takes its words out of the phrase, so that a later one cannot misread them


@dataclass(slots=True)
class _Phrase:
    text: str

    def take(self, pattern: "re.Pattern[str]") -> "re.Match[str] | None":
        found = pattern.search(self.text)
        if found:
            self.text = self.text[: found.start()] + " ; " + self.text[found.end() :]
        return found


_FOREIGN = _pattern(r"\bfk\b|\bforeign[ _-]?key\b(?:\s+constraint)?")
_REFERENCES = _pattern(r"\breferenc(?:es?|ing)\b|→|->|➜|⇒")
_TARGET = _pattern(
    r"^(?P<lead>(?:[\s:(→➜⇒=>-]|\b(?:linking|links?|referenc(?:es?|ing)|refers|pointing|points|to|of|on|the|in|table)\b)*)"
    r"`?(?:(?P<table>[A-Za-z_]\w*)`?\s?(?:\.\s?`?(?P<column>[A-Za-z_]\w*)|\(\s?`?(?P<inside>\w+)`?\s?\))|(?P<bare>[A-Za-z_]\w*))`?"
)
_ON_DELETE = _pattern(
    r"(?:\bon[ _-]?delete\s*[:=]?\s*[\"'`]?(?P<a>cascade|restrict|set[ _-]?null|no action)[\"'`]?|"
    r"\b(?P<b>cascade)[sd]?\s*(?:on\s*)?delete|\bdelete\s+(?P<c>cascade))"
)
_PRIMARY = _pattern(r"\bprimary[ _-]?key\b|\bpk\b|\bprimary\b(?=\s*(?:[,;)]|$))")
_AUTOINCREMENT = _pattern(
    r"\bauto[- _]?increment(?:ed|ing|s)?\b|\bautoincrement\b|\bauto[- ]?generated\b|\bidentity\b|"
    r"\bsequential\b"
)
_NOT_NULL = _pattern(
    r"\bnot[ _-]?null(?:able)?\b|\bnon[- ]?null(?:able)?\b|\b(?:can|must |may |should )?not be null\b|\bnever null\b"
)
_NULLABLE = _pattern(
    r"\bnullable\b(?:\s*[:=]\s*(?P<no>no|false))?|\b(?:can|may) be (?:null|empty)\b|\bnull(?:s)? allowed\b|"
    r"\ballows? nulls?\b|\bnull to clear\b|(?<![\w'\"`])null(?![\w'\"`])"
)
_REQUIRED = _pattern(
    r"\bnot required\b(?P<not>)|\b(?:is )?required\b(?:\s*[:=]\s*(?P<no>no|false))?|\bmandatory\b"
)
_OPTIONAL = _pattern(r"\boptional(?:ly)?\b|\bif provided\b")
_UNIQUE = _pattern(
    r"\bunique\b(?!\s+(?:[\w-]+\s+){0,2}(?:identifier|ids?|identification|number|reference|code)\b|\s+(?:task|user|per|uuid)\b)"
)
_INDEX = _pattern(r"\bindex(?:ed)?\b(?!\s*(?:name|on))")
_REFRESHED = _pattern(
    r"\bon update\b(?:\s*[:=]?\s*[\w.()]+)?|\bupdated (?:on|at|with) (?:each|every|any)?\s*(?:change|update|modification)s?\b|"
    r"\bauto[- ]?updat\w*\b|\bautomatically updated\b|\bupdates? (?:automatically|on change)\b|\bonupdate\b[\w.=()]*"
)
_DEFAULT = _pattern(
    r"\bdefault(?:s|ing|ed)?(?:\s+to|\s+is|\s+value)?\s*(?:[:=]|→)?\s*"
    r"(?P<value>\"[^\"]*\"|'[^']*'(?:::\w+)?|`[^`]*`|\[[^\]]*\]|\{[^}]*\}|[\w.]+\([^()]*\)|"
    r"(?:an )?empty (?:array|list|object|dict|string)|current(?:[ _](?:timestamp|time|date))?|auto-generated|"
    r"now\b|-?[\w.][\w.\-]*)?"
)
_ITS_DEFAULT = _pattern(r"(?P<value>[`\"']?[\w.-]+[`\"']?)\s*\(\s*default\s*\)")
_UNITS = r"(?:chars?|characters?|letters?|symbols?|bytes?|digits?)"
_EACH = _pattern(rf",?\s*\beach\b[^,;]*?\d+\s*{_UNITS}?[^,;)]*")
_COUNT = _pattern(
    r"\b(?:(?:at most|max(?:imum)?(?: of)?|up to|no more than|≤|<=)\s*:?\s*(?P<most>\d+)|(?P<low>\d+)\s*(?:to|-|–)\s*(?P<high>\d+))\s*"
    r"(?P<unit>[a-z]+s)\b"
)
_RANGE_WITH_UNIT = _pattern(
    rf"\b(?:between\s+)?(?P<low>\d[\d,]*)\s*(?:-|–|—|to|and|\.\.+|…)\s*(?P<high>\d[\d,]*)\s*{_UNITS}(?:\s+long)?"
)
_LENGTH_RANGE = _pattern(
    r"\blength\b[\s:(=]*(?:between\s+|of\s+|is\s+|must be\s+)*(?P<low>\d[\d,]*)\s*(?:-|–|to|and|,|\.\.)\s*(?P<high>\d[\d,]*)\)?"
)
_MOST_UNIT = _pattern(
    rf"(?:\b(?:max(?:imum)?(?:\s+length)?(?:\s+of)?|at most|up to|no more than|not exceed(?:ing)?|limited to|under|within)|≤|<=|<)"
    rf"\s*[:=]?\s*(?P<n>\d[\d,]*)\s*-?{_UNITS}(?:\s+(?:max(?:imum)?|long))?|\b(?P<m>\d[\d,]*)\s*{_UNITS}\s*(?:max(?:imum)?|or (?:less|fewer)|limit)"
)
_LEAST_UNIT = _pattern(
    rf"(?:\b(?:min(?:imum)?(?:\s+length)?(?:\s+of)?|at least|no less than)|≥|>=)\s*[:=]?\s*(?P<n>\d[\d,]*)\s*{_UNITS}|"
    rf"\b(?P<m>\d[\d,]*)\s*(?:\+\s*{_UNITS}|{_UNITS}\s*(?:min(?:imum)?|or more))"
)
_MAX_LENGTH = _pattern(
    r"\b(?:max(?:imum)?[ _-]?(?:length|len)|length(?:\s+limit)?(?:\s+of)?\s*(?:≤|<=|max(?:imum)?|limit(?: of)?)|"
    r"length limit(?: of)?|len\s*(?:≤|<=))\s*[:=]?\s*(?:of\s+)?(?P<n>\d[\d,]*)"
)
_MIN_LENGTH = _pattern(
    r"\b(?:min(?:imum)?[ _-]?(?:length|len)|length\s*(?:>|≥|>=|min))\s*[:=]?\s*(?:of\s+)?(?P<n>\d[\d,]*)"
)
_MAXIMUM = _pattern(
    r"(?:\b(?:max(?:imum)?(?:\s+value)?|at most|up to|no more than|le)|≤|<=)\s*[:=]?\s*(?P<n>-?\d[\d,]*(?:\.\d+)?)"
)
_MINIMUM = _pattern(
    r"(?:\b(?:min(?:imum)?(?:\s+value)?|at least|no less than|ge)|≥|>=)\s*[:=]?\s*(?P<n>-?\d[\d,]*(?:\.\d+)?)"
)
_ABOVE = _pattern(r"(?<![<=-])>\s*(?P<n>-?\d+)\b")
_PLAIN_RANGE = _pattern(
    r"(?:^|[\s(;,:])(?:between\s+|from\s+|range:?\s*)?(?P<low>\d+(?:\.\d+)?)\s*(?:-|–|—|to|and|\.\.+)\s*(?P<high>\d+(?:\.\d+)?)(?=\s*(?:$|[,;).]|inclusive))"
)
_POSITIVE = _pattern(r"\b(?:positive|1-indexed|1-based)\b")
_NOT_EMPTY = _pattern(r"\b(?:non[- ]?empty|not (?:be )?empty|cannot be (?:empty|blank)|must not be empty)\b")
_PATTERN = _pattern(r"\b(?:pattern|regex)\s*[:=]?\s*[`\"'/](?P<p>[^`\"']{1,200})[`\"'/]")
_CHECK_IN = _pattern(r"\b(?:check\b[^()]*\(?\s*)?(?:\w+\s+)?in\s*\((?P<list>[^()]{1,400})\)\)?")
_ONE_OF = _pattern(
    r"\b(?:(?:must be|is|be)\s+)?(?:either|one of|any of|enum|values?|allowed(?: values)?|options?|choices?|accepts|possible values)\b"
    r"(?:\s+(?:the )?(?:following|these|allowed values?))?\s*[:=]?\s*"
    r"(?P<list>\([^()]{1,300}\)|\[[^\[\]]{1,300}\]|(?:[\"'`]?[\w.+-]+[\"'`]?)(?:\s*(?:,\s*(?:or\s+|and\s+)?|\||/|\s+or\s+|\s+and\s+)[\"'`]?[\w.+-]+[\"'`]?)+)"
)
_QUOTED = r"(?:\"[^\"\n]{1,60}\"|'[^'\n]{1,60}'|`[^`\n]{1,60}`)"
_QUOTED_LIST = _pattern(
    rf"(?P<list>{_QUOTED}(?:\s*(?:,\s*(?:or\s+|and\s+)?|\||/|\s+or\s+|\s+and\s+)\s*{_QUOTED})+)"
)
_BARE_LIST = _pattern(
    r"\(\s*(?P<list>[\w.+-]+(?:\s*\|\s*[\w.+-]+)+|[\w.+-]+(?:/[\w.+-]+){2,}|[a-zA-Z_][\w-]*(?:\s*,\s*(?:or\s+)?[a-zA-Z_][\w-]*)+)\s*\)|"
    r"(?:^|[\s;:])(?P<pipes>[a-zA-Z_][\w-]*(?:\s?\|\s?[a-zA-Z_][\w-]*)+)(?=\s*(?:$|[(,;.)]))"
)
_SLASHES = _pattern(r"(?:^|(?<=[\s;:(]))(?P<list>[a-z_]+(?:/[a-z_]+){2,})(?=\s*(?:$|[(,;.)]))")
_NO_CHOICE = frozenset(
    "optional required string integer int number boolean bool unique nullable null path query header "
    "body default uuid auto text not max min pk fk index indexed date datetime timestamp json array "
    "list object float and or user iso utc email".split()
)


_NO_TABLE = frozenset("not null on index unique required constraint none the a an user".split())


def _number(text: str) -> int:
    return int(text.replace(",", ""))


def _bound(text: str) -> float:
    value = float(text.replace(",", ""))
    return int(value) if value.is_integer() else value


def read_clauses(text: str, *, prose: bool = False) -> Facts:
    """Read everything but the type from a phrase."""
    phrase = _Phrase(visible(text)[:_LONGEST])
    facts = Facts()
    for read in _CLAUSES:
        facts = merged(facts, read(phrase))
    if not prose:
        facts = merged(facts, _read_choices(phrase))
    return facts


def _read_one_of(phrase: _Phrase) -> Facts:
    choices: tuple[str, ...] = ()
    for pattern in (_CHECK_IN, _ONE_OF):
        found = pattern.search(phrase.text)
        if found and not choices:
            choices = _choices(found["list"].strip("()[]"))
            if choices:
                phrase.take(pattern)
    return Facts(constraints=Constraints(choices=choices))


def _read_choices(phrase: _Phrase) -> Facts:
    for pattern in (_QUOTED_LIST, _BARE_LIST, _SLASHES):
        for found in pattern.finditer(phrase.text):
            groups = found.groupdict()
            before = phrase.text[: found.start()]
            if re.search(r"(?:e\.g\.|eg|such as|like|for example|within|in)[,:]?\s*\(?$", before.rstrip("("), re.I):
                continue
            choices = _choices(groups.get("list") or groups.get("pipes") or "")
            if choices:
                return Facts(constraints=Constraints(choices=choices))
    return Facts()


def _choices(text: str) -> tuple[str, ...]:
    if re.match(r"\s*e\.?g\.?\b", text):
        return ()
    parts = re.split(r"\s*(?:,|\||/|\bor\b|\band\b)\s*", text)
    values = tuple(unquoted(part.strip().strip("`")) for part in parts if part.strip())
    words = {value.casefold() for value in values}
    quoted = bool(re.match(r"\s*[\"'`]", text))
    fewest = 2
    if len(values) < fewest or (words & _NO_CHOICE and not quoted):
        return ()
    return tuple(dict.fromkeys(values))


def _read_default(phrase: _Phrase) -> Facts:
    marked = _ITS_DEFAULT.search(phrase.text)
    if marked:
        phrase.text = phrase.text[: marked.start()] + marked["value"] + phrase.text[marked.end() :]
        return Facts(default=read_default(marked["value"]))
    found = _DEFAULT.search(phrase.text)
    if not found or not found["value"]:
        return Facts()
    if re.match(r"(?:by|for|if|is|value|in|the|and|or|when|to)$", found["value"], re.IGNORECASE):
        return Facts()
    phrase.take(_DEFAULT)
    default = read_default(found["value"])
    return Facts(default=default)


def _read_reference(phrase: _Phrase) -> Facts:
    on_delete = phrase.take(_ON_DELETE)
    action = None
    if on_delete:
        stated = next(group for group in on_delete.groups() if group)
        action = re.sub(r"[ -]", "_", stated.casefold())
        action = None if action == "no_action" else action
    found = _FOREIGN.search(phrase.text) or _REFERENCES.search(phrase.text)
    if found is None:
        return Facts(reference=Reference(on_delete=action) if action else None)
    target = _TARGET.match(phrase.text[found.end() :])
    table, column = _target(target, stated=bool(_REFERENCES.match(found.group())))
    end = found.end() + (target.end() if target and table else 0)
    phrase.text = f"{phrase.text[: found.start()]} ; {phrase.text[end:]}"
    if not table and not _FOREIGN.match(found.group()):
        return Facts(reference=Reference(on_delete=action) if action else None)
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


def _read_keys(phrase: _Phrase) -> Facts:
    primary = phrase.take(_PRIMARY) is not None
    automatic = phrase.take(_AUTOINCREMENT) is not None
    refreshed = phrase.take(_REFRESHED) is not None
    unique = phrase.take(_UNIQUE) is not None
    indexed = phrase.take(_INDEX) is not None
    return Facts(
        primary_key=True if primary else None,
        default=Default(factory=Factory.AUTOINCREMENT) if automatic else None,
        refreshed=True if refreshed else None,
        unique=True if unique else None,
        indexed=True if indexed else None,
    )


def _read_presence(phrase: _Phrase) -> Facts:
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


def _read_items(phrase: _Phrase) -> Facts:
    """Read `max 10 tags, each max 20 characters`: the outer bound counts items."""
    each = phrase.take(_EACH)
    found = _COUNT.search(phrase.text)
    if not found or re.fullmatch(_UNITS, found["unit"], re.IGNORECASE):
        return Facts()
    if not each and not re.search(r"items|elements|entries|tags|values|files|labels", found["unit"]):
        return Facts()
    phrase.take(_COUNT)
    most = found["most"] or found["high"]
    low = _number(found["low"]) if found["low"] else None
    return Facts(constraints=Constraints(min_length=low, max_length=_number(most)))


def _read_lengths(phrase: _Phrase) -> Facts:
    for pattern in (_RANGE_WITH_UNIT, _LENGTH_RANGE):
        found = phrase.take(pattern)
        if found:
            low, high = _number(found["low"]), _number(found["high"])
            return Facts(constraints=Constraints(min_length=low, max_length=high))
    most = phrase.take(_MOST_UNIT) or phrase.take(_MAX_LENGTH)
    least = phrase.take(_LEAST_UNIT) or phrase.take(_MIN_LENGTH)
    empty = phrase.take(_NOT_EMPTY)
    return Facts(
        constraints=Constraints(
            min_length=_first_number(least) if least else (1 if empty else None),
            max_length=_first_number(most) if most else None,
        )
    )


def _first_number(found: "re.Match[str]") -> int:
    groups = found.groupdict()
    value = _number(groups.get("n") or groups.get("m") or "0")
    return value + 1 if re.search(r"length\s*>(?!=)", found.group()) else value


def _read_bounds(phrase: _Phrase) -> Facts:
    most, least = phrase.take(_MAXIMUM), phrase.take(_MINIMUM)
    above = None if least else phrase.take(_ABOVE)
    ranged = None if most or least else phrase.take(_PLAIN_RANGE)
    positive = phrase.take(_POSITIVE)
    if ranged:
        return Facts(
            constraints=Constraints(minimum=_bound(ranged["low"]), maximum=_bound(ranged["high"]))
        )
    minimum = _bound(least["n"]) if least else None
    if above:
        minimum = _bound(above["n"]) + 1
    if minimum is None and positive:
        minimum = 1
    return Facts(
        constraints=Constraints(maximum=_bound(most["n"]) if most else None, minimum=minimum)
    )


def _read_pattern(phrase: _Phrase) -> Facts:
    found = phrase.take(_PATTERN)
    return Facts(constraints=Constraints(pattern=found["p"] if found else None))


_CLAUSES: tuple[Callable[[_Phrase], Facts], ...] = (
    _read_pattern,
    _read_reference,
    _read_one_of,
    _read_default,
    _read_keys,
    _read_presence,
    _read_items,
    _read_lengths,
    _read_bounds,
)


def for_type(facts: Facts) -> Facts:
    """Give bounds their meaning now that the type is known: of text and lists, lengths."""
    constraints = facts.constraints
    measured = facts.type in {Type.STR, Type.TEXT, Type.LIST, Type.ENUM}
    if measured and (constraints.minimum is not None or constraints.maximum is not None):
        constraints = replace(
            constraints,
            min_length=constraints.min_length
            if constraints.min_length is not None
            else _whole(constraints.minimum),
            max_length=constraints.max_length
            if constraints.max_length is not None
            else _whole(constraints.maximum),
            minimum=None,
            maximum=None,
        )
    default = facts.default
    if facts.type is Type.UUID and default and default.factory is Factory.AUTOINCREMENT:
        default = Default(factory=Factory.UUID)
    if facts.type is Type.DATETIME and default and default.factory is Factory.AUTOINCREMENT:
        default = Default(factory=Factory.NOW)
    if constraints.choices and facts.type is Type.BOOL:
        constraints = replace(constraints, choices=())
    return replace(facts, constraints=constraints, default=default)


def _whole(number: float | None) -> int | None:
    return None if number is None else int(number)


def read_cell_type(text: str) -> Facts:
    """Read a type cell of a table, with whatever stands in it besides the type."""
    expression = read_type(text)
    if expression is None:
        return read_facts(text)
    return merged(of_type(expression), read_clauses(expression.rest))


def names_in(text: str) -> Iterator[str]:
    """Yield the identifiers that a phrase sets in code marks."""
    for found in re.finditer(r"`([A-Za-z_][\w.]*)`", text):
        yield found.group(1)
