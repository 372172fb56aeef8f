"""Implements spec sets in layouts, styles, auth modes and databases, and judges what lands.

Usage: python benchmarks/matrix.py FOLDER [--all NAME] [NAME…]

Every set below FOLDER is implemented in an empty project in one of six combinations, taken in
turn, so that the sets together see all pairs of choices; the set named with `--all` is implemented
in all sixteen. What landed is then held against `ruff check`, `mypy --strict`, `sdd audit`
(every route proved or public) and `sdd verify --thorough` (schemathesis among it) on the
combination's database. Printed: a line for each run, then the sums. What the run itself said that
it left out is no finding where the contract misses it: it is counted as told. Exit 1 if one that
landed has a finding. `SDD_KEEP` names a folder that keeps the projects.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

BENCHMARKS = Path(__file__).parent
sys.path[:0] = [str(BENCHMARKS), str(BENCHMARKS.parent / "tests")]

from components.postgres import Postgres, missing, running_postgres  # noqa: E402
from foreign_specs import Ended, run_set  # noqa: E402

CHOICES = {
    "layout": ("app", "services"),
    "style": ("async", "sync"),
    "auth_mode": ("hs256", "jwks"),
    "database": ("sqlite", "postgresql"),
}
# Every pair of values of two choices stands in one of these rows.
ROWS = ("0000", "0111", "1011", "1101", "1110", "0001")
TIME_LIMIT = 900


@dataclass(frozen=True)
class Judged:
    """What the judges said of one backend."""

    ended: Ended
    combination: tuple[str, ...]
    findings: dict[str, str]
    told: int = 0


def combinations() -> list[tuple[str, ...]]:
    """Return the combinations that the sets take in turn."""
    return [
        tuple(values[int(bit)] for values, bit in zip(CHOICES.values(), row, strict=True))
        for row in ROWS
    ]


def judged(
    source: Path, combination: tuple[str, ...], keep: Path, server: Postgres | None
) -> Judged:
    """Implement a set in a combination and ask every judge about what landed."""
    layout, style, auth_mode, database = combination
    os.environ.update(SDD_LAYOUT=layout, SDD_STYLE=style, SDD_AUTH_MODE=auth_mode)
    place = keep / "-".join(combination)
    ended = run_set(source, place)
    for key in ("SDD_LAYOUT", "SDD_STYLE", "SDD_AUTH_MODE"):
        del os.environ[key]
    findings: dict[str, str] = {}
    told = 0
    if ended.landed:
        project = place / source.name
        url = server.database() if server is not None and database == "postgresql" else None
        for judge, words in commands(project, ended.feature, url).items():
            complaint = _complaint(judge, words, project)
            if complaint:
                findings[judge] = complaint
        told, others = differences(project)
        if told and not others and findings.get("verify") == "contract: failed":
            del findings["verify"]
    return Judged(ended=ended, combination=combination, findings=findings, told=told)


def differences(project: Path) -> tuple[int, int]:
    """Count what the contract misses: what the run said it leaves out, and the rest."""
    run, judged_ = (_loaded(project / name) for name in ("report.json", "verify.out"))
    left_out = [item["text"] for item in run.get("follow_ups", ()) if item["kind"] == "unsupported"]
    found = [
        item["message"]
        for gate in judged_.get("gates", ())
        if gate["gate"] == "contract"
        for item in gate.get("diagnostics", ())
        if item["severity"] == "error"
    ]
    told = sum(any(_explains(text, message) for text in left_out) for message in found)
    return told, len(found) - told


def _loaded(file: Path) -> dict[str, Any]:
    try:
        value: dict[str, Any] = json.loads(file.read_text())
    except (OSError, ValueError):
        return {}
    return value


def _explains(text: str, message: str) -> bool:
    """Tell whether a note of the run is about the endpoint, parameter or field of a difference."""
    route, whole, _ = text.partition(" cannot be compiled")
    if whole:
        return message.startswith((f"{route} ", f"{route}:"))
    subject = re.search(r"(?:field|parameter) '([^']+)'", text)
    name = subject[1].rpartition(".")[2] if subject else ""
    return bool(name) and re.search(rf"\b{re.escape(name)}\b", message) is not None


def commands(project: Path, feature: str, url: str | None) -> dict[str, list[str]]:
    """Return what is run against a backend that landed."""
    python = [sys.executable, "-m"]
    verify = [*python, "sdd", "verify", feature, "--thorough", "--format", "json"]
    verify += ["--timeout", "600", "--project", str(project)]
    return {
        "ruff": [*python, "ruff", "check", "--no-cache", "backend/app", "backend/tests"],
        "mypy": [*python, "mypy", "--strict", "--no-incremental", "-p", "app"],
        "audit": [*python, "sdd", "audit", "backend", "--strict", "--no-cache", "--format", "json"],
        "verify": [*verify, *(["--database-url", url] if url else [])],
    }


def _complaint(judge: str, words: list[str], project: Path) -> str:
    """Return what a judge complains about, or nothing."""
    folder = project / "backend" if judge == "mypy" else project
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    try:
        done = subprocess.run(
            words,
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=TIME_LIMIT,
            env=environment,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return "did not end in time"
    (project / f"{judge}.out").write_text(done.stdout + done.stderr)
    if done.returncode == 0:
        return ""
    return _first_line(judge, done.stdout) or f"exit {done.returncode}: {done.stderr[-160:]}"


def _first_line(judge: str, output: str) -> str:
    if judge in {"ruff", "mypy"}:
        return output.strip().splitlines()[-1] if output.strip() else ""
    try:
        report = json.loads(output)
    except ValueError:
        return ""
    if judge == "audit":
        verdicts = Counter(route["isolation"]["verdict"] for route in report.get("routes", ()))
        return " ".join(f"{number} {verdict}" for verdict, number in sorted(verdicts.items()))
    gates = report.get("gates", ())
    return " ".join(f"{g['gate']}: {g['result']}" for g in gates if g["result"] != "passed")


def planned(
    folder: Path, names: list[str], whole: str | None
) -> Iterator[tuple[Path, tuple[str, ...]]]:
    """Yield each set with the combination that it is implemented in."""
    sources = [path for path in sorted(folder.iterdir()) if path.is_dir()]
    for position, source in enumerate(sources):
        if source.name == whole:
            yield from ((source, row) for row in product(*CHOICES.values()))
        elif not names or source.name in names:
            yield source, combinations()[position % len(ROWS)]


def run(arguments: argparse.Namespace, keep: Path, server: Postgres | None) -> list[Judged]:
    """Run what is planned, printing a line each."""
    found = []
    for source, combination in planned(arguments.folder, arguments.names, arguments.all):
        result = judged(source, combination, keep, server)
        found.append(result)
        ended = result.ended
        said = "; ".join(f"{judge}: {what}" for judge, what in result.findings.items())
        said = said or ("clean" if not result.told else f"clean but for {result.told} told")
        mark = "landed" if ended.landed else f"exit {ended.status} {ended.answer[:100]}"
        print(f"{ended.name[:32]:32} {' '.join(combination):32} {mark} {said}", flush=True)
    return found


def main() -> int:
    """Print a line for each run and the sums."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--all", metavar="NAME")
    arguments = parser.parse_args()
    why = missing()
    if why:
        print(f"postgresql: not measured, {why}")
    with tempfile.TemporaryDirectory() as scratch:
        keep = Path(os.environ.get("SDD_KEEP", scratch))
        if why:
            found = run(arguments, keep, None)
        else:
            with running_postgres() as server:
                found = run(arguments, keep, server)
    landed = [result for result in found if result.ended.landed]
    clean = [result for result in landed if not result.findings]
    print(f"{len(landed)} of {len(found)} landed; {len(clean)} of them without a finding")
    return 0 if len(clean) == len(landed) else 1


if __name__ == "__main__":
    raise SystemExit(main())
