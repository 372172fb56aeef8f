"""Remembers what calls came to: the same call, where nothing it asked is different, is repeated.

A run of a function depends on its arguments, on the facts that it asked for, on the objects that it
read and on the functions that were running around it, and on nothing else (`watch.py` notes them).
What it leaves behind is kept relative to where it began: facts and objects that were added,
effects, remarks, exceptions. To repeat it is to add the same to another state.
"""

from __future__ import annotations

import ast
from collections import ChainMap
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, cast

from sdd.audit.alike import Call, is_same
from sdd.audit.logic import Formula
from sdd.audit.state import Place, State, Write
from sdd.audit.term import named_record, record
from sdd.audit.values import NONE, HeapObject, Value
from sdd.audit.watch import Watch

if TYPE_CHECKING:
    from sdd.audit.effects import Effect, Remark
    from sdd.audit.engine import Engine

_MOST_VARIANTS = 16
_FEWEST_STEPS = 3  # below that, running is as fast as repeating
_MOST_FRUITLESS = 24


@record
class _End:
    """One way in which a run ended, relative to where it began."""

    value: Value
    facts: tuple[Formula, ...]
    heap: Mapping[object, HeapObject]
    pending: tuple[Write, ...]


@named_record
class Outcome:
    """What a run depended on, and what it left behind."""

    watch: Watch
    known: frozenset[object]
    read: tuple[tuple[object, HeapObject | None], ...]
    running: Mapping[ast.AST, int]
    depth: int
    uids: frozenset[int]
    last_uid: int
    steps: int
    end: _End | None
    raises: tuple[_End, ...]
    effects: tuple[Effect, ...]
    remarks: tuple[tuple[Remark, bool], ...]
    handed_out: tuple[tuple[_End, Place], ...]
    passed: tuple[_End, ...]
    looked: frozenset[int]
    consulted: Mapping[int, Effect]


class Memory:
    """The outcomes of one engine's calls."""

    def __init__(self) -> None:
        self._outcomes: dict[object, list[Outcome]] = {}
        self._fruitless: dict[ast.AST, int] = {}
        self._used: set[int] = set()
        self._first = 0
        self._is_open = False

    def begin_request(self, engine: Engine) -> None:
        """Start a request: objects of earlier ones are no longer in use."""
        self._used = set()
        self._first = engine.last_uid
        self._is_open = True

    def forget(self) -> None:
        """Drop everything: something has changed that runs read without asking."""
        self._outcomes.clear()

    def remembered(
        self, engine: Engine, call: Call, state: State, node: ast.AST, run: Callable[[], Value]
    ) -> Value:
        """Return what a call comes to: repeated where it is known, else run."""
        tried = self._fruitless.get(call.node, 0)
        if not self._covers(engine, state) or tried > _MOST_FRUITLESS:
            return run()
        key = call.key()
        known = self._outcomes.get(key, ())
        outcome = next((one for one in known if self._fits(engine, one, state)), None)
        if outcome is not None:
            self._fruitless[call.node] = 0
            return self._repeat(engine, outcome, state, engine.place(node))
        value, outcome = self._watch(engine, state, run)
        worth = outcome is not None and (outcome.steps >= _FEWEST_STEPS or call.makes_object)
        self._fruitless[call.node] = tried + (1 if worth else 4)
        if outcome is not None and worth and len(known) < _MOST_VARIANTS:
            self._outcomes[key] = [*known, outcome]
        return value

    def _covers(self, engine: Engine, state: State) -> bool:
        """Whether calls can be repeated now; a survey wants to see each of them."""
        return self._is_open and state.alive and not engine.module_states and engine.entered is None

    # ---------------------------------------------------------------- repeating

    def _fits(self, engine: Engine, outcome: Outcome, state: State) -> bool:
        watch, heap = outcome.watch, state.heap
        return (
            not (watch.flushes and state.pending)
            and outcome.last_uid <= self._first
            and self._used.isdisjoint(outcome.uids)
            and watch.asked.intersection(state.facts) == outcome.known
            and all(is_same(heap.get(key), item) for key, item in outcome.read)
            and engine.would_run(watch.nodes, outcome.running, outcome.depth)
            and all(key in engine.consulted for key in outcome.looked)
        )

    def _repeat(self, engine: Engine, outcome: Outcome, state: State, place: Place) -> Value:
        """Leave behind what the run left behind, and return what it returned."""
        engine.repeat_steps(outcome.steps)
        self._used |= outcome.uids
        facts = tuple(state.facts)
        chain = (*engine.chain(), place)
        for effect in outcome.effects:
            engine.effects.append(
                replace(
                    effect,
                    facts=(*facts, *effect.facts),
                    chain=(*chain, *effect.chain),
                    heap={} if effect.operation == "read" else _over(effect.heap, state),
                )
            )
        for key, effect in outcome.consulted.items():
            where = (*chain, *effect.chain)
            again = replace(effect, place=where[-1], facts=(*facts, *effect.facts), chain=where)
            engine.consulted.setdefault(key, again)
        for remark, has_facts in outcome.remarks:
            here = replace(remark, facts=(*facts, *remark.facts)) if has_facts else remark
            engine.note(here, has_facts=has_facts)
        for end, at in outcome.handed_out:
            engine.handed_out.append((end.value, _after(end, state), at))
        engine.passed += [_after(end, state) for end in outcome.passed]
        for end in outcome.raises:
            engine.frame.raises.append((_after(end, state), end.value))
        if engine.watch is not None:
            _include(engine.watch, outcome, len(engine.stack))
        if outcome.end is None:
            state.alive = False
            return NONE
        state.take(_after(outcome.end, state))
        return outcome.end.value

    # ---------------------------------------------------------------- remembering

    def _watch(
        self, engine: Engine, state: State, run: Callable[[], Value]
    ) -> tuple[Value, Outcome | None]:
        """Run a call under observation; the outcome is None where it cannot be repeated."""
        before = _Before(engine, state)
        watch = Watch(engine.watch, state.pending)
        outer = state.watch
        engine.watch = state.watch = watch
        try:
            value = run()
        finally:
            engine.watch, state.watch = watch.above, outer
        if watch.above is not None:
            watch.above.include(watch)
        for thrown, _ in engine.frame.raises[before.raises :]:
            thrown.watch = outer
        return value, before.outcome(engine, watch, state, value) if watch.repeatable else None


class _Before:
    """How things stood when a run began."""

    def __init__(self, engine: Engine, state: State) -> None:
        self.facts = state.shared_facts()
        self.base = len(self.facts)
        self.heap = state.shared_heap()
        self.pending = state.pending
        self.stack = len(engine.stack)
        self.running = dict(engine.running)
        self.uid = engine.last_uid
        self.steps = engine.steps
        self.raises = len(engine.frame.raises)
        self.effects = len(engine.effects)
        self.remarks = len(engine.noted)
        self.handed_out = len(engine.handed_out)
        self.passed = len(engine.passed)
        self.consulted = frozenset(engine.consulted)

    def outcome(self, engine: Engine, watch: Watch, state: State, value: Value) -> Outcome | None:
        """Return everything relative to the beginning; None where that cannot be said."""
        raised = engine.frame.raises[self.raises :]
        raises = self._ends(watch, raised)
        passed = self._ends(watch, [(end, NONE) for end in engine.passed[self.passed :]])
        end = self._end(watch, state, value) if state.alive else None
        if raises is None or passed is None or (state.alive and end is None):
            return None
        uids = frozenset((*watch.reused, *range(self.uid + 1, engine.last_uid + 1)))
        consulted = {
            key: self._effect(watch, effect)
            for key, effect in engine.consulted.items()
            if key not in self.consulted
        }
        # What is written but was there before counts as read: it may be joined with what was there.
        keys = watch.read | (watch.written & self.heap.keys())
        return Outcome(
            watch=watch.sealed(),
            known=frozenset(watch.asked.intersection(self.facts)),
            read=tuple((key, self.heap.get(key)) for key in keys),
            running={node: self.running[node] for node in watch.nodes if node in self.running},
            depth=max(watch.deepest - self.stack, 1),
            uids=uids,
            last_uid=max(uids, default=0),
            steps=engine.steps - self.steps,
            end=end,
            looked=self.consulted & watch.read,
            consulted=consulted,
            raises=raises,
            passed=passed,
            effects=tuple(self._effect(watch, one) for one in engine.effects[self.effects :]),
            remarks=tuple(
                (replace(one, facts=one.facts[self.base :]) if has_facts else one, has_facts)
                for one, has_facts in engine.noted[self.remarks :]
            ),
            handed_out=tuple(
                (_End(given, self._facts(after), self._heap(watch, after.heap), ()), place)
                for given, after, place in engine.handed_out[self.handed_out :]
            ),
        )

    def _ends(self, watch: Watch, ends: Iterable[tuple[State, Value]]) -> tuple[_End, ...] | None:
        found = [self._end(watch, state, value) for state, value in ends]
        return None if None in found else tuple(one for one in found if one is not None)

    def _end(self, watch: Watch, state: State, value: Value) -> _End | None:
        waiting = len(self.pending)
        if state.pending[:waiting] != self.pending:
            return None
        added = tuple(
            replace(write, facts=write.facts[self.base :]) for write in state.pending[waiting:]
        )
        return _End(value, self._facts(state), self._heap(watch, state.heap), added)

    def _facts(self, state: State) -> tuple[Formula, ...]:
        return tuple(islice(state.facts, self.base, None))

    def _heap(self, watch: Watch, heap: Mapping[object, HeapObject]) -> Mapping[object, HeapObject]:
        return {key: heap[key] for key in watch.written if key in heap}

    def _effect(self, watch: Watch, effect: Effect) -> Effect:
        return replace(
            effect,
            facts=effect.facts[self.base :],
            chain=effect.chain[self.stack + 1 :],
            heap=self._heap(watch, effect.heap),
        )


def _include(watch: Watch, outcome: Outcome, stack: int) -> None:
    watch.include(outcome.watch)
    watch.reused |= outcome.uids
    watch.deepest = max(watch.deepest, stack + outcome.depth)
    if outcome.watch.flushes:
        watch.flush()


def _over(changed: Mapping[object, HeapObject], state: State) -> Mapping[object, HeapObject]:
    under = cast("dict[object, HeapObject]", state.shared_heap())
    return ChainMap(dict(changed), under)


def _after(end: _End, state: State) -> State:
    """Return the state that a run leads to from another state than the one it was seen in."""
    after = state.fork()
    facts = tuple(state.facts)
    after.add(end.facts)
    for key, item in end.heap.items():
        after.put(key, item)
    if end.pending:
        rebased = (replace(write, facts=(*facts, *write.facts)) for write in end.pending)
        after.pending = tuple(dict.fromkeys((*state.pending, *rebased)))
    return after
