"""Compares the static route table of `sdd audit` with what FastAPI itself reports.

Usage: python benchmarks/route_table.py PROJECTS.tsv PYTHON [--reports DIR] [--save | --saved DIR]

PROJECTS.tsv has a line for each application: name, folder to audit, import root relative to the
folder, MODULE:ATTRIBUTE, and settings that its import needs (`KEY=value`, joined by `;`). PYTHON is
an interpreter that has the applications' packages. Each application is imported in a child process
with dummy settings, no network and a time limit: read foreign code before you let this run it.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LIMIT_SECONDS = 90
SECRET = "0123456789abcdef0123456789abcdef"  # noqa: S105 - a dummy, asked for by settings classes
DUMMIES = {
    "PATH": "/usr/bin:/bin",
    "HOME": "/nonexistent",
    "LANG": "C.UTF-8",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONUTF8": "1",
    "DATABASE_URL": "sqlite:///./route-table-probe.db",
    "SECRET_KEY": SECRET,
    "JWT_SECRET": SECRET,
    "JWT_SECRET_KEY": SECRET,
    "BETTER_AUTH_SECRET": SECRET,
    "OPENAI_API_KEY": "none",
    "GEMINI_API_KEY": "none",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """One application to compare."""

    name: str
    folder: Path
    import_root: Path
    target: str
    settings: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One method of one route; dependencies are those whose code is the project's own."""

    method: str
    path: str
    file: str | None
    line: int | None
    dependencies: tuple[str, ...] | None
    is_conditional: bool = False

    @property
    def key(self) -> tuple[str, str]:
        """What makes two rows the same route."""
        return self.method, self.path


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """How two tables of one application differ; numbers of rows, and the rows themselves.

    Attributes:
        conditional: Rows that the report says exist under a configuration that was not there.
        moved: Pairs whose handler stands elsewhere.
    """

    static: int
    runtime: int
    only_static: tuple[Row, ...]
    conditional: tuple[Row, ...]
    only_runtime: tuple[Row, ...]
    moved: tuple[tuple[Row, Row], ...]
    dependencies: tuple[tuple[Row, Row], ...]

    @property
    def is_equal(self) -> bool:
        """Whether nothing differs."""
        return not (self.only_static or self.only_runtime or self.moved or self.dependencies)


def read_projects(table: Path) -> list[Project]:
    """Read the list of applications; lines that begin with # are comments."""
    projects = []
    for line in table.read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        name, folder, root, target, *rest = line.split("\t")
        pairs = (item.partition("=") for item in (rest[0] if rest else "").split(";") if item)
        settings = {key: value for key, _, value in pairs}
        place = Path(folder)
        projects.append(
            Project(
                name=name,
                folder=place,
                import_root=place / root,
                target=target,
                settings=settings,
            )
        )
    return projects


def plain_path(path: str) -> str:
    """Take the converters out of a path: FastAPI documents `{file:path}` as `{file}`."""
    head, *pieces = path.split("{")
    cleaned = [head]
    for piece in pieces:
        name, _, tail = piece.partition("}")
        cleaned.append("{" + name.partition(":")[0] + "}" + tail)
    return "".join(cleaned)


def runtime_rows(dump: dict[str, Any]) -> list[Row]:
    """Read the child's description; mounts of foreign applications are no routes."""
    return [
        Row(
            method=item["method"],
            path=plain_path(item["path"]),
            file=item["endpoint"]["file"],
            line=item["endpoint"]["line"],
            dependencies=tuple(
                f"{call['file']}:{call['line']}" for call in item["dependencies"] if call["file"]
            ),
        )
        for item in dump["routes"]
        if item["method"] != "MOUNT"
    ]


def static_rows(report: dict[str, Any], project: Project) -> list[Row]:
    """Read the checker's report; of several applications, the one that is imported."""
    return [
        Row(
            method=item["method"],
            path=plain_path(item["path"]),
            file=item["file"],
            line=item["line"],
            dependencies=declared(item),
            is_conditional=bool(item.get("condition")),
        )
        for item in of_application(report["routes"], project)
    ]


def declared(item: dict[str, Any]) -> tuple[str, ...] | None:
    """Return the places of a route's dependencies, or None where the report does not list them."""
    if "dependencies" not in item:
        return None
    return tuple(f"{call['file']}:{call['line']}" for call in item["dependencies"] if call["file"])


def of_application(routes: list[dict[str, Any]], project: Project) -> list[dict[str, Any]]:
    """Keep the routes of the application that the project imports, where routes say theirs."""
    apps = {item.get("app") for item in routes}
    if len(apps) == 1:
        return routes
    files = module_files(project)
    module = project.target.partition(":")[0].split(".")
    closeness = {app: same_end(app, files, module) for app in apps if app is not None}
    best = max(closeness.values(), default=0)
    return [item for item in routes if best and closeness.get(item.get("app")) == best]


def module_files(project: Project) -> frozenset[str]:
    """Return the files, relative to the folder, that the target's module can be."""
    stem = project.import_root.resolve().joinpath(*project.target.partition(":")[0].split("."))
    folder = project.folder.resolve()
    candidates = (stem.with_name(stem.name + ".py"), stem / "__init__.py")
    return frozenset(
        file.relative_to(folder).as_posix() for file in candidates if file.is_relative_to(folder)
    )


def same_end(app: str, files: frozenset[str], module: list[str]) -> int:
    """Say how well an application's label (file or dotted, with or without name) fits a module."""
    label = app.partition(":")[0]
    if label in files:
        return 1000
    parts = label.removesuffix(".py").replace("/", ".").removesuffix(".__init__").split(".")
    common = 0
    for one, other in zip(reversed(parts), reversed(module), strict=False):
        if one != other:
            return 0
        common += 1
    return common


def compare(static: list[Row], runtime: list[Row]) -> Comparison:
    """Set two tables against each other; a route that appears twice is compared twice."""
    left, right = grouped(static), grouped(runtime)
    only_static, only_runtime, moved, dependencies = [], [], [], []
    for key in sorted(left.keys() | right.keys()):
        ours, theirs = left.get(key, []), right.get(key, [])
        only_static += ours[len(theirs) :]
        only_runtime += theirs[len(ours) :]
        for one, other in zip(ours, theirs, strict=False):
            if other.file and (one.file, one.line) != (other.file, other.line):
                moved.append((one, other))
            if one.dependencies is not None and set(one.dependencies) != set(
                other.dependencies or ()
            ):
                dependencies.append((one, other))
    return Comparison(
        static=len(static),
        runtime=len(runtime),
        only_static=tuple(row for row in only_static if not row.is_conditional),
        conditional=tuple(row for row in only_static if row.is_conditional),
        only_runtime=tuple(only_runtime),
        moved=tuple(moved),
        dependencies=tuple(dependencies),
    )


def grouped(rows: list[Row]) -> dict[tuple[str, str], list[Row]]:
    """Collect rows by method and path, ordered by place."""
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in sorted(rows, key=lambda row: (row.file or "", row.line or 0)):
        groups.setdefault(row.key, []).append(row)
    return groups


def import_application(project: Project, python: str) -> dict[str, Any]:
    """Let a child process import the application and return its description, or an `error`."""
    with tempfile.TemporaryDirectory() as scratch:
        output = Path(scratch) / "routes.json"
        command = [python, str(Path(__file__).with_name("route_dump.py"))]
        command += [str(project.folder), str(project.import_root), project.target, str(output)]
        environment = DUMMIES | {"HOME": scratch, "TMPDIR": scratch} | project.settings
        try:
            child = subprocess.run(
                command,
                env=environment,
                cwd=project.import_root,
                capture_output=True,
                text=True,
                timeout=LIMIT_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return {"error": f"no answer within {LIMIT_SECONDS} s"}
        if not output.exists():
            return {"error": f"the child ended {child.returncode}: {child.stderr[-300:]}"}
        loaded: dict[str, Any] = json.loads(output.read_text(encoding="utf-8"))
        return loaded


def audit(project: Project, reports: Path | None) -> dict[str, Any]:
    """Return the checker's report: a saved one, or a fresh one from the command."""
    if reports is not None:
        text = (reports / f"{project.name}.json").read_text(encoding="utf-8")
    else:
        command = [sys.executable, "-m", "sdd", "audit", str(project.folder), "--format", "json"]
        text = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    report: dict[str, Any] = json.loads(text)
    return report


def show(name: str, result: Comparison) -> None:
    """Print one application's numbers and what differs."""
    verdict = "equal" if result.is_equal else "DIFFERENT"
    print(f"{name}: {result.static} static, {result.runtime} at run time: {verdict}")
    for label, rows in (("static", result.only_static), ("run time", result.only_runtime)):
        for row in rows:
            print(f"    only {label}: {row.method} {row.path}  {row.file}:{row.line}")
    for one, other in result.moved:
        places = f"{one.file}:{one.line} {other.file}:{other.line}"
        print(f"    place: {one.method} {one.path}  {places}")
    for one, other in result.dependencies:
        ours, theirs = set(one.dependencies or ()), set(other.dependencies or ())
        print(f"    dependencies: {one.method} {one.path}  extra {sorted(ours - theirs)}", end="")
        print(f"  missing {sorted(theirs - ours)}")


def show_totals(results: list[Comparison], failed: int) -> None:
    """Print the sums over all applications."""
    print(f"\napplications: {len(results)} compared, {failed} not importable")
    print(f"equal:        {sum(result.is_equal for result in results)}")
    print(f"routes:       {sum(result.runtime for result in results)} at run time")
    print(f"only static:  {sum(len(result.only_static) for result in results)}")
    print(
        f"conditional:  {sum(len(result.conditional) for result in results)}, not there in this run"
    )
    print(f"only runtime: {sum(len(result.only_runtime) for result in results)}")
    print(f"other place:  {sum(len(result.moved) for result in results)}")
    print(f"dependencies: {sum(len(result.dependencies) for result in results)} routes differ")


def main() -> None:
    """Compare every application of the list and print the totals."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("projects", type=Path)
    parser.add_argument("python", type=lambda text: str(Path(text).absolute()))
    parser.add_argument("--reports", type=Path, help="read NAME.json instead of running the audit")
    parser.add_argument("--save", type=Path, help="keep what FastAPI reported as NAME.json")
    parser.add_argument("--saved", type=Path, help="read what an earlier run kept, import nothing")
    parser.add_argument("--only-runtime", action="store_true", help="import, compare nothing")
    options = parser.parse_args()
    results: list[Comparison] = []
    failed = 0
    for project in read_projects(options.projects):
        if options.saved:
            dump = json.loads((options.saved / f"{project.name}.json").read_text(encoding="utf-8"))
        else:
            dump = import_application(project, options.python)
        if options.save:
            text = json.dumps(dump, indent=1)
            (options.save / f"{project.name}.json").write_text(text, encoding="utf-8")
        if "error" in dump:
            failed += 1
            print(f"{project.name}: not importable: {dump['error'][:300]}")
        elif options.only_runtime:
            print(f"{project.name}: {len(runtime_rows(dump))} routes at run time")
        else:
            rows = static_rows(audit(project, options.reports), project)
            results.append(compare(rows, runtime_rows(dump)))
            show(project.name, results[-1])
    show_totals(results, failed)


if __name__ == "__main__":
    main()
