"""Reports kept in `.sdd/cache` between runs; a damaged or foreign file counts as none."""

import contextlib
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sdd.adapters.disk import STATE
from sdd.adapters.single_file import replace_file
from sdd.errors import WorkspaceError

_JUDGES = (
    *("audit", "program", "records", "text"),
    *("diagnostics", "names.py", "__init__.py"),
)


class ReportCache:
    """One JSON file of a project's `.sdd/cache`; what cannot be written is not kept."""

    def __init__(self, project: Path, name: str) -> None:
        self._state = project / STATE
        self._path = self._state / "cache" / f"{name}.json"

    def load(self) -> dict[str, Any]:
        """Return what was kept; empty when there is nothing usable."""
        try:
            data = json.loads(self._path.read_bytes())
        except (OSError, ValueError, RecursionError):
            return {}
        return data if isinstance(data, dict) else {}

    def keep(self, data: dict[str, Any]) -> None:
        """Replace what is kept, at one stroke."""
        text = json.dumps(data, separators=(",", ":"))
        with contextlib.suppress(OSError, WorkspaceError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            ignore = self._state / ".gitignore"
            if not ignore.exists():
                ignore.write_text("*\n", encoding="utf-8")
            replace_file(self._path, text)


def program_stamp() -> str:
    """Return a hash over the files that judge, so that an update of sdd forgets old reports."""
    import sdd  # noqa: PLC0415 - only where it lies matters

    folder = Path(sdd.__file__).parent
    parts = sorted(part for name in _JUDGES for part in _stamps(folder / name))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _stamps(place: Path) -> Iterator[str]:
    for path in (place,) if place.is_file() else place.rglob("*.py"):
        status = path.stat()
        yield f"{path} {status.st_size} {status.st_mtime_ns}"
