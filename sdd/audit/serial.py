"""Reports as plain data and back, for the cache; what does not fit is refused, never guessed."""

import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any, Union, get_args, get_origin, get_type_hints

from sdd.audit.model import AuditReport

_Reader = Callable[[Any], Any]


def report_to_data(report: AuditReport) -> Any:  # noqa: ANN401 - JSON
    """Return a report as lists, text and numbers; a dataclass is the list of its fields."""
    return _plain(report)


def report_from_data(data: object) -> AuditReport:
    """Return the report that `report_to_data` wrote.

    Raises:
        ValueError: The data is not of the present form.
    """
    try:
        report: AuditReport = _Readers().reader(AuditReport)(data)
    except (TypeError, KeyError, IndexError) as error:
        raise ValueError("not a report of this version") from error
    return report


def _plain(value: Any) -> Any:  # noqa: ANN401 - JSON
    match value:
        case Enum():
            return value.value
        case str() | int() | float() | None:
            return value
        case tuple() | list():
            return [_plain(item) for item in value]
        case _ if is_dataclass(value):
            return [_plain(getattr(value, item.name)) for item in fields(value)]
        case _:
            raise TypeError(type(value).__name__)


class _Readers:
    """Makes a reader for each type once, from its annotations."""

    def __init__(self) -> None:
        self._known: dict[Any, _Reader] = {}

    def reader(self, kind: Any) -> _Reader:  # noqa: ANN401 - types and type expressions
        """Return the function that reads a value of this type."""
        if kind not in self._known:
            self._known[kind] = self._make(kind)
        return self._known[kind]

    def _make(self, kind: Any) -> _Reader:  # noqa: ANN401
        if get_origin(kind) in {Union, types.UnionType}:
            return self._optional(kind)
        if get_origin(kind) is tuple:
            return self._sequence(get_args(kind)[0])
        if isinstance(kind, type) and issubclass(kind, Enum):
            return kind
        if is_dataclass(kind):
            return self._dataclass(kind)
        return _exactly(kind)

    def _optional(self, kind: Any) -> _Reader:  # noqa: ANN401
        inner = self.reader(next(item for item in get_args(kind) if item is not type(None)))
        return lambda data: None if data is None else inner(data)

    def _sequence(self, kind: Any) -> _Reader:  # noqa: ANN401
        inner = self.reader(kind)

        def read(data: Any) -> Any:  # noqa: ANN401
            return tuple([inner(item) for item in _list(data)])

        return read

    def _dataclass(self, kind: Any) -> _Reader:  # noqa: ANN401
        hints: Mapping[str, Any] = get_type_hints(kind)
        names = [item.name for item in fields(kind)]
        readers = [self.reader(hints[name]) for name in names]

        def read(data: Any) -> Any:  # noqa: ANN401
            values = [inner(item) for inner, item in zip(readers, _list(data), strict=True)]
            return kind(**dict(zip(names, values, strict=True)))

        return read


def _list(data: object) -> Sequence[Any]:
    if not isinstance(data, list):
        raise TypeError("a list was expected")
    return data


def _exactly(kind: type) -> _Reader:
    def read(data: Any) -> Any:  # noqa: ANN401
        if type(data) is not kind:
            raise TypeError(f"{kind.__name__} was expected")
        return data

    return read
