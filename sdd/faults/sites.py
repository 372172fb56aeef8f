"""Where a program protects its data: functions that requests run, comparisons, guards."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sdd.faults.bindings import Bindings, Execution, bound_statements, owners
from sdd.faults.scopes import CASTS, PLACE, Function, Scope, unwrapped
from sdd.faults.source import Source, called
from sdd.program import Program
from sdd.program.facts import EntryFacts, Facts, FunctionFacts
from sdd.program.model import FunctionNode
from sdd.text import Span

_WRITES = frozenset({"add", "add_all", "delete", "commit", "merge", "flush"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """An equality on which the protection of a row rests.

    Attributes:
        protected: The side that is compared: a column, a value of the client's.
        other: The caller's identity, or for a child the parent's key.
    """

    node: ast.Compare
    protected: ast.expr
    other: ast.expr
    binds_child: bool = False


class Ground:
    """A program with what is known of it."""

    def __init__(self, program: Program, facts: Facts) -> None:
        self.program = program
        self.facts = facts
        self.classes = {
            item.name: (module, item)
            for module in program.modules.values()
            for item in module.classes()
        }
        self._sources: dict[str, Source] = {}
        functions = tuple(self._functions())
        self.executions = self._executions(functions)
        self.functions = tuple(
            replace(one, places=frozenset().union(*(owners(one, it) for it in its)))
            if (its := self.executions.get(one.node))
            else one
            for one in functions
        )
        self.scopes: tuple[Scope, ...] = (
            *self.functions,
            *bound_statements(self.executions, functions),
        )
        self._names = {function.node.name for function in self.functions}

    def source(self, path: str) -> Source:
        """Return a module's text."""
        if path not in self._sources:
            self._sources[path] = Source(self.program.modules[path])
        return self._sources[path]

    def _functions(self) -> Iterator[Function]:
        """Yield every function that an entry runs, by place."""
        entries: dict[Span, list[EntryFacts]] = {}
        for entry in self.facts.entries:
            for place in dict.fromkeys([*entry.doors, *entry.functions]):
                entries.setdefault(place, []).append(entry)
        for place in sorted(entries):
            if place.path in self.program.modules:
                source = self.source(place.path)
                node = _definition(source, place)
                if node is not None:
                    facts = self.facts.functions.get(place, FunctionFacts())
                    yield _function(source, node, tuple(entries[place]), facts)

    def _executions(self, functions: Sequence[Function]) -> Mapping[ast.AST, tuple[Execution, ...]]:
        """Return the executions of statements with bound parameters; most programs have none."""
        modules = self.program.modules
        if not any(PLACE in module.source.text for module in modules.values()):
            return {}
        bindings = Bindings(map(self.source, sorted(modules)), functions)
        return {one.node: found for one in functions if (found := tuple(bindings.executions(one)))}

    def comparisons(self, function: Scope) -> Iterator[Comparison]:
        """Yield the equalities in a piece of code that tie data to the caller or to a parent."""
        for node in ast.walk(function.node):
            if (
                isinstance(node, ast.Compare)
                and len(node.ops) == 1
                and isinstance(node.ops[0], (ast.Eq, ast.NotEq))
                and function.source.is_faithful(node)
            ):
                yield from self._comparison(function, node)

    def _comparison(self, function: Scope, node: ast.Compare) -> Iterator[Comparison]:
        left, right = node.left, node.comparators[0]
        if isinstance(left, ast.Constant) or isinstance(right, ast.Constant):
            return
        if _stops_the_same(function.source, node):
            return
        for mine, other in ((left, right), (right, left)):
            if function.is_principal(other) and not function.is_principal(mine):
                # What a statement built before compares is what it is for.
                if not isinstance(function, Function) or self._matters(function, mine):
                    yield Comparison(node=node, protected=mine, other=other)
                return
        for mine, other in ((left, right), (right, left)):
            is_parent = self._is_column(mine, self.facts.parent_columns)
            if is_parent and not self.is_class_column(other):
                yield Comparison(node=node, protected=mine, other=other, binds_child=True)
                return

    def _matters(self, function: Function, mine: ast.expr) -> bool:
        """Whether what is compared with the caller is also used: an id, a row, or what found it."""
        bare = mine
        while isinstance(bare, ast.Call) and len(bare.args) == 1 and called(bare) in CASTS:
            bare = bare.args[0]
        while isinstance(bare, ast.Attribute):
            bare = bare.value
        statement = function.source.statement(mine)
        if not isinstance(bare, ast.Name) or bare.id in self.classes:
            return True
        if bare.id not in function.clients:
            return any(is_used(function, name, statement) for name in _found_by(function, bare.id))
        if is_used(function, bare.id, statement):
            return True
        return not function.is_handler and self._is_used_by_others(function, bare.id)

    def _is_used_by_others(self, function: Function, name: str) -> bool:
        """Whether the handler behind a dependency, or a caller, uses what was compared."""
        for other in self._beside(function):
            if other.is_handler and is_used(other, name, None):
                return True
            for call in ast.walk(other.node):
                if isinstance(call, ast.Call) and called(call) == function.node.name:
                    inside = other.source.statement(call)
                    given = [*call.args, *(item.value for item in call.keywords)]
                    names = {item.id for item in given if isinstance(item, ast.Name)}
                    if any(is_used(other, one, inside) for one in names & other.clients):
                        return True
        return False

    def _beside(self, function: Function) -> Iterator[Function]:
        """Yield the other functions that run in the same requests."""
        entries = set(function.entries)
        for other in self.functions:
            if other.node is not function.node and entries & set(other.entries):
                yield other

    def owners_compared(self, function: Scope) -> Iterator[ast.Compare]:
        """Yield the comparisons of an owner's column, with whatever it is compared."""
        for node in ast.walk(function.node):
            if isinstance(node, ast.Compare):
                sides = (node.left, *node.comparators)
                if any(self._is_column(side, self.facts.owner_columns) for side in sides):
                    yield node

    def _is_column(self, node: ast.expr, columns: frozenset[tuple[str, str]]) -> bool:
        inner = unwrapped(node)
        if not isinstance(inner, ast.Attribute):
            return False
        if self.is_class_column(inner) and isinstance(inner.value, ast.Name):
            return (inner.value.id, inner.attr) in columns
        return any(name == inner.attr for _, name in columns)

    def is_class_column(self, node: ast.expr) -> bool:
        """Whether an expression is a column of a class, not of a row."""
        inner = unwrapped(node)
        return (
            isinstance(inner, ast.Attribute)
            and isinstance(inner.value, ast.Name)
            and inner.value.id in self.classes
        )

    def is_owner_column(self, name: str) -> bool:
        """Whether some table has its owner in a column of this name."""
        return any(column == name for _, column in self.facts.owner_columns)

    def is_checker(self, call: ast.Call, function: Function) -> bool:
        """Whether a call runs a function of the program that may raise and writes nothing."""
        return bool(self._raises(called(call), frozenset(), {e.name for e in function.entries}))

    def only_reads(self, call: ast.Call, function: Function) -> bool:
        """Whether a call runs a function of the program that writes nothing."""
        entries = {entry.name for entry in function.entries}
        return self._raises(called(call), frozenset(), entries) is not None

    def _raises(self, name: str, seen: frozenset[str], entries: set[str]) -> bool | None:
        """Return whether functions of a name may raise; None if they write, or there are none."""
        bodies = [
            item.node
            for item in self.functions
            if item.node.name == name and entries & {entry.name for entry in item.entries}
        ]
        raises = False
        for body in bodies:
            for node in ast.walk(body):
                raises = raises or isinstance(node, ast.Raise)
                if isinstance(node, ast.Call):
                    inner = called(node)
                    if inner in _WRITES:
                        return None
                    if inner not in seen and inner != name and inner in self._names:
                        deeper = self._raises(inner, seen | {name}, entries)
                        if deeper is None:
                            return None
                        raises = raises or deeper
        return raises if bodies else None


def refuses(source: Source, node: ast.Compare, test: ast.expr) -> bool:
    """Whether a test holds where the two sides of a comparison in it differ."""
    differs = isinstance(node.ops[0], ast.NotEq)
    inner: ast.AST | None = node
    while inner is not None and inner is not test:
        inner = source.parent(inner)
        if isinstance(inner, ast.UnaryOp) and isinstance(inner.op, ast.Not):
            differs = not differs
    return differs


def _stops_the_same(source: Source, node: ast.Compare) -> bool:
    """Whether a branch ends the request of the one who is the same: no protection from others."""
    match source.statement(node):
        case ast.If(test=test, body=[*_, ast.Raise()]):
            return node in set(ast.walk(test)) and not refuses(source, node, test)
        case _:
            return False


def _found_by(function: Function, name: str) -> Iterator[str]:
    """Yield a name and, where a lookup filled it, the client's values that were looked up."""
    yield name
    for node in ast.walk(function.node):
        match node:
            case ast.Assign(targets=[ast.Name(id=other)], value=value) if other == name:
                for inner in ast.walk(value):
                    if isinstance(inner, ast.Name) and inner.id in function.clients:
                        yield inner.id
            case _:
                pass


def is_used(function: Function, name: str, apart: ast.stmt | None) -> bool:
    """Whether a name is read outside of a statement, other than for messages."""
    reads = [
        node
        for node in ast.walk(function.node)
        if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load)
    ]
    for node in reads:
        inner: ast.AST | None = node
        while inner is not None and inner is not apart and not is_message(inner):
            inner = function.source.parent(inner)
        if inner is None:
            return True
    return False


def is_message(node: ast.AST) -> bool:
    """Whether a piece of code only tells somebody something."""
    match node:
        case ast.JoinedStr() | ast.Raise():
            return True
        case ast.Call(func=ast.Name(id="print")):
            return True
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name))):
            return name in {"logger", "logging", "log"}
        case _:
            return False


def _definition(source: Source, place: Span) -> FunctionNode | None:
    for node in source.module.functions():
        if (node.lineno, node.col_offset + 1) == (place.line, place.column):
            return node
    return None


def _function(
    source: Source, node: FunctionNode, entries: tuple[EntryFacts, ...], facts: FunctionFacts
) -> Function:
    function = Function(
        source=source,
        node=node,
        entries=entries,
        principals=facts.principals,
        clients=facts.clients,
        facts=facts,
    )
    for _ in range(3):  # names of names of names
        more = {
            name
            for inner in ast.walk(node)
            for name in _bound(inner, function)
            if name not in function.principals
        }
        if not more:
            break
        function = replace(
            function, principals=function.principals | more, clients=function.clients - more
        )
    return function


def _bound(node: ast.AST, function: Function) -> Iterator[str]:
    match node:
        case (
            ast.Assign(targets=[ast.Name(id=name)], value=value)
            | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
            | ast.NamedExpr(target=ast.Name(id=name), value=value)
        ) if function.is_principal(value):
            yield name
        case _:
            pass
