"""Which functions each route runs, and what their parameters hold: the caller, or the client's."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sdd.audit.analysis import audit_with
from sdd.audit.attributes import schema
from sdd.audit.classes import is_model
from sdd.audit.effects import Entered
from sdd.audit.engine import Engine
from sdd.audit.logic import Formula, parts_of, values_in
from sdd.audit.machine import make_engine
from sdd.audit.model import AuditReport, RouteReport, Verdict
from sdd.audit.requests import Run
from sdd.audit.routes import handler_function
from sdd.audit.settings import AuditSettings
from sdd.audit.tokens import is_client
from sdd.audit.values import (
    Claims,
    ClassInfo,
    DictObject,
    HeapObject,
    Instance,
    ListObject,
    Ref,
    Row,
    Sym,
    Value,
)
from sdd.program import Program
from sdd.program.facts import EntryFacts, Facts, FunctionFacts
from sdd.text import Span

_DEEPEST = 3  # an object in an object in an object


@dataclass(slots=True)
class _Learned:
    """What is known so far of one function's parameters."""

    principals: set[str] = field(default_factory=set)
    clients: set[str] = field(default_factory=set)
    bodies: dict[str, Span] = field(default_factory=dict)


def survey(program: Program, settings: AuditSettings | None = None) -> tuple[AuditReport, Facts]:
    """Judge every route, and note what it ran on the way."""
    settings = settings or AuditSettings()
    engine = make_engine(program)
    functions: dict[Span, _Learned] = {}
    entries: list[EntryFacts] = []

    def note(run: Run, report: RouteReport) -> None:
        entries.append(_entry(run, report))
        for entered in run.entered:
            _learn(engine, entered, functions)

    engine.entered = []
    report = audit_with(engine, settings, note=note)
    owners, parents = _columns(engine)
    facts = Facts(
        entries=tuple(entries),
        functions={
            place: FunctionFacts(
                principals=frozenset(one.principals),
                clients=frozenset(one.clients - one.principals),
                bodies=one.bodies,
            )
            for place, one in functions.items()
        },
        owner_columns=owners,
        parent_columns=parents,
    )
    return report, facts


def _entry(run: Run, report: RouteReport) -> EntryFacts:
    handler = handler_function(run.mount.entry.endpoint)
    doors: dict[Span, None] = {}
    functions: dict[Span, None] = {}
    found = doors
    for entered in run.entered:
        if handler is not None and entered.function.node is handler.node:
            found = functions
        if not isinstance(entered.function.node, ast.Lambda):
            found[_place(entered)] = None
    return EntryFacts(
        name=report.name,
        handler=report.span,
        doors=tuple(doors),
        functions=tuple(functions),
        known=report.auth.verdict is Verdict.PROVED,
        confined=report.isolation is Verdict.PROVED,
    )


def _place(entered: Entered) -> Span:
    return entered.function.module.span(entered.function.node)


def _learn(engine: Engine, entered: Entered, functions: dict[Span, _Learned]) -> None:
    if isinstance(entered.function.node, ast.Lambda):
        return
    place = _place(entered)
    facts = functions.setdefault(place, _Learned())
    for name, value in entered.parameters.items():
        if name in {"self", "cls"}:
            facts.principals.update(
                f"{name}.{inner}"
                for inner, held in _fields(engine, value, entered.heap)
                if _is_principal(engine, held, entered.heap)
            )
        elif _is_principal(engine, value, entered.heap):
            facts.principals.add(name)
        elif is_client(value):
            _learn_client(facts, name, value)


def _learn_client(facts: _Learned, name: str, value: Value) -> None:
    model = value.type if isinstance(value, Sym) else None
    if isinstance(model, ClassInfo):
        if is_model(model):
            facts.bodies[name] = model.module.span(model.node)
    elif not isinstance(value, Sym) or value.note in {"path", "query", "header", "body"}:
        facts.clients.add(name)


def _fields(
    engine: Engine, value: Value, heap: Mapping[object, HeapObject]
) -> Iterator[tuple[str, Value]]:
    held = _held(engine, value, heap)
    if isinstance(held, Instance):
        yield from held.fields


def _held(engine: Engine, value: Value, heap: Mapping[object, HeapObject]) -> HeapObject | None:
    key = value.uid if isinstance(value, Ref) else value
    return heap.get(key) or engine.heap.get(key)


def _is_principal(
    engine: Engine, value: Value, heap: Mapping[object, HeapObject], depth: int = 0
) -> bool:
    """Whether a value says who the caller is: claims, the caller's row, an object of those."""
    for part in parts_of(value):
        if isinstance(part, Claims):
            return True
        if isinstance(part, Row) and _is_callers_row(engine, part):
            return True
        if isinstance(part, Ref) and depth < _DEEPEST:
            held = _held(engine, part, heap)
            if any(_is_principal(engine, inner, heap, depth + 1) for inner in _plain_parts(held)):
                return True
    return False


def _plain_parts(held: HeapObject | None) -> Iterator[Value]:
    match held:
        case Instance(fields=fields, info=None | ClassInfo() as info):
            if info is None or (is_model(info) and info.entity is None):
                yield from (value for _, value in fields)
        case DictObject(items=items):
            yield from (value for _, value in items)
        case ListObject() | None:
            return


def _is_callers_row(engine: Engine, row: Row) -> bool:
    condition: Formula | None = engine.row_definitions.get(row)
    return (
        condition is not None
        and schema(engine).is_user(row.entity)
        and any(isinstance(p, Claims) for value in values_in(condition) for p in parts_of(value))
    )


def _columns(
    engine: Engine,
) -> tuple[frozenset[tuple[str, str]], frozenset[tuple[str, str]]]:
    tables = schema(engine)
    owners: set[tuple[str, str]] = set()
    parents: set[tuple[str, str]] = set()
    for key, info in engine.entities.items():
        owners.update((info.name, column) for column in tables.owner_columns(key))
        if tables.is_user(key):
            owners.add((info.name, tables.entity(key).key_column))
        parents.update(
            (info.name, column)
            for column, parent, _ in tables.parents(key)
            # A user's tenant binds nobody to the caller.
            if tables.is_owned(parent) and not tables.is_user(key)
        )
    return frozenset(owners), frozenset(parents)
