"""Constraints, references and indexes of DDL, as facts of columns and rules of tables."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from sdd.ir import Constraints, Default, Factory, Index
from sdd.speclang.facts import Facts, Reference, for_type, merged
from sdd.speclang.schema.draft import ColumnDraft, Rule
from sdd.speclang.values import read_default
from sdd.text import Span


def constraint_of(kind: Any) -> Facts:  # noqa: ANN401, PLR0911 - one answer for each kind
    """Return what a constraint says of the column that it stands at."""
    from sqlglot import exp  # noqa: PLC0415

    match kind:
        case exp.NotNullColumnConstraint():
            return Facts(nullable=bool(kind.args.get("allow_null")))
        case exp.PrimaryKeyColumnConstraint():
            return Facts(primary_key=True)
        case exp.UniqueColumnConstraint():
            return Facts(unique=True)
        case exp.DefaultColumnConstraint():
            return Facts(default=_default(kind.this))
        case exp.AutoIncrementColumnConstraint() | exp.GeneratedAsIdentityColumnConstraint():
            return Facts(default=Default(factory=Factory.AUTOINCREMENT))
        case exp.Reference():
            return Facts(reference=_reference(kind))
        case exp.CheckColumnConstraint():
            return _checked(kind.this.sql(dialect="postgres"))[1]
        case exp.OnUpdateColumnConstraint():
            return Facts(refreshed=True)
        case _:
            return Facts()


def _default(tree: Any) -> Default | None:  # noqa: ANN401
    text = tree.sql(dialect="postgres")
    inner = re.match(r"^CAST\((.*) AS \w+(?:\(\d+\))?\)$", text, re.DOTALL)
    return read_default(inner.group(1) if inner else text)


def _reference(tree: Any) -> Reference:  # noqa: ANN401
    target = tree.this
    columns = [item.name for item in target.expressions] if target.expressions else []
    table = target.this.name if target.expressions else target.name
    action = None
    for option in tree.args.get("options") or ():
        found = re.search(r"(?i)on delete (cascade|restrict|set null)", str(option))
        if found:
            action = found.group(1).casefold().replace(" ", "_")
    return Reference(table=table, column=columns[0] if columns else "", on_delete=action)


def _checked(text: str) -> tuple[str | None, Facts]:
    """Read a CHECK: the column it is about and the bounds it sets."""
    listed = re.search(r"[\"`]?(\w+)[\"`]?\s+IN\s*\(([^()]*)\)", text, re.IGNORECASE)
    if listed:
        choices = tuple(re.findall(r"'([^']*)'", listed.group(2)))
        return listed.group(1), Facts(constraints=Constraints(choices=choices))
    length = re.search(
        r"(?:char_)?length\s*\(\s*(?:trim\s*\(\s*)?[\"`]?(\w+)[\"`]?\s*\)*\s*(>=|<=|>|<)\s*(\d+)",
        text,
        re.IGNORECASE,
    )
    if length:
        column, sign, number = length.group(1), length.group(2), int(length.group(3))
        maximum = re.search(
            rf"(?i)length\s*\(\s*(?:trim\s*\(\s*)?{column}\s*\)*\s*(<=|<)\s*(\d+)", text
        )
        low = {">": number + 1, ">=": number}.get(sign)
        high = {"<": number - 1, "<=": number}.get(sign)
        if maximum and high is None:
            high = int(maximum.group(2)) - (maximum.group(1) == "<")
        return column, Facts(constraints=Constraints(min_length=low, max_length=high))
    bound = re.match(r"^\(?\s*[\"`]?(\w+)[\"`]?\s*(>=|<=)\s*(-?\d+(?:\.\d+)?)", text)
    if bound:
        number_ = float(bound.group(3))
        is_low = bound.group(2) == ">="
        return bound.group(1), Facts(
            constraints=Constraints(
                minimum=number_ if is_low else None, maximum=None if is_low else number_
            )
        )
    between = re.search(
        r"[\"`]?(\w+)[\"`]?\s+BETWEEN\s+(-?[\d.]+)\s+AND\s+(-?[\d.]+)", text, re.IGNORECASE
    )
    if between:
        return between.group(1), Facts(
            constraints=Constraints(
                minimum=float(between.group(2)), maximum=float(between.group(3))
            )
        )
    return None, Facts()


def apply_constraint(
    constraint: Any,  # noqa: ANN401 - sqlglot's trees are untyped
    columns: dict[str, ColumnDraft],
    indexes: list[Index],
) -> None:
    """Add to columns and indexes what a constraint of the whole table says of them."""
    from sqlglot import exp  # noqa: PLC0415

    if isinstance(constraint, exp.ForeignKey):
        reference = _foreign(constraint)
        for item in constraint.expressions:
            _add(columns, item.name, Facts(reference=reference))
    elif isinstance(constraint, exp.PrimaryKey):
        for item in constraint.expressions:
            _add(columns, item.name, Facts(primary_key=True))
    elif isinstance(constraint, exp.UniqueColumnConstraint):
        names = [
            item.name
            for item in (constraint.this.expressions if constraint.this is not None else [])
        ]
        _index_within(names, columns, indexes, unique=True)
    elif isinstance(constraint, exp.IndexColumnConstraint):
        _index_within([item.name for item in constraint.expressions], columns, indexes)
    elif isinstance(constraint, exp.CheckColumnConstraint | exp.Check):
        _add(columns, *_checked(constraint.this.sql(dialect="postgres")))


def _index_within(
    names: list[str],
    columns: dict[str, ColumnDraft],
    indexes: list[Index],
    *,
    unique: bool = False,
) -> None:
    """Note an index that stands among the columns: of one its mark, of several an `Index`."""
    if len(names) == 1:
        _add(columns, names[0], Facts(unique=True) if unique else Facts(indexed=True))
    elif names:
        indexes.append(Index(columns=tuple(names), unique=unique))


def _foreign(constraint: Any) -> Reference:  # noqa: ANN401
    found = _reference(constraint.args["reference"])
    action = constraint.args.get("delete")
    if action:
        return replace(found, on_delete=str(action).casefold().replace(" ", "_"))
    return found


def _add(columns: dict[str, ColumnDraft], name: str | None, facts: Facts) -> None:
    known = columns.get(name) if name else None
    if known is not None:
        combined = merged(known.facts, facts)
        implied = known.implied
        if facts.primary_key:
            implied = replace(implied, nullable=None)
        columns[known.name] = replace(known, facts=for_type(combined), implied=implied)


def index_of(tree: Any, place: Span, section: int) -> Rule | None:  # noqa: ANN401
    """Read `CREATE INDEX`."""
    index = tree.this
    table = index.args.get("table")
    parameters = index.args.get("params")
    listed = parameters.args.get("columns") if parameters is not None else None
    names = tuple(
        item.this.name for item in listed or () if item.this is not None and item.this.name
    )
    if not names or table is None:
        return None
    unique = bool(tree.args.get("unique"))
    return index_rule(names, unique=unique, table=table.name, place=place, section=section)


def index_rule(
    names: tuple[str, ...], *, unique: bool, table: str | None, place: Span, section: int
) -> Rule:
    """Return the rule that an index states: of one column its mark, of several an `Index`."""
    if len(names) == 1:
        facts = Facts(unique=True) if unique else Facts(indexed=True)
        return Rule(
            columns=names,
            facts=facts,
            span=place,
            document=place.path,
            table=table,
            section=section,
        )
    return Rule(
        columns=names,
        facts=Facts(),
        span=place,
        document=place.path,
        table=table,
        section=section,
        index=Index(columns=names, unique=unique),
    )


def altered(tree: Any, place: Span, section: int) -> Iterator[Rule]:  # noqa: ANN401
    """Read what `ALTER TABLE` adds to columns."""
    from sqlglot import exp  # noqa: PLC0415

    table = tree.this.name
    for action in tree.args.get("actions") or ():
        for constraint in action.find_all(exp.CheckColumnConstraint, exp.Check):
            column, facts = _checked(constraint.this.sql(dialect="postgres"))
            if column is not None:
                yield Rule(
                    columns=(column,),
                    facts=facts,
                    span=place,
                    document=place.path,
                    table=table,
                    section=section,
                )
        for constraint in action.find_all(exp.ForeignKey):
            yield Rule(
                columns=tuple(item.name for item in constraint.expressions),
                facts=Facts(reference=_foreign(constraint)),
                span=place,
                document=place.path,
                table=table,
                section=section,
            )
        for constraint in action.find_all(exp.UniqueColumnConstraint):
            names = tuple(
                item.name
                for item in (constraint.this.expressions if constraint.this is not None else [])
            )
            if names:
                yield index_rule(names, unique=True, table=table, place=place, section=section)
