import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from components.postgres import Postgres, free_port
from components.sample import BACKEND, ask, sample
from verify.harness import context

from sdd.adapters.disk import DiskFiles
from sdd.adapters.processes import LocalProcesses
from sdd.ir.complete import complete
from sdd.speclang import documents_of, read_specs
from sdd.text import decode
from sdd.verify import GATES, Result, Verification

pytestmark = [pytest.mark.component, pytest.mark.slow]


def test_every_gate_passes_on_a_real_postgresql(postgres: Postgres) -> None:
    """The sample keeps its specs there too, Schemathesis and its own tests included."""
    files = DiskFiles(BACKEND.parent)
    paths = documents_of(files, "task-crud")
    documents = [decode(str(path), files.read(path) or b"") for path in paths]
    asked = context(
        BACKEND,
        LocalProcesses(),
        complete(read_specs(documents).application),
        300.0,
        app="app.main:app",
        database_url=postgres.database(),
        environment={"TEST_DATABASE_URL": postgres.database()},
    )

    verification = Verification(asked)
    reports = [verification.check(gate) for gate in GATES]

    assert [(report.gate, report.reason) for report in reports if report.reason] == []
    assert {report.result for report in reports} == {Result.PASSED}
    assert [item.message for report in reports for item in report.diagnostics] == []


def test_a_row_below_a_parent_that_is_gone_is_absent(postgres: Postgres, tmp_path: Path) -> None:
    """The database finds out what the request could not see: the parent was deleted meanwhile."""
    database = postgres.database()
    blind = tmp_path / "backend"
    shutil.copytree(BACKEND, blind)
    comments = blind / "app" / "repositories" / "comment.py"
    look = "await TaskRepository(self._session).get(user_id, task_id)\n        now"
    assert look in comments.read_text("utf-8")
    comments.write_text(comments.read_text("utf-8").replace(look, "now"), "utf-8")
    with sample(database, blind) as server:
        status, body = ask(f"{server.url}/api/tasks/77/comments", "POST", {"content": "x"})

    assert (status, body["error_code"]) == (404, "not_found")


@contextmanager
def _pooler(postgres: Postgres, database: str) -> Iterator[str]:
    """Run PgBouncer in transaction mode with two connections behind it."""
    port = free_port()
    # Pytest's own folders are closed to the user who runs it.
    folder = Path(tempfile.mkdtemp(prefix="sdd-pooler-"))
    settings = folder / "pgbouncer.ini"
    settings.write_text(
        f"[databases]\n* = host=127.0.0.1 port={postgres.port} user=postgres\n"
        f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nauth_type = any\n"
        "unix_socket_dir =\npool_mode = transaction\ndefault_pool_size = 2\n",
        "utf-8",
    )
    folder.chmod(0o755)
    program = shutil.which("pgbouncer", path="/usr/sbin:/usr/bin:/usr/local/bin") or ""
    server = subprocess.Popen([program, "-q", str(settings)], user="nobody")
    try:
        for _ in range(100):
            if server.poll() is None and _listens(port):
                break
            time.sleep(0.1)
        yield postgres.url(database.rpartition("/")[2], port=port)
    finally:
        server.kill()
        server.wait()
        shutil.rmtree(folder)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.skipif(
    shutil.which("pgbouncer", path="/usr/sbin:/usr/bin:/usr/local/bin") is None,
    reason="pgbouncer is not installed",
)
def test_a_pooler_in_transaction_mode_breaks_nothing(postgres: Postgres) -> None:
    """Each transaction may come to another connection: no statement relies on an earlier one."""
    database = postgres.database()
    with (
        sample(database),
        _pooler(postgres, database) as pooled,
        sample(pooled) as server,
        ThreadPoolExecutor(8) as clients,
    ):
        tasks = f"{server.url}/api/tasks"
        made = list(clients.map(lambda n: ask(tasks, "POST", {"title": f"{n}"}), range(120)))
        read = list(clients.map(lambda _: ask(f"{tasks}?limit=5"), range(120)))

    assert {status for status, _ in made} == {201}
    assert {status for status, _ in read} == {200}
