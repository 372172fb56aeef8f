"""Python classes in specs: SQLModel tables, their bases, enums and body models, read with `ast`."""

import ast
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, replace

from sdd.ir import Constraints, Default, Factory, Field, Scalar, Shape, Type
from sdd.names import snake
from sdd.speclang.facts import Facts, Reference, for_type, merged, of_type
from sdd.speclang.schema.draft import ColumnDraft, TableDraft
from sdd.speclang.schema.naming import entity_name
from sdd.speclang.types import read_type
from sdd.text import Span

_MODELS = frozenset({"SQLModel", "BaseModel"})
_DECLARATIVE = frozenset({"Base", "DeclarativeBase", "db.Model", "Model"})
_ENUMS = frozenset({"Enum", "StrEnum", "IntEnum"})
_MOST_REPAIRS = 40
_DEEPEST_BASES = 8
_NOW = re.compile(
    r"\b(?:utc_?now|now|get_utc\w*|current_?time\w*|func\.now|datetime)\b", re.IGNORECASE
)


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
    bases = tuple(_dotted(base) for base in node.bases)
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


def _dotted(node: ast.expr) -> str:
    return ast.unparse(node)


def _unique_together(node: ast.expr) -> Iterator[tuple[str, ...]]:
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and _dotted(call.func).endswith("UniqueConstraint"):
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
    function = _dotted(call.func).rpartition(".")[2] if call is not None else ""
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
    default = _literal_default(value) if value is not None else None
    if value is not None and default is None and not isinstance(value, ast.Call):
        default = _named_default(value)
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
    stated = _arguments(arguments)
    if call.args:
        stated = merged(stated, Facts(default=_literal_default(call.args[0])))
    for inner in ("sa_column", "sa_type"):
        if isinstance(arguments.get(inner), ast.expr):
            column = arguments[inner]
            told = _sa_column(column) if inner == "sa_column" else _sa_type(column)
            refined = merged(told, facts) if _more_exact(told, facts) else merged(facts, told)
            facts = refined
    if isinstance(arguments.get("sa_column_kwargs"), ast.Dict):
        stated = merged(stated, _keyword_dict(arguments["sa_column_kwargs"]))
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


def _keyword_dict(node: ast.expr) -> Facts:
    facts = Facts()
    if not isinstance(node, ast.Dict):
        return facts
    for key_node, value in zip(node.keys, node.values, strict=True):
        word = key_node.value if isinstance(key_node, ast.Constant) else None
        if word == "onupdate":
            facts = replace(facts, refreshed=True)
        elif word in {"server_default", "default"}:
            facts = replace(facts, default=_factory_default(ast.unparse(value)))
    return facts


def _arguments(arguments: dict[str, ast.expr]) -> Facts:
    constraints = Constraints(
        min_length=_int(arguments.get("min_length")),
        max_length=_int(arguments.get("max_length")),
        minimum=_bound(arguments.get("ge"), arguments.get("gt"), 1),
        maximum=_bound(arguments.get("le"), arguments.get("lt"), -1),
        pattern=_text(arguments.get("regex")) or _text(arguments.get("pattern")),
    )
    default: Default | None = None
    if "default" in arguments:
        default = _literal_default(arguments["default"]) or _named_default(arguments["default"])
    if "default_factory" in arguments:
        default = _factory_default(ast.unparse(arguments["default_factory"]))
    if _flag(arguments.get("autoincrement")):
        default = Default(factory=Factory.AUTOINCREMENT)
    reference = None
    target = _text(arguments.get("foreign_key"))
    action = _text(arguments.get("ondelete")) or _text(arguments.get("on_delete"))
    if target:
        table, _, column = target.rpartition(".")
        reference = Reference(
            table=table or column,
            column=column if table else "",
            on_delete=action.casefold().replace(" ", "_") if action else None,
        )
    return Facts(
        primary_key=_flag(arguments.get("primary_key")) or None,
        unique=_flag(arguments.get("unique")) or None,
        indexed=_flag(arguments.get("index")) or None,
        nullable=_flag(arguments.get("nullable")),
        default=default,
        reference=reference,
        constraints=constraints,
    )


def _sa_column(node: ast.expr) -> Facts:
    if not isinstance(node, ast.Call):
        return Facts()
    facts = Facts()
    for argument in node.args:
        if isinstance(argument, ast.Call) and _dotted(argument.func).endswith("ForeignKey"):
            facts = merged(facts, Facts(reference=_foreign_key(argument)))
        elif not isinstance(argument, ast.Constant):
            facts = merged(facts, _sa_type(argument))
    arguments = {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg}
    if "server_default" in arguments:
        arguments.setdefault("default", arguments.pop("server_default"))
    facts = merged(
        facts, _arguments({name: value for name, value in arguments.items() if name != "default"})
    )
    if "default" in arguments:
        value = arguments["default"]
        default = _literal_default(value) or _factory_default(ast.unparse(value))
        facts = merged(facts, Facts(default=default))
    if "onupdate" in arguments:
        facts = replace(facts, refreshed=True)
    return facts


def _foreign_key(call: ast.Call) -> Reference | None:
    target = _text(call.args[0]) if call.args else None
    if not target:
        return None
    table, _, column = target.rpartition(".")
    action = next(
        (_text(keyword.value) for keyword in call.keywords if keyword.arg == "ondelete"), None
    )
    return Reference(
        table=table or column,
        column=column if table else "",
        on_delete=action.casefold().replace(" ", "_") if action else None,
    )


def _sa_type(node: ast.expr) -> Facts:
    name = _dotted(node.func if isinstance(node, ast.Call) else node).rpartition(".")[2]
    expression = read_type(name)
    length = None
    choices: tuple[str, ...] = ()
    if isinstance(node, ast.Call):
        sizes = [argument.value for argument in node.args if isinstance(argument, ast.Constant)]
        sizes.extend(
            keyword.value.value
            for keyword in node.keywords
            if keyword.arg == "length" and isinstance(keyword.value, ast.Constant)
        )
        length = next(
            (size for size in sizes if isinstance(size, int) and not isinstance(size, bool)), None
        )
        choices = tuple(size for size in sizes if isinstance(size, str)) if name == "Enum" else ()
    return Facts(
        type=expression.type if expression else None,
        constraints=Constraints(max_length=length, choices=choices),
    )


def _classic(
    name: str, annotation: str | None, call: ast.Call | None, span: Span
) -> ColumnDraft | None:
    """Read SQLAlchemy's own `Column(…)` and `mapped_column(…)`."""
    if call is None or _dotted(call.func).rpartition(".")[2] not in {"Column", "mapped_column"}:
        return None
    typed, nullable = _typed(annotation) if annotation else (Facts(), False)
    told = _sa_column(call)
    facts = (
        merged(told, typed)
        if _more_exact(told, typed) or typed.type is None
        else merged(typed, told)
    )
    draft = _draft(name, facts, annotation or ast.unparse(call), span, nullable=nullable)
    if annotation is None and facts.nullable is None and not facts.primary_key:
        return replace(draft, implied=replace(draft.implied, nullable=True))
    return draft


def _flag(node: ast.expr | None) -> bool | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, bool) else None


def _int(node: ast.expr | None) -> int | None:
    return node.value if isinstance(node, ast.Constant) and type(node.value) is int else None


def _text(node: ast.expr | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _bound(inclusive: ast.expr | None, exclusive: ast.expr | None, step: int) -> float | None:
    number = _number(inclusive)
    if number is not None:
        return number
    beyond = _number(exclusive)
    return None if beyond is None else beyond + step


def _number(node: ast.expr | None) -> float | None:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = _number(node.operand)
        return None if inner is None else -inner
    if (
        isinstance(node, ast.Constant)
        and isinstance(node.value, int | float)
        and not isinstance(node.value, bool)
    ):
        return node.value
    return None


def _literal_default(node: ast.expr | None) -> Default | None:
    match node:
        case ast.Constant(value=value) if value is not Ellipsis and (
            value is None or isinstance(value, str | int | float | bool)
        ):
            scalar: Scalar = value
            return Default(value=scalar)
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
            return Default(value=-value)
        case ast.List(elts=[]):
            return Default(factory=Factory.EMPTY_LIST)
        case ast.Dict(keys=[]):
            return Default(factory=Factory.EMPTY_OBJECT)
        case _:
            return None


def _named_default(node: ast.expr) -> Default | None:
    """Read `Priority.MEDIUM` as the name of an enum's member; its value is looked up later."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return Default(value=f"{node.value.id}.{node.attr}")
    return None


def _factory_default(text: str) -> Default | None:
    if re.search(r"uuid", text, re.IGNORECASE):
        return Default(factory=Factory.UUID)
    if _NOW.search(text):
        return Default(factory=Factory.NOW)
    if re.search(r"\blist\b|lambda\s*:\s*\[\s*\]|'\[\]'", text):
        return Default(factory=Factory.EMPTY_LIST)
    if re.search(r"\bdict\b|lambda\s*:\s*\{\s*\}|'\{\}'", text):
        return Default(factory=Factory.EMPTY_OBJECT)
    quoted = re.search(r"['\"]([^'\"]*)['\"]", text)
    return Default(value=quoted.group(1)) if quoted else None


# --- from classes to tables and bodies


def tables_of(classes: list[Class]) -> list[TableDraft]:
    """Return the tables among classes, fields of bases first."""
    known = {item.name: item for item in classes}
    enums = {item.name: item for item in classes if item.values}
    found: list[TableDraft] = []
    for item in classes:
        if not item.is_table:
            continue
        columns = tuple(
            _enumerated(column, enums)
            for column in _inherited(item, known)
            if not _is_related(column, known)
        )
        found.append(
            TableDraft(
                entity=entity_name(item.table or item.name),
                table=item.table,
                implied_table=None if item.table else snake(item.name).replace("_", ""),
                form="sqlmodel",
                document=item.span.path,
                span=item.span,
                columns=columns,
                section=item.section,
            )
        )
    return found


def _is_related(column: ColumnDraft, known: dict[str, Class]) -> bool:
    """Whether an annotation names another table: a relationship written without `Relationship`."""
    names = re.findall(r"[A-Za-z_]\w*", column.type_text)
    return any(name in known and known[name].is_table for name in names)


def _inherited(item: Class, known: dict[str, Class], depth: int = 0) -> list[ColumnDraft]:
    columns: dict[str, ColumnDraft] = {}
    if depth < _DEEPEST_BASES:
        for base in item.bases:
            parent = known.get(base)
            if parent is not None and parent is not item:
                columns.update(
                    {column.name: column for column in _inherited(parent, known, depth + 1)}
                )
    columns.update({column.name: column for column in item.columns})
    return list(columns.values())


def _enumerated(column: ColumnDraft, enums: dict[str, Class]) -> ColumnDraft:
    names = re.findall(r"[A-Za-z_]\w*", column.type_text)
    enum = next((enums[name] for name in names if name in enums), None)
    default = column.facts.default
    if default is not None and isinstance(default.value, str) and "." in default.value:
        owner, _, member = default.value.partition(".")
        values = enums[owner].values if owner in enums else ()
        matching = next(
            (value for value in values if value.casefold() == member.casefold()), member.casefold()
        )
        default = Default(value=matching)
    facts = replace(column.facts, default=default)
    if enum is not None:
        facts = replace(
            facts,
            type=Type.ENUM,
            constraints=replace(facts.constraints, choices=enum.values),
        )
    return replace(column, facts=facts)


def shapes_of(classes: list[Class]) -> dict[str, Shape]:
    """Return the request and response models among classes, as shapes."""
    known = {item.name: item for item in classes}
    enums = {item.name: item for item in classes if item.values}
    return {
        item.name: Shape(
            type=Type.OBJECT,
            fields=tuple(
                _shape_field(_enumerated(column, enums)) for column in _inherited(item, known)
            ),
            span=item.span,
        )
        for item in classes
        if not item.is_table and not item.values and _is_model(item, known)
    }


def _is_model(item: Class, known: dict[str, Class], depth: int = 0) -> bool:
    if depth > _DEEPEST_BASES:
        return False
    return any(
        base.rpartition(".")[2] in _MODELS
        or (base in known and _is_model(known[base], known, depth + 1))
        for base in item.bases
    )


def _shape_field(column: ColumnDraft) -> Field:
    facts = column.facts
    nullable = facts.nullable if facts.nullable is not None else column.implied.nullable
    return Field(
        name=column.name,
        shape=Shape(
            type=facts.type,
            nullable=nullable or None,
            constraints=facts.constraints,
            item=Shape(type=facts.item) if facts.item else None,
            span=column.span,
        ),
        required=facts.default is None,
        default=facts.default,
        span=column.span,
    )
