"""`sdd adr`: suggests, writes, lists, shows, supersedes and checks decision records."""

import sys
from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from pathlib import Path, PurePosixPath

from rich.table import Table
from rich.text import Text

from sdd.changes import apply_changes
from sdd.cli.diagnostics import print_diagnostics
from sdd.cli.excerpts import read_lines_below
from sdd.cli.formats import Format
from sdd.cli.json_output import dumps
from sdd.cli.links import write_links
from sdd.cli.output import Output, make_output
from sdd.cli.streams import say, write
from sdd.diagnostics import errors
from sdd.errors import ConfigError, ExitCode
from sdd.names import counted
from sdd.records.adr import Adr, AdrRequest, list_adrs, new_adr, supersede
from sdd.records.adr_checking import check_adrs, check_against_adrs
from sdd.records.decisions import find_decisions
from sdd.records.library import list_phrs
from sdd.records.suggestions import Evidence, Suggestion, draft_of, suggest_adrs
from sdd.speclang.documents import numbered_name
from sdd.wiring.history import History, open_history
from sdd.wiring.links import latest_record, links_of, spec_documents

_EVIDENCE = frozenset({"research.md", "plan.md"})


def new_command(title: str, feature: str, project: Path | None) -> int:
    """Create a proposed record; under a suggested title, with what the documents say filled in."""
    history = open_history(project)
    drafts = {item.title: draft_of(item) for item in _suggestions(history, None)}
    request = drafts.get(title, AdrRequest(title=title, feature=feature))
    make_output().out.print(f"{_write(request, history)}", soft_wrap=True)
    return ExitCode.CLEAN


def _write(request: AdrRequest, history: History) -> PurePosixPath:
    """Write a record that leads to the prompt history record in which the matter came up."""
    named = numbered_name(request.feature) or request.feature
    request = replace(request, phr=latest_record(history, named))
    return new_adr(request, store=history.store, clock=history.clock).path


def list_command(project: Path | None, output_format: Format) -> int:
    """Print the decision records of a project."""
    found = list_adrs(open_history(project).files)
    if output_format is Format.JSON:
        write(dumps({"schema_version": 1, "adrs": [_brief(adr) for adr in found]}))
        return ExitCode.CLEAN
    table = Table.grid(padding=(0, 2))
    for adr in found:
        table.add_row(_number(adr), Text(adr.status), Text(adr.title), Text(str(adr.path)))
    if found:
        make_output().out.print(table)
    else:
        say('There are no decision records yet: `sdd adr suggest`, or `sdd adr new "TITLE"`.')
    return ExitCode.CLEAN


def _brief(adr: Adr) -> Mapping[str, object]:
    names = ("number", "title", "status", "date", "feature", "path")
    return {name: getattr(adr, name) for name in names}


def _number(adr: Adr) -> str:
    return f"{adr.number:04d}" if adr.number is not None else "-"


def _find(records: tuple[Adr, ...], name: str) -> Adr:
    wanted = name.lstrip("0")
    for adr in records:
        if str(adr.path) == name or (wanted.isdecimal() and adr.number == int(wanted)):
            return adr
    raise ConfigError(f"There is no decision record '{name}'.", hint="`sdd adr list` shows them.")


def show_command(name: str, project: Path | None) -> int:
    """Print one record, found by its number or path, and its links."""
    history = open_history(project)
    adr = _find(list_adrs(history.files), name)
    write(adr.text if adr.text.endswith("\n") else f"{adr.text}\n")
    write_links(*links_of(adr, list_phrs(history.store), history))
    return ExitCode.CLEAN


def supersede_command(old: str, new: str, project: Path | None) -> int:
    """Mark one record as superseded by another, in both."""
    files = open_history(project).files
    records = list_adrs(files)
    change_set = supersede(_find(records, old), _find(records, new), files)
    apply_changes(change_set, files)
    for change in change_set.changes:
        make_output().out.print(str(change.path))
    return ExitCode.CLEAN


def check_command(project: Path | None, output_format: Format) -> int:
    """Print what is wrong with the records, and what goes against one; ends 1 on errors."""
    history = open_history(project)
    records = list_adrs(history.files)
    documents = spec_documents(history, _EVIDENCE)
    decisions = [decision for item in documents for decision in find_decisions(item)]
    found = (
        *check_adrs(records, known_paths=set(history.files.paths())),
        *check_against_adrs(records, decisions=decisions),
    )
    bad = errors(found)
    if output_format is Format.JSON:
        write(dumps({"schema_version": 1, "adrs": len(records), "diagnostics": found}))
    else:
        output = make_output()
        print_diagnostics(output.out, found, read_lines_below(history.root))
        what = "decision record" if len(records) == 1 else "decision records"
        output.out.print(f"{len(records)} {what}, {counted(len(bad), 'error')}.")
    return ExitCode.FINDINGS if bad else ExitCode.CLEAN


def _suggestions(history: History, feature: str | None) -> tuple[Suggestion, ...]:
    documents = spec_documents(history, _EVIDENCE, feature)
    if feature is not None and not documents:
        others = {
            PurePosixPath(item.path).parent.name for item in spec_documents(history, _EVIDENCE)
        }
        raise ConfigError(
            f"No feature '{feature}' has a research.md or a plan.md below specs/.",
            hint=f"These have: {', '.join(sorted(others))}." if others else "There is none at all.",
        )
    return suggest_adrs(
        Evidence(
            feature=feature or "none",
            documents=documents,
            existing=list_adrs(history.files),
        )
    )


class Consent(StrEnum):
    """Whether a person agrees that suggested records are written; nobody else can."""

    GIVEN = "given"
    ASKED = "asked"
    REFUSED = "refused"


def suggest_command(
    feature: str | None, project: Path | None, output_format: Format, *, consent: Consent
) -> int:
    """Print what deserves a record and has none; only what a person agrees to is created."""
    history = open_history(project)
    found = _suggestions(history, feature)
    if output_format is Format.JSON:
        written = [_write(draft_of(item), history) for item in found if consent is Consent.GIVEN]
        write(dumps({"schema_version": 1, "suggestions": found, "written": written}))
        return ExitCode.CLEAN
    output = make_output()
    asks = consent is Consent.ASKED and sys.stdin.isatty() and output.err.is_terminal
    for suggestion in found:
        output.out.print(Text(suggestion.text), soft_wrap=True)
        for line in suggestion.evidence:
            output.out.print(Text(f"   {line}", style="dim"), soft_wrap=True)
        agreed = asks and _agrees(output)
        if agreed or consent is Consent.GIVEN:
            output.out.print(Text(f"   {_write(draft_of(suggestion), history)}"), soft_wrap=True)
    if not found:
        output.err.print("Nothing that deserves a decision record and has none.")
    return ExitCode.CLEAN


def _agrees(output: Output) -> bool:
    answer = output.err.input("   Write a proposed record of it? y/n [n]: ")
    return answer.strip().lower() in {"y", "yes"}
