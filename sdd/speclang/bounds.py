"""Lengths and bounds in a phrase: `1-200 chars`, `max 100`, `at most 10 tags`, `>= 0`."""

import re

from sdd.ir import Constraints
from sdd.speclang.facts import NOTHING, Facts
from sdd.speclang.phrase import Phrase, pattern

_UNITS = r"(?:chars?|characters?|letters?|symbols?|bytes?|digits?)"
_EACH = pattern(rf",?\s*\beach\b[^,;]*?\d+\s*{_UNITS}?[^,;)]*")
_COUNT = pattern(
    r"\b(?:(?:at most|max(?:imum)?(?: of)?|up to|no more than|≤|<=)\s*:?\s*(?P<most>\d+)"
    r"|(?P<low>\d+)\s*(?:to|-|\u2013)\s*(?P<high>\d+))\s*"
    r"(?P<unit>[a-z]+s)\b"
)
_RANGE_WITH_UNIT = pattern(
    rf"\b(?:between\s+)?(?P<low>\d[\d,]*)\s*(?:-|\u2013|—|to|and|\.\.+"
    rf"|…)\s*(?P<high>\d[\d,]*)\s*{_UNITS}(?:\s+long)?"
)
_LENGTH_RANGE = pattern(
    r"\blength\b[\s:(=]*(?:between\s+|of\s+|is\s+|must be\s+)*(?P<low>\d[\d,]*)\s*(?:-|\u2013|to"
    r"|and|,|\.\.)\s*(?P<high>\d[\d,]*)\)?"
)
_MOST_UNIT = pattern(
    rf"(?:\b(?:max(?:imum)?(?:\s+length)?(?:\s+of)?|at most|up to|no more than|not exceed(?:ing)?"
    rf"|limited to|under|within)|≤|<=|<)"
    rf"\s*[:=]?\s*(?P<n>\d[\d,]*)\s*-?{_UNITS}(?:\s+(?:max(?:imum)?|long))?"
    rf"|\b(?P<m>\d[\d,]*)\s*{_UNITS}\s*(?:max(?:imum)?|or (?:less|fewer)|limit)"
)
_LEAST_UNIT = pattern(
    rf"(?:\b(?:min(?:imum)?(?:\s+length)?(?:\s+of)?|at least|no less than)|≥"
    rf"|>=)\s*[:=]?\s*(?P<n>\d[\d,]*)\s*{_UNITS}|"
    rf"\b(?P<m>\d[\d,]*)\s*(?:\+\s*{_UNITS}|{_UNITS}\s*(?:min(?:imum)?|or more))"
)
_MAX_LENGTH = pattern(
    r"\b(?:max(?:imum)?[ _-]?(?:length|len)|length(?:\s+limit)?(?:\s+of)?\s*(?:≤|<=|max(?:imum)?"
    r"|limit(?: of)?)|"
    r"length limit(?: of)?|len\s*(?:≤|<=))\s*[:=(]?\s*(?:of\s+)?(?P<n>\d[\d,]*)"
)
_MIN_LENGTH = pattern(
    r"\b(?:min(?:imum)?[ _-]?(?:length|len)|length\s*(?:>|≥|>="
    r"|min))\s*[:=(]?\s*(?:of\s+)?(?P<n>\d[\d,]*)"
)
_MAXIMUM = pattern(
    r"(?:\b(?:max(?:imum)?(?:\s+value)?|at most|up to|no more than|le)|≤"
    r"|<=)\s*[:=]?\s*(?P<n>-?\d[\d,]*(?:\.\d+)?)"
)
_MINIMUM = pattern(
    r"(?:\b(?:min(?:imum)?(?:\s+value)?|at least|no less than|ge)|≥"
    r"|>=)\s*[:=]?\s*(?P<n>-?\d[\d,]*(?:\.\d+)?)"
)
_ABOVE = pattern(r"(?<![<=-])>\s*(?P<n>-?\d+)\b")
_PLAIN_RANGE = pattern(
    r"(?:^|[\s(;,:])(?:between\s+|from\s+|range:?\s*)?(?P<low>\d+(?:\.\d+)?)\s*(?:-|\u2013|—|to"
    r"|and|\.\.+)\s*(?P<high>\d+(?:\.\d+)?)(?=\s*(?:$|[,;).]|inclusive))"
)
_POSITIVE = pattern(r"\b(?:positive|1-indexed|1-based)\b")
_NOT_EMPTY = pattern(
    r"\b(?:non[- ]?empty|not (?:be )?empty|cannot be (?:empty|blank)|must not be empty)\b"
)
_PATTERN = pattern(r"\b(?:pattern|regex)\s*[:=]?\s*[`\"'/](?P<p>[^`\"']{1,200})[`\"'/]")


def _number(text: str) -> int:
    return int(text.replace(",", ""))


def _bound(text: str) -> float:
    value = float(text.replace(",", ""))
    return int(value) if value.is_integer() else value


def read_items(phrase: Phrase) -> Facts:
    """Read `max 10 tags, each max 20 characters`: the outer bound counts items."""
    each = phrase.take(_EACH)
    inner = read_lengths(Phrase(each.group())).constraints if each else Constraints()
    found = _COUNT.search(phrase.text)
    if not found or re.fullmatch(_UNITS, found["unit"], re.IGNORECASE):
        return Facts(item_constraints=inner) if each else NOTHING
    if not each and not re.search(
        r"items|elements|entries|tags|values|files|labels", found["unit"]
    ):
        return NOTHING
    phrase.take(_COUNT)
    most = found["most"] or found["high"]
    low = _number(found["low"]) if found["low"] else None
    return Facts(
        constraints=Constraints(min_length=low, max_length=_number(most)), item_constraints=inner
    )


def read_lengths(phrase: Phrase) -> Facts:
    """Read how long a text may be."""
    for form in (_RANGE_WITH_UNIT, _LENGTH_RANGE):
        found = phrase.take(form)
        if found:
            low, high = _number(found["low"]), _number(found["high"])
            return Facts(constraints=Constraints(min_length=low, max_length=high))
    most = phrase.take(_MOST_UNIT) or phrase.take(_MAX_LENGTH)
    least = phrase.take(_LEAST_UNIT) or phrase.take(_MIN_LENGTH)
    empty = phrase.take(_NOT_EMPTY)
    if not (most or least or empty):
        return NOTHING
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


def read_bounds(phrase: Phrase) -> Facts:
    """Read between which numbers a value lies."""
    most, least = phrase.take(_MAXIMUM), phrase.take(_MINIMUM)
    above = None if least else phrase.take(_ABOVE)
    ranged = None if most or least else phrase.take(_PLAIN_RANGE)
    positive = phrase.take(_POSITIVE)
    if not (most or least or above or ranged or positive):
        return NOTHING
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


def read_pattern(phrase: Phrase) -> Facts:
    """Read a regular expression that a text must match."""
    found = phrase.take(_PATTERN)
    return Facts(constraints=Constraints(pattern=found["p"])) if found else NOTHING
