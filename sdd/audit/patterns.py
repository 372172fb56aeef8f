"""`match`: patterns as conditions, with the names that they bind."""

import ast
from collections.abc import Callable, Sequence

from sdd.audit.branches import branch_on
from sdd.audit.conditions import condition, truth
from sdd.audit.engine import Engine
from sdd.audit.items import elements, get_item
from sdd.audit.logic import YES, Formula, Holds, Opaque, both, either, equal, negated
from sdd.audit.state import State
from sdd.audit.values import NONE, Field, Many, Phi, Tup, Value, lit


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
