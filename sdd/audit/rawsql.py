"""SQL given as text: which tables it touches, and what it binds their columns to."""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sdd.audit.attributes import schema
from sdd.audit.displays import overridden, spread_mapping
from sdd.audit.effects import Arguments
from sdd.audit.engine import Engine
from sdd.audit.injection import writes_sql
from sdd.audit.logic import Exists, Formula, Opaque, both, either, equal, parts_of
from sdd.audit.state import State, Write
from sdd.audit.tokens import is_client
from sdd.audit.touches import altered
from sdd.audit.unknowns import apply
from sdd.audit.values import (
    NONE,
    Apply,
    Claims,
    Field,
    LibObject,
    Lit,
    Phi,
    Result,
    Row,
    Value,
    lit,
    text_of,
)
from sdd.audit.web import listed

_TABLE = re.compile(r"\b(from|join|update|into)\s+\"?([a-z_][\w.\"]*)", re.IGNORECASE)
_STATEMENT = re.compile(
    r"\s*\(*\s*(select|insert|replace|update|delete|with|create|drop|alter|truncate)\b",
    re.IGNORECASE,
)
_POSITIONAL = re.compile(r"%s|\?|\$\d+")
_NAMED = re.compile(r"%\((\w+)\)s")


def is_sql(value: Value) -> bool:
    """Whether a value is text that begins like a statement, as database drivers take it."""
    match value:
        case Apply(args=(first, *_)):
            return is_sql(first)
        case Phi(cases=cases):
            return any(is_sql(item) for _, item in cases)
        case _:
            text = value.value if isinstance(value, Lit) else None
            return isinstance(text, str) and bool(_STATEMENT.match(text))


def execute_text(
    engine: Engine, statement: Value, arguments: Arguments, state: State, node: ast.AST
) -> Value:
    """Run SQL text: rows of the tables that it names, with the conditions that it binds."""
    text: Value = statement
    if isinstance(statement, LibObject):
        text = statement.args[0] if statement.args else NONE
    if writes_sql(text, state.every_fact()):
        engine.remark("sql-injection", node, "the client's words are part of the SQL text", state)
        return _assembled(engine, statement, text, state, node, is_open=True)
    if isinstance(text, Phi):

        def one(branch: State, item: Value) -> Value:
            again = replace(statement, args=(item,)) if isinstance(statement, LibObject) else item
            return execute_text(engine, again, arguments, branch, node)

        return engine.each(state, text, one)
    sql, values = _with_values(text)
    if sql is None:
        return _assembled(engine, statement, text, state, node, is_open=False)
    sql, names = _with_names(sql)
    binds = {**values, **_binds(engine, statement, arguments, state, names)}
    tree = _parsed(sql)
    if tree is None:
        return _unparsed(engine, sql, state, node)
    return _Text(engine, tree, binds, state, node).run(sql)


def _with_values(text: Value) -> tuple[str | None, dict[str, Value]]:
    """Put placeholders where numbers and verified claims are written into the text."""
    whole = text_of(text)
    if whole is not None or not isinstance(text, Apply) or text.name != "+":
        return whole, {}
    values: dict[str, Value] = {}
    words: list[str] = []
    for part in _pieces(text):
        constant = text_of(part)
        if constant is None and not _is_one_value(part):
            return None, {}
        if constant is None:
            name = f"sdd_value_{len(values)}"
            values[name] = part
            constant = f":{name}"
        words.append(constant)
    sql = "".join(words)
    return re.sub(r"'(:sdd_value_\d+)'", r"\1", sql), values


def _pieces(text: Value) -> Iterator[Value]:
    if isinstance(text, Apply) and text.name == "+":
        for part in text.args:
            yield from _pieces(part)
    else:
        yield text


def _is_one_value(value: Value) -> bool:
    """Whether what is written into the text can be one value only: a number, a claim."""
    root = value
    while isinstance(root, Field):
        root = root.base
    return isinstance(root, Claims) or (is_client(value) and not writes_sql(value))


def _with_names(sql: str) -> tuple[str, tuple[str, ...]]:
    """Give every placeholder a name, as the drivers write them: `?`, `%s`, `$1`, `%(name)s`."""
    names: list[str] = []

    def name(_: re.Match[str]) -> str:
        names.append(f"sdd_{len(names)}")
        return f":{names[-1]}"

    return _POSITIONAL.sub(name, _NAMED.sub(r":\1", sql)), tuple(names)


def _binds(
    engine: Engine, statement: Value, arguments: Arguments, state: State, names: tuple[str, ...]
) -> dict[str, Value]:
    found: list[tuple[str, Value]] = []
    if isinstance(statement, LibObject):
        found.extend(statement.keywords)
    rest: list[Value] = []
    params = arguments.get("params", 1) or arguments.get("parameters")
    if names:
        given = arguments.positional[1:] if len(arguments.positional) != 2 else None  # noqa: PLR2004
        values = given if given is not None else listed(engine, params, state)
        found.extend(zip(names, values, strict=False))
    elif params is not None:
        spread_mapping(engine, params, state, found, rest)
    found.extend(pair for pair in arguments.keywords if pair[0] not in {"params", "parameters"})
    return dict(overridden(found, rest))


def _parsed(sql: str) -> Any:  # noqa: ANN401 - sqlglot is loaded when it is needed
    from sqlglot import errors, parse_one  # noqa: PLC0415 - loads slowly

    try:
        return parse_one(sql, read="postgres")
    except (errors.SqlglotError, RecursionError):
        return None


def _assembled(
    engine: Engine,
    statement: Value,
    text: Value,
    state: State,
    node: ast.AST,
    is_open: bool,  # noqa: FBT001
) -> Value:
    """Text that is put together at run time: what its constant parts name is touched."""
    words = " ".join(part for one in parts_of(text) if (part := text_of(one)) is not None)
    rows: list[Row] = []
    for verb, table in _TABLE.findall(words):
        entity = schema(engine).of_table(table)
        if entity is None:
            continue
        row = engine.row(entity, ("sql", statement, table), engine.place(node))
        if is_open:
            engine.injected[row] = None
        else:
            engine.define(row, Opaque("SQL that is put together at run time", (row,)))
        rows.append(row)
        if words.lstrip().lower().startswith(("delete", "update")) and verb.lower() != "join":
            operation = "delete" if words.lstrip().lower().startswith("delete") else "update"
            engine.write(state, Write(operation, row, engine.place(node), "*"))
    if not rows:
        engine.unknown_check("SQL that is put together at run time", state, ())
        return apply("executed", (statement,))
    engine.read(state, rows, engine.place(node))
    return Result(rows[0], tuple(rows))


def _unclear(row: Row) -> Formula:
    return Opaque("an insert whose values are not followed", (row,))


def _unparsed(engine: Engine, sql: str, state: State, node: ast.AST) -> Value:
    """Text that is no SQL we know: its tables are touched in a way that is not understood."""
    rows = []
    for _, table in _TABLE.findall(sql):
        entity = schema(engine).of_table(table)
        if entity is not None:
            row = engine.row(entity, ("sql", sql, table), engine.place(node))
            engine.define(row, Opaque("SQL that could not be parsed", (row,)))
            rows.append(row)
    if not sql.lstrip(" (\n\t").lower().startswith(("select", "with", "show", "pragma")):
        altered(engine, "runs SQL that is no query", state, node)
        for row in rows:
            engine.write(state, Write("update", row, engine.place(node), "*"))
    engine.read(state, rows, engine.place(node))
    return Result(rows[0], tuple(rows)) if rows else apply("executed", (lit(sql),))


class _Text:
    """One parsed statement."""

    def __init__(
        self,
        engine: Engine,
        tree: Any,  # noqa: ANN401
        binds: Mapping[str, Value],
        state: State,
        node: ast.AST,
    ) -> None:
        self.engine = engine
        self.tree = tree
        self.binds = binds
        self.state = state
        self.node = node
        self.rows: dict[str, Row] = {}
        self.excluded: Mapping[str, Value] = {}

    def run(self, sql: str) -> Value:
        from sqlglot import expressions as sg  # noqa: PLC0415

        place = self.engine.place(self.node)
        key = ("sql", sql, tuple(self.binds.items()))
        for table in self.tree.find_all(sg.Table):
            entity = self._entity(table.name)
            row = self.engine.row(entity, (*key, table.alias_or_name), place)
            self.rows[table.alias_or_name] = row
            self.engine.from_text[row] = None
        if not self.rows:
            if isinstance(self.tree, (sg.Create, sg.Drop, sg.Alter, sg.Command)):
                altered(self.engine, "changes the database", self.state, self.node)
            return apply("executed", (lit(sql),))
        if isinstance(self.tree, sg.Insert):
            return self._insert(key)
        condition = both(self._conditions())
        for row in self.rows.values():
            others = [Exists(other) for other in self.rows.values() if other != row]
            self.engine.define(row, both([condition, *others]))
        main = next(iter(self.rows.values()))
        if isinstance(self.tree, sg.Update):
            self._set(main, self.tree.expressions)
        elif isinstance(self.tree, sg.Delete):
            self.engine.write(self.state, Write("delete", main, place, "*"))
        elif isinstance(self.tree, (sg.Drop, sg.TruncateTable)):
            altered(self.engine, "drops tables or empties them", self.state, self.node)
            self.engine.write(self.state, Write("delete", main, place))
        elif isinstance(self.tree, (sg.Create, sg.Alter, sg.Command)):
            altered(self.engine, "changes the database's tables", self.state, self.node)
        else:
            self.engine.read(self.state, list(self.rows.values()), place)
            self.engine.projections[main] = tuple(
                item.alias_or_name for item in getattr(self.tree, "expressions", ())
            )
        return Result(main, tuple(self.rows.values()))

    def _insert(self, key: tuple[object, ...]) -> Value:
        """A new row is what its values say; where its keys are taken, another is changed."""
        place = self.engine.place(self.node)
        made, *sources = self.rows.values()
        self.engine.read(self.state, sources, place)
        given = self._given()
        said = [equal(Field(made, name), term) for name, term in given.items()]
        self.engine.define(made, both(said or [_unclear(made)]))
        self.engine.write(self.state, Write("create", made, place, "*"))
        conflict = self.tree.args.get("conflict")
        replaces = str(self.tree.args.get("alternative")).upper() == "REPLACE"
        if replaces or (conflict is not None and conflict.expressions):
            there = self.engine.row(made.entity, (*key, "there"), place)
            self.engine.from_text[there] = None
            named = [one.name for one in (conflict and conflict.args.get("conflict_keys")) or ()]
            keys = [equal(Field(there, name), given[name]) for name in named if name in given]
            where = conflict and conflict.args.get("where")
            self.rows = {name: there for name, row in self.rows.items() if row == made}
            self.excluded = given
            more = [self._formula(where.this)] if where else []
            found = keys if named and len(keys) == len(named) else [_unclear(there)]
            self.engine.define(there, both([*found, *more]))
            self._set(there, () if replaces else conflict.expressions)
        return Result(made, (made,))

    def _set(self, row: Row, assignments: Sequence[Any]) -> None:
        """Write the columns that are set, each with its value; all of them if none is named."""
        from sqlglot import expressions as sg  # noqa: PLC0415

        place = self.engine.place(self.node)
        named = [one for one in assignments if isinstance(one, sg.EQ)]
        if not named or len(named) < len(assignments):
            self.engine.write(self.state, Write("update", row, place, "*"))
        for one in named:
            value = self._term(one.right) or apply("sql", tuple(self._bound_in(one.right)))
            self.engine.write(self.state, Write("update", row, place, one.left.name, value))

    def _bound_in(self, node: Any) -> Iterator[Value]:  # noqa: ANN401
        from sqlglot import expressions as sg  # noqa: PLC0415

        terms = (self._term(one) for one in node.find_all(sg.Placeholder))
        return (term for term in terms if term is not None)

    def _given(self) -> dict[str, Value]:
        """Return what an insert puts into columns, if it is one row with named columns."""
        from sqlglot import expressions as sg  # noqa: PLC0415

        values = self.tree.expression
        names = [one.name for one in getattr(self.tree.this, "expressions", ())]
        if not isinstance(values, sg.Values) or len(values.expressions) != 1:
            return {}
        terms = map(self._term, values.expressions[0].expressions)
        pairs = zip(names, terms, strict=False)
        return {name: term for name, term in pairs if term is not None}

    def _entity(self, table: str) -> str:
        whole = schema(self.engine)
        found = whole.of_table(table)
        if found is None:
            from sqlglot import expressions as sg  # noqa: PLC0415

            whole.add_table(table, [column.name for column in self.tree.find_all(sg.Column)])
        return found or table

    def _conditions(self) -> Iterator[Formula]:
        from sqlglot import expressions as sg  # noqa: PLC0415

        where = self.tree.args.get("where")
        if where is not None:
            yield self._formula(where.this)
        for join in self.tree.find_all(sg.Join):
            clause = join.args.get("on")
            if clause is not None and join.side != "LEFT":
                yield self._formula(clause)

    def _formula(self, node: Any) -> Formula:  # noqa: ANN401
        from sqlglot import expressions as sg  # noqa: PLC0415

        if isinstance(node, sg.And):
            return both([self._formula(node.left), self._formula(node.right)])
        if isinstance(node, sg.Or):
            return either([self._formula(node.left), self._formula(node.right)])
        if isinstance(node, sg.Paren):
            return self._formula(node.this)
        if isinstance(node, sg.EQ):
            left, right = self._term(node.left), self._term(node.right)
            if left is not None and right is not None:
                return equal(left, right)
        return Opaque("a condition in SQL text", (next(iter(self.rows.values())), lit(str(node))))

    def _term(self, node: Any) -> Value | None:  # noqa: ANN401
        from sqlglot import expressions as sg  # noqa: PLC0415

        match node:
            case sg.Column() if node.table == "excluded":
                return self.excluded.get(node.name)
            case sg.Column():
                row = self.rows.get(node.table) if node.table else next(iter(self.rows.values()))
                return Field(row, node.name) if row is not None else None
            case sg.Placeholder():
                return self.binds.get(str(node.this or node.name))
            case sg.Literal():
                return Lit(node.this, "str")
            case sg.Cast() | sg.Paren():
                return self._term(node.this)
            case _:
                return None
