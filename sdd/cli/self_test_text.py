"""A self-test for people and for programs: which faults were seeded, and what became of each."""

from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from sdd.workflow.self_test import Fate, SelfTest, Trial

_STYLES = {
    Fate.CAUGHT: "green",
    Fate.SECOND_LOCK: "green",
    Fate.UNDECIDED: "yellow",
    Fate.MISSED: "red",
}


def print_self_test(console: Console, result: SelfTest, named: Path, *, verbose: bool) -> None:
    """Print a table by kind, each fault that was not caught, and the numbers."""
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


def self_test_data(result: SelfTest, named: Path) -> dict[str, Any]:
    """Return the same as plain data."""
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
