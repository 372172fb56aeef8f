"""What one place states about one table, before forms and documents are brought together."""

from dataclasses import dataclass, field

from sdd.ir import Index
from sdd.speclang.facts import NOTHING, Facts
from sdd.text import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnDraft:
    """A column as one form states it.

    Attributes:
        implied: Facts that the form's language implies and the text does not say: they yield to
            whatever another form states.
    """

    name: str
    facts: Facts
    span: Span
    implied: Facts = NOTHING
    type_text: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableDraft:
    """A table as one form states it.

    Attributes:
        entity: Singular PascalCase name.
        table: The table's name, if the place states it.
        implied_table: The name that a class without `__tablename__` would get.
        owner_column: A column that the text calls the owner's.
    """

    entity: str
    form: str
    document: str
    span: Span
    table: str | None = None
    implied_table: str | None = None
    columns: tuple[ColumnDraft, ...] = ()
    indexes: tuple[Index, ...] = ()
    managed_by: str | None = None
    owner_column: str | None = None
    section: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A statement about columns outside of their table's list: a constraint, an index.

    Attributes:
        table: The table it names, or None: the one whose section it stands in.
        section: Index of the section it stands in.
    """

    columns: tuple[str, ...]
    facts: Facts
    span: Span
    document: str
    table: str | None = None
    section: int = 0
    index: Index | None = None


@dataclass(slots=True)
class Drafts:
    """Everything that documents state about the schema."""

    tables: list[TableDraft] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    enums: dict[str, tuple[str, ...]] = field(default_factory=dict)
