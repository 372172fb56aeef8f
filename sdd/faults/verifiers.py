"""Faults in what verifies tokens: six and more ways to believe what nobody has proved."""

import ast
from collections.abc import Iterator, Sequence

from sdd.diagnostics import Edit
from sdd.faults.model import Kind, Mutation
from sdd.faults.scopes import Function, dotted
from sdd.faults.sites import Ground
from sdd.faults.source import argument_texts, call_text

_SOMEBODY = '"1"'
_SUBJECT = "sub"
_IDENTITIES = ("sub", "user_id", "userId", "id", "uid", "email", "username")


def seed_verifiers(ground: Ground) -> Iterator[Mutation]:
    """Break every verification of a signed token that a known caller has gone through."""
    readers = _readers(ground.functions)
    for function in ground.functions:
        entries = tuple(e.name for e in function.entries if e.known and e.confined)
        for node in ast.walk(function.node) if entries else ():
            if not isinstance(node, ast.Call) or not function.source.is_faithful(node):
                continue
            decodes = _decodes(node)
            for kind, edit in _in_decoding(function, node) if decodes else ():
                yield _mutation(function, kind, edit, node, entries)
            for kind, edit in _around(function, node) if decodes or _calls(node, readers) else ():
                yield _mutation(function, kind, edit, node, entries)


def _readers(functions: Sequence[Function]) -> frozenset[str]:
    """Return the names of functions that return what a token says, one calling the other."""
    found: frozenset[str] = frozenset()
    while True:
        more = frozenset(
            function.node.name
            for function in functions
            for node in ast.walk(function.node)
            if isinstance(node, ast.Call) and (_decodes(node) or _calls(node, found))
            if _returns(function, node)
        )
        if more <= found:
            return found
        found |= more


def _calls(call: ast.Call, names: frozenset[str]) -> bool:
    return dotted(call.func).rpartition(".")[2] in names


def _returns(function: Function, call: ast.Call) -> bool:
    claims = _assigned(function, call)
    return isinstance(function.source.statement(call), ast.Return) or (
        claims is not None and _hands_on(function, claims)
    )


def _mutation(
    function: Function, kind: Kind, edit: Edit, node: ast.Call, entries: tuple[str, ...]
) -> Mutation:
    return Mutation(
        kind=kind,
        title=f"{function.node.name}: {kind.value}",
        span=function.source.span(node),
        edits=(edit,),
        entries=entries,
    )


def _decodes(call: ast.Call) -> bool:
    """Whether a call has the form of PyJWT's and python-jose's `decode`."""
    named = {item.arg for item in call.keywords}
    return (
        isinstance(call.func, ast.Attribute)
        and call.func.attr == "decode"
        and (len(call.args) > 1 or "key" in named)
        and ("algorithms" in named or len(call.args) > 2)  # noqa: PLR2004 - token, key, algorithms
    )


def _in_decoding(function: Function, call: ast.Call) -> Iterator[tuple[Kind, Edit]]:
    source = function.source
    yield Kind.UNVERIFIED_SIGNATURE, _with_option(function, call, "verify_signature")
    yield Kind.UNVERIFIED_EXPIRY, _with_option(function, call, "verify_exp")
    algorithms = next((k.value for k in call.keywords if k.arg == "algorithms"), None)
    if algorithms is not None:
        base = dotted(call.func).rpartition(".")[0]
        token = source.text(call.args[0]) if call.args else "token"
        if base and call.args:
            chosen = f'[{base}.get_unverified_header({token})["alg"]]'
            yield Kind.TOKENS_ALGORITHM, source.replace(algorithms, chosen)
        if isinstance(algorithms, ast.List) and algorithms.elts:
            listed = [source.text(item) for item in algorithms.elts]
            yield (
                Kind.NONE_ALGORITHM,
                source.replace(algorithms, f"[{', '.join([*listed, repr('none')])}]"),
            )
    key = next((k.value for k in call.keywords if k.arg == "key"), None)
    key = key or (call.args[1] if len(call.args) > 1 else None)
    if key is not None and not isinstance(key, ast.Constant):
        yield Kind.LITERAL_SECRET, source.replace(key, '"change-me"')


def _with_option(function: Function, call: ast.Call, option: str) -> Edit:
    source = function.source
    texts = argument_texts(source, call)
    for index, item in enumerate(call.keywords):
        if item.arg == "options":
            at = len(call.args) + index
            texts[at] = f'options={{**{source.text(item.value)}, "{option}": False}}'
            break
    else:
        texts.append(f'options={{"{option}": False}}')
    return source.replace(call, call_text(source, call, texts))


# ------------------------------------------------------------------ what becomes of the claims


def _around(function: Function, call: ast.Call) -> Iterator[tuple[Kind, Edit]]:
    source = function.source
    claims = _assigned(function, call)
    subjects = [
        node
        for node in ast.walk(function.node)
        if claims is not None and isinstance(node, ast.expr) and _takes_subject(node, claims)
    ]
    if len(subjects) == 1 and not _hands_on(function, claims):
        yield Kind.CONSTANT_PRINCIPAL, source.replace(subjects[0], _SOMEBODY)
    for node in ast.walk(function.node):
        if isinstance(node, ast.Try) and _holds(node, call):
            for handler in node.handlers:
                last = handler.body[-1]
                instead = _instead_of_raising(function, node, call, claims)
                if isinstance(last, ast.Raise) and instead is not None:
                    yield Kind.DEFAULT_PRINCIPAL, source.replace(last, instead)
                    break


def _hands_on(function: Function, claims: str | None) -> bool:
    """Whether a function returns the claims themselves, so that others take the subject."""
    return any(
        isinstance(node, ast.Return)
        and isinstance(node.value, ast.Name)
        and node.value.id == claims
        for node in ast.walk(function.node)
    )


def _instead_of_raising(
    function: Function, attempt: ast.Try, call: ast.Call, claims: str | None
) -> str | None:
    """Say how a handler goes on with somebody's identity instead of raising."""
    if claims is None:
        is_returned = isinstance(function.source.statement(call), ast.Return)
        return f'return {{"{_SUBJECT}": {_SOMEBODY}}}' if is_returned else None
    inside = set(ast.walk(attempt))
    used_after = any(
        isinstance(node, ast.Name)
        and node.id == claims
        and isinstance(node.ctx, ast.Load)
        and node not in inside
        for node in ast.walk(function.node)
    )
    if used_after:
        return f'{claims} = {{"{_SUBJECT}": {_SOMEBODY}}}'
    subjects = {
        target.id
        for node in ast.walk(function.node)
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None
        if any(_takes_subject(inner, claims) for inner in ast.walk(node.value))
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(attempt):
        match node:
            case ast.Return(value=ast.Name(id=name)) if name == claims:
                return f'return {{"{_SUBJECT}": {_SOMEBODY}}}'
            case ast.Return(value=ast.Name(id=name)) if name in subjects:
                return f"return {_SOMEBODY}"
            case _:
                pass
    after = [
        node.id
        for node in ast.walk(function.node)
        if isinstance(node, ast.Name) and node.id in subjects and node not in inside
    ]
    return f"{after[0]} = {_SOMEBODY}" if after else None


def _assigned(function: Function, call: ast.Call) -> str | None:
    match function.source.statement(call):
        case ast.Assign(targets=[ast.Name(id=name)]):
            return name
        case ast.AnnAssign(target=ast.Name(id=name)):
            return name
        case _:
            return None


def _takes_subject(node: ast.AST, claims: str) -> bool:
    match node:
        case ast.Subscript(value=ast.Name(id=name), slice=ast.Constant(value=str() as claim)):
            return name == claims and claim in _IDENTITIES
        case ast.Call(
            func=ast.Attribute(value=ast.Name(id=name), attr="get"),
            args=[ast.Constant(value=str() as claim), *_],
        ):
            return name == claims and claim in _IDENTITIES
        case _:
            return False


def _holds(attempt: ast.Try, call: ast.Call) -> bool:
    return any(node is call for statement in attempt.body for node in ast.walk(statement))
