"""What is too large to follow is told: unknown with its reason, never proved and never silent."""

from collections.abc import Callable

from sdd.audit import AuditReport, Verdict

Auditor = Callable[..., AuditReport]

_HEAD = """
from fastapi import FastAPI
from sqlmodel import Session, select
from base import Note, SessionDep, UserId, engine
app = FastAPI()
"""
# Each function calls the next one four times with other arguments: too many steps for a statement.
_LONG = "\n".join(
    f"def step{at}(n):\n    return [n, {', '.join(f'step{at + 1}(n + {one})' for one in range(4))}]"
    for at in range(9)
)


def test_a_statement_that_takes_too_long_is_told_and_what_it_binds_is_unknown(
    base_file: str, audit_files: Auditor
) -> None:
    """A table that a module chooses in too many steps is no table that is known."""
    long = f"""{_HEAD}{_LONG}
def step9(n):
    return Note
Table = step0(0)
@app.get("/api/notes")
def notes(session: SessionDep, me: UserId):
    return session.exec(select(Table)).all()
"""
    report = audit_files({"main.py": long, "base.py": base_file})

    (route,) = report.routes
    told = [item for item in report.diagnostics if "too long to follow" in item.message]
    assert route.isolation is Verdict.UNKNOWN
    assert [(item.rule, item.span.path) for item in told if item.span] == [("undecided", "main.py")]


def test_a_copy_that_is_too_large_to_look_through_is_unknown(
    base_file: str, audit_files: Auditor
) -> None:
    """Rows of others may be among what is copied."""
    numbers = ", ".join(map(str, range(4010)))
    large = f"""{_HEAD}
@app.post("/api/notes/{{key}}")
def collect(key: int, session: SessionDep, me: UserId):
    session.add(Note(owner_id=me, text=[session.get(Note, key).text, {numbers}]))
    session.commit()
    return {{}}
"""
    report = audit_files({"main.py": large, "base.py": base_file})

    (route,) = report.routes
    assert "too large" in " ".join(access.because for access in route.accesses)


def test_a_value_that_is_too_large_to_look_through_may_be_the_clients(
    base_file: str, audit_files: Auditor
) -> None:
    """Whether a request's mail goes where the client says is not known when there is too much."""
    receivers = ", ".join(f"'a{at}@example.org'" for at in range(700))
    large = f"""{_HEAD}
import resend
@app.post("/api/mail")
def mail():
    resend.Emails.send({{"to": [{receivers}]}})
"""
    report = audit_files({"main.py": large, "base.py": base_file})

    (route,) = report.routes
    assert route.auth.verdict is Verdict.UNKNOWN
    assert "too large" in route.auth.because
