"""The migrations that there are, and the one that is to be appended."""

import ast
import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from sdd.generate import naming
from sdd.generate.domain import Domain
from sdd.generate.files import Role
from sdd.generate.migrations.state import SchemaState, load_state, schema_state
from sdd.generate.migrations.steps import needs_people, steps
from sdd.generate.plans import FilePlan

FOLDER = "alembic/versions"
_PURPOSE = "A migration"
_REVISION_LENGTH = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """A migration that exists; `state` is None where somebody else wrote it."""

    revision: str
    follows: tuple[str, ...]
    state: SchemaState | None


def migration_files(
    domain: Domain, history: Mapping[str, str], header: Callable[[str], str]
) -> Iterator[FilePlan]:
    """Yield what exists as it is, and a new migration where the tables differ from it.

    Args:
        domain: What the tables are to be.
        history: The files below `alembic/versions`, by path.
        header: Makes a module's docstring of its purpose.
    """
    for path, text in sorted(history.items()):
        yield _verbatim(path, text)
    known = [item for path in sorted(history) if (item := _known(path, history)) is not None]
    wanted = schema_state(domain)
    before = next((item.state for item in reversed(_chain(known)) if item.state), None)
    if before == wanted or (known and before is None):
        return
    yield from _appended(before or SchemaState(), wanted, known, header)


def _verbatim(path: str, text: str) -> FilePlan:
    return FilePlan(
        path=path, template="verbatim", role=Role.MODELS, purpose=_PURPOSE, values={"text": text}
    )


def _known(path: str, history: Mapping[str, str]) -> _Known | None:
    if not path.endswith(".py"):
        return None
    try:
        names = dict(_constants(ast.parse(history[path])))
    except SyntaxError:
        return None
    revision, follows = names.get("revision"), names.get("down_revision")
    if not isinstance(revision, str):
        return None
    snapshot = history.get(path.removesuffix(".py") + ".json")
    try:
        state = load_state(snapshot) if snapshot is not None else None
    except ValueError:
        state = None
    several = follows if isinstance(follows, tuple | list) else (follows,)
    listed = tuple(item for item in several if isinstance(item, str))
    return _Known(revision=revision, follows=listed, state=state)


def _constants(module: ast.Module) -> Iterator[tuple[str, object]]:
    for node in module.body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                pass
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                pass
            case _:
                continue
        try:
            yield name, ast.literal_eval(value)
        except ValueError:
            continue


def _chain(known: list[_Known]) -> list[_Known]:
    """Sort migrations so that each stands after those that it follows."""
    ordered: list[_Known] = []
    waiting = list(known)
    while waiting:
        done = {item.revision for item in ordered}
        ready = [item for item in waiting if set(item.follows) <= done] or waiting
        ordered += ready
        waiting = [item for item in waiting if item not in ready]
    return ordered


def _appended(
    before: SchemaState,
    wanted: SchemaState,
    known: list[_Known],
    header: Callable[[str], str],
) -> Iterator[FilePlan]:
    followed = {name for item in known for name in item.follows}
    heads = tuple(item.revision for item in _chain(known) if item.revision not in followed)
    dump = wanted.dump()
    revision = hashlib.sha256("\n".join((*heads, dump)).encode()).hexdigest()[:_REVISION_LENGTH]
    name = _name(before, wanted)
    path = f"{FOLDER}/{len(known) + 1:04}_{name}"
    purpose = naming.sentence(name.replace("_", " ").capitalize())
    people = needs_people(before, wanted)
    remark = (
        f"\n\nRows that exist have no value for {', '.join(people)}: say here what they get.\n"
        if people
        else ""
    )
    yield FilePlan(
        path=f"{path}.py",
        template="migration.py",
        role=Role.MODELS,
        purpose=purpose,
        header=header(f"{purpose}{remark}"),
        values={
            "revision": revision,
            "follows": heads[0] if len(heads) == 1 else heads or None,
            "up": steps(before, wanted),
            "down": steps(wanted, before),
        },
        stays_async=True,
    )
    yield _verbatim(f"{path}.json", dump)


def _name(before: SchemaState, wanted: SchemaState) -> str:
    """Return what a migration does, in a few words."""
    changed = [item.name for item in wanted.tables if before.table(item.name) != item]
    gone = [item.name for item in before.tables if wanted.table(item.name) is None]
    if not before.tables:
        return "create_tables"
    words = naming.ascii_words("_".join(dict.fromkeys((*changed, *gone))))
    return f"change_{words}"[:48].rstrip("_") or "change"


def is_migration(path: PurePosixPath, backend: PurePosixPath) -> bool:
    """Tell whether a file of a project is a migration, or what the tables were after it."""
    return path.parent == backend / FOLDER and path.suffix in {".py", ".json"}
