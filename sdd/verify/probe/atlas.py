"""Which operations belong to which resource, and what stands in each part of a path."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .operations import Document, Operation, is_user_parameter, shape, singular

_CREATING = frozenset({"create", "add", "new"})
_LISTING = frozenset({"list", "all"})


@dataclass(frozen=True)
class Resource:
    """A kind of row that can be created: its collection, and how to read it back."""

    name: str
    collection: str
    create: Operation
    listing: Operation | None = None
    read: Operation | None = None
    references: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Expectations:
    """What the spec says, or what is usual where there is none.

    Attributes:
        auth: Whether an operation needs a user, by method and shape of path.
        shared: Names of resources whose rows belong to nobody.
        stated: Whether there is a spec.
        foreign: What another user's row may answer; `foreign_firm` when the spec itself says so
            and no convention of ours. Likewise `path_user` for an id in the path.
        roles: The roles or scopes of which an operation needs one, likewise.
    """

    auth: Mapping[tuple[str, str], bool]
    shared: frozenset[str]
    stated: bool
    foreign: tuple[int, ...]
    path_user: tuple[int, ...]
    anonymous: tuple[int, ...]
    foreign_firm: bool = False
    path_firm: bool = False
    error_fields: tuple[str, ...] = ()
    unauthorized_code: str | None = None
    roles: Mapping[tuple[str, str], Sequence[str]] = field(default_factory=dict)

    def needs_user(self, operation: Operation) -> bool | None:
        """Tell whether an operation needs a user; None when nobody says so."""
        stated = self.auth.get((operation.method, shape(operation.path)))
        if stated is not None:
            return stated
        if operation.secured:
            return True
        return False if operation.looks_public else None


def expectations(spec: Mapping[str, Any] | None, shared: Sequence[str]) -> Expectations:
    """Read the spec's part of the job."""
    if spec is None:
        return Expectations({}, frozenset(shared), False, (403, 404), (401, 403, 404), (401, 403))
    auth = {
        (item["method"], shape(item["path"])): item["auth"]
        for item in spec["operations"]
        if item["auth"] is not None
    }
    roles = {
        (item["method"], shape(item["path"])): item["roles"]
        for item in spec["operations"]
        if item["roles"]
    }
    foreign = spec.get("foreign_status")
    path_user = spec.get("path_user_status")
    return Expectations(
        auth=auth,
        shared=frozenset(spec["shared"]) if spec.get("shared") is not None else frozenset(shared),
        stated=True,
        foreign=(foreign,) if foreign else (403, 404),
        path_user=(path_user,) if path_user else (401, 403, 404),
        anonymous=(401,),
        foreign_firm=bool(foreign) and spec.get("foreign_firm", True),
        path_firm=bool(path_user) and spec.get("path_firm", True),
        error_fields=tuple(spec.get("error_fields") or ()),
        unauthorized_code=spec.get("unauthorized_code"),
        roles=roles,
    )


class Atlas:
    """The operations of an application, sorted by what a prober does with them."""

    def __init__(self, document: Document, expected: Expectations) -> None:
        self.document = document
        self.expected = expected
        self.operations = tuple(
            item for item in document.operations() if expected.needs_user(item) is not False
        )
        self.public = len(document.operations()) - len(self.operations)
        self.resources = self._resources()

    def resource(self, name: str) -> Resource | None:
        """Find a resource by its name."""
        return next((item for item in self.resources if item.name == name), None)

    def slots(self, operation: Operation) -> list[tuple[str, Resource | None]]:
        """Pair each path parameter with the resource that it names; users and others with None."""
        return [
            (name, None if is_user_parameter(name) else self._named_by(operation, name))
            for name in operation.path_parameters
        ]

    def owned_slots(self, operation: Operation) -> list[tuple[str, Resource]]:
        """Return the parameters that name a row which belongs to a user."""
        return [
            (name, found)
            for name, found in self.slots(operation)
            if found is not None and found.name not in self.expected.shared
        ]

    def unknown_slots(self, operation: Operation) -> list[str]:
        """Return the parameters that look like the key of a row that nothing creates."""
        return [
            name
            for name, found in self.slots(operation)
            if found is None
            and not is_user_parameter(name)
            and (name == "id" or name.lower().endswith(("_id", "id", "uuid")))
        ]

    def has_user_slot(self, operation: Operation) -> bool:
        """Tell whether the path names a user."""
        return any(is_user_parameter(name) for name in operation.path_parameters)

    def is_shared(self, operation: Operation) -> bool:
        """Tell whether an operation deals with rows that belong to nobody alone."""
        literals = [part for part in operation.segments if not part.startswith("{")]
        named = {singular(part) for part in literals[-2:]}
        found = [item for _, item in self.slots(operation) if item is not None]
        if found:
            return all(item.name in self.expected.shared for item in found)
        return bool(named & self.expected.shared)

    def depth(self, resource: Resource) -> int:
        """Count the resources above one."""
        above = sum(found is not None for _, found in self.slots(resource.create))
        others = [self.resource(name) for name in resource.references.values()]
        below = [self.depth(item) for item in others if item is not None and item != resource]
        return max([above, *(depth + 1 for depth in below)])

    def _named_by(self, operation: Operation, parameter: str) -> Resource | None:
        token = f"{{{parameter}}}"
        position = next(
            i for i, part in enumerate(operation.segments) if part.startswith(token[:-1])
        )
        before = shape("/" + "/".join(operation.segments[:position]))
        for resource in self.resources:
            if shape(resource.collection) == before:
                return resource
        stem = parameter.lower().removesuffix("_id").removesuffix("_uuid")
        words = {stem.removesuffix("id") if stem != "id" else "", stem}
        if position and not operation.segments[position - 1].startswith("{"):
            words.add(singular(operation.segments[position - 1]))
        return next((item for item in self.resources if item.name in words - {""}), None)

    def _resources(self) -> tuple[Resource, ...]:
        found: dict[str, Resource] = {}
        for operation in self.operations:
            resource = self._resource(operation)
            if resource is not None:
                found.setdefault(shape(resource.collection), resource)
        names = {item.name for item in found.values()}
        return tuple(
            Resource(
                item.name,
                item.collection,
                item.create,
                item.listing,
                item.read,
                self._references(item, names),
            )
            for item in found.values()
        )

    def _resource(self, create: Operation) -> Resource | None:
        parts = list(create.segments)
        if create.method != "POST" or not parts or parts[-1].startswith("{"):
            return None
        if parts[-1].lower() in _CREATING and len(parts) > 1:
            parts.pop()
        collection = "/" + "/".join(parts)
        if parts[-1].startswith("{"):
            return None
        under = shape(collection)
        name = singular(parts[-1])
        items = [
            item
            for item in self.operations
            if shape(item.path) == f"{under}/{{}}" or _elsewhere(item, name)
        ]
        listing = self._listing(under)
        if not items and listing is None:
            return None
        read = next((item for item in items if item.method == "GET"), None)
        return Resource(name, collection, create, listing, read)

    def _listing(self, under: str) -> Operation | None:
        wanted = {under, *(f"{under}/{word}" for word in _LISTING)}
        found = (item for item in self.operations if item.method == "GET")
        return next((item for item in found if shape(item.path) in wanted), None)

    def _references(self, resource: Resource, names: set[str]) -> dict[str, str]:
        schema = self.document.resolve(resource.create.body or {})
        found = {}
        for name in schema.get("properties", {}):
            stem = name.removesuffix("_ids").removesuffix("_id").removesuffix("Id")
            if stem != name and stem.lower() in names and stem.lower() != resource.name:
                found[name] = stem.lower()
        return found


def _elsewhere(operation: Operation, name: str) -> bool:
    """Tell whether an operation addresses a row of a nested collection by a path of its own."""
    parts = operation.segments
    return (
        len(parts) > 1
        and parts[-1].startswith("{")
        and not parts[-2].startswith("{")
        and singular(parts[-2]) == name
        and not is_user_parameter(parts[-1].strip("{}"))
    )
