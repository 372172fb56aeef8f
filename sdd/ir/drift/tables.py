"""Drift of tables: which there are, their columns, and what each column is."""

from collections.abc import Iterator

from sdd import names
from sdd.ir.drift.difference import Difference, Side
from sdd.ir.matching import identifier
from sdd.ir.model import Application, Column, Default, Endpoint, Entity, Factory, Shape, Type

_FAMILIES = (
    frozenset({Type.STR, Type.TEXT, Type.ENUM}),
    frozenset({Type.FLOAT, Type.DECIMAL}),
    frozenset({Type.JSON, Type.LIST}),
)
_TEXTS = _FAMILIES[0]


def table_differences(spec: Application, code: Application) -> Iterator[Difference]:
    """Yield what specs and code state differently about tables."""
    limits = _request_limits(code.endpoints)
    left = list(code.entities)
    for entity in spec.entities:
        other = next((item for item in left if _same_table(entity, item)), None)
        if other is not None:
            left.remove(other)
        if entity.managed_by or not entity.columns:
            continue
        if other is None:
            yield Difference(
                rule="missing-table",
                subject=entity.name,
                message=f"The specs state the table {table_of(entity)}, the code has none such.",
                only=Side.SPEC,
                spec=", ".join(column.name for column in entity.columns),
                spec_span=entity.span,
            )
            continue
        yield from _columns(entity, other, spec, code, limits)
    for entity in left:
        yield Difference(
            rule="unspecified-table",
            subject=entity.name,
            message=f"The code maps the table {table_of(entity)}, no spec states it.",
            only=Side.CODE,
            code=", ".join(column.name for column in entity.columns),
            code_span=entity.span,
        )


def table_of(entity: Entity) -> str:
    """Return a table's name, as stated or as convention has it."""
    return entity.table or names.plural(names.snake(entity.name))


def _same_table(left: Entity, right: Entity) -> bool:
    return _key(table_of(left)) == _key(table_of(right)) or _key(left.name) == _key(right.name)


def _key(name: str) -> str:
    return names.singular(identifier(name)).replace("_", "")


def _columns(
    entity: Entity,
    other: Entity,
    spec: Application,
    code: Application,
    limits: dict[tuple[str, str], set[int]],
) -> Iterator[Difference]:
    left = {column.name: column for column in other.columns}
    missing: list[Column] = []
    for column in entity.columns:
        match = left.pop(column.name, None)
        if match is None:
            missing.append(column)
        else:
            yield from _column(entity, column, match, (spec, code), limits)
    for column in missing:
        owners = column.name == entity.owner_column
        renamed = next(
            (
                item
                for item in left.values()
                if _same_name(column.name, item.name)
                or (owners and item.name == other.owner_column)
            ),
            None,
        )
        if renamed is not None:
            del left[renamed.name]
            yield _difference(
                "renamed-column", entity, column, renamed, f"`{column.name}`", f"`{renamed.name}`"
            )
            continue
        yield Difference(
            rule="missing-column",
            subject=f"{entity.name}.{column.name}",
            message=f"The specs give {table_of(entity)} the column `{column.name}`, "
            "the code does not.",
            only=Side.SPEC,
            spec=column.type.value if column.type else "stated",
            spec_span=column.span,
            code_span=other.span,
        )
    for column in left.values():
        yield Difference(
            rule="unspecified-column",
            subject=f"{entity.name}.{column.name}",
            message=f"The code gives {table_of(entity)} the column `{column.name}`, "
            "no spec states it.",
            only=Side.CODE,
            code=column.type.value if column.type else "there",
            spec_span=entity.span,
            code_span=column.span,
        )


def _same_name(left: str, right: str) -> bool:
    """Whether two names are one, written otherwise: `createdAt`, `is_done`, `userid`."""

    def bare(name: str) -> str:
        return identifier(name).removeprefix("is_").replace("_", "")

    return bare(left) == bare(right)


def _difference(
    rule: str, entity: Entity, spec: Column, code: Column, stated: str, done: str
) -> Difference:
    subject = f"{entity.name}.{spec.name}"
    return Difference(
        rule=rule,
        subject=subject,
        message=f"{subject} is {stated} in the specs and {done} in the code.",
        spec=stated,
        code=done,
        spec_span=spec.span,
        code_span=code.span,
    )


def _column(
    entity: Entity,
    spec: Column,
    code: Column,
    both: tuple[Application, Application],
    limits: dict[tuple[str, str], set[int]],
) -> Iterator[Difference]:
    if spec.type and code.type and not _agree(spec.type, code.type):
        yield _difference("drifted-type", entity, spec, code, spec.type.value, code.type.value)
    elif spec.type in _TEXTS and spec.constraints.max_length is not None:
        yield from _length(entity, spec, code, limits)
    if bool(spec.primary_key) != bool(code.primary_key) and spec.primary_key is not None:
        stated, done = (_key_word(item.primary_key) for item in (spec, code))
        yield _difference("drifted-key", entity, spec, code, stated, done)
    elif not spec.primary_key and _nullability_differs(spec, code):
        stated, done = (_null_word(item.nullable) for item in (spec, code))
        yield _difference("drifted-nullability", entity, spec, code, stated, done)
    if spec.unique and not code.unique and not code.primary_key:
        yield _difference("drifted-uniqueness", entity, spec, code, "unique", "not unique")
    if spec.default and code.default and not _same_default(spec.default, code.default):
        stated, done = _default_word(spec.default), _default_word(code.default)
        yield _difference("drifted-default", entity, spec, code, stated, done)
    yield from _reference(entity, spec, code, both)


def _agree(left: Type, right: Type) -> bool:
    return left is right or any(left in family and right in family for family in _FAMILIES)


def _length(
    entity: Entity, spec: Column, code: Column, limits: dict[tuple[str, str], set[int]]
) -> Iterator[Difference]:
    stated = spec.constraints.max_length
    done = code.constraints.max_length
    accepted = limits.get((_key(entity.name), spec.name), set()) | limits.get(
        ("", spec.name), set()
    )
    if stated is None or done == stated or (done is None and stated in accepted):
        return
    if done is None and code.type is Type.ENUM:
        return  # its choices bound it
    shown = f"at most {done} characters" if done is not None else "of any length"
    if done is None and accepted:
        shown = f"at most {min(accepted)} characters"
    yield _difference("drifted-length", entity, spec, code, f"at most {stated} characters", shown)


def _request_limits(endpoints: tuple[Endpoint, ...]) -> dict[tuple[str, str], set[int]]:
    """Return the lengths that request bodies accept: a limit may stand there instead."""
    found: dict[tuple[str, str], set[int]] = {}
    for endpoint in endpoints:
        words = [part for part in endpoint.path.split("/") if part and not part.startswith("{")]
        for item in (endpoint.request or Shape()).fields:
            limit = item.shape.constraints.max_length
            for word in (*words, ""):
                if limit is not None:
                    found.setdefault((_key(word) if word else "", item.name), set()).add(limit)
    return found


def _nullability_differs(spec: Column, code: Column) -> bool:
    """What SQL implies by silence (nullable, with a default) is no statement worth a word."""
    if spec.nullable is None or code.nullable is None or spec.nullable == code.nullable:
        return False
    return not (spec.nullable and spec.default is not None)


def _same_default(spec: Default, code: Default) -> bool:
    if spec.factory is not None and code.factory is not None:
        return spec.factory is code.factory
    if spec.factory is not None or code.factory is not None:
        factory = spec.factory or code.factory
        value = spec.value if spec.factory is None else code.value
        return factory in {Factory.AUTOINCREMENT, Factory.NOW, Factory.UUID} or value in {None, ""}
    empty = {None, ""}
    if spec.value in empty and code.value in empty:
        return True
    return str(spec.value).casefold() == str(code.value).casefold()


def _reference(
    entity: Entity, spec: Column, code: Column, both: tuple[Application, Application]
) -> Iterator[Difference]:
    wanted, found = spec.foreign_key, code.foreign_key
    if wanted is None:
        return
    stated = f"a reference to {wanted.table}.{wanted.column}"
    if found is None:
        known = {_key(table_of(item)) for item in both[1].entities}
        if _key(wanted.table) in known:
            yield _difference("drifted-reference", entity, spec, code, stated, "no foreign key")
    elif _key(found.table) != _key(wanted.table):
        done = f"a reference to {found.table}.{found.column}"
        yield _difference("drifted-reference", entity, spec, code, stated, done)


def _key_word(value: bool | None) -> str:  # noqa: FBT001 - the value itself
    return "part of the primary key" if value else "no key"


def _null_word(value: bool | None) -> str:  # noqa: FBT001 - the value itself
    return "nullable" if value else "not null"


def _default_word(default: Default) -> str:
    return (
        f"{default.factory.value}() by default"
        if default.factory
        else f"{default.value!r} by default"
    )
