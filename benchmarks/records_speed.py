"""Measures `sdd phr list`, `search` and `check` on many records, as commands, beside grep.

Usage: python benchmarks/records_speed.py [--records N]

Records of the usual length are written by the program itself into a folder of their own. Each
command is then run three times from the outside, start-up included; the fastest is printed (asked
for: under a second on 5,000 records), with what the processor did, beside `grep -rc` on the same
files and beside `sdd --help`, which does nothing.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from sdd.records.phr import default_template, file_name, render_phr
from sdd.records.phr_draft import Outcome, PhrRequest

_FEATURES = 20
_ATTEMPTS = 3


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


def timed(command: Sequence[str]) -> tuple[float, float]:
    """Return the fastest of some runs, and what the processor did in it, in seconds."""
    runs = []
    for _ in range(_ATTEMPTS):
        used, began = sum(os.times()[2:4]), time.perf_counter()
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        runs.append((time.perf_counter() - began, sum(os.times()[2:4]) - used))
    return min(runs)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--records", type=int, default=5000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="sdd-records-") as name:
        folder = Path(name)
        size = write_records(folder, asked.records)
        print(f"{asked.records} records, {size / 1e6:.1f} MB")
        sdd = [sys.executable, "-m", "sdd"]
        here = ["--project", name]
        for title, command in (
            ("sdd phr list", [*sdd, "phr", "list", *here]),
            ("sdd phr search", [*sdd, "phr", "search", "rule number 77", *here]),
            ("sdd phr check", [*sdd, "phr", "check", *here]),
            ("grep -rc", ["grep", "-rc", "rule number 77", str(folder / "history")]),
            ("sdd --help", [*sdd, "--help"]),
        ):
            seconds, processor = timed(command)
            print(f"{title:<16}{seconds:>7.2f} s{processor:>9.2f} s of processor")
    return 0


if __name__ == "__main__":
    sys.exit(main())
