"""`sdd phr`: writes, lists, shows, searches, checks and mends prompt history records."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rich.text import Text

from sdd.changes import apply_changes
from sdd.cli.diagnostics import print_diagnostics
from sdd.cli.excerpts import read_lines_below
from sdd.cli.formats import Format
from sdd.cli.json_output import dumps
from sdd.cli.links import write_links
from sdd.cli.output import Output, make_output
from sdd.cli.streams import write
from sdd.diagnostics import errors
from sdd.errors import ConfigError, ExitCode
from sdd.names import nearest
from sdd.records import STAGES, Phr, PhrRequest, record_phr, suggest_title
from sdd.records.checking import check_phrs
from sdd.records.fixing import fix_phrs
from sdd.records.library import list_phrs, search_phrs, stats
from sdd.records.stages import NO_FEATURE
from sdd.wiring.history import links_of, open_history


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
    if stage not in STAGES:
        near = nearest(stage, STAGES) or STAGES
        raise ConfigError(f"There is no stage '{stage}'.", hint=f"Nearest: {', '.join(near)}.")
    proposed = suggest_title(prompt, stage)
    title = arguments.title or (_ask(output, "Title", proposed) if asks else proposed)
    feature = arguments.feature or (_ask(output, "Feature", NO_FEATURE) if asks else NO_FEATURE)
    history = open_history(arguments.project)
    request = PhrRequest(
        title=title,
        stage=stage,
        prompt=prompt,
        response=_read(arguments.response_file) if arguments.response_file else "",
        feature=feature,
        surface=arguments.surface,
        model=arguments.model,
        branch=history.branch,
        user=history.user,
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


def list_command(feature: str | None, project: Path | None, output_format: Format) -> int:
    """Print the records of a project, or of one feature."""
    found = [
        phr
        for phr in list_phrs(open_history(project).store)
        if feature is None or phr.feature == feature
    ]
    if output_format is Format.JSON:
        write(dumps({"schema_version": 1, "records": [_brief(phr) for phr in found]}))
        return ExitCode.CLEAN
    widest = max((len(phr.title) for phr in found), default=0)
    # Thousands of rows: plain lines, because laying out a table of them takes seconds.
    write(
        "".join(
            f"{phr.id:<4}  {phr.stage:<12}  {phr.title:<{widest}}  {phr.path}\n" for phr in found
        )
    )
    return ExitCode.CLEAN


def _brief(phr: Phr) -> Mapping[str, object]:
    names = ("id", "title", "stage", "date", "feature", "model", "path")
    return {name: getattr(phr, name) for name in names}


def show_command(name: str, project: Path | None, output_format: Format) -> int:
    """Print a record and its links; it is found by path, number or a part of its file name."""
    history = open_history(project)
    records = list_phrs(history.store)
    wanted = name.lstrip("0")
    found = [
        phr
        for phr in records
        if str(phr.path) == name
        or (wanted.isdecimal() and phr.number == int(wanted))
        or name in phr.path.name
    ]
    if not found:
        raise ConfigError(f"There is no record '{name}'.", hint="`sdd phr list` shows them.")
    if len(found) > 1:
        places = ", ".join(str(phr.path) for phr in found)
        raise ConfigError(f"Several records fit '{name}'.", hint=f"Name one by path: {places}.")
    phr = found[0]
    to, linked_from = links_of(phr, records, history)
    if output_format is Format.JSON:
        texts = {"prompt": phr.prompt, "response": phr.response}
        links = {"links_to": to, "linked_from": linked_from}
        write(dumps({"schema_version": 1, "record": {**_brief(phr), **texts, **links}}))
        return ExitCode.CLEAN
    write(phr.text if phr.text.endswith("\n") else f"{phr.text}\n")
    write_links(to, linked_from)
    return ExitCode.CLEAN


def search_command(text: str, project: Path | None, output_format: Format) -> int:
    """Print every line of a record that holds the text."""
    hits = search_phrs(open_history(project).store, text)
    if output_format is Format.JSON:
        rows = [{"file": hit.phr.path, "line": hit.line, "text": hit.excerpt} for hit in hits]
        write(dumps({"schema_version": 1, "hits": rows}))
        return ExitCode.CLEAN
    out = make_output().out
    for hit in hits:
        place = (f"{hit.phr.path}:{hit.line}: ", "bold")
        out.print(Text.assemble(place, hit.excerpt), soft_wrap=True)
    return ExitCode.CLEAN


def check_command(project: Path | None, output_format: Format) -> int:
    """Print what is wrong with the records; ends 1 when one is not valid."""
    history = open_history(project)
    records = list_phrs(history.store)
    found = check_phrs(records, known_paths=set(history.store.paths()))
    bad = errors(found)
    if output_format is Format.JSON:
        write(dumps({"schema_version": 1, "records": len(records), "diagnostics": found}))
        return ExitCode.FINDINGS if bad else ExitCode.CLEAN
    output = make_output()
    print_diagnostics(output.out, found, read_lines_below(history.root))
    output.out.print(f"{len(records)} records, {len(bad)} errors, {len(found)} remarks in all.")
    return ExitCode.FINDINGS if bad else ExitCode.CLEAN


def fix_command(project: Path | None, *, yes: bool) -> int:
    """Repair what needs no judgement, after asking; prompts and responses stay as they are."""
    history = open_history(project)
    output = make_output()
    change_set = fix_phrs(list_phrs(history.files), history.files, root=str(history.root))
    if not change_set:
        output.out.print("Nothing to repair.")
        return ExitCode.CLEAN
    for change in change_set.changes:
        output.out.print(f"{change.path}: {change.purpose or 'repair'}", soft_wrap=True)
    if not yes:
        if not sys.stdin.isatty():
            output.err.print("Nothing was written; --yes writes these repairs.")
            return ExitCode.NEEDS_HUMAN
        if _ask(output, "Write these repairs? y/n", "n").lower() not in {"y", "yes"}:
            output.err.print("Nothing was written.")
            return ExitCode.CLEAN
    apply_changes(change_set, history.files)
    output.out.print(f"{len(change_set.changes)} files repaired.")
    return ExitCode.CLEAN


def stats_command(project: Path | None, output_format: Format) -> int:
    """Print counts by stage, feature, model and month."""
    counts = stats(list_phrs(open_history(project).store))
    if output_format is Format.JSON:
        write(dumps({"schema_version": 1, "stats": counts}))
        return ExitCode.CLEAN
    out = make_output().out
    out.print(f"{counts.total} records, {counts.prompt_characters:,} characters of prompts")
    for name in ("stages", "features", "models", "months"):
        shown = ", ".join(f"{key} {number}" for key, number in getattr(counts, name).items())
        out.print(Text.assemble((f"{name}: ", "bold"), shown), soft_wrap=True)
    return ExitCode.CLEAN
