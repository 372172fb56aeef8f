"""What an analysis found out about the functions of a program, for whoever changes them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sdd.text import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionFacts:
    """What the parameters of a function hold when requests run it.

    Attributes:
        principals: Names, or `self.name`, that hold who the caller is.
        clients: Names of single values that the client chooses.
        bodies: Names of models that the client fills, with the place of their class.
    """

    principals: frozenset[str] = frozenset()
    clients: frozenset[str] = frozenset()
    bodies: Mapping[str, Span] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryFacts:
    """One way into a program: what runs before its handler, and from there on.

    Attributes:
        name: `METHOD /path`.
        handler: Where the handler's definition stands.
        known: Whether it is proved that the caller is known.
        confined: Whether owned data is touched, and all of it is proved to be the caller's.
    """

    name: str
    handler: Span
    doors: tuple[Span, ...]
    functions: tuple[Span, ...]
    known: bool
    confined: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All entries and the functions that they run.

    Attributes:
        owner_columns: Of the classes of tables, which hold the owner: (class, column).
        parent_columns: Likewise, which refer to another owned table.
    """

    entries: tuple[EntryFacts, ...] = ()
    functions: Mapping[Span, FunctionFacts] = field(default_factory=dict)
    owner_columns: frozenset[tuple[str, str]] = frozenset()
    parent_columns: frozenset[tuple[str, str]] = frozenset()
