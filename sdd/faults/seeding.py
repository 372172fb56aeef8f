"""All faults and all rewrites of a program, and the program with one of them made."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from sdd.changes import edited
from sdd.diagnostics import Edit
from sdd.faults.comparisons import seed_comparisons
from sdd.faults.guards import seed_guards, seed_locks
from sdd.faults.identities import seed_identities
from sdd.faults.model import Mutation
from sdd.faults.owners import seed_owners
from sdd.faults.sites import Ground
from sdd.faults.verifiers import seed_verifiers
from sdd.program import Module, Program, parse_module
from sdd.program.facts import Facts
from sdd.text import SourceText

Seeder = Callable[[Ground], Iterator[Mutation]]
SEEDERS: tuple[Seeder, ...] = (
    seed_identities,
    seed_comparisons,
    seed_guards,
    seed_owners,
    seed_verifiers,
)


def faults(program: Program, facts: Facts) -> tuple[Mutation, ...]:
    """Return every fault that can be made where a program was proved to be right."""
    return _distinct(program, facts, SEEDERS)


def locks(program: Program, facts: Facts) -> tuple[Mutation, ...]:
    """Return what can be taken away and may have been a second check, whatever it asks about."""
    return _distinct(program, facts, (seed_locks,))


def rewrites(program: Program, facts: Facts) -> tuple[Mutation, ...]:
    """Return ways to write a program differently that mean the same."""
    from sdd.faults.rewriting import REWRITERS  # noqa: PLC0415 - most callers want faults alone

    return _distinct(program, facts, REWRITERS)


def _distinct(program: Program, facts: Facts, seeders: Iterable[Seeder]) -> tuple[Mutation, ...]:
    ground = Ground(program, facts)
    found: dict[tuple[Edit, ...], Mutation] = {}
    for seeder in seeders:
        for mutation in seeder(ground):
            found.setdefault(mutation.edits, mutation)
    return tuple(found.values())


def mutated(program: Program, mutations: Iterable[Mutation]) -> Program | None:
    """Return the program with mutations made; None where that is no Python any more."""
    changed: dict[str, Module] = {}
    for path, edits in by_path(edit for item in mutations for edit in item.edits).items():
        source = program.modules[path].source
        try:
            text = edited(source.text.encode(), edits).decode()
        except ValueError:
            return None
        module = parse_module(SourceText(path=path, text=text))
        if not isinstance(module, Module):
            return None
        changed[path] = module
    return replace(program, modules={**program.modules, **changed})


def by_path(edits: Iterable[Edit]) -> Mapping[str, tuple[Edit, ...]]:
    """Return edits by the file that they change, each once."""
    found: dict[str, dict[Edit, None]] = {}
    for edit in edits:
        found.setdefault(edit.span.path, {})[edit] = None
    return {path: tuple(items) for path, items in found.items()}
