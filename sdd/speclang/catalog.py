"""Which spec documents and features a project has, and which documents a feature is made of."""

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from sdd.errors import SpecError
from sdd.names import nearest
from sdd.ports import ReadableFiles
from sdd.speclang.documents import Role, feature_folder, numbered_name, precedence, role_of

ALL = "all"
_SKIPPED = frozenset(
    [
        "node_modules",
        ".git",
        ".venv",
        "venv",
        "dist",
        "build",
        "site-packages",
        "__pycache__",
        ".next",
        ".sdd",
        "history",
        "templates",
        "scripts",
        "commands",
        "prompts",
        "skills",
        "plugins",
        ".claude",
        ".cursor",
        ".github",
        ".gemini",
    ]
)
_SUFFIXES = frozenset({".md", ".markdown", ".mdx", ".yaml", ".yml", ".json"})
_DEEPEST = 7
_LARGEST = 32 * 1024 * 1024
_HTTP = re.compile(rb"(?i)\bfastapi\b|\bREST(?:ful)? API|\b(?:GET|POST|PUT|PATCH|DELETE) `?/[a-z{]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """Something that can be implemented by name.

    Attributes:
        folder: Its folder of plan and tasks, if it has one.
        numbered: Whether that folder bears a number.
        documents: What is about it alone.
    """

    name: str
    documents: tuple[PurePosixPath, ...]
    folder: PurePosixPath | None = None
    numbered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """A project's spec documents in order of precedence, and its features by name."""

    documents: tuple[PurePosixPath, ...]
    features: tuple[Feature, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The features' names, each once, sorted."""
        return tuple(sorted({feature.name for feature in self.features}))

    @property
    def central(self) -> tuple[PurePosixPath, ...]:
        """The documents that belong to no single feature folder."""
        return tuple(path for path in self.documents if feature_folder(path) is None)


def discover(files: ReadableFiles) -> Catalog:
    """Find the spec documents below a project's root, wherever its specs folder stands."""
    documents = sorted((path for path in files.paths() if _is_document(path)), key=precedence)
    features: dict[tuple[str, PurePosixPath | None], list[PurePosixPath]] = {}
    for path in documents:
        folder = feature_folder(path)
        if folder is not None:
            features.setdefault((_name_of(folder), folder), []).append(path)
        elif role_of(path) in {Role.BEHAVIOUR, Role.TOKENS} or path.parent.name == "features":
            features.setdefault((path.name.split(".")[0], None), []).append(path)
    return Catalog(
        documents=tuple(documents),
        features=tuple(
            Feature(
                name=name,
                documents=tuple(paths),
                folder=folder,
                numbered=folder is not None and numbered_name(folder.name) is not None,
            )
            for (name, folder), paths in features.items()
        ),
    )


def _name_of(folder: PurePosixPath) -> str:
    return numbered_name(folder.name) or folder.name


def _is_document(path: PurePosixPath) -> bool:
    parts = [part.casefold() for part in path.parts]
    if len(parts) > _DEEPEST or path.suffix.casefold() not in _SUFFIXES:
        return False
    if any(part in _SKIPPED for part in parts[:-1]):
        return False
    stem = path.name.split(".")[0].casefold()
    if path.suffix.casefold() == ".md" and stem in {"claude", "constitution"}:
        return len(parts) <= 4 and "frontend" not in parts  # noqa: PLR2004 - near the root
    inside = any(part in {"specs", "spec"} for part in parts[:-1])
    if not inside or any(part.startswith(".") and part != ".specify" for part in parts[:-1]):
        return False
    if path.suffix.casefold() in {".yaml", ".yml", ".json"}:
        return parts[-2] in {"contracts", "api", "contract", "openapi"} or "openapi" in stem
    return True


def documents_of(files: ReadableFiles, feature: str) -> tuple[PurePosixPath, ...]:
    """Return what is to be read to implement a feature, authorities first.

    The API contract, the schema, the token rules, the conventions and the constitution are always
    whole; `feature` chooses the documents on behaviour and the feature's own folder. `all` takes
    every feature; a folder's own contracts and data model then count only where the project has no
    central ones, so that unrelated phases are not mixed into one API. The data model of a folder
    whose contract counts is read beside a central schema, for the tables that only it has.

    Raises:
        SpecError: There are no specs, no such feature, or two numbered folders of that name.
    """
    catalog = discover(files)
    if not any(
        path.parts[0] != "CLAUDE.md" and role_of(path) is not Role.CONVENTIONS
        for path in catalog.documents
    ):
        raise SpecError(
            "There are no specs below this folder.",
            hint="Write specs/api/rest-endpoints.md and specs/database/schema.md, or run: sdd init",
        )
    chosen = catalog.features if feature == ALL else _chosen(catalog, feature)
    own = {path for item in chosen for path in item.documents}
    kept = {path for path in catalog.central if _is_always_read(path)} | own
    if feature == ALL:
        kept = _without_phases(files, catalog, kept)
    elif not _has(kept, Role.CONTRACT, Role.OPENAPI):
        kept |= _contracts_elsewhere(catalog, kept)
    return tuple(path for path in catalog.documents if path in kept)


def _chosen(catalog: Catalog, name: str) -> tuple[Feature, ...]:
    wanted = numbered_name(name) or name
    hits = [
        feature
        for feature in catalog.features
        if wanted in {feature.name, numbered_name(feature.name)}
        or (feature.folder is None and feature.name == name)
    ]
    exact = [feature for feature in hits if _folder_name(feature) == name]
    numbered = [feature for feature in hits if feature.numbered]
    if exact and name != wanted:
        return tuple(exact)
    if len(numbered) > 1:
        folders = " and ".join(str(feature.folder) for feature in numbered)
        raise SpecError(
            f"The feature '{name}' is ambiguous: {folders} both bear that name.",
            hint=f"Name the folder itself, for example: {_folder_name(numbered[0])}",
        )
    if not hits:
        _no_such(catalog, name)
    return tuple(hits)


def _folder_name(feature: Feature) -> str:
    return feature.folder.name if feature.folder is not None else feature.name


def _no_such(catalog: Catalog, name: str) -> None:
    near = nearest(name, catalog.names)
    others = [item for item in catalog.names if item not in near]
    listed = ", ".join([*near, *others]) or "none"
    raise SpecError(
        f"There is no feature '{name}' in the specs; there is: {listed}.",
        hint=f"Did you mean '{near[0]}'?" if near else "Take one of these, or: sdd implement all",
    )


def _is_always_read(path: PurePosixPath) -> bool:
    return role_of(path) not in {Role.BEHAVIOUR, Role.FOREIGN, Role.TASKS, Role.CHECKLIST}


def _has(paths: set[PurePosixPath], *roles: Role) -> bool:
    return any(role_of(path) in roles for path in paths)


def _without_phases(
    files: ReadableFiles, catalog: Catalog, kept: set[PurePosixPath]
) -> set[PurePosixPath]:
    central = set(catalog.central)
    has_contract = _has(central, Role.CONTRACT, Role.OPENAPI)
    has_schema = _has(central, Role.SCHEMA, Role.DATA_MODEL)
    holders = {
        feature_folder(path) for path in kept if role_of(path) in {Role.CONTRACT, Role.OPENAPI}
    }
    speaks: dict[PurePosixPath, bool] = {}
    result: set[PurePosixPath] = set()
    for path in kept:
        folder = feature_folder(path)
        role = role_of(path)
        if role in {Role.FOREIGN, Role.TASKS, Role.CHECKLIST}:
            continue
        if folder is not None:
            if role in {Role.CONTRACT, Role.OPENAPI} and has_contract:
                continue
            bound = not has_contract and folder in holders
            if role in {Role.SCHEMA, Role.DATA_MODEL} and has_schema and not bound:
                continue
            if folder not in speaks:
                speaks[folder] = _is_about_backend(files, catalog, folder)
            if not speaks[folder]:
                continue
        result.add(path)
    return result


def _is_about_backend(files: ReadableFiles, catalog: Catalog, folder: PurePosixPath) -> bool:
    """Whether a feature folder speaks of an HTTP backend at all: console phases do not."""
    for path in catalog.documents:
        if feature_folder(path) == folder and role_of(path) in {
            Role.CONTRACT,
            Role.OPENAPI,
            Role.SPEC,
            Role.PLAN,
            Role.DATA_MODEL,
        }:
            if role_of(path) is Role.OPENAPI:
                return True
            data = files.read(path)
            if data is not None and _HTTP.search(data[:_LARGEST]):
                return True
    return False


def _contracts_elsewhere(catalog: Catalog, kept: set[PurePosixPath]) -> set[PurePosixPath]:
    """Return the project's only contract for a feature that has none of its own."""
    found = {
        path
        for path in catalog.documents
        if role_of(path) in {Role.CONTRACT, Role.OPENAPI, Role.SCHEMA, Role.DATA_MODEL}
    }
    folders = {feature_folder(path) for path in found}
    return found if len(folders) == 1 and not any(path in kept for path in found) else set()
