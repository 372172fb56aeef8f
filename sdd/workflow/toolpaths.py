"""Which paths an agent may name: nothing outside the project, no secrets, writes by order."""

from pathlib import PurePosixPath

from sdd.agents.conversation import ToolError
from sdd.workflow.orders import WorkOrder

MOST_PATH_CHARACTERS = 400
_HIDDEN_FOLDERS = frozenset(
    {".git", ".sdd", ".venv", "venv", "node_modules", "__pycache__", ".pytest_cache"}
)
_READ_ONLY_FOLDERS = frozenset({"specs", "agents", ".specify", ".claude", "history"})
_READ_ONLY_NAMES = frozenset({"tasks.md", "CLAUDE.md", ".sdd-manifest.json"})


def readable_path(text: str) -> PurePosixPath:
    """Return the path that a model named for reading.

    Raises:
        ToolError: It leads out of the project, or to something that agents do not see.
    """
    path = _inside(text)
    if not visible(path):
        raise ToolError(f"{path} is not shown to agents: it may hold secrets or internals.")
    return path


def writable_path(text: str, order: WorkOrder) -> PurePosixPath:
    """Return the path that a model named for writing, if its order covers it.

    Raises:
        ToolError: The path is not the order's to write; the message lists what is.
    """
    path = readable_path(text)
    reason = _read_only(path)
    if reason is None and order.owns(path):
        return path
    allowed = ", ".join(order.may_write)
    raise ToolError(
        f"{path} {reason or 'is not among the paths of this order'}. Allowed: {allowed}"
    )


def visible(path: PurePosixPath) -> bool:
    """Tell whether agents may see a file: no caches, no internals, no settings with secrets."""
    if _HIDDEN_FOLDERS & set(path.parts):
        return False
    is_settings = path.name == ".env" or path.name.startswith(".env.")
    return not is_settings or path.name in {".env.example", ".env.sample", ".env.template"}


def _inside(text: str) -> PurePosixPath:
    if len(text) > MOST_PATH_CHARACTERS:
        raise ToolError(f"A path has at most {MOST_PATH_CHARACTERS} characters.")
    if "\\" in text or any(ord(character) < ord(" ") for character in text):
        raise ToolError("A path is written with forward slashes and without control characters.")
    path = PurePosixPath(text)
    if path.is_absolute() or ".." in path.parts or ":" in text.split("/", 1)[0]:
        raise ToolError(f"{text} leads out of the project; paths are relative to its root.")
    if not path.parts:
        raise ToolError("A path must name a file.")
    return path


def _read_only(path: PurePosixPath) -> str | None:
    if path.parts[0] in _READ_ONLY_FOLDERS:
        return "belongs to specs, agents or records, which agents do not change"
    if path.name in _READ_ONLY_NAMES:
        return "is kept by the program or by people, not by agents"
    return None
