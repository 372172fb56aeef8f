"""The values that a loaded program consists of."""

import ast
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sdd.program.roots import ImportRoots
from sdd.text import SourceText, Span

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A file that could not be analysed, and why."""

    path: str
    reason: str
    line: int = 1


def parse_text(text: str) -> ast.Module:
    """Parse a text as the running interpreter would, without its warnings.

    Raises:
        SyntaxError: It is not Python.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # invalid escapes are the user's linter's business
        return ast.parse(text)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Module:
    """One Python file.

    Attributes:
        path: Relative to the program's root.
        parsed: Its tree; empty where that is parsed again when somebody asks, as of most files
            of a large program nobody does.
        imports: The dotted names of its absolute imports, outside of functions and branches.
        rewritten: What newer syntax had to be rewritten before it could be parsed.
    """

    path: str
    source: SourceText = field(repr=False)
    imports: tuple[str, ...] = field(default=(), repr=False)
    parsed: list[ast.Module] = field(repr=False)
    rewritten: tuple[str, ...] = ()

    @property
    def tree(self) -> ast.Module:
        """Its syntax, in the grammar of the running interpreter; lines are those of the file."""
        if not self.parsed:
            self.parsed.append(parse_text(self.source.text))
        return self.parsed[0]

    @property
    def folder(self) -> str:
        """The folder that holds the file; empty for the root."""
        return self.path.rpartition("/")[0]

    def span(self, node: ast.AST) -> Span:
        """Return where a node stands in the file."""
        line = getattr(node, "lineno", 1)
        end_column = getattr(node, "end_col_offset", None)
        return Span(
            path=self.path,
            line=line,
            column=getattr(node, "col_offset", 0) + 1,
            end_line=getattr(node, "end_lineno", line),
            end_column=None if end_column is None else end_column + 1,
        )

    def classes(self) -> Iterator[ast.ClassDef]:
        """Yield every class definition, nested ones too."""
        return (node for node in ast.walk(self.tree) if isinstance(node, ast.ClassDef))

    def functions(self) -> Iterator[FunctionNode]:
        """Yield every function definition, methods and nested ones too."""
        return (node for node in ast.walk(self.tree) if isinstance(node, FunctionNode))

    def calls(self) -> Iterator[ast.Call]:
        """Yield every call expression."""
        return (node for node in ast.walk(self.tree) if isinstance(node, ast.Call))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Program:
    """Every Python file below a root that belongs to the running program.

    Attributes:
        modules: By path, in sorted order.
        unreadable: Files that could not be parsed; they are part of the program all the same.
        files: How many Python files were found, readable or not.
    """

    modules: Mapping[str, Module]
    unreadable: tuple[Unreadable, ...]
    roots: ImportRoots
    files: int

    def find(self, importer: Module, dotted: str, level: int = 0) -> str | None:
        """Find the path that an import names, seen from a module; None: not in this program."""
        if level:
            return self.roots.relative(importer.folder, dotted, level)
        found = self.roots.absolute(importer.folder, dotted)
        return None if found == importer.path else found

    def cause_unreadable(self, path: str) -> Unreadable | None:
        """Find out why a file that exists is not among the modules."""
        return next((item for item in self.unreadable if item.path == path), None)
