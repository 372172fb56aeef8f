"""Which handler catches which exception."""

from sdd.audit.contents import may_carry
from sdd.audit.engine import Engine
from sdd.audit.state import State
from sdd.audit.values import (
    ClassInfo,
    Instance,
    Lib,
    LibObject,
    Phi,
    Ref,
    Tup,
    Value,
)

_CATCH_ALL = frozenset({"Exception", "BaseException"})
_WEB = frozenset({"HTTPException", "StarletteHTTPException", "RequestValidationError"})


def catches(engine: Engine, wanted: Value, raised: Value, state: State) -> bool:
    """Whether `except wanted` catches what was raised; in doubt it does."""
    if isinstance(wanted, Tup):
        return any(catches(engine, one, raised, state) for one in wanted.items)
    if _last(wanted) in _CATCH_ALL:
        return True
    if isinstance(raised, Phi):
        return any(catches(engine, wanted, one, state) for _, one in raised.cases)
    thrown = _class_of(engine, raised, state)
    if isinstance(wanted, ClassInfo):
        return not isinstance(thrown, ClassInfo) or wanted in list(thrown.mro())
    if isinstance(thrown, ClassInfo):
        names = {_name.rpartition(".")[2] for _name in thrown.library_bases()}
        return _last(wanted) in names
    if _last(wanted) in _WEB or _last(thrown) in _WEB:
        return _last(wanted) == _last(thrown) or {_last(wanted), _last(thrown)} <= _WEB
    return True


def is_answer(engine: Engine, raised: Value, state: State) -> bool:
    """Whether an exception is sent to the client with what it holds, and that may be rows."""
    thrown = _class_of(engine, raised, state)
    if isinstance(thrown, ClassInfo):
        return not _WEB.isdisjoint(thrown.library_names())
    return _last(thrown) in _WEB and may_carry(raised)


def is_library_exception(engine: Engine, wanted: Value) -> bool:
    """Whether library code may raise it without our seeing a `raise`."""
    if isinstance(wanted, Tup):
        return any(is_library_exception(engine, one) for one in wanted.items)
    if isinstance(wanted, ClassInfo):
        return False
    return _last(wanted) not in _WEB


def _class_of(engine: Engine, raised: Value, state: State) -> Value:
    if isinstance(raised, Ref):
        item = engine.load(state, raised)
        return item.info if isinstance(item, Instance) and item.info else raised
    return raised


def _last(value: Value) -> str:
    if isinstance(value, (Lib, LibObject)):
        return value.name.rpartition(".")[2]
    return ""
