"""Asks a backend's interpreter which imports of other people's packages lead nowhere."""

import json
from collections.abc import Sequence
from importlib.resources import files

from sdd.errors import WorkspaceError
from sdd.verify.sandbox import find_sandbox
from sdd.verify.target import VerifyContext


def missing_imports(
    context: VerifyContext, wanted: Sequence[tuple[str, Sequence[str]]]
) -> tuple[str, ...]:
    """Return, for each module with names, what its import asks for in vain; "" where nothing.

    A child that cannot answer vouches for nothing and accuses nobody: everything is "".
    """
    target = context.target
    script = files("sdd.verify").joinpath("probe", "importable.py")
    sandbox = find_sandbox(context.processes, target.folder, target.python, network=False)
    nothing = tuple("" for _ in wanted)
    try:
        ended = context.processes.run(
            sandbox.wrap([target.python, "-I", "-B", str(script)]),
            folder=target.folder,
            environment={"PYTHONDONTWRITEBYTECODE": "1", "LANG": "C.UTF-8"},
            timeout=context.timeout,
            stdin=json.dumps([[module, list(names)] for module, names in wanted]),
        )
        answers = json.loads(ended.stdout.strip().rpartition("\n")[2] or "[]")
    except (WorkspaceError, ValueError):
        return nothing
    return tuple(map(str, answers)) if len(answers) == len(nothing) else nothing
