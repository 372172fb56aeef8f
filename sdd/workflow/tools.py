"""The tools of an agent; each holds its own bounds and says what is allowed when it refuses."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from sdd.agents.conversation import Tool, ToolError
from sdd.agents.definition import AgentDefinition
from sdd.errors import SddError
from sdd.generate.migrations.history import FOLDER
from sdd.ir import Question
from sdd.names import counted
from sdd.text import decode
from sdd.workflow.orders import WorkOrder, shown_lines
from sdd.workflow.overlay import Overlay
from sdd.workflow.toolpaths import readable_path, visible, writable_path

MOST_LINES = 2_000
MOST_CHARACTERS = 200_000
MOST_BYTES = 1_000_000
MOST_LISTED = 2_000
MOST_HITS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What tools do outside the overlay.

    Attributes:
        run_tests: Runs the backend's tests as the overlay shows it (below a path, if given).
        audit: Audits the backend as the overlay shows it.
        ask: Asks the human; None when no answer is given, HumanNeeded when nobody is there.
        open_questions: What was asked while nobody was there.
    """

    run_tests: Callable[[Overlay, str | None], str]
    audit: Callable[[Overlay], str]
    ask: Callable[[str, tuple[str, ...]], str | None]
    open_questions: Callable[[], tuple[Question, ...]] = tuple


def make_tools(
    definition: AgentDefinition,
    order: WorkOrder,
    overlay: Overlay,
    owned: frozenset[PurePosixPath],
    services: Services,
) -> tuple[Tool, ...]:
    """Return the tools that a definition grants, bound to one order and its overlay.

    Args:
        definition: Its `tools` are honoured; None grants all.
        order: Bounds what may be written.
        overlay: What is read and written.
        owned: Files of earlier runs that nobody edited; only these may be deleted.
        services: What reaches beyond the overlay.
    """
    toolbox = _Toolbox(order=order, overlay=overlay, owned=owned, services=services)
    return tuple(tool for tool in _all(toolbox) if _granted(definition.tools, tool.name))


def granted(
    definition: AgentDefinition, servers: Mapping[str, tuple[Tool, ...]]
) -> tuple[Tool, ...]:
    """Return the tools of the MCP servers that a definition names.

    `tools:` of the definition is honoured: it names the tool, or its whole server.
    """
    tools = (tool for name in definition.mcp_servers for tool in servers.get(name, ()))
    if definition.tools is None:
        return tuple(tools)
    named = definition.tools
    return tuple(
        tool for tool in tools if tool.name in named or tool.name.rpartition("__")[0] in named
    )


def _granted(granted: Sequence[str] | None, name: str) -> bool:
    # Whoever may write files may also take back those that an earlier run wrote.
    return granted is None or name in granted or (name == "delete_file" and "write_file" in granted)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Toolbox:
    order: WorkOrder
    overlay: Overlay
    owned: frozenset[PurePosixPath]
    services: Services

    def read_file(self, arguments: Mapping[str, Any]) -> str:
        path = readable_path(_text(arguments, "path"))
        lines = self._lines(path)
        if "offset" not in arguments and "limit" not in arguments:
            part = self._part(path, lines)
            if part:
                return part
        first = _number(arguments, "offset", 1)
        most = min(_number(arguments, "limit", MOST_LINES), MOST_LINES)
        page = lines[first - 1 : first - 1 + most]
        if not page:
            raise ToolError(
                f"{path} has {counted(len(lines), 'line')}; offset {first} lies behind them."
            )
        while len(page) > 1 and sum(map(len, page)) + len(page) > MOST_CHARACTERS:
            page = page[: len(page) // 2]
        head = f"{path}, lines {first}-{first + len(page) - 1} of {len(lines)}:"
        return "\n".join([head, *page])

    def _part(self, path: PurePosixPath, lines: Sequence[str]) -> str:
        """Return what the order needs of a document, if that is less than the whole."""
        parts = next((item.lines for item in self.order.documents if item.path == str(path)), ())
        page = [line for first, last in parts for line in lines[first - 1 : last]]
        if len(page) > MOST_LINES or sum(map(len, page)) + len(page) > MOST_CHARACTERS:
            return ""
        head = f"{path}, lines {shown_lines(parts)} of {len(lines)}, as your order needs it:"
        return "\n".join([head, *page]) if page else ""

    def write_file(self, arguments: Mapping[str, Any]) -> str:
        path = writable_path(_text(arguments, "path"), self.order)
        data = _encoded(_text(arguments, "content", empty=True))
        self._write(path, data)
        lines = data.count(b"\n")
        return f"Wrote {path}: {counted(lines, 'line')}."

    def edit_file(self, arguments: Mapping[str, Any]) -> str:
        path = writable_path(_text(arguments, "path"), self.order)
        old, new = _text(arguments, "old_text"), _text(arguments, "new_text", empty=True)
        text = "\n".join(self._lines(path))
        found = text.count(old)
        if found != 1:
            raise ToolError(
                f"old_text stands {found} times in {path}; it must stand there exactly once. "
                "Give more of the lines around it, exactly as read_file shows them."
            )
        self._write(path, _encoded(text.replace(old, new)))
        return f"Edited {path}."

    def delete_file(self, arguments: Mapping[str, Any]) -> str:
        path = writable_path(_text(arguments, "path"), self.order)
        written = path in self.overlay.writes() and path not in self.owned
        if self.overlay.read(path) is None:
            raise ToolError(f"There is no file {path}.")
        if path not in self.owned and not written:
            raise ToolError(
                f"{path} was not written by a run, or a human edited it: it is not yours to "
                "delete. Only the files that the order lists as left from earlier runs are."
            )
        self._write(path, None)
        return f"Deleted {path}."

    def list_files(self, arguments: Mapping[str, Any]) -> str:
        under = _text(arguments, "under", empty=True, default="")
        folder = readable_path(under) if under.strip("./") else PurePosixPath()
        found = [str(path) for path in self.overlay.paths(folder) if visible(path)]
        if not found:
            return f"No files below {folder}."
        rest = len(found) - MOST_LISTED
        more = [f"… and {rest} more; name a folder."] if rest > 0 else []
        return "\n".join([*found[:MOST_LISTED], *more])

    def search(self, arguments: Mapping[str, Any]) -> str:
        text = _text(arguments, "text").casefold()
        under = _text(arguments, "under", empty=True, default="")
        folder = readable_path(under) if under.strip("./") else PurePosixPath()
        hits: list[str] = []
        for path in filter(visible, self.overlay.paths(folder)):
            hits += self._hits(path, text)
            if len(hits) > MOST_HITS:
                return "\n".join([*hits[:MOST_HITS], "… and more; narrow the search."])
        return "\n".join(hits) or "Not found."

    def run_tests(self, arguments: Mapping[str, Any]) -> str:
        under = _text(arguments, "path", empty=True, default="")
        return _served(
            lambda: self.services.run_tests(
                self.overlay.snapshot(), str(readable_path(under)) if under else None
            )
        )

    def audit(self, _arguments: Mapping[str, Any]) -> str:
        return _served(lambda: self.services.audit(self.overlay.snapshot()))

    def ask_user(self, arguments: Mapping[str, Any]) -> str:
        choices = arguments.get("choices", ())
        if not isinstance(choices, list | tuple):
            raise ToolError("choices must be a list of texts.")
        answer = self.services.ask(_text(arguments, "question"), tuple(map(str, choices)))
        if answer is None:
            raise ToolError(
                "The human gave no answer. Take the most cautious reading of the specs and name it "
                "as an assumption in your summary."
            )
        return answer

    def _lines(self, path: PurePosixPath) -> list[str]:
        data = self.overlay.read(path)
        if data is None:
            raise ToolError(f"There is no file {path}. list_files shows what there is.")
        source = decode(str(path), data)
        if "binary" in source.notes:
            raise ToolError(f"{path} is not a text file.")
        return source.lines()

    def _hits(self, path: PurePosixPath, text: str) -> list[str]:
        data = self.overlay.read(path)
        if data is None or len(data) > MOST_BYTES:
            return []
        source = decode(str(path), data)
        if "binary" in source.notes:
            return []
        numbered = enumerate(source.lines(), start=1)
        return [f"{path}:{number}: {line}" for number, line in numbered if text in line.casefold()]

    def _write(self, path: PurePosixPath, data: bytes | None) -> None:
        if (
            path.parent.match(FOLDER)
            and self.overlay.stood(path)
            and self.overlay.read(path) != data
        ):
            raise ToolError(
                f"{path} has landed: databases may have been migrated with it, so it stays as it "
                "is. Write a migration that follows it."
            )
        if data is not None and len(data) > MOST_BYTES:
            raise ToolError(f"{path} would have {len(data)} bytes; at most {MOST_BYTES} are taken.")
        self.overlay.commit({path: data})


def _served(service: Callable[[], str]) -> str:
    try:
        return service()
    except SddError as error:
        raise ToolError(f"{error.message} {error.hint or ''}".strip()) from error


def _text(
    arguments: Mapping[str, Any], name: str, *, empty: bool = False, default: str | None = None
) -> str:
    value = arguments.get(name, default)
    if not isinstance(value, str) or (not value and not empty):
        raise ToolError(
            f"The argument '{name}' must be a text{'' if empty else ' of some length'}."
        )
    return value


def _number(arguments: Mapping[str, Any], name: str, default: int) -> int:
    value = arguments.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ToolError(f"The argument '{name}' must be a whole number from 1.")
    return value


def _encoded(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise ToolError("The content holds a lone surrogate, which is no character.") from error


_PATH = {"type": "string", "description": "Path relative to the project, with forward slashes."}
_UNDER = {"type": "string", "description": "A folder, relative to the project; default: all."}


def _tool(
    call: Callable[[Mapping[str, Any]], str],
    description: str,
    properties: Mapping[str, Any],
    required: tuple[str, ...] = (),
) -> Tool:
    parameters = {
        "type": "object",
        "properties": dict(properties),
        "required": list(required),
        "additionalProperties": False,
    }
    return Tool(name=call.__name__, description=description, parameters=parameters, call=call)


def _string(description: str) -> Mapping[str, Any]:
    return {"type": "string", "description": description}


def _whole(description: str) -> Mapping[str, Any]:
    return {"type": "integer", "minimum": 1, "description": description}


def _all(box: _Toolbox) -> tuple[Tool, ...]:
    return (
        _tool(
            box.read_file,
            "Read a text file. The first line of the answer says which lines follow.",
            {
                "path": _PATH,
                "offset": _whole("First line, from 1."),
                "limit": _whole(f"How many lines; at most {MOST_LINES}."),
            },
            ("path",),
        ),
        _tool(
            box.write_file,
            "Write a whole file, new or replaced. Only within the paths of your order.",
            {"path": _PATH, "content": _string("The whole text of the file.")},
            ("path", "content"),
        ),
        _tool(
            box.edit_file,
            "Replace a text that stands exactly once in a file. Only within your paths.",
            {
                "path": _PATH,
                "old_text": _string("What stands there, exactly."),
                "new_text": _string("What shall stand there instead."),
            },
            ("path", "old_text", "new_text"),
        ),
        _tool(
            box.delete_file,
            "Delete a file that an earlier run wrote, or that you wrote. Only within your paths.",
            {"path": _PATH},
            ("path",),
        ),
        _tool(box.list_files, "List files, one on each line.", {"under": _UNDER}),
        _tool(
            box.search,
            "Find a text in all files, upper and lower case alike; answers path:line: text.",
            {"text": _string("The text to look for; not a pattern."), "under": _UNDER},
            ("text",),
        ),
        _tool(
            box.run_tests,
            "Run the backend's tests on what stands there now, in a process of its own.",
            {"path": _string("A file or folder of tests, relative to the project; default: all.")},
        ),
        _tool(
            box.audit,
            "Check that every route is authenticated and every query confined to its user.",
            {},
        ),
        _tool(
            box.ask_user,
            "Ask the human something that specs and code leave open. One question at a time.",
            {
                "question": _string("The question, with the places that raise it."),
                "choices": {
                    "type": "array",
                    "items": {"type": "string"},
                    "description": "Possible answers, the one that you would take first.",
                },
            },
            ("question",),
        ),
    )
