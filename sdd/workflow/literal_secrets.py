"""Finds secrets in code by what they are used for, where their form gives nothing away."""

import ast
import re
from collections.abc import Iterator

from sdd.workflow.parsing import UNPARSABLE, parsed

_SECRET = re.compile(r"(?i)(secret|passw(or)?d|api_?key|private_?key|signing_?key|fallback_?key)")
_NAMELIKE = re.compile(r"[A-Z][A-Z0-9_]*|[a-z]+([_-][a-z]+)*")
_LEAST = 8
_LEAST_RANDOM = 16
_LEAST_DIGITS = 2


def literal_secrets(text: str) -> Iterator[tuple[int, str]]:
    """Yield line and name of each secret that has its value, or its default, in the code.

    `get("X_SECRET", "…")` in any spelling, `SECRET_KEY = "…"`, `secret: str = "…"`. A name of a
    variable and words are no values.
    """
    try:
        tree = parsed(text)
    except UNPARSABLE:
        return
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="op"))):
                pass  # a step of a migration: an index and the table that it is on
            case ast.Call(args=[ast.Constant(value=str(name)), ast.Constant(value=str(value)), *_]):
                if _SECRET.search(name) and _is_value(value, _LEAST):
                    yield node.lineno, name
            case (
                ast.Assign(targets=[target], value=ast.Constant(value=str(value)))
                | ast.AnnAssign(target=target, value=ast.Constant(value=str(value)))
            ):
                name = ast.unparse(target)
                if _SECRET.search(name) and _is_random(value):
                    yield node.lineno, name
            case _:
                pass


def _is_value(text: str, least: int) -> bool:
    return len(text) >= least and not any(letter.isspace() for letter in text)


def _is_random(text: str) -> bool:
    digits = sum(letter.isdigit() for letter in text)
    return (
        _is_value(text, _LEAST_RANDOM) and digits >= _LEAST_DIGITS and not _NAMELIKE.fullmatch(text)
    )
