"""`sdd spec diff`: where specs and backend say different things, both ways."""

from dataclasses import dataclass
from pathlib import Path

from sdd.cli.diagnostics import print_diagnostics
from sdd.cli.excerpts import read_lines_below
from sdd.cli.formats import SpecFormat
from sdd.cli.json_output import dumps
from sdd.cli.output import make_output
from sdd.cli.streams import write
from sdd.diagnostics import Diagnostic, Severity
from sdd.diagnostics.github import github_commands
from sdd.diagnostics.rules import descriptors
from sdd.diagnostics.sarif import Tool, sarif_log
from sdd.errors import ExitCode
from sdd.ir.drift.rules import DRIFT_RULES
from sdd.names import counted
from sdd.wiring.drift import ACCEPTED, Drift, find_drift


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffArguments:
    """The options of `sdd spec diff`.

    Attributes:
        accepting: The reason for accepting all there is; None: nothing is accepted.
        show_accepted: Show accepted differences too.
    """

    feature: str = "all"
    project: Path | None = None
    backend: Path | None = None
    accepting: str | None = None
    fail_on: Severity = Severity.WARNING
    show_accepted: bool = False
    output_format: SpecFormat = SpecFormat.TEXT


def diff_command(arguments: DiffArguments) -> int:
    """Compare specs and backend; ends 1 on differences that nobody accepted."""
    drift = find_drift(
        arguments.project,
        arguments.feature,
        arguments.backend,
        accepting=arguments.accepting,
    )
    found = drift.diagnostics
    open_ = [item for item in found if item.suppressed is None]
    match arguments.output_format:
        case SpecFormat.JSON:
            write(dumps(_data(drift, found)))
        case SpecFormat.SARIF:
            tool = Tool(
                name="sdd spec diff",
                rules=descriptors(DRIFT_RULES),
                path=lambda span: span.path,
            )
            write(sarif_log(tool, found))
        case SpecFormat.GITHUB:
            write(github_commands(open_, lambda span: span.path))
        case _:
            _print(drift, found if arguments.show_accepted else open_)
    levels = list(Severity)
    worst = levels.index(arguments.fail_on)
    failing = any(levels.index(item.severity) <= worst for item in open_)
    return ExitCode.FINDINGS if failing else ExitCode.CLEAN


def _data(drift: Drift, found: tuple[Diagnostic, ...]) -> dict[str, object]:
    judged = drift.judged
    accepted = {item.fingerprint: entry for item, entry in judged.accepted}
    differences = [*judged.open, *(item for item, _ in judged.accepted)]
    return {
        "schema_version": 1,
        "backend": drift.backend,
        "summary": {
            "endpoints": {"specs": drift.endpoints[0], "code": drift.endpoints[1]},
            "entities": {"specs": drift.entities[0], "code": drift.entities[1]},
            "open": len(judged.open),
            "accepted": len(judged.accepted),
            "gone": len(judged.gone),
        },
        "differences": [
            {
                "rule": item.rule,
                "severity": finding.severity,
                "subject": item.subject,
                "message": item.message,
                "only": item.only,
                "specs": item.spec,
                "code": item.code,
                "specs_place": item.spec_span,
                "code_place": item.code_span,
                "fingerprint": item.fingerprint,
                "accepted": accepted.get(item.fingerprint),
                "reason": finding.reason,
            }
            for item, finding in zip(differences, found, strict=True)
        ],
        "gone": judged.gone,
    }


def _print(drift: Drift, shown: list[Diagnostic] | tuple[Diagnostic, ...]) -> None:
    output = make_output()
    print_diagnostics(output.out, shown, read_lines_below(drift.root))
    judged = drift.judged
    output.out.print(
        f"{counted(drift.endpoints[0], 'endpoint')} and {counted(drift.entities[0], 'table')} "
        f"in the specs, "
        f"{drift.endpoints[1]} and {drift.entities[1]} in {drift.backend}: "
        f"{counted(len(judged.open), 'difference')}, {len(judged.accepted)} more accepted.",
        soft_wrap=True,
    )
    if judged.open:
        output.err.print("What is as it should be: sdd spec diff --accept --reason WHY")
    if drift.written is not None:
        output.err.print(f"Wrote {drift.written}.")
    elif judged.gone:
        output.err.print(
            f"specs/{ACCEPTED} accepts {counted(len(judged.gone), 'difference')} that "
            "nobody finds any more; --accept forgets them.",
            soft_wrap=True,
        )
