import json

from fakes import MemoryFiles

from sdd.changes import digest
from sdd.errors import ExitCode
from sdd.verify import Result
from sdd.workflow.events import (
    GateFinished,
    OrderPlanned,
    OrderStarted,
    RunFinished,
    RunStarted,
    StageFinished,
)
from tests.workflow.harness import PROJECT, FakeGit, Rig, drops_filter

QUERIES = "backend/app/repositories/bookmark.py"


MODEL = "backend/app/models/bookmark.py"


MANIFEST = "backend/.sdd-manifest.json"


def test_a_run_lands_a_backend_and_records_it() -> None:
    """Files, manifest and one record; each file is listed with the hash of its bytes."""
    rig = Rig()

    report = rig.start(prompt="sdd implement bookmarks")

    assert (report.exit_code, report.landed) == (ExitCode.CLEAN, True)
    assert {MODEL, QUERIES, "backend/app/main.py"} <= set(rig.backend())
    hashes = json.loads(rig.files.text(MANIFEST))["files"]
    assert hashes["app/models/bookmark.py"] == digest(rig.files.text(MODEL).encode())
    assert set(rig.backend()) == {MANIFEST, *(f"backend/{path}" for path in hashes)}
    assert report.record is not None
    assert "sdd implement bookmarks" in rig.files.text(report.record)
    assert "files changed, 3 routes checked" in report.answer


def test_landing_is_one_commit(landed: Rig) -> None:
    """No moment shows half a backend."""
    touching = [
        commit
        for commit in landed.files.commits
        if any(path.parts[0] == "backend" for path in commit)
    ]

    assert len(touching) == 1


def test_stages_and_orders_are_told_as_they_happen() -> None:
    """The terminal follows events alone."""
    rig = Rig()

    report = rig.start()

    stages = [event.stage for event in rig.events if isinstance(event, StageFinished)]
    assert stages == [
        "discover",
        "read",
        "plan",
        "delegate",
        "integrate",
        "gates",
        "land",
        "record",
    ]
    assert isinstance(rig.events[0], RunStarted)
    assert rig.events[-1] == RunFinished(report=report)
    planned = [event.order for event in rig.events if isinstance(event, OrderPlanned)]
    started = [event.order for event in rig.events if isinstance(event, OrderStarted)]
    assert sorted(planned) == sorted(started)
    gates = [event.report.gate for event in rig.events if isinstance(event, GateFinished)]
    assert set(gates) == {gate.gate for gate in report.gates}
    assert (gates[-1], report.gates[0].gate) == ("checklist", "integration")


def test_the_same_input_gives_the_same_bytes() -> None:
    """Two projects with the same specs get the same backend."""
    first, second = Rig(), Rig()

    first.start()
    second.start()

    assert first.backend() == second.backend()


def test_a_dropped_filter_is_mended_and_lands() -> None:
    """One round of repair; what lands is what the honest model would have landed."""
    rig, honest = Rig(model=drops_filter(mends=True)), Rig()

    report = rig.start(model="scripted:drops-filter")
    honest.start()

    assert (report.exit_code, report.rounds, report.landed) == (ExitCode.CLEAN, 1, True)
    assert rig.backend() == honest.backend()
    assert [order.rounds for order in report.orders if order.order == "repositories"] == [1]


def test_a_filter_that_is_never_mended_ends_1_with_the_backend_untouched() -> None:
    """Nothing lands, and what was written is kept with the run."""
    rig = Rig(model=drops_filter(mends=False))

    report = rig.start(model="scripted:never-mends")

    assert (report.exit_code, report.landed) == (ExitCode.FINDINGS, False)
    assert rig.backend() == {}
    assert rig.project() == PROJECT
    assert f".sdd/runs/{report.run_id}/files/{QUERIES}" in rig.files.texts()


def test_a_dry_run_shows_the_diff_and_writes_nothing() -> None:
    """Not even a run is kept."""
    rig = Rig()

    report = rig.start(dry_run=True)

    assert (report.exit_code, report.landed, report.dry_run) == (ExitCode.CLEAN, False, True)
    assert "+++ b/backend/app/main.py" in report.diff
    assert ".sdd-manifest.json" not in report.diff
    assert "would be changed" in report.answer
    assert rig.files.texts() == PROJECT
    assert rig.opened == [None]


def test_a_probe_of_a_part_lands_and_is_told() -> None:
    """What it could not try stands in the report, and is not taken for a pass."""
    rig = Rig(missing_gate="isolation probe", probed=2)

    report = rig.start()

    (probe,) = (item for item in report.gates if item.gate == "isolation probe")
    assert (report.exit_code, report.landed) == (ExitCode.CLEAN, True)
    assert (probe.result, probe.reason) == (Result.NOT_RUN, "It is not installed.")
    (checklist,) = (item for item in report.gates if item.gate == "checklist")
    unchecked = [item.message for item in checklist.diagnostics]
    assert "Not checked by any gate: Every query is confined to the user." in unchecked


def test_a_gate_that_was_not_run_does_not_land() -> None:
    """The report says what is missing."""
    rig = Rig(missing_gate="tests")

    report = rig.start()

    assert report.exit_code is ExitCode.FINDINGS
    assert "It is not installed." in report.answer
    assert rig.backend() == {}


def test_a_probe_that_looked_at_nothing_lands_nothing() -> None:
    """Only a probe that tried some operations may leave others to a human."""
    rig = Rig(missing_gate="isolation probe")

    report = rig.start()

    assert report.exit_code is ExitCode.FINDINGS
    assert "isolation probe was not run" in report.answer
    assert rig.backend() == {}


def test_a_commit_is_made_on_a_branch_of_its_own_when_asked() -> None:
    """It holds what landed and its record, and nothing else."""
    git = FakeGit()
    rig = Rig(git=git)

    report = rig.start(commit=True)
    again = rig.start(commit=True)

    ((paths, message, branch),) = git.commits
    assert set(paths) == {*rig.backend(), report.record}
    assert message.startswith("Implement bookmarks")
    assert branch in report.answer
    assert again.exit_code is ExitCode.CLEAN


def test_every_feature_at_once_is_recorded_as_general_work() -> None:
    """`--feature all` has no folder of its own in the history."""
    report = Rig().start(feature="all")

    assert report.landed
    assert (report.record or "").startswith("history/prompts/general/")


def test_a_record_that_cannot_be_written_does_not_unmake_the_landing() -> None:
    """The backend stands, and the run says what is missing."""
    template = "no prompt is put anywhere\n"
    rig = Rig(files=MemoryFiles({**PROJECT, ".specify/templates/phr-template.prompt.md": template}))

    report = rig.start()

    assert (report.landed, report.exit_code) == (True, ExitCode.FINDINGS)
    assert "But afterwards" in report.answer
