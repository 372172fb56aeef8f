"""Generated tests notice when a protection is taken out of the generated code (a sample)."""

from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "tests" / "golden" / "tasks-and-comments"
KINDS = (
    "dropped conjunct",
    "guard after the effect",
    "owner from the body",
    "signature not verified",
)


@pytest.mark.slow
def test_a_generated_suite_fails_when_a_protection_is_gone(suite_mutation: ModuleType) -> None:
    """Four faults, each of another kind; the whole measurement is the script's."""
    found = {item.kind.value: item for item in suite_mutation.chosen(FOLDER, 3)}

    assert not suite_mutation.is_killed(FOLDER, None)
    for kind in KINDS:
        assert suite_mutation.is_killed(FOLDER, found[kind]), kind
