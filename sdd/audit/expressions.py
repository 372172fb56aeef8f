"""Expressions on abstract values, one function for each form of syntax."""

import ast
from collections.abc import Callable, Iterable, Mapping, Sequence

from sdd.audit.engine import Arguments, Engine
from sdd.audit.injection import is_injected
from sdd.audit.logic import (
    NO,
    YES,
    Formula,
    Holds,
    Truthy,
    both,
    either,
    equal,
    negated,
    parts_of,
)
from sdd.audit.narrowing import narrow
from sdd.audit.state import State, choose
from sdd.audit.switches import symbols
from sdd.audit.values import (
    NONE,
    Apply,
    Col,
    DictObject,
    Field,
    Func,
    Generic,
    Instance,
    Lib,
    LibObject,
    ListObject,
    Lit,
    Many,
    Phi,
    Ref,
    Result,
    Row,
    Sym,
    Truth,
    Tup,
    Value,
    lit,
)

_CONSTANT_TRUTH = (Row,)
_LARGEST_TERM = 40


def constant(engine: Engine, node: ast.Constant, state: State) -> Value:
    """Return a literal."""
    del engine, state
    return lit(node.value)


def name(engine: Engine, node: ast.Name, state: State) -> Value:
    """Look a name up: locals, enclosing functions, module, builtins."""
    return lookup(engine, node.id, state)


def lookup(engine: Engine, identifier: str, state: State) -> Value:
    """Find what a name is bound to in the running function."""
    found = state.env.get(identifier)
    frame = engine.frame
    if found is None and frame.scope is not None:
        found = frame.scope.get(identifier)
    if found is None and not frame.is_module:
        found = engine.module(frame.module.path).get(identifier)
    if found is None:
        found = engine.builtins.get(identifier)
    if found is None:
        return Sym("unknown", f"name {identifier}")
    if isinstance(found, Sym) and found.kind == "deferred":
        path, _, wanted = found.name.rpartition(":")
        return engine.module(path).get(wanted, found)
    return found


def attribute(engine: Engine, node: ast.Attribute, state: State) -> Value:
    """Read an attribute."""
    base = engine.evaluate(node.value, state)
    return engine.each(
        state, base, lambda branch, item: engine.attribute(item, node.attr, branch, node)
    )


def subscript(engine: Engine, node: ast.Subscript, state: State) -> Value:
    """Read an item, or subscript a type."""
    base = engine.evaluate(node.value, state)
    if isinstance(node.slice, ast.Slice):
        return base
    key = engine.evaluate(node.slice, state)
    return engine.each(state, base, lambda branch, item: get_item(engine, item, key, branch))


def get_item(engine: Engine, base: Value, key: Value, state: State) -> Value:
    """Return `base[key]`."""
    if isinstance(base, Ref):
        return _heap_item(engine, base, key, state)
    if isinstance(base, Tup) and isinstance(key, Lit) and isinstance(key.value, int):
        inside = -len(base.items) <= key.value < len(base.items)
        return base.items[key.value] if inside else Sym("unknown", "item")
    if isinstance(base, (Many, Result)):
        return base.element
    if isinstance(base, Row) and isinstance(key, Lit) and isinstance(key.value, int):
        columns = engine.projections.get(base, ())
        inside = 0 <= key.value < len(columns)
        return Field(base, columns[key.value]) if inside else base
    if isinstance(base, Lib) and base.name == "os.environ" and isinstance(key, Lit):
        return Sym("server", str(key.value))
    if isinstance(base, (Lib, Generic)) or type(base).__name__ == "ClassInfo":
        items = key.items if isinstance(key, Tup) else (key,)
        return Generic(base, items)
    if isinstance(key, Lit):
        return Field(base, str(key.value))
    return apply("[]", (base, key))


def _heap_item(engine: Engine, base: Ref, key: Value, state: State) -> Value:
    item = engine.load(state, base)
    match item, key:
        case DictObject(), Lit(value=wanted):
            found = item.get(str(wanted))
            if found is not None:
                return found
            return _from_rest(item.more, str(wanted))
        case ListObject(), Lit(value=int(position)) if not item.more:
            certain = [value for guard, value in item.items if guard == YES]
            if len(certain) == len(item.items) and -len(certain) <= position < len(certain):
                return certain[position]
            return any_of(item)
        case ListObject(), _:
            return any_of(item)
        case DictObject(), _:
            values = [value for _, value in item.items]
            return (
                engine.alternatives([(YES, value) for value in (*values, *item.more)])
                if (values or item.more)
                else apply("[]", (base, key))
            )
        case Instance(), Lit(value=str(wanted)):
            return engine.attribute(base, wanted, state, ast.Pass())
        case _:
            return apply("[]", (base, key))


def _from_rest(rest: tuple[Value, ...], key: str) -> Value:
    if not rest:
        return Sym("unknown", f"key {key}")
    return Field(rest[-1], key) if len(rest) == 1 else apply("item", (*rest, lit(key)))


def any_of(item: ListObject) -> Value:
    """Return any one item of a list."""
    values = dict.fromkeys([*(value for _, value in item.items), *item.more])
    if not values:
        return Sym("unknown", "item of an empty list")
    return choose([(YES, value) for value in values])


def call(engine: Engine, node: ast.Call, state: State) -> Value:
    """Call a function, class or method."""
    engine.step()
    if isinstance(node.func, ast.Name) and node.func.id == "super" and not node.args:
        return _super(engine)
    from sdd.audit.coroutines import suspended  # noqa: PLC0415 - it runs expressions, too

    function = engine.evaluate(node.func, state)
    arguments = arguments_of(engine, node, state)
    waiting = suspended(engine, function, arguments, node)
    return waiting if waiting is not None else engine.call(function, arguments, state, node)


def _super(engine: Engine) -> Value:
    from sdd.audit.values import ClassInfo, Super  # noqa: PLC0415

    owner, receiver = engine.frame.owner, engine.frame.receiver
    if isinstance(owner, ClassInfo) and receiver is not None:
        return Super(owner, receiver)
    return Sym("unknown", "super")


def arguments_of(engine: Engine, node: ast.Call, state: State) -> Arguments:
    """Evaluate the arguments of a call, taking `*list` and `**dict` apart where known."""
    positional: list[Value] = []
    star: list[Value] = []
    for argument in node.args:
        if isinstance(argument, ast.Starred):
            _spread(engine, engine.evaluate(argument.value, state), state, positional, star)
        else:
            positional.append(engine.evaluate(argument, state))
    keywords: list[tuple[str, Value]] = []
    rest: list[Value] = []
    for keyword in node.keywords:
        value = engine.evaluate(keyword.value, state)
        if keyword.arg is not None:
            keywords.append((keyword.arg, value))
        else:
            spread_mapping(engine, value, state, keywords, rest)
    return Arguments(tuple(positional), tuple(keywords), tuple(star), tuple(rest))


def _spread(
    engine: Engine, value: Value, state: State, positional: list[Value], star: list[Value]
) -> None:
    item = engine.load(state, value) if isinstance(value, Ref) else None
    if isinstance(item, ListObject):
        for guard, inner in item.items:
            positional.append(
                inner if guard == YES else Phi(((guard, inner), (negated(guard), TRUE_PREDICATE)))
            )
        star.extend(item.more)
    elif isinstance(value, Tup):
        positional.extend(value.items)
    else:
        star.append(value)


TRUE_PREDICATE = Truth(YES)


def spread_mapping(
    engine: Engine,
    value: Value,
    state: State,
    keywords: list[tuple[str, Value]],
    rest: list[Value],
) -> None:
    """Take a mapping apart into known keys and the rest."""
    if isinstance(value, Phi):
        _spread_cases(engine, value, state, keywords, rest)
        return
    item = engine.load(state, value) if isinstance(value, Ref) else None
    if isinstance(item, DictObject):
        keywords.extend(item.items)
        rest.extend(item.more)
    elif isinstance(item, Instance):
        keywords.extend(item.fields)
        rest.extend(item.rest)
    else:
        rest.append(value)


def _spread_cases(
    engine: Engine,
    value: Phi,
    state: State,
    keywords: list[tuple[str, Value]],
    rest: list[Value],
) -> None:
    """Of several mappings the keys are known that each has, or may have among its rest."""
    every: list[tuple[Formula, dict[str, Value], list[Value]]] = []
    for guard, item in value.cases:
        known: list[tuple[str, Value]] = []
        others: list[Value] = []
        spread_mapping(engine, item, state, known, others)
        every.append((guard, dict(known), others))
    for name in dict.fromkeys(name for _, known_here, _ in every for name in known_here):
        values = [
            (guard, here.get(name) or Field(others[-1], name))
            for guard, here, others in every
            if name in here or others
        ]
        if len(values) == len(every):
            same = all(item == values[0][1] for _, item in values)
            keywords.append((name, values[0][1] if same else choose(values)))
        else:
            rest.extend(item for _, item in values)
    rest.extend(dict.fromkeys(one for _, _, others in every for one in others))


# ------------------------------------------------------------------ truth


def truth(engine: Engine, value: Value, state: State) -> Formula:
    """Return the condition under which a value counts as true."""
    match value:
        case Lit(value=constant_value):
            return YES if constant_value else NO
        case Truth(formula=formula):
            return formula
        case Phi(cases=cases):
            return either([both([guard, truth(engine, item, state)]) for guard, item in cases])
        case Ref():
            return _truth_of_object(engine, value, state)
        case Tup(items=items):
            return YES if items else NO
        case Sym() | Field() | Apply() | Many() | Result() | Col():
            return Truthy(value)
        case _:
            return YES


def _truth_of_object(engine: Engine, value: Ref, state: State) -> Formula:
    match engine.load(state, value):
        case ListObject(items=items, more=more):
            certain = either([guard for guard, _ in items])
            return either([certain, Truthy(value)]) if more else certain
        case DictObject(items=items, more=more):
            if items:
                return YES
            return Truthy(more[0]) if more else NO
        case _:
            return YES


def condition(engine: Engine, node: ast.expr, state: State) -> Formula:
    """Evaluate a condition; the right sides of `and` and `or` see what the left decided."""
    match node:
        case ast.BoolOp():
            return _connected(engine, node, state)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return negated(condition(engine, operand, state))
        case _:
            formula = truth(engine, engine.evaluate(node, state), state)
            for symbol in symbols(formula):
                engine.switch_places.setdefault(symbol, engine.place(node))
            return formula


def _connected(engine: Engine, node: ast.BoolOp, state: State) -> Formula:
    is_and, values = isinstance(node.op, ast.And), node.values
    formulas: list[Formula] = []
    current = state
    for position, operand in enumerate(values):
        if position:
            branch = current.fork()
            branch.assume(formulas[-1] if is_and else negated(formulas[-1]))
            narrow(engine, values[position - 1], branch, passed=is_and)
            current = branch
            if not current.alive:
                break
        formulas.append(condition(engine, operand, current))
    if current is not state:
        state.env.update({key: current.env[key] for key in current.env if key not in state.env})
        state.take_data(current)
    return both(formulas) if is_and else either(formulas)


def boolean(engine: Engine, node: ast.BoolOp, state: State) -> Value:
    """`a and b`, `a or b`: the operands themselves, each under its condition."""
    is_and = isinstance(node.op, ast.And)
    cases: list[tuple[Formula, Value]] = []
    reached: Formula = YES
    current = state
    for position, operand in enumerate(node.values):
        value = engine.evaluate(operand, current)
        if _is_predicate(value):
            # SQLAlchemy's expressions have no truth: Python keeps one operand and drops the rest.
            if is_and or position == len(node.values) - 1:
                return value
            continue
        formula = truth(engine, value, current)
        last = position == len(node.values) - 1
        stops = YES if last else (negated(formula) if is_and else formula)
        cases.append((both([reached, stops]), value))
        if last:
            break
        goes_on = formula if is_and else negated(formula)
        reached = both([reached, goes_on])
        current = current.fork()
        current.assume(goes_on)
        narrow(engine, operand, current, passed=is_and)
        if not current.alive:
            break
    if current is not state:
        state.take_data(current)
    return engine.alternatives([case for case in cases if case[0] != NO] or cases)


def _is_predicate(value: Value) -> bool:
    if not isinstance(value, Truth):
        return False
    from sdd.audit.logic import values_in  # noqa: PLC0415

    return any(
        isinstance(part, Col) for term in values_in(value.formula) for part in parts_of(term)
    )


def unary(engine: Engine, node: ast.UnaryOp, state: State) -> Value:
    """`not`, `~`, `-`."""
    value = engine.evaluate(node.operand, state)
    if isinstance(node.op, ast.Not):
        return Truth(negated(truth(engine, value, state)))
    if isinstance(node.op, ast.Invert) and isinstance(value, Truth):
        return Truth(negated(value.formula))
    if (
        isinstance(node.op, ast.USub)
        and isinstance(value, Lit)
        and isinstance(value.value, (int, float))
    ):
        return lit(-value.value)
    if isinstance(node.op, ast.Invert) and isinstance(value, Col):
        return Truth(negated(Truthy(value)))
    return apply("unary", (value,))


def compare(engine: Engine, node: ast.Compare, state: State) -> Value:
    """Comparisons, chained ones too."""
    left = engine.evaluate(node.left, state)
    formulas = []
    for operator, right_node in zip(node.ops, node.comparators, strict=True):
        right = engine.evaluate(right_node, state)
        formulas.append(_compared(engine, operator, left, right, state))
        left = right
    formula = both(formulas)
    return lit(formula == YES) if formula in {YES, NO} else Truth(formula)


def _compared(
    engine: Engine, operator: ast.cmpop, left: Value, right: Value, state: State
) -> Formula:
    match operator:
        case ast.Eq() | ast.Is():
            return _equal(engine, left, right, state)
        case ast.NotEq() | ast.IsNot():
            return negated(_equal(engine, left, right, state))
        case ast.In():
            return contains(engine, right, left, state)
        case ast.NotIn():
            return negated(contains(engine, right, left, state))
        case _:
            return Holds(type(operator).__name__, (left, right))


def _equal(engine: Engine, left: Value, right: Value, state: State) -> Formula:
    del engine, state
    if isinstance(left, Tup) and isinstance(right, Tup) and len(left.items) == len(right.items):
        return both([equal(a, b) for a, b in zip(left.items, right.items, strict=True)])
    return equal(left, right)


def contains(engine: Engine, collection: Value, item: Value, state: State) -> Formula:
    """State that an item is in a collection."""
    if isinstance(item, Phi):
        return either(
            [both([guard, contains(engine, collection, one, state)]) for guard, one in item.cases]
        )
    match collection:
        case Phi(cases=cases):
            return either(
                [both([guard, contains(engine, one, item, state)]) for guard, one in cases]
            )
        case Tup(items=items):
            return either([equal(item, one) for one in items])
        case Ref():
            held = engine.load(state, collection)
            if isinstance(held, ListObject) and not held.more:
                return either([both([guard, equal(item, one)]) for guard, one in held.items])
            if isinstance(held, DictObject) and not held.more and isinstance(item, Lit):
                return YES if held.get(str(item.value)) is not None else NO
            if isinstance(held, ListObject) and held.more:
                return _in_any(engine, item, held.more[0])
        case Many(element=element):
            return _in_any(engine, item, element)
        case Lit(value=str(text)) if isinstance(item, Lit):
            return YES if str(item.value) in text else NO
        case _:
            pass
    return Holds("in", (item, collection))


def _in_any(engine: Engine, item: Value, element: Value) -> Formula:
    from sdd.audit.orm import in_many  # noqa: PLC0415 - rows are the database's business

    return in_many(engine, item, element)


# ------------------------------------------------------------------ operators, texts, displays


def binary(engine: Engine, node: ast.BinOp, state: State) -> Value:
    """Arithmetic, SQL's `&` and `|`, unions of types."""
    left = engine.evaluate(node.left, state)
    right = engine.evaluate(node.right, state)
    if isinstance(node.op, (ast.BitAnd, ast.BitOr)) and (
        isinstance(left, Truth) or isinstance(right, Truth)
    ):
        pair = [truth(engine, left, state), truth(engine, right, state)]
        return Truth(both(pair) if isinstance(node.op, ast.BitAnd) else either(pair))
    if isinstance(node.op, ast.BitOr) and _is_type(left):
        return Generic(Lib("typing.Union"), (left, right))
    if isinstance(node.op, ast.BitOr):
        merged = _merged(engine, left, right, state)
        if merged is not None:
            return merged
    if isinstance(node.op, ast.Add):
        return added(engine, left, right, state)
    return apply(type(node.op).__name__, (left, right))


def _merged(engine: Engine, left: Value, right: Value, state: State) -> Value | None:
    """`a | b` of dictionaries: the right one's entries win."""
    pair = [engine.load(state, one) if isinstance(one, Ref) else None for one in (left, right)]
    if not any(isinstance(one, DictObject) for one in pair):
        return None
    items: list[tuple[str, Value]] = []
    more: list[Value] = []
    for value in (left, right):
        known: list[tuple[str, Value]] = []
        rest: list[Value] = []
        spread_mapping(engine, value, state, known, rest)
        items = [*overridden(items, rest), *known]
        more.extend(rest)
    return engine.allocate(state, DictObject(tuple(dict(items).items()), tuple(more)))


def _is_type(value: Value) -> bool:
    return isinstance(value, (Lib, Generic)) or type(value).__name__ == "ClassInfo"


def added(engine: Engine, left: Value, right: Value, state: State) -> Value:
    """Add numbers, texts or lists."""
    if isinstance(left, Lit) and isinstance(right, Lit):
        if isinstance(left.value, str) and isinstance(right.value, str):
            return lit(left.value + right.value)
        if isinstance(left.value, int) and isinstance(right.value, int):
            return lit(left.value + right.value)
    first = engine.load(state, left) if isinstance(left, Ref) else None
    second = engine.load(state, right) if isinstance(right, Ref) else None
    if isinstance(first, ListObject) and isinstance(second, ListObject):
        return engine.allocate(
            state, ListObject((*first.items, *second.items), (*first.more, *second.more))
        )
    return apply("+", (left, right))


def joined_text(engine: Engine, node: ast.JoinedStr, state: State) -> Value:
    """An f-string."""
    parts: list[Value] = []
    for part in node.values:
        inner = part.value if isinstance(part, ast.FormattedValue) else part
        value = engine.evaluate(inner, state)
        if isinstance(value, Lit):
            value = lit(str(value.value))
            if parts and isinstance(parts[-1], Lit):
                value = lit(f"{parts.pop().value}{value.value}")  # type: ignore[attr-defined]
        parts.append(value)
    if not parts:
        return lit("")
    return parts[0] if len(parts) == 1 else apply("+", tuple(parts))


def apply(function: str, args: tuple[Value, ...]) -> Value:
    """Build the result of an unknown operation; large terms shrink to what they contain."""
    parts = [part for arg in args for part in _limited(arg)]
    if len(parts) <= _LARGEST_TERM:
        return Apply(function, args)
    leaves = dict.fromkeys(
        part
        for arg in args
        for part in _limited(arg)
        if isinstance(part, (Row, Sym)) or (isinstance(part, LibObject) and is_injected(part))
    )
    return Apply(function, tuple(leaves)[:_LARGEST_TERM])


def _limited(value: Value) -> list[Value]:
    collected = []
    for part in parts_of(value):
        collected.append(part)
        if len(collected) > 4 * _LARGEST_TERM:
            break
    return collected


def list_display(engine: Engine, node: ast.List | ast.Set, state: State) -> Value:
    """`[a, *b]`, `{a, b}`."""
    items: list[Value] = []
    more: list[Value] = []
    for element in node.elts:
        if isinstance(element, ast.Starred):
            _spread(engine, engine.evaluate(element.value, state), state, items, more)
        else:
            items.append(engine.evaluate(element, state))
    return engine.allocate(state, ListObject(tuple((YES, item) for item in items), tuple(more)))


def tuple_display(engine: Engine, node: ast.Tuple, state: State) -> Value:
    """`a, b`."""
    return Tup(tuple(engine.evaluate(element, state) for element in node.elts))


def dict_display(engine: Engine, node: ast.Dict, state: State) -> Value:
    """`{"a": b, **c}`."""
    items: list[tuple[str, Value]] = []
    more: list[Value] = []
    for key_node, value_node in zip(node.keys, node.values, strict=True):
        value = engine.evaluate(value_node, state)
        if key_node is None:
            known: list[tuple[str, Value]] = []
            rest: list[Value] = []
            spread_mapping(engine, value, state, known, rest)
            items = [*overridden(items, rest), *known]
            more.extend(rest)
            continue
        key = engine.evaluate(key_node, state)
        if isinstance(key, Lit):
            items.append((str(key.value), value))
        else:
            more.append(value)
    return engine.allocate(state, DictObject(tuple(dict(items).items()), tuple(more)))


def overridden(
    items: Iterable[tuple[str, Value]], later: Iterable[Value]
) -> list[tuple[str, Value]]:
    """Return known entries after mappings were merged over them that may have the same keys."""
    from sdd.audit.creation import may_replace  # noqa: PLC0415 - it knows what bodies contain

    found = list(items)
    for source in later:
        found = [
            (key, choose([(YES, Field(source, key)), (YES, value)]))
            if may_replace(source, key)
            else (key, value)
            for key, value in found
        ]
    return found


def if_expression(engine: Engine, node: ast.IfExp, state: State) -> Value:
    """`a if c else b`."""
    formula = state.simplify(condition(engine, node.test, state))
    if formula == YES:
        return engine.evaluate(node.body, state)
    if formula == NO:
        return engine.evaluate(node.orelse, state)
    cases = []
    for guard, branch_node in ((formula, node.body), (negated(formula), node.orelse)):
        branch = state.fork()
        branch.assume(guard)
        narrow(engine, node.test, branch, passed=branch_node is node.body)
        if branch.alive:
            cases.append((guard, engine.evaluate(branch_node, branch)))
            for key, item in branch.heap.items():
                if key not in state.heap:
                    state.put(key, item)
    return engine.alternatives(cases) if cases else NONE


def elements(engine: Engine, value: Value, state: State) -> Value:
    """Return any one element of what is iterated over."""
    match value:
        case Many(element=element) | Result(element=element):
            return element
        case Tup(items=items) if items:
            return engine.alternatives([(YES, item) for item in items])
        case Phi(cases=cases):
            return engine.alternatives(
                [(guard, elements(engine, item, state)) for guard, item in cases if item != NONE]
                or [(YES, NONE)]
            )
        case Ref():
            held = engine.load(state, value)
            if isinstance(held, ListObject):
                return any_of(held)
            if isinstance(held, DictObject):
                keys: list[Value] = [lit(key) for key, _ in held.items]
                return (
                    engine.alternatives([(YES, key) for key in keys])
                    if keys
                    else apply("key", held.more)
                )
        case _:
            pass
    return Field(value, "*") if not isinstance(value, Lit) else Sym("unknown", "character")


_MOST_CONSTANTS = 24


def _constants(
    engine: Engine, node: ast.ListComp | ast.SetComp | ast.GeneratorExp, state: State
) -> list[Value] | None:
    """Return the items that a comprehension runs over, where they stand in the code."""
    generator = node.generators[0]
    if len(node.generators) != 1 or not isinstance(generator.target, ast.Name):
        return None
    if not isinstance(generator.iter, (ast.Name, ast.Attribute, ast.List, ast.Tuple, ast.Set)):
        return None
    source = engine.evaluate(generator.iter, state.fork())
    items: Sequence[Value] = ()
    if isinstance(source, Tup):
        items = source.items
    elif isinstance(source, Ref):
        held = engine.load(state, source)
        if isinstance(held, ListObject) and not held.more:
            items = [item for guard, item in held.items if guard == YES]
            items = items if len(items) == len(held.items) else ()
    known = 0 < len(items) <= _MOST_CONSTANTS and all(isinstance(item, Lit) for item in items)
    return list(items) if known else None


def _each_constant(
    engine: Engine,
    node: ast.ListComp | ast.SetComp | ast.GeneratorExp,
    items: list[Value],
    state: State,
) -> Value:
    from sdd.audit.statements import bind_target  # noqa: PLC0415

    found: list[tuple[Formula, Value]] = []
    generator = node.generators[0]
    for item in items:
        branch = state.fork()
        bind_target(engine, generator.target, item, branch)
        kept = both([condition(engine, test, branch) for test in generator.ifs])
        branch.assume(kept)
        if branch.alive:
            found.append((kept, engine.evaluate(node.elt, branch)))
            _leave(state, branch)
    return engine.allocate(state, ListObject(tuple(found)))


def comprehension(
    engine: Engine, node: ast.ListComp | ast.SetComp | ast.GeneratorExp, state: State
) -> Value:
    """`[f(x) for x in xs if c]`: any number of values like its element."""
    listed = _constants(engine, node, state)
    if listed is not None:
        return _each_constant(engine, node, listed, state)
    branch = state.fork()
    kept = _enter(engine, node.generators, branch)
    value = engine.evaluate(node.elt, branch) if branch.alive else NONE
    _leave(state, branch)
    if not branch.alive:
        return engine.allocate(state, ListObject())
    return Many(_under(kept, value))


def _under(kept: Formula, value: Value) -> Value:
    """Keep a comprehension's condition with its element."""
    if kept == YES:
        return value
    return Phi(((kept, value),))


def _enter(engine: Engine, generators: list[ast.comprehension], state: State) -> Formula:
    from sdd.audit.statements import bind_target  # noqa: PLC0415

    kept: list[Formula] = []
    for generator in generators:
        source = engine.evaluate(generator.iter, state)
        bind_target(engine, generator.target, elements(engine, source, state), state)
        for test in generator.ifs:
            formula = condition(engine, test, state)
            kept.append(formula)
            state.assume(formula)
            narrow(engine, test, state, passed=True)
    return both(kept)


def _leave(state: State, branch: State) -> None:
    state.take_data(branch)


def dict_comprehension(engine: Engine, node: ast.DictComp, state: State) -> Value:
    """`{k: v for …}`."""
    branch = state.fork()
    kept = _enter(engine, node.generators, branch)
    value = _under(kept, engine.evaluate(node.value, branch))
    key = engine.evaluate(node.key, branch)
    _leave(state, branch)
    return engine.allocate(state, DictObject((), (apply("entry", (key, value)),)))


def function_expression(engine: Engine, node: ast.Lambda, state: State) -> Value:
    """A lambda with what it closes over."""
    return make_function(engine, node, state)


def make_function(
    engine: Engine, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, state: State
) -> Func:
    """Return a function with its defaults, which Python evaluates where it is defined."""
    scope = closure_of(engine, state)
    return Func(node, engine.frame.module, scope, defaults=_defaults(engine, node.args, state))


def _defaults(engine: Engine, spec: ast.arguments, state: State) -> dict[str, Value]:
    positional = [*spec.posonlyargs, *spec.args]
    tail = positional[len(positional) - len(spec.defaults) :]
    found = {
        parameter.arg: engine.evaluate(node, state)
        for parameter, node in zip(tail, spec.defaults, strict=True)
    }
    for parameter, node in zip(spec.kwonlyargs, spec.kw_defaults, strict=True):
        if node is not None:
            found[parameter.arg] = engine.evaluate(node, state)
    return found


def closure_of(engine: Engine, state: State) -> Mapping[str, Value] | None:
    """Return the names that a function defined here can see beside the module's."""
    if engine.frame.is_module:
        return None
    return {**(engine.frame.scope or {}), **state.env}


def awaited(engine: Engine, node: ast.Await, state: State) -> Value:
    """`await x`: what was called runs now."""
    from sdd.audit.coroutines import resume  # noqa: PLC0415 - it runs expressions, too

    return resume(engine, engine.evaluate(node.value, state), state, node)


def yielded(engine: Engine, node: ast.Yield, state: State) -> Value:
    """Hand out a value; a dependency ends here as far as the handler is concerned."""
    value = engine.evaluate(node.value, state) if node.value else NONE
    engine.frame.generator = True
    engine.frame.returns.append((state.fork(), value))
    return Sym("unknown", "sent")


def walrus(engine: Engine, node: ast.NamedExpr, state: State) -> Value:
    """`(x := v)`."""
    value = engine.evaluate(node.value, state)
    state.env[node.target.id] = value
    return value


def starred(engine: Engine, node: ast.Starred, state: State) -> Value:
    """`*x` outside calls and displays."""
    return engine.evaluate(node.value, state)


EVALUATORS: Mapping[type, Callable[..., Value]] = {
    ast.Constant: constant,
    ast.Name: name,
    ast.Attribute: attribute,
    ast.Subscript: subscript,
    ast.Call: call,
    ast.BoolOp: boolean,
    ast.UnaryOp: unary,
    ast.Compare: compare,
    ast.BinOp: binary,
    ast.JoinedStr: joined_text,
    ast.List: list_display,
    ast.Set: list_display,
    ast.Tuple: tuple_display,
    ast.Dict: dict_display,
    ast.IfExp: if_expression,
    ast.ListComp: comprehension,
    ast.SetComp: comprehension,
    ast.GeneratorExp: comprehension,
    ast.DictComp: dict_comprehension,
    ast.Lambda: function_expression,
    ast.Await: awaited,
    ast.Yield: yielded,
    ast.YieldFrom: yielded,
    ast.NamedExpr: walrus,
    ast.Starred: starred,
}
