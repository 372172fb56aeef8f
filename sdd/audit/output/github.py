"""The open findings as GitHub annotations."""

from sdd.audit.outcome import open_findings
from sdd.audit.output.view import View
from sdd.diagnostics.github import github_commands


def github(view: View) -> str:
    """Return one line for each finding that is not suppressed, the gravest first."""
    return github_commands(open_findings(view.report), view.path)
