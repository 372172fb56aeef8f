"""Statements on abstract values: branches fork and merge, loops run until nothing new comes."""

import ast
from collections.abc import Callable, Collection, Mapping, Sequence

from sdd.audit.classes import define_class
from sdd.audit.contents import holder_of, put
from sdd.audit.engine import Arguments, Engine
from sdd.audit.exceptions import catches, is_library_exception
from sdd.audit.expressions import (
    condition,
    elements,
    get_item,
    make_function,
    spread_mapping,
    truth,
)
from sdd.audit.imports import import_from, import_module
from sdd.audit.logic import (
    NO,
    YES,
    Eq,
    Exists,
    Formula,
    Holds,
    Opaque,
    both,
    either,
    equal,
    negated,
    parts_of,
    values_in,
)
from sdd.audit.narrowing import narrow
from sdd.audit.state import State, choose, in_rest
from sdd.audit.values import (
    EXCEPTION,
    NONE,
    Apply,
    DictObject,
    Field,
    Func,
    Instance,
    Lib,
    ListObject,
    Lit,
    Many,
    Phi,
    Ref,
    Row,
    Super,
    Sym,
    Tup,
    Value,
    lit,
)

_ROUNDS = 2
_MOST_UNROLLED = 6


def expression(engine: Engine, node: ast.Expr, state: State) -> None:
    """Evaluate for its effects."""
    if not isinstance(node.value, ast.Constant):
        engine.evaluate(node.value, state)


def assign(engine: Engine, node: ast.Assign, state: State) -> None:
    """`a = b = c`."""
    value = engine.evaluate(node.value, state)
    for target in node.targets:
        bind_target(engine, target, value, state)


def annotated_assign(engine: Engine, node: ast.AnnAssign, state: State) -> None:
    """`a: T = b`."""
    if node.value is not None:
        bind_target(engine, node.target, engine.evaluate(node.value, state), state)


def augmented_assign(engine: Engine, node: ast.AugAssign, state: State) -> None:
    """`a += b`."""
    load = ast.BinOp(left=_as_load(node.target), op=node.op, right=node.value)
    ast.copy_location(load, node)
    bind_target(engine, node.target, engine.evaluate(load, state), state)


def _as_load(target: ast.expr) -> ast.expr:
    return target


def bind_target(engine: Engine, target: ast.expr, value: Value, state: State) -> None:
    """Bind a name, attribute, item, or several at once."""
    match target:
        case ast.Name(id=identifier):
            state.env[identifier] = value
            if identifier in engine.frame.globals_declared:
                pass  # module state that changes at run time is read as it was at import
        case ast.Tuple(elts=targets) | ast.List(elts=targets):
            _unpack(engine, targets, value, state)
        case ast.Starred(value=inner):
            bind_target(engine, inner, value, state)
        case ast.Attribute(value=base_node, attr=name):
            base = engine.evaluate(base_node, state)
            set_attribute(engine, base, name, value, state, target)
        case ast.Subscript(value=base_node, slice=key_node):
            base = engine.evaluate(base_node, state)
            if isinstance(base_node, ast.Name) and isinstance(base, (Sym, Field, Apply)):
                # A mapping known by its origin only becomes one with an entry of its own.
                base = engine.allocate(state, DictObject((), (base,)))
                state.env[base_node.id] = base
            set_item(engine, base, engine.evaluate(key_node, state), value, state)
            holder = holder_of(base)
            if holder is not None:
                put(engine, holder, [value], state)
        case _:
            pass


def _unpack(engine: Engine, targets: Sequence[ast.expr], value: Value, state: State) -> None:
    for position, target in enumerate(targets):
        item: Value
        if isinstance(value, Tup) and len(value.items) == len(targets):
            item = value.items[position]
        elif isinstance(value, Phi):
            item = engine.alternatives(
                [
                    (guard, get_item(engine, one, lit(position), state))
                    for guard, one in value.cases
                    if one != NONE
                ]
                or [(YES, NONE)]
            )
        else:
            item = get_item(engine, value, lit(position), state)
        bind_target(engine, target, item, state)


def set_attribute(
    engine: Engine, base: Value, name: str, value: Value, state: State, node: ast.AST
) -> None:
    """`base.name = value`; on a row this is a pending update."""
    from sdd.audit.orm import set_column  # noqa: PLC0415 - rows are the database's business

    def one(branch: State, item: Value) -> Value:
        if isinstance(item, Super):
            item = item.receiver
        if isinstance(item, Row):
            set_column(engine, item, name, value, branch, node)
        elif isinstance(item, Ref):
            engine.set_field(branch, item, name, value)
        elif (holder := holder_of(item)) is not None:
            put(engine, holder, [value], branch)
        return NONE

    engine.each(state, base, one)


def _under(
    engine: Engine, base: Value, key: Value, value: Value, guard: Formula, state: State
) -> Value:
    """Return an entry's new value where a condition holds, and its old one elsewhere."""
    held = engine.load(state, base) if isinstance(base, Ref) else None
    if not isinstance(held, DictObject) or not isinstance(key, Lit):
        return value
    old = held.get(str(key.value)) or in_rest(held.more, str(key.value))
    return choose([(guard, value), (negated(guard), old)])


def set_item(engine: Engine, base: Value, key: Value, value: Value, state: State) -> None:
    """`base[key] = value`."""
    if isinstance(base, Phi):
        for guard, item in base.cases:
            set_item(engine, item, key, _under(engine, item, key, value, guard, state), state)
        return
    if not isinstance(base, Ref):
        return
    match engine.load(state, base):
        case DictObject(items=items, more=more) if isinstance(key, Lit):
            kept = {**dict(items), str(key.value): value}
            engine.store(state, base, DictObject(tuple(kept.items()), more))
        case DictObject(items=items, more=more):
            engine.store(state, base, DictObject(items, (*more, value)))
        case ListObject(items=items, more=more):
            engine.store(state, base, ListObject(items, (*more, value)))
        case _:
            pass


# ------------------------------------------------------------------ branches


def if_statement(engine: Engine, node: ast.If, state: State) -> None:
    """Run the branches that are possible and join what comes out."""
    formula = state.simplify(condition(engine, node.test, state))
    branch_on(
        engine,
        state,
        [
            (formula, lambda branch: _run_branch(engine, node.test, node.body, branch, True)),
            (
                negated(formula),
                lambda branch: _run_branch(engine, node.test, node.orelse, branch, False),
            ),
        ],
    )


def _run_branch(
    engine: Engine,
    test: ast.expr,
    body: list[ast.stmt],
    state: State,
    passed: bool,  # noqa: FBT001
) -> None:
    narrow(engine, test, state, passed=passed)
    engine.execute(body, state)


def branch_on(
    engine: Engine, state: State, branches: Sequence[tuple[Formula, Callable[[State], None]]]
) -> None:
    """Run alternatives, each under its condition, and merge."""
    if not state.alive:
        return
    certain = [run for formula, run in branches if formula == YES]
    if certain:
        certain[0](state)
        return
    base = len(state.facts)
    ended = []
    for formula, run in branches:
        if formula == NO:
            continue
        branch = state.fork()
        branch.assume(formula)
        if branch.alive:
            run(branch)
        ended.append(branch)
    _continue_with(state, engine.join(ended, base))


def _continue_with(state: State, merged: State | None) -> None:
    if merged is None:
        state.alive = False
    else:
        state.become(merged)


def match_statement(engine: Engine, node: ast.Match, state: State) -> None:
    """Cases in order; patterns that bind or destructure are possible but not understood."""
    subject = engine.evaluate(node.subject, state)
    branches: list[tuple[Formula, Callable[[State], None]]] = []
    reached: Formula = YES
    for case in node.cases:
        formula = _pattern(engine, case.pattern, subject, state)
        if case.guard is not None:
            formula = both([formula, condition(engine, case.guard, state)])

        def run(branch: State, case: ast.match_case = case) -> None:
            engine.execute(case.body, branch)

        branches.append((both([reached, formula]), run))
        reached = both([reached, negated(formula)])
    branches.append((reached, _do_nothing))
    branch_on(engine, state, [(state.simplify(formula), run) for formula, run in branches])


def _do_nothing(_: State) -> None:
    """Fall through a match without a case."""


def _pattern(engine: Engine, pattern: ast.pattern, subject: Value, state: State) -> Formula:
    match pattern:
        case ast.MatchValue(value=node):
            return equal(subject, engine.evaluate(node, state))
        case ast.MatchSingleton(value=value):
            return equal(subject, lit(value))
        case ast.MatchAs(pattern=inner, name=name):
            formula = YES if inner is None else _pattern(engine, inner, subject, state)
            if name is not None:
                state.env[name] = subject if inner is None else _present(subject)
            return formula
        case ast.MatchOr(patterns=patterns):
            return either([_pattern(engine, one, subject, state) for one in patterns])
        case ast.MatchClass():
            return _class_pattern(engine, pattern, subject, state)
        case ast.MatchSequence(patterns=patterns):
            return _sequence_pattern(engine, patterns, subject, state)
        case _:
            for part in ast.walk(pattern):
                bound = getattr(part, "name", None) or getattr(part, "rest", None)
                if isinstance(bound, str):
                    state.env[bound] = Field(subject, "*")
            return Opaque("a structural pattern", (subject,))


def _present(subject: Value) -> Value:
    """Return a value without the alternative of None, which no class pattern matches."""
    if not isinstance(subject, Phi):
        return subject
    kept = [(guard, item) for guard, item in subject.cases if item != NONE]
    return kept[0][1] if len(kept) == 1 else Phi(tuple(kept))


def _class_pattern(
    engine: Engine, pattern: ast.MatchClass, subject: Value, state: State
) -> Formula:
    """`case Note(owner_id=x)`: the subject is there, and its attributes match."""
    there = _present(subject)
    parts = [truth(engine, subject, state)]
    for name, inner in zip(pattern.kwd_attrs, pattern.kwd_patterns, strict=True):

        def read(now: State, item: Value, name: str = name) -> Value:
            return engine.attribute(item, name, now, pattern)

        parts.append(_pattern(engine, inner, engine.each(state.fork(), there, read), state))
    parts.extend(_pattern(engine, one, Field(there, "*"), state) for one in pattern.patterns)
    parts.append(Holds("pattern", (there, lit(engine.site(pattern)))))
    return both(parts)


def _sequence_pattern(
    engine: Engine, patterns: Sequence[ast.pattern], subject: Value, state: State
) -> Formula:
    """`case [first, *rest]`: each part is one of the subject's elements."""
    parts: list[Formula] = []
    exact = isinstance(subject, Tup) and len(subject.items) == len(patterns)
    for position, inner in enumerate(patterns):
        if isinstance(inner, ast.MatchStar):
            if inner.name is not None:
                state.env[inner.name] = Many(elements(engine, subject, state))
            exact = False
            continue
        item = (
            get_item(engine, subject, lit(position), state)
            if exact
            else elements(engine, subject, state)
        )
        parts.append(_pattern(engine, inner, item, state))
    if not exact:
        parts.append(Holds("pattern", (lit(f"sequence at {patterns[0].lineno}"),)))
    return both(parts)


# ------------------------------------------------------------------ loops


def for_statement(engine: Engine, node: ast.For | ast.AsyncFor, state: State) -> None:
    """Over a known collection run each item; else run for any one item until nothing is new."""
    source = engine.evaluate(node.iter, state)
    known = _known_items(engine, source, state)
    if known is not None and engine.frame.is_module:
        for item in known:
            bind_target(engine, node.target, item, state)
            engine.execute(node.body, state)
            state.alive = True
        return
    if known is not None and 0 < len(known) <= _MOST_UNROLLED:
        _unrolled(engine, node, known, state)
        return

    about: set[Row] = set()

    def start(branch: State) -> None:
        item = elements(engine, source, branch)
        about.update(part for part in parts_of(item) if isinstance(part, Row))
        bind_target(engine, node.target, item, branch)

    _loop(engine, node, state, start, NO, about)


def _unrolled(
    engine: Engine, node: ast.For | ast.AsyncFor, items: list[Value], state: State
) -> None:
    """Run a loop over a few known items one after the other."""
    base = len(state.facts)
    engine.frame.breaks.append([])
    for item in items:
        engine.frame.continues.append([])
        if state.alive:
            bind_target(engine, node.target, item, state)
            engine.execute(node.body, state)
        ended = [state.fork()] if state.alive else []
        _continue_with(state, engine.join([*ended, *engine.frame.continues.pop()], base))
    if state.alive:
        engine.execute(node.orelse, state)
    broken = engine.frame.breaks.pop()
    if broken:
        ended = [state.fork()] if state.alive else []
        _continue_with(state, engine.join([*ended, *broken], base))


def _known_items(engine: Engine, source: Value, state: State) -> list[Value] | None:
    if isinstance(source, Tup):
        return list(source.items)
    if isinstance(source, Ref):
        held = engine.load(state, source)
        if isinstance(held, ListObject) and not held.more:
            return [item for guard, item in held.items] if _certain(held) else None
        if isinstance(held, DictObject) and not held.more:
            return [lit(key) for key, _ in held.items]
    return None


def _certain(held: ListObject) -> bool:
    return all(guard == YES for guard, _ in held.items)


def while_statement(engine: Engine, node: ast.While, state: State) -> None:
    """Run while the condition may hold."""
    formula = state.simplify(condition(engine, node.test, state))

    def start(branch: State) -> None:
        branch.assume(condition(engine, node.test, branch))
        narrow(engine, node.test, branch, passed=True)

    _loop(engine, node, state, start, formula, set())


def _loop(
    engine: Engine,
    node: ast.For | ast.AsyncFor | ast.While,
    state: State,
    start: Callable[[State], None],
    entered: Formula,
    about: Collection[Row],
) -> None:
    base = len(state.facts)
    engine.frame.breaks.append([])
    engine.frame.continues.append([])
    current = state.fork()
    exits: list[State] = []
    for _ in range(_ROUNDS):
        before = dict(current.env)
        body = current.fork()
        start(body)
        if body.alive:
            engine.execute(node.body, body)
        ended = [body, *engine.frame.continues[-1]]
        engine.frame.continues[-1].clear()
        exits.extend(one for one in ended if one.alive)
        joined = engine.join([current, *ended], base)
        if joined is None:
            break
        stable = all(joined.env.get(key) is value for key, value in before.items())
        current = _forget(joined, base)
        if stable:
            break
    engine.frame.continues.pop()
    broken = engine.frame.breaks.pop()
    after = current if entered != YES else None
    lasting = _held_for_all(exits, base, about) if not broken and after is not None else []
    if after is not None:
        for fact in lasting:
            after.assume(fact)
        engine.execute(node.orelse, after)
    ways = [*([after] if after is not None else []), *broken]
    _continue_with(state, engine.join(ways, base) if ways else _endless(current))


def _endless(state: State) -> State | None:
    del state
    return None


def _forget(joined: State, base: int) -> State:
    """Drop facts of single iterations; what held before the loop stays."""
    joined.forget(base)
    return joined


def _held_for_all(exits: list[State], base: int, about: Collection[Row]) -> list[Formula]:
    """Return what every iteration that came to its end established about its item.

    The loop's item stands for any one of the items, so a check that each had to pass holds
    for all of them afterwards, if the loop ran to its end. Of anything else it says something
    only where there was an item at all.
    """
    if not exits or not about:
        return []
    first = list(exits[0].facts)[base:]
    common = [fact for fact in first if all(fact in one.facts for one in exits[1:])]
    return [
        either([*(negated(Exists(row)) for row in named), fact])
        for fact in common
        if isinstance(fact, Eq) and (named := _rows_named(fact).intersection(about))
    ]


def _rows_named(fact: Formula) -> set[Row]:
    return {part for value in values_in(fact) for part in parts_of(value) if isinstance(part, Row)}


def break_statement(engine: Engine, node: ast.Break, state: State) -> None:
    """Leave the innermost loop."""
    del node
    if engine.frame.breaks:
        engine.frame.breaks[-1].append(state.fork())
    state.alive = False


def continue_statement(engine: Engine, node: ast.Continue, state: State) -> None:
    """Go on with the next item."""
    del node
    if engine.frame.continues:
        engine.frame.continues[-1].append(state.fork())
    state.alive = False


# ------------------------------------------------------------------ exceptions, contexts


def try_statement(engine: Engine, node: ast.Try, state: State) -> None:
    """Run the body and its handlers; `finally` runs however they end."""
    if not node.finalbody or all(_only_closes(one) for one in node.finalbody):
        _guarded(engine, node, state)
        if state.alive:
            engine.execute(node.finalbody, state)
        return
    frame, base = engine.frame, len(state.facts)
    interrupted = state.fork()
    returned, raised = len(frame.returns), len(frame.raises)
    engine.tries += 1
    snapshots = _guarded(engine, node, state)
    engine.tries -= 1
    ended = [end for end, _ in [*frame.returns[returned:], *frame.raises[raised:]]]
    early = [one.fork() for one in snapshots if one.alive]
    for one in early:
        one.forget(base)
    forks = [interrupted, *early, *(end.fork() for end in ended)]
    for one in forks:
        one.alive = True
    left = engine.join(forks, base)
    if _leaves(node.finalbody):
        # What is pending, an exception or a result, is dropped by a jump out of `finally`.
        del frame.returns[returned:], frame.raises[raised:]
        ways = [one for one in (state.fork(), left) if one is not None and one.alive]
        _continue_with(state, engine.join(ways, base))
        engine.execute(node.finalbody, state)
        return
    if not engine.tries:
        del frame.raises[raised:]
    if left is not None:
        kept = len(frame.raises)
        engine.execute(node.finalbody, left)
        del frame.raises[kept:]
    if state.alive:
        engine.execute(node.finalbody, state)


def _only_closes(statement: ast.stmt) -> bool:
    value = statement.value if isinstance(statement, ast.Expr) else None
    call = value.value if isinstance(value, ast.Await) else value
    return isinstance(statement, ast.Pass) or (
        isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr in {"close", "aclose", "reset", "release", "remove"}
        and not call.args
    )


def _leaves(body: Sequence[ast.stmt]) -> bool:
    """Whether a `finally` block jumps out of itself."""
    queue: list[ast.AST] = list(body)
    while queue:
        node = queue.pop()
        if isinstance(node, (ast.Return, ast.Break, ast.Continue)):
            return True
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
            queue.extend(ast.iter_child_nodes(node))
    return False


def _guarded(engine: Engine, node: ast.Try, state: State) -> list[State]:
    """Run the body; handlers start from wherever it may have raised. Return those states."""
    base = len(state.facts)
    start = state.fork()
    mark = len(engine.frame.raises)
    engine.tries += 1
    snapshots = [start]
    body = state.fork()
    for statement in node.body:
        if not body.alive:
            break
        engine.execute([statement], body)
        if statement is not node.body[-1]:
            snapshots.append(body.fork())
    snapshots = [one for one in snapshots if one.alive or one is start]
    engine.tries -= 1
    thrown = engine.frame.raises[mark:]
    del engine.frame.raises[mark:]
    if body.alive:
        engine.execute(node.orelse, body)
    ended = [body]
    for handler in node.handlers:
        caught, thrown = _split(engine, handler, thrown, start)
        entry = _handler_entry(start, snapshots, caught, base, handler, engine)
        if entry is None:
            continue
        if handler.name:
            entry.env[handler.name] = _caught_value(engine, wanted_by(handler), caught)

        engine.execute(handler.body, entry)
        ended.append(entry)
    if engine.tries:
        engine.frame.raises.extend(thrown)
    _continue_with(state, engine.join(ended, base))
    return snapshots


def wanted_by(handler: ast.ExceptHandler) -> ast.expr | None:
    """Return the expression of the exceptions that a handler catches."""
    return handler.type


def _caught_value(engine: Engine, wanted: ast.expr | None, caught: "_Thrown") -> Value:
    """Return what `except … as error` binds: the project's own exceptions speak for users."""
    del engine, wanted
    own = [value for _, value in caught if isinstance(value, Ref)]
    return own[0] if own and len(own) == len(caught) else EXCEPTION


_Thrown = list[tuple[State, Value]]


def _split(
    engine: Engine, handler: ast.ExceptHandler, thrown: _Thrown, state: State
) -> tuple[_Thrown, _Thrown]:
    if handler.type is None:
        return thrown, []
    wanted = engine.evaluate(handler.type, state)
    caught = [item for item in thrown if catches(engine, wanted, item[1], item[0])]
    return caught, [item for item in thrown if item not in caught]


def _handler_entry(
    start: State,
    snapshots: list[State],
    caught: _Thrown,
    base: int,
    handler: ast.ExceptHandler,
    engine: Engine,
) -> State | None:
    """Join every state from which this handler can be entered."""
    states = [one for one, _ in caught]
    wanted = engine.evaluate(handler.type, start) if handler.type is not None else None
    if not caught or wanted is None or is_library_exception(engine, wanted):
        early = [snapshot.fork() for snapshot in snapshots]
        for snapshot in early:
            snapshot.forget(base)
        states = [*early, *states]
    for one in states:
        one.alive = True
    return engine.join([one.fork() for one in states], base)


def raise_statement(engine: Engine, node: ast.Raise, state: State) -> None:
    """End the path with an exception."""
    value = engine.evaluate(node.exc, state) if node.exc is not None else Lib("reraised")
    if state.alive:
        engine.fail(state, value)


def assert_statement(engine: Engine, node: ast.Assert, state: State) -> None:
    """Run the condition for its effects; `python -O` removes it, so that it proves nothing."""
    condition(engine, node.test, state.fork())
    for part in ast.walk(node.test):
        if isinstance(part, ast.Compare) and _only_narrows(part):
            narrow(engine, node.test, state, passed=True)


def _only_narrows(test: ast.Compare) -> bool:
    """Whether it compares with None: that tells a reader about types, not about users."""
    return any(isinstance(one, ast.Constant) and one.value is None for one in test.comparators)


def with_statement(engine: Engine, node: ast.With | ast.AsyncWith, state: State) -> None:
    """Enter the contexts, run the body; `suppress` swallows, `begin` commits."""
    from sdd.audit.contexts import enter, leave  # noqa: PLC0415 - contexts call functions

    managers = []
    for item in node.items:
        manager = engine.evaluate(item.context_expr, state)
        managers.append(manager)
        value = enter(engine, manager, state, item.context_expr)
        if item.optional_vars is not None:
            bind_target(engine, item.optional_vars, value, state)
    if any(_suppresses(manager) for manager in managers):
        base = len(state.facts)
        body = state.fork()
        engine.execute(node.body, body)
        _continue_with(state, engine.join([body, state.fork()], base))
    else:
        engine.execute(node.body, state)
    if state.alive:
        for manager in reversed(managers):
            leave(engine, manager, state)


def _suppresses(manager: Value) -> bool:
    return getattr(manager, "name", "") == "contextlib.suppress"


def return_statement(engine: Engine, node: ast.Return, state: State) -> None:
    """End the function with a value."""
    value = engine.evaluate(node.value, state) if node.value is not None else NONE
    if state.alive:
        engine.frame.returns.append((state.fork(), value))
    state.alive = False


def define_function(
    engine: Engine, node: ast.FunctionDef | ast.AsyncFunctionDef, state: State
) -> None:
    """Bind a function, with its decorators applied from the inside out."""
    if any(isinstance(one, ast.Attribute) and one.attr == "setter" for one in node.decorator_list):
        return
    function = make_function(engine, node, state)
    scope = function.closure
    value: Value = function
    for decorator in reversed(node.decorator_list):
        value = decorated(engine, decorator, value, state)
    state.env[node.name] = value
    if scope is not None and isinstance(scope, dict):
        scope[node.name] = value


def decorated(engine: Engine, decorator: ast.expr, value: Value, state: State) -> Value:
    """Apply a decorator; what a library's unknown decorator returns is the function itself."""
    with_call = engine.evaluate(decorator, state)
    result = engine.call(with_call, Arguments((value,)), state, decorator)
    state.alive = True
    if isinstance(result, (Func, Ref)) or type(result).__name__ in {"Bound", "ClassInfo"}:
        return result
    if isinstance(result, Phi):
        functions = [item for _, item in result.cases if isinstance(item, Func)]
        if functions:
            return functions[0]
    return value


def class_statement(engine: Engine, node: ast.ClassDef, state: State) -> None:
    """Bind a class."""
    value: Value = define_class(engine, node, state)
    for decorator in reversed(node.decorator_list):
        changed = decorated(engine, decorator, value, state)
        value = changed if type(changed).__name__ == "ClassInfo" else value
    state.env[node.name] = value


def delete_statement(engine: Engine, node: ast.Delete, state: State) -> None:
    """Unbind names and keys."""
    for target in node.targets:
        if isinstance(target, ast.Name):
            state.env.pop(target.id, None)
        elif isinstance(target, ast.Subscript):
            base = engine.evaluate(target.value, state)
            key = engine.evaluate(target.slice, state)
            held = engine.load(state, base) if isinstance(base, Ref) else None
            if isinstance(held, DictObject) and isinstance(key, Lit):
                items = tuple(item for item in held.items if item[0] != str(key.value))
                engine.store(state, base, DictObject(items, held.more))


def global_statement(engine: Engine, node: ast.Global, state: State) -> None:
    """Note that names mean the module's."""
    del state
    engine.frame.globals_declared.update(node.names)


EXECUTORS: Mapping[type, Callable[..., None]] = {
    ast.Expr: expression,
    ast.Assign: assign,
    ast.AnnAssign: annotated_assign,
    ast.AugAssign: augmented_assign,
    ast.If: if_statement,
    ast.Match: match_statement,
    ast.For: for_statement,
    ast.AsyncFor: for_statement,
    ast.While: while_statement,
    ast.Try: try_statement,
    ast.TryStar: try_statement,
    ast.Raise: raise_statement,
    ast.Assert: assert_statement,
    ast.With: with_statement,
    ast.AsyncWith: with_statement,
    ast.Return: return_statement,
    ast.Break: break_statement,
    ast.Continue: continue_statement,
    ast.FunctionDef: define_function,
    ast.AsyncFunctionDef: define_function,
    ast.ClassDef: class_statement,
    ast.Import: import_module,
    ast.ImportFrom: import_from,
    ast.Delete: delete_statement,
    ast.Global: global_statement,
}

__all__ = ["EXECUTORS", "Instance", "Many", "bind_target", "spread_mapping", "truth"]
