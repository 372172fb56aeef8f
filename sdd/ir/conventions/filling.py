"""Filling open attributes, each marked as assumed."""

from dataclasses import replace
from typing import Any, TypeVar

from sdd.ir.model import (
    AuthPolicy,
    Column,
    Endpoint,
    Entity,
    ErrorPolicy,
    Field,
    Parameter,
    Shape,
)

Marked = TypeVar(
    "Marked", Column, Entity, Shape, Field, Parameter, Endpoint, AuthPolicy, ErrorPolicy
)


def fill(value: Marked, **conventions: Any) -> Marked:  # noqa: ANN401 - attributes of every type
    """Set the attributes that are open (None, or empty), and mark them as assumed."""
    return assume(
        value,
        **{
            name: convention
            for name, convention in conventions.items()
            if convention is not None and getattr(value, name) in {None, ()}
        },
    )


def assume(value: Marked, **changes: Any) -> Marked:  # noqa: ANN401 - attributes of every type
    """Set attributes to what a convention demands; those that change are marked as assumed."""
    different = {name: new for name, new in changes.items() if getattr(value, name) != new}
    if not different:
        return value
    return replace(value, **different, assumed=value.assumed | frozenset(different))
