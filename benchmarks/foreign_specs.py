"""Implements every spec set of a folder in an empty project and prints how each run ended.

Usage: python benchmarks/foreign_specs.py FOLDER [NAME…]

Each set is copied to a temporary folder and `sdd implement` runs there with `--no-input`, for the
feature that its `specs/features/` names with "task" in it, else for `all`. A set is counted as
landed when the run wrote a backend, whether it ended 0 or, with stated endpoints that the model
cannot build, 3. Nothing but sets whose run left a traceback, a half-written backend or an undefined
exit code is a failure of this script (exit 1).
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

DEFINED = {0, 1, 2, 3}
TIME_LIMIT = 600
NOT_ENDED = -1


@dataclass(frozen=True)
class Ended:
    """How one run ended."""

    name: str
    feature: str
    status: int
    landed: bool
    answer: str
    seconds: float
    gates: str
    complaint: str = ""


def feature_of(project: Path) -> str:
    """Return the feature to ask for."""
    names = sorted(path.stem for path in (project / "specs" / "features").glob("*.md"))
    return next((name for name in names if "task" in name), "all")


def run_set(source: Path, keep: Path | None) -> Ended:
    """Copy a set to an empty project and implement it there."""
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "project"
        shutil.copytree(source, project)
        before = {path for path in project.rglob("*") if path.is_file()}
        feature = feature_of(project)
        command = [sys.executable, "-m", "sdd", "implement", feature, "--no-input"]
        command += ["--format", "json", "--quiet", "--project", str(project)]
        start = time.perf_counter()
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=TIME_LIMIT, check=False
            )
        except subprocess.TimeoutExpired:
            done = subprocess.CompletedProcess(command, NOT_ENDED, "", "did not end in time")
        seconds = time.perf_counter() - start
        ended = _ended(source.name, feature, done, seconds, project, before)
        if keep is not None:
            shutil.copytree(project, keep / source.name, dirs_exist_ok=True)
            (keep / source.name / "report.json").write_text(done.stdout)
            (keep / source.name / "stderr.txt").write_text(done.stderr)
    return ended


def _ended(
    name: str,
    feature: str,
    done: "subprocess.CompletedProcess[str]",
    seconds: float,
    project: Path,
    before: set[Path],
) -> Ended:
    try:
        report = json.loads(done.stdout)
    except ValueError:
        report = {}
    complaint = ""
    if done.returncode not in DEFINED:
        complaint = f"undefined exit code {done.returncode}"
    elif "Traceback" in done.stderr:
        complaint = "traceback"
    elif done.returncode != 0 and not report.get("landed"):
        new = {path for path in project.rglob("*") if path.is_file()} - before
        left = [path for path in new if ".sdd" not in path.relative_to(project).parts]
        complaint = f"half-written: {left[0].name}" if left else ""
    gates = Counter(gate["result"] for gate in report.get("gates", []))
    answer = report.get("answer") or done.stderr.strip().split("\n")[0]
    return Ended(
        name=name,
        feature=feature,
        status=done.returncode,
        landed=bool(report.get("landed")),
        answer=answer,
        seconds=seconds,
        gates=" ".join(f"{number} {result}" for result, number in sorted(gates.items())),
        complaint=complaint,
    )


def main() -> int:
    """Run every set and print one line each, then the sums."""
    folder, *names = sys.argv[1:] or [os.environ.get("SDD_CORPUS_DIR", "") + "/specs"]
    keep = Path(os.environ["SDD_KEEP"]) if "SDD_KEEP" in os.environ else None
    found = []
    for source in sorted(Path(folder).iterdir()):
        if not source.is_dir() or (names and source.name not in names):
            continue
        ended = run_set(source, keep)
        found.append(ended)
        mark = "landed" if ended.landed else f"exit {ended.status}"
        print(
            f"{ended.name[:32]:32} {ended.feature[:10]:10} {mark:7} {ended.seconds:5.1f} s  "
            f"{ended.gates:20} {ended.complaint} {ended.answer[:150]}",
            flush=True,
        )
    landed = sum(ended.landed for ended in found)
    bad = [ended for ended in found if ended.complaint]
    print(f"{landed} of {len(found)} landed; {len(bad)} ended in an undefined way")
    return 1 if bad else 0


if __name__ == "__main__":
    raise SystemExit(main())
