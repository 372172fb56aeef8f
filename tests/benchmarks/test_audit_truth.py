from types import ModuleType
from typing import Any

import pytest


def label(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - rows of JSON
    row = {
        "method": "GET",
        "path": "/notes/{id}",
        "file": "notes.py",
        "line": 8,
        "auth": "safe",
        "isolation": "safe",
        "why": "",
        "accesses": [],
    }
    return row | changes


def verdict(auth: str = "proved", isolation: str = "proved", **changes: Any) -> dict[str, Any]:  # noqa: ANN401
    row = {
        "method": "GET",
        "path": "/notes/{id}",
        "file": "notes.py",
        "line": 8,
        "auth": {"verdict": auth, "because": ""},
        "isolation": {"verdict": isolation, "accesses": []},
    }
    return row | changes


def judged(audit_truth: ModuleType, one: dict[str, Any], *rows: dict[str, Any]) -> list[Any]:
    report = {"routes": list(rows), "diagnostics": []}
    return list(audit_truth.judge("shop", {"routes": [one]}, report))


def test_agreement_is_neither_wrong_nor_a_gap(audit_truth: ModuleType) -> None:
    """A safe route that is proved disturbs no number."""
    judgements = judged(audit_truth, label(), verdict())

    assert not any(item.is_wrong_proof or item.is_false_alarm or item.is_gap for item in judgements)


@pytest.mark.parametrize("silent", ["proved", "none"])
def test_silence_about_a_hole_is_a_wrong_proof(audit_truth: ModuleType, silent: str) -> None:
    """`none` on a vulnerable route vouches for it as much as `proved`."""
    _, isolation = judged(audit_truth, label(isolation="vulnerable"), verdict(isolation=silent))

    assert isolation.is_wrong_proof


def test_accusing_a_public_route_is_a_false_alarm(audit_truth: ModuleType) -> None:
    """A login route that is `violated` counts against precision."""
    auth, _ = judged(audit_truth, label(auth="public-by-design"), verdict(auth="violated"))

    assert auth.is_false_alarm
    assert audit_truth.score([auth]).precision == 0


def test_worst_mount_counts(audit_truth: ModuleType) -> None:
    """A route that is open on one of two mounts is open."""
    auth, _ = judged(audit_truth, label(), verdict(), verdict(auth="violated"))

    assert auth.verdict == "violated"


def test_applications_that_nobody_meant_are_left_out(audit_truth: ModuleType) -> None:
    """A broken copy of the application in the tree does not spoil the verdict on the real one."""
    rows = [verdict(app="main.py:app"), verdict(auth="violated", app="old.py:app")]
    labels = {"apps": ["main.py"], "routes": [label()]}

    auth, _ = audit_truth.judge("shop", labels, {"routes": rows})

    assert auth.verdict == "proved"


def test_unseen_route_is_missing(audit_truth: ModuleType) -> None:
    """A labelled route that the report does not have is told apart from an undecided one."""
    auth, isolation = judged(audit_truth, label(), verdict(path="/other"))

    assert (auth.verdict, isolation.verdict) == ("missing", "missing")


def test_isolation_behind_reported_broken_authentication_is_moot(audit_truth: ModuleType) -> None:
    """It is counted only where the checker trusts the verifier."""
    broken = label(auth="vulnerable", isolation="vulnerable", moot=True)

    assert len(judged(audit_truth, broken, verdict(auth="violated"))) == 1
    assert len(judged(audit_truth, broken, verdict())) == 2


def test_access_is_found_by_entity_and_operation(audit_truth: ModuleType) -> None:
    """Of two accesses to one entity the same operation wins over the nearer line."""
    wanted = {"entity": "Note", "operation": "update", "file": "notes.py", "line": 9}
    seen = [
        {"entity": "Note", "operation": "read", "file": "notes.py", "line": 9, "verdict": "proved"},
        {"entity": "Note", "operation": "update", "file": "notes.py", "line": 12, "verdict": "x"},
    ]

    assert audit_truth.nearest(wanted, seen)["verdict"] == "x"


def test_access_elsewhere_is_not_taken_for_it(audit_truth: ModuleType) -> None:
    """Another file's access to the same entity says nothing about this one."""
    wanted = {"entity": "Note", "operation": "read", "file": "notes.py", "line": 9}
    seen = [{"entity": "Note", "operation": "read", "file": "jobs.py", "line": 9}]

    assert audit_truth.nearest(wanted, seen) is None


def test_score_divides_by_what_was_seen(audit_truth: ModuleType) -> None:
    """Precision is of alarms, recall of vulnerable things, the unknown rate of all."""
    auth = [
        judged(audit_truth, label(auth=truth), verdict(auth=said))[0]
        for truth, said in [
            ("vulnerable", "violated"),
            ("vulnerable", "unknown"),
            ("safe", "violated"),
            ("safe", "proved"),
        ]
    ]

    result = audit_truth.score(auth)

    assert (result.precision, result.recall, result.unknown_rate) == (0.5, 0.5, 0.25)


def test_finding_is_looked_up_by_rule_and_place(audit_truth: ModuleType) -> None:
    """A labelled secret counts as reported where the rule stands within its statement."""
    labels = {"findings": [{"rule": "default-secret", "file": "settings.py", "line": 5}]}
    report = {"diagnostics": [{"rule": "default-secret", "file": "settings.py", "line": 6}]}

    assert list(audit_truth.findings(labels, report)) == [("default-secret", True)]
