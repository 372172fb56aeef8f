"""Does a generated test suite fail when a protection is removed from the code it tests?

    python benchmarks/suite_mutation.py [--most N] [--all] [--part I/N] [FOLDER...]

For each generated backend (the golden trees, or the folders given) faults are seeded into a
copy, and the copy's own tests are run. Faults that the audit shows to be stopped by a second lock
are left out: they change nothing. Prints a table by kind, and each survivor. Ends 1 below 95 %.
`--part 2/5` runs every fifth fault from the second on: all five parts together are the whole.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from sdd.adapters.source_tree import read_tree
from sdd.changes import edited
from sdd.faults import Kind, Mutation
from sdd.faults.seeding import by_path
from sdd.program import load
from sdd.workflow.self_test import Fate, self_test

GOLDEN = Path(__file__).resolve().parents[1] / "tests" / "golden"
WANTED = 0.95
# A suite cannot tell a literal from the same text in the environment, nor make PyJWT believe
# `none` beside a key, nor know a parameter that was invented; the audit judges these.
NOT_FOR_TESTS = frozenset(
    {
        Kind.LITERAL_SECRET,
        Kind.NONE_ALGORITHM,
        Kind.TOKENS_ALGORITHM,
        Kind.CLIENT_PREFERENCE,
    }
)


def main() -> int:
    """Run every suite against every fault."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--most", type=int, default=2, help="faults of a kind in one backend")
    parser.add_argument("--all", action="store_true", help="every fault")
    parser.add_argument("--part", type=_part, default=slice(None), metavar="I/N")
    arguments = parser.parse_args()
    whole = (item for item in sorted(GOLDEN.iterdir()) if (item / "app").is_dir())
    folders = arguments.folders or list(whole)
    killed: Counter[str] = Counter()
    seeded: Counter[str] = Counter()
    for folder in folders:
        every = chosen(folder, None if arguments.all else arguments.most)
        for mutation in every[arguments.part]:
            seeded[mutation.kind.value] += 1
            if is_killed(folder, mutation):
                killed[mutation.kind.value] += 1
            else:
                print(
                    f"survived  {folder.name}  {mutation.kind.value}  {mutation.span}  "
                    f"{' '.join(mutation.title.split())}",
                    flush=True,
                )
    for kind, number in seeded.items():
        print(f"{kind:28} {killed[kind]:4} of {number}")
    share = sum(killed.values()) / max(1, sum(seeded.values()))
    print(f"killed {sum(killed.values())} of {sum(seeded.values())}: {share:.1%}")
    return 0 if share >= WANTED else 1


def _part(text: str) -> slice:
    first, _, parts = text.partition("/")
    return slice(int(first) - 1, None, int(parts))


def chosen(folder: Path, most: int | None) -> list[Mutation]:
    """Return the faults that no second lock stops."""
    result = self_test(load(read_tree(folder)), most=most)
    return [
        trial.mutation
        for trial in result.trials
        if trial.fate is not Fate.SECOND_LOCK and trial.mutation.kind not in NOT_FOR_TESTS
    ]


def is_killed(folder: Path, mutation: Mutation | None) -> bool:
    """Run the tests of a copy with one fault in it."""
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / folder.name
        shutil.copytree(folder, copy)
        for path, edits in by_path(mutation.edits if mutation else ()).items():
            target = copy / path
            target.write_bytes(edited(target.read_bytes(), edits))
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-n0"]
        done = subprocess.run([*command, "tests"], cwd=copy, capture_output=True, check=False)
        return done.returncode != 0


if __name__ == "__main__":
    sys.exit(main())
