"""The command line: arguments in, text and exit codes out."""


def run(arguments: list[str] | None = None) -> None:
    """Run a command and end the process with its exit code.

    Args:
        arguments: The words after `sdd`; None: those of this process.
    """
    from sdd.cli.boundary import run_command  # noqa: PLC0415 - keeps the import of `sdd.cli` free

    raise SystemExit(run_command(arguments))
