"""Python classes in specs: SQLModel tables, their bases, enums and body models, read with `ast`."""

import ast
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, replace

from sdd.ir import Default, Factory, Type
from sdd.speclang.facts import Facts, for_type, merged, of_type
from sdd.speclang.schema.column_arguments import (
    arguments_of,
    column_of_call,
    dotted,
    keywords_of,
    literal_default,
    named_default,
    type_of_call,
)
from sdd.speclang.schema.draft import ColumnDraft
from sdd.speclang.types import read_type
from sdd.text import Span

MODELS = frozenset({"SQLModel", "BaseModel"})
_DECLARATIVE = frozenset({"Base", "DeclarativeBase", "db.Model", "Model"})
_ENUMS = frozenset({"Enum", "StrEnum", "IntEnum"})
_MOST_REPAIRS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Class:
    """A class as a spec shows it.

    Attributes:
        is_table: Whether it is mapped to a table.
        columns: Its own annotated fields, those of its bases not included.
        values: For an enum, its values.
    """

    name: str
    bases: tuple[str, ...]
    is_table: bool
    table: str | None
    columns: tuple[ColumnDraft, ...]
    values: tuple[str, ...]
    span: Span
    section: int
    unique: tuple[tuple[str, ...], ...] = ()


def looks_like_models(text: str) -> bool:
    """Whether a Python fence declares models or enums at all."""
    return (
        re.search(
            r"^\s*class\s+\w+\s*\([^)]*(?:SQLModel|BaseModel|Base|Enum|Model|table\s*=)",
            text,
            re.MULTILINE,
        )
        is not None
    )


def read_classes(text: str, span: Span, section: int) -> list[Class] | None:
    """Read the classes in a fence; None when it is no Python even after leaving out bad lines.

    `span` is that of the fence's first line of code.
    """
    tree = _parse(text)
    if tree is None:
        return None
    return [
        _class(node, span, section) for node in ast.walk(tree) if isinstance(node, ast.ClassDef)
    ]


def _parse(text: str) -> ast.Module | None:
    """Parse Python, blanking lines that are none (`...fields`, prose) one by one."""
    lines = textwrap.dedent(text).split("\n")
    for _ in range(_MOST_REPAIRS):
        try:
            return ast.parse("\n".join(lines))
        except SyntaxError as error:
            number = (error.lineno or 0) - 1
            if not 0 <= number < len(lines) or not lines[number].strip():
                return None
            indent = lines[number][: len(lines[number]) - len(lines[number].lstrip())]
            lines[number] = f"{indent}pass" if lines[number].strip() != "pass" else ""
        except (ValueError, RecursionError, MemoryError):
            return None
    return None


def _class(node: ast.ClassDef, span: Span, section: int) -> Class:
    bases = tuple(dotted(base) for base in node.bases)
    table_keyword = any(
        keyword.arg == "table"
        and isinstance(keyword.value, ast.Constant)
        and keyword.value.value is True
        for keyword in node.keywords
    )
    table = None
    columns: list[ColumnDraft] = []
    values: list[str] = []
    unique: list[tuple[str, ...]] = []
    is_enum = any(base.rpartition(".")[2] in _ENUMS for base in bases)
    for statement in node.body:
        match statement:
            case ast.Assign(
                targets=[ast.Name(id="__tablename__")], value=ast.Constant(value=str(name))
            ):
                table = name
            case ast.AnnAssign(
                target=ast.Name(id="__tablename__"), value=ast.Constant(value=str(name))
            ):
                table = name
            case ast.Assign(targets=[ast.Name(id="__table_args__")]):
                unique.extend(_unique_together(statement.value))
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if is_enum:
                values.append(str(value.value) if isinstance(value, ast.Constant) else name)
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call() as call):
                column = _classic(name, None, call, _at(span, statement))
                if column is not None:
                    columns.append(column)
            case ast.AnnAssign(target=ast.Name(id=name)) if not name.startswith("_"):
                column = _annotated(name, statement, _at(span, statement))
                if column is not None:
                    columns.append(column)
            case _:
                pass
    declarative = table is not None and any(base in _DECLARATIVE for base in bases)
    return Class(
        name=node.name,
        bases=bases,
        is_table=table_keyword or declarative or (table is not None and bool(columns)),
        table=table,
        columns=tuple(columns),
        values=tuple(values),
        span=Span(path=span.path, line=span.line + node.lineno - 1),
        section=section,
        unique=tuple(unique),
    )


def _at(span: Span, node: ast.stmt) -> Span:
    return Span(path=span.path, line=span.line + node.lineno - 1)


def _unique_together(node: ast.expr) -> Iterator[tuple[str, ...]]:
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and dotted(call.func).endswith("UniqueConstraint"):
            names = tuple(
                argument.value
                for argument in call.args
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
            )
            if names:
                yield names


def _annotated(name: str, statement: ast.AnnAssign, span: Span) -> ColumnDraft | None:
    annotation = ast.unparse(statement.annotation).strip("'\"")
    if annotation.startswith("ClassVar"):
        return None
    value = statement.value
    call = value if isinstance(value, ast.Call) else None
    function = dotted(call.func).rpartition(".")[2] if call is not None else ""
    if function in {"Relationship", "relationship"} or annotation.startswith("Mapped[list"):
        return None
    if annotation.startswith("Mapped[") or function in {"mapped_column", "Column"}:
        inner = annotation.removeprefix("Mapped[").removesuffix("]")
        return (
            _classic(name, inner, call, span)
            if call is not None
            else _plain(name, inner, None, span)
        )
    if call is not None and function == "Field":
        return _field(name, annotation, call, span)
    return _plain(name, annotation, value, span)


def _typed(annotation: str) -> tuple[Facts, bool]:
    """Return what an annotation states, and whether None is allowed."""
    expression = read_type(annotation)
    facts = of_type(expression)
    nullable = facts.nullable is True or bool(re.search(r"\bNone\b|^Optional\[", annotation))
    if expression is None or expression.type is None:
        names = [
            part
            for part in re.findall(r"[A-Za-z_]\w*", annotation)
            if part not in {"Optional", "Union", "None"}
        ]
        facts = Facts(type_name=names[0] if names else annotation)
    return replace(facts, nullable=None), nullable


def _plain(name: str, annotation: str, value: ast.expr | None, span: Span) -> ColumnDraft:
    facts, nullable = _typed(annotation)
    default = literal_default(value) if value is not None else None
    if value is not None and default is None and not isinstance(value, ast.Call):
        default = named_default(value)
    facts = merged(facts, Facts(default=default))
    return _draft(name, facts, annotation, span, nullable=nullable)


def _draft(name: str, facts: Facts, annotation: str, span: Span, *, nullable: bool) -> ColumnDraft:
    implied = Facts(
        nullable=None if facts.nullable is not None or facts.primary_key else nullable,
        unique=False,
        primary_key=False,
    )
    default = facts.default
    if default == Default(value=None) and facts.primary_key:
        kind = facts.type
        default = Default(factory=Factory.AUTOINCREMENT) if kind in {Type.INT, None} else None
    return ColumnDraft(
        name=name,
        facts=for_type(replace(facts, default=default)),
        implied=implied,
        span=span,
        type_text=annotation,
    )


def _field(name: str, annotation: str, call: ast.Call, span: Span) -> ColumnDraft:
    facts, nullable = _typed(annotation)
    arguments = {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}
    stated = arguments_of(arguments)
    if call.args:
        stated = merged(stated, Facts(default=literal_default(call.args[0])))
    for inner in ("sa_column", "sa_type"):
        if isinstance(arguments.get(inner), ast.expr):
            column = arguments[inner]
            told = column_of_call(column) if inner == "sa_column" else type_of_call(column)
            refined = merged(told, facts) if _more_exact(told, facts) else merged(facts, told)
            facts = refined
    if isinstance(arguments.get("sa_column_kwargs"), ast.Dict):
        stated = merged(stated, keywords_of(arguments["sa_column_kwargs"]))
    return _draft(
        name, merged(replace(stated, type=None), facts), annotation, span, nullable=nullable
    )


def _more_exact(told: Facts, facts: Facts) -> bool:
    """Whether a column type says more than the annotation: TEXT than `str`, JSON than `list`."""
    return told.type is not None and (facts.type, told.type) in {
        (Type.STR, Type.TEXT),
        (Type.STR, Type.ENUM),
        (Type.STR, Type.UUID),
        (None, told.type),
        (Type.FLOAT, Type.DECIMAL),
        (Type.LIST, Type.JSON),
        (Type.DATETIME, Type.DATE),
    }


def _classic(
    name: str, annotation: str | None, call: ast.Call | None, span: Span
) -> ColumnDraft | None:
    """Read SQLAlchemy's own `Column(…)` and `mapped_column(…)`."""
    if call is None or dotted(call.func).rpartition(".")[2] not in {"Column", "mapped_column"}:
        return None
    typed, nullable = _typed(annotation) if annotation else (Facts(), False)
    told = column_of_call(call)
    facts = (
        merged(told, typed)
        if _more_exact(told, typed) or typed.type is None
        else merged(typed, told)
    )
    draft = _draft(name, facts, annotation or ast.unparse(call), span, nullable=nullable)
    if annotation is None and facts.nullable is None and not facts.primary_key:
        return replace(draft, implied=replace(draft.implied, nullable=True))
    return draft


# --- from classes to tables and bodies
