"""Started by path in the backend's interpreter: says which imports lead nowhere, and why."""

import importlib
import importlib.util
import json
import sys
from typing import Any


def problem(module: str, names: list[str]) -> str:
    """Return what is missing of an import; nothing if all is there."""
    try:
        loaded = importlib.import_module(module)
    except Exception as error:  # noqa: BLE001 - a foreign module may raise anything
        return module if isinstance(error, ModuleNotFoundError) else ""
    for name in names:
        if not hasattr(loaded, name) and not _is_module(f"{module}.{name}"):
            return f"{module}.{name}"
    return ""


def _is_module(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except (ImportError, ValueError, AttributeError):
        return False


def main() -> None:
    """Answer the list of imports that stands on standard input."""
    asked: list[Any] = json.load(sys.stdin)
    sys.stdout.write(json.dumps([problem(module, names) for module, names in asked]))
    sys.stdout.flush()


if __name__ == "__main__":
    main()
