"""`sdd audit --self-test`: faults seeded into a copy of the code, and whether each is caught."""

from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from sdd.cli.json_output import dumps
from sdd.cli.output import AuditFormat, make_output, write
from sdd.errors import ConfigError, ExitCode
from sdd.wiring.self_testing import self_test_folder
from sdd.workflow.self_test import Fate, SelfTest, Trial

_STYLES = {
    Fate.CAUGHT: "green",
    Fate.SECOND_LOCK: "green",
    Fate.UNDECIDED: "yellow",
    Fate.MISSED: "red",
}


def audit_self_test_command(
    folder: Path | None, output_format: AuditFormat, *, verbose: bool
) -> int:
    """Show what the audit makes of faults in this very code; ends 1 if one is not caught."""
    if output_format not in {AuditFormat.TEXT, AuditFormat.JSON}:
        raise ConfigError(
            f"--self-test has no form {output_format.value}.", hint="Use text or json."
        )
    output = make_output()
    with output.err.status("reading …") as status:
        named, result = self_test_folder(
            folder, lambda done, every: status.update(f"fault {done + 1} of {every} …")
        )
    if output_format is AuditFormat.JSON:
        write(dumps(_data(result, named)))
    else:
        _print(output.out, result, named, verbose=verbose)
    return ExitCode.CLEAN if result.is_passed else ExitCode.FINDINGS


def _print(console: Console, result: SelfTest, named: Path, *, verbose: bool) -> None:
    table = Table(box=None, pad_edge=False)
    table.add_column("fault")
    for heading in ("seeded", *(fate.value for fate in Fate)):
        table.add_column(heading, justify="right")
    for kind in dict.fromkeys(trial.mutation.kind.value for trial in result.trials):
        counts = [result.count(fate, kind) for fate in Fate]
        table.add_row(kind, str(sum(counts)), *map(_number, counts, Fate))
    console.print(table)
    for trial in result.trials:
        if verbose or trial.fate in {Fate.UNDECIDED, Fate.MISSED}:
            _print_trial(console, trial, named)
    seeded = len(result.trials)
    of_possible = "" if seeded == result.possible else f" of {result.possible} possible"
    console.print(
        f"{seeded}{of_possible} faults in {result.routes} proved routes: "
        + ", ".join(f"{result.count(fate)} {_IN_WORDS[fate]}" for fate in Fate)
        + ".",
        soft_wrap=True,
    )


_IN_WORDS = {
    Fate.CAUGHT: "caught",
    Fate.SECOND_LOCK: "stopped by a second lock",
    Fate.UNDECIDED: "undecided",
    Fate.MISSED: "missed",
}


def _number(count: int, fate: Fate) -> Text:
    return Text(str(count) if count else "·", style=_STYLES[fate] if count else "dim")


def _print_trial(console: Console, trial: Trial, named: Path) -> None:
    mutation = trial.mutation
    place = f"{named / mutation.span.path}:{mutation.span.line}"
    line = Text(f"{trial.fate.value}  ", style=_STYLES[trial.fate])
    line.append(f"{mutation.kind.value}, {place}: {' '.join(mutation.title.split())}", style="")
    console.print(line, soft_wrap=True)
    console.print(Text(f"  {trial.told}", style="dim"), soft_wrap=True)


def _data(result: SelfTest, named: Path) -> dict[str, Any]:
    return {
        "schema_version": 1,
        "root": str(named),
        "summary": {
            "routes": result.routes,
            "possible": result.possible,
            "seeded": len(result.trials),
            **{fate.name.lower(): result.count(fate) for fate in Fate},
        },
        "faults": [
            {
                "kind": trial.mutation.kind.value,
                "title": trial.mutation.title,
                "file": trial.mutation.span.path,
                "line": trial.mutation.span.line,
                "routes": trial.mutation.entries,
                "fate": trial.fate.name.lower(),
                "because": trial.told,
            }
            for trial in result.trials
        ],
    }
