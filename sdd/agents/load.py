"""Agent definitions from Markdown files: tolerant in reading, exact in saying what was wrong."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import PurePosixPath
from typing import Any

from sdd.agents.catalog import Catalog, load_catalog
from sdd.agents.definition import AgentDefinition, OwnServer
from sdd.agents.header import Header, read_header
from sdd.agents.toolnames import map_tools
from sdd.diagnostics import Diagnostic, Related, Severity
from sdd.errors import WorkspaceError
from sdd.names import kebab, nearest
from sdd.ports import ReadableFiles
from sdd.text import SourceText, Span, decode

FOLDERS = (PurePosixPath("agents"), PurePosixPath(".claude/agents"))
_KEBAB = re.compile(r"^[a-z0-9]+(-[a-z0-9]+)*$")
_GARBLED = re.compile(
    "[\u00c3\u00c2\u00e2\u00f0\u00ef\u00c5][\u0080-\u00ff\u0152-\u02dc\u2013-\u2122]"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PassedOver:
    """A file in an agents folder that defines no agent of its own, and why."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedAgents:
    """The agents of a project, what was wrong with their files, and which files were passed over.

    Attributes:
        definitions: One for each name, in order of path within folders of falling precedence.
    """

    definitions: tuple[AgentDefinition, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    passed_over: tuple[PassedOver, ...] = ()

    def find(self, name: str) -> AgentDefinition | None:
        """Return the agent of a name, by its kebab-case form if it is not written so."""
        for definition in self.definitions:
            if definition.name == name:
                return definition
        return next((item for item in self.definitions if kebab(item.name) == kebab(name)), None)


def default_definitions() -> tuple[AgentDefinition, ...]:
    """Return the packaged agents, for a project that has none of a needed name; sorted by name."""
    catalog = load_catalog()
    found = []
    for entry in resources.files(__package__).joinpath("definitions").iterdir():
        if entry.name.endswith(".md"):
            source = decode(f"sdd/agents/definitions/{entry.name}", entry.read_bytes())
            definition, _ = parse_agent(source, catalog)
            if definition is not None:
                found.append(definition)
    return tuple(sorted(found, key=lambda item: item.name))


def load_agents(
    files: ReadableFiles,
    folders: Sequence[PurePosixPath] = FOLDERS,
    catalog: Catalog | None = None,
) -> LoadedAgents:
    """Load every agent below the folders; earlier folders win where names meet."""
    names = catalog or load_catalog()
    loaded = LoadedAgents()
    for folder in folders:
        loaded = _join(loaded, _load_folder(files, folder, names))
    return loaded


def parse_agent(
    source: SourceText, catalog: Catalog | None = None
) -> tuple[AgentDefinition | None, tuple[Diagnostic, ...]]:
    """Read one agent file; None when it is prose, without front matter that names an agent.

    Whatever is wrong is told as a diagnostic; what was meant is what the definition says.
    """
    names = catalog or load_catalog()
    mended, found = _mend(source)
    header = read_header(mended)
    if header is None or not {"name", "description"} & set(header.values):
        return None, ()
    found += header.diagnostics
    stem = _stem(source.path)
    name = header.text("name") or stem
    description = header.text("description")
    tools, about_tools = map_tools(header, names.tools, source)
    model, about_model = _model(header, names, source)
    definition = AgentDefinition(
        name=name,
        description=description,
        prompt=header.body.strip("\n"),
        path=source.path,
        model=model,
        tools=tools,
        color=header.text("color") or None,
        mcp_servers=_server_names(header.values.get("mcpServers")),
        own_servers=dict(_own_servers(header.values.get("mcpServers"))),
        extra={key: value for key, value in header.values.items() if key not in _OWN_KEYS},
    )
    found += (
        *_about_name(header, name, stem, source),
        *_about_text(definition, source),
        *about_tools,
        *about_model,
    )
    return definition, tuple(found)


_OWN_KEYS = frozenset({"name", "description", "tools", "model", "color"})


def _load_folder(files: ReadableFiles, folder: PurePosixPath, catalog: Catalog) -> LoadedAgents:
    definitions: list[AgentDefinition] = []
    found: list[Diagnostic] = []
    passed: list[PassedOver] = []
    digests: dict[str, tuple[str, str]] = {}
    for path in files.paths(folder):
        if path.suffix.lower() not in {".md", ".markdown"}:
            continue
        source, problem = _read(files, path)
        if source is None:
            found += problem
            continue
        definition, diagnostics = parse_agent(source, catalog)
        found += diagnostics
        if definition is None:
            passed.append(PassedOver(path=str(path), reason="no front matter that names an agent"))
            continue
        digest = hashlib.sha256(source.text.encode()).hexdigest()
        other = digests.get(definition.name)
        if other is None:
            digests[definition.name] = (str(path), digest)
            definitions.append(definition)
        elif other[1] == digest:
            passed.append(PassedOver(path=str(path), reason=f"the same as {other[0]}"))
        else:
            found.append(_duplicate(definition, other[0]))
    return LoadedAgents(
        definitions=tuple(definitions), diagnostics=tuple(found), passed_over=tuple(passed)
    )


def _join(first: LoadedAgents, second: LoadedAgents) -> LoadedAgents:
    places = {item.name: item.path for item in first.definitions}
    fresh = tuple(item for item in second.definitions if item.name not in places)
    hidden = tuple(
        PassedOver(path=item.path, reason=f"{places[item.name]} defines {item.name} before it")
        for item in second.definitions
        if item.name in places
    )
    return LoadedAgents(
        definitions=first.definitions + fresh,
        diagnostics=first.diagnostics + second.diagnostics,
        passed_over=first.passed_over + second.passed_over + hidden,
    )


def _read(
    files: ReadableFiles, path: PurePosixPath
) -> tuple[SourceText | None, tuple[Diagnostic, ...]]:
    try:
        data = files.read(path)
    except WorkspaceError as error:
        return None, (_unreadable(path, error.message),)
    source = decode(str(path), data or b"")
    if "binary" in source.notes:
        return None, (_unreadable(path, f"{path} is not text."),)
    return source, ()


def _unreadable(path: PurePosixPath, message: str) -> Diagnostic:
    return Diagnostic(
        rule="unreadable-agent",
        severity=Severity.ERROR,
        message=message,
        span=Span(path=str(path)),
        hint="Make it readable, or take it out of the agents folder.",
    )


def _duplicate(definition: AgentDefinition, other: str) -> Diagnostic:
    return Diagnostic(
        rule="duplicate-agent",
        severity=Severity.ERROR,
        message=f"`{definition.name}` is defined twice: {other} and {definition.path}.",
        span=Span(path=definition.path),
        hint="Rename or remove one of the two files.",
        reason="The two differ, so which of them works would be chance.",
        subject=definition.name,
        related=(Related(span=Span(path=other), message="the other definition"),),
    )


def _stem(path: str) -> str:
    return PurePosixPath(path).stem.removesuffix(".agent").removesuffix(".chatmode")


def _mend(source: SourceText) -> tuple[SourceText, tuple[Diagnostic, ...]]:
    """Undo text that was decoded with the wrong encoding once, and say where."""
    found: list[Diagnostic] = []
    if "not UTF-8" in source.notes:
        found.append(_encoding(source, 1, "not-utf8", "The file is not UTF-8."))
    if not _GARBLED.search(source.text):
        return source, tuple(found)
    from ftfy import fix_encoding  # noqa: PLC0415 - few files need it, and it is slow to import

    lines = source.lines()
    mended = [fix_encoding(line) if _GARBLED.search(line) else line for line in lines]
    changed = [number for number, line in enumerate(lines, 1) if line != mended[number - 1]]
    if changed:
        more = f" and {len(changed) - 1} more lines" if len(changed) > 1 else ""
        message = f"Garbled characters (mojibake) on this line{more}."
        found.append(_encoding(source, changed[0], "mojibake", message))
    return replace(source, text="\n".join(mended)), tuple(found)


def _encoding(source: SourceText, line: int, rule: str, message: str) -> Diagnostic:
    return Diagnostic(
        rule=rule,
        severity=Severity.WARNING,
        message=message,
        span=source.span(line),
        hint="Save the file as UTF-8 with the characters that were meant.",
        reason="It was mended in memory; the file is unchanged.",
    )


def _about_name(header: Header, name: str, stem: str, source: SourceText) -> Iterator[Diagnostic]:
    span = header.spans.get("name", source.span(1))
    proper = kebab(name) or kebab(stem)
    if not header.text("name"):
        message = f"The agent has no name; its file's is used: {stem}."
        yield _warning("missing-name", message, span, f"Write `name: {kebab(stem) or 'agent'}`.")
    elif not _KEBAB.match(name):
        message = f"`{name}` is not in kebab-case."
        yield _warning("agent-name-form", message, span, f"Write `name: {proper}`.")
    elif name != stem:
        message = f"The file {stem}.md defines an agent of another name: {name}."
        hint = f"Rename the file to {name}.md, or write `name: {stem}`."
        yield replace(_warning("agent-name-differs", message, span, hint), severity=Severity.NOTE)


def _about_text(definition: AgentDefinition, source: SourceText) -> Iterator[Diagnostic]:
    if not definition.description:
        message = f"`{definition.name}` has no description."
        hint = "Write `description:` and when this agent is to be used."
        yield _warning("missing-description", message, source.span(1), hint)
    if not definition.prompt.strip():
        message = f"`{definition.name}` has no prompt: nothing follows its front matter."
        hint = "Write what the agent is to do below the closing `---`."
        yield _warning("empty-prompt", message, source.span(1), hint)


def _warning(rule: str, message: str, span: Span, hint: str | None = None) -> Diagnostic:
    return Diagnostic(rule=rule, severity=Severity.WARNING, message=message, span=span, hint=hint)


def _model(
    header: Header, catalog: Catalog, source: SourceText
) -> tuple[str | None, tuple[Diagnostic, ...]]:
    written = header.text("model")
    if not written:
        return None, ()
    span = header.spans.get("model", source.span(1))
    choice = catalog.models.resolve(written)
    if choice is None:
        near = nearest(written.lower(), catalog.models.aliases)
        hint = f"Write `model: {near[0] if near else 'inherit'}`, a Claude id, or `provider:id`."
        message = f"`{written}` is not a model we know; the run's own is used."
        return None, (_warning("unknown-model", message, span, hint),)
    hint = f"Write `model: {_alias(catalog, choice.id)}`."
    if choice.retired is not None:
        when = f" on {choice.retired.date}" if choice.retired.date else ""
        message = f"`{written}` retires{when}; {choice.id} is used."
        return written, (_warning("retired-model", message, span, hint),)
    if choice.guessed:
        message = f"`{written}` was read as {choice.id}."
        return written, (_warning("model-in-words", message, span, hint),)
    return written, ()


def _alias(catalog: Catalog, model_id: str | None) -> str:
    names = (alias for alias, target in catalog.models.aliases.items() if target == model_id)
    return next(names, model_id or "inherit")


def _server_names(value: Any) -> tuple[str, ...]:  # noqa: ANN401 - front matter holds anything
    if isinstance(value, Mapping):
        return tuple(str(name) for name in value)
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    if isinstance(value, list):
        names = (next(iter(item), "") if isinstance(item, dict) else item for item in value)
        return tuple(str(name) for name in names if name)
    return ()


def _own_servers(value: Any) -> Iterator[tuple[str, OwnServer]]:  # noqa: ANN401 - as above
    """Yield the servers that are described where they are named, as programs to be started."""
    tables = value if isinstance(value, list) else [value]
    rows = (table.items() for table in tables if isinstance(table, Mapping))
    for name, row in (pair for pairs in rows for pair in pairs):
        if isinstance(row, Mapping) and isinstance(row.get("command"), str):
            arguments, variables = row.get("args"), row.get("env")
            words = arguments if isinstance(arguments, list) else []
            given = variables if isinstance(variables, Mapping) else {}
            yield (
                str(name),
                OwnServer(
                    command=(row["command"], *map(str, words)),
                    environment={str(key): str(text) for key, text in given.items()},
                ),
            )
