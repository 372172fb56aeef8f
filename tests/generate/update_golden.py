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
    from workflow.test_second_feature import golden as feature  # noqa: PLC0415
    from workflow.test_securing import golden as secured  # noqa: PLC0415

    from sdd.generate import render  # noqa: PLC0415

    for name, (sample, options) in TREES.items():
        _write(name, {str(item.path): item.content for item in render(sample(), options)})
    for name, files in (("user-profile", feature()), ("authentication", secured())):
        _write(f"jobs/{name}", {path: text.encode() for path, text in files.items()})


def _write(name: str, files: dict[str, bytes]) -> None:
    shutil.rmtree(GOLDEN / name, ignore_errors=True)
    for path, content in files.items():
        target = GOLDEN / name / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


if __name__ == "__main__":
    main()
