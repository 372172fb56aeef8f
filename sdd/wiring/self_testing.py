"""Joins the audit's self-test with a folder on disk; what is seeded stays in memory."""

from collections.abc import Callable
from pathlib import Path

from sdd.adapters.source_tree import read_tree
from sdd.errors import ConfigError
from sdd.program import load
from sdd.wiring.auditing import program_folder, project_of
from sdd.wiring.settings import audit_settings, current_settings
from sdd.workflow.self_test import SelfTest, self_test

MOST_OF_A_KIND = 40


def self_test_folder(named: Path | None, told: Callable[[int, int], None]) -> tuple[Path, SelfTest]:
    """Seed faults into a copy of a folder's program and audit each.

    Raises:
        ConfigError: There is nothing that could be broken.
    """
    folder = program_folder(named)
    root = folder.resolve()
    program = load(read_tree(root))
    if not program.modules:
        raise ConfigError(
            f"No Python files in {root}.", hint="Name the folder that holds the FastAPI app."
        )
    settings = audit_settings(current_settings(project_of(root)).audit)
    result = self_test(program, settings, most=MOST_OF_A_KIND, told=told)
    if not result.trials:
        raise ConfigError(
            f"Nothing to break in {folder}: no route's protection is proved.",
            hint=f"Run `sdd audit {folder}` first, and mend what it finds.",
        )
    return folder, result
