"""What the arguments of Field, Column and mapped_column say of a column."""

import ast
import re
from dataclasses import replace

from sdd.ir import Constraints, Default, Factory, Scalar
from sdd.speclang.facts import Facts, Reference, merged
from sdd.speclang.types import read_type

_NOW = re.compile(
    r"\b(?:utc_?now|now|get_utc\w*|current_?time\w*|func\.now|datetime)\b", re.IGNORECASE
)


def dotted(node: ast.expr) -> str:
    """Write an expression as source: `sa.Column`."""
    return ast.unparse(node)


def keywords_of(node: ast.expr) -> Facts:
    """Read `sa_column_kwargs={"unique": True}`."""
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


def arguments_of(arguments: dict[str, ast.expr]) -> Facts:
    """Read the keywords of `Field`."""
    constraints = Constraints(
        min_length=_int(arguments.get("min_length")),
        max_length=_int(arguments.get("max_length")),
        minimum=_bound(arguments.get("ge"), arguments.get("gt"), 1),
        maximum=_bound(arguments.get("le"), arguments.get("lt"), -1),
        pattern=_text(arguments.get("regex")) or _text(arguments.get("pattern")),
    )
    default: Default | None = None
    if "default" in arguments:
        default = literal_default(arguments["default"]) or named_default(arguments["default"])
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


def column_of_call(node: ast.expr) -> Facts:
    """Read `Column(String(80), nullable=False)`."""
    if not isinstance(node, ast.Call):
        return Facts()
    facts = Facts()
    for argument in node.args:
        if isinstance(argument, ast.Call) and dotted(argument.func).endswith("ForeignKey"):
            facts = merged(facts, Facts(reference=_foreign_key(argument)))
        elif not isinstance(argument, ast.Constant):
            facts = merged(facts, type_of_call(argument))
    arguments = {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg}
    if "server_default" in arguments:
        arguments.setdefault("default", arguments.pop("server_default"))
    facts = merged(
        facts, arguments_of({name: value for name, value in arguments.items() if name != "default"})
    )
    if "default" in arguments:
        value = arguments["default"]
        default = literal_default(value) or _factory_default(ast.unparse(value))
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


def type_of_call(node: ast.expr) -> Facts:
    """Read a type of SQLAlchemy, called or not: `String(80)`, `Text`."""
    name = dotted(node.func if isinstance(node, ast.Call) else node).rpartition(".")[2]
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


def literal_default(node: ast.expr | None) -> Default | None:
    """Read a default that is written out, negative numbers included."""
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


def named_default(node: ast.expr) -> Default | None:
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
