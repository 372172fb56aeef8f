"""Which documents an order needs, and no more; each with the reason why."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from sdd.workflow.orders import Slice

# What a document is about, by words in its path; the first that fits counts.
_KINDS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("contract", ("api", "contracts", "endpoints", "openapi"), "paths, methods, bodies, statuses"),
    ("schema", ("database", "schema", "data-model"), "tables and columns"),
    ("tokens", ("auth",), "how users are known"),
    ("conventions", ("claude", "agents.md"), "conventions of the backend"),
    ("rules", ("constitution",), "rules that always hold"),
)
_BEHAVIOUR = ("behaviour", "what the operations mean: rules, limits, scenarios")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What a document is about."""

    name: str
    why: str


def kind_of(path: str) -> Kind:
    """Tell what a document is about, from its path."""
    parts = PurePosixPath(path.lower()).parts
    for name, marks, why in _KINDS:
        if any(mark in part for part in parts for mark in marks):
            return Kind(name=name, why=why)
    return Kind(name=_BEHAVIOUR[0], why=_BEHAVIOUR[1])


# What each order can be expected to need; where that is not enough, it gets all.
_NEEDS: Mapping[str, frozenset[str]] = {
    "auth": frozenset({"contract", "schema", "tokens", "conventions"}),
    "models": frozenset({"schema", "conventions"}),
    "repositories": frozenset({"contract", "schema", "behaviour"}),
    "schemas": frozenset({"contract", "schema", "behaviour"}),
    "routes": frozenset({"contract", "schema", "behaviour"}),
    "errors": frozenset({"contract", "schema", "tokens", "conventions"}),
    "assembly": frozenset({"contract", "schema", "tokens", "conventions"}),
    "tests": frozenset({"contract", "schema", "behaviour", "tokens"}),
}


def slices(
    paths: Sequence[str], orders: Sequence[str], enough: Callable[[str, Sequence[str]], bool]
) -> Mapping[str, tuple[Slice, ...]]:
    """Return the documents of each order, by authority.

    Args:
        paths: The documents that say something, by authority.
        orders: Order ids.
        enough: Tells whether an order can be done from these documents as well as from all.
    """
    return {order: _slice(order, paths, enough) for order in orders}


def _slice(
    order: str, paths: Sequence[str], enough: Callable[[str, Sequence[str]], bool]
) -> tuple[Slice, ...]:
    wanted = [path for path in paths if kind_of(path).name in _NEEDS[order]]
    chosen = wanted if wanted and enough(order, wanted) else paths
    return tuple(Slice(path=path, why=kind_of(path).why) for path in chosen)
