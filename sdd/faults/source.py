"""A module as text with places: what stands where, and how to change it."""

import ast
from collections.abc import Iterable, Sequence

from sdd.diagnostics import Edit
from sdd.program import Module
from sdd.text import Span


class Source:
    """The text of a module beside its tree."""

    def __init__(self, module: Module) -> None:
        self.module = module
        self._lines = module.source.lines()
        self._parents = {
            child: node for node in ast.walk(module.tree) for child in ast.iter_child_nodes(node)
        }

    # ---------------------------------------------------------------- looking

    def parent(self, node: ast.AST) -> ast.AST | None:
        """Return the node that holds a node."""
        return self._parents.get(node)

    def span(self, node: ast.AST) -> Span:
        """Return where a node stands, columns counted in characters."""
        line, end = getattr(node, "lineno", 1), getattr(node, "end_lineno", 1)
        return Span(
            path=self.module.path,
            line=line,
            column=self._column(line, getattr(node, "col_offset", 0)),
            end_line=end,
            end_column=self._column(end, getattr(node, "end_col_offset", 0)),
        )

    def _column(self, line: int, offset: int) -> int:
        return len(self._lines[line - 1].encode()[:offset].decode(errors="ignore")) + 1

    def text(self, node: ast.AST) -> str:
        """Return a node as it is written."""
        span = self.span(node)
        lines = self._lines[span.line - 1 : span.end_line]
        lines[-1] = lines[-1][: (span.end_column or 1) - 1]
        lines[0] = lines[0][span.column - 1 :]
        return "\n".join(lines)

    def is_faithful(self, node: ast.AST) -> bool:
        """Whether the text at a node's place is the node; rewritten syntax may have moved it."""
        if not self.module.rewritten:
            return True
        try:
            return ast.dump(ast.parse(f"({self.text(node)})", mode="eval").body) == ast.dump(node)
        except SyntaxError:
            return False

    def statement(self, node: ast.AST) -> ast.stmt | None:
        """Return the statement that a node is part of."""
        found: ast.AST | None = node
        while found is not None and not isinstance(found, ast.stmt):
            found = self._parents.get(found)
        return found

    def block(self, statement: ast.stmt) -> list[ast.stmt]:
        """Return the statements among which one stands."""
        holder = self._parents.get(statement)
        for name in ("body", "orelse", "finalbody"):
            found = getattr(holder, name, None)
            if isinstance(found, list) and statement in found:
                return found
        return [statement]

    def indent(self, statement: ast.stmt) -> str:
        """Return what stands before a statement in its line."""
        line = self._lines[statement.lineno - 1]
        return line[: len(line) - len(line.lstrip())]

    def starts_line(self, statement: ast.stmt) -> bool:
        """Whether nothing but blanks stands before a statement in its line."""
        return not self._lines[statement.lineno - 1][: self.span(statement).column - 1].strip()

    def lines_of(self, statement: ast.stmt) -> list[str]:
        """Return a statement's lines, its indentation taken off."""
        indent = len(self.indent(statement))
        lines = self.text(statement).split("\n")
        return [
            lines[0],
            *(line[indent:] if line[:indent].isspace() else line for line in lines[1:]),
        ]

    # ---------------------------------------------------------------- changing

    def replace(self, node: ast.AST, text: str) -> Edit:
        """Write something else in the place of a node."""
        return Edit(span=self.span(node), new_text=text)

    def before(self, statement: ast.stmt, lines: Iterable[str]) -> Edit:
        """Put lines before a statement, indented like it."""
        indent = self.indent(statement)
        first = min(
            (item.lineno for item in getattr(statement, "decorator_list", [])),
            default=statement.lineno,
        )
        place = Span(path=self.module.path, line=first)
        return Edit(span=place, new_text="".join(f"{indent}{line}\n" for line in lines))

    def after(self, statement: ast.stmt, lines: Iterable[str]) -> Edit:
        """Put lines after a statement, indented like it."""
        span = self.span(statement)
        indent = self.indent(statement)
        place = Span(path=span.path, line=span.end_line or span.line, column=span.end_column or 1)
        return Edit(span=place, new_text="".join(f"\n{indent}{line}" for line in lines))

    def instead(self, statement: ast.stmt, lines: Sequence[str]) -> Edit:
        """Write other lines in the place of a statement, indented like it."""
        return self.replace(statement, f"\n{self.indent(statement)}".join(lines))

    def importing(self, lines: Iterable[str]) -> Edit:
        """Put import statements before the others."""
        body = self.module.tree.body
        first = next((item for item in body if _is_import(item)), None)
        if first is None:
            first = next((item for item in body if not _is_docstring(item)), body[-1])
        return self.before(first, lines)


def _is_import(node: ast.stmt) -> bool:
    if isinstance(node, ast.ImportFrom):
        return node.module != "__future__"
    return isinstance(node, ast.Import)


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def call_text(source: Source, call: ast.Call, arguments: Sequence[str]) -> str:
    """Return a call with other arguments."""
    return f"{source.text(call.func)}({', '.join(arguments)})"


def argument_texts(source: Source, call: ast.Call) -> list[str]:
    """Return the arguments of a call as they are written, positional ones first."""
    named = (
        f"{item.arg}={source.text(item.value)}" if item.arg else f"**{source.text(item.value)}"
        for item in call.keywords
    )
    return [*(source.text(item) for item in call.args), *named]


def called(call: ast.Call) -> str:
    """Return the last part of what is called."""
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""
