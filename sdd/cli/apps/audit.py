"""`sdd audit`: names, arguments and help."""

from pathlib import Path
from typing import Annotated

import typer

from sdd.cli.apps.root import make_app
from sdd.cli.formats import AuditFormat
from sdd.cli.options import Verbose
from sdd.diagnostics import Severity


def audit(  # noqa: PLR0913 - one argument for each option
    folder: Annotated[
        Path | None, typer.Argument(help="The backend's folder; default: backend/ or this one.")
    ] = None,
    *,
    explain: Annotated[
        str | None, typer.Option(help='Show the reasons for one route: "GET /api/tasks".')
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="End 3 when something could not be decided.")
    ] = False,
    fail_on: Annotated[
        Severity, typer.Option(help="End 1 from this severity on: error, warning or note.")
    ] = Severity.ERROR,
    output_format: Annotated[
        AuditFormat,
        typer.Option("--format", help="text, json, sarif, junit, github, markdown or html."),
    ] = AuditFormat.TEXT,
    output: Annotated[
        Path | None, typer.Option(help="Write the report to this file instead of stdout.")
    ] = None,
    diff: Annotated[
        str | None, typer.Option(metavar="REV", help="Only what is new since a git revision.")
    ] = None,
    baseline: Annotated[
        Path | None, typer.Option(help="JSON file of findings that are accepted for now.")
    ] = None,
    update_baseline: Annotated[
        bool, typer.Option("--update-baseline", help="Accept all present findings in that file.")
    ] = False,
    lock: Annotated[
        bool, typer.Option("--lock", help="Write access.lock: who may do what, for review.")
    ] = False,
    check_lock: Annotated[
        bool, typer.Option("--check-lock", help="End 1 when a route differs from access.lock.")
    ] = False,
    drop_suppressed: Annotated[
        bool, typer.Option("--drop-suppressed", help="Leave suppressed findings out.")
    ] = False,
    no_cache: Annotated[
        bool, typer.Option("--no-cache", help="Analyse even if nothing has changed.")
    ] = False,
    self_test: Annotated[
        bool, typer.Option("--self-test", help="Seed faults into a copy; show each is caught.")
    ] = False,
    fix: Annotated[
        bool, typer.Option("--fix", help="Add missing dependencies and owner's conjuncts.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="With --fix: show the diff; write nothing.")
    ] = False,
    verbose: Verbose = False,
) -> int:
    """Check that every route is authenticated and every query confined to the user."""
    if fix or dry_run:
        from sdd.cli.commands.audit_fix import audit_fix_command  # noqa: PLC0415

        return audit_fix_command(folder, output_format, fix=fix, dry_run=dry_run)
    if self_test:
        from sdd.cli.commands.audit_self_test import audit_self_test_command  # noqa: PLC0415

        return audit_self_test_command(folder, output_format, verbose=verbose)
    from sdd.cli.commands.audit import AuditArguments, audit_command  # noqa: PLC0415
    from sdd.wiring.auditing import AuditRequest  # noqa: PLC0415

    request = AuditRequest(
        folder=folder,
        cache=not no_cache,
        diff=diff,
        baseline=baseline,
        update_baseline=update_baseline,
        lock=lock,
        check_lock=check_lock,
    )
    return audit_command(
        AuditArguments(
            request=request,
            explain=explain,
            strict=strict,
            fail_on=fail_on,
            output_format=output_format,
            output=output,
            drop_suppressed=drop_suppressed,
            verbose=verbose,
        )
    )


def audit_alone() -> typer.Typer:
    """Return an application with this command alone: the others take longer than to be declared."""
    app = make_app()
    app.command()(audit)
    return app
