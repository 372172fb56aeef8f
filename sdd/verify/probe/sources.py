"""What the source text tells before it is imported: wanted settings, where the app is."""

import importlib.util
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_SKIPPED = frozenset(
    {
        "venv",
        "env",
        "node_modules",
        "__pycache__",
        "site-packages",
        "tests",
        "test",
        "build",
        "dist",
    }
)
_MOST_FILES = 2000
_MOST_BYTES = 400_000
_REQUIRED = re.compile(r"""\benviron\[\s*["'](\w+)["']\s*\]""")
_OPTIONAL = re.compile(r"""\b(?:getenv|environ\.get|config|env)\(\s*["']([A-Z][A-Z0-9_]*)["']""")
_FIELD = re.compile(r"^\s+(\w+)\s*:\s*([\w.\[\]| ]+?)\s*(=.*)?$", re.MULTILINE)
_FROM_ABOVE = re.compile(r"^(?:from|import) (\w+)\.([\w.]+)", re.MULTILINE)
_ANY_NAME = "backend"
_FROM_SRC = re.compile(r"^(?:from|import) src\b", re.MULTILINE)
_RELATIVE = re.compile(r"^from \.", re.MULTILINE)
_PREFIX = re.compile(r"""env_prefix\s*=\s*["'](\w+)["']""")
_ANNOTATED = r"(\w+)[ \t]*(?::[ \t]*[\w.]+[ \t]*)?=[ \t]*"
_RETURNS_APP = re.compile(r"^def (\w+)\([^)]*\)[ \t]*->[ \t]*(?:fastapi\.)?FastAPI\b", re.MULTILINE)
_FACTORY_NAME = r"(?:create|make|get|build)_app\w*"
# The most likely first; an indented assignment is a module's `try`, or local to a factory.
_PATTERNS = tuple(
    re.compile(pattern, re.MULTILINE)
    for pattern in (
        rf"^{_ANNOTATED}(?:fastapi\.)?FastAPI\(",
        rf"^{_ANNOTATED}{_FACTORY_NAME}\(",
        rf"^[ \t]+{_ANNOTATED}{_FACTORY_NAME}\(",
        rf"^def ({_FACTORY_NAME})\(",
    )
)


@dataclass(frozen=True)
class Setting:
    """A variable of the environment; `required` when the backend fails without it."""

    name: str
    kind: str
    required: bool


def python_files(folder: Path) -> Iterator[Path]:
    """Yield the backend's own modules, nearest to the root first."""
    waiting = [folder]
    count = 0
    while waiting:
        here = waiting.pop(0)
        try:
            entries = sorted(here.iterdir())
        except OSError:
            continue
        for entry in entries:
            if entry.is_symlink() or entry.name.startswith("."):
                continue
            if entry.is_dir() and entry.name not in _SKIPPED:
                waiting.append(entry)
            elif entry.suffix == ".py" and entry.stat().st_size < _MOST_BYTES:
                count += 1
                if count > _MOST_FILES:
                    return
                yield entry


def read(path: Path) -> str:
    """Return a file's text, whatever its encoding; empty when it cannot be read."""
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def settings(texts: list[str]) -> list[Setting]:
    """List the environment variables that the source text reads."""
    found: dict[str, Setting] = {}
    for text in texts:
        for name in _REQUIRED.findall(text):
            found[name] = Setting(name, "str", required=True)
        for name in _OPTIONAL.findall(text):
            found.setdefault(name, Setting(name, "str", required=False))
        if "BaseSettings" in text:
            prefix = (_PREFIX.findall(text) or [""])[0]
            for name, kind, default in _FIELD.findall(text):
                upper = f"{prefix}{name}".upper()
                needed = not default or re.match(r"=\s*Field\(\s*\.\.\.", default) is not None
                found.setdefault(upper, Setting(upper, kind, required=needed))
    return list(found.values())


def wants_async_driver(texts: list[str]) -> bool:
    """Tell whether the database URL must name an asynchronous driver."""
    return any("create_async_engine" in text for text in texts)


def app_references(folder: Path) -> list[str]:
    """List `module:attribute` candidates for the application, most likely first."""
    found: list[tuple[int, int, str]] = []
    for path in python_files(folder):
        text = read(path)
        if "FastAPI" not in text and "_app" not in text:
            continue
        module = _module(path, folder, text)
        for rank, pattern in enumerate((*_PATTERNS, *_made_by(text))):
            for name in pattern.findall(text):
                main = 0 if path.stem in {"main", "app", "server", "asgi"} else 1
                found.append((rank + main, len(module.split(".")), f"{module}:{name}"))
    return [reference for _, _, reference in sorted(found)]


def _made_by(text: str) -> Iterator[re.Pattern[str]]:
    """Yield patterns for what a function makes that says that it returns an application."""
    for name in _RETURNS_APP.findall(text):
        yield re.compile(rf"^{_ANNOTATED}{name}\(", re.MULTILINE)


def package_name(folder: Path) -> str | None:
    """Return the name under which the backend imports its own folder from above; None: it does not.

    `from backend.db import engine` in a folder that holds `db.py`, or `from .db import engine` in
    a module that lies directly in it.
    """
    imported: dict[str, set[str]] = {}
    for path in python_files(folder):
        text = read(path)
        for name, module in _FROM_ABOVE.findall(text):
            imported.setdefault(name, set()).add(module.replace(".", "/"))
        if path.parent == folder and path.stem != "__init__" and _RELATIVE.search(text):
            return folder.name if folder.name.isidentifier() else _ANY_NAME
    for name, modules in imported.items():
        here = all((folder / m).is_dir() or (folder / f"{m}.py").is_file() for m in modules)
        missing = not (folder / name).exists() and not (folder / f"{name}.py").exists()
        if here and missing and importlib.util.find_spec(name) is None:
            return name
    return None


def _module(path: Path, folder: Path, text: str) -> str:
    """Return a file's module; `src` is a part of it only where the code says so."""
    parts = list(path.relative_to(folder).with_suffix("").parts)
    is_package = (folder / "src" / "__init__.py").exists() or _FROM_SRC.search(text)
    relative = len(parts) == 2 and _RELATIVE.search(text)
    if parts[0] == "src" and not is_package and not relative:
        parts = parts[1:]
    if parts[-1] == "__init__":
        parts = parts[:-1]
    return ".".join(parts)
