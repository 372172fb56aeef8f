"""The gate *schema*: the tables of SQLModel's metadata are what the specs state, both ways."""

from collections.abc import Iterator, Mapping
from typing import Any

from sdd.diagnostics import Diagnostic, Related, Severity, by_place
from sdd.ir import Application, Column, Entity, Type
from sdd.names import counted
from sdd.text import Span
from sdd.verify.hints import hint_for
from sdd.verify.judging import blocked, not_run, report, span_of
from sdd.verify.observation import Stage
from sdd.verify.observe import observe
from sdd.verify.target import VerifyContext
from sdd.verify.verdict import GateReport

GATE = "schema"
Json = Mapping[str, Any]

# Types of a column that hold what the specs state, beside the type itself.
_HOLDS: dict[Type, frozenset[str]] = {
    Type.STR: frozenset({"text"}),
    Type.TEXT: frozenset({"str"}),
    Type.ENUM: frozenset({"str", "text"}),
    Type.LIST: frozenset({"json", "jsonb"}),
    Type.JSON: frozenset({"jsonb", "text"}),
    Type.FLOAT: frozenset({"decimal"}),
    Type.UUID: frozenset({"str"}),
}


def check_schema(context: VerifyContext) -> GateReport:
    """Judge whether the tables are those of the specs."""
    if context.application is None:
        return not_run(GATE, "There are no specs to compare with.")
    seen = context.observations or observe(context, frozenset({Stage.SCHEMA}))
    stopped = blocked(GATE, context, seen, "describe")
    if stopped is not None:
        return stopped
    diagnostics = by_place(_compare_all(context, context.application, seen.tables))
    columns = sum(len(table["columns"]) for table in seen.tables)
    return report(
        GATE,
        seen,
        diagnostics,
        summary=f"{counted(len(seen.tables), 'table')}, {counted(columns, 'column')}",
        counts={"tables": len(seen.tables), "columns": columns},
        stage="describe",
    )


def _compare_all(
    context: VerifyContext, application: Application, tables: tuple[Json, ...]
) -> Iterator[Diagnostic]:
    by_name = {str(table["name"]).lower(): table for table in tables}
    for entity in application.entities:
        table = by_name.pop((entity.table or entity.name).lower(), None)
        if table is not None:
            yield from _Comparison(context, application, entity, table).run()
        elif entity.managed_by is None:
            yield _diagnostic(
                "schema-missing-table",
                f"The table {entity.table or entity.name} is missing",
                span=entity.span,
                assumed="table" in entity.assumed,
            )
    for extra in by_name.values():
        yield _diagnostic(
            "schema-extra-table",
            f"The table {extra['name']} is not in the specs",
            span=span_of(context, extra.get("file"), extra.get("line")),
            assumed=True,
        )


def _diagnostic(
    rule: str,
    message: str,
    *,
    span: Span | None,
    assumed: bool = False,
    stated: Span | None = None,
) -> Diagnostic:
    related = (Related(span=stated, message="stated here"),) if stated and span else ()
    return Diagnostic(
        rule=rule,
        severity=Severity.WARNING if assumed else Severity.ERROR,
        message=message,
        span=span or stated,
        hint=hint_for(rule),
        related=related,
        subject=message,
    )


class _Comparison:
    """One entity against its table."""

    def __init__(
        self, context: VerifyContext, application: Application, entity: Entity, table: Json
    ) -> None:
        self._context = context
        self._application = application
        self._entity = entity
        self._table = table
        self._columns: dict[str, Json] = {item["name"]: item for item in table["columns"]}

    def run(self) -> Iterator[Diagnostic]:
        """Yield every difference."""
        entity = self._entity
        for column in entity.columns:
            found = self._columns.get(column.name)
            if found is not None:
                yield from self._column(column, found)
            elif entity.managed_by is None:
                yield self._say("schema-missing-column", column, "is missing", None)
        for name, extra in self._columns.items():
            if entity.column(name) is None and entity.managed_by is None and entity.columns:
                yield _diagnostic(
                    "schema-extra-column",
                    f"{self._table['name']}.{name} is not in the specs",
                    span=self._span(extra),
                )
        for index in entity.indexes if entity.managed_by is None else ():
            yield from self._index(index.columns, unique=index.unique)

    def _column(self, want: Column, have: Json) -> Iterator[Diagnostic]:
        yield from self._type(want, have)
        nullable = bool(have["nullable"])
        if want.nullable is not None and nullable != want.nullable and not want.primary_key:
            text = "may be null" if nullable else "may not be null"
            yield self._say("schema-nullable-differs", want, text, have, "nullable")
        if want.primary_key is not None and bool(have["primary_key"]) != want.primary_key:
            text = "is a primary key" if have["primary_key"] else "is no primary key"
            yield self._say("schema-key-differs", want, text, have, "primary_key")
        if want.unique is not None and not want.primary_key:
            unique = self._is_unique(want.name)
            if unique != want.unique:
                text = "is unique" if unique else "is not unique"
                yield self._say("schema-unique-differs", want, text, have, "unique")
        if want.indexed and not self._is_indexed((want.name,)):
            yield self._say("schema-index-missing", want, "has no index", have, "indexed")
        yield from self._foreign_key(want, have)

    def _type(self, want: Column, have: Json) -> Iterator[Diagnostic]:
        if want.type is None:
            return
        kind = str(have["type"])
        if kind != want.type.value and kind not in _HOLDS.get(want.type, frozenset()):
            text = f"is {kind}, not {want.type.value}"
            yield self._say("schema-type-differs", want, text, have, "type")
            return
        longest, length = want.constraints.max_length, have.get("length")
        if longest is not None and want.type is Type.STR and kind == "str" and length != longest:
            text = f"has length {length or 'without limit'}, not {longest}"
            # Without a limit here, the request's model may still keep it.
            soft = "constraints" in want.assumed or length is None
            yield self._say("schema-length-differs", want, text, have, assumed=soft)
        choices = set(have.get("choices", ()))
        if kind == "enum" and want.constraints.choices and choices != set(want.constraints.choices):
            # SQLAlchemy stores the names of a Python enumeration unless told otherwise.
            spelt = {item.lower() for item in choices} == {
                item.lower() for item in want.constraints.choices
            }
            text = f"takes {', '.join(sorted(choices))}"
            yield self._say("schema-choices-differ", want, text, have, assumed=spelt)

    def _foreign_key(self, want: Column, have: Json) -> Iterator[Diagnostic]:
        key = want.foreign_key
        targets = {str(item["target"]): item["on_delete"] for item in have["foreign_keys"]}
        if key is None:
            return
        entity = self._application.entity_of_table(key.table)
        wanted = f"{key.table}.{key.column}"
        found = next((name for name in targets if name.lower().endswith(wanted.lower())), None)
        if found is None:
            if entity is None or entity.managed_by is not None:
                return  # the table lives elsewhere: the reference is a logical one
            shown = ", ".join(targets) or "nothing"
            text = f"refers to {shown}, not {wanted}"
            yield self._say("schema-foreign-key-differs", want, text, have, "foreign_key")
            return
        stated = (key.on_delete or "").replace("_", " ")
        if stated and stated != (targets[found] or ""):
            text = f"has ON DELETE {(targets[found] or 'nothing').upper()}, not {stated.upper()}"
            yield self._say("schema-foreign-key-differs", want, text, have, "foreign_key")

    def _index(self, columns: tuple[str, ...], *, unique: bool) -> Iterator[Diagnostic]:
        if not set(columns) <= set(self._columns):
            return  # the missing columns are told already
        if unique:
            if set(columns) in [set(item) for item in self._uniques()]:
                return
            rule, text = "schema-unique-differs", "is not unique"
        elif self._is_indexed(columns):
            return
        else:
            rule, text = "schema-index-missing", "has no index"
        yield _diagnostic(
            rule,
            f"{self._table['name']} ({', '.join(columns)}) {text}",
            span=self._span({}),
            stated=self._entity.span,
        )

    def _uniques(self) -> list[list[str]]:
        indexes = [item["columns"] for item in self._table["indexes"] if item["unique"]]
        single = [[name] for name, item in self._columns.items() if item["unique"]]
        keys = [name for name, item in self._columns.items() if item["primary_key"]]
        return [*indexes, *self._table["uniques"], *single, keys]

    def _is_unique(self, name: str) -> bool:
        return [name] in [list(item) for item in self._uniques()]

    def _is_indexed(self, columns: tuple[str, ...]) -> bool:
        held = [item["columns"] for item in self._table["indexes"]] + self._uniques()
        return any(tuple(item[: len(columns)]) == columns for item in held)

    def _span(self, have: Json) -> Span | None:
        line = have.get("line", self._table.get("line"))
        return span_of(self._context, self._table.get("file"), line)

    def _say(
        self,
        rule: str,
        want: Column,
        text: str,
        have: Json | None,
        attribute: str = "",
        *,
        assumed: bool = False,
    ) -> Diagnostic:
        return _diagnostic(
            rule,
            f"{self._table['name']}.{want.name} {text}",
            span=self._span(have or {}),
            assumed=assumed or attribute in want.assumed,
            stated=want.span,
        )
