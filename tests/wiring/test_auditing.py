import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from audit_backend import HOLE, MAIN
from fakes import FixedClock

from sdd.audit import Verdict
from sdd.errors import ConfigError, WorkspaceError
from sdd.wiring.auditing import Audited, AuditRequest, audit_folder

CLOCK = FixedClock(datetime(2026, 5, 1, tzinfo=UTC))


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a project whose backend has a hole, as the present folder."""
    (tmp_path / "backend").mkdir()
    (tmp_path / "backend" / "main.py").write_text(MAIN + HOLE)
    (tmp_path / "sdd.toml").write_text("")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    return tmp_path


def _run(**options: object) -> Audited:
    return audit_folder(AuditRequest(**options), CLOCK)  # type: ignore[arg-type]


def _rules(audited: Audited) -> list[str]:
    return [item.rule for item in audited.report.diagnostics if item.suppressed is None]


def _git(folder: Path, *command: str) -> None:
    identity = ["-c", "user.name=Ada Example", "-c", "user.email=ada@example.com"]
    subprocess.run(["git", *identity, *command], cwd=folder, check=True, capture_output=True)  # noqa: S607


def test_the_backend_folder_is_audited_by_default(project: Path) -> None:
    """Proved, violated and public, each on its route."""
    audited = _run()

    assert audited.shown == "backend"
    assert str(audited.prefix) == "backend"
    assert {route.name: route.verdict for route in audited.report.routes} == {
        "GET /health": Verdict.PUBLIC,
        "GET /api/notes": Verdict.PROVED,
        "GET /api/notes/{note_id}": Verdict.VIOLATED,
    }
    assert _rules(audited) == ["unscoped-read"]


# ------------------------------------------------------------------ cache


def test_an_unchanged_tree_is_not_analysed_again(project: Path) -> None:
    """The kept report equals the fresh one."""
    cold, warm = _run(), _run()

    assert (cold.warm, warm.warm) == (False, True)
    assert warm.report == cold.report
    assert not _run(cache=False).warm


@pytest.mark.parametrize("change", ["edit", "add", "remove", "settings"])
def test_any_change_is_noticed(project: Path, change: str) -> None:
    """Contents, the list of files and settings all count."""
    extra = project / "backend" / "extra.py"
    extra.write_text("x = 1\n")
    _run()
    match change:
        case "edit":
            (project / "backend" / "main.py").write_text(MAIN + HOLE + "x = 2\n")
        case "add":
            (project / "backend" / "more.py").write_text("")
        case "remove":
            extra.unlink()
        case "settings":
            (project / "sdd.toml").write_text('[audit]\napi_prefix = "/v1/"\n')

    assert not _run().warm


@pytest.mark.parametrize("text", ["{", "{}", '{"key": 1}', "null"])
def test_a_damaged_cache_is_no_cache(project: Path, text: str) -> None:
    """The report is made anew and kept again."""
    before = _run()
    (project / ".sdd" / "cache" / "audit.json").write_text(text)

    assert _run().report == before.report
    assert _run().warm


def test_a_cache_with_a_report_of_another_form_is_no_cache(project: Path) -> None:
    """The key may agree and the rest be rubbish."""
    before = _run()
    place = project / ".sdd" / "cache" / "audit.json"
    place.write_text(json.dumps(json.loads(place.read_text()) | {"report": [1, 2]}))

    assert _run().report == before.report


def test_suppressions_expire_although_the_report_is_kept(project: Path) -> None:
    """Days pass without an edit."""
    comment = "# sdd: ignore[unscoped-read] reason=shared notes until=2026-05-31\n    note ="
    main = project / "backend" / "main.py"
    main.write_text(main.read_text().replace("note =", comment))

    assert _rules(_run()) == []
    later = audit_folder(AuditRequest(), FixedClock(datetime(2026, 6, 1, tzinfo=UTC)))
    assert later.warm
    assert sorted(_rules(later)) == ["expired-suppression", "unscoped-read"]


# ------------------------------------------------------------------ baseline and lockfile


def test_a_baseline_accepts_what_there_is_and_nothing_more(project: Path) -> None:
    """Written once, it lets old findings pass and stops new ones."""
    place = Path("baseline.json")
    written = _run(baseline=place, update_baseline=True)
    main = project / "backend" / "main.py"
    main.write_text("# a new first line\n" + main.read_text())
    assert written.written == ("baseline.json",)
    assert _rules(_run(baseline=place)) == []

    main.write_text(
        main.read_text() + HOLE.replace("note_id", "key").replace("get_note(", "find_note(")
    )
    assert _rules(_run(baseline=place)) == ["unscoped-read"]


def test_a_mended_finding_makes_its_entry_stale(project: Path) -> None:
    """And an update takes it out."""
    place = Path("baseline.json")
    _run(baseline=place, update_baseline=True)
    (project / "backend" / "main.py").write_text(MAIN)

    assert _rules(_run(baseline=place)) == ["stale-baseline"]
    assert _rules(_run(baseline=place, update_baseline=True)) == []


def test_the_lockfile_stops_a_loosened_route(project: Path) -> None:
    """Written beside the backend; each difference is an error of its own."""
    (project / "backend" / "main.py").write_text(MAIN)
    _run(lock=True)
    assert (project / "backend" / "access.lock").is_file()
    assert _rules(_run(check_lock=True)) == []

    main = project / "backend" / "main.py"
    main.write_text(MAIN.replace(".where(Note.user_id == user)", "") + HOLE)
    drift = [item for item in _run(check_lock=True).report.diagnostics if "drift" in item.rule]
    assert len(drift) == 2
    assert any(
        "GET /api/notes was loosened: read Note was proved" in item.message for item in drift
    )
    assert any("GET /api/notes/{note_id} was added" in item.message for item in drift)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"check_lock": True}, "no backend/access.lock"),
        ({"baseline": Path("none.json")}, "no none.json"),
        ({"update_baseline": True}, "which file"),
        ({"lock": True, "check_lock": True}, "--lock"),
        ({"baseline": Path("b"), "update_baseline": True, "diff": "HEAD"}, "--diff"),
        ({"folder": Path("backend/main.py")}, "is a file"),
        ({"folder": Path("nowhere")}, "No folder nowhere"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_with_a_way_on(
    project: Path, options: dict[str, object], words: str
) -> None:
    """Each with a hint."""
    with pytest.raises(ConfigError, match=words) as caught:
        _run(**options)
    assert caught.value.hint


# ------------------------------------------------------------------ settings and revisions


def test_stale_declarations_are_reported_both_ways(project: Path) -> None:
    """A route that is not there, and one that asks for a caller after all."""
    (project / "sdd.toml").write_text('[audit]\npublic = ["GET /gone", "GET /api/notes"]\n')

    assert _rules(_run()).count("stale-public-declaration") == 2


def test_the_settings_of_the_repository_count_inside_a_package(project: Path) -> None:
    """A backend with a pyproject.toml of its own does not hide the settings around it."""
    (project / "backend" / "pyproject.toml").write_text('[project]\nname = "x"\n')
    (project / "sdd.toml").write_text('[audit]\npublic = ["GET /gone"]\n')

    assert "stale-public-declaration" in _rules(_run())


def test_only_what_is_new_since_a_revision_is_reported(project: Path) -> None:
    """The whole program is judged at both ends; moved lines are not new."""
    _git(project, "init", "--initial-branch", "main")
    _git(project, "add", ".")
    _git(project, "commit", "-m", "Begin")
    main = project / "backend" / "main.py"
    main.write_text("# moved\n" + main.read_text())
    assert _rules(_run(diff="HEAD")) == []

    main.write_text(
        main.read_text() + HOLE.replace("note_id", "key").replace("get_note(", "find_note(")
    )
    assert [item.route for item in _run(diff="HEAD").report.diagnostics] == ["GET /api/notes/{key}"]
    assert len(_rules(_run())) == 2


def test_a_hole_far_from_the_edit_is_new(project: Path) -> None:
    """The changed file and the route that it breaks need not be the same."""
    main = project / "backend" / "main.py"
    main.write_text(
        MAIN.replace("from sqlmodel", "from rules import confined\nfrom sqlmodel").replace(
            "select(Note).where(Note.user_id == user)", "confined(select(Note), Note, user)"
        )
    )
    rules = project / "backend" / "rules.py"
    rules.write_text(
        "def confined(query, model, user):\n    return query.where(model.user_id == user)\n"
    )
    _git(project, "init")
    _git(project, "add", ".")
    _git(project, "commit", "-m", "Begin")
    assert _rules(_run()) == []

    rules.write_text("def confined(query, model, user):\n    return query\n")
    assert _rules(_run(diff="HEAD")) == ["unscoped-read"]


def test_a_revision_without_the_folder_makes_everything_new(project: Path) -> None:
    """The backend was added since."""
    _git(project, "init")
    _git(project, "commit", "--allow-empty", "-m", "Begin")

    assert _rules(_run(diff="HEAD")) == ["unscoped-read"]


def test_no_repository_and_no_such_revision_are_one_sentence(project: Path) -> None:
    """Both say what to do."""
    with pytest.raises(WorkspaceError, match="needs git"):
        _run(diff="HEAD")
    _git(project, "init")
    with pytest.raises(WorkspaceError, match="no revision 'v9'") as caught:
        _run(diff="v9")
    assert caught.value.exit_code == 2
    assert caught.value.hint


# ------------------------------------------------------------------ what is left out


def test_what_is_not_judged_is_told(project: Path) -> None:
    """An environment under any name, tests, migrations, a loop of links."""
    backend = project / "backend"
    for path in ("box/lib/a.py", "box/lib/b.py", "tests/test_a.py", "migrations/b.py"):
        (backend / path).parent.mkdir(parents=True, exist_ok=True)
        (backend / path).write_text("x = 1\n")
    (backend / "box" / "pyvenv.cfg").write_text("home = /usr\n")
    (backend / ".venv").mkdir()
    (backend / "loop").symlink_to(backend, target_is_directory=True)

    audited = _run()
    assert audited.left_out == (
        "box/ (a virtual environment)",
        "1 migration",
        "1 test file",
        ".venv/ (installed packages)",
        "loop (links are not followed)",
    )
    assert len(audited.report.routes) == 3
