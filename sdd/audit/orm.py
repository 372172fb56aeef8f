"""SQLModel and SQLAlchemy: statements are built, executing them yields rows with facts."""

import ast
from collections.abc import Callable, Mapping
from dataclasses import replace

from sdd.audit.attributes import schema
from sdd.audit.engine import Arguments, Engine
from sdd.audit.expressions import apply, elements, truth
from sdd.audit.injection import INJECTED, is_injected, is_open
from sdd.audit.logic import (
    YES,
    Exists,
    Formula,
    Holds,
    Opaque,
    Truthy,
    both,
    either,
    equal,
    parts_of,
    rebuilt,
    replaced,
)
from sdd.audit.state import State, Write
from sdd.audit.values import (
    NONE,
    Apply,
    ClassInfo,
    Col,
    DictObject,
    Field,
    Instance,
    LibObject,
    ListObject,
    Lit,
    Many,
    Phi,
    Query,
    Ref,
    Result,
    Row,
    Sym,
    Truth,
    Tup,
    Value,
    lit,
)

EXECUTES = frozenset(
    {"exec", "execute", "scalars", "scalar", "stream", "stream_scalars", "exec_driver_sql",
     "fetch", "fetchrow", "fetchval", "fetch_all", "fetch_one", "executemany", "executescript"}
)  # fmt: skip
_SHAPES = frozenset(
    {"order_by", "offset", "limit", "options", "distinct", "group_by", "with_for_update",
     "execution_options", "returning", "correlate", "add_columns", "prefix_with", "order",
     "populate_existing", "enable_eagerloads", "params", "yield_per", "having", "slice",
     "on_conflict_do_nothing", "on_conflict_do_update", "on_duplicate_key_update",
     "unique", "tuples", "select"}
)  # fmt: skip
_OPTIONAL = frozenset({"first", "one_or_none", "scalar_one_or_none", "scalar", "fetchone"})
_CERTAIN = frozenset({"one", "scalar_one"})
_SEVERAL = frozenset({"all", "fetchall", "fetchmany", "partitions", "to_list"})
_TRANSPARENT = frozenset({"scalars", "mappings", "unique", "tuples", "columns", "yield_per"})


_INJECTION = "the client's words are part of the SQL text"


# ------------------------------------------------------------------ building statements


def begin(kind: str) -> Callable[[Engine, Arguments, State, ast.AST], Value]:
    """Return the model of `select`, `update`, `delete` or `insert`."""

    def run(engine: Engine, arguments: Arguments, state: State, node: ast.AST) -> Value:
        targets = tuple(_plain(engine, value, state) for value in arguments.positional)
        return Query(kind, engine.site(node), targets, _entities_in(targets))

    return run


def _plain(engine: Engine, value: Value, state: State) -> Value:
    held = engine.load(state, value) if isinstance(value, Ref) else None
    if isinstance(held, ListObject):
        return Tup(tuple(item for _, item in held.items))
    return value


def _entities_in(targets: tuple[Value, ...]) -> tuple[tuple[str, str], ...]:
    found: dict[tuple[str, str], None] = {}
    for target in targets:
        _collect_entities(target, found)
    return tuple(found)


def _collect_entities(value: Value, found: dict[tuple[str, str], None]) -> None:
    if isinstance(value, ClassInfo) and value.entity:
        found[value.entity, ""] = None
    elif isinstance(value, Col):
        found[value.entity, value.alias] = None
    elif isinstance(value, (Apply, LibObject)):
        for argument in value.args:
            _collect_entities(argument, found)
    elif isinstance(value, Tup):
        for item in value.items:
            _collect_entities(item, found)


def query_method(
    engine: Engine, query: Query, name: str, arguments: Arguments, state: State, node: ast.AST
) -> Value:
    """Call a method of a statement."""
    if _note_injection(engine, arguments, state, node):
        query = replace(query, open=True)
    if name in {"where", "filter"}:
        return _filtered(engine, query, arguments, state)
    if name == "filter_by":
        return _filtered_by(engine, query, arguments)
    if name in {"join", "outerjoin", "join_from"}:
        return _joined(engine, query, arguments, state, name == "outerjoin")
    if name in {"select_from", "with_entities"}:
        return _from(query, name, arguments)
    if name in {"union", "union_all"}:
        return united(engine, Arguments((query, *arguments.every())), state, node)
    if name == "values" or (name == "update" and query.kind == "select"):
        return _changed(engine, query, name, arguments, state, node)
    if name in _SHAPES:
        return query
    if name in {"subquery", "cte", "alias", "scalar_subquery", "exists", "as_scalar", "label"}:
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
    del state, node
    cases: list[tuple[Formula, Value]] = [(YES, one) for one in arguments.every()]
    return engine.alternatives(cases) if cases else NONE


def _executed_method(
    engine: Engine, query: Query, name: str, arguments: Arguments, state: State, node: ast.AST
) -> Value:
    """Methods of the older query API that run the statement at once."""
    if name == "delete":
        return execute(engine, replace(query, kind="delete"), state, node)
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
    return Apply("count", tuple(_rows_of(engine, query).values()))


def _passed_on(value: Value) -> Formula:
    """Conditions that come from somewhere else: they may be the scope, but not if the client's."""
    from sdd.audit.tokens import is_client  # noqa: PLC0415 - tokens know who sends what

    return Opaque("conditions passed on", (value,) if is_client(value) else ())


def _filtered(engine: Engine, query: Query, arguments: Arguments, state: State) -> Query:
    outer = query.entities
    predicates = [_predicate(engine, value, state, outer) for value in arguments.positional]
    predicates += [_passed_on(value) for value in arguments.star]
    return _with(engine, query, predicates)


def _predicate(
    engine: Engine, value: Value, state: State, outer: tuple[tuple[str, str], ...] = ()
) -> Formula:
    match value:
        case Truth(formula=formula):
            return formula
        case Phi(cases=cases):
            return either(
                [both([guard, _predicate(engine, one, state, outer)]) for guard, one in cases]
            )
        case Lit():
            return YES if value.value else Opaque("a constant condition", ())
        case Ref() | Many():
            element = elements(engine, value, state)
            return _predicate(engine, element, state, outer) if element != value else YES
        case Col():
            return Truthy(value)
        case Query():
            return _subquery(engine, value, outer)
        case _:
            injected = is_injected(value, state.every_fact())
            return Opaque(INJECTED if injected else "a condition that is not understood", (value,))


def _with(engine: Engine, query: Query, predicates: list[Formula]) -> Query:
    del engine
    entities = dict.fromkeys(query.entities)
    where = dict.fromkeys([*query.where, *(one for one in predicates if one != YES)])
    is_now_open = query.open or any(map(is_open, predicates))
    return replace(query, where=tuple(where), entities=tuple(entities), open=is_now_open)


def _filtered_by(engine: Engine, query: Query, arguments: Arguments) -> Query:
    if not query.entities:
        return query
    entity, alias = query.entities[-1] if len(query.targets) == 1 else query.entities[0]
    predicates: list[Formula] = [
        equal(Col(entity, key, alias), value) for key, value in arguments.keywords
    ]
    predicates += [_passed_on(value) for value in arguments.rest]
    return _with(engine, query, predicates)


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
    entity = _joined_entity(engine, target)
    if entity is None:
        return _with(engine, query, [Opaque("a join that is not understood", ())])
    widened = replace(query, entities=tuple(dict.fromkeys([*query.entities, (entity, "")])))
    if isinstance(clause, (Truth, Phi)):
        return _with(engine, widened, [_predicate(engine, clause, state)])
    if isinstance(target, Col):
        return _with(engine, widened, [_on_relation(engine, target)])
    links = [
        condition
        for other, _ in query.entities
        if (condition := _on_keys(engine, other, entity)) is not None
    ]
    if not links:
        return _with(engine, widened, [Opaque("a join without a known key", ())])
    del outer  # a foreign key holds wherever the joined row is there at all
    return _with(engine, widened, links[:1])


def _joined_entity(engine: Engine, target: Value | None) -> str | None:
    match target:
        case ClassInfo(entity=str(entity)):
            return entity
        case Col(entity=owner, name=name):
            relation = schema(engine).entity(owner).relationship(name)
            return relation.target if relation else None
        case _:
            return None


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
    targets = arguments.positional if name == "with_entities" else query.targets
    found = _entities_in(arguments.positional)
    return replace(query, targets=targets, entities=tuple(dict.fromkeys([*query.entities, *found])))


def _changed(
    engine: Engine, query: Query, name: str, arguments: Arguments, state: State, node: ast.AST
) -> Value:
    changes = list(arguments.keywords)
    for value in arguments.positional:
        held = engine.load(state, value) if isinstance(value, Ref) else None
        if isinstance(held, DictObject):
            changes += [*held.items, *(("*", more) for more in held.more)]
        elif value not in (TRUE_LIT, FALSE_LIT):
            changes.append(("*", value))
    changes += [("*", value) for value in arguments.rest]
    changed = replace(query, changes=(*query.changes, *changes))
    if name == "update":
        return execute(engine, replace(changed, kind="update"), state, node)
    return changed


TRUE_LIT = lit(True)
FALSE_LIT = lit(False)


# ------------------------------------------------------------------ predicates of columns


def column_method(
    engine: Engine, column: Col, name: str, arguments: Arguments, state: State
) -> Value:
    """Call a method of a column."""
    first = arguments.positional[0] if arguments.positional else NONE
    if name == "in_":
        return Truth(_in(engine, column, first, state))
    if name in {"is_", "__eq__", "is_not_distinct_from"}:
        return Truth(equal(column, first))
    if name in {"isnot", "is_not", "__ne__"}:
        from sdd.audit.logic import negated  # noqa: PLC0415

        return Truth(negated(equal(column, first)))
    if name in {"notin_", "not_in"}:
        return Truth(Holds("not in", (column, first)))
    if name in {"any", "has"}:
        return Truth(_related_has(engine, column, arguments, state))
    if name in {"desc", "asc", "nullslast", "nullsfirst", "label", "nulls_last", "nulls_first",
                "distinct", "cast", "collate", "op"}:  # fmt: skip
        return column
    return Truth(Holds(name, (column, *arguments.every())))


def _related_has(engine: Engine, column: Col, arguments: Arguments, state: State) -> Formula:
    relation = schema(engine).entity(column.entity).relationship(column.name)
    link = schema(engine).link(column.entity, column.name)
    if relation is None or link is None:
        return Opaque("a condition over a relationship", (column,))
    other = engine.row(
        relation.target,
        ("has", column, arguments.positional, arguments.keywords),
        engine.place(ast.Pass()),
    )
    conditions = [_predicate(engine, value, state) for value in arguments.positional]
    conditions += [equal(Col(relation.target, key), value) for key, value in arguments.keywords]
    engine.define(
        other, both([_instantiated(one, {(relation.target, ""): other}) for one in conditions])
    )
    return both([Exists(other), equal(Col(column.entity, link[0]), Field(other, link[1]))])


def _in(engine: Engine, column: Col, collection: Value, state: State) -> Formula:
    match collection:
        case Query():
            rows = _rows_of(engine, collection)
            first = collection.targets[0] if collection.targets else NONE
            target = rebuilt(first, _instantiate(rows))
            return both([*(Exists(row) for row in rows.values()), equal(column, target)])
        case Many(element=element):
            return in_many(engine, column, element)
        case Ref():
            held = engine.load(state, collection)
            if isinstance(held, ListObject) and not held.more:
                return either([both([guard, equal(column, one)]) for guard, one in held.items])
            if isinstance(held, ListObject) and len(held.more) == 1 and not held.items:
                return in_many(engine, column, held.more[0])
        case Phi(cases=cases):
            return either([both([guard, _in(engine, column, one, state)]) for guard, one in cases])
        case Tup(items=items):
            return either([equal(column, one) for one in items])
        case _:
            pass
    return Holds("in", (column, collection))


def in_many(engine: Engine, column: Value, element: Value) -> Formula:
    """The value equals that value of some row of the collection: take a copy of the row."""
    guards: list[Formula] = []
    if isinstance(element, Phi) and len(element.cases) == 1:
        guards.append(element.cases[0][0])
        element = element.cases[0][1]
    if not isinstance(element, Field) or not isinstance(element.base, Row):
        return Holds("in", (column, Many(element)))
    row = element.base
    copy = engine.row(row.entity, ("copy", row, column), engine.row_places[row])

    def change(value: Value) -> Value:
        return copy if value == row else value

    definition = engine.row_definitions.get(row, YES)
    engine.define(copy, both([replaced(one, change) for one in [definition, *guards]]))
    return both([Exists(copy), equal(column, Field(copy, element.name))])


def _subquery(engine: Engine, query: Query, outer: tuple[tuple[str, str], ...]) -> Formula:
    """`exists(…)`: rows of its own; columns of the statement around it stay that statement's."""
    rows = _rows_of(engine, query, outer)
    if query.open:
        return Opaque(INJECTED, ())
    conditions = [_instantiated(part, rows) for part in query.where]
    return both([*(Exists(row) for row in rows.values()), *conditions])


# ------------------------------------------------------------------ executing


def _rows_of(
    engine: Engine, query: Query, outer: tuple[tuple[str, str], ...] = ()
) -> dict[tuple[str, str], Row]:
    place = engine.place(ast.Pass())
    path, line, _ = [*query.site.rsplit(":", 2), "0", "0"][:3]
    place = replace(place, path=path or place.path, line=int(line or 0))
    mentioned = dict.fromkeys(query.entities)
    for part in query.where:
        _collect_columns(part, mentioned)
    for key in outer:
        if key not in query.entities:
            mentioned.pop(key, None)
    rows = {
        key: engine.row(key[0], (query.site, query.where, key[1], query.open), place)
        for key in mentioned
    }
    if rows:
        where = () if query.open else query.where
        if query.open:
            engine.injected.update(dict.fromkeys(rows.values()))
        settled = [part for part in where if not _speaks_of(part, outer, rows)]
        condition = both([_instantiated(part, rows) for part in settled])
        others = [Exists(row) for row in rows.values()]
        for row in rows.values():
            engine.define(row, both([condition, *(one for one in others if one.row != row)]))
    return rows


def _speaks_of(
    formula: Formula, outer: tuple[tuple[str, str], ...], rows: Mapping[tuple[str, str], Row]
) -> bool:
    found: dict[tuple[str, str], None] = {}
    _collect_columns(formula, found)
    return any(key in found and key not in rows for key in outer)


def _collect_columns(formula: Formula, found: dict[tuple[str, str], None]) -> None:
    from sdd.audit.logic import values_in  # noqa: PLC0415

    for value in values_in(formula):
        for part in parts_of(value):
            if isinstance(part, Col):
                found[part.entity, part.alias] = None


def _instantiate(rows: Mapping[tuple[str, str], Row]) -> Callable[[Value], Value]:
    def change(value: Value) -> Value:
        if isinstance(value, Col):
            row = rows.get((value.entity, value.alias))
            return Field(row, value.name) if row is not None else value
        if isinstance(value, ClassInfo) and value.entity:
            return rows.get((value.entity, ""), value)
        return value

    return change


def _instantiated(formula: Formula, rows: Mapping[tuple[str, str], Row]) -> Formula:
    return replaced(formula, _instantiate(rows))


def execute(
    engine: Engine,
    statement: Value,
    state: State,
    node: ast.AST,
    arguments: Arguments = Arguments(),  # noqa: B008 - frozen
) -> Value:
    """Run a statement: rows for a select, a pending write for the others."""
    if isinstance(statement, Phi):
        return engine.each(
            state, statement, lambda branch, item: execute(engine, item, branch, node, arguments)
        )
    if _is_text(statement):
        from sdd.audit.rawsql import execute_text  # noqa: PLC0415 - sqlglot loads slowly

        return execute_text(engine, statement, arguments, state, node)
    if not isinstance(statement, Query):
        return apply("executed", (statement,))
    rows = _rows_of(engine, statement)
    if statement.kind != "select":
        return _write_statement(engine, statement, rows, state, node)
    place = engine.place(node)
    engine.read(state, list(rows.values()), place)
    change = _instantiate(rows)
    targets = [_projected(target, rows, change) for target in statement.targets]
    element = targets[0] if len(targets) == 1 else Tup(tuple(targets))
    return Result(element, tuple(rows.values()))


def _projected(
    target: Value, rows: Mapping[tuple[str, str], Row], change: Callable[[Value], Value]
) -> Value:
    if isinstance(target, (LibObject, Apply)):
        return Apply("aggregate", tuple(rows.values()))
    if isinstance(target, Tup):
        return Tup(tuple(_projected(item, rows, change) for item in target.items))
    return change(target)


def _write_statement(
    engine: Engine,
    statement: Query,
    rows: Mapping[tuple[str, str], Row],
    state: State,
    node: ast.AST,
) -> Value:
    place = engine.place(node)
    if statement.kind == "insert":
        entity = statement.entities[0][0] if statement.entities else None
        info = engine.entities.get(entity or "")
        if info is not None:
            fields = tuple(pair for pair in statement.changes if pair[0] != "*")
            rest = tuple(value for key, value in statement.changes if key == "*")
            made = engine.allocate(state, Instance(info, fields, rest, statement.site))
            engine.write(state, Write("create", made, place))
        return apply("inserted", ())
    target = next(iter(rows.values()), None)
    if target is None:
        return apply("executed", ())
    if statement.kind == "delete":
        engine.write(state, Write("delete", target, place))
    for column, value in statement.changes or (("*", NONE),):
        if statement.kind == "update":
            engine.write(state, Write("update", target, place, column, value))
    return Result(Apply("changed", (target,)), ())


def result_method(
    engine: Engine, result: Result, name: str, arguments: Arguments, state: State, node: ast.AST
) -> Value:
    """Call a method of a result."""
    del arguments, node, engine
    if name in _TRANSPARENT:
        return result
    if name in _SEVERAL:
        return Many(result.element)
    if name in _CERTAIN:
        for row in result.rows:
            state.assume(Exists(row))
        return result.element
    if name in _OPTIONAL:
        if isinstance(result.element, Apply):
            return result.element
        guard = both([Exists(row) for row in result.rows])
        return Phi(((guard, result.element), (_absent(result), NONE)))
    return apply(name, (result.element,))


def _absent(result: Result) -> Formula:
    from sdd.audit.logic import negated  # noqa: PLC0415

    return negated(Exists(result.rows[0])) if result.rows else YES


def get_row(engine: Engine, entity: str, key: Value, state: State, node: ast.AST) -> Value:
    """`session.get(Model, key)`."""
    from sdd.audit.logic import negated  # noqa: PLC0415

    info = schema(engine).entity(entity)
    row = engine.row(entity, ("get", key), engine.place(node))
    keys = [column.name for column in info.columns.values() if column.primary_key]
    if isinstance(key, Tup) and len(keys) == len(key.items):
        condition = both([equal(Field(row, k), v) for k, v in zip(keys, key.items, strict=True)])
    else:
        condition = equal(Field(row, info.key_column), key)
    engine.define(row, condition)
    engine.read(state, [row], engine.place(node))
    return Phi(((Exists(row), row), (negated(Exists(row)), NONE)))


# ------------------------------------------------------------------ sessions


def session_method(
    engine: Engine, name: str, arguments: Arguments, state: State, node: ast.AST
) -> Value | None:
    """Model a call that by its name and arguments can only be a session's; None: it is not."""
    first = arguments.positional[0] if arguments.positional else arguments.get("statement")
    if name in EXECUTES and first is not None and _is_statement(first):
        result = execute(engine, first, state, node, arguments)
        if name == "scalar" and isinstance(result, Result):
            return result_method(engine, result, "scalar", arguments, state, node)
        return result
    if name in {"get", "get_one"} and isinstance(first, ClassInfo) and first.entity:
        key = arguments.get("ident", 1)
        return _get(engine, name, first.entity, key or NONE, state, node)
    if name == "query" and arguments.positional and _entities_in(arguments.positional):
        return begin("select")(engine, arguments, state, node)
    return _session_write(engine, name, first, state, node, arguments)


def _get(engine: Engine, name: str, entity: str, key: Value, state: State, node: ast.AST) -> Value:
    found = get_row(engine, entity, key, state, node)
    if name == "get_one" and isinstance(found, Phi):
        state.assume(found.cases[0][0])
        return found.cases[0][1]
    return found


def _is_statement(value: Value) -> bool:
    if isinstance(value, Phi):
        return any(_is_statement(item) for _, item in value.cases)
    return isinstance(value, Query) or _is_text(value)


def _is_text(value: Value) -> bool:
    if isinstance(value, (Lit, Apply)):
        from sdd.audit.rawsql import is_sql  # noqa: PLC0415 - likewise

        return is_sql(value)
    return isinstance(value, LibObject) and value.name.rpartition(".")[2] == "text"


def _session_write(
    engine: Engine,
    name: str,
    first: Value | None,
    state: State,
    node: ast.AST,
    arguments: Arguments,
) -> Value | None:
    if name == "commit" and not arguments.positional:
        engine.commit(state)
        return NONE
    if name == "rollback":
        engine.roll_back(state)
        return NONE
    if name in {"add", "add_all", "merge", "bulk_save_objects", "delete"} and first is not None:
        return _added(engine, name, first, state, node)
    return None


def _added(engine: Engine, name: str, value: Value, state: State, node: ast.AST) -> Value | None:
    place = engine.place(node)
    kept: list[bool] = []

    def one(branch: State, item: Value) -> Value:
        held = engine.load(branch, item) if isinstance(item, Ref) else None
        if isinstance(held, ListObject) or isinstance(item, (Many, Result)):
            return one(branch, elements(engine, item, branch))
        if isinstance(item, Row) and name == "delete":
            engine.write(branch, Write("delete", item, place))
            kept.append(True)
        elif isinstance(held, Instance) and held.info is not None and held.info.entity:
            engine.write(branch, Write("create", item, place))
            kept.append(True)
        elif isinstance(item, Row):
            kept.append(True)
        elif isinstance(item, Phi):
            return engine.each(branch, item, one)
        return item

    result = engine.each(state, value, one)
    return result if kept else None


def set_column(
    engine: Engine, row: Row, column: str, value: Value, state: State, node: ast.AST
) -> None:
    """`row.column = value`: pending until the next commit."""
    engine.set_field(state, row, column, value)
    engine.write(state, Write("update", row, engine.place(node), column, value))


def update_all(engine: Engine, target: Value, source: Value, state: State, node: ast.AST) -> None:
    """Set every column that a mapping names, on a row or a new instance."""
    held = engine.load(state, source) if isinstance(source, Ref) else None
    if isinstance(held, DictObject):
        pairs = [*held.items, *(("*", more) for more in held.more)]
    elif isinstance(held, Instance):
        pairs = [*held.fields, *(("*", more) for more in held.rest)]
    else:
        pairs = [("*", source)]
    for column, value in pairs:
        if isinstance(target, Row):
            if column == "*":
                engine.write(state, Write("update", target, engine.place(node), "*", value))
            else:
                set_column(engine, target, column, value, state, node)
        elif isinstance(target, Ref) and column != "*":
            engine.set_field(state, target, column, value)


__all__ = [
    "Sym",
    "begin",
    "column_method",
    "execute",
    "query_method",
    "result_method",
    "session_method",
    "set_column",
    "truth",
    "united",
    "update_all",
]
