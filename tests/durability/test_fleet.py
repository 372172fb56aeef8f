"""Several workers on a real PostgreSQL; `benchmarks/fleet.py` lets two of them do forty runs."""

from pathlib import Path

import pytest
from durability.fleet import fleet_trial
from workflow.harness import PROJECT

from sdd.adapters.fleet import submit
from sdd.errors import ConfigError, SpecError
from sdd.wiring.compose import Asked
from sdd.wiring.fleet import queue_runs


@pytest.mark.slow
def test_runs_of_a_killed_worker_are_taken_over_and_everything_lands_once() -> None:
    """No finished model call is paid twice, and the backends are those of other workers."""
    trial = fleet_trial(3, kill_after=0)

    assert trial.wrong == ()
    assert (trial.landed, trial.taken_over) == (3, 1)
    assert trial.again <= 2  # what was under way when the worker died


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("sqlite:///x.db", "needs a PostgreSQL"),
        ("postgresql://nobody:geheim-7h2@127.0.0.1:1/none", "cannot be reached"),
    ],
)
def test_a_queue_that_cannot_be_used_is_one_sentence(
    url: str, message: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """Without the password that stands in its address, and without a driver's questions."""
    with pytest.raises(ConfigError, match=message) as caught:
        submit(url, [("job", "{}", "project")])

    assert "geheim" not in f"{caught.value.message} {caught.value.hint}"
    assert "?" not in caught.value.message
    assert capfd.readouterr().err == ""


def test_a_feature_that_does_not_exist_is_told_before_anything_is_queued(tmp_path: Path) -> None:
    """Who queues a run hears of it, not who reads a worker's log; no database is asked."""
    for path, text in PROJECT.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")

    with pytest.raises(SpecError, match="no feature 'bookmark'"):
        queue_runs("postgresql://127.0.0.1:1/none", Asked(feature="bookmark", project=tmp_path))
