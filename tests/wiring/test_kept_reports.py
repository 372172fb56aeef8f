"""A kept report is the one that a new analysis would give, whatever was edited since."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from audit_backend import HOLE, MAIN
from fakes import FixedClock
from hypothesis import given, settings
from hypothesis import strategies as st

from sdd.wiring.auditing import Audited, AuditRequest, audit_folder

CLOCK = FixedClock(datetime(2026, 5, 1, tzinfo=UTC))
FILES = {
    "main.py": MAIN + HOLE + "\nfrom shared.texts import greeting\n",
    "shared/__init__.py": "",
    "shared/texts.py": "greeting = 'hello'\n",
    "jobs/nightly.py": "import shared.texts\n\n\ndef run():\n    return shared.texts.greeting\n",
    "jobs/shared/texts.py": "greeting = 'good night'\n",
}
ADDED = (
    "",
    "# a remark\n",
    "x = 1\n",
    "x = (\n",
    "import os\n",
    "import shared.texts\n",
    "from jobs.shared.texts import greeting\n",
    "from fastapi import FastAPI\napp = FastAPI()\n",
    "\n\n@app.get('/more')\ndef more():\n    return 1\n",
    "greeting = print('café')\n",
)
EDITS = st.lists(st.tuples(st.sampled_from([*FILES, "new.py"]), st.sampled_from(ADDED)), max_size=3)


@contextmanager
def _project() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp())
    try:
        (folder / "sdd.toml").write_text("")
        for name, text in FILES.items():
            place = folder / "backend" / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text)
        yield folder / "backend"
    finally:
        shutil.rmtree(folder)


def _audit(folder: Path, *, cache: bool = True) -> Audited:
    return audit_folder(AuditRequest(folder=folder, cache=cache), CLOCK)


@settings(max_examples=12, deadline=None)
@given(edits=EDITS)
def test_what_is_kept_is_what_would_be_found(edits: list[tuple[str, str]]) -> None:
    """Over edits of any files, a report from the cache equals a new one."""
    with _project() as folder:
        _audit(folder)
        for name, text in edits:
            place = folder / name
            old = place.read_text() if place.exists() else ""
            place.write_text(old + text if text else text)

            assert _audit(folder).report == _audit(folder, cache=False).report


@pytest.mark.parametrize(
    ("name", "text", "warm"),
    [
        ("jobs/nightly.py", "def run():\n    return 2\n", False),
        ("jobs/nightly.py", "import shared.texts\nrun = 1\n", True),
        ("jobs/nightly.py", "import shared.texts\nrun = (\n", False),
        ("jobs/nightly.py", "import shared.texts\n# FastAPI\n", False),
        ("jobs/shared/texts.py", "greeting = 'sleep well'\n", True),
        ("shared/texts.py", "greeting = 'welcome'\n", False),
    ],
)
def test_a_file_that_no_app_reaches_counts_by_its_imports(
    name: str, text: str, *, warm: bool
) -> None:
    """Its other content may change without a new analysis."""
    with _project() as folder:
        _audit(folder)
        (folder / name).write_text(text)

        assert _audit(folder).warm is warm
