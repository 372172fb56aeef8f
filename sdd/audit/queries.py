"""SQLModel and SQLAlchemy statements while they are built."""

import ast
from collections.abc import Callable, Mapping
from dataclasses import replace

from sdd.audit.aliases import alias_of
from sdd.audit.attributes import schema
from sdd.audit.effects import Arguments
from sdd.audit.engine import Engine
from sdd.audit.execution import execute, is_text, result_method
from sdd.audit.injection import is_injected, is_open
from sdd.audit.joins import choose
from sdd.audit.logic import YES, Formula, Opaque, equal, parts_of
from sdd.audit.parameters import executed, with_defaults
from sdd.audit.predicates import predicate
from sdd.audit.state import State
from sdd.audit.strangers import stranger, strangers
from sdd.audit.tables import entities_in, get_row, rows_of
from sdd.audit.tokens import is_client
from sdd.audit.values import (
    NONE,
    Apply,
    ClassInfo,
    Col,
    DictObject,
    LibObject,
    ListObject,
    Lit,
    Phi,
    Query,
    Ref,
    Result,
    Truth,
    Tup,
    Value,
    lit,
)

_SHAPES = frozenset(
    {"order_by", "offset", "limit", "options", "distinct", "group_by", "with_for_update",
     "execution_options", "returning", "correlate", "add_columns", "order",
     "populate_existing", "enable_eagerloads", "yield_per", "having", "slice",
     "on_conflict_do_nothing",
     "unique", "tuples", "select",
     "subquery", "cte", "alias", "scalar_subquery", "exists", "as_scalar", "label"}
)  # fmt: skip
_INJECTION = "the client's words are part of the SQL text"


def begin(kind: str) -> Callable[[Engine, Arguments, State, ast.AST], Value]:
    """Return the model of `select`, `update`, `delete` or `insert`."""

    def run(engine: Engine, arguments: Arguments, state: State, node: ast.AST) -> Value:
        for at, value in enumerate(arguments.positional):
            if isinstance(value, Phi) and entities_in((value,)):
                head, tail = arguments.positional[:at], arguments.positional[at + 1 :]
                return engine.each(
                    state,
                    value,
                    lambda branch, item, head=head, tail=tail: run(  # type: ignore[misc]
                        engine, replace(arguments, positional=(*head, item, *tail)), branch, node
                    ),
                )
        given = (*arguments.positional, *arguments.star)
        targets = tuple(_plain(engine, value, state) for value in given)
        return Query(kind, engine.site(node), targets, entities_in(targets))

    return run


_KINDS = frozenset({"select", "update", "delete", "insert"})


def not_understood(engine: Engine, value: Value, node: ast.AST) -> Value:
    """Return what somebody else's code has built of tables as a statement of unknown conditions."""
    tables = entities_in((value,))
    if not tables:
        return value
    made = (part.name for part in parts_of(value) if isinstance(part, LibObject))
    kinds = [kind for name in made if (kind := name.rpartition(".")[2].lower()) in _KINDS]
    targets = tuple(engine.entities[key] for key, _ in tables if key in engine.entities)
    reason = Opaque("a statement that is not understood", ())
    return Query((kinds or ["select"])[0], engine.site(node), targets, tables, (reason,))


def _plain(engine: Engine, value: Value, state: State) -> Value:
    held = engine.load(state, value) if isinstance(value, Ref) else None
    if isinstance(held, ListObject):
        return Tup(tuple(item for _, item in held.items))
    return value


def query_method(
    engine: Engine, query: Query, name: str, arguments: Arguments, state: State, node: ast.AST
) -> Value:
    """Call a method of a statement."""
    if _note_injection(engine, arguments, state, node):
        query = replace(query, open=True)
    if name in _BUILDERS:
        return _BUILDERS[name](engine, query, arguments, state)
    if name == "filter_by":
        return _filtered_by(query, arguments)
    if name in {"join", "outerjoin", "join_from"}:
        return _joined(engine, query, arguments, state, name == "outerjoin")
    if name in {"select_from", "with_entities", "with_only_columns"}:
        return _from(query, name, arguments)
    if name in {"union", "union_all"}:
        return united(engine, Arguments((query, *arguments.every())), state, node)
    if name == "values" or (name == "update" and query.kind == "select"):
        return _changed(engine, query, name, arguments, state, node)
    if name in _SHAPES:
        return query
    return _executed_method(engine, query, name, arguments, state, node)


def _note_injection(engine: Engine, arguments: Arguments, state: State, node: ast.AST) -> bool:
    found = any(
        is_open(value.formula)
        if isinstance(value, Truth)
        else is_injected(_with_items(engine, value, state), state.every_fact())
        for value in arguments.every()
    )
    if found:
        engine.remark("sql-injection", node, _INJECTION, state)
    return found


def _with_items(engine: Engine, value: Value, state: State) -> Value:
    """Return a list's items as one term, so that what is in them is seen."""
    held = engine.load(state, value) if isinstance(value, Ref) else None
    if isinstance(held, ListObject):
        return Tup((*(item for _, item in held.items), *held.more))
    return value


def united(engine: Engine, arguments: Arguments, state: State, node: ast.AST) -> Value:
    """`union(a, b)`: its rows come from the one or from the other."""
    del engine, state, node
    cases: list[tuple[Formula, Value]] = [(YES, one) for one in arguments.every()]
    return choose(cases) if cases else NONE


def _executed_method(
    engine: Engine, query: Query, name: str, arguments: Arguments, state: State, node: ast.AST
) -> Value:
    """Methods of the older query API that run the statement at once."""
    bound = executed(engine, query, Arguments(), state)
    query = bound if isinstance(bound, Query) else query
    if name == "delete":
        return execute(engine, replace(query, kind="delete"), state, node)
    if name == "from_statement" and arguments.positional:
        return arguments.positional[0]
    if name == "get" and query.entities:
        return get_row(engine, query.entities[0][0], arguments.positional[0], state, node)
    if name == "count":
        execute(engine, query, state, node)
        return _counted(engine, query)
    result = execute(engine, query, state, node)
    if isinstance(result, Result):
        return result_method(engine, result, name, arguments, state, node)
    return result


def _counted(engine: Engine, query: Query) -> Value:
    return Apply("count", tuple(rows_of(engine, query).values()))


def _passed_on(value: Value) -> Formula:
    """Conditions that come from somewhere else: they may be the scope, but not if the client's."""
    return Opaque("conditions passed on", (value,) if is_client(value) else ())


def _filtered(engine: Engine, query: Query, arguments: Arguments, state: State) -> Query:
    outer = query.entities
    predicates = [predicate(engine, value, state, outer) for value in arguments.positional]
    predicates += [_passed_on(value) for value in arguments.star]
    return _with(query, predicates)


def _replacing(engine: Engine, query: Query, arguments: Arguments, state: State) -> Query:
    """`insert(…).on_conflict_do_update(…)`: the row that is there already is changed instead."""
    entity = query.entities[0][0] if query.entities else ""
    named = _with_items(engine, arguments.get("index_elements") or NONE, state)
    keys = tuple(
        item if isinstance(item, Col) else Col(entity, str(item.value), "")
        for item in (named.items if isinstance(named, Tup) else ())
        if isinstance(item, (Col, Lit))
    )
    set_to = arguments.get("set_")
    given = Arguments((set_to,)) if set_to is not None else arguments
    changes = _changes(engine, given, state)
    update = Query("update", query.site, keys, query.entities, changes=changes)
    where = arguments.get("where")
    if where is not None:
        update = _filtered(engine, update, Arguments((where,)), state)
    return replace(query, conflict=update)


def _prefixed(engine: Engine, query: Query, arguments: Arguments, state: State) -> Query:
    """`insert(…).prefix_with("OR REPLACE")`: what is there already is replaced as a whole."""
    del engine, state
    words = " ".join(str(one.value) for one in arguments.positional if isinstance(one, Lit))
    if "REPLACE" not in words.upper():
        return query
    changes = query.changes or (("*", NONE),)
    return replace(query, conflict=Query("update", query.site, (), query.entities, (), changes))


def _with(query: Query, predicates: list[Formula]) -> Query:
    entities = dict.fromkeys(query.entities)
    where = dict.fromkeys([*query.where, *(one for one in predicates if one != YES)])
    is_now_open = query.open or any(map(is_open, predicates))
    return replace(query, where=tuple(where), entities=tuple(entities), open=is_now_open)


def _filtered_by(query: Query, arguments: Arguments) -> Query:
    if not query.entities:
        return query
    entity, alias = query.entities[-1] if len(query.targets) == 1 else query.entities[0]
    predicates: list[Formula] = [
        equal(Col(entity, key, alias), value) for key, value in arguments.keywords
    ]
    predicates += [_passed_on(value) for value in arguments.rest]
    return _with(query, predicates)


def _joined(
    engine: Engine,
    query: Query,
    arguments: Arguments,
    state: State,
    outer: bool,  # noqa: FBT001
) -> Query:
    target = arguments.get("target", 0)
    clause = arguments.get("onclause", 1)
    flag = arguments.get("isouter")
    outer = outer or (isinstance(flag, Lit) and bool(flag.value))
    joined = _joined_entity(engine, target)
    if joined is None:
        return _with(query, [Opaque("a join that is not understood", ())])
    entity, alias = joined
    widened = replace(query, entities=tuple(dict.fromkeys([*query.entities, joined])))
    if isinstance(clause, (Truth, Phi)):
        return _with(widened, [predicate(engine, clause, state)])
    if isinstance(target, Col):
        return _with(widened, [_on_relation(engine, target)])
    if alias or any(other for _, other in query.entities):
        return _with(widened, [Opaque("a join of a table that has another name there", ())])
    links = [
        condition
        for other, _ in query.entities
        if (condition := _on_keys(engine, other, entity)) is not None
    ]
    if not links:
        return _with(widened, [Opaque("a join without a known key", ())])
    del outer  # a foreign key holds wherever the joined row is there at all
    return _with(widened, links[:1])


def _joined_entity(engine: Engine, target: Value | None) -> tuple[str, str] | None:
    match target:
        case ClassInfo(entity=str(entity)):
            return entity, ""
        case Col(entity=owner, name=name, alias=""):
            relation = schema(engine).entity(owner).relationship(name)
            return (relation.target, "") if relation else None
        case _:
            return alias_of(target) if target is not None else None


def _on_relation(engine: Engine, column: Col) -> Formula:
    relation = schema(engine).entity(column.entity).relationship(column.name)
    link = schema(engine).link(column.entity, column.name)
    if relation is None or link is None:
        return Opaque("a join over a relationship", ())
    return equal(Col(column.entity, link[0]), Col(relation.target, link[1]))


def _on_keys(engine: Engine, left: str, right: str) -> Formula | None:
    pair = schema(engine).joined(left, right)
    if pair:
        return equal(Col(left, pair[0]), Col(right, pair[1]))
    pair = schema(engine).joined(right, left)
    return equal(Col(right, pair[0]), Col(left, pair[1])) if pair else None


def _from(query: Query, name: str, arguments: Arguments) -> Query:
    given = arguments.positional
    found = entities_in(given)
    if name == "select_from":
        # What is no table leaves its name among the targets, so that it is asked about.
        targets = (*query.targets, *(stranger(one) for one in strangers(given)))
        targets += tuple(stranger("SQL text as a table") for one in given if is_text(one))
    else:
        targets = given
    inner = [one for one in given if isinstance(one, Query)]
    found = (*found, *(entity for one in inner for entity in one.entities))
    where = (*query.where, *(part for one in inner for part in one.where))
    is_now_open = query.open or any(one.open for one in inner)
    entities = tuple(dict.fromkeys([*query.entities, *found]))
    return replace(query, targets=targets, entities=entities, where=where, open=is_now_open)


def _changed(
    engine: Engine, query: Query, name: str, arguments: Arguments, state: State, node: ast.AST
) -> Value:
    changes = _changes(engine, arguments, state)
    changed = replace(query, changes=(*query.changes, *changes))
    if name == "update":
        return execute(engine, replace(changed, kind="update"), state, node)
    return changed


def _changes(engine: Engine, arguments: Arguments, state: State) -> tuple[tuple[str, Value], ...]:
    """Return what columns are set to, by keyword or by mapping; `*`: any column."""
    changes = list(arguments.keywords)
    for value in arguments.positional:
        held = engine.load(state, value) if isinstance(value, Ref) else None
        if isinstance(held, DictObject):
            changes += [*held.items, *(("*", more) for more in held.more)]
        elif value not in (TRUE_LIT, FALSE_LIT):
            changes.append(("*", value))
    return (*changes, *(("*", value) for value in arguments.rest))


TRUE_LIT = lit(True)
FALSE_LIT = lit(False)
_BUILDERS: Mapping[str, Callable[[Engine, Query, Arguments, State], Value]] = {
    **dict.fromkeys(("where", "filter"), _filtered),
    **dict.fromkeys(("params", "unique_params"), with_defaults),
    **dict.fromkeys(("on_conflict_do_update", "on_duplicate_key_update"), _replacing),
    "prefix_with": _prefixed,
}
