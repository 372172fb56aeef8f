"""Who owns what in the database, as keys, memberships and names say it."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import wraps
from typing import TypeVar, cast

from sdd import names
from sdd.audit.engine import Engine
from sdd.audit.entities import ColumnInfo, EntityInfo, read_entity, table_name
from sdd.audit.values import ClassInfo

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
# Who made or handles a row says less of whose it is than an owner does.
_HANDLED_BY = re.compile(
    r"creat|updat|modif|edit|approv|review|report|assign|upload|invit|added|closed|delet|archive|resolv",
    re.IGNORECASE,
)
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

    def __init__(
        self, classes: Mapping[str, ClassInfo], shared_tables: frozenset[str] = frozenset()
    ) -> None:
        self._classes = classes
        self._shared_tables = shared_tables
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
        if entity.table in self._shared_tables:
            return ()
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
        found: list[tuple[str, str, str, str]] = []
        if self.entity(key).table in self._shared_tables:
            return ()
        for other in self.associations():
            if other == key:
                continue
            owners = self.owner_columns(other)
            pair = self.joined(other, key)
            if owners and pair:
                found.append((other, pair[0], pair[1], owners[0]))
        return tuple(found)

    def associations(self) -> tuple[str, ...]:
        """Return the entities that say who belongs to what."""
        return tuple(filter(self.is_association, self._classes))

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
    def names_owner(self, key: str) -> bool:
        """Whether rows of an entity are users, or name one."""
        return self.is_user(key) or bool(self.owner_columns(key))

    @_answered_once
    def is_personal(self, key: str) -> bool:
        """Whether a row says whose it is, so that its tenant's other members may be strangers."""
        named = any(not _HANDLED_BY.search(name) for name in self.owner_columns(key))
        return named and not self.is_association(key)

    @_answered_once
    def is_owned(self, key: str) -> bool:
        """Whether rows of an entity belong to users, directly, through parents or membership."""
        return self._owned(key, frozenset())

    def _owned(self, key: str, seen: frozenset[str]) -> bool:
        if key in seen:
            return False
        if self.entity(key).table in self._shared_tables:
            return False
        if self.is_user(key) or self.owner_columns(key) or self.memberships(key):
            return True
        seen |= {key}
        return any(self._owned(parent, seen) for _, parent, _ in self.parents(key))


def schema_of(engine: Engine) -> Schema:
    """Return the schema of an engine's program."""
    if engine.schema is None:
        engine.schema = Schema(engine.entities, engine.shared_tables)
    assert isinstance(engine.schema, Schema)  # noqa: S101 - narrows for the type checker
    return engine.schema


def _shared(left: str, right: str) -> int:
    count = 0
    for a, b in zip(left.split("/"), right.split("/"), strict=False):
        if a != b:
            break
        count += 1
    return count
