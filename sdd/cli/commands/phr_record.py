"""`sdd phr`: writes a prompt history record, asking for what it was not told."""

import sys
from dataclasses import dataclass
from pathlib import Path

from rich.text import Text

from sdd.cli.json_output import dumps
from sdd.cli.output import Output, make_output
from sdd.cli.streams import write
from sdd.errors import ConfigError, ExitCode
from sdd.records.phr import record_phr, suggest_title
from sdd.records.phr_draft import PhrRequest
from sdd.records.stages import NO_FEATURE, context_of
from sdd.wiring.history import find_author, open_history


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordArguments:
    """The options of `sdd phr`; None: not given."""

    title: str | None
    stage: str | None
    feature: str | None
    prompt: str | None
    prompt_file: str | None
    response_file: str | None
    model: str
    surface: str
    command: str
    labels: tuple[str, ...]
    files: tuple[str, ...]
    tests: tuple[str, ...]
    json: bool
    no_input: bool
    project: Path | None


def record_command(arguments: RecordArguments) -> int:
    """Write one record and print its id, path, stage and title."""
    output = make_output()
    asks = not arguments.no_input and sys.stdin.isatty() and output.err.is_terminal
    prompt = _prompt(arguments, output, asks=asks)
    stage = arguments.stage or (_ask(output, "Stage", "general") if asks else "general")
    context_of(stage)  # before more is asked: a stage that there is not
    proposed = suggest_title(prompt, stage)
    title = arguments.title or (_ask(output, "Title", proposed) if asks else proposed)
    feature = arguments.feature or (_ask(output, "Feature", NO_FEATURE) if asks else NO_FEATURE)
    history = open_history(arguments.project)
    author = find_author(history)
    request = PhrRequest(
        title=title,
        stage=stage,
        prompt=prompt,
        response=_read(arguments.response_file) if arguments.response_file else "",
        feature=feature,
        surface=arguments.surface,
        model=arguments.model,
        branch=author.branch,
        user=author.user,
        command=arguments.command,
        labels=arguments.labels,
        files=arguments.files,
        tests=arguments.tests,
    )
    recorded = record_phr(request, store=history.store, clock=history.clock, root=str(history.root))
    for redaction in recorded.redactions:
        output.err.print(f"Taken out before writing: {redaction}", soft_wrap=True)
    if arguments.json:
        write(dumps(recorded.as_json(str(history.root))))
        return ExitCode.CLEAN
    for key in ("id", "path", "stage", "title"):
        output.out.print(Text.assemble((f"{key}: ", "bold"), str(getattr(recorded, key))))
    return ExitCode.CLEAN


def _prompt(arguments: RecordArguments, output: Output, *, asks: bool) -> str:
    if arguments.prompt is not None:
        return arguments.prompt
    if arguments.prompt_file is not None:
        return _read(arguments.prompt_file)
    if not asks:
        raise ConfigError(
            "A record needs the prompt.", hint="Give --prompt-file FILE, or - for standard input."
        )
    return _ask(output, "Prompt", "")


def _ask(output: Output, name: str, proposal: str) -> str:
    shown = f"{name} [{proposal}]: " if proposal else f"{name}: "
    return output.err.input(shown).strip() or proposal


def _read(name: str) -> str:
    try:
        data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{name} is not UTF-8 text.", hint="Save it as UTF-8.") from error
    except OSError as error:
        raise ConfigError(
            f"{name} cannot be read: {error.strerror}.", hint="Check the path."
        ) from error
