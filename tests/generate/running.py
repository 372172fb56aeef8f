"""Running a rendered backend in a child process."""

import subprocess
import sys
from pathlib import Path


def run_python(*arguments: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run Python in a backend's folder, with nothing of our environment but what is given."""
    environment = {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(folder), **variables}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
