"""Runs Python on abstract values: modules once, functions once for each way they are called."""

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from sdd.audit.logic import YES, And, Eq, Exists, Formula, Opaque, Or, both, either, parts_of
from sdd.audit.memory import Memory
from sdd.audit.state import Frame, Place, State, Write, choose, merge, node_place
from sdd.audit.values import (
    NONE,
    Bound,
    ClassInfo,
    DictObject,
    Func,
    HeapObject,
    Instance,
    Lib,
    LibObject,
    ListObject,
    Lit,
    ModuleRef,
    Phi,
    Ref,
    Row,
    Sym,
    Value,
)
from sdd.audit.watch import Watch
from sdd.program import Module, Program

_DEEPEST = 45
_MOST_STEPS = 10_000  # for one route; joining large states costs more than one
_MOST_STEPS_IN_ALL = 250_000  # then routes get little, so that a huge program ends, too
_FEW_STEPS = 700
_MOST_REQUEST_OBJECTS = 16


# Effects that are no access to rows: what somebody unknown must not bring about either.
SPENDS, MAILS, ALTERS, FILLS, CONSULTS = "spend", "mail", "alter", "fill", "consult"
TOUCHES = frozenset({SPENDS, MAILS, ALTERS, FILLS, CONSULTS})
SHOWS = Lit("shows what the process keeps for everybody", "str")
DELEGATES = "delegate"  # an identity is sent to a server that acts for whomever it names
ISSUES = "issue"  # a token is made: somebody signs in here


class BudgetExceededError(Exception):
    """One route needed more steps than an analysis may take; its verdict is unknown."""


@dataclass(frozen=True, slots=True)
class Arguments:
    """The arguments of a call; `star` and `rest` are `*x` and `**x` of unknown content."""

    positional: tuple[Value, ...] = ()
    keywords: tuple[tuple[str, Value], ...] = ()
    star: tuple[Value, ...] = ()
    rest: tuple[Value, ...] = ()

    def get(self, name: str, position: int | None = None) -> Value | None:
        """Find an argument by name, or by position."""
        for key, value in self.keywords:
            if key == name:
                return value
        if position is not None and position < len(self.positional):
            return self.positional[position]
        return None

    def every(self) -> tuple[Value, ...]:
        """Return all values that are passed, in order."""
        named = tuple(value for _, value in self.keywords)
        return (*self.positional, *named, *self.star, *self.rest)


@dataclass(frozen=True, slots=True)
class Effect:
    """Something that happened to data, with everything known when it became lasting.

    Attributes:
        operation: read, create, update or delete; or one of `TOUCHES`; or `ISSUES`.
        target: The rows that were read, or what was written.
        facts: What holds on this path.
        chain: The functions that were called to get here, outermost first.
    """

    operation: str
    target: Value
    place: Place
    facts: tuple[Formula, ...]
    chain: tuple[Place, ...] = ()
    column: str | None = None
    value: Value | None = None
    heap: Mapping[object, HeapObject] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class Entered:
    """A function of the program that a request ran, and what its parameters held."""

    function: Func
    parameters: Mapping[str, Value]
    heap: Mapping[object, HeapObject]


@dataclass(frozen=True, slots=True)
class Remark:
    """A weakness seen on the way that is not about one access, e.g. an unverified token."""

    rule: str
    place: Place
    message: str
    facts: tuple[Formula, ...] = ()


NodeEvaluator = Callable[["Engine", ast.AST, State], Value]
NodeExecutor = Callable[["Engine", ast.AST, State], None]


class Engine:
    """The abstract machine of one program.

    The tables of evaluators, executors and library models are passed in, so that this
    module knows neither syntax nor frameworks.
    """

    def __init__(
        self,
        program: Program,
        *,
        evaluators: Mapping[type, NodeEvaluator],
        executors: Mapping[type, NodeExecutor],
        environment: Mapping[str, Value],
    ) -> None:
        self.program = program
        self.evaluators = evaluators
        self.executors = executors
        self.builtins = environment
        self.heap: dict[object, HeapObject] = {}
        self.modules: dict[str, dict[str, Value]] = {}
        self.module_states: dict[str, State] = {}
        self.entities: dict[str, ClassInfo] = {}
        self.objects: dict[int, object] = {}
        self.row_definitions: dict[Row, Formula] = {}
        self.rows: dict[tuple[object, ...], Row] = {}
        self.row_places: dict[Row, Place] = {}
        self.injected: dict[Row, None] = {}
        self.from_text: dict[Row, None] = {}
        self.in_middleware = False
        self.module_facts: dict[Formula, None] = {}
        self.setting_places: dict[str, dict[Place, None]] = {}
        self.switch_places: dict[Sym, Place] = {}
        self.switched_off: dict[Sym, None] = {}
        self.request: Ref | None = None
        self.projections: dict[Row, tuple[str, ...]] = {}
        self._traits: dict[tuple[Callable[[ast.AST], bool], ast.AST], bool] = {}
        self._rebound_fields: dict[int, frozenset[str]] = {}
        self.schema: object | None = None
        self.effects: list[Effect] = []
        self.remarks: dict[Remark, None] = {}
        self.noted: list[tuple[Remark, bool]] = []
        self.memory = Memory()
        self.watch: Watch | None = None
        self.running: dict[ast.AST, int] = {}
        self.missing: dict[str, None] = {}
        self.environment: dict[str, None] = {}
        self.uses_key_set = False
        self.trusted: tuple[str, ...] = ()
        self.consulted: dict[int, Effect] = {}
        self.handed_out: list[tuple[Value, State, Place]] = []
        self.entered: list[Entered] | None = None
        self.passed: list[State] = []
        self.escaping = 0
        self.frame = Frame(module=_NOWHERE, label="")
        self.stack: list[tuple[ast.AST, Place]] = []
        self.tries = 0
        self.steps = 0
        self.steps_run = 0  # in this request, without what was repeated
        self.steps_in_all = 0
        self.last_uid = 0
        self._request_uids: tuple[int, int] | None = None

    # ---------------------------------------------------------------- running

    def evaluate(self, node: ast.AST, state: State) -> Value:
        """Return the value of an expression."""
        evaluator = self.evaluators.get(type(node))
        if evaluator is None:
            return Sym("unknown", type(node).__name__)
        return evaluator(self, node, state)

    def execute(self, body: Sequence[ast.stmt], state: State) -> None:
        """Run statements until the path ends."""
        for statement in body:
            if not state.alive:
                return
            self.step()
            executor = self.executors.get(type(statement))
            if executor is not None:
                executor(self, statement, state)

    def trait(self, node: ast.AST, work_out: Callable[[ast.AST], bool]) -> bool:
        """Return what follows from a function's syntax alone; it is worked out once."""
        key = (work_out, node)
        if key not in self._traits:
            self._traits[key] = work_out(node)
        return self._traits[key]

    def step(self, cost: int = 1) -> None:
        """Count steps.

        Raises:
            BudgetExceededError: The route has used up its steps.
        """
        self.steps += cost
        self.steps_in_all += cost
        self.steps_run += cost
        is_late = self.steps_in_all >= _MOST_STEPS_IN_ALL
        if self.steps > _MOST_STEPS or (is_late and self.steps_run > _FEW_STEPS):
            raise BudgetExceededError

    def repeat_steps(self, steps: int) -> None:
        """Count the steps of a run that is not run again: they cost the route, but no time.

        Raises:
            BudgetExceededError: The route has used up its steps.
        """
        self.steps += steps
        self.step(0)

    def join(self, states: list[State], base: int) -> State | None:
        """Merge states, and count what that costs."""
        self.step(sum(len(one.heap) + 8 * len(one.facts) for one in states) // 64)
        return merge(states, base)

    def place(self, node: ast.AST) -> Place:
        """Return where a node of the running function stands."""
        return node_place(self.frame.module, node, self.frame.label)

    def site(self, node: ast.AST) -> str:
        """Return a text that names a node's place."""
        line = getattr(node, "lineno", 0)
        return f"{self.frame.module.path}:{line}:{getattr(node, 'col_offset', 0)}"

    # ---------------------------------------------------------------- heap

    def allocate(self, state: State, item: HeapObject) -> Ref:
        """Put a new object on the heap."""
        self.last_uid += 1
        ref = Ref(self.last_uid)
        state.put(ref.uid, item)
        return ref

    @contextmanager
    def request_objects(self) -> Iterator[None]:
        """Allocate what every request has under the same numbers, so that requests can go alike."""
        if self._request_uids is None:
            self._request_uids = (self.last_uid, self.last_uid + _MOST_REQUEST_OBJECTS)
            self.last_uid += _MOST_REQUEST_OBJECTS
        last, (self.last_uid, most) = self.last_uid, self._request_uids
        yield
        assert self.last_uid <= most, "more objects than were set aside"  # noqa: S101
        self.last_uid = last
        self.memory.begin_request(self)

    def register(self, item: object) -> Ref:
        """Keep a mutable analysis object (an app, a router) and return its reference."""
        self.disturb()
        self.last_uid += 1
        self.objects[self.last_uid] = item
        return Ref(self.last_uid)

    def load(self, state: State, ref: Value) -> HeapObject | None:
        """Return the object behind a reference."""
        key = ref.uid if isinstance(ref, Ref) else ref
        if state.watch is not None:
            state.watch.read.add(key)
        item = state.heap.get(key)
        if item is None:
            item = self.heap.get(key)
            if item is not None and not self.module_states:
                if isinstance(key, int):
                    self._consult(state, key, item)
                return _as_filled_later(item)
        return item

    def _consult(self, state: State, key: int, item: HeapObject) -> None:
        """Note that a request looks into a collection that outlives it."""
        is_collection = isinstance(item, (ListObject, DictObject))
        if is_collection and key not in self.consulted:
            place = self.stack[-1][1] if self.stack else Place("", 1)
            facts = tuple(state.facts)
            self.consulted[key] = Effect(
                CONSULTS, Ref(key), place, facts, self.chain(), value=SHOWS
            )

    def store(self, state: State, ref: Value, item: HeapObject) -> None:
        """Replace the object behind a reference."""
        if not self.module_states and isinstance(ref, Ref) and ref.uid in self.heap:
            from sdd.audit.touches import filled  # noqa: PLC0415 - it looks into the heap

            filled(self, state, ref, item)
        state.put(ref.uid if isinstance(ref, Ref) else ref, item)

    def set_field(self, state: State, ref: Value, name: str, value: Value) -> None:
        """Set an attribute of an instance or a row."""
        item = self.load(state, ref)
        old = item.fields if isinstance(item, Instance) else ()
        fields = (*((key, kept) for key, kept in old if key != name), (name, value))
        if isinstance(item, Instance):
            self.store(state, ref, Instance(item.info, fields, item.rest, item.made))
        elif item is None:
            self.store(state, ref, Instance(None, fields))

    def new_list(self, state: State, items: Sequence[Value]) -> Ref:
        """Allocate a list with these items."""
        return self.allocate(state, ListObject(tuple((YES, item) for item in items)))

    # ---------------------------------------------------------------- rows, effects

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

    def chain(self) -> tuple[Place, ...]:
        """Return the places of the calls that led here."""
        return tuple(place for _, place in self.stack)

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

    # ---------------------------------------------------------------- alternatives

    def each(self, state: State, value: Value, action: Callable[[State, Value], Value]) -> Value:
        """Do something with every alternative of a value; None drops out, it would raise."""
        if not isinstance(value, Phi):
            return action(state, value)
        base = len(state.facts)
        ended: list[State] = []
        for guard, item in value.cases:
            if item == NONE:
                continue
            branch = state.fork()
            branch.assume(guard)
            if branch.alive:
                branch.env["$value"] = action(branch, item)
                ended.append(branch)
        merged = self.join(ended, base)
        if merged is None:
            state.alive = False
            return NONE
        result = merged.env.pop("$value")
        state.become(merged)
        return result

    def fail(self, state: State, exception: Value) -> None:
        """End a path with an exception."""
        if self.tries:
            snapshot = state.fork()
            self.frame.raises.append((snapshot, exception))
        state.alive = False

    @contextmanager
    def inside(self, frame: Frame, node: ast.AST, place: Place) -> Iterator[None]:
        """Run in another function's frame."""
        before = self.frame
        self.frame = frame
        self.stack.append((node, place))
        self.running[node] = self.running.get(node, 0) + 1
        if self.watch is not None:
            self.watch.deepest = max(self.watch.deepest, len(self.stack))
        try:
            yield
        finally:
            self.frame = before
            self.stack.pop()
            self.running[node] -= 1
            if not self.running[node]:
                del self.running[node]

    def is_too_deep(self, node: ast.AST) -> bool:
        """Whether a function is being called by itself, or calls are nested too deeply."""
        if self.watch is not None:
            self.watch.nodes.add(node)
        if len(self.stack) >= _DEEPEST:
            self.disturb()
            return True
        return self.running.get(node, 0) > 1

    def would_run(
        self, nodes: AbstractSet[ast.AST], running: Mapping[ast.AST, int], depth: int
    ) -> bool:
        """Whether calls would be as deep as in a run in which these functions were running."""
        now = {node: count for node, count in self.running.items() if node in nodes}
        return len(self.stack) + depth <= _DEEPEST and now == running

    def disturb(self) -> None:
        """Note that something happens that cannot be repeated from what is remembered."""
        if self.watch is not None:
            self.watch.disturb()

    # ---------------------------------------------------------------- modules

    def module(self, path: str) -> Mapping[str, Value]:
        """Run a module once and return its names; while it runs, those bound so far."""
        if path in self.module_states:
            return self.module_states[path].env
        if path in self.modules:
            return self.modules[path]
        module = self.program.modules.get(path)
        if module is None:
            if not path.endswith("/"):
                self.missing[path] = None
            return {}
        self.disturb()
        state = State({"__name__": Sym("lib", "__name__")}, {}, {})
        self.module_states[path] = state
        frame = Frame(module=module, label="", is_module=True)
        tries, self.tries = self.tries, 0
        try:
            with self.inside(frame, module.tree, Place(path, 1)):
                self._run_module(module, state)
        finally:
            self.tries = tries
            del self.module_states[path]
        for name in _rebound(module):
            if not isinstance(state.env.get(name), (Func, ClassInfo)):
                state.env[name] = Sym("lib", f"{name} of {path}")
        self.modules[path] = state.env
        self.module_facts.update(state.facts)
        self.absorb(state)
        return state.env

    def absorb(self, state: State) -> None:
        """Make a state's objects those of the program."""
        if any(key in self.heap and self.heap[key] is not state.heap[key] for key in state.heap):
            self.memory.forget()
        self.heap.update(state.heap)

    def _run_module(self, module: Module, state: State) -> None:
        for statement in module.tree.body:
            self.steps = min(self.steps, _MOST_STEPS // 2)
            self.steps_run = min(self.steps_run, _FEW_STEPS // 2)
            try:
                self.execute([statement], state)
            except BudgetExceededError:
                self.steps = 0
            state.alive = True

    def is_unreadable(self, path: str) -> bool:
        """Whether a file exists that could not be parsed."""
        return self.program.cause_unreadable(path) is not None

    def package(self, path: str) -> str:
        """Return the folder that a module or package stands for."""
        return path.removesuffix("__init__.py").rstrip("/")

    def submodule(self, ref: ModuleRef, name: str) -> ModuleRef | None:
        """Find a module inside a package."""
        if ref.path.endswith(".py") and not ref.path.endswith("__init__.py"):
            return None
        found = self.program.roots.relative(self.package(ref.path), name, 1)
        return ModuleRef(found) if found else None

    def is_rebound(self, info: ClassInfo, name: str) -> bool:
        """Whether methods other than the constructor set a field."""
        key = id(info.node)
        if key not in self._rebound_fields:
            self._rebound_fields[key] = frozenset(_set_later(info))
        return name in self._rebound_fields[key]

    def unknown_check(self, reason: str, state: State, values: Sequence[Value]) -> None:
        """Note that something happened with these values that may have checked them."""
        state.assume(Opaque(reason, tuple(values)))

    def alternatives(self, cases: list[tuple[Formula, Value]]) -> Value:
        """Make one value of several."""
        return choose(cases)

    def call(self, function: Value, arguments: Arguments, state: State, node: ast.AST) -> Value:
        """Call a value."""
        from sdd.audit.calls import call  # noqa: PLC0415 - calls and engine need one another

        return call(self, function, arguments, state, node)

    def attribute(self, base: Value, name: str, state: State, node: ast.AST) -> Value:
        """Read an attribute of a value."""
        from sdd.audit.attributes import attribute  # noqa: PLC0415 - likewise

        return attribute(self, base, name, state, node)

    def is_trusted(self, function: Value, state: State) -> bool:
        """Whether the settings name a function, or the class of an instance, as a verifier."""
        held = self.load(state, function) if isinstance(function, Ref) else None
        match held.info if isinstance(held, Instance) else function:
            case Func(module=module, label=label) | ClassInfo(module=module, name=label):
                parts = module.path.removesuffix(".py").removesuffix("/__init__").split("/")
                dotted = ".".join([*parts, label])
            case Bound(function=inner):
                return self.is_trusted(inner, state)
            case Lib(name=name) | LibObject(name=name):
                dotted = name
            case _:
                return False
        return any(dotted == one or dotted.endswith(f".{one}") for one in self.trusted)


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


def _as_filled_later(item: HeapObject) -> HeapObject:
    """An empty container of a module is there to be filled while the program runs."""
    match item:
        case ListObject(items=(), more=()):
            return ListObject((), (_STORED,))
        case DictObject(items=(), more=()):
            return DictObject((), (_STORED,))
        case _:
            return item


_STORED = Sym("lib", "stored while the program runs")


def _set_later(info: ClassInfo) -> Iterator[str]:
    for ancestor in info.mro():
        for method in ancestor.node.body:
            if isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef):
                if method.name == "__init__":
                    continue
                for node in ast.walk(method):
                    if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
                        yield node.attr


def _rebound(module: Module) -> Iterator[str]:
    """Yield the names that functions of a module rebind while the program runs."""
    if "global " in module.source.text:
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Global):
                yield from node.names


def _nowhere() -> Module:
    from sdd.text import SourceText  # noqa: PLC0415

    empty = ast.Module(body=[], type_ignores=[])
    return Module(path="", parsed=[empty], source=SourceText(path="", text=""))


_NOWHERE = _nowhere()
