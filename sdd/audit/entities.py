"""Mapped classes read as tables: columns, keys and relationships."""

import ast
import re
from collections.abc import Mapping
from dataclasses import field
from typing import Protocol

from sdd import names
from sdd.audit.term import named_record
from sdd.audit.values import ClassInfo, Col, Func, LibObject, Lit, Value

_COLUMN = frozenset({"Column", "mapped_column", "Field"})
_RELATION = frozenset({"Relationship", "relationship"})
_MANY = re.compile(r"\b([Ll]ist|[Ss]equence|[Ss]et|Collection|WriteOnlyMapped|DynamicMapped)\b")
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NO_TARGET = frozenset(
    [
        "List",
        "list",
        "Optional",
        "Mapped",
        "Sequence",
        "Set",
        "set",
        "Union",
        "None",
        "Annotated",
        "Collection",
        "Any",
        "Dict",
        "dict",
    ]
)


@named_record
class ColumnInfo:
    """A column: what it refers to, and whether it is the primary key."""

    name: str
    primary_key: bool = False
    refers_to: tuple[str, str] | None = None  # table (or entity key), column
    line: int = 0


@named_record
class Relation:
    """A relationship attribute."""

    target: str
    many: bool
    required: bool
    through: str | None = None


@named_record
class EntityInfo:
    """A mapped class."""

    key: str
    table: str
    columns: Mapping[str, ColumnInfo] = field(default_factory=dict)
    relations: Mapping[str, Relation] = field(default_factory=dict)

    def column(self, name: str) -> ColumnInfo | None:
        """Find a column."""
        return self.columns.get(name)

    def relationship(self, name: str) -> Relation | None:
        """Find a relationship."""
        return self.relations.get(name)

    def attribute(self, name: str) -> bool:
        """Whether the class maps this attribute."""
        return name in self.columns or name in self.relations

    @property
    def key_columns(self) -> tuple[str, ...]:
        """All primary-key columns, which only together say which row it is."""
        found = tuple(column.name for column in self.columns.values() if column.primary_key)
        return found or ("id",)

    @property
    def key_column(self) -> str:
        """The first primary-key column; `id` when none is declared."""
        return next((column.name for column in self.columns.values() if column.primary_key), "id")


class Classes(Protocol):
    """The other mapped classes of the program, as far as reading one of them needs them."""

    def named(self, name: str, near: str) -> str | None:
        """Find an entity by its class name; of several the one whose file is nearest."""

    def class_table(self, key: str) -> str:
        """Return an entity's table."""


def read_entity(info: ClassInfo, classes: Classes) -> EntityInfo:
    """Read columns and relationships of a mapped class and its bases."""
    columns: dict[str, ColumnInfo] = {}
    related: dict[str, tuple[Value | None, str]] = {}
    for ancestor in reversed(list(info.mro())):
        annotated = dict(ancestor.fields)
        for name in _attribute_order(ancestor, annotated):
            value = ancestor.members.get(name)
            annotation = annotated.get(name)
            text = ast.unparse(annotation.annotation) if annotation else ""
            if _is_relation(value):
                related[name] = (value, text)
            elif _is_column(name, value, annotation):
                line = annotation.lineno if annotation else ancestor.node.lineno
                columns[name] = _column(name, value, line)
    relations = {
        name: relation
        for name, (value, text) in related.items()
        if (relation := _relation(value, text, info, classes, columns))
    }
    return EntityInfo(
        key=info.entity or info.name,
        table=table_name(info),
        columns=columns,
        relations=relations,
    )


def _attribute_order(info: ClassInfo, annotated: Mapping[str, ast.AnnAssign]) -> list[str]:
    return [*annotated, *(name for name in info.members if name not in annotated)]


def table_name(info: ClassInfo) -> str:
    """Return the table's name as declared, else by SQLModel's convention."""
    declared = info.find("__tablename__")
    if isinstance(declared, Lit):
        return str(declared.value)
    if isinstance(declared, Func):
        for node in ast.walk(declared.node):
            if isinstance(node, ast.Attribute) and node.attr == "lower":
                return info.name.lower()
        return names.snake(info.name)
    return info.name.lower()


def _last(value: Value | None) -> str:
    return value.name.rpartition(".")[2] if isinstance(value, LibObject) else ""


def _is_relation(value: Value | None) -> bool:
    return _last(value) in _RELATION


def _is_column(name: str, value: Value | None, annotation: ast.AnnAssign | None) -> bool:
    if name.startswith("__") or name in {"model_config", "metadata"}:
        return False
    if _last(value) in _COLUMN:
        return True
    if annotation is None or "ClassVar" in ast.dump(annotation.annotation):
        return False
    return not isinstance(value, Func)


def _column(name: str, value: Value | None, line: int) -> ColumnInfo:
    if not isinstance(value, LibObject):
        return ColumnInfo(name=name, line=line)
    inner = value.keyword("sa_column")
    sources = [value, *([inner] if isinstance(inner, LibObject) else [])]
    refers_to = None
    primary = False
    for source in sources:
        key = source.keyword("foreign_key")
        refers_to = _reference(key) or _foreign_key(source) or refers_to
        flag = source.keyword("primary_key")
        primary = primary or (isinstance(flag, Lit) and bool(flag.value))
    return ColumnInfo(name=name, primary_key=primary, refers_to=refers_to, line=line)


def _foreign_key(source: LibObject) -> tuple[str, str] | None:
    for argument in source.args:
        if _last(argument) == "ForeignKey" and isinstance(argument, LibObject):
            return _reference(argument.keyword("column", 0))
    arguments = source.keyword("sa_column_args")
    for argument in getattr(arguments, "items", ()) or ():
        if _last(argument) == "ForeignKey" and isinstance(argument, LibObject):
            return _reference(argument.keyword("column", 0))
    return None


def _reference(value: Value | None) -> tuple[str, str] | None:
    match value:
        case Lit(value=str(text)) if "." in text:
            table, _, column = text.rpartition(".")
            return table.rpartition(".")[2], column
        case Col(entity=entity, name=name):
            return entity, name
        case _:
            return None


def _relation(
    value: Value | None,
    annotation: str,
    info: ClassInfo,
    classes: Classes,
    columns: Mapping[str, ColumnInfo],
) -> Relation | None:
    if not isinstance(value, LibObject):
        return None
    first = value.keyword("argument", 0)
    text = str(first.value) if isinstance(first, Lit) else ""
    if isinstance(first, ClassInfo):
        text = first.name
    candidates = [*_WORD.findall(text.rpartition(".")[2]), *_WORD.findall(annotation)]
    target = next(
        (
            found
            for word in candidates
            if word not in _NO_TARGET and (found := classes.named(word, info.module.path))
        ),
        None,
    )
    if target is None:
        return None
    through = value.keyword("link_model") or value.keyword("secondary")
    uselist = value.keyword("uselist")
    many = bool(_MANY.search(annotation))
    if isinstance(uselist, Lit):
        many = bool(uselist.value)
    elif not annotation:
        many = not _holds_key(classes.class_table(target), target, columns)
    return Relation(
        target=target,
        many=many,
        required=bool(annotation)
        and not many
        and "Optional" not in annotation
        and "None" not in annotation,
        through=str(through) if through is not None else None,
    )


def _holds_key(table: str, target: str, columns: Mapping[str, ColumnInfo]) -> bool:
    """Whether one of the class's own columns refers to the target."""
    return any(
        column.refers_to is not None and column.refers_to[0].rpartition(".")[2] in {table, target}
        for column in columns.values()
    )
