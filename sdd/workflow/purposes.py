"""One line on what a file of a backend does, taken from the file itself."""

import ast
from pathlib import PurePosixPath

from sdd.ports import ReadableFiles
from sdd.text import decode

_BY_NAME = {
    ".env.example": "Settings, without their values",
    ".gitignore": "What git leaves alone",
    "alembic.ini": "Settings of the migrations",
    "pyproject.toml": "Dependencies and tools",
    "README.md": "How to start, test and try the backend",
    "script.py.mako": "Template of new migrations",
}


def purpose_of(files: ReadableFiles, path: PurePosixPath) -> str:
    """Return the first line of a module's docstring, or what files of its name are for."""
    if path.name in _BY_NAME:
        return _BY_NAME[path.name]
    if path.suffix != ".py":
        return ""
    try:
        tree = ast.parse(decode(str(path), files.read(path) or b"").text)
    except (SyntaxError, ValueError, RecursionError):
        return ""
    docstring = ast.get_docstring(tree) or ""
    return docstring.strip().split("\n")[0]
