from collections.abc import Mapping
from pathlib import PurePosixPath

import pytest
from fakes import MemoryFiles
from typing_extensions import override

from sdd.errors import ExitCode, WorkspaceError
from sdd.workflow.events import StageFinished
from sdd.workflow.owed import NAME
from sdd.workflow.runs import RunState, list_runs, show_run
from tests.workflow.harness import PROJECT, FakeGit, Rig

TASKS = """# Tasks

- [ ] T001 Assemble the application in backend/app/main.py
- [ ] T002 Prove it in backend/tests/test_absent.py and backend/app/main.py
"""
WITH_TASKS = {**PROJECT, "specs/001-bookmarks/tasks.md": TASKS}


class Died(BaseException):
    """The process was killed."""


class MortalFiles(MemoryFiles):
    """Files whose process dies at one of its commits: before it happens, or right after."""

    deaths: int | None = None
    after = False

    @override
    def commit(self, writes: Mapping[PurePosixPath, bytes | None]) -> None:
        if self.deaths is not None:
            self.deaths -= 1
            if self.deaths < 0:
                if self.after:
                    super().commit(writes)
                self.deaths = None
                raise Died
        super().commit(writes)


def undisturbed() -> tuple[dict[str, str], int]:
    """Return the project after a run that nothing disturbs, and how often it wrote."""
    rig = Rig(files=MemoryFiles(WITH_TASKS))
    assert rig.start(append_findings=True).landed
    return rig.project(), len(rig.files.commits)


def test_whoever_dies_at_whatever_write_the_same_command_ends_in_the_same_project() -> None:
    """Backend, ticks and one record, as if nothing had happened; the run is one run."""
    expected, writes = undisturbed()

    for at in range(writes):
        for after in (False, True):
            files = MortalFiles(WITH_TASKS)
            rig = Rig(files=files)
            files.deaths, files.after = at, after
            with pytest.raises(Died):
                rig.start(append_findings=True)
            report = rig.start(append_findings=True)

            where = f"died {'after' if after else 'before'} write {at}"
            assert report.exit_code is ExitCode.CLEAN, where
            assert rig.project() == expected, where
            runs = list_runs(files)
            assert {run.state for run in runs} <= {RunState.LANDED, RunState.UNCHANGED}, where
            assert not [path for path in files.paths() if path.name == NAME], where


def dead_between_landing_and_record(**request: object) -> tuple[Rig, str]:
    """Return a project whose run died when its files had landed, and the run's id."""
    files = MortalFiles(WITH_TASKS)
    rig = Rig(files=files, git=FakeGit())
    files.deaths, files.after = 1, True
    with pytest.raises(Died):
        rig.start(**request)
    assert "backend/app/main.py" in rig.project()
    return rig, list_runs(files)[0].id


def test_the_same_command_concludes_without_asking_a_model() -> None:
    """What landed is reported as this run's, and recorded; nobody is paid again."""
    rig, run = dead_between_landing_and_record(commit=True)
    rig.opened.clear()

    report = rig.start(commit=True)

    assert (report.run_id, report.resumed, report.landed) == (run, True, True)
    assert report.record in rig.project()
    assert rig.opened == []
    assert rig.git is not None
    ((paths, message, branch),) = rig.git.commits
    assert {report.record, "backend/app/main.py"} <= set(paths)
    assert f"Record: {report.record}" in message
    assert f"branch: {branch}" in rig.files.text(str(report.record))
    assert show_run(rig.files, run).state is RunState.LANDED


def test_another_command_writes_the_missing_record_and_says_so() -> None:
    """A run that nobody takes up again is recorded all the same, once."""
    rig, run = dead_between_landing_and_record()
    rig.files.commit({PurePosixPath("specs/features/bookmarks.md"): b"# Feature: bookmarks\n"})

    report = rig.start()
    again = rig.start()

    (remark,) = (item for item in report.diagnostics if item.rule == "record-owed")
    assert run in remark.message
    assert show_run(rig.files, run).state is RunState.LANDED
    records = [path for path in rig.project() if path.startswith("history/prompts/")]
    assert len(records) == 1 + report.landed
    assert "record-owed" not in {item.rule for item in again.diagnostics}


def test_a_named_run_that_owes_its_record_is_concluded() -> None:
    """Its own ticks have changed its inputs; it goes on all the same."""
    rig, run = dead_between_landing_and_record()

    report = rig.start(resume=run)

    assert (report.run_id, report.exit_code) == (run, ExitCode.CLEAN)
    assert report.record in rig.project()


def test_a_debt_that_cannot_be_read_stops_with_a_sentence() -> None:
    """Nothing is thrown away in silence."""
    rig, run = dead_between_landing_and_record()
    rig.files.commit({PurePosixPath(f".sdd/runs/{run}/{NAME}"): b"{}"})

    with pytest.raises(WorkspaceError, match="cannot be read"):
        rig.start()


def test_a_record_that_failed_is_tried_again_by_the_next_run() -> None:
    """A broken template loses no record: it is written once the template is mended."""
    template = PurePosixPath(".specify/templates/phr-template.prompt.md")
    rig = Rig(files=MemoryFiles({**PROJECT, str(template): "no prompt is put anywhere\n"}))
    failed = rig.start()
    still = rig.start()
    rig.files.commit({template: None})

    mended = rig.start()

    assert (failed.exit_code, failed.record) == (ExitCode.FINDINGS, None)
    (missing,) = (item for item in still.diagnostics if item.rule == "record-owed")
    assert "still missing" in missing.message
    assert "record-owed" in {item.rule for item in mended.diagnostics}
    (record,) = (path for path in rig.project() if path.startswith("history/prompts/"))
    assert "0001" in record


def test_a_record_names_what_it_belongs_to() -> None:
    """Tasks that it ticked, requirements that it worked from, decisions made for its feature."""
    adr = "# ADR-0004: Keep rows\n\n- **Status:** Accepted\n- **Feature:** bookmarks\n"
    spec = (
        "# Feature Specification: bookmarks\n\n## Requirements\n\n- **FR-001**: Users MUST save.\n"
    )
    files = MemoryFiles(
        {
            **WITH_TASKS,
            "history/adr/0004-keep-rows.md": adr,
            "specs/001-bookmarks/spec.md": spec,
        }
    )
    rig = Rig(files=files)

    record = files.text(str(rig.start().record))

    assert "adr: history/adr/0004-keep-rows.md" in record
    assert "; ticked T001; worked from BR-001, FR-001" in record


def test_what_is_taken_out_of_a_record_is_said() -> None:
    """A key on the command line gets neither into the record nor past the user unnoticed."""
    key = "AKIA" + "QYLPMN5HHHFPZAM2"
    rig = Rig()

    report = rig.start(prompt=f"sdd implement bookmarks --agent {key}")

    assert key not in rig.files.text(str(report.record))
    said = [item.summary for item in rig.events if isinstance(item, StageFinished)]
    assert any("taken out: aws-access-key" in line for line in said)
    assert not [text for text in rig.files.texts().values() if key in text]


def test_what_stays_open_is_appended_only_with_consent() -> None:
    """Without the option no task is added; with it, one for what was not proved."""
    silent, willing = Rig(files=MemoryFiles(WITH_TASKS)), Rig(files=MemoryFiles(WITH_TASKS))

    silent.start()
    willing.start(append_findings=True)

    assert "Settle" not in silent.files.text("specs/001-bookmarks/tasks.md")
    appended = willing.files.text("specs/001-bookmarks/tasks.md").splitlines()[-1]
    assert appended.startswith("- [ ] T003 Settle T002: the diff does not touch")
