"""Faults in the equalities that tie a row to the caller or to its parent."""

import ast
from collections.abc import Iterator

from sdd.diagnostics import Edit
from sdd.faults.bindings import owners
from sdd.faults.model import Kind, Mutation
from sdd.faults.scopes import Function, Scope, unwrapped
from sdd.faults.sites import Comparison, Ground
from sdd.faults.source import Source, argument_texts, call_text, called

_FILTERS = frozenset({"where", "filter", "filter_by"})
_JOINED = frozenset({"and_"})


def seed_comparisons(ground: Ground) -> Iterator[Mutation]:
    """Drop, weaken, negate and misdirect every equality that protects something."""
    for function in ground.scopes:
        confined = tuple(entry.name for entry in function.entries if entry.confined)
        if not confined:
            continue
        sites = tuple(ground.comparisons(function))
        owned = [
            *(site.node for site in sites if not site.binds_child),
            *ground.owners_compared(function),
        ]
        for site in sites:
            # Beside the owner, the parent's key tells whose row it is no better.
            if not (site.binds_child and any(_confines(function, one, site) for one in owned)):
                yield from _in_comparison(function, site, confined)
        yield from _keywords(function, confined)
        if isinstance(function, Function):
            yield from _filled(ground, function, confined)


def _confines(function: Scope, owned: ast.Compare, child: Comparison) -> bool:
    """Whether a comparison of an owner concerns the rows that another binds to a parent."""
    source = function.source
    if source.statement(owned) is source.statement(child.node):
        return True
    match unwrapped(child.protected):
        case ast.Attribute(value=ast.Name(id=name)):
            sides = map(unwrapped, (owned.left, *owned.comparators))
            return any(
                isinstance(side, ast.Attribute)
                and isinstance(side.value, ast.Name)
                and side.value.id == name
                for side in sides
            )
        case _:
            return False


def _in_comparison(
    function: Scope, site: Comparison, entries: tuple[str, ...]
) -> Iterator[Mutation]:
    source = function.source
    words = source.text(site.node)

    def mutation(kind: Kind, edit: Edit, how: str) -> Mutation:
        return Mutation(
            kind=kind,
            title=f"{words}: {how}",
            span=source.span(site.node),
            edits=(edit,),
            entries=entries,
        )

    dropped = Kind.UNBOUND_CHILD if site.binds_child else Kind.DROPPED_CONJUNCT
    yield mutation(dropped, drop(source, site.node), "dropped")
    weakened = _weakened(source, site.node)
    if weakened is not None:
        yield mutation(Kind.WEAKENED_CONJUNCT, weakened, "or for and")
    mine, other = source.text(site.protected), source.text(site.other)
    operator = "==" if isinstance(site.node.ops[0], ast.Eq) else "!="
    negated = "!=" if operator == "==" else "=="
    if not site.binds_child:
        yield mutation(
            Kind.NEGATED_COMPARISON,
            source.replace(site.node, f"{mine} {negated} {other}"),
            f"{negated} for {operator}",
        )
    yield mutation(
        Kind.SELF_COMPARISON,
        source.replace(site.node, f"{mine} {operator} {mine}"),
        "compared with itself",
    )
    client = None if site.binds_child else _client_value(function, site)
    if client is not None:
        yield mutation(
            Kind.CLIENT_IDENTITY,
            source.replace(site.other, client),
            f"compared with the client's {client}",
        )


def _client_value(function: Scope, site: Comparison) -> str | None:
    used = {node.id for node in ast.walk(site.protected) if isinstance(node, ast.Name)}
    return min(function.clients - used, default=None)


# ------------------------------------------------------------------ dropping


def drop(source: Source, node: ast.expr) -> Edit:
    """Take an equality out of what it is part of."""
    parent = source.parent(node)
    match parent:
        case ast.Call() if node in parent.args and called(parent) in _FILTERS | _JOINED:
            return _without_argument(source, parent, node)
        case ast.BinOp(op=ast.BitAnd(), left=left, right=right):
            return source.replace(parent, f"({source.text(right if left is node else left)})")
        case ast.List(elts=items):
            kept = [source.text(item) for item in items if item is not node]
            return source.replace(parent, f"[{', '.join(kept)}]")
        case ast.Call(func=ast.Attribute(attr="append")) if isinstance(
            source.parent(parent), ast.Expr
        ):
            return source.replace(parent, "None")
        case _:
            equal = isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq)
            return source.replace(node, str(equal))


def _without_argument(source: Source, call: ast.Call, node: ast.expr) -> Edit:
    texts = argument_texts(source, call)
    del texts[call.args.index(node)]
    if texts or not isinstance(call.func, ast.Attribute):
        return source.replace(call, call_text(source, call, texts) if texts else "True")
    return source.replace(call, source.text(call.func.value))


def _weakened(source: Source, node: ast.expr) -> Edit | None:
    """Put `or` where `and` stands, and `and` where a guard says `or`."""
    parent = source.parent(node)
    match parent:
        case ast.Call(args=[_, _, *_] as arguments, keywords=[]) if (
            node in arguments
            and called(parent) in _FILTERS | _JOINED
            and not any(isinstance(item, ast.Starred) for item in arguments)
        ):
            either = " | ".join(f"({source.text(item)})" for item in arguments)
            return source.replace(
                parent,
                either if called(parent) in _JOINED else call_text(source, parent, [either]),
            )
        case ast.BinOp(op=ast.BitAnd(), left=left, right=right):
            return source.replace(parent, f"(({source.text(left)}) | ({source.text(right)}))")
        case ast.BoolOp(op=operator, values=values):
            # Who differs is let in less often by `or`, who is the same by `and`.
            differs = isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.NotEq)
            if differs is isinstance(operator, ast.And):
                return None
            other = " or " if isinstance(operator, ast.And) else " and "
            return source.replace(
                parent, f"({other.join(f'({source.text(item)})' for item in values)})"
            )
        case _:
            return None


# ------------------------------------------------------------------ predicates as keywords


def _keywords(function: Scope, entries: tuple[str, ...]) -> Iterator[Mutation]:
    source = function.source
    for call in ast.walk(function.node):
        if not isinstance(call, ast.Call) or called(call) != "filter_by":
            continue
        for index, item in enumerate(call.keywords):
            if item.arg is None or not source.is_faithful(call):
                continue
            if not function.is_principal(item.value):
                continue
            texts = argument_texts(source, call)
            words = texts.pop(len(call.args) + index)
            assert isinstance(call.func, ast.Attribute)  # noqa: S101 - `filter_by` is a method
            kept = call_text(source, call, texts) if texts else source.text(call.func.value)
            client = min(function.clients, default=None)
            yield Mutation(
                kind=Kind.DROPPED_CONJUNCT,
                title=f"{words}: dropped",
                span=source.span(call),
                edits=(source.replace(call, kept),),
                entries=entries,
            )
            if client is not None:
                yield Mutation(
                    kind=Kind.CLIENT_IDENTITY,
                    title=f"{words}: compared with the client's {client}",
                    span=source.span(call),
                    edits=(source.replace(item.value, client),),
                    entries=entries,
                )


# ------------------------------------------------------------------ places that are filled


def _filled(ground: Ground, function: Function, entries: tuple[str, ...]) -> Iterator[Mutation]:
    """Execute a statement that was built before with a client's value for the caller's."""
    client = min(function.clients, default=None)
    for execution in ground.executions.get(function.node, ()) if client is not None else ():
        mine = owners(function, execution) & execution.compared
        for name, value in execution.filled:
            if name in mine and function.is_principal(value):
                yield Mutation(
                    kind=Kind.CLIENT_IDENTITY,
                    title=f"{name} is {function.source.text(value)}: is the client's {client}",
                    span=function.source.span(value),
                    edits=(function.source.replace(value, str(client)),),
                    entries=entries,
                )
