"""Faults break a right backend, each in its way; rewrites leave it right."""

import ast
import functools

import pytest
from faults.backend import FILES
from memory_files import MemoryFiles

from sdd.audit import AuditReport, AuditSettings, audit
from sdd.audit.survey import survey
from sdd.faults import Kind, Mutation, Rewrite, faults, mutated, rewrites
from sdd.program import Program, load
from sdd.program.facts import Facts
from sdd.workflow.self_test import Bench, Fate


@functools.cache
def program() -> Program:
    return load(MemoryFiles(FILES))


@functools.cache
def surveyed() -> tuple[AuditReport, Facts]:
    return survey(program())


@functools.cache
def seeded() -> tuple[Mutation, ...]:
    return faults(program(), surveyed()[1])


@functools.cache
def rewritten() -> tuple[Mutation, ...]:
    return rewrites(program(), surveyed()[1])


def fate(mutation: Mutation) -> tuple[Fate, str]:
    bench = Bench(program=program(), settings=AuditSettings(), before=surveyed()[0])
    trial = bench.trial(mutation)
    return trial.fate, trial.told


def test_the_backend_is_proved_before_anything_is_seeded() -> None:
    """Otherwise nothing could be broken."""
    report = surveyed()[0]

    assert (
        report.summary.routes == report.summary.proved == len(FILES["main.py"].split("@router")) - 1
    )


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_of_fault_is_seeded_and_caught(kind: Kind) -> None:
    """The backend has a place for each kind, and the audit sees all of them."""
    mutations = [item for item in seeded() if item.kind is kind]

    assert mutations
    for mutation in mutations:
        assert fate(mutation)[0] is Fate.CAUGHT, mutation.title


@pytest.mark.parametrize("kind", Rewrite)
def test_every_kind_of_rewrite_keeps_the_verdicts(kind: Rewrite) -> None:
    """What means the same is judged the same."""
    mutations = [item for item in rewritten() if item.kind is kind]

    assert mutations
    for mutation in mutations:
        assert fate(mutation) == (Fate.MISSED, "every verdict is as before"), mutation.title


def test_what_a_mutation_leaves_alone_stays_as_it_was() -> None:
    """A copy differs in the files that the edits name, and the program itself in nothing."""
    before = {path: module.source.text for path, module in program().modules.items()}

    for mutation in (*seeded(), *rewritten()):
        copy = mutated(program(), [mutation])
        assert copy is not None, mutation.title
        changed = {edit.span.path for edit in mutation.edits}
        for path, module in copy.modules.items():
            assert (module.source.text != before[path]) == (path in changed)
            ast.parse(module.source.text)
    assert before == {path: module.source.text for path, module in program().modules.items()}


def test_no_two_mutations_are_the_same() -> None:
    """Each place is counted once, however it was found."""
    every = [item.edits for item in (*seeded(), *rewritten())]

    assert len(set(every)) == len(every)


def test_nothing_is_seeded_where_nothing_was_proved() -> None:
    """An open backend has no protection that could be taken away."""
    open_files = {"main.py": "from fastapi import FastAPI\napp = FastAPI()\n"}
    empty = load(MemoryFiles(open_files))

    assert faults(empty, survey(empty)[1]) == ()
    assert audit(empty).routes == ()
