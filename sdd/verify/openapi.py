"""Reads an OpenAPI document into endpoints of the IR, so that the two can be compared."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from sdd.ir import (
    NO_BODY,
    Constraints,
    Default,
    Endpoint,
    Field,
    Location,
    Parameter,
    Shape,
    Type,
)

_METHODS = ("get", "post", "put", "patch", "delete")
_DEEPEST = 8
_FORMATS = {
    "date-time": Type.DATETIME,
    "date": Type.DATE,
    "time": Type.TIME,
    "uuid": Type.UUID,
}
_KINDS = {"integer": Type.INT, "number": Type.FLOAT, "boolean": Type.BOOL}
_ALTERNATIVES = re.compile(r"^\^\(?(?:\?:)?([\w-]+(?:\|[\w-]+)+)\)?\$$")
_LOCATIONS = {item.value for item in Location}

Json = Mapping[str, Any]


class OpenApi:
    """An OpenAPI document, resolved as it is read."""

    def __init__(self, document: Json) -> None:
        self._document = document

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Return every operation."""
        return tuple(self._endpoints())

    def _endpoints(self) -> Iterator[Endpoint]:
        for path, item in (self._document.get("paths") or {}).items():
            for method in _METHODS:
                if method in item:
                    yield self._endpoint(method.upper(), path, item, item[method])

    def _endpoint(self, method: str, path: str, item: Json, stated: Json) -> Endpoint:
        answers = stated.get("responses") or {}
        statuses = tuple(sorted(int(key) for key in answers if str(key).isdigit()))
        good = next((status for status in statuses if status // 100 == 2), None)  # noqa: PLR2004
        security = stated.get("security", self._document.get("security"))
        parameters = [*item.get("parameters", []), *stated.get("parameters", [])]
        return Endpoint(
            method=method,
            path=path,
            auth=bool(security) or any(map(self._is_authorization, parameters)),
            success_status=good,
            statuses=statuses,
            parameters=tuple(
                sorted(self._parameters(parameters), key=lambda item: path.find(f"{{{item.name}}}"))
            ),
            request=self._body(self._resolve(stated.get("requestBody"))),
            response=self._body(self._resolve(answers.get(str(good)))),
        )

    def _is_authorization(self, entry: Json) -> bool:
        entry = self._resolve(entry)
        return entry.get("in") == "header" and str(entry.get("name")).lower() == "authorization"

    def _parameters(self, entries: list[Json]) -> Iterator[Parameter]:
        for raw in entries:
            entry = self._resolve(raw)
            if entry.get("in") not in _LOCATIONS or self._is_authorization(entry):
                continue
            schema = self._resolve(entry.get("schema"))
            shape = self.shape(schema)
            yield Parameter(
                name=entry.get("name", ""),
                location=Location(entry["in"]),
                type=shape.type,
                required=bool(entry.get("required")),
                default=Default(value=schema["default"]) if "default" in schema else None,
                constraints=shape.constraints,
            )

    def _body(self, holder: Json) -> Shape:
        for entry in (holder.get("content") or {}).values():
            return self.shape(entry.get("schema"))
        return NO_BODY

    def shape(self, schema: Any, depth: int = 0) -> Shape:  # noqa: ANN401 - any JSON
        """Read a JSON schema; what it leaves open stays open."""
        schema = self._resolve(schema)
        if depth > _DEEPEST or not schema:
            return Shape()
        for key in ("anyOf", "oneOf"):
            if key in schema:
                return self._union(schema[key], schema, depth)
        kind = schema.get("type")
        nullable = False
        if isinstance(kind, list):
            nullable = "null" in kind
            kind = next((item for item in kind if item != "null"), None)
        choices = _choices(schema)
        type_, item, fields = self._type(schema, kind, choices, depth)
        return Shape(
            type=type_,
            nullable=nullable,
            constraints=_constraints(schema, choices),
            fields=fields,
            item=item,
        )

    def _type(
        self, schema: Json, kind: object, choices: tuple[str, ...], depth: int
    ) -> tuple[Type | None, Shape | None, tuple[Field, ...]]:
        if choices:
            return Type.ENUM, None, ()
        if kind == "string":
            return _FORMATS.get(str(schema.get("format")), Type.STR), None, ()
        if kind == "array":
            return Type.LIST, self.shape(schema.get("items"), depth + 1), ()
        if kind == "object" or "properties" in schema:
            fields = self._fields(schema, depth)
            return (Type.OBJECT if fields else Type.JSON), None, fields
        return _KINDS.get(str(kind)), None, ()

    def _fields(self, schema: Json, depth: int) -> tuple[Field, ...]:
        required = set(schema.get("required", []))
        return tuple(
            Field(
                name=name,
                shape=self.shape(part, depth + 1),
                required=name in required,
                default=Default(value=part["default"]) if _is_literal(part) else None,
            )
            for name, part in schema.get("properties", {}).items()
        )

    def _union(self, options: list[Any], schema: Json, depth: int) -> Shape:
        resolved = [self._resolve(item) for item in options]
        known = [item for item in resolved if item.get("type") != "null"]
        nullable = len(known) < len(resolved)
        kinds = {str(item.get("type")) for item in known}
        if kinds == {"number", "string"}:
            # This is how a decimal is written.
            bounds = next(item for item in known if item.get("type") == "number")
            return Shape(type=Type.DECIMAL, nullable=nullable, constraints=_constraints(bounds, ()))
        if len(known) != 1:
            return Shape(nullable=nullable)
        inner = self.shape({**known[0], **_outer(schema)}, depth)
        return Shape(
            type=inner.type,
            nullable=nullable or inner.nullable,
            constraints=inner.constraints,
            fields=inner.fields,
            item=inner.item,
        )

    def _resolve(self, schema: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
        for _ in range(20):
            if not isinstance(schema, Mapping):
                return {}
            if "$ref" in schema:
                schema = {**self._target(str(schema["$ref"])), **_without(schema, "$ref")}
            elif len(schema.get("allOf", ())) == 1:
                schema = {**self._resolve(schema["allOf"][0]), **_without(schema, "allOf")}
            else:
                break
        return dict(schema)

    def _target(self, reference: str) -> Json:
        place: Any = self._document
        for part in reference.removeprefix("#/").split("/"):
            key = part.replace("~1", "/").replace("~0", "~")
            place = place.get(key, {}) if isinstance(place, Mapping) else {}
        return place if isinstance(place, Mapping) else {}


def _without(schema: Json, key: str) -> dict[str, Any]:
    return {name: value for name, value in schema.items() if name != key}


def _outer(schema: Json) -> dict[str, Any]:
    """Return the bounds that stand beside an `anyOf`."""
    skipped = {"anyOf", "oneOf", "title", "description", "default", "examples", "example"}
    return {name: value for name, value in schema.items() if name not in skipped}


def _is_literal(part: object) -> bool:
    if not isinstance(part, Mapping) or "default" not in part:
        return False
    return part["default"] is None or isinstance(part["default"], str | int | float | bool)


def _choices(schema: Json) -> tuple[str, ...]:
    if "const" in schema and isinstance(schema["const"], str):
        return (schema["const"],)
    stated = schema.get("enum") or ()
    if stated and all(isinstance(item, str) for item in stated if item is not None):
        return tuple(item for item in stated if item is not None)
    alternatives = _ALTERNATIVES.match(str(schema.get("pattern", "")))
    return tuple(alternatives[1].split("|")) if alternatives else ()


def _constraints(schema: Json, choices: tuple[str, ...]) -> Constraints:
    listed = schema.get("type") == "array"
    low, high = ("minItems", "maxItems") if listed else ("minLength", "maxLength")
    minimum, maximum = schema.get("minimum"), schema.get("maximum")
    step = 1 if schema.get("type") == "integer" else 0
    if schema.get("exclusiveMinimum") is not None:
        minimum = schema["exclusiveMinimum"] + step
    if schema.get("exclusiveMaximum") is not None:
        maximum = schema["exclusiveMaximum"] - step
    return Constraints(
        min_length=schema.get(low),
        max_length=schema.get(high),
        minimum=minimum,
        maximum=maximum,
        pattern=None if choices else schema.get("pattern"),
        choices=choices,
    )
