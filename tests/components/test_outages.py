import json
import threading
from pathlib import Path

import pytest
from components.load import http_request, run_load
from components.postgres import Postgres
from components.sample import ask, sample, token

pytestmark = [pytest.mark.component, pytest.mark.slow]


def test_a_database_that_is_down_is_503_and_comes_back(postgres: Postgres) -> None:
    """Nobody has to restart the backend, and no 500 is answered in between."""
    with sample(postgres.database()) as server:
        tasks = f"{server.url}/api/tasks"
        assert ask(tasks, "POST", {"title": "before"})[0] == 201
        postgres.stop()
        try:
            while_down = [ask(tasks) for _ in range(3)]
        finally:
            postgres.start()
        after = ask(tasks)

    assert {status for status, _ in while_down} == {503}
    assert {body["error_code"] for _, body in while_down} == {"service_unavailable"}
    assert after[0] == 200
    assert [item["title"] for item in after[1]["items"]] == ["before"]


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_a_killed_backend_loses_no_row_that_it_confirmed(
    database: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Whatever was answered 201 before the kill is there afterwards; the rest may be."""
    if database == "sqlite":
        url = f"sqlite:///{tmp_path / 'tasks.db'}"
    else:
        url = request.getfixturevalue("postgres").database()
    with sample(url) as server:
        tasks = f"{server.url}/api/tasks"
        confirmed: list[str] = []

        def write(writer: int) -> None:
            for number in range(500):
                status, body = ask(tasks, "POST", {"title": f"{writer}-{number}"})
                if status != 201:
                    return
                confirmed.append(body["title"])

        writers = [threading.Thread(target=write, args=(number,)) for number in range(4)]
        for writer in writers:
            writer.start()
        while len(confirmed) < 40 and any(writer.is_alive() for writer in writers):
            threading.Event().wait(0.01)
        server.kill()
        for writer in writers:
            writer.join()
        server.start()
        kept = _titles(tasks)

    assert 40 <= len(confirmed) < 2000
    assert set(confirmed) <= kept


def _titles(tasks: str) -> set[str]:
    found: set[str] = set()
    for page in range(1, 30):
        status, body = ask(f"{tasks}?limit=100&page={page}")
        assert status == 200
        if not body["items"]:
            break
        found |= {item["title"] for item in body["items"]}
    return found


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_a_hundred_connections_neither_hang_nor_fail_it(
    database: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """The default pool is smaller than the load: requests wait, and all are answered."""
    if database == "sqlite":
        url = f"sqlite:///{tmp_path / 'tasks.db'}"
    else:
        url = request.getfixturevalue("postgres").database()
    with sample(url) as server:
        load = run_load(server.port, _mixed(), connections=100, seconds=6.0)
        after = ask(f"{server.url}/api/tasks?limit=1")

    assert load.server_errors == 0
    assert set(load.statuses) == {200, 201}
    assert load.statuses.total() >= 100
    assert after[0] == 200


def _mixed() -> list[bytes]:
    """Return reads and writes as one user and another."""
    body = json.dumps({"title": "load"}).encode()
    users = [token("alice"), token("bob")]
    reads = [http_request("GET", "/api/tasks?limit=20", user) for user in users]
    counts = [http_request("GET", "/api/tasks/statistics", user) for user in users]
    writes = [http_request("POST", "/api/tasks", user, body) for user in users]
    return [*reads, *counts, *reads, *writes]
