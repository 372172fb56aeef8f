from collections.abc import Iterator
from pathlib import Path

import jwt
import pytest
from verify.harness import Edit, ForkedProcesses, context, seed
from verify.served import SECRET, running

from sdd.diagnostics import errors
from sdd.verify import (
    QUICK,
    Result,
    Verification,
    VerifyContext,
    check_import,
    check_isolation,
    limits_of,
)


def _claims(user: str) -> dict[str, object]:
    return {"sub": user, "iat": 1_700_000_000, "exp": 4_000_000_000}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A correct backend that runs already."""
    folder = tmp_path_factory.mktemp("served")
    database = f"sqlite:///{folder / 'notes.db'}"
    place = seed("plain_sync", folder)
    with running(place, "main:app", JWT_SECRET=SECRET, DATABASE_URL=database) as url:
        yield url


def _asked(
    tmp_path: Path, processes: ForkedProcesses, url: str, secret: str | None = SECRET, *tokens: str
) -> VerifyContext:
    return context(tmp_path, processes, base_url=url, secret=secret, tokens=tokens)


def test_a_correct_server_passes_over_http(
    server: str, tmp_path: Path, processes: ForkedProcesses
) -> None:
    """The gates that need neither code nor specs judge what a server answers."""
    asked = _asked(tmp_path, processes, server)
    verification = Verification(asked)

    gates = [gate for gate in QUICK if gate.left_out(asked) is None]
    reports = [verification.check(gate) for gate in gates]

    assert [report.gate for report in reports] == ["import", "isolation probe", "token attacks"]
    assert [(report.result, report.diagnostics) for report in reports] == [(Result.PASSED, ())] * 3
    assert dict(reports[1].counts)["operations_not_probed"] == 0


def test_what_a_server_does_not_show_is_said(
    server: str, tmp_path: Path, processes: ForkedProcesses
) -> None:
    """Tables, tests, places and, without the key, well-signed tokens are named as not checked."""
    asked = _asked(tmp_path, processes, server, None)

    left_out = {gate.name for gate in QUICK if gate.left_out(asked)}
    assert left_out == {"contract", "schema", "tests"}
    assert set(limits_of(asked)) == {
        "lines of code",
        "what lies behind a 5xx",
        "which rows belong to nobody",
        "well-signed tokens with wrong claims",
    }
    assert limits_of(context(tmp_path, processes)) == {}


def test_a_fault_is_found_over_http(tmp_path: Path, processes: ForkedProcesses) -> None:
    """One missing condition in a query is seen from outside."""
    hole = Edit("Note.id == note_id, Note.owner_id == user", "Note.id == note_id")
    place = seed("plain_sync", tmp_path, hole)
    database = f"sqlite:///{tmp_path / 'notes.db'}"
    with running(place, "main:app", JWT_SECRET=SECRET, DATABASE_URL=database) as url:
        report = check_isolation(_asked(tmp_path, processes, url))

    told = {(item.rule, item.route) for item in errors(report.diagnostics)}
    assert ("isolation-foreign-read", "GET /notes/{note_id}") in told
    assert ("isolation-foreign-delete", "DELETE /notes/{note_id}") in told


def test_tokens_may_be_given_instead_of_the_secret(
    server: str, tmp_path: Path, processes: ForkedProcesses
) -> None:
    """Whoever signs the tokens: two of them are enough to set two users against each other."""
    tokens = [jwt.encode(_claims(user), SECRET, "HS256") for user in ("first", "second")]
    report = check_isolation(_asked(tmp_path, processes, server, None, *tokens))

    assert (report.result, report.diagnostics) == (Result.PASSED, ())
    assert report.summary.endswith("tokens of the given command")


def test_tokens_of_one_user_are_no_two_users(
    server: str, tmp_path: Path, processes: ForkedProcesses
) -> None:
    """Nobody can be set against themselves."""
    token = jwt.encode(_claims("first"), SECRET, "HS256")
    report = check_isolation(_asked(tmp_path, processes, server, None, token, token))

    assert report.result is Result.NOT_RUN
    assert "they do not name two users" in report.reason


def test_without_secret_and_tokens_nothing_is_claimed(
    server: str, tmp_path: Path, processes: ForkedProcesses
) -> None:
    """A server that believes no token of ours was not tried."""
    report = check_isolation(_asked(tmp_path, processes, server, None))

    assert report.result is Result.NOT_RUN
    assert "no token of ours was accepted" in report.reason


def test_a_server_that_is_not_there_is_named(tmp_path: Path, processes: ForkedProcesses) -> None:
    """The gate import says so, once."""
    report = check_import(_asked(tmp_path, processes, "http://127.0.0.1:9"))

    (told,) = report.diagnostics
    assert (told.rule, told.message) == (
        "import-unreachable",
        "Nothing answers at http://127.0.0.1:9",
    )


def test_a_server_without_an_openapi_document_is_named(
    tmp_path: Path, processes: ForkedProcesses
) -> None:
    """Without it nobody knows the operations."""
    place = seed("plain_sync", tmp_path, Edit('title="Notes"', "openapi_url=None"))
    database = f"sqlite:///{tmp_path / 'notes.db'}"
    with running(place, "main:app", JWT_SECRET=SECRET, DATABASE_URL=database) as url:
        report = check_import(_asked(tmp_path, processes, url))

    assert [item.rule for item in report.diagnostics] == ["import-no-document"]
