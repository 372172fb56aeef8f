"""Drift of what an endpoint takes and gives: parameters and bodies."""

from collections.abc import Iterator

from sdd.ir.drift.difference import Difference
from sdd.ir.matching import identifier
from sdd.ir.model import Endpoint, Location, Shape, Type

_WRITES = frozenset({"POST", "PUT", "PATCH"})


def body_differences(
    spec: Endpoint, code: Endpoint, columns: frozenset[str]
) -> Iterator[Difference]:
    """Yield how the query, the request and the answer of an endpoint differ."""
    yield from _query(spec, code)
    if spec.method in _WRITES:
        yield from _request(spec, code, columns)
    yield from _response(spec, code, columns)


def _query(spec: Endpoint, code: Endpoint) -> Iterator[Difference]:
    here, there = _queried(spec), _queried(code)
    if here:  # where the specs are silent on queries, a page and a limit are no drift
        yield from _only("drifted-query", "takes", (spec, code), (here, there))


def _queried(endpoint: Endpoint) -> list[str]:
    return [item.name for item in endpoint.parameters if item.location is Location.QUERY]


def _request(spec: Endpoint, code: Endpoint, columns: frozenset[str]) -> Iterator[Difference]:
    here, there = spec.request, code.request
    if here is None or there is None or not here.fields or not there.fields:
        return
    names = tuple(_names(shape, columns) for shape in (here, there))
    yield from _only("drifted-body", "takes in its body", (spec, code), (names[0], names[1]))
    optional = {identifier(item.name) for item in here.fields if item.required is False}
    needed = [
        item.name for item in there.fields if item.required and identifier(item.name) in optional
    ]
    if needed:
        listed = ", ".join(needed)
        yield _told(
            "drifted-body",
            (spec, code),
            (f"{listed} optional", f"{listed} required"),
            f"{spec.name} leaves {listed} to the caller in the specs, and needs it in the code.",
        )


def _response(spec: Endpoint, code: Endpoint, columns: frozenset[str]) -> Iterator[Difference]:
    here, there = spec.response, code.response
    if here is None or there is None:
        return
    if _kind(here) and _kind(there) and _kind(here) != _kind(there):
        stated, done = _gives(here), _gives(there)
        told = f"{spec.name} answers {stated} in the specs and {done} in the code."
        yield _told("drifted-answer", (spec, code), (stated, done), told)
        return
    inner, other = _object(here), _object(there)
    if not inner.fields or not other.fields:
        return
    known = {identifier(item.name) for item in other.fields}
    missing = [name for name in _names(inner, columns) if identifier(name) not in known]
    if missing:
        yield from _only("drifted-answer", "answers", (spec, code), (missing, []))


def _names(shape: Shape, columns: frozenset[str]) -> list[str]:
    return [item.name for item in shape.fields if identifier(item.name) not in columns]


def _kind(shape: Shape) -> str:
    if shape.type is Type.LIST:
        return "list"
    return "object" if shape.type is Type.OBJECT and shape.fields else ""


def _gives(shape: Shape) -> str:
    if shape.type is Type.LIST:
        return "a list"
    return f"an object with {', '.join(item.name for item in shape.fields)}"


def _object(shape: Shape) -> Shape:
    return shape.item if shape.type is Type.LIST and shape.item is not None else shape


def _only(
    rule: str, verb: str, pair: tuple[Endpoint, Endpoint], names: tuple[list[str], list[str]]
) -> Iterator[Difference]:
    """Yield what only one side names, if anything."""
    known = tuple({identifier(name) for name in side} for side in names)
    here = ", ".join(name for name in names[0] if identifier(name) not in known[1])
    there = ", ".join(name for name in names[1] if identifier(name) not in known[0])
    parts = [
        f"{listed} only in the {side}"
        for listed, side in ((here, "specs"), (there, "code"))
        if listed
    ]
    if parts:
        told = f"{pair[0].name} {verb} {', and '.join(parts)}."
        yield _told(rule, pair, (here, there), told)


def _told(
    rule: str, pair: tuple[Endpoint, Endpoint], sides: tuple[str, str], message: str
) -> Difference:
    return Difference(
        rule=rule,
        subject=pair[0].name,
        message=message,
        spec=sides[0],
        code=sides[1],
        spec_span=pair[0].span,
        code_span=pair[1].span,
    )
