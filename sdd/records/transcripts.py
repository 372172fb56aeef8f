"""Reads Claude Code's session transcripts: one exchange for each prompt that a person gave."""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from sdd.names import counted
from sdd.ports import Clock
from sdd.records.phr import RecordedPhr, record_phr, suggest_title
from sdd.records.phr_draft import Evaluation, Outcome, PhrRequest
from sdd.records.redaction import redact
from sdd.records.stages import FEATURE_STAGES, NO_FEATURE
from sdd.records.store import RecordStore

_EDITING_TOOLS = frozenset({"Write", "Edit", "MultiEdit", "NotebookEdit"})
_INJECTED = re.compile(
    r"\s*(?:<(?:system-reminder|ide_|local-command-|bash-|task-notification|user-memory-input"
    r"|new-diagnostics)|\[Request interrupted by user|Caveat: The messages below were generated"
    r"|This session is being continued from a previous conversation)"
)
_COMMAND = re.compile(r"<command-name>\s*(?P<name>/?[^<]*?)\s*</command-name>", re.DOTALL)
_ARGUMENTS = re.compile(r"<command-args>(?P<text>.*?)</command-args>", re.DOTALL)
_LOCAL_OUTPUT = re.compile(r"\s*<local-command-std(?:out|err)>")
_TEST_RUN = re.compile(
    r"\b(?:pytest|unittest|(?:npm|pnpm|yarn|bun)(?: run)? test|vitest|jest|go test|cargo test"
    r"|make test|tox|nox)\b"
)
_COMMAND_STAGES = {
    "constitution": "constitution",
    "specify": "spec",
    "clarify": "spec",
    "checklist": "spec",
    "plan": "plan",
    "tasks": "tasks",
    "implement": "green",
    "analyze": "misc",
    "adr": "misc",
}
_LONGEST_TEST = 80
_ATTACHED = frozenset({"image", "document"})
Entry = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A prompt and what came of it.

    Attributes:
        key: The same for the same prompt of the same session, whenever it is read.
        prompt: Verbatim; a slash command as it was typed.
        response: The assistant's words, without those of its subagents.
        model: The model that answered; several are joined by commas.
        files: Files that were written, subagents included; absolute as the tools have it.
        tests: Test commands that were run, each with how it ended.
        command: The slash command, or empty.
        branch: The git branch.
        root: The working directory.
        date: The day, as YYYY-MM-DD.
        session: The session's id.
        output_tokens: What the model wrote, as far as it is told.
    """

    key: str
    prompt: str
    response: str
    model: str
    files: tuple[str, ...]
    tests: tuple[str, ...]
    command: str
    branch: str
    root: str
    date: str
    session: str
    output_tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """A session: its exchanges, its summaries, and the lines that could not be read."""

    exchanges: tuple[Exchange, ...]
    summaries: tuple[str, ...]
    unreadable: tuple[int, ...]


@dataclass(slots=True, kw_only=True)
class _Draft:
    """An exchange that is still being read."""

    prompt: str
    command: str
    entry: Entry
    texts: list[str] = field(default_factory=list)
    models: list[str] = field(default_factory=list)
    edits: dict[str, str] = field(default_factory=dict)
    runs: dict[str, str] = field(default_factory=dict)
    failed: set[str] = field(default_factory=set)
    answered: set[str] = field(default_factory=set)
    tokens: dict[str, int] = field(default_factory=dict)


def read_transcript(data: bytes) -> Transcript:
    """Read a transcript, JSON on each line; lines of other forms are passed over."""
    reader = _Reader()
    unreadable: list[int] = []
    for number, line in enumerate(data.decode("utf-8", "replace").split("\n"), start=1):
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
        except ValueError:
            unreadable.append(number)
            continue
        if isinstance(entry, dict):
            reader.take(entry)
    return Transcript(
        exchanges=tuple(_exchanges(reader.drafts)),
        summaries=tuple(reader.summaries),
        unreadable=tuple(unreadable),
    )


def prompt_key(session: str, prompt: str, occurrence: int = 1) -> str:
    """Return what a prompt is known by; equal prompts of a session are counted."""
    digest = hashlib.sha256(f"{session}\0{prompt}".encode("utf-8", "surrogatepass"))
    return f"prompt-{digest.hexdigest()[:12]}-{occurrence}"


def stage_of(command: str, feature: str) -> str:
    """Return the stage that a slash command belongs to; without a feature, mostly `general`."""
    name = re.split(r"[.:/]", command.partition(" ")[0])[-1]
    stage = _COMMAND_STAGES.get(name, "general")
    return "general" if stage in FEATURE_STAGES and feature == NO_FEATURE else stage


def request_of(
    exchange: Exchange,
    *,
    feature: str = NO_FEATURE,
    stage: str | None = None,
    user: str = "unknown",
) -> PhrRequest:
    """Return what a record of an exchange says; its key is one of the labels."""
    stage = stage if stage is not None else stage_of(exchange.command, feature)
    names = tuple(_relative(path, exchange.root) for path in exchange.files)
    tokens = f"{exchange.output_tokens} output tokens" if exchange.output_tokens else "not told"
    return PhrRequest(
        title=suggest_title(exchange.prompt, stage),
        stage=stage,
        feature=feature,
        prompt=exchange.prompt,
        response=exchange.response,
        surface="claude-code",
        model=exchange.model,
        branch=exchange.branch or "unknown",
        user=user,
        command=exchange.command or "none",
        labels=("claude-code", exchange.key),
        files=names,
        tests=exchange.tests,
        outcome=Outcome(
            impact=f"{counted(len(names), 'file')} written" if names else "no files written",
            tests="; ".join(exchange.tests),
        ),
        evaluation=Evaluation(graders=f"not run; cost: {tokens}"),
    )


def record_exchanges(
    exchanges: Iterable[Exchange], *, store: RecordStore, clock: Clock, feature: str, user: str
) -> tuple[RecordedPhr, ...]:
    """Write a record for each exchange, under the day of its prompt.

    A prompt that is no valid Unicode cannot be recorded and is passed over.

    Raises:
        ConfigError: The project's template is not usable.
        WorkspaceError: The disk refused.
    """
    return tuple(
        record_phr(
            request_of(exchange, feature=feature, user=user),
            store=store,
            clock=clock,
            root=exchange.root,
            date=exchange.date,
        )
        for exchange in exchanges
        if _whole(exchange.prompt) == exchange.prompt
    )


def _relative(path: str, root: str) -> str:
    path, root = path.replace("\\", "/"), root.replace("\\", "/").rstrip("/")
    return path.removeprefix(f"{root}/") if root else path


class _Reader:
    """Follows a transcript from line to line."""

    def __init__(self) -> None:
        self.drafts: list[_Draft] = []
        self.summaries: list[str] = []
        self._seen: set[str] = set()
        self._calls: dict[str, _Draft] = {}  # of what was written or tested, by the call's id

    def take(self, entry: Entry) -> None:
        """Take one line."""
        uuid = entry.get("uuid")
        if isinstance(uuid, str):
            if uuid in self._seen:  # resumed sessions repeat what was said before
                return
            self._seen.add(uuid)
        match entry.get("type"):
            case "user":
                self._user(entry)
            case "assistant":
                self._assistant(entry)
            case "summary":
                self.summaries.append(_string(entry.get("summary")))
            case "attachment":
                self._queued(entry)
            case _:
                pass

    def _user(self, entry: Entry) -> None:
        content = _mapping(entry.get("message")).get("content")
        for block in content if isinstance(content, list) else []:
            if isinstance(block, dict) and block.get("type") == "tool_result":
                self._result(block)
        if any(entry.get(mark) for mark in ("isSidechain", "isMeta", "isCompactSummary")):
            return
        texts = _texts(content) or _attached(content)
        if texts and _LOCAL_OUTPUT.match(texts[0]) and self.drafts and not self.drafts[-1].texts:
            self.drafts.pop()  # a command of the terminal's own, which no model has seen
        prompt, command = _prompt(texts)
        if prompt:
            self.drafts.append(_Draft(prompt=prompt, command=command, entry=entry))

    def _queued(self, entry: Entry) -> None:
        attachment = _mapping(entry.get("attachment"))
        prompt = attachment.get("prompt")
        is_prompt = attachment.get("type") == "queued_command" and isinstance(prompt, str)
        if is_prompt and not entry.get("isSidechain") and not _INJECTED.match(_string(prompt)):
            self.drafts.append(_Draft(prompt=_string(prompt), command="", entry=entry))

    def _result(self, block: Entry) -> None:
        call = _string(block.get("tool_use_id"))
        draft = self._calls.get(call)
        if draft is not None:
            draft.answered.add(call)
            if block.get("is_error"):
                draft.failed.add(call)

    def _assistant(self, entry: Entry) -> None:
        if not self.drafts:
            return
        draft, message = self.drafts[-1], _mapping(entry.get("message"))
        content = message.get("content")
        for block in content if isinstance(content, list) else []:
            if isinstance(block, dict) and block.get("type") == "tool_use":
                self._note_call(draft, block)
        if entry.get("isSidechain"):
            return
        draft.texts += [text for text in _texts(content) if text.strip()]
        model = _string(message.get("model"))
        if model and model not in draft.models and not model.startswith("<"):
            draft.models.append(model)
        tokens = _mapping(message.get("usage")).get("output_tokens")
        if isinstance(tokens, int):  # one message may come in several lines, counted once
            name = _string(message.get("id")) or _string(entry.get("uuid"))
            draft.tokens[name] = max(tokens, draft.tokens.get(name, 0))

    def _note_call(self, draft: _Draft, block: Entry) -> None:
        values = _mapping(block.get("input"))
        call, name = _string(block.get("id")), block.get("name")
        if name in _EDITING_TOOLS:
            path = _string(values.get("file_path")) or _string(values.get("notebook_path"))
            if path:
                draft.edits[call] = path
                self._calls[call] = draft
        elif name == "Bash":
            command = " ".join(_string(values.get("command")).split())
            if _TEST_RUN.search(command):
                # A secret that is cut in two would not be known as one any more.
                safe, _ = redact(command)
                draft.runs[call] = safe[:_LONGEST_TEST]
                self._calls[call] = draft


def _exchanges(drafts: list[_Draft]) -> Iterator[Exchange]:
    counts: Counter[tuple[str, str]] = Counter()
    for draft in drafts:
        session = _string(draft.entry.get("sessionId"))
        counts[session, draft.prompt] += 1
        edits = [path for call, path in draft.edits.items() if call not in draft.failed]
        yield Exchange(
            key=prompt_key(session, draft.prompt, counts[session, draft.prompt]),
            prompt=draft.prompt,
            response=_whole("\n\n".join(draft.texts)),
            model=", ".join(draft.models) or "unknown",
            files=tuple(dict.fromkeys(edits)),
            tests=tuple(f"{run}: {_ending(draft, call)}" for call, run in draft.runs.items()),
            command=draft.command,
            branch=_string(draft.entry.get("gitBranch")),
            root=_string(draft.entry.get("cwd")),
            date=_string(draft.entry.get("timestamp"))[:10],
            session=session,
            output_tokens=sum(draft.tokens.values()),
        )


def _ending(draft: _Draft, call: str) -> str:
    if call in draft.failed:
        return "failed"
    return "passed" if call in draft.answered else "not finished"


def _prompt(texts: list[str]) -> tuple[str, str]:
    """Return what the person typed, and the slash command in it; both may be empty."""
    for text in texts:
        if command := _COMMAND.search(text):
            name = "/" + command["name"].removeprefix("/")
            arguments = _ARGUMENTS.search(text)
            typed = f"{name} {arguments['text']}" if arguments and arguments["text"] else name
            return typed, name
    spoken = [text for text in texts if not _INJECTED.match(text)]
    prompt = "\n".join(spoken) if any(text.strip() for text in spoken) else ""
    command_name = re.match(r"/[\w.:-]+(?=\s|$)", prompt)
    return prompt, command_name[0] if command_name else ""


def _texts(content: object) -> list[str]:
    match content:
        case str():
            return [content]
        case list():
            blocks = [block for block in content if isinstance(block, dict)]
            return [_string(block.get("text")) for block in blocks if block.get("type") == "text"]
        case _:
            return []


def _attached(content: object) -> list[str]:
    """Return what stands for a prompt without a word, as of a picture alone."""
    kinds = (
        [block.get("type") for block in content if isinstance(block, dict)]
        if isinstance(content, list)
        else []
    )
    return [f"[{kind}]" for kind in kinds if kind in _ATTACHED]


def _whole(text: str) -> str:
    """Return a text whose halves of characters, cut off by a limit, are marked as lost."""
    return text.encode("utf-8", "replace").decode() if not text.isascii() else text


def _mapping(value: object) -> Entry:
    return value if isinstance(value, dict) else {}


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""
