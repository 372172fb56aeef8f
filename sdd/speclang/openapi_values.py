"""Defaults, bounds and lines in the tree of an OpenAPI document."""

from collections.abc import Mapping

from sdd.ir import (
    Constraints,
    Default,
    Factory,
)

Tree = Mapping[str, object]
MISSING = object()


def mapping_of(value: object) -> Tree:
    """Return a mapping as it is, and of anything else an empty one."""
    return value if isinstance(value, Mapping) else {}


def line_of(raw: Tree) -> int:
    """Return the line on which a mapping begins, 1 where nobody kept it."""
    place = getattr(raw, "lc", None)
    line = getattr(place, "line", None)
    return line + 1 if isinstance(line, int) else 1


def default_of(value: object) -> Default | None:
    """Read a stated default; `MISSING` is none."""
    if value is MISSING:
        return None
    if isinstance(value, list) and not value:
        return Default(factory=Factory.EMPTY_LIST)
    if isinstance(value, Mapping) and not value:
        return Default(factory=Factory.EMPTY_OBJECT)
    return _scalar_default(value)


def _scalar_default(value: object) -> Default | None:
    match value:
        case None | bool():
            return Default(value=value)
        case int():
            return Default(value=int(value))
        case float():
            return Default(value=float(value))
        case str():
            return Default(value=str(value))
        case _:
            return None


def constraints_of(raw: Tree) -> Constraints:
    """Read bounds, pattern and choices of a schema."""
    choices = raw.get("enum")
    return Constraints(
        min_length=_whole(raw.get("minLength", raw.get("minItems"))),
        max_length=_whole(raw.get("maxLength", raw.get("maxItems"))),
        minimum=_number(raw.get("minimum")),
        maximum=_number(raw.get("maximum")),
        pattern=str(raw["pattern"]) if isinstance(raw.get("pattern"), str) else None,
        choices=tuple(str(choice) for choice in choices if isinstance(choice, str))
        if isinstance(choices, list)
        else (),
    )


def _whole(value: object) -> int | None:
    return int(value) if isinstance(value, int) and not isinstance(value, bool) else None


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if float(value).is_integer() else float(value)
