"""The command line as the user typed it, for records."""

import shlex
import sys


def as_typed() -> str:
    """Return `sdd …` with its arguments, quoted where a shell would need it."""
    return shlex.join(["sdd", *sys.argv[1:]])
