"""The next answer of the model `offline`, from the messages so far and nothing else."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from sdd.agents.conversation import (
    AssistantMessage,
    Message,
    Tool,
    ToolCall,
    UserMessage,
)
from sdd.generate.heads import beside, followed
from sdd.generate.migrations import is_migration
from sdd.names import counted
from sdd.workflow.offline.compiler import Compiled, Compiler
from sdd.workflow.offline.order import Order, parse_order
from sdd.workflow.offline.transcript import Transcript, read_transcript

NEEDED_TOOLS = ("list_files", "read_file", "write_file")
_DIAGNOSTIC = re.compile(r"^\d+\. (`[^`]+`(?: at `[^`]+`)?)", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfflineModel:
    """Compiles what the documents of its order state; satisfies `DeterministicModel`."""

    compiler: Compiler = field(default_factory=Compiler)

    @property
    def name(self) -> str:
        """Return what the report calls it."""
        return "offline"

    def respond(self, messages: Sequence[Message], tools: Sequence[Tool]) -> AssistantMessage:
        """Return the next tool calls, or the summary that ends the turn."""
        asked = [message.text for message in messages if isinstance(message, UserMessage)]
        order = parse_order(asked[0]) if asked else None
        if order is None:
            return AssistantMessage(
                text="I take work orders in their written form, and nothing else."
            )
        lacking = [name for name in NEEDED_TOOLS if name not in {tool.name for tool in tools}]
        if lacking:
            return AssistantMessage(
                text=f"I cannot: the agent's definition does not grant {', '.join(lacking)}."
            )
        transcript = read_transcript(messages)
        calls = self._next_calls(order, transcript)
        if calls:
            return _calling(calls, len(messages))
        compiled = self._compile(order, transcript)
        diagnostics = asked[-1] if len(asked) > 1 else ""
        return AssistantMessage(text=_summary(order, transcript, compiled, diagnostics))

    def _next_calls(self, order: Order, transcript: Transcript) -> list[ToolCall]:
        if transcript.listed is None and "" not in transcript.refused:
            return [_call("list_files", under=str(order.backend))]
        documents = _to_read(order.documents, transcript, known=set(transcript.texts))
        if documents:
            return documents
        history = _to_read(_history(order, transcript), transcript, known=set(transcript.texts))
        if history:
            return history
        compiled = self._compile(order, transcript)
        existing = [path for path in compiled.files if path in (transcript.listed or ())]
        if unread := _to_read(existing, transcript, known=transcript.fresh):
            return unread
        others = {path for file in existing for path in followed(transcript.texts.get(file, ""))}
        if unread := _to_read(sorted(others), transcript, known=set(transcript.texts)):
            return unread
        return _writes(order, transcript, compiled)

    def _compile(self, order: Order, transcript: Transcript) -> Compiled:
        texts = {
            path: transcript.texts[path] for path in order.documents if path in transcript.texts
        }
        history = {
            path: transcript.texts[path]
            for path in _history(order, transcript)
            if path in transcript.texts
        }
        return self.compiler.compile(order, texts, history)


def _history(order: Order, transcript: Transcript) -> list[str]:
    """Return the migrations that stood there before: what is appended follows them.

    Those of this conversation are no history yet: diagnostics may ask for others.
    """
    return sorted(
        path
        for path in transcript.before or ()
        if order.owns(path) and is_migration(PurePosixPath(path), order.backend)
    )


def _to_read(paths: Iterable[str], transcript: Transcript, known: set[str]) -> list[ToolCall]:
    calls = []
    for path in paths:
        if path in transcript.unread:
            calls.append(_call("read_file", path=path, offset=transcript.unread[path]))
        elif path not in known and path not in transcript.missing:
            calls.append(_call("read_file", path=path))
    return calls


def _writes(order: Order, transcript: Transcript, compiled: Compiled) -> list[ToolCall]:
    present = transcript.listed or frozenset()
    calls = []
    for path, file in compiled.files.items():
        stands = transcript.texts.get(path) if path in present | transcript.fresh else None
        # What was written in this turn is not looked at again: gates do that.
        settled = path in transcript.refused or path in transcript.written
        wanted = beside(file.content, stands or "", transcript.texts)
        if stands != wanted and not settled:
            calls.append(_call("write_file", path=path, content=wanted))
    for path in order.left_over:
        gone = path in transcript.deleted or path in transcript.refused
        if path in present and path not in compiled.files and not gone and compiled.files:
            calls.append(_call("delete_file", path=path))
    return calls


def _call(name: str, **arguments: object) -> ToolCall:
    return ToolCall(id="", name=name, arguments=arguments)


def _calling(calls: list[ToolCall], turn: int) -> AssistantMessage:
    numbered = tuple(
        ToolCall(id=f"{turn}-{number}", name=call.name, arguments=call.arguments)
        for number, call in enumerate(calls, start=1)
    )
    return AssistantMessage(calls=numbered)


def _summary(order: Order, transcript: Transcript, compiled: Compiled, diagnostics: str) -> str:
    changed = [
        *(f"`{path}`: {compiled.files[path].purpose}" for path in sorted(set(transcript.written))),
        *(f"`{path}`: deleted" for path in sorted(set(transcript.deleted))),
    ]
    unchanged = len(compiled.files) - len(set(transcript.written) & set(compiled.files))
    unread = [
        f"`{path}`: {transcript.missing[path]}"
        for path in order.documents
        if path in transcript.missing
    ]
    parts = [
        _answer(diagnostics, changed),
        _section("Files", changed or ["none: what stands there is what the documents ask for"]),
        f"{counted(unchanged, 'file')} already right." if unchanged else "",
        _section("Refused", [f"`{path}`: {why}" for path, why in transcript.refused.items()]),
        _section("Documents that could not be read", unread),
        _section("Assumed", compiled.assumed),
        _section("Not implemented", compiled.unsupported),
    ]
    return "\n\n".join(part for part in parts if part)


def _answer(diagnostics: str, changed: Sequence[str]) -> str:
    if not diagnostics:
        return ""
    named = _DIAGNOSTIC.findall(diagnostics)
    if changed:
        return f"Made anew from the documents, in answer to {counted(len(named), 'diagnostic')}."
    listed = "; ".join(named) or "what was reported"
    return (
        f"I cannot mend {listed}: the files are what the documents of my order say, as far as I "
        "can read them. Other documents, or a human, have to decide."
    )


def _section(title: str, lines: Sequence[str]) -> str:
    return f"## {title}\n\n" + "\n".join(f"- {line}" for line in lines) if lines else ""
