"""What the seeder makes: faults, which a checker must find, and rewrites, which it must not."""

from dataclasses import dataclass
from enum import StrEnum

from sdd.diagnostics import Edit
from sdd.text import Span


class Kind(StrEnum):
    """What goes wrong by a fault."""

    REMOVED_DEPENDENCY = "removed dependency"
    CLIENT_IDENTITY = "client's id taken"
    CLIENT_PREFERENCE = "client's id preferred"
    DROPPED_CONJUNCT = "dropped conjunct"
    WEAKENED_CONJUNCT = "or for and"
    NEGATED_COMPARISON = "negated comparison"
    SELF_COMPARISON = "compared with itself"
    UNBOUND_CHILD = "unbound child"
    DROPPED_GUARD = "dropped guard"
    INVERTED_GUARD = "inverted guard"
    LATE_GUARD = "guard after the effect"
    SWALLOWED_GUARD = "swallowed exception"
    UNVERIFIED_SIGNATURE = "signature not verified"
    UNVERIFIED_EXPIRY = "expiry not verified"
    TOKENS_ALGORITHM = "algorithm from the token"
    NONE_ALGORITHM = "algorithm none allowed"
    CONSTANT_PRINCIPAL = "constant principal"
    DEFAULT_PRINCIPAL = "default principal"
    LITERAL_SECRET = "literal secret"  # noqa: S105 - what the fault is called
    CLIENT_OWNER = "owner from the body"


class Rewrite(StrEnum):
    """How code is put differently without meaning anything else."""

    SWAPPED_OPERANDS = "swapped operands"
    CAST = "cast"
    CHAINED_PREDICATES = "chained predicates"
    MERGED_PREDICATES = "merged predicates"
    KEYWORD_PREDICATE = "predicate as keyword"
    SPELT_OUT_KEYWORD = "keyword spelt out"
    WALRUS = "walrus"
    TEMPORARY = "temporary variable"
    NAMED_CONDITION = "named condition"
    EXTRACTED_PREDICATE = "extracted predicate"
    EXTRACTED_GUARD = "extracted guard"
    ELSE_BRANCH = "else branch"
    EARLY_RETURN = "early return"
    RENAMED_LOCAL = "renamed local"
    RENAMED_FUNCTION = "renamed function"
    ALIASED_IMPORT = "aliased import"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutation:
    """One change of a program.

    Attributes:
        title: What was done, in a few words.
        span: Where it was done.
        entries: The ways into the program that it concerns, as `METHOD /path`.
    """

    kind: Kind | Rewrite
    title: str
    span: Span
    edits: tuple[Edit, ...]
    entries: tuple[str, ...]
