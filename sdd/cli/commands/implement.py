"""`sdd implement`: sets a run up, shows it, prints what it came to."""

import asyncio
import json
import signal
import sys
import tomllib
from collections.abc import Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from rich.console import Console

from sdd.adapters.disk import DiskFiles
from sdd.cli.command_line import as_typed
from sdd.cli.commands.worker import queue_command
from sdd.cli.excerpts import read_lines_below
from sdd.cli.formats import Format
from sdd.cli.json_output import dumps, to_json
from sdd.cli.output import make_output
from sdd.cli.progress import LiveProgress, PlainProgress, SilentProgress
from sdd.cli.questions import question_text
from sdd.cli.run_report import print_run_report
from sdd.cli.streams import write
from sdd.errors import ConfigError
from sdd.ir import Question
from sdd.wiring.compose import Asked, compose_run
from sdd.wiring.project import find_project
from sdd.workflow.implement import implement
from sdd.workflow.report import RunReport
from sdd.workflow.runs import show_run

Progress = LiveProgress | PlainProgress | SilentProgress


@dataclass(frozen=True, slots=True, kw_only=True)
class ImplementArguments:
    """The options of `sdd implement` as given; None: not given."""

    feature: str
    queue: str | None = None
    wait: bool = False
    model: str | None = None
    agent: str | None = None
    parallel: int | None = None
    budget_usd: Decimal | None = None
    max_tokens: int | None = None
    timeout: float | None = None
    max_rounds: int | None = None
    dry_run: bool = False
    answers: Path | Mapping[str, str] | None = None
    resume: str | None = None
    commit: bool = False
    layout: str | None = None
    style: str | None = None
    auth_mode: str | None = None
    thorough: bool = False
    keep: bool = False
    overwrite: bool = False
    allow_partial: bool = False
    lead: bool = False
    append_findings: bool = False
    no_input: bool = False
    project: Path | None = None
    output_format: Format = Format.TEXT
    quiet: bool = False
    verbose: bool = False


def implement_command(arguments: ImplementArguments) -> int:
    """Run `sdd implement` and return its exit code."""
    if arguments.keep and arguments.overwrite:
        raise ConfigError("--keep and --overwrite contradict each other.", hint="Choose one.")
    if not arguments.feature:
        raise ConfigError("No feature was named.", hint="Name one of specs/, or give --all.")
    if arguments.queue is not None:
        _require_queueable(arguments)
        return queue_command(
            arguments.queue, _asked(arguments), arguments.output_format, wait=arguments.wait
        )
    if arguments.wait:
        raise ConfigError(
            "--wait waits for a worker, and the run is left to none.",
            hint="Give --queue too, or leave --wait out.",
        )
    output = make_output(quiet=arguments.quiet, verbose=arguments.verbose)
    progress: Progress
    if arguments.quiet:
        progress = SilentProgress()
    elif output.live:
        progress = LiveProgress(output.err)
    else:
        progress = PlainProgress(output.err, verbose=arguments.verbose)
    interactive = not arguments.no_input and output.err.is_terminal and _stdin_is_terminal()
    run = compose_run(_asked(arguments), ask=_Asker(output.err, progress) if interactive else None)
    with progress:
        report = asyncio.run(_stoppable(implement(run.request, run.ports, progress)))
    if arguments.output_format is Format.JSON:
        write(dumps({"schema_version": 1, **to_json(report)}))
    else:
        read_line = read_lines_below(run.project)
        print_run_report(output.out, report, read_line, verbose=arguments.verbose)
    return report.exit_code


async def _stoppable(run: Coroutine[None, None, RunReport]) -> RunReport:
    """Wait for a run; SIGTERM cancels it as ^C does, so that it keeps what it has and says so."""
    task = asyncio.current_task()
    # Neither Windows nor a thread beside the main one has signals in its loop.
    with suppress(NotImplementedError, RuntimeError, ValueError):
        if task is not None:
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    return await run


def _require_queueable(arguments: ImplementArguments) -> None:
    if arguments.dry_run or arguments.resume:
        raise ConfigError(
            "A queue takes new runs alone: no --dry-run, no --resume.",
            hint="A worker goes on with what was interrupted by itself.",
        )


def resume_command(
    run_id: str, project: Path | None, output_format: Format, *, quiet: bool, verbose: bool
) -> int:
    """Go on with an interrupted run, asked for by its id alone."""
    root = find_project(project or Path.cwd(), explicit=project is not None)
    run = show_run(DiskFiles(root), run_id)
    options = dict(run.options)
    return implement_command(
        ImplementArguments(
            feature=run.feature,
            model=run.model,
            resume=run.id,
            answers=options.pop("answers", {}),
            **options,
            project=root,
            output_format=output_format,
            quiet=quiet,
            verbose=verbose,
        )
    )


def _asked(arguments: ImplementArguments) -> Asked:
    return Asked(
        feature=arguments.feature,
        project=arguments.project,
        model=arguments.model,
        agent=arguments.agent,
        parallel=arguments.parallel,
        budget_usd=arguments.budget_usd,
        max_tokens=arguments.max_tokens,
        timeout=arguments.timeout,
        max_rounds=arguments.max_rounds,
        dry_run=arguments.dry_run,
        answers=_answers(arguments.answers),
        resume=arguments.resume,
        commit=arguments.commit,
        layout=arguments.layout,
        style=arguments.style,
        auth_mode=arguments.auth_mode,
        thorough=arguments.thorough,
        keep=arguments.keep,
        overwrite=arguments.overwrite,
        allow_partial=arguments.allow_partial,
        lead=arguments.lead,
        append_findings=arguments.append_findings,
        no_input=arguments.no_input,
        command=as_typed(),
    )


def _answers(path: Path | Mapping[str, str] | None) -> Mapping[str, str]:
    if not isinstance(path, Path):
        return path or {}
    try:
        text = path.read_text(encoding="utf-8")
        table = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except OSError as error:
        raise ConfigError(
            f"The answers file {path} cannot be read: {error.strerror}.", hint="Check the path."
        ) from error
    except ValueError as error:
        raise ConfigError(
            f"The answers file {path} is neither TOML nor JSON: {error}.",
            hint='Write one line for each question: question-id = "answer".',
        ) from error
    if not isinstance(table, dict) or any(isinstance(item, dict | list) for item in table.values()):
        raise ConfigError(
            f"The answers file {path} must map question ids to single answers.",
            hint='Write one line for each question: question-id = "answer".',
        )
    return {str(key): str(value) for key, value in table.items()}


def _stdin_is_terminal() -> bool:
    return sys.stdin is not None and sys.stdin.isatty()


def _how_to_answer(question: Question) -> str:
    ways = ["a number chooses"] if question.choices else []
    ways += ["Enter takes the proposal"] if question.proposal else []
    return f"Answer ({', '.join(ways)}): " if ways else "Answer: "


@dataclass(frozen=True, slots=True)
class _Asker:
    """Asks a question at the terminal; an empty answer takes the proposal."""

    console: Console
    progress: Progress

    def __call__(self, question: Question) -> str | None:
        with self.progress.paused():
            self.console.print(question_text(question), soft_wrap=True)
            try:
                answer = self.console.input(_how_to_answer(question)).strip()
            except EOFError:
                return None
        if answer.isdigit() and 1 <= int(answer) <= len(question.choices):
            return question.choices[int(answer) - 1]
        return answer or question.proposal
