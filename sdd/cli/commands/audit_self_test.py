"""`sdd audit --self-test`: faults seeded into a copy of the code, and whether each is caught."""

from pathlib import Path

from sdd.cli.formats import AuditFormat
from sdd.cli.json_output import dumps
from sdd.cli.output import make_output
from sdd.cli.self_test_text import print_self_test, self_test_data
from sdd.cli.streams import write
from sdd.errors import ConfigError, ExitCode
from sdd.wiring.self_testing import self_test_folder


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
        write(dumps(self_test_data(result, named)))
    else:
        print_self_test(output.out, result, named, verbose=verbose)
    return ExitCode.CLEAN if result.is_passed else ExitCode.FINDINGS
