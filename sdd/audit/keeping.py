"""What a request leaves in the process, where the requests of others find it."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from sdd.audit.attributes import schema
from sdd.audit.effects import KEEPS, Effect
from sdd.audit.engine import STORED, Engine
from sdd.audit.logic import parts_of
from sdd.audit.requests import Run
from sdd.audit.strangers import stranger
from sdd.audit.touches import terms
from sdd.audit.values import Claims, Ref, Row, Value

_LEFT = "what other requests have left in the process"


def kept(engine: Engine, runs: Iterable[Run]) -> frozenset[int]:
    """Return the collections of the process in which requests leave rows that are somebody's."""
    return frozenset(
        effect.target.uid
        for run in runs
        for effect in _keeping(engine, run)
        if isinstance(effect.target, Ref)
    )


def with_kept(engine: Engine, run: Run, collections: Collection[int]) -> Run:
    """Return a run in which it counts as a read to find what another request has left."""
    found = next(_found(engine, run, collections), None)
    if found is None:
        return run
    read = replace(found, operation="read", target=stranger(_LEFT), value=None)
    return replace(run, effects=(*run.effects, read))


def _found(engine: Engine, run: Run, collections: Collection[int]) -> Iterator[Effect]:
    # Under one name there is what the last request has left, whoever sent it.
    yield from (one for one in _keeping(engine, run) if not isinstance(one.target, Ref))
    consulted = [one for uid, one in run.consulted.items() if uid in collections]
    if consulted and any(_shows(engine, run, collections)):
        yield consulted[0]


def _shows(engine: Engine, run: Run, collections: Collection[int]) -> Iterator[bool]:
    for end in run.ends:
        for part in terms(engine, [end.value], end.state):
            yield part == STORED or (isinstance(part, Ref) and part.uid in collections)


def _keeping(engine: Engine, run: Run) -> Iterator[Effect]:
    for effect in run.effects:
        parts = parts_of(effect.value) if effect.operation == KEEPS and effect.value else ()
        if any(_is_somebodys(engine, part) for part in parts):
            yield effect


def _is_somebodys(engine: Engine, part: Value) -> bool:
    if isinstance(part, Row):
        return schema(engine).is_owned(part.entity) or schema(engine).is_user(part.entity)
    return isinstance(part, Claims)
