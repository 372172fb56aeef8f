"""Code that requests run, with what its names hold."""

import ast
import re
from dataclasses import dataclass

from sdd.faults.source import Source, called
from sdd.program.facts import EntryFacts, FunctionFacts
from sdd.program.model import FunctionNode

CASTS = frozenset({"str", "int", "UUID"})
PLACE = "bindparam"
_PASSWORD = re.compile(r"pass(word|wd|phrase)?|pwd|hash|otp", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """A piece of code that requests use: a function, or a statement that was built before.

    Attributes:
        entries: The ways in that use it.
        principals: Names that hold who the caller is, local ones too.
        clients: Names of single values that the client chooses.
        places: Names of bound parameters that hold who the caller is.
    """

    source: Source
    node: ast.AST
    entries: tuple[EntryFacts, ...]
    principals: frozenset[str] = frozenset()
    clients: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()

    def is_principal(self, node: ast.expr) -> bool:
        """Whether an expression is (a part of) the caller's identity, as it is or cast."""
        while True:
            match node:
                case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=[inner]) if (
                    name in CASTS
                ):
                    node = inner
                case ast.Call(func=ast.Attribute(value=inner, attr="get"), args=[ast.Constant()]):
                    node = inner
                case ast.NamedExpr(value=inner):
                    node = inner
                case _:
                    break
        if place_name(node) in self.places:
            return True
        while isinstance(node, (ast.Attribute, ast.Subscript, ast.Name)):
            if dotted(node) in self.principals:
                return True
            if isinstance(node, ast.Name):
                return False
            node = node.value
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Function(Scope):
    """A function that requests run."""

    node: FunctionNode
    facts: FunctionFacts

    @property
    def is_handler(self) -> bool:
        """Whether a request comes to it first, when it is known who asks."""
        place = self.source.span(self.node)
        return any(
            (entry.handler.path, entry.handler.line) == (place.path, place.line)
            for entry in self.entries
        )

    def asks_about(self, call: ast.Call) -> bool:
        """Whether a call is given the caller's identity together with something of the request."""
        given = [*call.args, *(item.value for item in call.keywords)]
        if not any(self.is_principal(item) and not _is_secret(item) for item in given):
            return False
        local = {
            node.id
            for node in ast.walk(self.node)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        }
        about = local | self.clients | set(self.facts.bodies)
        return any(
            isinstance(node, ast.Name) and node.id in about
            for item in given
            if not self.is_principal(item)
            for node in ast.walk(item)
        )


def _is_secret(node: ast.expr) -> bool:
    """Whether an expression is the caller's password: to ask for it again confines nothing."""
    return any(
        isinstance(one, ast.Attribute) and _PASSWORD.search(one.attr) for one in ast.walk(node)
    )


def place_name(node: ast.AST) -> str:
    """Return the name of a bound parameter, `bindparam("name")`; empty for anything else."""
    match node:
        case ast.Call(args=[ast.Constant(value=str() as name), *_]) if called(node) == PLACE:
            return name
        case _:
            return ""


def dotted(node: ast.expr) -> str:
    """Return a chain of names as text; empty for anything else."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=inner, attr=name):
            base = dotted(inner)
            return f"{base}.{name}" if base else ""
        case _:
            return ""


def unwrapped(node: ast.expr) -> ast.expr:
    """Return what a call of one argument, as `col(x)`, is about."""
    match node:
        case ast.Call(func=ast.Name(), args=[inner], keywords=[]):
            return inner
        case _:
            return node
