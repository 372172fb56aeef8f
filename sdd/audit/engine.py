"""Runs Python on abstract values: modules once, functions once for each way they are called."""

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager

from sdd.audit.effects import Arguments, Entered
from sdd.audit.joins import merge
from sdd.audit.ledger import Ledger
from sdd.audit.logic import YES, Formula, Opaque
from sdd.audit.memory import Memory
from sdd.audit.state import Frame, Place, State
from sdd.audit.values import (
    NONE,
    ClassInfo,
    DictObject,
    Func,
    HeapObject,
    Instance,
    ListObject,
    Phi,
    Ref,
    Sym,
    Value,
)
from sdd.program import Module, Program

_DEEPEST = 45
_MOST_STEPS = 10_000  # for one route; joining large states costs more than one
_MOST_STEPS_IN_ALL = 250_000  # then routes get little, so that a huge program ends, too,
_STEPS_FOR_EACH_ROUTE = 1_500  # in a time that grows with its routes
_FEW_STEPS = 700
_MOST_REQUEST_OBJECTS = 16


class BudgetExceededError(Exception):
    """One route needed more steps than an analysis may take; its verdict is unknown."""


NodeEvaluator = Callable[["Engine", ast.AST, State], Value]
NodeExecutor = Callable[["Engine", ast.AST, State], None]


class Engine(Ledger):
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
        super().__init__()
        self.program = program
        self.evaluators = evaluators
        self.executors = executors
        self.builtins = environment
        self.heap: dict[object, HeapObject] = {}
        self.modules: dict[str, dict[str, Value]] = {}
        self.module_states: dict[str, State] = {}
        self.entities: dict[str, ClassInfo] = {}
        self.objects: dict[int, object] = {}
        self.in_middleware = False
        self.module_facts: dict[Formula, None] = {}
        self.setting_places: dict[str, dict[Place, None]] = {}
        self.switch_places: dict[Sym, Place] = {}
        self.switched_off: dict[Sym, None] = {}
        self.request: Ref | None = None
        self._traits: dict[tuple[Callable[[ast.AST], bool], ast.AST], bool] = {}
        self.schema: object | None = None
        self.memory = Memory()
        self.running: dict[ast.AST, int] = {}
        self.missing: dict[str, None] = {}
        self.cut_short: dict[Place, None] = {}
        self.environment: dict[str, None] = {}
        self.uses_key_set = False
        self.uses_parameters = False
        self.trusted: tuple[str, ...] = ()
        self.shared_tables: frozenset[str] = frozenset()
        self.handed_out: list[tuple[Value, State, Place]] = []
        self.kept_names: dict[tuple[str, str], Ref] = {}
        self.entered: list[Entered] | None = None
        self.passed: list[State] = []
        self.escaping = 0
        self.tries = 0
        self.steps = 0
        self.steps_run = 0  # in this request, without what was repeated
        self.steps_in_all = 0
        self._most_steps_in_all = _MOST_STEPS_IN_ALL
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
        is_late = self.steps_in_all >= self._most_steps_in_all
        if self.steps > _MOST_STEPS or (is_late and self.steps_run > _FEW_STEPS):
            raise BudgetExceededError

    def expect_routes(self, count: int) -> None:
        """Let the steps in all grow with the number of routes."""
        self._most_steps_in_all = max(_MOST_STEPS_IN_ALL, count * _STEPS_FOR_EACH_ROUTE)

    def repeat_steps(self, steps: int) -> None:
        """Count the steps of a run that is not run again: they cost the route, but no time.

        Raises:
            BudgetExceededError: The route has used up its steps.
        """
        self.steps += steps
        self.step(0)

    def join(self, states: list[State], base: int) -> State | None:
        """Merge states, and count what that costs: what they share costs next to nothing."""
        self.step(sum(len(one.heap) // 8 + 8 * (len(one.facts) - base) for one in states) // 64)
        return merge(states, base)

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
                    self.consult(state, key, item)
                return _as_filled_later(item)
        return item

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
        if self.is_deepest():
            self.disturb()
            return True
        return self.running.get(node, 0) > 1

    def is_deepest(self) -> bool:
        """Whether calls are nested as deeply as they may be."""
        return len(self.stack) >= _DEEPEST

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
        """Run a module once and return its names; while it runs, those bound so far.

        As in Python, the packages around it run first, and may import it themselves.
        """
        for package in self._packages(path):
            self.module(package)
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
            value = state.env.get(name)
            if isinstance(value, Ref) and isinstance(self.load(state, value), _COLLECTIONS):
                self.kept_names[path, name] = value
                state.put(value.uid, _of_unknown_content(self.load(state, value)))
            elif not isinstance(value, (Func, ClassInfo)):
                state.env[name] = Sym("lib", f"{name} of {path}")
        self.modules[path] = state.env
        self.module_facts.update(state.facts)
        self.absorb(state)
        return state.env

    def _packages(self, path: str) -> list[str]:
        """Return the packages around a module that have not been begun, the outermost first."""
        if path in self.modules or path in self.module_states:
            return []
        folder = path.removesuffix("/__init__.py") if path.endswith("/__init__.py") else path
        found: list[str] = []
        while (folder := folder.rpartition("/")[0]) and (
            package := f"{folder}/__init__.py"
        ) in self.program.modules:
            found.append(package)
        begun = self.modules.keys() | self.module_states.keys()
        return [package for package in reversed(found) if package not in begun]

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
                self.cut(statement, state)
            state.alive = True

    def cut(self, statement: ast.stmt, state: State) -> None:
        """Note a statement that takes too many steps: what it would bind is not known."""
        self.steps = 0
        place = self.place(statement)
        self.cut_short[place] = None
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                state.env[node.id] = Sym("unknown", f"{node.id}, which takes too long to work out")

    def unknown_check(self, reason: str, state: State, values: Sequence[Value]) -> None:
        """Note that something happened with these values that may have checked them."""
        state.assume(Opaque(reason, tuple(values)))

    def call(self, function: Value, arguments: Arguments, state: State, node: ast.AST) -> Value:
        """Call a value."""
        from sdd.audit.calls import call  # noqa: PLC0415 - calls and engine need one another

        return call(self, function, arguments, state, node)

    def attribute(self, base: Value, name: str, state: State, node: ast.AST) -> Value:
        """Read an attribute of a value."""
        from sdd.audit.attributes import attribute  # noqa: PLC0415 - likewise

        return attribute(self, base, name, state, node)


def _as_filled_later(item: HeapObject) -> HeapObject:
    """An empty container of a module is there to be filled while the program runs."""
    match item:
        case ListObject(items=(), more=()):
            return ListObject((), (STORED,))
        case DictObject(items=(), more=()):
            return DictObject((), (STORED,))
        case _:
            return item


_COLLECTIONS = (ListObject, DictObject)


def _of_unknown_content(item: HeapObject | None) -> HeapObject:
    """Return a collection of a name that is bound to others while the program runs."""
    return DictObject((), (STORED,)) if isinstance(item, DictObject) else ListObject((), (STORED,))


STORED = Sym("lib", "stored while the program runs")


def _rebound(module: Module) -> Iterator[str]:
    """Yield the names that functions of a module rebind while the program runs."""
    if "global " in module.source.text:
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Global):
                yield from node.names
