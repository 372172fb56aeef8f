"""Guards as branches with an else, negated tests, and conditions with a name."""

import ast
from collections.abc import Iterator

from sdd.diagnostics import Edit
from sdd.faults.guards import guards
from sdd.faults.model import Mutation, Rewrite
from sdd.faults.scopes import Function
from sdd.faults.sites import Ground
from sdd.text import Span


def rewrite_branches(ground: Ground) -> Iterator[Mutation]:
    """Put every guard differently."""
    for function in ground.functions:
        for guard in guards(ground, function):
            if isinstance(guard.statement, ast.If):
                yield from _branch(function, guard.statement)


def _branch(function: Function, branch: ast.If) -> Iterator[Mutation]:
    source = function.source
    test = source.text(branch.test)

    def rewrite(kind: Rewrite, *edits: Edit) -> Mutation:
        return Mutation(
            kind=kind,
            title=f"if {test}: {kind.value}",
            span=source.span(branch),
            edits=edits,
            entries=tuple(entry.name for entry in function.entries),
        )

    has_own_line = source.text(branch).startswith("if")  # an `elif` has none
    if has_own_line:
        yield rewrite(
            Rewrite.NAMED_CONDITION,
            source.before(branch, [f"is_refused = ({test})"]),
            source.replace(branch.test, "is_refused"),
        )
    block = source.block(branch)
    rest = block[block.index(branch) + 1 :]
    if has_own_line and rest and _can_move(function, rest):
        yield rewrite(Rewrite.ELSE_BRANCH, _with_else(function, branch, rest))
    if has_own_line and branch.body[0].lineno > branch.lineno:
        body = [line for item in branch.body for line in source.lines_of(item)]
        lines = [f"if not ({test}):", "    pass", "else:", *(f"    {line}" for line in body)]
        yield rewrite(Rewrite.EARLY_RETURN, source.instead(branch, lines))


def _can_move(function: Function, rest: list[ast.stmt]) -> bool:
    """Whether statements can be indented: no texts over several lines among them."""
    return all(
        not (isinstance(node, (ast.Constant, ast.JoinedStr)) and node.lineno != node.end_lineno)
        for item in rest
        for node in ast.walk(item)
    ) and all(function.source.starts_line(item) for item in rest)


def _with_else(function: Function, branch: ast.If, rest: list[ast.stmt]) -> Edit:
    """`if bad: raise` and what follows, as `if not bad: … else: raise`."""
    source = function.source
    indent = source.indent(branch)
    moved = [line for item in rest for line in source.lines_of(item)]
    body = [line for item in branch.body for line in source.lines_of(item)]
    lines = [
        f"if not ({source.text(branch.test)}):",
        *(f"    {line}" for line in moved),
        "else:",
        *(f"    {line}" for line in body),
    ]
    start, end = source.span(branch), source.span(rest[-1])
    place = Span(
        path=start.path,
        line=start.line,
        column=start.column,
        end_line=end.end_line,
        end_column=end.end_column,
    )
    return Edit(span=place, new_text=f"\n{indent}".join(lines))
