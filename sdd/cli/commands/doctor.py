"""`sdd doctor`: what is installed, what is missing, how to get it."""

from rich.table import Table
from rich.text import Text

from sdd.cli.formats import Format
from sdd.cli.json_output import dumps
from sdd.cli.output import make_output
from sdd.cli.streams import write
from sdd.errors import ExitCode
from sdd.wiring.doctor import examine
from sdd.wiring.settings import current_environment


def doctor_command(output_format: Format) -> int:
    """Print what was found; a missing optional part is no failure."""
    checks = examine(current_environment())
    if output_format is Format.JSON:
        write(dumps({"schema_version": 1, "checks": checks}))
        return ExitCode.CLEAN
    table = Table.grid(padding=(0, 2))
    for check in checks:
        mark = Text("✓", style="green") if check.found else Text("-", style="yellow")
        detail = check.found or f"missing; needed for {check.needed_for}. {check.remedy}"
        table.add_row(mark, check.name, Text(detail))
    make_output().out.print(table)
    return ExitCode.CLEAN
