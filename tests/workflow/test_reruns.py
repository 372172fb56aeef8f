from pathlib import PurePosixPath

from fakes import MemoryFiles

from sdd.errors import ExitCode
from sdd.workflow.runs import RunState, list_runs
from tests.workflow.harness import CONTRACT, PROJECT, SCHEMA, Rig, drops_filter

MODEL = "backend/app/models/bookmark.py"


def test_a_second_run_changes_nothing_and_leaves_no_record(landed: Rig) -> None:
    """Every invocation plans, delegates and gates; only the answer differs."""
    before = landed.project()

    report = landed.start()

    assert (report.exit_code, report.landed, report.record) == (ExitCode.CLEAN, False, None)
    assert report.answer == "0 files changed, 3 routes checked."
    assert landed.project() == before
    assert list_runs(landed.files)[0].state is RunState.UNCHANGED


def test_a_deleted_backend_comes_back_byte_for_byte(landed: Rig) -> None:
    """Missing files are made again."""
    before = landed.backend()
    landed.files.commit(dict.fromkeys(landed.files.paths(PurePosixPath("backend/app"))))

    report = landed.start()

    assert report.landed
    assert landed.backend() == before


def test_an_edited_file_ends_the_run_3_and_is_left_alone(landed: Rig) -> None:
    """The file is named, and nothing is lost."""
    edited = landed.files.text(MODEL) + "# mine\n"
    landed.files.commit({PurePosixPath(MODEL): edited.encode()})
    before = landed.project()

    report = landed.start()

    assert report.exit_code is ExitCode.NEEDS_HUMAN
    assert MODEL in report.answer
    assert landed.project() == before


def test_keep_leaves_the_edit_and_overwrite_replaces_it(landed: Rig) -> None:
    """With --keep the file stays the user's; with --overwrite it is ours again."""
    ours = landed.files.text(MODEL)
    landed.files.commit({PurePosixPath(MODEL): (ours + "# mine\n").encode()})

    kept = landed.start(keep=True)
    after_keep = landed.files.text(MODEL)
    replaced = landed.start(overwrite=True)

    assert kept.exit_code is ExitCode.CLEAN
    assert after_keep == ours + "# mine\n"
    assert any(MODEL in item.text for item in kept.follow_ups if item.kind == "refactoring")
    assert (replaced.exit_code, landed.files.text(MODEL)) == (ExitCode.CLEAN, ours)


def test_a_file_that_stood_there_before_is_the_users() -> None:
    """Brownfield: without a manifest every file is somebody's work."""
    rig = Rig(files=MemoryFiles({**PROJECT, "backend/app/main.py": "print('mine')\n"}))

    report = rig.start()

    assert report.exit_code is ExitCode.NEEDS_HUMAN
    assert "backend/app/main.py" in report.answer
    assert rig.backend() == {"backend/app/main.py": "print('mine')\n"}


def test_a_new_column_and_a_new_table_follow_the_specs(landed: Rig) -> None:
    """Changed specs change what they concern, and new files come with them."""
    schema = SCHEMA.replace(
        "| `created_at`", "| `color` | VARCHAR(20) | Yes | NULL | — |\n| `created_at`", 1
    ) + (
        "\n### projects\n\n| Column | Type | Nullable | Constraints |\n|---|---|---|---|\n"
        "| `id` | INTEGER | No | PRIMARY KEY |\n| `user_id` | VARCHAR(64) | No | INDEX |\n"
        "| `name` | VARCHAR(80) | No | — |\n"
    )
    contract = CONTRACT + (
        "\n### GET /api/projects\n\nLists the projects of the user.\n\n"
        '**Response**: `200 OK`\n\n```json\n[{"id": 1, "user_id": "u1", "name": "Home"}]\n```\n'
    )
    landed.files.commit(
        {
            PurePosixPath("specs/database/schema.md"): schema.encode(),
            PurePosixPath("specs/api/rest-endpoints.md"): contract.encode(),
        }
    )

    report = landed.start()

    assert report.landed
    assert "color" in landed.files.text(MODEL)
    assert "backend/app/models/project.py" in landed.backend()
    assert "/api/projects" in "".join(landed.backend().values())
    actions = {file.path: file.action for file in report.files}
    assert actions[MODEL] == "changed"
    assert actions["backend/app/models/project.py"] == "created"


def test_files_that_no_spec_asks_for_any_more_are_deleted_unless_edited(landed: Rig) -> None:
    """A table that goes takes its files with it; an edited one stops the run."""
    contract = CONTRACT.replace("bookmarks", "memos").replace("bookmark_id", "memo_id")
    specs = {
        PurePosixPath("specs/database/schema.md"): SCHEMA.replace("bookmarks", "memos").encode(),
        PurePosixPath("specs/api/rest-endpoints.md"): contract.encode(),
    }
    edited = Rig(files=MemoryFiles(landed.files.texts()))
    edited.files.commit({**specs, PurePosixPath(MODEL): b"# mine\n"})
    landed.files.commit(specs)

    report = landed.start()
    refused = edited.start()

    assert report.landed
    assert MODEL not in landed.backend()
    assert "backend/app/models/memo.py" in landed.backend()
    assert refused.exit_code in {ExitCode.NEEDS_HUMAN, ExitCode.CLEAN}
    assert edited.files.text(MODEL) == "# mine\n"


def test_a_model_that_drops_a_filter_of_a_landed_backend_does_not_land(landed: Rig) -> None:
    """The mistake is found also where nothing had to be written."""
    landed.model = drops_filter(mends=False)
    before = landed.project()

    report = landed.start(model="scripted:never-mends")

    assert report.exit_code is ExitCode.FINDINGS
    assert landed.project() == before
