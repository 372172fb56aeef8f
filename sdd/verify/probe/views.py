"""What a user sees without naming a row: lists, filters, searches, counts."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .atlas import Resource
from .identity import Actor
from .messages import Response
from .operations import Operation, Parameter, is_user_parameter
from .world import Row, Twist, World, absent, identifier, objects

_MOST_VARIANTS = 24
_MOST_CHOICES = 6
_MOMENTS = {
    "date": ["1970-01-02", "2999-12-30"],
    "date-time": ["1970-01-02T00:00:00Z", "2999-12-30T00:00:00Z"],
}
_PAGING = frozenset({"limit", "page_size", "per_page", "size", "pagesize"})
_SEARCHING = re.compile(r"search|query|^q$|term|text|keyword|contains|title|name", re.IGNORECASE)

Key = tuple[str, tuple[tuple[str, str], ...]]


@dataclass(frozen=True)
class Difference:
    """A view that changed although its user did nothing."""

    operation: Operation
    query: tuple[tuple[str, str], ...]
    what: str
    answer: Response


class Views:
    """Reads every view of a user and compares what is seen before and after."""

    def __init__(self, world: World, operations: list[Operation]) -> None:
        self._world = world
        self._operations = operations
        self._made: dict[tuple[str, str, str], str] = {}

    async def collect(self, actor: Actor, other: Actor) -> dict[Key, Response]:
        """Call every view with every query that it is worth calling with."""
        found: dict[Key, Response] = {}
        for operation in self._operations:
            for query in self._queries(operation, actor, other):
                found[operation.name, query] = await self._world.perform(
                    operation, actor, {}, "zq", Twist(query=query)
                )
        return found

    async def base(self, actor: Actor) -> dict[str, Response]:
        """Call every view without any optional query."""
        found: dict[str, Response] = {}
        for operation in self._operations:
            query = self._required(operation, actor, actor)
            found[operation.name] = await self._world.perform(
                operation, actor, {}, "zq", Twist(query=query)
            )
        return found

    async def by_reference(self, actor: Actor, victim: Actor) -> list[Difference]:
        """Filter by the id of another user's row; it must find no more than an absent one."""
        found = []
        for operation in self._operations:
            for parameter in operation.parameters:
                resource = self._referred(parameter)
                rows = self._world.of(victim, resource) if resource else []
                if not rows:
                    continue
                answers = [
                    await self._world.perform(
                        operation, actor, {}, "zq", Twist(query=((parameter.name, str(row_id)),))
                    )
                    for row_id in (absent(rows[0].id), rows[0].id)
                ]
                ids = self._world.text_ids(victim) - {str(rows[0].id)}
                what = leaks(answers[1], victim, ids) or changes(answers[0], answers[0], answers[1])
                if what:
                    query = ((parameter.name, str(rows[0].id)),)
                    found.append(Difference(operation, query, what, answers[1]))
        return found

    async def aimed(self, actor: Actor, victim: Actor) -> list[Difference]:
        """Filter by what another user's rows hold; none of them may be found."""
        found = []
        for operation in self._operations:
            required = self._required(operation, actor, victim)
            for parameter in operation.parameters:
                if parameter.where != "query" or parameter.required:
                    continue
                for row, value in self._fitting(parameter, victim):
                    query = (*required, (parameter.name, value))
                    answer = await self._world.perform(
                        operation, actor, {}, "zq", Twist(query=query)
                    )
                    if any(_is_row(item, row) for item in objects(answer.value)):
                        what = f"the {row.resource.name} {row.id} of the other user"
                        found.append(Difference(operation, query, what, answer))
        return found

    def _fitting(self, parameter: Parameter, victim: Actor) -> Iterator[tuple[Row, str]]:
        """Yield rows of a user with the text that they hold under a parameter's name."""
        names = {parameter.name, f"{parameter.name}s", parameter.name.removesuffix("s")}
        for resource in self._world.atlas.resources:
            for row in self._world.of(victim, resource)[:1]:
                for item in objects(row.answer.value):
                    for name in names & set(item):
                        value = item[name]
                        first = value[0] if isinstance(value, list) and value else value
                        if isinstance(first, str):
                            yield row, first

    def _referred(self, parameter: Parameter) -> Resource | None:
        """Find the resource whose key a query parameter holds."""
        stem = parameter.name.removesuffix("_id").removesuffix("Id").lower()
        if parameter.where != "query" or stem == parameter.name:
            return None
        return self._world.atlas.resource(stem)

    def _required(
        self, operation: Operation, actor: Actor, other: Actor
    ) -> tuple[tuple[str, str], ...]:
        return tuple(
            (item.name, self._values(item, actor, other)[0])
            for item in operation.parameters
            if item.where == "query" and item.required
        )

    def _queries(
        self, operation: Operation, actor: Actor, other: Actor
    ) -> Iterator[tuple[tuple[str, str], ...]]:
        required = self._required(operation, actor, other)
        yield required
        count = 0
        for parameter in operation.parameters:
            if parameter.where != "query" or parameter.required or self._referred(parameter):
                continue
            for value in self._values(parameter, actor, other):
                count += 1
                if count > _MOST_VARIANTS:
                    return
                yield (*required, (parameter.name, value))

    def _values(self, parameter: Parameter, actor: Actor, other: Actor) -> list[str]:
        """Return the values worth trying: choices, both booleans, the other's marks and id."""
        schema = _plain(self._world, parameter.schema)
        name = parameter.name
        resource = self._referred(parameter)
        rows = self._world.of(actor, resource) if resource else []
        if rows:
            return [str(rows[0].id)]
        if is_user_parameter(name) or name.lower() in {"owner", "created_by", "author_id"}:
            return [other.id]
        if schema.get("enum"):
            return [str(item) for item in schema["enum"][:_MOST_CHOICES]]
        if name.lower() in _PAGING:
            return [str(schema.get("maximum", 100))]
        return self._plain_values(parameter, schema, other)

    def _plain_values(
        self, parameter: Parameter, schema: Mapping[str, Any], other: Actor
    ) -> list[str]:
        kind, form = schema.get("type"), schema.get("format")
        if kind == "boolean":
            return ["true", "false"]
        if form in _MOMENTS:
            return _MOMENTS[form]
        if kind in {"integer", "number"}:
            bounds = (schema.get("minimum"), schema.get("maximum"))
            stated = [str(bound) for bound in bounds if bound is not None]
            return stated or [self._value(parameter, other)]
        if kind == "string" and _SEARCHING.search(parameter.name):
            return [other.prefix]
        return [self._value(parameter, other)]

    def _value(self, parameter: Parameter, other: Actor) -> str:
        """Make one value for a query parameter, and take it each time: answers are compared."""
        key = parameter.name, repr(parameter.schema), other.prefix
        if key not in self._made:
            self._made[key] = self._world.query_value(parameter, other.prefix)
        return self._made[key]


def _plain(world: World, schema: Mapping[str, Any]) -> dict[str, Any]:
    schema = world.atlas.document.resolve(schema)
    for option in schema.get("anyOf", []):
        found = world.atlas.document.resolve(option)
        if found.get("type") != "null":
            return found
    return schema


def _is_row(value: dict[str, Any], row: Row) -> bool:
    """Tell whether a JSON object is a row, and not only what was asked for, sent back."""
    return identifier(value, row.resource) == row.id and row.mark in str(value)


def leaks(answer: Response, victim: Actor, ids: Collection[str] = frozenset()) -> str | None:
    """Say what of a user's an answer holds: a text of theirs, or their id."""
    if not answer.good:
        return None
    found = victim.marks(answer.text)
    if found:
        return f"the text {found[0]!r} of the other user"
    if len(victim.id) >= 8 and victim.id in answer.text:
        return "the id of the other user"
    if any(item in answer.text for item in ids):
        return "the id of a row of the other user"
    return None


def changes(first: Response, second: Response, third: Response) -> str | None:
    """Say which number or length differs in the third answer but not between the first two."""
    if not (second.good and third.good):
        return None
    early, before, after = (dict(_numbers(item.value)) for item in (first, second, third))
    for place, number in after.items():
        if early.get(place) == before.get(place) != number:
            return f"{place or 'the answer'} went from {before.get(place)} to {number}"
    for place, number in before.items():
        if early.get(place) == number and place not in after:
            return f"{place} is gone"
    return None


def _numbers(value: Any, place: str = "") -> Iterator[tuple[str, float]]:
    """Yield numbers, truth values and lengths of lists with their places."""
    match value:
        case bool() | int() | float():
            yield place, float(value)
        case list():
            yield f"len({place or 'answer'})", float(len(value))
        case dict():
            for name, item in value.items():
                yield from _numbers(item, f"{place}.{name}" if place else name)
        case _:
            return
