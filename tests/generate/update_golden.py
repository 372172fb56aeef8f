"""Write the golden trees anew: `python tests/generate/update_golden.py`, then read the diff."""

import shutil
import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent
GOLDEN = TESTS / "golden"


def main() -> None:
    """Render every sample into its golden tree."""
    sys.path[:0] = [str(TESTS), str(TESTS.parent)]
    from generate.samples import TREES  # noqa: PLC0415

    from sdd.generate import render  # noqa: PLC0415

    for name, (sample, options) in TREES.items():
        shutil.rmtree(GOLDEN / name, ignore_errors=True)
        for item in render(sample(), options):
            target = GOLDEN / name / item.path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(item.content)


if __name__ == "__main__":
    main()
