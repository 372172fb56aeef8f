"""Which rule a violation breaks, and what somebody could do with it."""

from typing import TYPE_CHECKING

from sdd.audit.logic import Eq
from sdd.audit.tokens import is_client
from sdd.audit.values import Field, Row, Sym

if TYPE_CHECKING:
    from sdd.audit.model import AuthReport
    from sdd.audit.obligations import Finding, Judge, Obligation
    from sdd.audit.requests import Run


def authentication(
    run: "Run", exposed: "Obligation", names: tuple[str, ...]
) -> tuple[str, str]:
    """Return the rule that a route without authentication breaks, and why."""
    for remark in run.remarks:
        if remark.rule == "unverified-token":
            return "unverified-token", remark.message
    what = f"{exposed.operation}s {exposed.entity.partition('@')[0]}"
    if names:
        return "fake-authentication", f"it {what}, and {names[-1]} verifies nothing on some path"
    return "missing-authentication", f"it {what} without knowing who asks"


def access(judge: "Judge", finding: "Finding") -> str:
    """Return the rule that an access breaks."""
    item = finding.obligation
    if item.operation == "create":
        if not judge.schema.owner_columns(item.entity):
            return "unscoped-write"
        return "client-owner" if "client" in finding.because else "unscoped-write"
    row = item.target
    if isinstance(row, Row) and finding.case is not None and _by_client(judge, finding, row):
        return "client-owner"
    if isinstance(row, Row) and not judge.schema.owner_columns(row.entity) and judge.schema.parents(
        row.entity
    ):
        return "unbound-child"
    return "unscoped-read" if item.operation == "read" else "unscoped-write"


def _by_client(judge: "Judge", finding: "Finding", row: Row) -> bool:
    columns = {Field(row, column) for column in judge.schema.owner_columns(row.entity)}
    case = finding.case
    for literal in case.literals if case is not None else ():
        if isinstance(literal, Eq):
            for mine, theirs in ((literal.left, literal.right), (literal.right, literal.left)):
                if mine in columns and is_client(theirs):
                    return True
    return False


def attack(run: "Run", finding: "Finding", auth: "AuthReport") -> str:
    """Say in one sentence what somebody could do."""
    item = finding.obligation
    who = "a signed-in user" if auth.verdict.value == "proved" else "anybody"
    thing = item.entity.partition("@")[0]
    parameters = ", ".join(sorted(run.mount.parameters))
    verb = {"read": "reads", "update": "changes", "delete": "deletes", "create": "creates"}
    how = f"sends another user's {parameters} and " if parameters else ""
    whose = f"{thing} rows that belong to somebody else"
    if item.operation == "create":
        whose = f"a {thing} in somebody else's name"
    return f"{who} {how}{verb[item.operation]} {whose}"


__all__ = ["Sym", "access", "attack", "authentication"]
