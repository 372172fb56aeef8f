"""Notes what a run of a function asks of the state it started in, and what it leaves behind."""

import ast
from collections.abc import Iterator
from typing import Any


class Watch:
    """One run of a function under observation; watches of the calls around it are above it.

    Attributes:
        asked: Formulas of which the run wanted to know whether they are facts.
        read: Keys of heap objects that it read.
        written: Keys of heap objects that it placed.
        reused: Numbers of objects that came from earlier runs.
        nodes: Functions that it ran or wanted to run.
        deepest: How many calls were open at most.
        pending: Writes that were waiting for a commit when it began.
        flushes: Whether it commits or rolls back.
        repeatable: Whether repeating its outcome is the same as running it again.
    """

    __slots__ = (
        "above", "asked", "deepest", "flushes", "nodes", "pending", "read", "repeatable",
        "reused", "written",
    )  # fmt: skip

    def __init__(self, above: "Watch | None", pending: tuple[Any, ...]) -> None:
        self.above = above
        self.asked: set[object] = set()
        self.read: set[object] = set()
        self.written: set[object] = set()
        self.reused: set[int] = set()
        self.nodes: set[ast.AST] = set()
        self.deepest = 0
        self.pending = pending
        self.flushes = False
        self.repeatable = True

    def chain(self) -> Iterator["Watch"]:
        """Yield this watch and those above it."""
        watch: Watch | None = self
        while watch is not None:
            yield watch
            watch = watch.above

    def disturb(self) -> None:
        """Note that something happened that cannot be repeated from notes."""
        for watch in self.chain():
            watch.repeatable = False

    def flush(self) -> None:
        """Note a commit or rollback: it also concerns writes from before the run."""
        for watch in self.chain():
            watch.flushes = True
            if watch.pending:
                watch.repeatable = False

    def repeat_write(self, write: object) -> None:
        """Note that a write was waiting already."""
        for watch in self.chain():
            if write in watch.pending:
                watch.repeatable = False

    def sealed(self) -> "Watch":
        """Return the notes as they are now; states that are still around go on noting."""
        copy = Watch(None, ())
        copy.include(self)
        copy.flushes = self.flushes
        return copy

    def include(self, inner: "Watch") -> None:
        """What a call inside the run did, the run did."""
        self.asked |= inner.asked
        self.read |= inner.read
        self.written |= inner.written
        self.reused |= inner.reused
        self.nodes |= inner.nodes
        self.deepest = max(self.deepest, inner.deepest)
