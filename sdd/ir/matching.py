"""Which column, table or choice a word of an API means."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from typing_extensions import override

from sdd import names
from sdd.ir.model import Application, Column, Entity, Type

NEGATIVE = frozenset(
    {"active", "incomplete", "inactive", "not", "open", "outstanding", "pending", "remaining"}
    | {"todo", "uncompleted", "undone", "unfinished", "unread", "unpublished", "unarchived"}
)
EVERYTHING = frozenset({"all", "any", "everything"})
SECRET_WORDS = frozenset({"password", "passwd", "pwd", "hash", "hashed", "secret", "salt"})
_OWNER_WORDS = frozenset({"user_id", "owner_id", "user", "owner", "userid", "created_by"})
_USER_IDS = frozenset({"user_id", "userid", "uid", "owner_id"})
_HANDLES = frozenset({"email", "username", "user_name", "login", "nickname", "handle"})
_PASSWORD = frozenset({"password", "passwd", "pwd"})
_TIMESTAMP = re.compile(r"^(created|updated|modified|inserted)(_|$)")
_SHORTEST_STEM = 3


def identifier(name: str) -> str:
    """Return a name's words in snake case, however it is written."""
    return names.snake(name) or name.lower()


def find_column(entity: Entity, name: str) -> Column | None:
    """Find the column that a field or parameter of this name stands for."""
    wanted = identifier(name)
    by_name = {identifier(column.name): column for column in entity.columns}
    if wanted in by_name:
        return by_name[wanted]
    bare = {_bare(word): column for word, column in by_name.items()}
    if _bare(wanted) in bare:
        return bare[_bare(wanted)]
    if wanted in {"id", f"{names.snake(entity.name)}_id"}:
        return entity.key
    if wanted in _OWNER_WORDS and entity.owner_column:
        return entity.column(entity.owner_column)
    return None


def _bare(word: str) -> str:
    return re.sub(r"^(is|has)_", "", word)


def same_stem(left: str, right: str) -> bool:
    """Tell whether two words are forms of one (`complete`, `completed`, `completion`)."""
    left, right = _bare(left), _bare(right)
    if left == right:
        return True
    shorter, longer = sorted((left, right), key=len)
    common = len(_common_prefix(shorter, longer))
    close = len(longer) - common <= 3  # noqa: PLR2004 - the longest ending: "-ion"
    return common >= max(_SHORTEST_STEM, len(shorter) - 1) and close


def _common_prefix(left: str, right: str) -> str:
    count = 0
    for one, other in zip(left, right, strict=False):
        if one != other:
            break
        count += 1
    return left[:count]


def is_secret(column: Column) -> bool:
    """Tell whether a column's value must never leave the backend."""
    return bool(SECRET_WORDS & set(names.words(column.name)))


def is_timestamp(column: Column) -> bool:
    """Tell whether a column holds when its row was created or changed."""
    temporal = column.type in {None, Type.DATETIME, Type.DATE}
    return temporal and bool(_TIMESTAMP.match(identifier(column.name)))


def flags(entity: Entity) -> tuple[Column, ...]:
    """Return the entity's boolean columns."""
    return tuple(column for column in entity.columns if column.type is Type.BOOL)


def find_flag(entity: Entity, word: str) -> tuple[Column, bool] | None:
    """Find the boolean column that a word names, and the value that the word means.

    `completed` means the column itself; `incomplete` and `uncompleted` its opposite.
    """
    wanted = identifier(word)
    for column in flags(entity):
        if same_stem(wanted, identifier(column.name)):
            return column, True
    for rest in undone(wanted):
        for column in flags(entity):
            if same_stem(rest, identifier(column.name)):
                return column, False
    return None


def undone(word: str) -> Iterator[str]:
    """Yield what a word takes back: `archive` for `unarchive`."""
    for prefix in ("not_", "un", "in", "de"):
        rest = word.removeprefix(prefix)
        if rest != word and len(rest) >= _SHORTEST_STEM:
            yield rest


def followed_flag(entity: Entity, column: Column) -> Column | None:
    """Find the boolean column that a moment follows: `completed` for `completed_at`."""
    name = identifier(column.name)
    stem = name.removesuffix("_at")
    if column.type is not Type.DATETIME or stem == name:
        return None
    return next((flag for flag in flags(entity) if same_stem(stem, identifier(flag.name))), None)


def entity_of_segment(application: Application, segment: str) -> Entity | None:
    """Find the entity that a literal part of a path names, by table or by name."""
    wanted = identifier(segment)
    tables = _tables(_Same(application.entities))
    forms = {wanted, names.singular(wanted), f"~{wanted.replace('_', '')}"}
    places = [tables.by_word[form] for form in forms if form in tables.by_word]
    if places:
        return application.entities[min(places)]
    if names.plural(wanted) == wanted or names.singular(wanted) != wanted:
        return None
    # What holds items is called after itself: `/cart`, and a table of cart items.
    return tables.by_name.get(f"{wanted}_item")


def entity_called(application: Application, name: str) -> Entity | None:
    """Find the entity of exactly this name, however it is written."""
    return _tables(_Same(application.entities)).by_name.get(identifier(name))


def user_entity(application: Application) -> Entity | None:
    """Find the entity whose rows are the users themselves."""
    return _tables(_Same(application.entities)).users


class _Same:
    """Entities that equal others only if they are the same object: their key in a cache."""

    def __init__(self, entities: tuple[Entity, ...]) -> None:
        self.entities = entities

    @override
    def __hash__(self) -> int:
        return id(self.entities)

    @override
    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.entities is self.entities


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tables:
    """What is asked about all entities for each part of each path.

    Attributes:
        by_word: The place of the first entity that a word of a path names.
        by_name: The first entity of a name.
        users: The entity whose rows are the users.
        user_words: The parameters that hold a user's id.
    """

    by_word: Mapping[str, int]
    by_name: Mapping[str, Entity]
    users: Entity | None
    user_words: frozenset[str]


@lru_cache(maxsize=4)
def _tables(key: _Same) -> _Tables:
    by_word: dict[str, int] = {}
    by_name: dict[str, Entity] = {}
    for place, entity in enumerate(key.entities):
        by_name.setdefault(identifier(entity.name), entity)
        for word in _words_for(entity.name, entity.table):
            by_word.setdefault(word, place)
    users = _users(key.entities)
    user_words = {identifier(item.owner_column) for item in key.entities if item.owner_column}
    if users:
        user_words.add(f"{identifier(users.name)}_id")
    return _Tables(
        by_word=by_word,
        by_name=by_name,
        users=users,
        user_words=frozenset(user_words | _USER_IDS),
    )


def _words_for(name: str, table: str | None) -> frozenset[str]:
    """Return what may name an entity in a path; behind `~` without underscores."""
    known = {identifier(name), names.plural(identifier(name))}
    if table:
        known.add(identifier(table))
    return frozenset(known | {f"~{word.replace('_', '')}" for word in known})


def _users(entities: tuple[Entity, ...]) -> Entity | None:
    referred = {
        column.foreign_key.table
        for entity in entities
        for column in entity.columns
        if column.foreign_key and column.name == entity.owner_column
    }
    for entity in entities:
        if entity.table in referred and entity.owner_column is None:
            return entity
    named = (
        entity
        for entity in entities
        if identifier(entity.name) in {"user", "account"}
        or (entity.table and identifier(entity.table) in {"user", "users", "accounts"})
    )
    return next(named, None) or next(filter(_signs_in, entities), None)


def _signs_in(entity: Entity) -> bool:
    """Tell whether rows are who signs in, whatever they are called: a handle and a password."""
    held = {identifier(column.name) for column in entity.columns}
    return bool(held & _HANDLES) and any(
        _PASSWORD & set(names.words(column.name)) for column in entity.columns
    )


def is_user_word(application: Application, name: str) -> bool:
    """Tell whether a parameter of this name holds a user's id."""
    return identifier(name) in _tables(_Same(application.entities)).user_words


def unique(words: Iterable[str]) -> tuple[str, ...]:
    """Return the words without repetition, in their first order."""
    return tuple(dict.fromkeys(words))
