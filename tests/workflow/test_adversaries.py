"""A sample of benchmarks/adversaries.py: mistakes are caught, mended if told, and never land."""

from collections.abc import Iterator

import pytest
from adversary.mistakes import MISTAKES, Mistake
from adversary.model import Adversary
from adversary.projects import PROJECTS
from adversary.trial import OFFLINE, Arena
from fakes import MemoryFiles
from messages_api import faulty

HARMLESS = {"edits the spec", "writes outside"}


@pytest.fixture(scope="module")
def arena() -> Iterator[Arena]:
    made = Arena()
    yield made
    made.processes.close()


@pytest.mark.slow
@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.name)
def test_a_mistake_lands_only_mended(arena: Arena, mistake: Mistake) -> None:
    """Told, the model mends and its backend is the honest one; never told, nothing changes."""
    mended = arena.trial("entries", Adversary(mistake=mistake, seed=7, repairs=True, inner=OFFLINE))
    stubborn = arena.trial(
        "entries", Adversary(mistake=mistake, seed=7, repairs=False, inner=OFFLINE)
    )

    assert mended.wrong == stubborn.wrong == ()
    assert mended.landed, mended.report.answer
    assert stubborn.landed == (mistake.name in HARMLESS), stubborn.report.answer


@pytest.mark.slow
def test_imports_that_are_made_up_in_every_file_are_mended_in_one_round(arena: Arena) -> None:
    """One that hides others, or that hides itself, would cost a round each."""
    (mistake,) = (item for item in MISTAKES if item.name == "invents imports")
    model = Adversary(mistake=mistake, seed=992, repairs=True, inner=OFFLINE)

    trial = arena.trial("entries", model, landed_before=True)

    assert trial.wrong == ()
    assert (trial.landed, trial.report.rounds) == (True, 1), trial.report.answer


@pytest.mark.slow
def test_a_run_gets_through_an_api_that_fails_now_and_then(arena: Arena) -> None:
    """Limits, overload, cut streams and slow tokens cost time and repeats, and nothing else."""
    passing = (
        "429",
        "500",
        "529",
        "cut",
        "cut cleanly",
        "error in the stream",
        "slow",
        "pause_turn",
    )
    files = MemoryFiles(PROJECTS["entries"])

    report, requests = arena.serve(
        "entries", files, lambda brain: faulty(brain, passing, rate=0.25, seed=4)
    )

    backend = {path: text for path, text in files.texts().items() if path.startswith("backend/")}
    honest = arena.honest("entries")
    assert report.exit_code == 0, report.answer
    assert backend == {path: text for path, text in honest.items() if path.startswith("backend/")}
    assert len(requests) > report.usage.requests > 30


def test_a_model_behind_the_messages_api_is_held_alike(arena: Arena) -> None:
    """A dropped filter that came over the wire is caught, told and mended, and no secret leaks."""
    mistake = next(item for item in MISTAKES if item.name == "drops a filter")
    model = Adversary(mistake=mistake, seed=3, repairs=True, inner=OFFLINE)

    trial = arena.trial("boards", model, served=True)

    assert trial.wrong == ()
    assert (trial.landed, trial.report.rounds) == (True, 1)
    assert trial.report.usage.usd > 0
