"""The one place where every error becomes a sentence and an exit code."""

import json
import os
import sys
from itertools import pairwise
from pathlib import Path

import typer

from sdd import __version__
from sdd.errors import ExitCode, SddError


def run_command(arguments: list[str] | None, serve: object = None) -> int:
    """Run the command line to its exit code; nothing that it raises reaches the user raw."""
    try:
        status = _invoke(_application(arguments), arguments, serve)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader has gone, as in `sdd … | head`; Python must not complain at its exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.CLEAN
    except SddError as error:
        _say(error)
        if _wants_json(sys.argv[1:] if arguments is None else arguments):
            _say_json(error)
        return error.exit_code
    except (KeyboardInterrupt, typer.Abort):
        sys.stderr.write("Interrupted.\n")
        return ExitCode.INTERRUPTED
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        sys.stderr.write(f"error: {error.strerror or error}{where}.\n")
        sys.stderr.write("  hint: Check the path, its permissions and the space on the disk.\n")
        return ExitCode.USAGE
    except Exception as error:  # noqa: BLE001 - the boundary: our bugs end here
        return _bug(error)
    if status == ExitCode.INTERRUPTED:
        # The parser turns ^C into this status without a word.
        sys.stderr.write("Interrupted.\n")
    return status


def _application(arguments: list[str] | None) -> typer.Typer:
    """Return the commands; the audit, which runs before each commit, without the others."""
    words = sys.argv[1:] if arguments is None else arguments
    if words[:1] == ["audit"]:
        from sdd.cli.apps.audit import audit_alone  # noqa: PLC0415 - as below

        return audit_alone()
    from sdd.cli.app import app  # noqa: PLC0415 - declared after the boundary stands

    return app


def _invoke(app: typer.Typer, arguments: list[str] | None, serve: object) -> int:
    try:
        result = app(args=arguments, standalone_mode=False, prog_name="sdd", obj=serve)
    except typer.Exit as ending:
        return ending.exit_code
    except SystemExit as ending:
        # So the parser leaves when the reader of a pipe has gone while a command still wrote.
        if isinstance(ending.__context__, BrokenPipeError):
            raise ending.__context__ from None
        raise
    except Exception as error:
        if not hasattr(error, "format_message"):
            raise
        return _usage(error)
    return result if isinstance(result, int) else ExitCode.CLEAN


def _usage(error: Exception) -> int:
    """Show a usage error of the argument parser in our own form."""
    message = str(error.format_message())  # type: ignore[attr-defined]
    message = message.replace(": Value error, ", ": ")  # the parser's library names its own kind
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "sdd"
    if type(error).__name__ == "NoArgsIsHelpError":  # its message is the help itself
        sys.stderr.write(f"{message.strip()}\n")
        return ExitCode.USAGE
    if message:
        sys.stderr.write(f"error: {message.strip()}\n")
    sys.stderr.write(f"  hint: See `{command} --help`.\n")
    return ExitCode.USAGE


def _say(error: SddError) -> None:
    sys.stderr.write(f"error: {error.message}\n")
    if error.hint:
        sys.stderr.write(f"  hint: {error.hint}\n")


def _wants_json(arguments: list[str]) -> bool:
    pairs = pairwise(arguments)
    return "--format=json" in arguments or ("--format", "json") in pairs


def _say_json(error: SddError) -> None:
    """Give a program that reads standard output the same sentence as the human."""
    said = {"message": error.message, "hint": error.hint, "exit_code": int(error.exit_code)}
    sys.stdout.write(json.dumps({"schema_version": 1, "error": said}, ensure_ascii=False) + "\n")


def _bug(error: Exception) -> int:
    """Keep the traceback in a file that can be sent to us; the user reads two sentences."""
    import tempfile  # noqa: PLC0415 - a start costs what it loads
    import traceback  # noqa: PLC0415 - as above

    from sdd.records.redaction import redact  # noqa: PLC0415 - as above

    text = "".join(traceback.format_exception(error))
    report = f"sdd {__version__}, Python {sys.version.split()[0]}\n\n{redact(text)[0]}"
    place = Path(tempfile.gettempdir()) / f"sdd-bug-{os.getpid()}.txt"
    try:
        place.write_text(report, encoding="utf-8")
        where = f"The details are in {place}."
    except OSError:
        where = f"{type(error).__name__}: {redact(str(error))[0]}"
    sys.stderr.write(
        f"error: This is a bug in sdd ({type(error).__name__}), not in your project.\n"
    )
    sys.stderr.write(f"  hint: {where} Please report it with that file.\n")
    return ExitCode.BUG
