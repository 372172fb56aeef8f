"""Runs that are killed end where undisturbed runs end; `benchmarks/kills.py` kills a hundred."""

import shutil

import pytest
from durability.trial import finished_calls, theatre, tree

pytestmark = pytest.mark.slow


def test_killed_runs_go_on_to_the_same_tree_and_pay_no_finished_call_twice() -> None:
    """At events, at changes of file names while landing, and while calls are under way."""
    with theatre() as place:
        deaths = [
            place.kill("event", ("event", place.steps["event"] // 2)),
            place.kill("end", ("event", place.steps["event"] - 1)),
            place.kill("landing", ("file", place.steps["file"] // 2)),
            place.kill("call", call=place.calls // 2),
        ]

    assert all(item.died for item in deaths)
    assert [item.wrong for item in deaths] == [()] * len(deaths)
    # What was under way when the process died may be asked again: one call of each order in a wave.
    assert max(item.repeated for item in deaths) <= 2


def test_a_recorded_run_is_replayed_byte_for_byte_without_a_model() -> None:
    """The journal of one project implements another with the same specs, and asks nobody."""
    with theatre() as place:
        (run,) = (place.folder / "undisturbed/.sdd/runs").iterdir()
        again = place.project("again")
        shutil.copytree(run, again / ".sdd/runs" / run.name)
        asked = len(place.api.requests)

        status = place.run(again, model=f"replay:{run.name}")

        ours = {path: data for path, data in tree(again).items() if "history/" not in path}
        theirs = {path: data for path, data in place.expected.items() if "history/" not in path}
        assert (status, len(place.api.requests)) == (0, asked)
        assert ours == theirs
        assert len(finished_calls(again)) == place.calls
