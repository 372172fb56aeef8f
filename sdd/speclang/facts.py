"""What is stated about one value: a column, a field, a parameter."""

from dataclasses import dataclass, replace
from typing import TypeVar

from sdd.ir import Constraints, Default, Factory, Type
from sdd.speclang.types import TypeExpression

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A foreign key as stated; without a table it is known only that there is one."""

    table: str = ""
    column: str = ""
    on_delete: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything stated about a column, field or parameter; None is what was left open.

    Attributes:
        type_name: The word that named the type, for looking up enums and named objects.
        item_constraints: Bounds of each item of a list.
        ambiguous: The types between which the text does not decide.
    """

    type: Type | None = None
    item: Type | None = None
    type_name: str = ""
    ambiguous: tuple[str, ...] = ()
    nullable: bool | None = None
    required: bool | None = None
    primary_key: bool | None = None
    unique: bool | None = None
    indexed: bool | None = None
    default: Default | None = None
    reference: Reference | None = None
    refreshed: bool | None = None
    constraints: Constraints = Constraints()
    item_constraints: Constraints = Constraints()

    @property
    def type_is_closed(self) -> bool:
        """Whether the type leaves no room for a list of allowed texts."""
        return self.type not in {None, Type.STR, Type.TEXT, Type.ENUM}

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all was understood."""
        return self == Facts()


NOTHING = Facts()


def merged(first: Facts, second: Facts) -> Facts:
    """Fill what `first` leaves open with what `second` states."""
    if second is NOTHING:
        return first
    if first is NOTHING:
        return second
    constraints = merged_constraints(first.constraints, second.constraints)
    reference = first.reference
    if second.reference is not None and (reference is None or not reference.table):
        kept = reference.on_delete if reference else None
        reference = replace(second.reference, on_delete=second.reference.on_delete or kept)
    elif reference is not None and second.reference is not None and not reference.on_delete:
        reference = replace(reference, on_delete=second.reference.on_delete)
    return Facts(
        type=first.type if first.type is not None or first.ambiguous else second.type,
        item=_either(first.item, second.item),
        type_name=first.type_name or second.type_name,
        ambiguous=first.ambiguous or second.ambiguous,
        nullable=_either(first.nullable, second.nullable),
        required=_either(first.required, second.required),
        primary_key=_either(first.primary_key, second.primary_key),
        unique=_either(first.unique, second.unique),
        indexed=_either(first.indexed, second.indexed),
        default=_either(first.default, second.default),
        reference=reference,
        refreshed=_either(first.refreshed, second.refreshed),
        constraints=constraints,
        item_constraints=merged_constraints(first.item_constraints, second.item_constraints),
    )


_UNBOUND = Constraints()


def merged_constraints(first: Constraints, second: Constraints) -> Constraints:
    """Fill the bounds that `first` leaves open with those of `second`."""
    if second is first or second == _UNBOUND:
        return first
    if first == _UNBOUND:
        return second
    return Constraints(
        min_length=_either(first.min_length, second.min_length),
        max_length=_either(first.max_length, second.max_length),
        minimum=_either(first.minimum, second.minimum),
        maximum=_either(first.maximum, second.maximum),
        pattern=_either(first.pattern, second.pattern),
        choices=first.choices or second.choices,
    )


def _either(first: "_T | None", second: "_T | None") -> "_T | None":
    return first if first is not None else second


def of_type(expression: TypeExpression | None) -> Facts:
    """Return what a type expression states."""
    if expression is None:
        return Facts()
    nullable = expression.nullable
    default = Default(factory=Factory.AUTOINCREMENT) if expression.serial else None
    return Facts(
        type=None if expression.type is Type.NONE else expression.type,
        item=expression.item.type if expression.item else None,
        type_name=expression.name,
        ambiguous=expression.ambiguous,
        nullable=nullable,
        default=default,
        constraints=Constraints(max_length=expression.max_length, choices=expression.choices),
    )


def for_type(facts: Facts) -> Facts:
    """Give bounds their meaning now that the type is known: of text and lists, lengths."""
    constraints = facts.constraints
    measured = facts.type in {Type.STR, Type.TEXT, Type.LIST, Type.ENUM}
    if measured and (constraints.minimum is not None or constraints.maximum is not None):
        constraints = replace(
            constraints,
            min_length=constraints.min_length
            if constraints.min_length is not None
            else _whole(constraints.minimum),
            max_length=constraints.max_length
            if constraints.max_length is not None
            else _whole(constraints.maximum),
            minimum=None,
            maximum=None,
        )
    default = facts.default
    if facts.type is Type.UUID and default and default.factory is Factory.AUTOINCREMENT:
        default = Default(factory=Factory.UUID)
    if facts.type is Type.DATETIME and default and default.factory is Factory.AUTOINCREMENT:
        default = Default(factory=Factory.NOW)
    if facts.type not in _TIMED and default and default.factory is Factory.NOW:
        default = None
    if facts.type in _MOMENTS and default and isinstance(default.value, int | float):
        default = None  # `default 7 days` is a distance
    if constraints.choices and facts.type is Type.BOOL:
        constraints = replace(constraints, choices=())
    if constraints is facts.constraints and default is facts.default:
        return facts
    return replace(facts, constraints=constraints, default=default)


_MOMENTS = (Type.DATETIME, Type.DATE, Type.TIME)
_TIMED = (Type.DATETIME, Type.DATE, Type.TIME, None)


def _whole(number: float | None) -> int | None:
    return None if number is None else int(number)
