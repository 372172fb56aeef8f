"""One test of an endpoint, and what its plan needs to know of the handler."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from sdd.generate import naming
from sdd.generate.answer_values import row_source
from sdd.generate.checks.scenes import Scene
from sdd.generate.checks.values import shape_pair
from sdd.generate.domain import Domain, Table, UserItself
from sdd.generate.routes import HandlerPlan
from sdd.generate.scopes import scope
from sdd.ir import Field, Shape, Type
from sdd.ir.behaviour import Operation
from sdd.ir.matching import find_column

# Variables stand in code and in f-strings: `"/api/profile"` mentions no `profile`.
_TEXT = re.compile(r'(f"[^"]*")|"[^"]*"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A test.

    Attributes:
        kind: Which part of the template it is.
        arrange: Lines before the request.
        request: Arguments of the client's method after the path, without headers.
        user: Who asks.
        role: The role in which they ask, as source.
        values: What the template's part needs beyond.
    """

    kind: str
    name: str
    doc: str
    method: str
    path: str
    status: int
    arrange: tuple[str, ...] = ()
    body: str | None = None
    user: str = "ALICE"
    role: str | None = None
    signed: bool = True
    values: Mapping[str, object] = field(default_factory=dict)

    @property
    def fixtures(self) -> tuple[str, ...]:
        """The fixtures that the test takes beside the client."""
        reads = {"creates": "rows", "owner": "rows", "deletes": "fetch", "toggles": "fetch"}
        wanted = ["store"] if any("store(" in line for line in self.arrange) else []
        if self.kind == "foreign" and self.values.get("row"):
            wanted.append("fetch")
        elif self.kind == "foreign" and self.values.get("absent"):
            wanted.append("rows")
        return (*wanted, *([reads[self.kind]] if self.kind in reads else []))


@dataclass(frozen=True, slots=True)
class Planner:
    """Plans the cases of one handler."""

    domain: Domain
    handler: HandlerPlan

    @property
    def operation(self) -> Operation:
        """What the handler does."""
        return self.handler.operation

    @property
    def table(self) -> Table:
        """The table that the handler is about."""
        entity = self.operation.entity
        if entity is None:
            raise ValueError(self.handler.name)
        return self.domain.tables[entity.name]

    @property
    def owned(self) -> bool:
        """Whether the rows belong to users."""
        return scope(self.domain, self.table, self.operation.bindings).owned

    @property
    def is_user(self) -> bool:
        """Whether the row is the user of the token."""
        return self.operation.mine and isinstance(self.table.ownership, UserItself)

    @property
    def invalid_status(self) -> int:
        """What an invalid request answers."""
        return self.domain.application.errors.validation_status or 422

    def scene(self, user: str = "ALICE") -> Scene:
        """A scene with the parents that the path needs."""
        scene = Scene(domain=self.domain, user=user)
        scene.parents(self.operation)
        return scene

    def add_row_of_bob(self, scene: Scene, **fixed: str) -> None:
        """Store a row of another user beside those of a scene."""
        other = Scene(domain=self.domain, user="BOB")
        other.variables = {f"taken{i}": name for i, name in enumerate(scene.variables.values())}
        other.row(self.table, **fixed)
        scene.lines += other.lines

    def case(
        self, kind: str, suffix: str, doc: str, scene: Scene, path: str, **more: object
    ) -> Case:
        """A case of this handler."""
        status = more.pop("status", self.handler.status)
        body = more.pop("body", None)
        user = more.pop("user", "ALICE")
        roles = self.operation.endpoint.roles
        role = more.pop("role", naming.literal(roles[0]) if roles else None)
        return Case(
            kind=kind,
            name=naming.ascii_words(f"{self.handler.name}_{suffix}"),
            doc=naming.sentence(doc),
            method=self.handler.method,
            path=path,
            status=int(str(status)),
            arrange=_without_unused(scene.lines, f"{path} {body} {more}"),
            body=None if body is None else str(body),
            user=str(user),
            role=None if role is None else str(role),
            signed=bool(self.operation.endpoint.auth),
            values=more,
        )

    def place(self, path: tuple[str, ...] | None) -> str:
        """Return how an answer's part is reached, as source."""
        keys = "".join(f"[{naming.literal(name)}]" for name in path or ())
        return f"response.json(){keys}"

    def key_shown(self) -> str | None:
        """Return the name under which rows in the answer show their key."""
        shape = self.row_shape()
        for item in shape.fields if shape else ():
            if find_column(self.table.entity, item.name) == self.table.key:
                return item.name
        return None

    def row_shape(self) -> Shape | None:
        """The shape of a row in the answer."""
        shape = self.operation.endpoint.response
        path = self.operation.rows if self.operation.rows is not None else self.operation.row
        if shape is None or path is None:
            return None
        for name in path:
            found = shape.field(name)
            if found is None:
                return None
            shape = found.shape
        return shape.item if shape.type is Type.LIST else shape

    def shown_name(self, column_name: str) -> str | None:
        """Return the name under which rows in the answer show a column."""
        shape = self.row_shape()
        for item in shape.fields if shape else ():
            column = find_column(self.table.entity, item.name)
            if column is not None and column.name == column_name and row_source(self.table, item):
                return item.name
        return None

    @property
    def sends(self) -> bool:
        """Whether the handler takes a body with fields."""
        request = self.operation.endpoint.request
        return request is not None and bool(request.fields)

    def body(self, scene: Scene, index: int = 0, *, required: bool = False) -> str | None:
        """Return a valid body as source; None when no valid value is known."""
        request = self.operation.endpoint.request
        if request is None or not request.fields:
            return None
        parts = []
        for item in request.fields:
            if required and not item.required:
                continue
            value = self.value(scene, item, index)
            if value is None and item.required:
                return None
            if value is not None:
                parts.append(f"{naming.literal(item.name)}: {value}")
        return f"{{{', '.join(parts)}}}"

    def value(self, scene: Scene, item: Field, index: int) -> str | None:
        """Return a valid value of a field, as source."""
        column = find_column(self.table.entity, item.name)
        reference = column.foreign_key if column else None
        target = self.domain.table_named(reference.table) if reference else None
        if target is not None:
            if target is self.table or isinstance(target.ownership, UserItself):
                return "None" if item.shape.nullable else None
            key = f"{scene.parent(target)}.{target.attributes[target.key.name]}"
            return f"as_json({key})"
        both = shape_pair(self.table, item.shape, column)
        return both.json[index] if both else None


def _without_unused(lines: list[str], rest: str) -> tuple[str, ...]:
    """Store rows that nothing mentions later without a variable."""
    kept: list[str] = []
    for index, line in enumerate(lines):
        name, _, call = line.partition(" = ")
        later = _TEXT.sub(r"\1", " ".join((*lines[index + 1 :], rest)))
        mentioned = re.search(rf"\b{re.escape(name)}\b", later)
        kept.append(line if mentioned or not call else call)
    return tuple(kept)
