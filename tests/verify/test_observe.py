import base64
import json
import os
import socket
import sys
import zlib
from dataclasses import replace
from pathlib import Path

import pytest
from fakes import ScriptedProcesses, completed

from sdd.adapters.processes import LocalProcesses
from sdd.ir import Application, Column, Endpoint, Entity, ForeignKey, Type
from sdd.verify import Result, Target, VerifyContext, check_import, check_tests
from sdd.verify.sandbox import BUBBLEWRAP, LIMITS_ONLY, NAMESPACES, find_sandbox

_PYTHON = "/usr/bin/python3"


def _lines(*events: dict[str, object]) -> str:
    packed = (zlib.compress(json.dumps(event).encode()) for event in events)
    return "\n".join(base64.b64encode(item).decode() for item in packed) + "\n"


def _context(processes: ScriptedProcesses, **target: object) -> VerifyContext:
    return VerifyContext(
        target=Target(folder="/overlay/backend", python=_PYTHON, **target),  # type: ignore[arg-type]
        application=None,
        processes=processes,
        timeout=30,
    )


_KEY = Column(name="id", type=Type.INT, primary_key=True)
_TO_KIT = Column(name="kit_id", type=Type.INT, foreign_key=ForeignKey(table="kits", column="id"))
_STARTED = _lines(
    {"event": "begin", "stage": "import"},
    {
        "event": "result",
        "stage": "import",
        "seconds": 1.0,
        "data": {"ok": True, "app": "app.main:app", "operations": 3},
    },
)


def test_the_child_gets_a_scrubbed_environment_and_its_job_on_stdin() -> None:
    """Neither secrets nor our settings are passed on, and no argument holds a secret."""
    processes = ScriptedProcesses({"start.py": completed(stdout=_STARTED)})

    report = check_import(_context(processes, secret="s3cret", environment={"MODE": "x"}))

    started = processes.started[-1]
    assert report.result is Result.PASSED
    assert set(started.environment) == {"PYTHONDONTWRITEBYTECODE", "LANG"}
    assert started.folder == "/overlay/backend"
    assert started.command[:3] == (_PYTHON, "-I", "-B")
    assert Path(started.command[3]).is_file()
    assert "s3cret" not in " ".join(started.command)
    job = json.loads(started.stdin or "")
    assert job["secret"] == "s3cret"
    assert job["environment"] == {"MODE": "x"}
    assert job["seconds"] == 28


def test_bubblewrap_is_used_where_it_works() -> None:
    """The backend's folder alone may be written, and there is no network; the summary says so."""
    processes = ScriptedProcesses(
        {"bwrap pass": completed(), "bwrap start.py": completed(stdout=_STARTED)}
    )

    report = check_import(_context(processes))

    command = " ".join(processes.started[-1].command)
    assert "--ro-bind / /" in command
    assert "--unshare-net" in command
    assert "--bind /overlay/backend /overlay/backend" in command
    assert report.summary.endswith("(bubblewrap)")


def test_a_database_of_the_users_keeps_the_network() -> None:
    """A server on this machine could not be reached from a network of its own."""
    processes = ScriptedProcesses({"bwrap pass": completed()})

    sandbox = find_sandbox(processes, "/overlay/backend", _PYTHON, network=True)

    assert sandbox.name == BUBBLEWRAP
    assert "--unshare-net" not in sandbox.prefix


def test_bubblewrap_that_may_not_make_namespaces_is_not_used() -> None:
    """Installed is not enough: each is tried, and then the next."""
    refused = completed(stderr="bwrap: No permissions to create new namespace", status=1)
    allowed = ScriptedProcesses({"bwrap pass": refused, "namespaces.py": completed()})
    forbidden = ScriptedProcesses({"bwrap pass": refused, "namespaces.py": completed(status=125)})

    assert find_sandbox(allowed, "/overlay", _PYTHON, network=False).name == NAMESPACES
    assert find_sandbox(forbidden, "/overlay", _PYTHON, network=False).name == LIMITS_ONLY


_INTRUDER = """
import json, os, pathlib, socket, sys
home, outside = sys.argv[1:]
def attempt(action):
    try:
        action()
    except OSError as error:
        return type(error).__name__
    return "done"
server = socket.socket()
server.bind(("127.0.0.1", 0))
server.listen()
port = int(os.environ["PORT"])
print(json.dumps({
    "own folder": attempt(lambda: pathlib.Path("made.txt").write_text("x")),
    "own /tmp": attempt(lambda: pathlib.Path("/tmp/made.txt").write_text("x")),
    "outside": attempt(lambda: pathlib.Path(outside, "made.txt").write_text("x")),
    "home": attempt(lambda: pathlib.Path(home, "made.txt").write_text("x")),
    "loopback": attempt(lambda: socket.create_connection(server.getsockname())),
    "network": attempt(lambda: socket.create_connection(("192.0.2.1", 80), timeout=3)),
    "our loopback": attempt(lambda: socket.create_connection(("127.0.0.1", port))),
    "kill": attempt(lambda: os.kill(int(os.environ["OURS"]), 0)),
    "environment": sorted(set(os.environ) & {"SDD_PLANTED_SECRET", "ANTHROPIC_API_KEY"}),
}))
sys.exit(7)
"""


def test_what_is_confined_reaches_nothing_but_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a real sandbox: its folder and a /tmp of its own, its loopback, its processes, no secret.

    Where a machine allows no namespaces at all, the name says so, and only the environment holds.
    """
    monkeypatch.setenv("SDD_PLANTED_SECRET", "x")
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    inside.mkdir()
    outside.mkdir()
    processes = LocalProcesses()
    sandbox = find_sandbox(processes, str(inside), sys.executable, network=False)

    with socket.create_server(("127.0.0.1", 0)) as server:
        ended = processes.run(
            sandbox.wrap([sys.executable, "-I", "-c", _INTRUDER, str(Path.home()), str(outside)]),
            folder=str(inside),
            environment={"PORT": str(server.getsockname()[1]), "OURS": str(os.getpid())},
            timeout=60,
        )

    seen = json.loads(ended.stdout)
    assert ended.status == 7
    assert (seen["own folder"], seen["loopback"], seen["environment"]) == ("done", "done", [])
    assert (inside / "made.txt").exists()
    if sandbox.name != LIMITS_ONLY:
        assert seen["own /tmp"] == "done"
        assert not Path("/tmp/made.txt").exists()  # noqa: S108 - that of others
        refused = {name for name, result in seen.items() if result not in ("done", [])}
        assert refused == {"outside", "home", "network", "our loopback", "kill"}


def test_a_driver_of_the_other_kind_is_tried_when_the_engine_refuses_the_first() -> None:
    """Whether the URL must name an asynchronous driver is seen when the engine says so."""
    refusal = _lines(
        {"event": "begin", "stage": "import"},
        {
            "event": "result",
            "stage": "import",
            "seconds": 1.0,
            "data": {
                "ok": False,
                "kind": "error",
                "exception": "InvalidRequestError",
                "message": "The asyncio extension requires an async driver to be used.",
            },
        },
    )
    processes = ScriptedProcesses({"start.py": completed(stdout=refusal)})

    check_import(_context(processes))

    jobs = [json.loads(item.stdin) for item in processes.started if item.stdin]
    assert [job["asynchronous"] for job in jobs] == [None, True]


def test_an_interpreter_too_old_for_the_probe_is_not_run() -> None:
    """What fails before the first event, in our own file, is no fault of the backend."""
    stderr = 'File "/x/probe/start.py", line 9\nSyntaxError: invalid syntax\n'
    processes = ScriptedProcesses({"start.py": completed(stderr=stderr, status=1)})

    report = check_import(_context(processes))

    assert report.result is Result.NOT_RUN
    assert report.reason.endswith("SyntaxError: invalid syntax")


def test_a_child_that_says_nothing_fails() -> None:
    """An interpreter that dies before the probe begins is a failure with what it wrote."""
    processes = ScriptedProcesses({"start.py": completed(stderr="Killed", status=137)})

    for report in (check_import(_context(processes)), check_tests(_context(processes))):
        assert report.result is Result.FAILED
        assert report.diagnostics[0].reason == "Killed"


def test_rows_that_are_nobodys_are_known_as_paths_call_them() -> None:
    """`/kits/{id}/parts` are rows of `kit_parts`; a word that also means somebody's rows is not."""
    nobodys = Entity(name="KitPart", table="kit_parts", columns=(_KEY, _TO_KIT), shared=True)
    kits = Entity(name="Kit", table="kits", columns=(_KEY,), shared=True)
    processes = ScriptedProcesses({"start.py": completed(stdout=_STARTED)})
    context = replace(
        _context(processes),
        application=Application(
            entities=(kits, nobodys),
            endpoints=(Endpoint(method="GET", path="/kits/{id}/parts", auth=True),),
        ),
    )

    check_import(context)

    job = json.loads(processes.started[-1].stdin or "{}")
    assert job["spec"]["shared"] == ["kit", "kit_part", "part"]
