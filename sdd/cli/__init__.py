"""The command line: arguments in, text and exit codes out."""


def run(arguments: list[str] | None = None, serve: object = None) -> None:
    """Run a command and end the process with its exit code.

    Args:
        arguments: The words after `sdd`; None: those of this process.
        serve: What `sdd mcp` calls: the other face, which this one does not know.
    """
    try:
        _take_termination_for_an_interruption()
        from sdd.cli.boundary import run_command  # noqa: PLC0415 - `sdd.cli` itself costs nothing

        status = run_command(arguments, serve)
    except KeyboardInterrupt:
        # ^C can also come while the boundary is imported, or while it answers a first ^C.
        import sys  # noqa: PLC0415 - as above

        sys.stderr.write("Interrupted.\n")
        status = 130
    if status == 130:  # noqa: PLR2004 - interrupted, as the shell says it
        _leave_at_once_when_interrupted()
    raise SystemExit(status)


def _take_termination_for_an_interruption() -> None:
    """Let SIGTERM, by which services and CI jobs are stopped, end a command as ^C does."""
    import signal  # noqa: PLC0415 - `sdd.cli` itself costs nothing

    # Whoever started us may have said that we are to ignore it.
    if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, signal.default_int_handler)


def _leave_at_once_when_interrupted() -> None:
    """Let a further ^C end what Python still does at its exit, without a word and with 130."""
    import os  # noqa: PLC0415 - rarely needed
    import signal  # noqa: PLC0415

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: os._exit(130))
