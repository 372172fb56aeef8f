"""Entities from drafts: the forms of one table brought together, and where they contradict."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from sdd.ir import Column, Constraints, Default, Entity, ForeignKey, Index, Question, Type
from sdd.names import kebab, plural, singular, snake, words
from sdd.speclang.facts import Facts, Reference, for_type, merged
from sdd.speclang.findings import Findings
from sdd.speclang.outline import Document
from sdd.speclang.schema.draft import ColumnDraft, Drafts, Rule, TableDraft
from sdd.text import Span

_RANKS = {
    "table": 0,
    "ddl": 1,
    "bullets": 2,
    "lines": 2,
    "mermaid": 3,
    "dbml": 1,
    "sentence": 3,
    "sqlmodel": 4,
    "heading": 9,
}
_BODIES = frozenset(
    [
        "create",
        "update",
        "read",
        "response",
        "request",
        "out",
        "public",
        "base",
        "dto",
        "payload",
        "params",
        "filter",
        "query",
        "error",
        "input",
        "output",
        "patch",
        "list",
        "summary",
        "in",
    ]
)
_FAMILIES: tuple[frozenset[Type], ...] = (
    frozenset({Type.STR, Type.TEXT, Type.ENUM}),
    frozenset({Type.FLOAT, Type.DECIMAL}),
    frozenset({Type.JSON, Type.LIST}),
)
_EXACT = (Type.ENUM, Type.TEXT, Type.DECIMAL, Type.LIST)
_OWNERS = ("user_id", "owner_id", "userId", "ownerId", "created_by", "author_id", "account_id")


@dataclass(slots=True)
class _Column:
    name: str
    facts: Facts
    implied: Facts
    span: Span
    drafts: list[tuple[TableDraft, ColumnDraft]] = field(default_factory=list)


@dataclass(slots=True)
class _Table:
    entity: str
    drafts: list[TableDraft] = field(default_factory=list)
    columns: dict[str, _Column] = field(default_factory=dict)
    indexes: list[Index] = field(default_factory=list)
    owner: str | None = None

    @property
    def table(self) -> str | None:
        stated = next((draft.table for draft in self.drafts if draft.table), None)
        return stated or next(
            (draft.implied_table for draft in self.drafts if draft.implied_table), None
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """The entities, and what a human has to decide about them."""

    entities: tuple[Entity, ...]
    questions: tuple[Question, ...]


def build_entities(documents: Iterable[tuple[Document, Drafts]], findings: Findings) -> Schema:
    """Bring the drafts of all documents together, in the documents' order of precedence."""
    documents = list(documents)
    tables = _grouped(documents)
    enums: dict[str, tuple[str, ...]] = {}
    for _, drafts in documents:
        enums = {**drafts.enums, **enums}
    for table in tables.values():
        _merge_columns(table, enums, findings)
    for document, drafts in documents:
        for rule in drafts.rules:
            _apply(rule, document, tables, findings)
    names = {entity: table.table or plural(snake(entity)) for entity, table in tables.items()}
    questions: list[Question] = []
    builder = _Builder(tables=tables, names=names, findings=findings, questions=questions)
    entities = [
        _entity(table, builder)
        for table in tables.values()
        if table.columns or any(draft.managed_by for draft in table.drafts)
    ]
    return Schema(entities=tuple(entities), questions=tuple(questions))


def _grouped(documents: list[tuple[Document, Drafts]]) -> dict[str, _Table]:
    tables: dict[str, _Table] = {}
    for document, drafts in documents:
        ranked = sorted(
            enumerate(drafts.tables), key=lambda item: (_RANKS.get(item[1].form, 5), item[0])
        )
        order = {draft.entity: number for number, draft in reversed(list(enumerate(drafts.tables)))}
        for _, draft in sorted(ranked, key=lambda item: order[item[1].entity]):
            if _is_body(draft) or not _is_entity(draft, document):
                continue
            tables.setdefault(draft.entity, _Table(entity=draft.entity)).drafts.append(draft)
    return tables


def _is_body(draft: TableDraft) -> bool:
    parts = words(draft.entity)
    return len(parts) > 1 and parts[-1] in _BODIES and draft.form not in {"ddl", "sqlmodel"}


def _is_entity(draft: TableDraft, document: Document) -> bool:
    """Whether a list of fields is a table: in a schema document always, elsewhere with a key."""
    if draft.form in {"ddl", "sqlmodel", "heading", "dbml"} or draft.table:
        return True
    if re.search(r"(?i)schema|database|tables", document.path.rpartition("/")[2]):
        return True
    return any(
        column.facts.primary_key or column.facts.reference or column.name == "id"
        for column in draft.columns
    )


def _merge_columns(table: _Table, enums: dict[str, tuple[str, ...]], findings: Findings) -> None:
    for draft in table.drafts:
        for column in draft.columns:
            facts = _with_enum(column.name, column.facts, enums)
            known = table.columns.get(column.name)
            if known is None:
                table.columns[column.name] = _Column(
                    name=column.name,
                    facts=facts,
                    implied=column.implied,
                    span=column.span,
                    drafts=[(draft, column)],
                )
                continue
            _compare(table, known, draft, replace(column, facts=facts), findings)
            known.facts = _joined(known.facts, facts)
            known.implied = (
                merged(known.implied, column.implied)
                if _ranks_above(known, draft)
                else merged(column.implied, known.implied)
            )
            known.drafts.append((draft, column))
        table.indexes.extend(index for index in draft.indexes if index not in table.indexes)
        table.owner = table.owner or draft.owner_column


def _ranks_above(known: _Column, draft: TableDraft) -> bool:
    """Python's `str` (no Optional) says more about NULL than SQL's silence does."""
    return not (draft.form == "sqlmodel" and any(other.form == "ddl" for other, _ in known.drafts))


def _with_enum(name: str, facts: Facts, enums: dict[str, tuple[str, ...]]) -> Facts:
    by_name = enums.get(name.replace("_", "").casefold())
    if by_name and facts.type in {Type.STR, Type.ENUM} and not facts.constraints.choices:
        return replace(facts, constraints=replace(facts.constraints, choices=by_name))
    values = enums.get(facts.type_name.rpartition(" ")[2].casefold())
    if values and (facts.type in {None, Type.ENUM}):
        return replace(
            facts,
            type=Type.ENUM,
            constraints=replace(facts.constraints, choices=facts.constraints.choices or values),
        )
    return facts


def _joined(first: Facts, second: Facts) -> Facts:
    joined = merged(first, second)
    if first.type is not None and second.type is not None and first.type is not second.type:
        for kind in _EXACT:
            family = _family(first.type)
            if (
                family
                and kind in family
                and kind in {first.type, second.type}
                and second.type in family
            ):
                return replace(joined, type=kind, item=first.item or second.item)
    if first.ambiguous and second.type is not None:
        return replace(joined, type=second.type, ambiguous=())
    return joined


def _family(kind: Type) -> frozenset[Type] | None:
    return next((family for family in _FAMILIES if kind in family), None)


def _agree(first: Type, second: Type) -> bool:
    family = _family(first)
    return first is second or (family is not None and second in family)


def _compare(
    table: _Table, known: _Column, draft: TableDraft, column: ColumnDraft, findings: Findings
) -> None:
    """Report every fact that two forms of a column state differently."""
    subject = f"{table.entity}.{column.name}"
    first, second = known.facts, column.facts
    for rule, what, here, there in _differences(first, second):
        findings.contradiction(
            rule,
            f"{subject} is stated with two {what}: {here} and {there}.",
            ((known.span, f"here it is {here}"), (column.span, f"here it is {there}")),
            hint=f"Write {here} in both places, or {there} in both; {here} is followed for now.",
            subject=f"{subject}:{rule}",
        )
    del draft


def _differences(first: Facts, second: Facts) -> list[tuple[str, str, str, str]]:
    found: list[tuple[str, str, str, str]] = []
    if first.type and second.type and not _agree(first.type, second.type):
        found.append(("contradicting-type", "types", first.type.value, second.type.value))
    if _differ(first.nullable, second.nullable) and not (first.primary_key or second.primary_key):
        found.append(
            (
                "contradicting-nullability",
                "nullabilities",
                _null(first.nullable),
                _null(second.nullable),
            )
        )
    lengths = first.constraints.max_length, second.constraints.max_length
    if _differ(*lengths):
        found.append(("contradicting-length", "maximum lengths", str(lengths[0]), str(lengths[1])))
    if first.default and second.default and not _same_default(first.default, second.default):
        found.append(
            ("contradicting-default", "defaults", _shown(first.default), _shown(second.default))
        )
    choices = first.constraints.choices, second.constraints.choices
    if (
        choices[0]
        and choices[1]
        and {item.casefold() for item in choices[0]} != {item.casefold() for item in choices[1]}
    ):
        found.append(
            (
                "contradicting-choices",
                "sets of choices",
                ", ".join(choices[0]),
                ", ".join(choices[1]),
            )
        )
    if first.reference and second.reference and first.reference.table and second.reference.table:
        targets = _target_key(first.reference), _target_key(second.reference)
        if targets[0] != targets[1]:
            found.append(
                (
                    "contradicting-reference",
                    "references",
                    first.reference.table,
                    second.reference.table,
                )
            )
    if _differ(first.unique, second.unique):
        found.append(
            (
                "contradicting-uniqueness",
                "statements on uniqueness",
                str(first.unique),
                str(second.unique),
            )
        )
    return found


def _differ(first: object, second: object) -> bool:
    return first is not None and second is not None and first != second


def _null(value: bool | None) -> str:  # noqa: FBT001 - the value itself
    return "NULL" if value else "NOT NULL"


def _same_default(first: Default, second: Default) -> bool:
    if first == second:
        return True
    if first.factory is None and second.factory is None:
        return str(first.value).casefold() == str(second.value).casefold()
    empty = {None, "", "[]", "{}"}
    return (first.factory is None and first.value in empty) or (
        second.factory is None and second.value in empty
    )


def _shown(default: Default) -> str:
    return default.factory.value if default.factory else repr(default.value)


def _target_key(reference: Reference) -> str:
    return singular(reference.table.casefold())


# --- rules


def _apply(rule: Rule, document: Document, tables: dict[str, _Table], findings: Findings) -> None:
    table = _table_of(rule, document, tables)
    if table is None:
        return
    if rule.facts.type_name == "owner":
        table.owner = rule.columns[0] if rule.columns[0] in table.columns else table.owner
        return
    if rule.index is not None:
        known = all(name in table.columns for name in rule.columns)
        if known and rule.index not in table.indexes:
            table.indexes.append(rule.index)
        return
    for name in rule.columns:
        column = table.columns.get(name)
        if column is None:
            continue
        facts = for_type(replace(rule.facts, type=column.facts.type))
        draft = ColumnDraft(name=name, facts=replace(facts, type=None), span=rule.span)
        if not (facts.nullable is not None and column.facts.primary_key):
            _compare(table, column, table.drafts[0], draft, findings)
        column.facts = merged(column.facts, replace(facts, type=None))


def _table_of(rule: Rule, document: Document, tables: dict[str, _Table]) -> _Table | None:
    if rule.table is not None:
        wanted = singular(rule.table.casefold())
        for table in tables.values():
            names = {
                table.entity.casefold(),
                (table.table or "").casefold(),
                singular((table.table or "").casefold()),
            }
            if wanted in names or rule.table.casefold() in names or wanted == snake(table.entity):
                return table
        return None
    around = list(document.ancestry(document.sections[rule.section]))
    for section in around:
        if section.level <= 1:
            break
        inside = [
            table
            for table in tables.values()
            if any(
                draft.document == document.path and _inside(document, draft.section, section)
                for draft in table.drafts
            )
        ]
        inside = [
            table for table in inside if all(name in table.columns for name in rule.columns)
        ] or inside
        if len(inside) == 1:
            return inside[0]
        if inside:
            break
    titled = [
        table
        for table in tables.values()
        if any(
            table.entity.casefold() in {singular(word) for word in words(section.title)}
            for section in around[:2]
        )
    ]
    holders = [
        table
        for table in (titled or tables.values())
        if all(name in table.columns for name in rule.columns)
    ]
    return holders[0] if len(holders) == 1 else None


def _inside(document: Document, number: int, section: object) -> bool:
    return any(other is section for other in document.ancestry(document.sections[number]))


# --- entities


@dataclass(frozen=True, slots=True, kw_only=True)
class _Builder:
    """What building an entity needs beyond its own drafts."""

    tables: dict[str, _Table]
    names: dict[str, str]
    findings: Findings
    questions: list[Question]


def _entity(table: _Table, builder: _Builder) -> Entity:
    keyed = any(column.facts.primary_key for column in table.columns.values())
    columns = tuple(
        _column(table, column, builder, keyed=keyed) for column in table.columns.values()
    )
    managed = next((draft.managed_by for draft in table.drafts if draft.managed_by), None)
    return Entity(
        name=table.entity,
        table=table.table,
        columns=columns,
        indexes=tuple(table.indexes),
        managed_by=managed,
        owner_column=_owner(table, columns, builder.names),
        span=table.drafts[0].span,
    )


def _owner(table: _Table, columns: tuple[Column, ...], names: dict[str, str]) -> str | None:
    if table.entity in {"User", "Account"} and "user_id" not in table.columns:
        return None
    if table.owner:
        return table.owner
    by_name = {column.name: column for column in columns}
    for name in _OWNERS:
        column = by_name.get(name)
        if column is None:
            continue
        target = column.foreign_key.table if column.foreign_key else None
        if (
            target is None
            or singular(target.casefold()) in {"user", "account"}
            or target == names.get("User")
        ):
            return name
    return None


def _column(table: _Table, column: _Column, builder: _Builder, *, keyed: bool) -> Column:
    facts = for_type(column.facts)
    subject = f"{table.entity}.{column.name}"
    if facts.ambiguous:
        builder.questions.append(_which_type(subject, column, facts))
    elif facts.type is None:
        _report_type(subject, column, builder.findings)
    nullable = facts.nullable
    if facts.primary_key:
        nullable = False
    elif nullable is None:
        nullable = column.implied.nullable
    unique = facts.unique if facts.unique is not None else column.implied.unique
    primary = facts.primary_key if facts.primary_key is not None else (False if keyed else None)
    return Column(
        name=column.name,
        type=facts.type,
        item=facts.item,
        nullable=nullable,
        primary_key=primary,
        unique=unique,
        indexed=facts.indexed,
        default=facts.default,
        foreign_key=_foreign_key(column, facts.reference, builder.tables, builder.names),
        refreshed=facts.refreshed,
        constraints=_bounds(facts),
        span=column.span,
    )


def _bounds(facts: Facts) -> Constraints:
    constraints = facts.constraints
    if facts.type not in {Type.STR, Type.TEXT, Type.ENUM, None} and constraints.choices:
        return replace(constraints, choices=())
    return constraints


def _which_type(subject: str, column: _Column, facts: Facts) -> Question:
    choices = tuple(dict.fromkeys(facts.ambiguous))
    return Question(
        id=f"type-of-{kebab(subject.replace('.', ' '))}",
        text=f"Which type has {subject}: {' or '.join(choices)}?",
        places=(column.span,),
        proposal=choices[0],
        consequence=f"The column and every field and parameter that holds it become {choices[0]}.",
        choices=choices,
        blocking=False,
    )


def _report_type(subject: str, column: _Column, findings: Findings) -> None:
    text = next((draft.type_text for _, draft in column.drafts if draft.type_text), "")
    if text and not re.match(r"^[A-Z]?[a-z]+ [a-z]", text):
        findings.not_understood(
            column.span,
            f"The type of {subject} is not understood: {text[:60]}",
            hint="Write one of int, str, text, bool, float, decimal, datetime, date, time, uuid, "
            "json, enum, list.",
            subject=subject,
        )


def _foreign_key(
    column: _Column, reference: Reference | None, tables: dict[str, _Table], names: dict[str, str]
) -> ForeignKey | None:
    if reference is None:
        return None
    wanted = reference.table or re.sub(r"_?[iI]d$", "", column.name)
    entity = _entity_named(wanted, tables)
    if entity is None and (
        not reference.table or reference.table.casefold() in {"better", "auth", "external"}
    ):
        return None
    if not reference.table and not re.search(r"_?[iI]d$", column.name):
        return None
    table = names[entity] if entity else reference.table
    return ForeignKey(
        table=table,
        column=reference.column or _key_of(tables.get(entity or "")),
        on_delete=reference.on_delete,
    )


def _entity_named(name: str, tables: dict[str, _Table]) -> str | None:
    wanted = singular(snake(name))
    for entity, table in tables.items():
        if snake(entity) == wanted or (table.table or "").casefold() == name.casefold():
            return entity
    return None


def _key_of(table: _Table | None) -> str:
    if table is None:
        return "id"
    return next(
        (column.name for column in table.columns.values() if column.facts.primary_key), "id"
    )
