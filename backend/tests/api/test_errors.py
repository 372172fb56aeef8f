"""The form of errors.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
- specs/features/task-crud.md
- specs/features/authentication.md
- specs/001-task-crud/spec.md
"""

import json
import logging

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy.orm.exc import StaleDataError

from app.config import Settings, SettingsError, load_settings
from app.logs import JSONFormatter
from app.main import create_app
from tests.support import SECRET


def test_unknown_paths_have_the_usual_form(client: TestClient) -> None:
    """An error of the framework looks like one of ours."""
    response = client.get("/no/such/path")

    assert response.status_code == 404
    assert set(response.json()) == {
        "detail",
        "error_code",
    }


def test_unexpected_failures_say_nothing_about_their_cause(
    app: FastAPI, running: TestClient
) -> None:
    """The cause is in the log and not in the answer."""

    async def fail() -> None:
        raise RuntimeError("the cause")

    app.add_api_route("/failing", fail)
    response = running.get("/failing")

    assert response.status_code == 500
    assert "the cause" not in response.text
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_a_row_that_vanishes_before_it_is_written_is_absent(
    app: FastAPI, running: TestClient
) -> None:
    """Who changes what another request deletes at that moment is told that it is not there."""

    async def lose() -> None:
        raise StaleDataError("no row matched")

    app.add_api_route("/vanished", lose)

    assert running.get("/vanished").status_code == 404


def test_every_answer_bears_the_id_of_its_request(client: TestClient) -> None:
    """A client's own id is taken when it is one; the log bears the same."""
    given = client.get("/no/such/path", headers={"X-Request-ID": "from-the-client"})
    odd = client.get("/no/such/path", headers={"X-Request-ID": "two words"})

    assert given.headers["X-Request-ID"] == "from-the-client"
    assert len(odd.headers["X-Request-ID"]) == 32


def test_web_pages_of_named_origins_may_call() -> None:
    """Browsers are let in from the origins that the settings name, and from no others."""
    settings = Settings(
        secret=SECRET,
        database_url="sqlite://",
        cors_origins=("https://web.example",),
    )
    with TestClient(create_app(settings)) as client:
        named = client.get("/no/such/path", headers={"Origin": "https://web.example"})
        other = client.get("/no/such/path", headers={"Origin": "https://other.example"})

    assert named.headers["Access-Control-Allow-Origin"] == "https://web.example"
    assert "Access-Control-Allow-Origin" not in other.headers


def test_large_bodies_are_refused() -> None:
    """No more is read than the settings allow, even where a body does not announce its length."""
    settings = Settings(
        secret=SECRET,
        database_url="sqlite://",
        max_body_bytes=8,
    )
    app = create_app(settings)

    async def take(words: dict[str, str]) -> dict[str, str]:
        return words

    app.add_api_route("/taking", take, methods=["POST"])
    with TestClient(app, headers={"Content-Type": "application/json"}) as client:
        small = client.post("/taking", content=b'{"a":""}')
        whole = client.post("/taking", content=b'{"a":"b"}')
        parts = client.post("/taking", content=iter((b'{"a":', b'"b"', b"}")))

    assert small.status_code == 200
    assert whole.status_code == parts.status_code == 413
    assert set(whole.json()) == {
        "detail",
        "error_code",
    }


@pytest.mark.parametrize("text", ["0", "-1", "many"])
def test_a_limit_that_is_none_is_refused(text: str) -> None:
    """Nobody starts without a limit by mistake."""
    with pytest.raises(SettingsError, match="MAX_BODY_BYTES"):
        load_settings({"BETTER_AUTH_SECRET": SECRET, "MAX_BODY_BYTES": text})


def test_log_lines_are_json() -> None:
    """Each line says when, what, and for which request; a failure says why."""
    try:
        raise ValueError("the cause")
    except ValueError as error:
        record = logging.LogRecord(
            "app",
            logging.ERROR,
            "",
            0,
            "It %s",
            ("failed",),
            (type(error), error, None),
        )
    line = json.loads(JSONFormatter().format(record))

    assert (line["level"], line["message"]) == ("error", "It failed")
    assert "the cause" in line["exception"]
