"""The one model of an application that specs and Python code are both read into.

Every value may be left open (`None`): specs state some, code states others. `complete` fills
what is open with the framework's convention and notes it in `assumed`. Function bodies and
data flow stay out of it.
"""

from dataclasses import dataclass, field, replace
from enum import StrEnum

from sdd.text import Span

Scalar = str | int | float | bool | None


class Type(StrEnum):
    """The type of a column, a parameter or a part of a JSON body."""

    INT = "int"
    STR = "str"
    TEXT = "text"
    BOOL = "bool"
    FLOAT = "float"
    DECIMAL = "decimal"
    DATETIME = "datetime"
    DATE = "date"
    TIME = "time"
    UUID = "uuid"
    JSON = "json"
    ENUM = "enum"
    LIST = "list"
    OBJECT = "object"  # only in shapes: a JSON object with known fields
    NONE = "none"  # only in shapes: explicitly no body


class Factory(StrEnum):
    """A default that is made anew for each row."""

    NOW = "now"
    UUID = "uuid"
    AUTOINCREMENT = "autoincrement"
    EMPTY_LIST = "empty_list"
    EMPTY_OBJECT = "empty_object"


@dataclass(frozen=True, slots=True, kw_only=True)
class Default:
    """A default: a literal value (which may be None, JSON null), or a factory."""

    value: Scalar = None
    factory: Factory | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Constraints:
    """Bounds that a value must keep; lengths in characters (of a list: in items)."""

    min_length: int | None = None
    max_length: int | None = None
    minimum: float | None = None
    maximum: float | None = None
    pattern: str | None = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignKey:
    """A reference to another table's column; `on_delete` is cascade, restrict or set_null."""

    table: str
    column: str
    on_delete: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a table.

    Attributes:
        item: The type of a list's items.
        refreshed: The value is set anew at each update (`updated_at`).
        assumed: Names of the attributes that a convention filled in.
    """

    name: str
    type: Type | None = None
    item: Type | None = None
    nullable: bool | None = None
    primary_key: bool | None = None
    unique: bool | None = None
    indexed: bool | None = None
    default: Default | None = None
    foreign_key: ForeignKey | None = None
    refreshed: bool | None = None
    constraints: Constraints = Constraints()
    span: Span | None = None
    assumed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """An index or unique constraint over several columns."""

    columns: tuple[str, ...]
    unique: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """A kind of row.

    Attributes:
        name: PascalCase, singular (`Task`).
        table: The table's name as written (`tasks`).
        managed_by: Who else creates its rows ("Better Auth"); None: this backend does.
        owner_column: The column that holds the owning user's id; None: owned through a parent,
            or by nobody (see `ir.behaviour.ownership`).
        shared: Somebody decided that every signed-in user reaches every row, whatever the
            columns say.
    """

    name: str
    table: str | None = None
    columns: tuple[Column, ...] = ()
    indexes: tuple[Index, ...] = ()
    managed_by: str | None = None
    owner_column: str | None = None
    shared: bool = False
    span: Span | None = None
    assumed: frozenset[str] = frozenset()

    def column(self, name: str) -> Column | None:
        """Find a column by name."""
        return next((column for column in self.columns if column.name == name), None)

    @property
    def key(self) -> Column | None:
        """The first primary-key column."""
        return next((column for column in self.columns if column.primary_key), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A JSON value: scalar, list (with `item`), object (with `fields`), or explicitly nothing.

    Attributes:
        example: A scalar that the specs show here (`"ok"` for a status); it decides constant
            parts of answers and is no part of the surface.
    """

    type: Type | None = None
    nullable: bool | None = None
    constraints: Constraints = Constraints()
    fields: tuple["Field", ...] = ()
    item: "Shape | None" = None
    example: Scalar = None
    span: Span | None = None
    assumed: frozenset[str] = frozenset()

    def field(self, name: str) -> "Field | None":
        """Find a field of an object by name."""
        return next((item for item in self.fields if item.name == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A named part of a JSON object."""

    name: str
    shape: Shape = Shape()
    required: bool | None = None
    default: Default | None = None
    span: Span | None = None
    assumed: frozenset[str] = frozenset()


NO_BODY = Shape(type=Type.NONE)


class Location(StrEnum):
    """Where a parameter is sent."""

    PATH = "path"
    QUERY = "query"
    HEADER = "header"
    COOKIE = "cookie"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A parameter of an endpoint outside its body."""

    name: str
    location: Location
    type: Type | None = None
    required: bool | None = None
    default: Default | None = None
    constraints: Constraints = Constraints()
    description: str | None = None
    span: Span | None = None
    assumed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One method on one complete path (base path included, parameters as `{name}`).

    Attributes:
        auth: Whether a signed-in user is required.
        roles: Roles or scopes that are required beyond being signed in.
        statuses: Every status that is stated, the success status included, ascending.
        request: The body; `NO_BODY` when stated that there is none; None when left open.
        response: The body of the success answer; likewise.
        requirements: Ids of requirements that name this endpoint.
        assumed: Names of the attributes that a convention filled in.
    """

    method: str
    path: str
    auth: bool | None = None
    roles: tuple[str, ...] = ()
    success_status: int | None = None
    statuses: tuple[int, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    request: Shape | None = None
    response: Shape | None = None
    summary: str | None = None
    requirements: tuple[str, ...] = ()
    span: Span | None = None
    assumed: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """`METHOD /path`, the form in which people speak of it."""
        return f"{self.method} {self.path}"


class AuthMode(StrEnum):
    """How tokens are verified: a shared secret, or the issuer's public keys."""

    HS256 = "hs256"
    JWKS = "jwks"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthPolicy:
    """How users are known.

    Attributes:
        required: Whether every endpoint needs a user unless it says otherwise.
        subject: The claim that holds the user's id.
        secret_variable: Name of the environment variable with the shared secret.
        sign_in_limit: How often one client may try to sign in, `5/minute`.
    """

    mode: AuthMode | None = None
    required: bool | None = None
    subject: str | None = None
    secret_variable: str | None = None
    issuer: str | None = None
    audience: str | None = None
    jwks_url: str | None = None
    sign_in_limit: str | None = None
    span: Span | None = None
    assumed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorCode:
    """A machine-readable code that an error answer of a status carries."""

    status: int
    code: str
    message: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorPolicy:
    """How errors are answered.

    Attributes:
        validation_status: 422 or 400.
        foreign_status: What a row of somebody else answers: 404 (as if absent) or 403.
        path_user_status: What another user's id in the path answers.
        fields: Names of the fields of every error body.
        codes: Stated codes, in ascending order of status.
    """

    validation_status: int | None = None
    foreign_status: int | None = None
    path_user_status: int | None = None
    fields: tuple[str, ...] | None = None
    codes: tuple[ErrorCode, ...] = ()
    span: Span | None = None
    assumed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """A numbered or listed statement of what the backend must do; `kind` is what the list is.

    Kinds: functional, story, scenario, rule, success, constitution.
    """

    id: str
    text: str
    kind: str = "functional"
    span: Span | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Something only a human can decide.

    Attributes:
        id: Stable, kebab-case, for an answers file.
        places: What raises it.
        proposal: The answer that we would take.
        consequence: What that answer means for the backend.
        choices: Possible answers, when they are few.
        blocking: Whether implementation must wait for it.
    """

    id: str
    text: str
    places: tuple[Span, ...] = ()
    proposal: str | None = None
    consequence: str | None = None
    choices: tuple[str, ...] = ()
    blocking: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """A backend: what it stores, what it answers, whom it lets in.

    Attributes:
        base_path: The prefix that the specs state for every path, e.g. `/api`.
        conventions: Project conventions by name (`layout`, `style`), from `CLAUDE.md`.
    """

    entities: tuple[Entity, ...] = ()
    endpoints: tuple[Endpoint, ...] = ()
    auth: AuthPolicy = AuthPolicy()
    errors: ErrorPolicy = ErrorPolicy()
    requirements: tuple[Requirement, ...] = ()
    questions: tuple[Question, ...] = ()
    base_path: str | None = None
    title: str | None = None
    conventions: tuple[tuple[str, str], ...] = field(default=())

    def entity(self, name: str) -> Entity | None:
        """Find an entity by its name."""
        return next((entity for entity in self.entities if entity.name == name), None)

    def with_entity(self, entity: Entity) -> "Application":
        """Return the application with an entity in the place of the one of its name."""
        others = (entity if item.name == entity.name else item for item in self.entities)
        return replace(self, entities=tuple(others))

    def entity_of_table(self, table: str) -> Entity | None:
        """Find an entity by its table's name."""
        return next((entity for entity in self.entities if entity.table == table), None)

    def endpoint(self, method: str, path: str) -> Endpoint | None:
        """Find an endpoint by method and complete path."""
        found = (item for item in self.endpoints if (item.method, item.path) == (method, path))
        return next(found, None)
