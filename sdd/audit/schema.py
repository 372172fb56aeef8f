"""The database schema as the mapped classes declare it, and who owns what in it."""

import ast
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import wraps
from typing import TypeVar, cast

from sdd import names
from sdd.audit.engine import Engine
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
_USER_WORDS = frozenset({"user", "account", "member", "person", "profile", "customer"})
OWNER_NAMES = (
    "user_id", "owner_id", "author_id", "creator_id", "created_by", "created_by_id", "userid",
    "ownerid", "user_uid", "user_uuid", "owner_uid", "owner", "user_email", "owner_email",
    "user", "author", "account_id",
)  # fmt: skip
_PASSWORD = re.compile(r"pass(word|wd)?|pwd|hash", re.IGNORECASE)
_MEMBERSHIP = re.compile(
    r"member|collaborat|participant|access|share|permission|enrol|subscri|assignment|link|role",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnInfo:
    """A column: what it refers to, and whether it is the primary key."""

    name: str
    primary_key: bool = False
    refers_to: tuple[str, str] | None = None  # table (or entity key), column
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """A relationship attribute."""

    target: str
    many: bool
    required: bool
    through: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
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
    def key_column(self) -> str:
        """The first primary-key column; `id` when none is declared."""
        return next((column.name for column in self.columns.values() if column.primary_key), "id")


_T = TypeVar("_T")


def _answered_once(
    question: Callable[["Schema", str], _T],
) -> Callable[["Schema", str], _T]:
    """Remember answers about an entity until another class or table becomes known."""

    @wraps(question)
    def ask(schema: "Schema", key: str) -> _T:
        answers = schema.answers()
        asked = (question.__name__, key)
        if asked not in answers:
            answers[asked] = question(schema, key)
        return cast("_T", answers[asked])

    return ask


class Schema:
    """All mapped classes of a program; entities are read when they are first asked for."""

    def __init__(self, classes: Mapping[str, ClassInfo]) -> None:
        self._classes = classes
        self._answers: dict[tuple[str, str], object] = {}
        self._classes_then = 0
        self._entities: dict[str, EntityInfo] = {}
        self._tables: dict[str, dict[str, ColumnInfo]] = {}
        self._links: dict[tuple[str, str], tuple[str, str] | None] = {}

    def entity(self, key: str) -> EntityInfo:
        """Return an entity."""
        if key not in self._entities:
            info = self._classes.get(key)
            self._entities[key] = (
                read_entity(info, self) if info else EntityInfo(key=key, table=key)
            )
        return self._entities[key]

    def answers(self) -> dict[tuple[str, str], object]:
        """Return what has been answered about the classes and tables that are known now."""
        if len(self._classes) != self._classes_then:
            self._classes_then = len(self._classes)
            self._answers.clear()
        return self._answers

    def add_table(self, table: str, columns: Sequence[str]) -> None:
        """Note a table that only SQL text speaks of, with the columns that it names."""
        self._answers.clear()
        known = dict(self._tables.get(table, {}))
        known.update({name: ColumnInfo(name=name) for name in columns})
        self._tables[table] = known
        self._entities[table] = EntityInfo(key=table, table=table, columns=known)

    def keys(self) -> tuple[str, ...]:
        """Return the keys of all entities."""
        return tuple(self._classes)

    def named(self, name: str, near: str) -> str | None:
        """Find an entity by its class name; of several the one whose file is nearest."""
        candidates = [key for key, info in self._classes.items() if info.name == name]
        if len(candidates) <= 1:
            return candidates[0] if candidates else None
        return max(candidates, key=lambda key: _shared(self._classes[key].module.path, near))

    def of_table(self, table: str, near: str = "") -> str | None:
        """Find the entity of a table."""
        found = self._keys_of(table.rpartition(".")[2].strip('"').lower())
        if len(found) <= 1:
            return found[0] if found else None
        return max(found, key=lambda key: _shared(self._classes[key].module.path, near))

    @_answered_once
    def _keys_of(self, table: str) -> tuple[str, ...]:
        return tuple(key for key in self._classes if self.class_table(key).lower() == table)

    def target(self, owner: str, column: ColumnInfo) -> tuple[str | None, str]:
        """Return the entity that a foreign key refers to (None: not modelled) and its column."""
        if column.refers_to is None:
            return None, ""
        table, name = column.refers_to
        if table in self._classes:
            return table, name
        return self.of_table(table, self._path(owner)), name

    @_answered_once
    def class_table(self, key: str) -> str:
        """Return an entity's table without reading the whole entity."""
        info = self._classes.get(key)
        return table_name(info) if info else key

    def _path(self, key: str) -> str:
        info = self._classes.get(key)
        return info.module.path if info else ""

    def link(self, key: str, relation: str) -> tuple[str, str] | None:
        """Return (own column, other's column) that a relationship joins on."""
        if (key, relation) not in self._links:
            self._links[key, relation] = self._link(key, relation)
        return self._links[key, relation]

    def _link(self, key: str, relation: str) -> tuple[str, str] | None:
        found = self.entity(key).relationship(relation)
        if found is None or found.through:
            return None
        pair = self.joined(key, found.target, relation)
        if pair is not None and not (found.many and self._from(key, found.target, pair)):
            return pair
        back = self.joined(found.target, key, None)
        return (back[1], back[0]) if back else pair

    def _from(self, key: str, target: str, pair: tuple[str, str]) -> bool:
        """A collection is held by the parent: the foreign key must be on the other side."""
        return key != target and self.joined(target, key, None) is not None and bool(pair)

    def joined(self, child: str, parent: str, hint: str | None = None) -> tuple[str, str] | None:
        """Return (foreign key of child, column of parent), if there is such a key."""
        found = [
            (column.name, name)
            for column in self.entity(child).columns.values()
            for target, name in [self.target(child, column)]
            if target == parent
        ]
        if hint is not None and len(found) > 1:
            found.sort(key=lambda pair: not pair[0].startswith(hint))
        return found[0] if found else None

    # ------------------------------------------------------------ ownership

    @_answered_once
    def is_user(self, key: str) -> bool:
        """Whether an entity's rows are the users themselves."""
        entity = self.entity(key)
        last = names.words(self._classes[key].name)[-1:] if key in self._classes else ()
        table = names.singular(names.words(entity.table)[-1]) if names.words(entity.table) else ""
        named = names.singular(last[0]) if last else ""
        if "user" in {named, table}:
            return not any(
                target is not None and target != key and "user" in target.lower()
                for column in entity.columns.values()
                for target, _ in [self.target(key, column)]
            )
        has_password = any(_PASSWORD.search(name) for name in entity.columns)
        known_by = {"email", "username", "login"} & set(entity.columns)
        return bool(has_password and known_by)

    @_answered_once
    def owner_columns(self, key: str) -> tuple[str, ...]:
        """Return the columns that hold the id of the owning user; foreign keys first."""
        entity = self.entity(key)
        by_key = tuple(
            column.name
            for column in entity.columns.values()
            if column.refers_to and self._refers_to_user(key, column)
        )
        if by_key or self.is_user(key):
            return by_key
        return tuple(
            name
            for wanted in OWNER_NAMES
            for name, column in entity.columns.items()
            if name.lower() == wanted and not column.refers_to
        )[:1]

    def _refers_to_user(self, key: str, column: ColumnInfo) -> bool:
        target, _ = self.target(key, column)
        if target is not None:
            return target != key and self.is_user(target)
        table = column.refers_to[0] if column.refers_to else ""
        last = names.words(table.rpartition(".")[2])[-1:]
        return bool(last) and names.singular(last[0]) == "user"

    @_answered_once
    def parents(self, key: str) -> tuple[tuple[str, str, str], ...]:
        """Return (own column, parent entity, parent column) of each foreign key to no user.

        Where a table declares no foreign key at all, a column `note_id` beside an entity `Note`
        is taken for one: a heuristic, as for owners.
        """
        declared = tuple(
            (column.name, target, name)
            for column in self.entity(key).columns.values()
            for target, name in [self.target(key, column)]
            if target is not None and target != key and not self.is_user(target)
        )
        has_keys = any(column.refers_to for column in self.entity(key).columns.values())
        return declared if declared or has_keys else tuple(self._parents_by_name(key))

    def _parents_by_name(self, key: str) -> Iterator[tuple[str, str, str]]:
        for column in self.entity(key).columns.values():
            stem, _, last = column.name.rpartition("_")
            if last not in {"id", "uid", "uuid"} or not stem or column.primary_key:
                continue
            near = self._path(key)
            target = self.named("".join(word.title() for word in stem.split("_")), near)
            target = target or self.of_table(stem, near) or self.of_table(f"{stem}s", near)
            if target is not None and target != key and not self.is_user(target):
                yield column.name, target, self.entity(target).key_column

    @_answered_once
    def memberships(self, key: str) -> tuple[tuple[str, str, str, str], ...]:
        """Return (association entity, its column here, our column, its user column)."""
        found = []
        for other in self._classes:
            if other == key or not self.is_association(other):
                continue
            owners = self.owner_columns(other)
            pair = self.joined(other, key)
            if owners and pair:
                found.append((other, pair[0], pair[1], owners[0]))
        return tuple(found)

    @_answered_once
    def is_association(self, key: str) -> bool:
        """Whether an entity says who belongs to what: a user, something else, and little more."""
        entity = self.entity(key)
        if not self.owner_columns(key):
            return False
        references = [column for column in entity.columns.values() if column.refers_to]
        composite = sum(1 for column in references if column.primary_key)
        if composite > 1:
            return True
        name = self._classes[key].name if key in self._classes else key
        return bool(_MEMBERSHIP.search(name)) and len(references) > 1

    @_answered_once
    def is_owned(self, key: str) -> bool:
        """Whether rows of an entity belong to users, directly, through parents or membership."""
        return self._owned(key, frozenset())

    def _owned(self, key: str, seen: frozenset[str]) -> bool:
        if key in seen:
            return False
        if self.is_user(key) or self.owner_columns(key) or self.memberships(key):
            return True
        seen |= {key}
        return any(self._owned(parent, seen) for _, parent, _ in self.parents(key))


def schema_of(engine: Engine) -> Schema:
    """Return the schema of an engine's program."""
    if engine.schema is None:
        engine.schema = Schema(engine.entities)
    assert isinstance(engine.schema, Schema)  # noqa: S101 - narrows for the type checker
    return engine.schema


def _shared(left: str, right: str) -> int:
    count = 0
    for a, b in zip(left.split("/"), right.split("/"), strict=False):
        if a != b:
            break
        count += 1
    return count


# ------------------------------------------------------------------ reading one class


def read_entity(info: ClassInfo, schema: Schema) -> EntityInfo:
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
        if (relation := _relation(value, text, info, schema, columns))
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
    schema: Schema,
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
            if word not in _NO_TARGET and (found := schema.named(word, info.module.path))
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
        many = not _holds_key(schema.class_table(target), target, columns)
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
