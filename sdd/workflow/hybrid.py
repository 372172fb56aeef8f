"""Splits a run's work: a compiler renders what is mechanical, a language model adds the prose."""

from collections.abc import Mapping, Sequence

from sdd.diagnostics import Diagnostic
from sdd.workflow.slices import kind_of

PROSE = "prose"
NOT_UNDERSTOOD = "not-understood"

# Who builds what a document of a kind says and the compiler does not.
_BY_KIND: Mapping[str, tuple[str, ...]] = {
    "contract": ("repositories", "schemas", "routes", "tests"),
    "schema": ("models", "repositories", "schemas", "tests"),
    "tokens": ("auth", "tests"),
    "behaviour": ("repositories", "routes", "tests"),
    "conventions": ("assembly",),
    "rules": ("assembly",),
}


def prose(unsupported: Sequence[Diagnostic], read: Sequence[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Return what is left to a language model: what does not compile, and what was not understood.

    Args:
        unsupported: What the compiler leaves out.
        read: What reading the documents had to say.
    """
    return (*unsupported, *(item for item in read if item.rule == NOT_UNDERSTOOD))


def remaining(found: Sequence[Diagnostic]) -> Mapping[str, tuple[Diagnostic, ...]]:
    """Return what each order has to add to the compiled files, by order id."""
    shares: dict[str, list[Diagnostic]] = {}
    for diagnostic in found:
        path = diagnostic.span.path if diagnostic.span else ""
        kind = "contract" if diagnostic.route else kind_of(path).name
        for order in _BY_KIND[kind]:
            shares.setdefault(order, []).append(diagnostic)
    return {order: tuple(items) for order, items in shares.items()}
