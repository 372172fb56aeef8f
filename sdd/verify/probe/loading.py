"""Importing the backend's application, or saying what stood in the way."""

import importlib
import importlib.util
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import places, sources

_STACK = frozenset(
    {"fastapi", "starlette", "pydantic", "sqlmodel", "sqlalchemy", "jwt", "uvicorn", "aiosqlite"}
)
_DISTRIBUTIONS = {
    "jwt": "pyjwt",
    "jose": "python-jose",
    "dotenv": "python-dotenv",
    "yaml": "pyyaml",
    "multipart": "python-multipart",
    "PIL": "pillow",
    "bs4": "beautifulsoup4",
    "dateutil": "python-dateutil",
}


@dataclass(frozen=True)
class Loaded:
    """The application object, as served and as FastAPI built it, and how it is called."""

    served: Any
    fastapi: Any
    reference: str


class LoadError(Exception):
    """The application could not be had; `facts` say why."""

    def __init__(self, facts: dict[str, Any]) -> None:
        super().__init__(facts.get("message", ""))
        self.facts = facts


def load_app(folder: Path, reference: str | None, scratch: Path) -> Loaded:
    """Import the application, the given one or the first that looks like it.

    A backend that imports itself as a package from the folder above (`from backend.db import …`)
    finds itself under that name, whatever its folder is called here.

    Raises:
        LoadError: With kind `dependency` (the interpreter lacks a distribution), `error` (the
            backend's own fault) or `no-app`.
    """
    roots = [folder, *([folder / "src"] if (folder / "src").is_dir() else [])]
    sys.path[:0] = [str(root) for root in roots]
    package = sources.package_name(folder)
    if package:
        (scratch / "above").mkdir()
        (scratch / "above" / package).symlink_to(folder, target_is_directory=True)
        sys.path.append(str(scratch / "above"))
    references = [reference] if reference else sources.app_references(folder)
    if not references:
        raise LoadError({"kind": "no-app", "message": "no FastAPI application was found"})
    module, _, attribute = references[0].partition(":")
    if package and "." not in module:
        module = f"{package}.{module}"
    return _load(folder, f"{module}:{attribute}")


def _load(folder: Path, reference: str) -> Loaded:
    module_name, _, attribute = reference.partition(":")
    try:
        served: Any = importlib.import_module(module_name)
        for part in (attribute or "app").split("."):
            served = getattr(served, part)
        if not _is_asgi(served) and callable(served):
            served = served()
    except BaseException as error:  # whatever the backend raises, SystemExit too, is a finding
        raise LoadError(_facts(error, folder, reference)) from error
    application = _unwrap(served)
    if application is None:
        message = f"{reference} is no FastAPI application"
        raise LoadError({"kind": "no-app", "message": message, "reference": reference})
    return Loaded(served=served, fastapi=application, reference=reference)


def _is_asgi(value: object) -> bool:
    return hasattr(value, "router") or hasattr(value, "app")


def _unwrap(served: Any) -> Any:
    for _ in range(10):
        if hasattr(served, "openapi") and hasattr(served, "router"):
            return served
        served = getattr(served, "app", None)
    return None


def _facts(error: BaseException, folder: Path, reference: str) -> dict[str, Any]:
    facts = {"kind": "error", "reference": reference, **places.of_error(error, folder)}
    if isinstance(error, ModuleNotFoundError) and error.name:
        top = error.name.partition(".")[0]
        facts["module"] = error.name
        present = any((folder / base / top).exists() for base in ("", "src"))
        if not present and importlib.util.find_spec(top) is None and _declares(folder, top):
            facts["kind"] = "dependency"
            facts["distribution"] = _DISTRIBUTIONS.get(top, top)
    return facts


def _declares(folder: Path, module: str) -> bool:
    """Tell whether the module is one that the backend's environment was meant to have."""
    if module in _STACK:
        return True
    wanted = {module.lower(), _DISTRIBUTIONS.get(module, module).lower()}
    for pattern in ("pyproject.toml", "*requirements*.txt", "Pipfile", "setup.py", "setup.cfg"):
        for place in (folder, folder.parent):
            for file in place.glob(pattern):
                names = re.findall(r"[a-z0-9][a-z0-9._-]*", sources.read(file).lower())
                if wanted & {name.replace("_", "-") for name in names}:
                    return True
    return False
