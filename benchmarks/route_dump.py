"""Imports one FastAPI application and writes down the routes that FastAPI itself reports.

Run by route_table.py in the project's own interpreter; imports nothing of this project.

Usage: python route_dump.py FOLDER IMPORT_ROOT MODULE:ATTRIBUTE OUTPUT
"""

import ast
import importlib
import inspect
import json
import os
import socket
import sys
import traceback
from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path
from typing import Any


def refuse(*_args: object, **_kwargs: object) -> None:
    """Stand where a connection would be opened."""
    raise OSError("no network while routes are read")


def close_network() -> None:
    """Make every way to reach another machine fail at once."""
    socket.socket.connect = refuse  # type: ignore[method-assign]
    socket.socket.connect_ex = refuse  # type: ignore[assignment, method-assign]
    socket.getaddrinfo = refuse  # type: ignore[assignment]


@cache
def definitions(file: str) -> dict[tuple[str, int], int]:
    """Map a function's name and first line, decorators included, to the line of its `def`."""
    tree = ast.parse(Path(file).read_bytes())
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = min([node.lineno, *(item.lineno for item in node.decorator_list)])
            found[node.name, first] = node.lineno
    return found


def code_of(call: Any) -> Any:  # noqa: ANN401 - foreign objects
    """Return the code object behind a callable, or None for one without Python code."""
    while isinstance(call, partial):
        call = call.func
    call = inspect.unwrap(call)
    if inspect.isclass(call):
        call = call.__init__
    elif not hasattr(call, "__code__") and not hasattr(call, "__func__"):
        call = type(call).__call__
    call = getattr(call, "__func__", call)
    return getattr(call, "__code__", None)


def name_of(call: Any) -> str:  # noqa: ANN401 - foreign objects
    """Name a callable as its author would: module and qualified name."""
    while isinstance(call, partial):
        call = call.func
    owner = call if hasattr(call, "__qualname__") else type(call)
    return f"{owner.__module__}.{owner.__qualname__}"


def place(call: Any, folder: Path) -> dict[str, Any]:  # noqa: ANN401 - foreign objects
    """Say where a callable is defined: file relative to the folder, line of its `def`."""
    row: dict[str, Any] = {"name": name_of(call), "file": None, "line": None}
    code = code_of(call)
    if code is None:
        return row
    file = Path(code.co_filename).resolve()
    if not file.is_relative_to(folder):
        return row
    line = definitions(str(file)).get((code.co_name, code.co_firstlineno), code.co_firstlineno)
    return row | {"file": file.relative_to(folder).as_posix(), "line": line}


def flattened(dependant: Any) -> Iterator[Callable[..., Any]]:  # noqa: ANN401 - foreign objects
    """Yield every callable that a route depends on, in the order in which they are solved."""
    for inner in dependant.dependencies if dependant is not None else ():
        yield from flattened(inner)
        yield inner.call


def contexts(routes: Any) -> Iterator[Any]:  # noqa: ANN401 - foreign objects
    """Yield the routes with their complete paths, in new versions of FastAPI and in old ones."""
    from fastapi import routing  # noqa: PLC0415 - only the child has it

    iterate = getattr(routing, "iter_route_contexts", iter)
    yield from iterate(routes)


def rows(app: Any, folder: Path, prefix: str = "") -> Iterator[dict[str, Any]]:  # noqa: ANN401
    """Yield one row for each method of each route, mounted applications included."""
    for route in contexts(app.routes):
        endpoint = getattr(route, "endpoint", None)
        inner = getattr(route, "app", None)
        path = prefix + (getattr(route, "path", None) or "")
        if endpoint is None:
            if hasattr(inner, "routes") and hasattr(inner, "openapi"):
                yield from rows(inner, folder, path)
            else:
                yield {"method": "MOUNT", "path": path, "endpoint": None, "dependencies": []}
            continue
        if (getattr(endpoint, "__module__", None) or "").startswith("fastapi."):
            continue
        dependencies = [
            place(call, folder) for call in flattened(getattr(route, "dependant", None))
        ]
        for method in sorted(getattr(route, "methods", None) or {"WEBSOCKET"}):
            yield {
                "method": method,
                "path": path,
                "endpoint": place(endpoint, folder),
                "dependencies": dependencies,
            }


def operations(app: Any) -> list[str]:  # noqa: ANN401 - foreign objects
    """List what the OpenAPI document promises, as `METHOD path`."""
    paths = app.openapi()["paths"]
    return sorted(f"{method.upper()} {path}" for path, item in paths.items() for method in item)


def dump(folder: Path, target: str) -> dict[str, Any]:
    """Import the application and describe it."""
    import fastapi  # noqa: PLC0415 - only the child has it

    module, _, attribute = target.partition(":")
    app = getattr(importlib.import_module(module), attribute or "app")
    if not hasattr(app, "routes") and callable(app):
        app = app()
    result: dict[str, Any] = {"fastapi": fastapi.__version__, "routes": list(rows(app, folder))}
    try:
        result["openapi"] = operations(app)
    except Exception as error:  # noqa: BLE001 - foreign code raises what it likes
        result["openapi_error"] = f"{type(error).__name__}: {error}"
    return result


def main() -> None:
    """Write the description, or the reason why there is none, to the output file."""
    folder, root = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
    sys.path[0] = str(root)
    os.chdir(root)
    close_network()
    try:
        result = dump(folder, sys.argv[3])
    except BaseException as error:  # noqa: BLE001 - foreign code raises what it likes
        result = {"error": f"{type(error).__name__}: {error}", "trace": traceback.format_exc()}
    Path(sys.argv[4]).write_text(json.dumps(result, indent=1, default=str), encoding="utf-8")
    sys.stdout.flush()
    os._exit(0)  # threads of the application are not waited for


if __name__ == "__main__":
    main()
