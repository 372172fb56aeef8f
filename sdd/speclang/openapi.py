"""OpenAPI contracts: YAML or JSON in, the same statements as from Markdown out."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sdd.ir import (
    NO_BODY,
    Endpoint,
    Field,
    Location,
    Parameter,
    Shape,
    Type,
)
from sdd.speclang.bases import completed
from sdd.speclang.endpoints.statement import ErrorExample, Statement
from sdd.speclang.findings import Findings
from sdd.speclang.openapi_values import (
    MISSING,
    Tree,
    constraints_of,
    default_of,
    line_of,
    mapping_of,
)
from sdd.speclang.outline import Document, Section
from sdd.speclang.routes import clean_path, path_of_url
from sdd.text import SourceText, Span

_METHODS = frozenset({"get", "post", "put", "patch", "delete", "head", "options"})
_DEEPEST = 12
_LARGEST = 4 * 1024 * 1024
_TYPES = {
    ("string", "uuid"): Type.UUID,
    ("string", "date-time"): Type.DATETIME,
    ("string", "date"): Type.DATE,
    ("string", "time"): Type.TIME,
    ("number", "decimal"): Type.DECIMAL,
}
_PLAIN = {
    "string": Type.STR,
    "integer": Type.INT,
    "number": Type.FLOAT,
    "boolean": Type.BOOL,
    "array": Type.LIST,
    "object": Type.OBJECT,
    "null": Type.NONE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """What an OpenAPI document states.

    Attributes:
        document: A document without blocks, for what wants one.
        required: Whether a token is needed where an operation says nothing.
    """

    document: Document
    statements: tuple[Statement, ...]
    shapes: Mapping[str, Shape]
    required: bool | None
    title: str | None


def empty_document(source: SourceText) -> Document:
    """Return a document without blocks for a source that is not Markdown."""
    root = Section(title="", level=0, start=0, own_end=0, end=0, parent=None)
    return Document(path=source.path, source=source, blocks=(), sections=(root,), places=())


def read_openapi(source: SourceText, findings: Findings) -> Contract | None:
    """Read an OpenAPI document; None when it is something else, or unreadable."""
    tree = _load(source, findings)
    if tree is None:
        return None
    if not isinstance(tree.get("paths"), Mapping) or not ({"openapi", "swagger"} & set(tree)):
        findings.note(
            "not-openapi",
            Span(path=source.path),
            "This file is no OpenAPI document, so nothing was read from it.",
            hint="Give it the keys `openapi` and `paths`, or move it out of the contracts.",
        )
        return None
    reader = _Reader(source=source, tree=tree, findings=findings)
    info = tree.get("info")
    title = info.get("title") if isinstance(info, Mapping) else None
    return Contract(
        document=empty_document(source),
        statements=tuple(reader.statements()),
        shapes=reader.named(),
        required=_secured(tree.get("security")),
        title=title if isinstance(title, str) else None,
    )


def _load(source: SourceText, findings: Findings) -> Tree | None:
    from ruamel.yaml import YAML  # noqa: PLC0415 - heavy; specs without OpenAPI need not pay
    from ruamel.yaml.error import YAMLError  # noqa: PLC0415

    if len(source.text) > _LARGEST:
        findings.not_understood(
            Span(path=source.path), "This contract is larger than 4 MB, so it was not read."
        )
        return None
    try:
        tree = YAML(typ="rt", pure=True).load(source.text)
    except (YAMLError, RecursionError, ValueError, AttributeError, TypeError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark is not None else 1
        problem = getattr(error, "problem", None) or "it is nested too deeply or malformed"
        findings.not_understood(
            Span(path=source.path, line=line),
            f"This contract is not valid YAML: {problem}.",
            hint="Mend it; nothing was read from the file.",
        )
        return None
    return tree if isinstance(tree, Mapping) else None


def _secured(value: object) -> bool | None:
    if not isinstance(value, list):
        return None
    return any(isinstance(item, Mapping) and len(item) > 0 for item in value) and {} not in value


@dataclass(slots=True)
class _Reader:
    source: SourceText
    tree: Tree
    findings: Findings
    following: list[str] = field(default_factory=list)

    def statements(self) -> Iterator[Statement]:
        paths = mapping_of(self.tree.get("paths"))
        base = self._base()
        peers = [str(path) for path in paths]
        for path, item in paths.items():
            operations = mapping_of(self._resolved(item))
            shared = operations.get("parameters")
            for method, operation in operations.items():
                if str(method).casefold() in _METHODS and isinstance(operation, Mapping):
                    span = self._span(operations, method)
                    cleaned, _ = clean_path(str(path))
                    yield self._statement(
                        str(method).upper(),
                        completed(cleaned, base, peers),
                        operation,
                        shared,
                        span,
                    )

    def named(self) -> dict[str, Shape]:
        components = mapping_of(self.tree.get("components"))
        schemas = mapping_of(components.get("schemas") or self.tree.get("definitions"))
        return {
            re.sub(r"[^a-z0-9]", "", str(name).casefold()): self.shape(schema)
            for name, schema in schemas.items()
        }

    def _base(self) -> str:
        servers = self.tree.get("servers")
        for server in servers if isinstance(servers, list) else []:
            url = mapping_of(server).get("url")
            if isinstance(url, str):
                found = path_of_url(url)
                return found[1].rstrip("/") if found else ""
        stated = self.tree.get("basePath")
        return stated.rstrip("/") if isinstance(stated, str) else ""

    def _span(self, mapping: Tree, name: object) -> Span:
        place = getattr(mapping, "lc", None)
        try:
            line = place.key(name)[0] + 1 if place is not None else 1
        except (KeyError, TypeError, AttributeError):
            line = 1
        return Span(path=self.source.path, line=line)

    def _statement(
        self, method: str, path: str, operation: Tree, shared: object, span: Span
    ) -> Statement:
        responses = mapping_of(operation.get("responses"))
        codes = sorted(
            int(str(code)) for code in responses if re.fullmatch(r"[1-5]\d\d", str(code))
        )
        success = next((code for code in codes if 200 <= code < 300), None)  # noqa: PLR2004 - success
        security = operation.get("security", self.tree.get("security"))
        summary = operation.get("summary") or operation.get("description")
        endpoint = Endpoint(
            method=method,
            path=path,
            auth=_secured(security),
            success_status=success,
            statuses=tuple(codes),
            parameters=self._parameters(path, operation, shared, span),
            request=self._body(operation.get("requestBody")),
            response=self._response(responses, success),
            summary=str(summary).strip().split("\n")[0][:300] if summary else None,
            span=span,
        )
        return Statement(
            endpoint=endpoint,
            form="openapi",
            document=self.source.path,
            errors=tuple(self._errors(responses, span)),
        )

    def _parameters(
        self, path: str, operation: Tree, shared: object, span: Span
    ) -> tuple[Parameter, ...]:
        found: dict[tuple[Location, str], Parameter] = {}
        for name in re.findall(r"\{(\w+)\}", path):
            found[Location.PATH, name] = Parameter(
                name=name, location=Location.PATH, required=True, span=span
            )
        for listed in (shared, operation.get("parameters")):
            for raw in listed if isinstance(listed, list) else []:
                parameter = self._parameter(mapping_of(self._resolved(raw)), span)
                if parameter is not None:
                    found[parameter.location, parameter.name] = parameter
        return tuple(found.values())

    def _parameter(self, raw: Tree, span: Span) -> Parameter | None:
        place = raw.get("in")
        if place not in {item.value for item in Location} or not isinstance(raw.get("name"), str):
            return None
        shape = self.shape(raw.get("schema") or raw)
        name = str(raw["name"])
        if name.casefold() in {"authorization", "content-type"}:
            return None
        location = Location(str(place))
        default = default_of(mapping_of(self._resolved(raw.get("schema"))).get("default", MISSING))
        required = raw.get("required")
        return Parameter(
            name=name,
            location=location,
            type=shape.type,
            required=True
            if location is Location.PATH
            else bool(required)
            if required is not None
            else False,
            default=default,
            constraints=shape.constraints,
            description=str(raw["description"]).strip() if raw.get("description") else None,
            span=self._span(raw, "name") if hasattr(raw, "lc") else span,
        )

    def _body(self, raw: object) -> Shape | None:
        body = mapping_of(self._resolved(raw))
        schema = self._content(body)
        return None if schema is None else self.shape(schema)

    def _content(self, holder: Tree) -> object | None:
        content = mapping_of(holder.get("content"))
        for media in ("application/json", *map(str, content)):
            schema = mapping_of(content.get(media)).get("schema")
            if schema is not None:
                return schema
        return holder.get("schema")

    def _response(self, responses: Tree, success: int | None) -> Shape | None:
        if success is None:
            return None
        raw = responses.get(str(success), responses.get(success))  # type: ignore[call-overload]
        schema = self._content(mapping_of(self._resolved(raw)))
        if schema is not None:
            return self.shape(schema)
        return NO_BODY if success in {204, 205} else None

    def _errors(self, responses: Tree, span: Span) -> Iterator[ErrorExample]:
        for code, raw in responses.items():
            status = int(str(code)) if re.fullmatch(r"[45]\d\d", str(code)) else None
            schema = self._content(mapping_of(self._resolved(raw))) if status else None
            if status is not None and schema is not None:
                shape = self.shape(schema)
                if shape.fields:
                    yield ErrorExample(
                        status=status, shape=shape, code=None, message=None, span=span
                    )

    def _reference(self, value: object) -> str:
        found = value.get("$ref") if isinstance(value, Mapping) else None
        return found if isinstance(found, str) else ""

    def _resolved(self, value: object, depth: int = 0) -> object:
        """Follow `$ref` inside of the document."""
        reference = value.get("$ref") if isinstance(value, Mapping) else None
        if not isinstance(reference, str) or depth > _DEEPEST:
            return value
        if not reference.startswith("#/"):
            return {}
        target: object = self.tree
        for part in reference[2:].split("/"):
            target = mapping_of(target).get(part.replace("~1", "/").replace("~0", "~"))
        return self._resolved(target, depth + 1)

    def shape(self, value: object, depth: int = 0) -> Shape:
        """Read a JSON schema as a shape; where it comes back to itself, it is any JSON."""
        reference = self._reference(value)
        if reference in self.following or depth > _DEEPEST:
            return Shape(type=Type.JSON)
        if not reference:
            return self._shape(mapping_of(value), depth)
        self.following.append(reference)
        try:
            return self._shape(mapping_of(self._resolved(value)), depth)
        finally:
            self.following.pop()

    def _shape(self, raw: Tree, depth: int) -> Shape:
        if not raw:
            return Shape()
        combined = self._combined(raw, depth)
        if combined is not None:
            return combined
        stated = raw.get("type")
        names = (
            [str(item) for item in stated]
            if isinstance(stated, list)
            else [str(stated)]
            if stated
            else []
        )
        if names == ["null"]:
            return Shape(type=Type.NONE)
        nullable = True if "null" in names or raw.get("nullable") is True else None
        name = next(
            (item for item in names if item != "null"), "object" if "properties" in raw else ""
        )
        kind = _TYPES.get((name, str(raw.get("format")))) or _PLAIN.get(name)
        fields = self._fields(raw, depth) if kind is Type.OBJECT else ()
        if kind is Type.OBJECT and not fields:
            kind = Type.JSON
        return Shape(
            type=kind,
            nullable=nullable,
            constraints=constraints_of(raw),
            fields=fields,
            item=self.shape(raw.get("items"), depth + 1)
            if kind is Type.LIST and raw.get("items")
            else None,
            span=Span(path=self.source.path, line=line_of(raw)),
        )

    def _combined(self, raw: Tree, depth: int) -> Shape | None:
        every = raw.get("allOf")
        if isinstance(every, list):
            fields: dict[str, Field] = {}
            for part in [
                *every,
                {
                    "type": "object",
                    "properties": raw.get("properties"),
                    "required": raw.get("required"),
                },
            ]:
                for item in self.shape(part, depth + 1).fields:
                    fields[item.name] = item
            return (
                Shape(type=Type.OBJECT, fields=tuple(fields.values()))
                if fields
                else self.shape(every[0], depth + 1)
            )
        either = raw.get("anyOf") or raw.get("oneOf")
        if isinstance(either, list):
            shapes = [self.shape(part, depth + 1) for part in either]
            kept = [shape for shape in shapes if shape.type is not Type.NONE]
            if not kept:
                return Shape(nullable=True)
            first = kept[0]
            nullable = True if len(kept) < len(shapes) else first.nullable
            return Shape(
                type=first.type,
                nullable=nullable,
                constraints=first.constraints,
                fields=first.fields,
                item=first.item,
                span=first.span,
            )
        return None

    def _fields(self, raw: Tree, depth: int) -> tuple[Field, ...]:
        required = raw.get("required")
        needed = {str(name) for name in required} if isinstance(required, list) else set()
        fields: list[Field] = []
        for name, schema in mapping_of(raw.get("properties")).items():
            inner = mapping_of(self._resolved(schema))
            fields.append(
                Field(
                    name=str(name),
                    shape=self.shape(schema, depth + 1),
                    required=str(name) in needed,
                    default=default_of(inner.get("default", MISSING)),
                    span=Span(path=self.source.path, line=line_of(inner)),
                )
            )
        return tuple(fields)
