"""Bounds of agents and orders, as `[tool.sdd.limits]` states them."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from sdd.agents.runner import Limits
from sdd.errors import ConfigError
from sdd.names import nearest
from sdd.workflow.plan import ORDER_IDS
from sdd.workflow.treasury import EACH, Bounds

_KEYS: Mapping[str, type] = {
    "requests": int,
    "tool_calls": int,
    "tokens": int,
    "usd": Decimal,
    "seconds": float,
}
_ROUNDS = "rounds"


def read_bounds(table: Mapping[str, Any]) -> Bounds:
    """Read `[limits.agents.NAME]` and `[limits.orders.ID]`; `*` stands for each.

    Raises:
        ConfigError: A name, a key or a value is not usable.
    """
    _require_known(table, ("agents", "orders"), "limits")
    agents, orders = _tables(table, "agents"), _tables(table, "orders")
    _require_known(orders, (EACH, *ORDER_IDS), "limits.orders")
    return Bounds(
        agents={name: _limits(row, f"limits.agents.{name}") for name, row in agents.items()},
        orders={
            name: _limits({key: row[key] for key in row if key != _ROUNDS}, f"limits.orders.{name}")
            for name, row in orders.items()
        },
        rounds={
            name: int(_number(int, row[_ROUNDS], f"limits.orders.{name}.{_ROUNDS}"))
            for name, row in orders.items()
            if _ROUNDS in row
        },
    )


def _tables(table: Mapping[str, Any], name: str) -> dict[str, Mapping[str, Any]]:
    rows = table.get(name, {})
    if not isinstance(rows, Mapping) or not all(isinstance(row, Mapping) for row in rows.values()):
        raise ConfigError(
            f"'limits.{name}' holds something else than tables.",
            hint=f'Write [tool.sdd.limits.{name}."*"] and below it, for instance, requests = 50.',
        )
    return dict(rows)


def _limits(row: Mapping[str, Any], place: str) -> Limits:
    _require_known(row, tuple(_KEYS), place)
    values = {key: _number(_KEYS[key], value, f"{place}.{key}") for key, value in row.items()}
    return Limits(**values)


def _number(kind: type, value: object, place: str) -> Any:  # noqa: ANN401 - as the key says
    try:
        number = None if isinstance(value, bool) else kind(str(value))
    except (ValueError, InvalidOperation):
        number = None
    if number is None or not number >= 0:
        raise ConfigError(
            f"Setting '{place}' has an unusable value: {value!r}.", hint="Write a number from 0."
        )
    return number


def _require_known(table: Mapping[str, Any], known: tuple[str, ...], place: str) -> None:
    for key in table:
        if key not in known:
            near = nearest(key, known, most=1)
            hint = f"Did you mean '{near[0]}'?" if near else f"Known: {', '.join(known)}."
            raise ConfigError(f"Unknown setting '{key}' in '{place}'.", hint=hint)
