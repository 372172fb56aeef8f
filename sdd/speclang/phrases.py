"""Phrases about one value: `string (required, 1-200 chars, default: "medium")`."""

import re
from dataclasses import replace

from sdd.ir import Type
from sdd.speclang.clauses import LONGEST, read_clauses
from sdd.speclang.facts import Facts, merged, of_type
from sdd.speclang.inline import remembered, split_top, visible
from sdd.speclang.types import read_type, read_type_at_start


def read_facts(text: str, *, prose: bool = False) -> Facts:
    """Read a type and everything else that a phrase states.

    Args:
        text: A cell, the rest of a bullet, or an annotation in an example.
        prose: Whether it is a sentence, in which quoted words are no list of choices.
    """
    return _in_sentence(text) if prose else _in_phrase(text)


@remembered
def _in_sentence(text: str) -> Facts:
    return _facts(text, prose=True)


@remembered
def _in_phrase(text: str) -> Facts:
    return _facts(text, prose=False)


def _facts(text: str, *, prose: bool) -> Facts:
    text = visible(text)[:LONGEST]
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
_FORMATTED = re.compile(r"\b(?:iso[- ]?8601|uuid(?: v?4)?|yyyy-mm-dd|date-time)\b", re.IGNORECASE)


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


def counted(name: str, facts: Facts) -> Facts:
    """Take a `number` for a whole one where its name counts or identifies."""
    if facts.type is not Type.FLOAT or not facts.type_name.casefold().startswith("number"):
        return facts
    whole = re.search(
        r"(?:^|_|[a-z](?=[A-Z]))(?:id|ids|count|page|limit|offset|total|size|Id|Count)$", name
    )
    return replace(facts, type=Type.INT) if whole else facts


def _kind_of_number(facts: Facts) -> Type:
    value = facts.default.value if facts.default else None
    bounds = (facts.constraints.minimum, facts.constraints.maximum)
    whole = [number for number in bounds if number is not None and float(number).is_integer()]
    return (
        Type.INT
        if (isinstance(value, int) and not isinstance(value, bool)) or whole
        else Type.FLOAT
    )


def _type_in_parentheses(text: str) -> Facts:
    for found in re.finditer(r"\(([^()]{1,120}(?:\([^()]{0,60}\)[^()]{0,60})?)\)", text):
        inside = found.group(1)
        if re.match(r"\s*(?:e\.?g\.?|i\.?e\.?|see|from)\b", inside, re.IGNORECASE):
            continue
        expression = read_type_at_start(inside)
        if expression is not None and not expression.choices:
            return of_type(expression)
    return Facts()


@remembered
def read_cell_type(text: str) -> Facts:
    """Read a type cell of a table, with whatever stands in it besides the type."""
    expression = read_type(text)
    if expression is None:
        return read_facts(text)
    return merged(of_type(expression), read_clauses(expression.rest))
