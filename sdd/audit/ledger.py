"""What a request does: the rows that it reads, the writes that it commits, and what is noticed."""

import ast
from collections.abc import Sequence
from dataclasses import replace

from sdd.audit.effects import CONSULTS, SHOWS, Effect, Remark
from sdd.audit.logic import And, Eq, Exists, Formula, Or, both, either, parts_of
from sdd.audit.state import Frame, Place, State, Write, node_place
from sdd.audit.values import DictObject, HeapObject, ListObject, Ref, Row
from sdd.audit.watch import Watch
from sdd.program import Module
from sdd.text import SourceText


class Ledger:
    """The books of one program's requests, with the place in the program that runs now."""

    def __init__(self) -> None:
        self.row_definitions: dict[Row, Formula] = {}
        self.rows: dict[tuple[object, ...], Row] = {}
        self.row_places: dict[Row, Place] = {}
        self.injected: dict[Row, None] = {}
        self.from_text: dict[Row, None] = {}
        self.projections: dict[Row, tuple[str, ...]] = {}
        self.effects: list[Effect] = []
        self.remarks: dict[Remark, None] = {}
        self.noted: list[tuple[Remark, bool]] = []
        self.watch: Watch | None = None
        self.consulted: dict[int, Effect] = {}
        self.frame = Frame(module=_nowhere(), label="")
        self.stack: list[tuple[ast.AST, Place]] = []

    def place(self, node: ast.AST) -> Place:
        """Return where a node of the running function stands."""
        return node_place(self.frame.module, node, self.frame.label)

    def site(self, node: ast.AST) -> str:
        """Return a text that names a node's place."""
        line = getattr(node, "lineno", 0)
        return f"{self.frame.module.path}:{line}:{getattr(node, 'col_offset', 0)}"

    def chain(self) -> tuple[Place, ...]:
        """Return the places of the calls that led here."""
        return tuple(place for _, place in self.stack)

    def row(self, entity: str, key: tuple[object, ...], place: Place) -> Row:
        """Return the row that a lookup yields: the same lookup yields the same row."""
        full = (entity, *key)
        if full not in self.rows:
            self.rows[full] = Row(entity, len(self.rows) + 1)
            self.row_places[self.rows[full]] = place
        return self.rows[full]

    def define(self, row: Row, condition: Formula) -> None:
        """State what holds for a row whenever it exists.

        A value that comes from another row means that the other row exists, too.
        """
        condition = _with_sources(condition, row)
        known = self.row_definitions.get(row)
        self.row_definitions[row] = condition if known is None else both([known, condition])

    def read(self, state: State, rows: Sequence[Row], place: Place) -> None:
        """Note that rows were fetched; whether that matters is decided where they flow."""
        for row in rows:
            facts = (*state.facts, Exists(row))
            self.effects.append(Effect("read", row, place, facts, self.chain()))

    def commit(self, state: State) -> None:
        """Make pending writes lasting, with what is known now."""
        if self.watch is not None:
            self.watch.flush()
        for write in state.pending:
            self.effects.append(
                Effect(
                    write.operation,
                    write.target,
                    write.place,
                    tuple(dict.fromkeys([*write.facts, *state.facts])),
                    self.chain(),
                    write.column,
                    write.value,
                    state.shared_heap(),
                )
            )
        state.pending = ()

    def roll_back(self, state: State) -> None:
        """Drop pending writes."""
        if self.watch is not None:
            self.watch.flush()
        state.pending = ()

    def write(self, state: State, write: Write) -> None:
        """Note a change that the next commit makes lasting."""
        write = replace(write, facts=tuple(state.facts))
        if write not in state.pending:
            state.pending = (*state.pending, write)
        elif self.watch is not None:
            self.watch.repeat_write(write)

    def remark(self, rule: str, node: ast.AST, message: str, state: State | None = None) -> None:
        """Note a weakness at a place."""
        self.remark_at(rule, self.place(node), message, state)

    def remark_at(self, rule: str, place: Place, message: str, state: State | None = None) -> None:
        """Note a weakness at a place that need not be in the running function."""
        facts = tuple(state.facts) if state else ()
        self.note(Remark(rule, place, message, facts), has_facts=state is not None)

    def note(self, remark: Remark, *, has_facts: bool) -> None:
        """Keep a remark, and whether it carries the facts of its path."""
        self.remarks[remark] = None
        self.noted.append((remark, has_facts))

    def consult(self, state: State, key: int, item: HeapObject) -> None:
        """Note that a request looks into a collection that outlives it."""
        is_collection = isinstance(item, (ListObject, DictObject))
        if is_collection and key not in self.consulted:
            place = self.stack[-1][1] if self.stack else Place("", 1)
            facts = tuple(state.facts)
            self.consulted[key] = Effect(
                CONSULTS, Ref(key), place, facts, self.chain(), value=SHOWS
            )


def _with_sources(formula: Formula, row: Row) -> Formula:
    match formula:
        case And(parts=parts):
            return both([_with_sources(part, row) for part in parts])
        case Or(parts=parts):
            return either([_with_sources(part, row) for part in parts])
        case Eq(left=left, right=right):
            sources = {
                part: None
                for side in (left, right)
                for part in parts_of(side)
                if isinstance(part, Row) and part != row
            }
            return both([formula, *(Exists(source) for source in sources)])
        case _:
            return formula


def _nowhere() -> Module:
    empty = ast.Module(body=[], type_ignores=[])
    return Module(path="", parsed=[empty], source=SourceText(path="", text=""))
