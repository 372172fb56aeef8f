"""Every command's name, arguments and help; what they do is imported when they run."""

from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer

from sdd.cli.apps.adr import adr_app
from sdd.cli.apps.agents import agents_app
from sdd.cli.apps.audit import audit
from sdd.cli.apps.phr import phr_app
from sdd.cli.apps.root import make_app
from sdd.cli.apps.runs import runs_app
from sdd.cli.apps.spec import spec_app
from sdd.cli.formats import Format, ReportFormat
from sdd.cli.options import FormatOption, Project, Quiet, Verbose

app = make_app()
for _name, _group in (
    ("spec", spec_app),
    ("phr", phr_app),
    ("adr", adr_app),
    ("agents", agents_app),
    ("runs", runs_app),
):
    app.add_typer(_group, name=_name)


@app.command()
def init(
    folder: Annotated[Path | None, typer.Argument(help="The project's folder.")] = None,
) -> int:
    """Write a project's first files, or newer ones of ours; what you changed stays."""
    from sdd.cli.commands.init import init_command  # noqa: PLC0415

    return init_command(folder)


@app.command()
def implement(  # noqa: PLR0913 - one argument for each option
    feature: Annotated[
        str | None, typer.Argument(help="A feature of specs/, for instance task-crud; or: all.")
    ] = None,
    *,
    all_features: Annotated[
        bool, typer.Option("--all", help="Every feature; with --queue a run for each.")
    ] = False,
    queue: Annotated[
        str | None,
        typer.Option(envvar="SDD_QUEUE", help="PostgreSQL URL: leave it to a worker there."),
    ] = None,
    wait: Annotated[
        bool, typer.Option("--wait", help="With --queue: wait for what comes of it.")
    ] = False,
    model: Annotated[
        str | None,
        typer.Option(help="offline, claude, sonnet, opus, haiku, PROVIDER:ID or replay:RUN."),
    ] = None,
    agent: Annotated[str | None, typer.Option(help="Let this one agent do everything.")] = None,
    parallel: Annotated[int | None, typer.Option(min=1, help="Work orders at once.")] = None,
    budget_usd: Annotated[float | None, typer.Option(min=0, help="Most money to spend.")] = None,
    max_tokens: Annotated[int | None, typer.Option(min=1, help="Most tokens to use.")] = None,
    timeout: Annotated[float | None, typer.Option(min=1, help="Most seconds to take.")] = None,
    max_rounds: Annotated[int | None, typer.Option(min=0, help="Most rounds of repair.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show plan and diff; write nothing.")
    ] = False,
    answers: Annotated[
        Path | None, typer.Option(help="TOML or JSON file: question id = answer.")
    ] = None,
    resume: Annotated[str | None, typer.Option(help="Go on with this interrupted run.")] = None,
    commit: Annotated[
        bool, typer.Option("--commit", help="Commit what landed, on a branch of its own.")
    ] = False,
    layout: Annotated[
        str | None, typer.Option(help="Layout of the backend: app or services.")
    ] = None,
    style: Annotated[str | None, typer.Option(help="Style of the backend: async or sync.")] = None,
    auth_mode: Annotated[
        str | None, typer.Option(help="How tokens are verified: hs256 or jwks.")
    ] = None,
    thorough: Annotated[bool, typer.Option("--thorough", help="Run the slow gates too.")] = False,
    keep: Annotated[bool, typer.Option("--keep", help="Keep files edited by hand.")] = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace files edited by hand.")
    ] = False,
    lead: Annotated[
        bool, typer.Option("--lead", help="Let the engineer agent decide who works when.")
    ] = False,
    allow_partial: Annotated[
        bool, typer.Option("--allow-partial", help="End 0 although stated endpoints are missing.")
    ] = False,
    append_findings: Annotated[
        bool, typer.Option("--append-findings", help="Append what stays open to tasks.md.")
    ] = False,
    no_input: Annotated[bool, typer.Option("--no-input", help="Never ask; end 3 instead.")] = False,
    project: Project = None,
    output_format: FormatOption = Format.TEXT,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> int:
    """Let agents implement a feature from the specs, check their work, land it, record it."""
    from sdd.cli.commands.implement import ImplementArguments, implement_command  # noqa: PLC0415

    return implement_command(
        ImplementArguments(
            feature="all" if all_features else feature or "",
            queue=queue,
            wait=wait,
            model=model,
            agent=agent,
            parallel=parallel,
            budget_usd=None if budget_usd is None else Decimal(str(budget_usd)),
            max_tokens=max_tokens,
            timeout=timeout,
            max_rounds=max_rounds,
            dry_run=dry_run,
            answers=answers,
            resume=resume,
            commit=commit,
            layout=layout,
            style=style,
            auth_mode=auth_mode,
            thorough=thorough,
            keep=keep,
            overwrite=overwrite,
            allow_partial=allow_partial,
            lead=lead,
            append_findings=append_findings,
            no_input=no_input,
            project=project,
            output_format=output_format,
            quiet=quiet,
            verbose=verbose,
        )
    )


@app.command()
def worker(
    *,
    queue: Annotated[str, typer.Option(envvar="SDD_QUEUE", help="PostgreSQL URL of the queue.")],
    name: Annotated[
        str, typer.Option("--id", help="Its own, and the same at every start: its runs go on.")
    ],
    take_over: Annotated[
        list[str] | None, typer.Option(help="Id of a dead worker whose runs go on here.")
    ] = None,
    until_empty: Annotated[
        bool, typer.Option("--until-empty", help="End when nothing is left to do.")
    ] = False,
) -> int:
    """Take runs from a queue in PostgreSQL, one at a time."""
    from sdd.cli.commands.worker import worker_command  # noqa: PLC0415

    return worker_command(queue, name, tuple(take_over or ()), until_empty=until_empty)


app.command()(audit)


@app.command()
def verify(  # noqa: PLR0913 - one argument for each option
    feature: Annotated[
        str, typer.Argument(help="Whose specs to hold it against; default: all.")
    ] = "all",
    *,
    app_name: Annotated[
        str | None, typer.Option("--app", help="MODULE:ATTRIBUTE of the app; default: found.")
    ] = None,
    backend: Annotated[str | None, typer.Option(help="The backend's folder.")] = None,
    python: Annotated[
        str | None, typer.Option(help="Interpreter that has what it imports.")
    ] = None,
    database_url: Annotated[
        str | None, typer.Option(help="Database to use instead of SQLite; it is written to.")
    ] = None,
    base_url: Annotated[
        str | None,
        typer.Option(help="Judge a server that runs already: http://127.0.0.1:PORT."),
    ] = None,
    secret: Annotated[
        str | None,
        typer.Option(
            envvar="SDD_VERIFY_SECRET", help="The secret that signs tokens; default: random."
        ),
    ] = None,
    token_command: Annotated[
        str | None,
        typer.Option(help="Command that prints a token for the user id put after it."),
    ] = None,
    gate: Annotated[
        list[str] | None, typer.Option(help="Only this gate; may be given several times.")
    ] = None,
    thorough: Annotated[bool, typer.Option("--thorough", help="Run the slow gates too.")] = False,
    self_test: Annotated[
        bool, typer.Option("--self-test", help="Seed faults into copies; show each is caught.")
    ] = False,
    timeout: Annotated[float, typer.Option(min=1, help="Seconds for one child process.")] = 120.0,
    project: Project = None,
    output_format: Annotated[
        ReportFormat, typer.Option("--format", help="text, json or junit.")
    ] = ReportFormat.TEXT,
) -> int:
    """Start a backend and try to break it: contract, schema, two users, forged tokens."""
    from sdd.cli.commands.verify import verify_command, verify_self_test_command  # noqa: PLC0415
    from sdd.wiring.verification import VerifyRequest  # noqa: PLC0415

    request = VerifyRequest(
        project=project,
        feature=feature,
        backend=backend,
        app=app_name,
        python=python,
        database_url=database_url,
        base_url=base_url,
        secret=secret,
        token_command=token_command,
        timeout=timeout,
    )
    if self_test:
        return verify_self_test_command(request, output_format)
    return verify_command(
        request, tuple(gate or ()), output_format=output_format, thorough=thorough
    )


@app.command()
def mcp(context: typer.Context, *, project: Project = None) -> int:
    """Serve the same abilities as an MCP server on standard input and output."""
    context.obj(project)
    return 0


@app.command()
def doctor(*, output_format: FormatOption = Format.TEXT) -> int:
    """Show what is installed, what is missing, and how to get it."""
    from sdd.cli.commands.doctor import doctor_command  # noqa: PLC0415

    return doctor_command(output_format)
