"""Entities from drafts: the forms of one table brought together, and where they contradict."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from sdd.ir import Column, Constraints, Entity, ForeignKey, Question, Type
from sdd.ir.matching import SECRET_WORDS
from sdd.names import kebab, plural, singular, snake, words
from sdd.speclang.documents import Role, role_of
from sdd.speclang.facts import Facts, Reference, for_type, merged, of_type
from sdd.speclang.findings import Findings
from sdd.speclang.outline import Document
from sdd.speclang.schema.comparing import compare, joined
from sdd.speclang.schema.draft import Drafts, TableDraft
from sdd.speclang.schema.tables import MergedColumn, MergedTable, Tables, apply_rule
from sdd.speclang.types import read_type

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
_SIZED = re.compile(r"(?i)char\w*\s*\(\s*\d")
_OWNERS = ("user_id", "owner_id", "userId", "ownerId", "account_id")
_MAKERS = ("created_by", "author_id")
_OWNER_ASSUMED = frozenset({"owner_column"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """The entities, and what a human has to decide about them."""

    entities: tuple[Entity, ...]
    questions: tuple[Question, ...]


def build_entities(
    documents: Iterable[tuple[Document, Drafts]], findings: Findings, answers: Mapping[str, str]
) -> Schema:
    """Bring the drafts of all documents together, in the documents' order of precedence.

    A column with two types takes the one that is among the answers.
    """
    documents = list(documents)
    tables = _grouped(documents)
    enums: dict[str, tuple[str, ...]] = {}
    for _, drafts in documents:
        enums = {**drafts.enums, **enums}
    for table in tables.values():
        _merge_columns(table, enums, findings)
    known = Tables(tables, (document for document, _ in documents))
    for document, drafts in documents:
        for rule in drafts.rules:
            apply_rule(rule, document, known, findings)
    names = {entity: table.table or plural(snake(entity)) for entity, table in tables.items()}
    questions: list[Question] = []
    builder = _Builder(
        tables=known, names=names, findings=findings, questions=questions, answers=answers
    )
    entities = [
        _entity(table, builder)
        for table in tables.values()
        if table.columns or any(draft.managed_by for draft in table.drafts)
    ]
    return Schema(entities=tuple(entities), questions=tuple(questions))


def _grouped(documents: list[tuple[Document, Drafts]]) -> dict[str, MergedTable]:
    tables: dict[str, MergedTable] = {}
    for document, drafts in documents:
        ranked = sorted(
            enumerate(drafts.tables), key=lambda item: (_RANKS.get(item[1].form, 5), item[0])
        )
        order = {draft.entity: number for number, draft in reversed(list(enumerate(drafts.tables)))}
        for _, draft in sorted(ranked, key=lambda item: order[item[1].entity]):
            if _is_body(draft) or not _is_entity(draft, document):
                continue
            tables.setdefault(draft.entity, MergedTable(entity=draft.entity)).drafts.append(draft)
    return tables


def _is_body(draft: TableDraft) -> bool:
    """Whether a list of fields is what is sent, not what is stored: `TaskResponse`.

    `leave_requests` with a key of its own is a table all the same.
    """
    parts = words(draft.entity)
    if len(parts) < 2 or parts[-1] not in _BODIES or draft.form in {"ddl", "sqlmodel"}:  # noqa: PLR2004
        return False
    keyed = any(column.facts.primary_key for column in draft.columns)
    return not (keyed or (draft.table is not None and draft.form in {"table", "dbml"}))


def _is_entity(draft: TableDraft, document: Document) -> bool:
    """Whether a list of fields is a table: in a schema document always, elsewhere with a key."""
    if draft.form in {"ddl", "sqlmodel", "heading", "dbml"} or draft.table:
        return True
    if re.search(r"(?i)schema|database|tables", document.path.rpartition("/")[2]):
        return True
    names_keys = role_of(PurePosixPath(document.path)) is Role.DATA_MODEL
    return any(
        column.facts.primary_key
        or column.facts.reference
        or column.name == "id"
        or (names_keys and column.name.endswith("_id"))
        for column in draft.columns
    )


def _merge_columns(
    table: MergedTable, enums: dict[str, tuple[str, ...]], findings: Findings
) -> None:
    for draft in table.drafts:
        for column in draft.columns:
            facts = _with_enum(column.name, column.facts, enums)
            known = table.columns.get(column.name)
            if known is None:
                table.columns[column.name] = MergedColumn(
                    name=column.name,
                    facts=facts,
                    implied=column.implied,
                    span=column.span,
                    drafts=[(draft, column)],
                )
                continue
            subject = f"{table.entity}.{column.name}"
            compare(subject, (known.facts, known.span), (facts, column.span), findings)
            first, stated = known.drafts[0]
            sized = _SIZED.search(stated.type_text or "") is not None
            known.facts = joined(
                known.facts, facts, kept=sized and draft.document != first.document
            )
            known.implied = (
                merged(known.implied, column.implied)
                if _ranks_above(known, draft)
                else merged(column.implied, known.implied)
            )
            known.drafts.append((draft, column))
        table.indexes.extend(index for index in draft.indexes if index not in table.indexes)
        table.owner = table.owner or draft.owner_column


def _ranks_above(known: MergedColumn, draft: TableDraft) -> bool:
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


# --- entities


@dataclass(frozen=True, slots=True, kw_only=True)
class _Builder:
    """What building an entity needs beyond its own drafts."""

    tables: Tables
    names: dict[str, str]
    findings: Findings
    questions: list[Question]
    answers: Mapping[str, str]


def _entity(table: MergedTable, builder: _Builder) -> Entity:
    keyed = any(column.facts.primary_key for column in table.columns.values())
    columns = tuple(
        _column(table, column, builder, keyed=keyed)
        for column in table.columns.values()
        if not _is_relation(column, builder.tables)
    )
    managed = next((draft.managed_by for draft in table.drafts if draft.managed_by), None)
    owner = _owner(table, columns, builder.names)
    return Entity(
        name=table.entity,
        table=table.table,
        columns=columns,
        indexes=tuple(table.indexes),
        managed_by=managed,
        owner_column=owner,
        span=table.drafts[0].span,
        assumed=_OWNER_ASSUMED if owner in _MAKERS and not table.owner else frozenset(),
    )


def _is_relation(column: MergedColumn, tables: Tables) -> bool:
    """Whether a column is a list of another table's rows, which no column holds."""
    facts = column.facts
    name = facts.type_name if facts.type is Type.LIST and facts.item is None else ""
    if facts.type is None:
        texts = (draft.type_text for _, draft in column.drafts)
        name = next((text[:-2] for text in texts if text.endswith("[]")), "")
    return name[:1].isupper() and tables.named(name) is not None


def _owner(table: MergedTable, columns: tuple[Column, ...], names: dict[str, str]) -> str | None:
    if table.entity in {"User", "Account"} and "user_id" not in table.columns:
        return None
    if table.owner:
        return table.owner
    by_name = {column.name: column for column in columns}
    for name in (*_OWNERS, *_MAKERS):
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


def _column(table: MergedTable, column: MergedColumn, builder: _Builder, *, keyed: bool) -> Column:
    subject = f"{table.entity}.{column.name}"
    facts = for_type(_decided(subject, _typed(column), builder.answers))
    if facts.ambiguous:
        builder.questions.append(_which_type(subject, column, facts))
    elif facts.type is None:
        _report_type(subject, column, builder.findings)
    nullable = facts.nullable
    if facts.primary_key:
        nullable = False
    elif nullable is None:
        nullable = column.implied.nullable
    foreign_key = _foreign_key(column, facts.reference, builder.tables, builder.names)
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
        foreign_key=_kept(column, subject, foreign_key, builder.findings, nullable=nullable),
        refreshed=facts.refreshed,
        constraints=_bounds(facts),
        span=column.span,
    )


def _typed(column: MergedColumn) -> Facts:
    """Return a column's facts with the type that its choices or its language imply.

    `'open' | 'shut'` is an enum, and `createdAt: Date` a moment, as JavaScript's `Date` is.
    """
    facts = column.facts
    if SECRET_WORDS & set(words(column.name)):
        # Nobody picks a secret from a list: "(length, complexity)" is what it must meet.
        facts = replace(facts, constraints=replace(facts.constraints, choices=()))
    if facts.type is None and facts.constraints.choices and not facts.ambiguous:
        return replace(facts, type=Type.ENUM)
    texts = (draft.type_text.strip("` ") for _, draft in column.drafts)
    scripted = any(re.match(r"Date\b(?!Time)", text) for text in texts)
    if facts.type is Type.DATE and scripted and re.search(r"[a-z]At$", column.name):
        return replace(facts, type=Type.DATETIME)
    return facts


def _decided(subject: str, facts: Facts, answers: Mapping[str, str]) -> Facts:
    answer = answers.get(_type_question(subject)) if facts.ambiguous else None
    stated = of_type(read_type(answer)) if answer else None
    if stated is None or stated.type is None:
        return facts
    return merged(stated, replace(facts, ambiguous=()))


def _type_question(subject: str) -> str:
    return f"type-of-{kebab(subject.replace('.', ' '))}"


def _bounds(facts: Facts) -> Constraints:
    constraints = facts.constraints
    if facts.type not in {Type.STR, Type.TEXT, Type.ENUM, None} and constraints.choices:
        return replace(constraints, choices=())
    return constraints


def _which_type(subject: str, column: MergedColumn, facts: Facts) -> Question:
    choices = tuple(dict.fromkeys(facts.ambiguous))
    return Question(
        id=_type_question(subject),
        text=f"Which type has {subject}: {' or '.join(choices)}?",
        places=(column.span,),
        proposal=choices[0],
        consequence=f"The column and every field and parameter that holds it become {choices[0]}.",
        choices=choices,
        blocking=False,
    )


def _report_type(subject: str, column: MergedColumn, findings: Findings) -> None:
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
    column: MergedColumn, reference: Reference | None, tables: Tables, names: dict[str, str]
) -> ForeignKey | None:
    if reference is None:
        return None
    wanted = reference.table or re.sub(r"_?[iI]d$", "", column.name)
    target = tables.named(wanted)
    if target is None and (
        not reference.table or reference.table.casefold() in {"better", "auth", "external"}
    ):
        return None
    if not reference.table and not re.search(r"_?[iI]d$", column.name):
        return None
    table = names[target.entity] if target else reference.table
    return ForeignKey(
        table=table,
        column=reference.column or _key_of(target),
        on_delete=reference.on_delete,
    )


def _kept(
    column: MergedColumn,
    subject: str,
    key: ForeignKey | None,
    findings: Findings,
    *,
    nullable: bool | None,
) -> ForeignKey | None:
    """Report a column that must not be NULL and becomes NULL; then nothing can be deleted."""
    if key is None or key.on_delete != "set_null" or nullable is not False:
        return key
    findings.contradiction(
        "contradicting-deletion",
        f"{subject} must not be NULL, and is set to NULL when its {singular(key.table)} goes.",
        ((column.span, "both are said here"),),
        hint="Let it be NULL, or write ON DELETE RESTRICT or CASCADE; NOT NULL is followed.",
        subject=f"{subject}:contradicting-deletion",
    )
    return replace(key, on_delete="restrict")


def _key_of(table: MergedTable | None) -> str:
    if table is None:
        return "id"
    return next(
        (column.name for column in table.columns.values() if column.facts.primary_key), "id"
    )
