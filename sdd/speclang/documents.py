"""What a spec document is for, told by its place and name, and which one counts more."""

import re
from enum import IntEnum
from pathlib import PurePosixPath


class Role(IntEnum):
    """What a document is the authority on; a smaller number counts more on the API."""

    CONTRACT = 0
    OPENAPI = 1
    SCHEMA = 2
    DATA_MODEL = 3
    BEHAVIOUR = 4
    TOKENS = 5
    CONVENTIONS = 6
    CONSTITUTION = 7
    SPEC = 8
    PLAN = 9
    RESEARCH = 10
    QUICKSTART = 11
    TASKS = 12
    CHECKLIST = 13
    OTHER = 14
    FOREIGN = 15  # tools, clients, user interfaces: not about this backend's API

    @property
    def label(self) -> str:
        """The role as a word for people."""
        return self.name.casefold().replace("_", " ")


_NUMBERED = re.compile(r"^(?:\d{8}-\d{6}|\d{1,4})-(?P<name>.+)$")
_FOREIGN = re.compile(
    r"(?:^|[-_])(?:mcp|tools?|client|frontend|front|ui|cli|components?|pages?|websockets?|graphql"
    r"|grpc|kubernetes|k8s|"
    r"helm|docker|dapr|kafka|events?|sdk|chatkit|deployment|infra\w*|design|wireframes?|commands?"
    r"|console)(?:[-_]|$)",
    re.IGNORECASE,
)
_CONTRACT = re.compile(
    r"(?:^|[-_])(?:api|apis|rest|endpoints?|contracts?|routes?|http)(?:[-_]|$)", re.IGNORECASE
)
_SCHEMA = re.compile(r"(?:^|[-_])(?:schemas?|database|db|tables?|erd|ddl)(?:[-_]|$)", re.IGNORECASE)
_TOKENS = re.compile(
    r"(?:^|[-_])(?:auth|authentication|authorization|jwt|tokens?|security|login)(?:[-_]|$)",
    re.IGNORECASE,
)
_BY_STEM = {
    "spec": Role.SPEC,
    "specification": Role.SPEC,
    "plan": Role.PLAN,
    "research": Role.RESEARCH,
    "quickstart": Role.QUICKSTART,
    "tasks": Role.TASKS,
    "data-model": Role.DATA_MODEL,
    "data_model": Role.DATA_MODEL,
    "data-models": Role.DATA_MODEL,
    "domain-model": Role.DATA_MODEL,
    "domain": Role.DATA_MODEL,
    "entities": Role.DATA_MODEL,
    "constitution": Role.CONSTITUTION,
    "claude": Role.CONVENTIONS,
    "agents": Role.CONVENTIONS,
}


_FOREIGN_FOLDERS = frozenset({"ui", "frontend", "design", "infra", "deployment"})
_FEATURE_FOLDERS = frozenset({"features", "feature", "behaviour", "behavior"})
_SCHEMA_FOLDERS = frozenset({"database", "db", "schema", "schemas", "data"})
_API_FOLDERS = frozenset({"api", "apis", "contracts", "contract", "rest"})


def numbered_name(folder: str) -> str | None:
    """Return the name of a numbered feature folder (`001-task-crud` → `task-crud`), or None."""
    found = _NUMBERED.match(folder)
    return found["name"] if found else None


def role_of(path: PurePosixPath) -> Role:
    """Tell a document's role by its path; what the name does not tell is `OTHER`."""
    stem = path.name.split(".")[0].casefold()
    folders = [part.casefold() for part in path.parts[:-1]]
    if path.suffix in {".yaml", ".yml", ".json"}:
        return Role.FOREIGN if _FOREIGN.search(stem) else Role.OPENAPI
    if stem in _BY_STEM or "checklists" in folders:
        return _BY_STEM.get(stem, Role.CHECKLIST)
    return _role_by_words(stem, folders[-1] if folders else "")


def _role_by_words(stem: str, nearest: str) -> Role:
    """Tell a role by a name's words and the folder it stands in; the first rule that fits."""
    is_data = re.search(r"data[-_]schema|db[-_]schema", stem) is not None
    rules: tuple[tuple[bool, Role], ...] = (
        (bool(_FOREIGN.search(stem)) or nearest in _FOREIGN_FOLDERS, Role.FOREIGN),
        (nearest in _FEATURE_FOLDERS and bool(_TOKENS.search(stem)), Role.TOKENS),
        (nearest in _FEATURE_FOLDERS, Role.BEHAVIOUR),
        (nearest in _SCHEMA_FOLDERS, Role.SCHEMA),
        (is_data or (bool(_SCHEMA.search(stem)) and nearest != "api"), Role.SCHEMA),
        (nearest in _API_FOLDERS or bool(_CONTRACT.search(stem)), Role.CONTRACT),
        (bool(_TOKENS.search(stem)), Role.TOKENS),
    )
    return next((role for fits, role in rules if fits), Role.OTHER)


def feature_folder(path: PurePosixPath) -> PurePosixPath | None:
    """Return the folder below the specs that a document is one feature's of, or None if central.

    A numbered folder is a feature's; so is any other below `specs/` that is not one of the
    central folders (`api`, `database`, `features`, …).
    """
    parts = path.parts
    for depth, part in enumerate(parts[:-1]):
        if part.casefold() in {"specs", "spec"}:
            following = parts[depth + 1 : -1]
            if following and following[0].casefold() not in _CENTRAL:
                return PurePosixPath(*parts[: depth + 2])
            return None
        if numbered_name(part):
            return PurePosixPath(*parts[: depth + 1])
    return None


_CENTRAL = frozenset(
    {
        "api",
        "apis",
        "database",
        "db",
        "schema",
        "features",
        "feature",
        "contracts",
        "rest",
        "data",
        "backend",
        "auth",
        "architecture",
        "ui",
        "frontend",
        "shared",
        "core",
        "docs",
    }
)


def precedence(path: PurePosixPath) -> tuple[int, int, int, int, str]:
    """Return a key that sorts documents so that the authority on a matter comes first."""
    role = role_of(path)
    in_feature = feature_folder(path) is not None
    stem = path.name.split(".")[0].casefold()
    preferred = 0 if re.search(r"rest|endpoints$|^schema$|task|backend", stem) else 1
    exact = 0 if stem in {"rest-endpoints", "schema", "authentication"} else 1
    if role is Role.CONVENTIONS:
        preferred = 0 if any("backend" in part.casefold() for part in path.parts) else 1
    return (role.value, int(in_feature), exact, preferred, str(path))
