"""Generated tests notice when a protection is taken out of the generated code (a sample)."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "tests" / "golden" / "tasks-and-comments"
KINDS = ("dropped conjunct", "guard after the effect", "owner from the body", "default principal")


@pytest.mark.slow
def test_a_generated_suite_fails_when_a_protection_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four faults, each of another kind; the whole measurement is the script's."""
    monkeypatch.setattr(sys, "path", [str(ROOT / "benchmarks"), *sys.path])
    import suite_mutation  # noqa: PLC0415 - a script, found by the path just set

    faults = [item for item in suite_mutation.chosen(FOLDER, 1) if item.kind.value in KINDS]

    assert {item.kind.value for item in faults} == set(KINDS)
    assert not suite_mutation.is_killed(FOLDER, None)
    assert all(suite_mutation.is_killed(FOLDER, item) for item in faults)
