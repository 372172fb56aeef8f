"""The command line: arguments in, text and exit codes out."""


def run(arguments: list[str] | None = None) -> None:
    """Run a command and end the process with its exit code.

    Args:
        arguments: The words after `sdd`; None: those of this process.
    """
    try:
        from sdd.cli.boundary import run_command  # noqa: PLC0415 - `sdd.cli` itself costs nothing

        status = run_command(arguments)
    except KeyboardInterrupt:
        # ^C can also come while the boundary is imported, or while it answers a first ^C.
        import sys  # noqa: PLC0415 - as above

        sys.stderr.write("Interrupted.\n")
        status = 130
    raise SystemExit(status)
