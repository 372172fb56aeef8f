"""Plans of the request and response models."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from sdd import names
from sdd.generate import naming
from sdd.generate.domain import PYTHON, Table
from sdd.generate.models import member
from sdd.ir import Column, Constraints, Default, Factory, Field, Shape, Type
from sdd.ir.matching import find_column

REQUEST, RESPONSE = "RequestModel", "ResponseModel"
_TEXTS = frozenset({Type.STR, Type.TEXT})
_SIZED = frozenset({Type.STR, Type.TEXT, Type.LIST})
_STRICT = (
    ("int", "StrictInt"),
    ("bool", "StrictBool"),
    ("float", "StrictFloat"),
    ("date", "IsoDate"),
    ("datetime", "IsoDatetime"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldPlan:
    """A line of a schema.

    Attributes:
        json: The field's name on the wire.
        value: What stands after `=`, or None.
        optional: It may be left out, and then stays as it is.
    """

    attribute: str
    json: str
    annotation: str
    value: str | None = None
    optional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaPlan:
    """A request or response model."""

    name: str
    base: str
    doc: str
    fields: tuple[FieldPlan, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a model belongs: its file, its kind, and the table whose columns its fields are."""

    module: str
    base: str
    table: Table | None = None


@dataclass(slots=True)
class Schemas:
    """All models; equal shapes share one, names are unique over all files."""

    reserved: frozenset[str]
    modules: dict[str, list[SchemaPlan]] = field(default_factory=dict)
    known: dict[tuple[str, Shape], str] = field(default_factory=dict)
    fields: dict[str, tuple[FieldPlan, ...]] = field(default_factory=dict)

    def model(
        self, shape: Shape, wanted: str, place: Place, doc: str, *, otherwise: str | None = None
    ) -> str:
        """Return the name of the model for an object, planning it if it is new.

        `otherwise` is its name when `wanted` is taken by another model.
        """
        kind = place.base if place.base == RESPONSE else wanted
        identity = (kind, plain(shape))
        if identity in self.known:
            return self.known[identity]
        taken = {*self.fields, *self.reserved}
        name = naming.class_name(wanted)
        if name in taken and otherwise is not None:
            name = naming.class_name(otherwise)
        name = naming.unique(name, taken)
        self.known[identity] = name
        self.fields[name] = ()
        self.fields[name] = self._fields(shape, name, place)
        plan = SchemaPlan(
            name=name, base=place.base, doc=naming.sentence(doc), fields=self.fields[name]
        )
        self.modules.setdefault(place.module, []).append(plan)
        return name

    def _fields(self, shape: Shape, owner: str, place: Place) -> tuple[FieldPlan, ...]:
        planned: list[FieldPlan] = []
        table = place.table
        for item in shape.fields:
            column = find_column(table.entity, item.name) if table else None
            taken = {plan.attribute for plan in planned}
            attribute = naming.attribute(item.name)
            if table and column and table.attributes[column.name] not in taken:
                attribute = table.attributes[column.name]
            attribute = naming.unique(attribute, taken)
            wanted = f"{owner}{names.pascal(item.name)}"
            annotation = self.annotation(item.shape, wanted, place, column)
            planned.append(_line(item, attribute, annotation, place, column))
        return tuple(planned)

    def annotation(
        self, shape: Shape, wanted: str, place: Place, column: Column | None = None
    ) -> str:
        """Return a shape's type as source, planning models for the objects in it."""
        text = self._not_null(shape, wanted, place, column)
        return f"{text} | None" if shape.nullable and text != "Any" else text

    def _not_null(self, shape: Shape, wanted: str, place: Place, column: Column | None) -> str:
        match shape.type:
            case Type.ENUM:
                return choices(shape.constraints, place.table, column)
            case Type.LIST:
                item = shape.item or Shape(type=Type.JSON)
                inner = self.annotation(item, f"{wanted}Item", place)
                if place.base == REQUEST and item.type in _TEXTS and not item.constraints.pattern:
                    inner = inner.replace("str", "StoredStr", 1)
                limits = bounds(item.constraints, item.type)
                if limits:
                    inner = f"Annotated[{inner}, Field({', '.join(limits)})]"
                return f"list[{inner}]"
            case Type.OBJECT if shape.fields:
                return self.model(shape, wanted, place, "Part of a larger body")
            case _:
                return PYTHON.get(shape.type or Type.JSON, "Any")


def _line(
    item: Field, attribute: str, annotation: str, place: Place, column: Column | None
) -> FieldPlan:
    request = place.base == REQUEST
    default = _default(item, place.table, column) if request and not item.required else None
    optional = default == "MISSING"
    arguments = list(bounds(item.shape.constraints, item.shape.type))
    if attribute != item.name:
        kind = "alias" if request else "serialization_alias"
        arguments.insert(0, f"{kind}={naming.literal(item.name)}")
    if request:
        annotation = _strict(annotation, item)
        arguments.extend(_stripped_length(annotation, item.shape.constraints.min_length))
    if optional:
        annotation = f"{annotation} | MISSING"
    if default is not None and default.startswith("default_factory="):
        arguments.insert(0, default)
        default = None
    elif default is not None and arguments:
        arguments.insert(0, f"default={default}")
    if not request and item.default == Default() and not item.required:
        default = "None"  # a part of a document that may have been stored without it
        arguments[:0] = ["default=None"] if arguments else []
    value = f"Field({', '.join(arguments)})" if arguments else default
    return FieldPlan(
        attribute=attribute,
        json=item.name,
        annotation=annotation,
        value=value,
        optional=optional,
    )


def plain(shape: Shape) -> Shape:
    """Strip a shape to what decides its model."""
    fields = tuple(
        replace(
            item,
            span=None,
            assumed=frozenset(),
            shape=replace(plain(item.shape), nullable=bool(item.shape.nullable)),
        )
        for item in shape.fields
    )
    return replace(
        shape,
        span=None,
        assumed=frozenset(),
        example=None,
        nullable=None,
        fields=fields,
        item=plain(shape.item) if shape.item else None,
    )


def choices(constraints: Constraints, table: Table | None, column: Column | None) -> str:
    """Return the type of one of several words: the column's class, or a literal type."""
    words = constraints.choices
    if table and column and column.name in table.enums and column.constraints.choices == words:
        return table.enums[column.name]
    return f"Literal[{', '.join(map(naming.literal, words))}]"


def _strict(annotation: str, item: Field) -> str:
    """Refuse `"1"` for a number, `0` for a day and NUL; take the blanks off required text."""
    for loose, strict in _STRICT:
        if annotation in {loose, f"{loose} | None"}:
            return annotation.replace(loose, strict)
    shape = item.shape
    limits = shape.constraints
    kept = "password" in names.words(item.name) or limits.pattern is not None
    if shape.type not in _TEXTS or kept:
        return annotation
    stripped = shape.type is Type.STR and limits.min_length
    return annotation.replace("str", "StrippedStr" if stripped else "StoredStr", 1)


def _stripped_length(annotation: str, least: int | None) -> Iterator[str]:
    """Say in the API document how long a text is at least when the blanks are off."""
    if annotation.startswith("StrippedStr") and least and least > 1:
        pattern = rf"^\s*[^\s\x00][^\x00]{{{least - 2},}}[^\s\x00]\s*$"
        yield f'json_schema_extra={{"pattern": r"{pattern}"}}'


def bounds(constraints: Constraints, type_: Type | None) -> tuple[str, ...]:
    """Return the arguments of `Field` or `Query` that hold a value's bounds."""
    found = []
    for name, value in (
        ("min_length", constraints.min_length),
        ("max_length", constraints.max_length),
        ("ge", constraints.minimum),
        ("le", constraints.maximum),
        ("pattern", constraints.pattern),
    ):
        textual = name not in {"ge", "le"}
        if value is None or (textual and type_ not in _SIZED):
            continue
        whole = type_ is Type.INT and isinstance(value, float)
        found.append(f"{name}={naming.literal(int(value) if whole else value)}")
    return tuple(found)


def _default(item: Field, table: Table | None, column: Column | None) -> str:
    """Return the default of a field that may be left out; MISSING leaves the column as it is."""
    if item.default is None:
        return "MISSING"
    match item.default.factory:
        case Factory.EMPTY_LIST:
            return "default_factory=list"
        case Factory.EMPTY_OBJECT:
            return "default_factory=dict"
        case Factory.NOW | Factory.UUID | Factory.AUTOINCREMENT:
            return "MISSING"
        case None:
            value = item.default.value
    if table and column and column.name in table.enums and value is not None:
        return member(table, column, value)
    return naming.literal(value)
