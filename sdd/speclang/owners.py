"""Whose rows a table holds where specs leave it open: what is asked, proposed and answered."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from sdd.ir import Application, Column, Endpoint, Entity, ForeignKey, Question
from sdd.ir.matching import identifier, user_entity
from sdd.ir.resources import address
from sdd.names import kebab, plural, snake, words
from sdd.text import Span

SHARED = "shared"
ADDED = "user_id"
_SHARED_WORDS = frozenset({SHARED, "everybody", "everyone", "nobody", "all", "none", "all users"})
_STRONG = frozenset({"user_id", "owner_id", "userid", "ownerid", "user", "owner", "account_id"})
_BY = re.compile(r"(?:_by|_by_id|_by_user_id)$")
_MAKERS = ("created_by", "creator", "author", "issuer", "reporter", "requester", "submitted_by")
_LATER_HANDS = frozenset({"updated", "modified", "deleted", "approved", "reviewed", "changed"})
_OWN = re.compile(
    r"\b(?:own|their|another user'?s?|other users?'?|only the user'?s?|user isolation|isolated"
    r"|belongs? to (?:the |a |one |each |that )?(?:[\w-]+ )?users?)\b",
    re.IGNORECASE,
)
_ANYTHING = ("data", "resources", "rows", "records", "items")
_MOST_COLUMNS_OF_A_LINK = 8

Sentences = Callable[[], Iterable[tuple[str, Span]]]


def owner_question_id(entity: Entity) -> str:
    """Return the id of the question whose an entity's rows are."""
    return f"owner-of-{kebab(entity.name)}"


def decide_owners(
    application: Application, answers: Mapping[str, str], sentences: Sentences
) -> tuple[Application, tuple[Question, ...]]:
    """Return the application with the owners that were answered, and what is still open.

    Args:
        application: As stated, before any convention.
        answers: What a human answered, or what is proposed, by question id.
        sentences: The running text of the documents with its places; only asked for at need.
    """
    asked = list(_Ownership(application, sentences).questions())
    decided = {
        question.id: owned
        for entity, question in asked
        if (answer := answers.get(question.id)) is not None
        and (owned := _answered(application, entity, answer)) is not None
    }
    entities = tuple(
        decided.get(owner_question_id(entity), entity) for entity in application.entities
    )
    still_open = tuple(question for _, question in asked if question.id not in decided)
    return replace(application, entities=entities), still_open


def _answered(application: Application, entity: Entity, answer: str) -> Entity | None:
    """Return an entity with the owner that an answer names; None: it names none."""
    word = " ".join(answer.strip(" `\"'.").split())
    if word.casefold() in _SHARED_WORDS:
        return replace(entity, owner_column=None, shared=True)
    if entity.column(word) is not None:
        return replace(entity, owner_column=word, assumed=entity.assumed - {"owner_column"})
    if word != ADDED:
        return None
    users = user_entity(application)
    key = users.key if users is not None else None
    reference = (
        ForeignKey(table=users.table, column=key.name)
        if users is not None and users.table and key is not None and not users.managed_by
        else None
    )
    column = Column(
        name=ADDED,
        type=key.type if key is not None else None,
        nullable=False,
        primary_key=False,
        indexed=True,
        foreign_key=reference,
        span=entity.span,
    )
    return replace(entity, owner_column=ADDED, columns=(*entity.columns, column))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Use:
    """How routes reach a table.

    Attributes:
        route: The first route that needs a signed-in user and no role.
        writes: Whether one of them changes rows.
        path_user: Whether one of them stands below a user's id.
    """

    route: Endpoint
    writes: bool
    path_user: bool


class _Ownership:
    """The tables that users reach, and what says whose their rows are."""

    def __init__(self, application: Application, sentences: Sentences) -> None:
        self._application = application
        self._sentences = sentences
        self._users = user_entity(application)
        self._tables = {item.table: item for item in application.entities if item.table}
        self._reached = dict(_reached(application))

    def questions(self) -> Iterator[tuple[Entity, Question]]:
        """Yield each table whose owner is left open, with the question."""
        if not self._has_users():
            return
        for entity in self._application.entities:
            use = self._reached.get(entity.name)
            if use is None or entity is self._users or entity.managed_by or not entity.columns:
                continue
            question = self._question(entity, use)
            if question is not None:
                yield entity, question

    def _has_users(self) -> bool:
        return self._users is not None or any(
            item.owner_column for item in self._application.entities
        )

    def _question(self, entity: Entity, use: _Use) -> Question | None:
        if entity.owner_column and "owner_column" not in entity.assumed:
            return None
        candidates = sorted(self._candidates(entity), key=_rank)
        if any(_is_strong(column, self._users) for column in candidates):
            return None
        if candidates:
            return _which_column(entity, candidates, use)
        if self._has_owned_parent(entity, frozenset({entity.name})):
            return None
        link = next(self._links(entity), None)
        if link is not None:
            return _which_members(entity, link, use)
        return self._for_everybody(entity, use) if use.writes else None

    def _candidates(self, entity: Entity) -> Iterator[Column]:
        """Yield the columns that hold a user's id: by their reference, else by their name."""
        users = self._users.table if self._users is not None else None
        for column in entity.columns:
            name = identifier(column.name)
            if column.foreign_key is not None:
                if column.foreign_key.table in {users, "users", "user"}:
                    yield column
            elif column.name == entity.owner_column or name in _STRONG or _is_maker(name):
                yield column

    def _has_owned_parent(self, entity: Entity, seen: frozenset[str]) -> bool:
        """Tell whether rows belong to a parent that is somebody's, or of whom it is asked."""
        for column in entity.columns:
            parent = self._parent(column)
            if parent is None or parent.name in seen or parent is self._users:
                continue
            candidates = tuple(self._candidates(parent))
            if parent.owner_column or candidates or self._is_asked(parent):
                return True
            if self._has_owned_parent(parent, seen | {parent.name}):
                return True
        return False

    def _is_asked(self, parent: Entity) -> bool:
        use = self._reached.get(parent.name)
        return use is not None and (use.writes or next(self._links(parent), None) is not None)

    def _parent(self, column: Column) -> Entity | None:
        if column.foreign_key is not None:
            return self._tables.get(column.foreign_key.table)
        stem = identifier(column.name).removesuffix("_id")
        if stem == identifier(column.name):
            return None
        return self._tables.get(plural(stem)) or self._tables.get(stem)

    def _links(self, entity: Entity) -> Iterator[Entity]:
        """Yield the tables that put users beside rows of an entity, and hold little more."""
        for other in self._application.entities:
            if other is entity or len(other.columns) > _MOST_COLUMNS_OF_A_LINK:
                continue
            here = any(self._parent(column) is entity for column in other.columns)
            users = (
                column
                for column in self._candidates(other)
                if _is_strong(column, self._users) or not _is_maker(identifier(column.name))
            )
            if here and any(users):
                yield other

    def _for_everybody(self, entity: Entity, use: _Use) -> Question:
        said = None if use.path_user else self._said_own(entity)
        own = use.path_user or said is not None
        label = _rows(entity)
        proposal = ADDED if own else SHARED
        return Question(
            id=owner_question_id(entity),
            text=f"No column of {entity.table or entity.name} says whose {label} are: may every "
            f"signed-in user reach all of them?",
            places=_places(entity.span, said, use.route.span),
            proposal=proposal,
            consequence=_consequence(label, proposal),
            choices=(ADDED, SHARED) if own else (SHARED, ADDED),
            blocking=False,
        )

    def _said_own(self, entity: Entity) -> Span | None:
        """Find the sentence that says that users reach their own rows of a table."""
        label = snake(entity.name).replace("_", " ")
        named = re.compile(
            rf"\b(?:{'|'.join((label, plural(label), *_ANYTHING))})\b", re.IGNORECASE
        )
        found = (
            span for text, span in self._sentences() if _OWN.search(text) and named.search(text)
        )
        return next(found, None)


def _reached(application: Application) -> Iterator[tuple[str, _Use]]:
    """Yield the tables that routes for signed-in users without a role are about."""
    found: dict[str, _Use] = {}
    for endpoint in application.endpoints:
        if endpoint.auth is False or endpoint.roles:
            continue
        where = address(application, endpoint)
        if where.last is None:
            continue
        name = where.last.entity.name
        known = found.get(name)
        found[name] = _Use(
            route=known.route if known else endpoint,
            writes=endpoint.method != "GET" or (known is not None and known.writes),
            path_user=where.user is not None or (known is not None and known.path_user),
        )
    yield from found.items()


def _is_strong(column: Column, users: Entity | None) -> bool:
    """Tell whether a column's name alone says that it holds the owner."""
    name = identifier(column.name)
    return name in _STRONG or (users is not None and name == f"{identifier(users.name)}_id")


def _is_maker(name: str) -> bool:
    return name.startswith(_MAKERS) or (
        _BY.search(name) is not None and not _LATER_HANDS & set(words(name))
    )


def _rank(column: Column) -> tuple[bool, bool]:
    """Whoever made a row comes first, then whom each row must name."""
    return not identifier(column.name).startswith(_MAKERS), column.nullable is not False


def _which_column(entity: Entity, candidates: list[Column], use: _Use) -> Question:
    columns = [column.name for column in candidates]
    label = _rows(entity)
    return Question(
        id=owner_question_id(entity),
        text=f"Who reaches {label}: only the user in {' or in '.join(columns)}, or every "
        f"signed-in user?",
        places=_places(*(column.span for column in candidates), use.route.span),
        proposal=columns[0],
        consequence=_consequence(label, columns[0]),
        choices=(*columns, SHARED),
        blocking=False,
    )


def _which_members(entity: Entity, link: Entity, use: _Use) -> Question:
    label, table = _rows(entity), link.table or link.name
    return Question(
        id=owner_question_id(entity),
        text=f"Who reaches {label}: every signed-in user, or only whoever adds them? "
        f"{table} puts users beside them, but no document says what that allows.",
        places=_places(entity.span, link.span, use.route.span),
        proposal=ADDED,
        consequence=f"{_consequence(label, ADDED)} What {table} holds lets nobody else in.",
        choices=(ADDED, SHARED),
        blocking=False,
    )


def _consequence(label: str, answer: str) -> str:
    if answer == SHARED:
        return f"Every signed-in user reads and changes all {label}."
    added = f"The column {answer} is added. " if answer == ADDED else ""
    return f"{added}A user reaches {label} with their own id in {answer}; all others answer 404."


def _rows(entity: Entity) -> str:
    return plural(snake(entity.name)).replace("_", " ")


def _places(*spans: Span | None) -> tuple[Span, ...]:
    return tuple(dict.fromkeys(span for span in spans if span is not None))
