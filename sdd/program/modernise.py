"""Rewrites Python that is newer than the running interpreter, line by line in place."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from typing_extensions import override

if TYPE_CHECKING:
    import libcst as cst


_DEEPEST = 100
_LONGEST = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Older:
    """Text in an older grammar with the lines of the original, and what was rewritten."""

    text: str
    forms: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rewrite:
    node: "cst.CSTNode"
    text: str
    form: str


_Place = tuple[int, int]
_Edit = tuple[_Place, _Place, str, str]  # start, end, new text, form


def older_syntax(text: str) -> Older | None:
    """Rewrite unparenthesised `except` lists, type parameters, aliases and new f-strings.

    None when the text is no Python of any version that libcst reads.
    """
    if not _is_tame(text):
        return None
    import libcst as cst  # noqa: PLC0415 - loads slowly; only newer files need it
    from libcst.metadata import MetadataWrapper, PositionProvider  # noqa: PLC0415

    try:
        wrapper = MetadataWrapper(cst.parse_module(text), unsafe_skip_copy=True)
        positions = wrapper.resolve(PositionProvider)
        edits = [
            ((at.start.line, at.start.column), (at.end.line, at.end.column), item.text, item.form)
            for node in list(positions)
            for item in _rewrites(node)
            for at in [positions[item.node]]
        ]
    except (cst.ParserSyntaxError, RecursionError, UnicodeError, cst.CSTValidationError):
        return None
    return Older(
        text=_apply(text, _outermost(edits)), forms=tuple(sorted({form for *_, form in edits}))
    )


def _is_tame(text: str) -> bool:
    """Whether nothing is nested so deeply that libcst's parser would run out of stack."""
    depth = deepest = 0
    for character in text:
        if character in "([{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in ")]}":
            depth -= 1
    return deepest < _DEEPEST and all(len(line) < _LONGEST for line in text.split("\n"))


def _rewrites(node: Any) -> Iterator[_Rewrite]:  # noqa: ANN401 - libcst is not imported here
    import libcst as cst  # noqa: PLC0415

    match node:
        case cst.ExceptHandler(type=cst.Tuple(lpar=[]) as names):
            yield _Rewrite(node=names, text=f"({_code(names)})", form="except without parentheses")
        case cst.TypeParameters():
            lines = _code(node).count("\n")
            yield _Rewrite(node=node, text=" \\\n" * lines, form="type parameters")
        case cst.TypeAlias():
            alias = f"{node.name.value} = ({_code(node.value)})"
            yield _Rewrite(node=node, text=alias, form="type alias")
        case cst.FormattedString() | cst.TemplatedString():
            yield _Rewrite(node=node, text=_joined(node), form="f-string")
        case _:
            return


def _code(node: Any) -> str:  # noqa: ANN401
    import libcst as cst  # noqa: PLC0415

    return cst.Module(body=[]).code_for_node(node)


def _joined(node: Any) -> str:  # noqa: ANN401
    """Write an f-string as a sum of strings, over as many lines as before."""
    import libcst as cst  # noqa: PLC0415

    expressions = (cst.FormattedStringExpression, cst.TemplatedStringExpression)
    pieces = [
        f"str({_without_f_strings(part.expression)})"
        if isinstance(part, expressions)
        else repr(part.value)
        for part in node.parts
    ]
    text = " + ".join(pieces) or "''"
    return f"({text}" + "\n" * (_code(node).count("\n") - text.count("\n")) + ")"


def _without_f_strings(expression: Any) -> str:  # noqa: ANN401
    import libcst as cst  # noqa: PLC0415

    class Plain(cst.CSTTransformer):
        @override
        def leave_FormattedString(
            self, original_node: cst.FormattedString, updated_node: cst.FormattedString
        ) -> cst.BaseExpression:
            del updated_node
            return cst.parse_expression(_joined(original_node))

    plain = expression.visit(Plain())
    return _code(plain).strip()


def _outermost(edits: list[_Edit]) -> list[_Edit]:
    kept: list[_Edit] = []
    for edit in sorted(edits, key=lambda item: (item[0], (-item[1][0], -item[1][1]))):
        if not kept or edit[0] >= kept[-1][1]:
            kept.append(edit)
    return kept


def _apply(text: str, edits: list[_Edit]) -> str:
    lines = text.split("\n")
    for (line, column), (end_line, end_column), new, _ in reversed(edits):
        tail = lines[end_line - 1][end_column:]
        head = lines[line - 1][:column]
        lines[line - 1 : end_line] = (head + new + tail).split("\n")
    return "\n".join(lines)
