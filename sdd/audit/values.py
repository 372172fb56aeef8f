"""Abstract values: what an expression may stand for, as terms that can be compared.

Terms are positional and small on purpose: the analysis makes hundreds of thousands of them.
Two equal terms denote the same run-time value in one request.
"""

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar, cast

from sdd.audit.term import record, term
from sdd.program import Module

if TYPE_CHECKING:
    from sdd.audit.logic import Formula


_T = TypeVar("_T")


class Value:
    """Anything that a name can be bound to."""

    __slots__ = ("_hash", "_hidden")


@term
class Lit(Value):
    """A constant; `kind` keeps `True` and `1` apart."""

    value: object
    kind: str


@term
class Sym(Value):
    """A value known by its origin only.

    Attributes:
        kind: `client` (sent with the request), `server` (configuration), `unknown`, `lib`.
        name: What it is called where it comes from.
        note: Client: path, query, body, header, cookie, credentials. Server: the default.
        type: The class it is declared to be, when known.
    """

    kind: str
    name: str
    note: str | None = None
    type: "Value | None" = field(default=None, compare=False, repr=False)


@term
class Field(Value):
    """An attribute, item or column of another value."""

    base: Value
    name: str


@term
class Apply(Value):
    """The result of a call that is not looked into; depends on its arguments alone."""

    name: str
    args: tuple[Value, ...]


@term
class Claims(Value):
    """What a trusted check said about the caller, e.g. the payload of a verified token."""

    site: str
    how: str = field(default="", compare=False)


@term
class Row(Value):
    """A row of a table that a query or lookup returned, or any one of several."""

    entity: str
    uid: int


@term
class Col(Value):
    """A column of an entity inside a statement that is being built."""

    entity: str
    name: str
    alias: str = ""


@term
class Many(Value):
    """Any number of values like this one."""

    element: Value


@term
class Phi(Value):
    """One of several values, each under its condition."""

    cases: tuple[tuple["Formula", Value], ...]


@term
class Truth(Value):
    """A boolean: whether a formula holds; over columns, an SQL predicate."""

    formula: "Formula"


@term
class Tup(Value):
    """A tuple."""

    items: tuple[Value, ...]


@term
class Ref(Value):
    """An object on the heap: list, dict or instance."""

    uid: int


@term
class Lib(Value):
    """Something of a library, by its dotted name."""

    name: str


@term
class LibObject(Value):
    """An instance of a library's class, with the arguments it was made from."""

    name: str
    args: tuple[Value, ...] = ()
    keywords: tuple[tuple[str, Value], ...] = ()

    def keyword(self, name: str, position: int | None = None) -> Value | None:
        """Find an argument by name, or by position."""
        for key, value in self.keywords:
            if key == name:
                return value
        if position is not None and position < len(self.args):
            return self.args[position]
        return None


@term
class ModuleRef(Value):
    """A module or package folder of the program."""

    path: str


@dataclass(frozen=True, slots=True, eq=False)
class Func(Value):
    """A function of the program with what it closes over."""

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    module: Module
    closure: Mapping[str, Value] | None = None
    owner: "ClassInfo | None" = None
    binding: str = ""  # "", static, class, property
    wrapped: "Value | None" = None
    defaults: Mapping[str, Value] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The name it was defined with."""
        return getattr(self.node, "name", "<lambda>")

    @property
    def label(self) -> str:
        """The name with that of its class."""
        return f"{self.owner.name}.{self.name}" if self.owner else self.name


@term
class Bound(Value):
    """A method with its receiver."""

    function: Value
    receiver: Value


@term
class Native(Value):
    """A method of a value that the analysis models itself."""

    receiver: Value
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class ClassInfo(Value):
    """A class of the program."""

    name: str
    module: Module = field(repr=False)
    node: ast.ClassDef = field(repr=False)
    bases: tuple[Value, ...] = field(repr=False)
    members: dict[str, Value] = field(repr=False)
    keywords: Mapping[str, Value] = field(repr=False)
    fields: tuple[tuple[str, ast.AnnAssign], ...] = field(repr=False)
    entity: str | None = None
    _traits: dict[str, Any] = field(default_factory=dict, init=False, repr=False)

    def mro(self) -> tuple["ClassInfo", ...]:
        """Return this class and its bases of the program, nearest first, each once."""
        return self.trait("mro", _linear)

    def trait(self, name: str, work_out: Callable[["ClassInfo"], _T]) -> _T:
        """Return what follows from the class's definition; it is worked out once."""
        if name not in self._traits:
            self._traits[name] = work_out(self)
        return cast("_T", self._traits[name])

    def library_bases(self) -> frozenset[str]:
        """Return the library names among all ancestors."""
        return self.trait("library bases", _foreign)

    def library_names(self) -> frozenset[str]:
        """Return the last parts of the library names among all ancestors."""
        return self.trait(
            "library names",
            lambda info: frozenset(name.rpartition(".")[2] for name in info.library_bases()),
        )

    def find(self, name: str) -> Value | None:
        """Find a member along the classes' order."""
        return next((info.members[name] for info in self.mro() if name in info.members), None)


def _linear(info: ClassInfo) -> tuple[ClassInfo, ...]:
    """Merge the orders of the bases as Python does: a class comes before its own bases."""
    origins = (base.base if isinstance(base, Generic) else base for base in info.bases)
    bases = [one for one in origins if isinstance(one, ClassInfo)]
    left = [list(one.mro()) for one in bases] + [bases]
    order = [info]
    while left := [one for one in left if one]:
        heads = (one[0] for one in left)
        free = (head for head in heads if not any(head in one[1:] for one in left))
        chosen = next(free, left[0][0])  # without a consistent order Python would refuse the class
        order.append(chosen)
        left = [[one for one in rest if one is not chosen] for rest in left]
    return tuple(order)


def _foreign(info: ClassInfo) -> frozenset[str]:
    origins = (
        base.base if isinstance(base, Generic) else base
        for ancestor in info.mro()
        for base in ancestor.bases
    )
    return frozenset(one.name for one in origins if isinstance(one, (Lib, LibObject)))


@term
class Generic(Value):
    """A subscripted type: `list[T]`, `Annotated[T, …]`."""

    base: Value
    args: tuple[Value, ...]


@term
class Dependency(Value):
    """`Depends(target)`; no target means the annotated type. `scopes` come from `Security`."""

    target: Value | None
    scopes: Value | None = None


@term
class Super(Value):
    """`super()` inside a method of `owner`."""

    owner: ClassInfo
    receiver: Value


@term
class Query(Value):
    """A statement being built.

    Attributes:
        kind: select, update, delete or insert.
        site: Where it was begun, as a stable text.
        targets: What is selected, or the entity that is changed.
        entities: Every entity that takes part, as (entity, alias).
        where: Predicates over columns; all must hold.
        changes: For update and insert: column and value.
        open: The client's words are part of its SQL text, so that its conditions prove nothing.
        conflict: The update that an insert makes where its keys are taken; its targets are the
            columns of those keys.
    """

    kind: str
    site: str
    targets: tuple[Value, ...] = ()
    entities: tuple[tuple[str, str], ...] = ()
    where: tuple["Formula", ...] = ()
    changes: tuple[tuple[str, Value], ...] = ()
    open: bool = False
    conflict: "Query | None" = None


@term
class Result(Value):
    """What executing a select returned, before `.all()`, `.first()` and so on."""

    element: Value
    rows: tuple[Row, ...]


@term
class Handler(Value):
    """A library function that the analysis models itself, partly applied (decorators)."""

    name: str
    call: Callable[..., Value] = field(compare=False)


# Heap objects: immutable, replaced as a whole when they change.


@record
class ListObject:
    """A list: items under their conditions, then any number of `more`."""

    items: tuple[tuple["Formula", Value], ...] = ()
    more: tuple[Value, ...] = ()


@record
class DictObject:
    """A dictionary: known keys, then values of unknown keys, then dictionaries merged in."""

    items: tuple[tuple[str, Value], ...] = ()
    more: tuple[Value, ...] = ()

    def get(self, key: str) -> Value | None:
        """Find the value of a known key."""
        return next((value for name, value in self.items if name == key), None)


@record
class Instance:
    """An instance of a class of the program; `rest` were given as `**mapping`.

    Attributes:
        made: The place where an entity's instance was constructed; empty for other classes.
    """

    info: ClassInfo | None
    fields: tuple[tuple[str, Value], ...] = ()
    rest: tuple[Value, ...] = ()
    made: str = ""

    def get(self, name: str) -> Value | None:
        """Find a field that was set."""
        return next((value for key, value in self.fields if key == name), None)


HeapObject = ListObject | DictObject | Instance

UNBOUND = "bound nowhere"  # the note of a name that nothing defines
NONE = Lit(None, "NoneType")
EXCEPTION = Sym("lib", "exception")
TRUE = Lit(True, "bool")
FALSE = Lit(False, "bool")


def lit(value: object) -> Lit:
    """Wrap a constant."""
    return Lit(value, type(value).__name__)


def text_of(value: Value | None) -> str | None:
    """Return the text of a constant or of a setting with a literal default."""
    match value:
        case Lit(value=str(text)):
            return text
        case Sym(kind="server", note=str(default)):
            return default
        case Apply(name="+", args=args):
            parts = [text_of(part) for part in args]
            return None if None in parts else "".join(part for part in parts if part)
        case Phi(cases=cases) if cases:
            return text_of(cases[0][1])
        case _:
            return None
