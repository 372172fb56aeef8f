"""What the messages so far tell: which files were read, what stands in them, what failed."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from sdd.agents.conversation import AssistantMessage, Message, ToolCall, ToolResult, UserMessage

_PART = re.compile(r".*, lines ([\d, -]+) of (\d+), as your order needs it:", re.DOTALL)
_HEAD = re.compile(r"(.*), lines (\d+)-(\d+) of (\d+):", re.DOTALL)


@dataclass(slots=True, kw_only=True)
class Transcript:
    """A digest of the messages of a conversation.

    Attributes:
        texts: Files whose whole text is known, by path, as last read or written.
        unread: Files of which only the first lines were read, with the next line to ask for.
        missing: Files that could not be read.
        fresh: Files read, written or deleted since the last message of the user.
        listed: What the last list of files since then showed; None: not asked yet.
        before: What the first list of files showed: what stood there before this conversation.
        written: Files written since then.
        deleted: Files deleted since then.
        refused: Calls since then that failed, with the reason.
    """

    texts: dict[str, str] = field(default_factory=dict)
    unread: dict[str, int] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    fresh: set[str] = field(default_factory=set)
    listed: frozenset[str] | None = None
    before: frozenset[str] | None = None
    written: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    _pages: dict[str, list[str]] = field(default_factory=dict)

    def begin_turn(self) -> None:
        """Forget what counts for one turn alone."""
        self.fresh = set()
        self.listed = None
        self.written, self.deleted = [], []
        self.refused = {}

    def take(self, call: ToolCall, result: ToolResult) -> None:
        """Learn from one call and its result."""
        path = str(call.arguments.get("path", ""))
        match call.name:
            case "read_file" if result.failed:
                self.missing[path] = result.text
                self.fresh.add(path)
            case "read_file":
                self._page(path, result.text)
            case _ if result.failed:
                self.refused[path] = result.text
            case "list_files":
                self.listed = frozenset(result.text.splitlines())
                self.before = self.listed if self.before is None else self.before
            case "write_file":
                self.texts[path] = str(call.arguments.get("content", ""))
                self.fresh.add(path)
                self.written.append(path)
            case "delete_file":
                self.texts.pop(path, None)
                self.fresh.add(path)
                self.deleted.append(path)
            case _:
                pass

    def _page(self, path: str, text: str) -> None:
        head, _, body = text.partition("\n")
        if (part := _PART.fullmatch(head)) is not None:
            self.texts[path] = _placed(part.group(1), int(part.group(2)), body.split("\n"))
            self.fresh.add(path)
            return
        found = _HEAD.fullmatch(head)
        if found is None:
            self.missing[path] = "The answer of read_file has an unknown form."
            self.fresh.add(path)
            return
        first, last, total = (int(found.group(number)) for number in (2, 3, 4))
        lines = [] if first == 1 else self._pages.get(path, [])[: first - 1]
        self._pages[path] = [*lines, *body.split("\n")]
        if last < total:
            self.unread[path] = last + 1
            return
        self.unread.pop(path, None)
        self.missing.pop(path, None)
        self.texts[path] = "\n".join(self._pages.pop(path))
        self.fresh.add(path)


def _placed(lines: str, total: int, shown: Sequence[str]) -> str:
    """Put lines where they stand in their document; what was not shown is left blank."""
    numbers: list[int] = []
    for part in lines.split(", "):
        first, _, last = part.partition("-")
        numbers += range(int(first), int(last or first) + 1)
    known = dict(zip(numbers, shown, strict=False))
    return "\n".join(known.get(number, "") for number in range(1, total + 1))


def read_transcript(messages: Sequence[Message]) -> Transcript:
    """Digest a conversation, in order."""
    transcript = Transcript()
    calls: dict[str, ToolCall] = {}
    for message in messages:
        match message:
            case UserMessage():
                transcript.begin_turn()
            case AssistantMessage():
                calls = {call.id: call for call in message.calls}
            case ToolResult() if message.call_id in calls:
                transcript.take(calls[message.call_id], message)
            case _:
                pass
    return transcript
