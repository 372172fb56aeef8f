"""Which folder absolute imports start from, found by trying each ancestor."""

import sys
from collections import Counter
from collections.abc import Collection, Iterable

# Names that are never taken for a project's own module, whatever its files are called.
_FOREIGN = frozenset(
    {
        "alembic", "anthropic", "asyncpg", "authlib", "bcrypt", "dotenv", "fastapi",
        "fastapi_users", "firebase_admin", "google", "httpx", "itsdangerous", "jinja2", "jose",
        "jwt", "loguru", "openai", "passlib", "psycopg", "psycopg2", "pwdlib", "pydantic",
        "pydantic_settings", "redis", "requests", "slowapi", "sqlalchemy", "sqlmodel",
        "starlette", "stripe", "structlog", "uvicorn",
    }
)  # fmt: skip


class ImportRoots:
    """Finds the file that a dotted name means, seen from the folder of the importing file."""

    def __init__(self, paths: Collection[str]) -> None:
        self._paths = frozenset(paths)
        self._folders = frozenset(
            folder for path in self._paths for folder in _ancestors(path.rpartition("/")[0])
        )
        self._votes: Counter[str] = Counter()
        self._known: dict[tuple[str, str], str | None] = {}
        self._lost: dict[str, set[str]] = {}

    def vote(self, folder: str, imports: Iterable[str]) -> None:
        """Let a file's absolute imports count for every ancestor from which they resolve."""
        for dotted in imports:
            if not _is_foreign(dotted) and not any(
                self._at(root, dotted) for root in _ancestors(folder)
            ):
                self._lost.setdefault(dotted.partition(".")[0], set()).add(dotted)
            for root in _ancestors(folder):
                if not _is_foreign(dotted) and self._at(root, dotted):
                    self._votes[root] += 1

    def absolute(self, folder: str, dotted: str) -> str | None:
        """Find the file of an absolute import; the ancestor most imports agree on wins."""
        key = (folder, dotted)
        if key not in self._known:
            self._known[key] = self._absolute(folder, dotted)
        return self._known[key]

    def relative(self, folder: str, dotted: str, level: int) -> str | None:
        """Find the file of a relative import of `level` dots."""
        parts = folder.split("/") if folder else []
        if level - 1 > len(parts):
            return None
        base = "/".join(parts[: len(parts) - level + 1])
        return self._at(base, dotted) if dotted else self._package(base)

    def _absolute(self, folder: str, dotted: str) -> str | None:
        if _is_foreign(dotted):
            return None
        found = [
            (self._votes[root], root, path)
            for root in _ancestors(folder)
            if (path := self._at(root, dotted))
        ]
        return max(found)[2] if found else self._below_own_name(dotted)

    def _below_own_name(self, dotted: str) -> str | None:
        """Find what is imported under the name of the folder that is looked at itself.

        That name is not known; it is one under which several modules are imported, each of
        which is there.
        """
        name, _, rest = dotted.partition(".")
        lost = self._lost.get(name, set())
        inner = [one.partition(".")[2] for one in lost if "." in one]
        if rest and len(inner) > 1 and all(self._at("", one) for one in inner):
            return self._at("", rest)
        return None

    def _at(self, root: str, dotted: str) -> str | None:
        base = "/".join(filter(None, (root, dotted.replace(".", "/"))))
        if f"{base}.py" in self._paths:
            return f"{base}.py"
        return self._package(base)

    def _package(self, base: str) -> str | None:
        path = f"{base}/__init__.py" if base else "__init__.py"
        if path in self._paths:
            return path
        return f"{base}/" if base in self._folders else None


def _is_foreign(dotted: str) -> bool:
    first = dotted.partition(".")[0]
    return first in _FOREIGN or first in sys.stdlib_module_names


def _ancestors(folder: str) -> list[str]:
    parts = folder.split("/") if folder else []
    return ["/".join(parts[:count]) for count in range(len(parts), -1, -1)]
