"""`sdd implement user-profile` beside the tasks of the sample: a row keyed by the user's id."""

import shutil
from functools import cache
from pathlib import Path

import pytest
from fakes import MemoryFiles
from workflow.harness import Rig
from workflow.test_end_to_end import start, tree

from sdd.errors import ExitCode

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden" / "jobs" / "user-profile"
SPECS = Path(__file__).parent / "user_profile"
# What every feature has a part in: the application, the metadata, the tests of all endpoints.
SHARED = {
    "backend/.sdd-manifest.json",
    "backend/app/main.py",
    "backend/app/models/__init__.py",
    "backend/tests/api/test_isolation.py",
    "backend/tests/auth/test_jwt.py",
    "backend/tests/factories.py",
}


def _project() -> dict[str, str]:
    """Return the sample with the profile's documents, nothing of it implemented yet."""
    texts = {
        path.relative_to(ROOT).as_posix(): path.read_text()
        for name in ("specs", "backend")
        for path in (ROOT / name).rglob("*")
        if path.is_file() and not {"__pycache__", ".pytest_cache"} & set(path.parts)
        if path.suffix != ".db"
    }
    for document, part, following in (
        ("specs/api/rest-endpoints.md", "contract.md", "## Health\n"),
        ("specs/database/schema.md", "schema.md", "## Relationships\n"),
    ):
        before, mark, after = texts[document].partition(following)
        texts[document] = f"{before}{(SPECS / part).read_text()}\n{mark}{after}"
    texts["specs/features/user-profile.md"] = (SPECS / "feature.md").read_text()
    return texts


@cache
def _landed() -> Rig:
    rig = Rig(files=MemoryFiles(_project()))
    report = rig.start(feature="user-profile")
    assert report.landed, report.answer
    return rig


def written() -> dict[str, str]:
    """Return the files that the run writes into the backend, by path in the project."""
    before = _project()
    return {path: text for path, text in _landed().backend().items() if before.get(path) != text}


def golden() -> dict[str, str]:
    """Return what the run writes, without the hashes of it."""
    names = {path: path.removeprefix("backend/") for path in written()}
    return {names[p]: text for p, text in written().items() if not p.endswith("manifest.json")}


def test_the_feature_is_its_golden_tree() -> None:
    """Byte for byte; `python tests/generate/update_golden.py` accepts a change."""
    expected = {path: data.decode() for path, data in tree(GOLDEN).items()}

    assert golden() == expected


def test_what_belongs_to_other_features_stays_byte_for_byte() -> None:
    """Beside new files the run writes only those in which every feature has a part."""
    before = _project()

    changed = {path for path in written() if path in before}

    assert changed == SHARED


def test_a_shared_file_names_the_documents_of_both_features() -> None:
    """Who reads it finds what each part follows."""
    metadata = written()["backend/app/models/__init__.py"]

    assert "- specs/features/user-profile.md\n" in metadata
    assert "- specs/features/task-crud.md\n" in metadata


@pytest.mark.slow
def test_a_run_of_the_first_feature_then_finds_nothing_to_do() -> None:
    """Each feature leaves what the other has written, its heads too."""
    again = Rig(files=MemoryFiles(_landed().project())).start(feature="task-crud")

    assert again.answer.startswith("0 files changed")


@pytest.mark.slow
def test_all_gates_pass_on_the_running_backend(tmp_path: Path) -> None:
    """Every route is proved, and nothing that attacks the backend finds a fault."""
    shutil.copytree(ROOT / "agents", tmp_path / "agents")
    for path, text in _project().items():
        target = tmp_path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)

    report = start(tmp_path, feature="user-profile")

    assert (report.exit_code, report.landed) == (ExitCode.CLEAN, True), report.answer
    assert {gate.result.value for gate in report.gates} == {"passed"}
    assert (report.routes.proved, report.routes.violated, report.routes.unknown) == (16, 0, 0)
