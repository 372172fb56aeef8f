"""Backends of others: each open route gets the dependency, and all other bytes stay."""

import difflib
from pathlib import Path, PurePosixPath

import pytest
from generate.running import run_python
from memory_files import MemoryFiles
from workflow.secured_shapes import SHAPES
from workflow.test_end_to_end import start, tree

from sdd.audit import AuditSettings
from sdd.errors import ExitCode
from sdd.ir import AuthMode, AuthPolicy
from sdd.workflow.securing import Secured, secure

_BACKEND = PurePosixPath("backend")
_SPECS = ["specs/features/authentication.md"]
_SECRET = "a secret of more than thirty-two bytes"
_ASKED = """\
# Feature: authentication

Users sign in elsewhere. Every endpoint needs a valid token.

- Tokens are JWTs, signed with HS256 and the secret in `BETTER_AUTH_SECRET`.
- The claim `sub` holds the user's id.
"""


def _secured(
    files: dict[str, str], policy: AuthPolicy | None = None, public: tuple[str, ...] = ()
) -> Secured:
    stored = MemoryFiles({f"backend/{path}": text for path, text in files.items()})
    settings = AuditSettings(public_routes=public)
    return secure(stored, _BACKEND, policy or AuthPolicy(), _SPECS, settings)


def _after(files: dict[str, str], found: Secured) -> dict[str, str]:
    return files | {path: data.decode() for path, data in found.files.items()}


def golden() -> dict[str, str]:
    """Return a small backend with packages as it is once it is secured."""
    return _after(SHAPES["packages"], _secured(SHAPES["packages"]))


def test_a_secured_backend_is_its_golden_tree() -> None:
    """Byte for byte; `python tests/generate/update_golden.py` accepts a change."""
    folder = Path(__file__).parents[1] / "golden" / "jobs" / "authentication"

    assert golden() == {path: data.decode() for path, data in tree(folder).items()}


@pytest.mark.parametrize("name", SHAPES)
def test_nothing_is_taken_away_and_little_is_added(name: str) -> None:
    """Imports and one argument for each registration: not a character of the rest changes."""
    before = SHAPES[name]

    found = _secured(before)

    assert found.refused == ()
    for path, data in found.files.items():
        if path not in before:
            continue
        steps = difflib.SequenceMatcher(None, before[path], data.decode(), autojunk=False)
        kinds = {kind for kind, *_ in steps.get_opcodes()}
        assert kinds == {"equal", "insert"}


@pytest.mark.parametrize("name", SHAPES)
def test_a_second_time_nothing_is_left_to_do(name: str) -> None:
    """The audit proves what the first time has done."""
    after = _after(SHAPES[name], _secured(SHAPES[name]))

    again = _secured(after)

    assert (again.files, again.routes, again.refused) == ({}, (), ())


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] * (name != "packages")) for name in SHAPES]
)
def test_the_secured_backend_starts_and_lets_nobody_in(tmp_path: Path, name: str) -> None:
    """Its tests start it and knock at every route without a token, with forged and good ones."""
    for path, text in _after(SHAPES[name], _secured(SHAPES[name])).items():
        target = tmp_path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode())

    done = run_python(
        "-W", "error", "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly",
        folder=tmp_path,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout


def test_a_weak_secret_stops_the_start(tmp_path: Path) -> None:
    """In one sentence, without a traceback."""
    for path, text in _after(SHAPES["single"], _secured(SHAPES["single"])).items():
        target = tmp_path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode())

    done = run_python("-c", "import main", folder=tmp_path, BETTER_AUTH_SECRET="weak")

    assert done.returncode == 1
    assert done.stderr.startswith("The backend cannot start: BETTER_AUTH_SECRET must be set")
    assert done.stderr.count("\n") == 1


def test_public_keys_need_no_secret() -> None:
    """Tokens of an issuer with keys are verified by its keys; an outage is no refusal."""
    found = _secured(SHAPES["single"], AuthPolicy(mode=AuthMode.JWKS))

    provider = found.files["authentication.py"].decode()
    assert found.refused == ()
    assert "PyJWKClient" in provider
    assert "503" in provider
    assert "SECRET" not in provider


def test_declared_public_routes_stay_open() -> None:
    """What people say is public is not touched; health checks never are."""
    found = _secured(SHAPES["single"], public=("GET /",))

    assert found.public == ("GET /", "GET /health")
    assert "GET /" not in {item.name for item in found.routes}


_APP = "from fastapi import FastAPI\n\napp = FastAPI()\n"


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("KEPT = {}\n\n\n@app.get('/a', **KEPT)\ndef a():\n    return 1\n", "unpacks keywords"),
        ("@app.websocket('/a')\nasync def a(socket):\n    await socket.accept()\n", "web socket"),
    ],
)
def test_what_cannot_be_secured_is_refused(code: str, reason: str) -> None:
    """The route is named with the reason, and no file changes."""
    found = _secured({"main.py": _APP + code})

    assert found.files == {}
    assert [reason in (item.reason or "") for item in found.refused] == [True]


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("requirements.txt", "fastapi", "fastapi\npyjwt[crypto]>=2.12\n"),
        ("requirements.txt", "PyJWT==2.10\n", None),
        (
            "pyproject.toml",
            '[project]\ndependencies = [\n  "fastapi",\n]\n',
            '[project]\ndependencies = ["pyjwt[crypto]>=2.12", \n  "fastapi",\n]\n',
        ),
    ],
)
def test_the_package_that_verifies_is_declared(name: str, before: str, after: str | None) -> None:
    """Where dependencies are listed, it is added, unless it stands there."""
    found = _secured(SHAPES["single"] | {name: before})

    given = found.files.get(name)
    assert (given.decode() if given else None) == after


@pytest.mark.slow
@pytest.mark.parametrize("name", SHAPES)
def test_the_run_lands_and_a_second_one_changes_nothing(tmp_path: Path, name: str) -> None:
    """All gates pass on the running backend; the manifest claims none of its files."""
    files = {f"backend/{path}": text for path, text in SHAPES[name].items()}
    for path, text in (files | {"specs/features/authentication.md": _ASKED}).items():
        target = tmp_path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode())

    first = start(tmp_path, feature="authentication")
    again = start(tmp_path, feature="authentication")

    assert (first.exit_code, first.landed) == (ExitCode.CLEAN, True), first.answer
    assert first.routes.violated == first.routes.unknown == 0
    assert not (tmp_path / "backend" / ".sdd-manifest.json").exists()
    assert again.answer.startswith("0 files changed")
