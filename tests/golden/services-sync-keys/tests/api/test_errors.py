"""The form of errors.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

from fastapi import FastAPI
from fastapi.testclient import TestClient


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

    def fail() -> None:
        raise RuntimeError("the cause")

    app.add_api_route("/failing", fail)
    response = running.get("/failing")

    assert response.status_code == 500
    assert "the cause" not in response.text
