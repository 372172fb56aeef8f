"""The rows that the two users have made, and how each is made and read again."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from .atlas import Atlas, Resource
from .identity import Actor
from .messages import Client, Request, Response, path_value
from .operations import Operation, Parameter, is_user_parameter
from .synthesis import Maker

_ENVELOPES = ("data", "result", "item", "payload", "response")
_UNPROCESSABLE = (400, 422)
_UNLIKELY = 8


@dataclass(frozen=True)
class Row:
    """A row that a user made: its id, and the ids of it and all above it by resource."""

    resource: Resource
    actor: Actor
    id: Any
    chain: Mapping[str, Any]
    answer: Response
    mark: str


@dataclass(frozen=True)
class Twist:
    """What is unusual about a call.

    Attributes:
        path_user: An id to put where the path names a user, instead of the caller's.
        more: Fields to add to the body.
        query: Query parameters beyond those required.
        headers: Instead of the caller's token.
    """

    path_user: str | None = None
    more: Mapping[str, Any] = field(default_factory=dict)
    query: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] | None = None


PLAIN = Twist()


@dataclass
class World:
    """Creates rows for users and reads them back; remembers which bodies the backend takes."""

    client: Client
    atlas: Atlas
    maker: Maker
    rows: dict[tuple[str, str], list[Row]] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    _full: dict[str, bool] = field(default_factory=dict)
    _marks: int = 0

    def mark(self, actor: Actor) -> str:
        """Return a text that occurs nowhere else and names its maker."""
        self._marks = (self._marks + 1) % 90
        return f"{actor.prefix}n{10 + self._marks}"

    def of(self, actor: Actor, resource: Resource) -> list[Row]:
        """Return the rows that a user has of a resource."""
        return self.rows.get((actor.letter, resource.name), [])

    def all_of(self, actor: Actor) -> list[Row]:
        """Return all rows of a user."""
        return [row for key, rows in self.rows.items() if key[0] == actor.letter for row in rows]

    def ids(self, actor: Actor, number: int = 0) -> dict[str, Any]:
        """Return the ids of a user's rows of that number, one of every resource."""
        chain: dict[str, Any] = {}
        for resource in self.atlas.resources:
            rows = self.of(actor, resource)
            if rows:
                chain.update(rows[min(number, len(rows) - 1)].chain)
        return chain

    def text_ids(self, actor: Actor) -> frozenset[str]:
        """Return the ids of a user's rows that are too long to occur by chance."""
        ids = (str(row.id) for row in self.all_of(actor))
        return frozenset(item for item in ids if len(item) >= _UNLIKELY)

    async def replenish(self, actor: Actor) -> None:
        """Give a user a new row for each that is gone."""
        for resource in sorted(self.atlas.resources, key=self.atlas.depth):
            rows = self.of(actor, resource)
            for number, row in enumerate(list(rows)):
                if self.readable(row) and await self.snapshot(row) is None:
                    fresh = await self.create(actor, resource, number)
                    if fresh is not None:
                        rows.remove(fresh)
                        rows[number] = fresh

    async def populate(self, actor: Actor, count: int) -> None:
        """Create rows of every resource, parents first."""
        for resource in sorted(self.atlas.resources, key=self.atlas.depth):
            for number in range(count):
                await self.create(actor, resource, number)

    async def create(
        self,
        actor: Actor,
        resource: Resource,
        number: int = 0,
        twist: Twist | None = None,
    ) -> Row | None:
        """Create one row below the user's parents of the same number; None when refused.

        A twisted one is an attempt: it is not counted among the user's rows.
        """
        chain = self._above(actor, resource, number)
        if chain is None:
            self.refused[resource.create.name] = "what it belongs to could not be created"
            return None
        mark = self.mark(actor)
        answer = await self.perform(resource.create, actor, chain, mark, twist or PLAIN)
        if not answer.good:
            if twist is None:
                self.refused[resource.create.name] = answer.excerpt()
            return None
        row_id = identifier(answer.value, resource) if answer.value is not None else None
        if row_id is None:
            row_id = await self._listed(actor, resource, chain, mark)
        if row_id is None:
            if twist is None:
                self.refused[resource.create.name] = f"no id in the answer: {answer.excerpt()}"
            return None
        row = Row(resource, actor, row_id, {**chain, resource.name: row_id}, answer, mark)
        if twist is None:
            self.rows.setdefault((actor.letter, resource.name), []).append(row)
        return row

    async def perform(
        self,
        operation: Operation,
        actor: Actor | None,
        chain: Mapping[str, Any],
        mark: str,
        twist: Twist = PLAIN,
    ) -> Response:
        """Call an operation as a user on the rows of a chain, with a body that it takes.

        The first call settles whether the backend takes all the fields of the body or only the
        required ones.
        """
        full = self._full.get(operation.name, True)
        request = self._request(operation, actor, chain, mark, twist)
        answer = await self.client.send(
            replace(request, **self._content(operation, chain, mark, twist, full=full))
        )
        unsettled = operation.name not in self._full and operation.body is not None
        if unsettled and answer.status in _UNPROCESSABLE and not twist.more:
            content = self._content(operation, chain, mark, twist, full=False)
            second = await self.client.send(replace(request, **content))
            if second.good:
                self._full[operation.name] = False
                return second
        if answer.good and not twist.more:
            self._full[operation.name] = full
        return answer

    def _request(
        self,
        operation: Operation,
        actor: Actor | None,
        chain: Mapping[str, Any],
        mark: str,
        twist: Twist,
    ) -> Request:
        names = {name for name, _ in twist.query}
        needed = tuple(
            item for item in self.required_query(operation, mark) if item[0] not in names
        )
        user = twist.path_user or (actor.id if actor else "nobody")
        own = actor.header() if actor else ()
        return Request(
            operation.method,
            self.path(operation, user, chain, mark),
            needed + twist.query,
            own if twist.headers is None else twist.headers,
            route=operation.name,
        )

    def _content(
        self,
        operation: Operation,
        chain: Mapping[str, Any],
        mark: str,
        twist: Twist,
        *,
        full: bool,
    ) -> dict[str, Any]:
        """Return the part of the request that is its body, as JSON or as a form."""
        body = self.body(operation, chain, mark, full=full)
        if twist.more and isinstance(body, dict):
            body = {**body, **twist.more}
        if operation.media_type.startswith(("application/x-www", "multipart")):
            return {"form": {key: str(value) for key, value in (body or {}).items()}}
        return {"json": body}

    def body(self, operation: Operation, chain: Mapping[str, Any], mark: str, *, full: bool) -> Any:
        """Make a body whose references are rows of the chain."""
        if operation.body is None:
            return None
        fixed: dict[str, Any] = {}
        properties = self.atlas.document.resolve(operation.body).get("properties", {})
        for name, schema in properties.items():
            stem = name.removesuffix("_ids").removesuffix("_id").removesuffix("Id").lower()
            if stem in chain and (stem != name or stem != name.lower()):
                listed = self.atlas.document.resolve(schema).get("type") == "array"
                fixed[name] = [chain[stem]] if listed else chain[stem]
            elif name == "ids" and chain:
                fixed[name] = [list(chain.values())[-1]]
        return self.maker.body(operation.body, mark, full=full, fixed=fixed)

    def path(self, operation: Operation, user: str, chain: Mapping[str, Any], mark: str) -> str:
        """Fill a path: users, rows of the chain, anything else by its schema."""
        values = dict(self._path_values(operation, user, chain, mark))
        return re.sub(
            r"\{(\w+)(?::\w+)?\}", lambda match: path_value(values[match[1]]), operation.path
        )

    def _path_values(
        self, operation: Operation, user: str, chain: Mapping[str, Any], mark: str
    ) -> Iterator[tuple[str, Any]]:
        for name, resource in self.atlas.slots(operation):
            parameter = operation.parameter(name)
            schema = parameter.schema if parameter else {"type": "string"}
            if is_user_parameter(name):
                yield name, user
            elif resource is not None and resource.name in chain:
                yield name, chain[resource.name]
            else:
                yield name, self.maker.value(schema, mark, name=name)

    def required_query(self, operation: Operation, mark: str) -> tuple[tuple[str, str], ...]:
        """Make values for the query parameters that an operation insists on."""
        needed = [item for item in operation.parameters if item.where == "query" and item.required]
        return tuple((item.name, self.query_value(item, mark)) for item in needed)

    def query_value(self, parameter: Parameter, mark: str) -> str:
        """Make one value for a query parameter."""
        value = self.maker.value(parameter.schema, mark, name=parameter.name)
        return str(value).lower() if isinstance(value, bool) else str(value)

    async def snapshot(self, row: Row) -> Any:
        """Read a row as its owner; None when there is no way to or it is gone."""
        resource, actor = row.resource, row.actor
        if resource.read is not None:
            answer = await self.perform(resource.read, actor, row.chain, row.mark)
            return answer.value if answer.good else None
        if resource.listing is not None:
            answer = await self.perform(resource.listing, actor, row.chain, row.mark)
            return next(
                (item for item in objects(answer.value) if identifier(item, resource) == row.id),
                None,
            )
        return None

    def readable(self, row: Row) -> bool:
        """Tell whether a row can be read back at all."""
        return row.resource.read is not None or row.resource.listing is not None

    def _above(self, actor: Actor, resource: Resource, number: int) -> dict[str, Any] | None:
        """Return the chain of the rows above a new one, or None when one of them is missing."""
        wanted = [found for _, found in self.atlas.slots(resource.create) if found is not None]
        required = set(self.atlas.document.resolve(resource.create.body or {}).get("required", []))
        chain: dict[str, Any] = {}
        for field_name, name in resource.references.items():
            other = self.atlas.resource(name)
            if other is not None:
                rows = self.of(actor, other)
                if rows:
                    chain.update(rows[min(number, len(rows) - 1)].chain)
                elif field_name in required:
                    return None
        for parent in wanted:
            rows = self.of(actor, parent)
            if not rows:
                return None
            chain.update(rows[min(number, len(rows) - 1)].chain)
        return chain

    async def _listed(
        self, actor: Actor, resource: Resource, chain: Mapping[str, Any], mark: str
    ) -> Any:
        """Find the id of a new row in its owner's list, by the mark in its texts."""
        if resource.listing is None:
            return None
        answer = await self.perform(resource.listing, actor, chain, mark)
        for item in objects(answer.value):
            if mark in str(item):
                return identifier(item, resource)
        return None


def identifier(value: Any, resource: Resource) -> Any:
    """Find a row's id in an answer, inside an envelope too."""
    for _ in range(3):
        if not isinstance(value, dict):
            return None
        names = ("id", f"{resource.name}_id", f"{resource.name}Id", "uuid", "_id", "slug")
        for name in names:
            if isinstance(value.get(name), str | int) and not isinstance(value.get(name), bool):
                return value[name]
        inside = [value[name] for name in (resource.name, *_ENVELOPES) if name in value]
        nested = inside or [item for item in value.values() if isinstance(item, dict)]
        if not nested:
            return None
        value = nested[0]
    return None


def objects(value: Any) -> Iterator[dict[str, Any]]:
    """Yield every JSON object inside a value."""
    if isinstance(value, dict):
        yield value
        for item in value.values():
            yield from objects(item)
    elif isinstance(value, list):
        for item in value:
            yield from objects(item)


def absent(row_id: Any) -> Any:
    """Return an id of the same form that no row has."""
    if isinstance(row_id, int):
        return 2_000_000_011
    text = str(row_id)
    if text.isdigit():
        return "2000000011"
    swapped = "".join(
        "0123456789abcdef"[(int(c, 16) + 7) % 16] if c in "0123456789abcdef" else c for c in text
    )
    # A version-4 UUID must stay one.
    return swapped if len(text) != 36 else f"{swapped[:14]}4{swapped[15:19]}a{swapped[20:]}"
