"""What a file that no app reaches says to an audit: so little that most edits change nothing."""

import hashlib

from sdd.program import Module


def makes_apps(module: Module) -> bool:
    """Whether an app may be made in a file; such files are run first."""
    text = module.source.text
    return "FastAPI" in text or "Starlette(" in text


def standing(module: Module) -> str:
    """Return a hash of all that counts of a file that is not run.

    Its absolute imports have a say in which folder imports start from, and a file that makes an
    app would be run.
    """
    return hashlib.sha256(repr((module.imports, makes_apps(module))).encode()).hexdigest()
