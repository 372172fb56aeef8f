"""Lists of allowed values in a phrase: `low | medium | high`, `one of: a, b`, `'x', 'y'`."""

import re

from sdd.ir import Constraints
from sdd.speclang.facts import NOTHING, Facts
from sdd.speclang.phrase import Phrase, pattern
from sdd.speclang.values import unquoted

_CHECK_IN = pattern(r"\b(?:check\b[^()]*\(?\s*)?(?:\w+\s+)?in\s*\((?P<list>[^()]{1,400})\)\)?")
_ONE_OF = pattern(
    r"\b(?:(?:must be|is|be)\s+)?(?:either|one of|any of|enum|values?|allowed(?: values)?"
    r"|options?|choices?|accepts|possible values)\b"
    r"(?:\s+(?:the )?(?:following|these|allowed values?))?\s*[:=]?\s*"
    r"(?P<list>\([^()]{1,300}\)|\[[^\[\]]{1,300}\]"
    r"|(?:[\"'`]?[\w.+-]+[\"'`]?)(?:\s*(?:,\s*(?:or\s+|and\s+)?|\||/|\s+or\s+"
    r"|\s+and\s+)[\"'`]?[\w.+-]+[\"'`]?)+)"
)
_QUOTED = r"(?:\"[^\"\n]{1,60}\"|'[^'\n]{1,60}'|`[^`\n]{1,60}`)"
_QUOTED_LIST = pattern(
    rf"(?P<list>{_QUOTED}(?:\s*(?:,\s*(?:or\s+|and\s+)?|\||/|\s+or\s+|\s+and\s+)\s*{_QUOTED})+)"
)
_BARE_LIST = pattern(
    r"\(\s*(?P<list>[\w.+-]+(?:\s*\|\s*[\w.+-]+)+|[\w.+-]+(?:/[\w.+-]+){2,}"
    r"|[a-zA-Z_][\w-]*(?:\s*,\s*(?:or\s+)?[a-zA-Z_][\w-]*)+)\s*\)|"
    r"(?:^|[\s;:])(?P<pipes>[a-zA-Z_][\w-]*(?:\s?\|\s?[a-zA-Z_][\w-]*)+)(?=\s*(?:$|[(,;.)]))"
)
_SLASHES = pattern(r"(?:^|(?<=[\s;:(]))(?P<list>[a-z_]+(?:/[a-z_]+){2,})(?=\s*(?:$|[(,;.)]))")
_NO_CHOICE = frozenset(
    [
        "optional",
        "required",
        "string",
        "integer",
        "int",
        "number",
        "boolean",
        "bool",
        "unique",
        "nullable",
        "null",
        "path",
        "query",
        "header",
        "body",
        "default",
        "uuid",
        "auto",
        "text",
        "not",
        "max",
        "min",
        "pk",
        "fk",
        "index",
        "indexed",
        "date",
        "datetime",
        "timestamp",
        "json",
        "array",
        "list",
        "object",
        "float",
        "and",
        "or",
        "user",
        "iso",
        "utc",
        "email",
    ]
)


def read_one_of(phrase: Phrase) -> Facts:
    """Read a list of values that a word announces: `one of`, `enum`, `must be`."""
    choices: tuple[str, ...] = ()
    for form in (_CHECK_IN, _ONE_OF):
        found = form.search(phrase.text)
        if found and not choices:
            choices = _choices(found["list"].strip("()[]"))
            if choices:
                phrase.take(form)
    return Facts(constraints=Constraints(choices=choices)) if choices else NOTHING


def read_choices(phrase: Phrase) -> Facts:
    """Read a list of values by its form alone: quoted, in parentheses, between bars."""
    for form in (_QUOTED_LIST, _BARE_LIST, _SLASHES):
        for found in form.finditer(phrase.text):
            groups = found.groupdict()
            before = phrase.text[: found.start()]
            if re.search(
                r"(?:e\.g\.|eg|such as|like|for example|within|in)[,:]?\s*\(?$",
                before.rstrip("("),
                re.IGNORECASE,
            ):
                continue
            choices = _choices(groups.get("list") or groups.get("pipes") or "")
            if choices:
                return Facts(constraints=Constraints(choices=choices))
    return NOTHING


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
