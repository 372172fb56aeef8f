"""Measures `sdd phr list`, `search` and `check` on many records, as commands, beside others.

Usage: python benchmarks/records_speed.py [--records N]

Records of the usual length are written by the program itself into a folder of their own. Each
command is then run five times from the outside, start-up included, with compiled modules as an
installed program has them; the fastest is printed (asked for: under a second on 5,000 records),
with what the processors did. A first check finds nothing kept, a second one what the first kept.
Beside them: `grep -rc`, PyYAML's C reader on the same front matters, which checks nothing and
knows no body, and `sdd --help`, which does nothing. On a busy machine only the processors' time
means something: with two processors a first check takes about half of it.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

from sdd.records.phr import default_template, file_name, render_phr
from sdd.records.phr_draft import Outcome, PhrRequest

_FEATURES = 20
_ATTEMPTS = 5
_Times = tuple[float, float]
_YAML = """
import pathlib, sys, yaml
for path in pathlib.Path(sys.argv[1]).rglob("*.prompt.md"):
    yaml.load(path.read_text(encoding="utf-8").split("---")[1], yaml.CSafeLoader)
"""


def write_records(folder: Path, number: int) -> int:
    """Write so many records; returns their size in bytes."""
    template = default_template()
    size = 0
    for count in range(number):
        feature = f"{count % _FEATURES:03d}-feature"
        request = PhrRequest(
            title=f"Add the rule number {count}",
            stage="green",
            prompt=f"Add rule {count} to the shop. " * 40,
            response=f"I added rule {count}, and a test for it.\n\n- one\n- two\n" * 8,
            feature=feature,
            files=(f"backend/app/rule_{count}.py", f"backend/tests/test_rule_{count}.py"),
            outcome=Outcome(impact="One more rule", tests="12 passed, 0 failed"),
        )
        record_id = f"{count // _FEATURES + 1:04d}"
        data = render_phr(request, record_id, "2026-03-04", template)
        name = file_name(record_id, request.title, request.stage)
        path = PurePosixPath("history/prompts", feature, name)
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
        size += len(data)
    return size


def timed(command: Sequence[str], environment: Mapping[str, str], kept: Path) -> _Times:
    """Return the fastest of some runs, and the least that the processors did, in seconds.

    Args:
        command: What is run.
        environment: All of its environment.
        kept: A folder that is removed before each run.
    """
    walls, works = [], []
    for _ in range(_ATTEMPTS):
        shutil.rmtree(kept, ignore_errors=True)
        used, began = sum(os.times()[2:4]), time.perf_counter()
        subprocess.run(command, env=environment, capture_output=True, check=False)
        walls.append(time.perf_counter() - began)
        works.append(sum(os.times()[2:4]) - used)
    return min(walls), min(works)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--records", type=int, default=5000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="sdd-records-") as name:
        folder = Path(name)
        size = write_records(folder / "project", asked.records)
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(folder / "compiled")}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        print(f"{asked.records} records, {size / 1e6:.1f} MB, load {os.getloadavg()[0]:.1f}")
        state, nothing = folder / "project/.sdd", folder / "nothing"
        for title, command, kept in (
            ("sdd phr list", _phr("list", folder), nothing),
            ("sdd phr search", _phr("search", folder, "rule number 77"), nothing),
            ("sdd phr check, the first", _phr("check", folder), state),
            ("sdd phr check, the next", _phr("check", folder), nothing),
            ("grep -rc", ["grep", "-rc", "rule number 77", str(folder / "project")], nothing),
            (
                "PyYAML, front matter",
                [sys.executable, "-c", _YAML, str(folder / "project")],
                nothing,
            ),
            ("sdd --help", [sys.executable, "-m", "sdd", "--help"], nothing),
        ):
            subprocess.run(command, env=environment, capture_output=True, check=False)
            seconds, processor = timed(command, environment, kept)
            print(f"{title:<26}{seconds:>7.2f} s{processor:>9.2f} s of processors")
    return 0


def _phr(name: str, folder: Path, *arguments: str) -> list[str]:
    project = str(folder / "project")
    return [sys.executable, "-m", "sdd", "phr", name, *arguments, "--project", project]


if __name__ == "__main__":
    sys.exit(main())
