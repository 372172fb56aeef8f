"""What every stage of a run has at hand, and the values that stages pass on."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from sdd.agents.conversation import Message
from sdd.agents.definition import AgentDefinition
from sdd.agents.runner import Ending, Usage
from sdd.diagnostics import Diagnostic
from sdd.names import counted
from sdd.ports import ReadableFiles
from sdd.workflow.event_log import EVENTS, event_line
from sdd.workflow.events import Event, StageFinished, StageStarted
from sdd.workflow.manifest import Manifest
from sdd.workflow.overlay import Overlay
from sdd.workflow.request import ImplementRequest, Ports
from sdd.workflow.runs import Run
from sdd.workflow.specs import Documents


@dataclass(slots=True, kw_only=True)
class Line:
    """One line on what came out of a stage, to be filled in while it runs."""

    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """A run's surroundings: the request, the ports, and where events go."""

    request: ImplementRequest
    ports: Ports
    emit: Callable[[Event], None]

    def logged(self, run: Run) -> "Context":
        """Return the same surroundings, with every event also written into the run's folder."""
        path, tell = run.folder / EVENTS, self.emit

        def emit(event: Event) -> None:
            self.ports.append(path, event_line(event, self.ports.clock.now()))
            tell(event)

        return replace(self, emit=emit)

    @contextmanager
    def stage(self, name: str) -> Iterator[Line]:
        """Tell that a stage begins and, if it comes to its end, how long it took."""
        self.emit(StageStarted(stage=name))
        started = self.ports.clock.monotonic()
        line = Line()
        yield line
        seconds = self.ports.clock.monotonic() - started
        self.emit(StageFinished(stage=name, seconds=seconds, summary=line.text))


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """What discovery found.

    Attributes:
        documents: The specs of the feature, unread.
        agents: The definition that stands in for each planned agent, by the planned name.
        base: The project as it stood at the beginning.
        diagnostics: What is odd about agent files.
    """

    documents: Documents
    agents: Mapping[str, AgentDefinition]
    base: ReadableFiles
    manifest: Manifest
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def feature(self) -> str:
        """The feature's name, as its documents have it."""
        return self.documents.feature

    @property
    def summary(self) -> str:
        """One line on what was found."""
        own = len({agent.path for agent in self.agents.values()})
        standing = len(self.base.paths(self.manifest.backend))
        documents = counted(len(self.documents.paths), "document")
        return f"{documents}, {counted(own, 'agent')}, {counted(standing, 'file')} in the backend"


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """What was said and done for one order, over all its rounds."""

    agent: str
    model: str = ""
    messages: tuple[Message, ...] = ()
    rounds: int = 0
    ending: Ending = Ending.SUBMITTED
    reason: str = ""
    text: str = ""
    seconds: float = 0.0
    usage: Usage = Usage()
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What the agents have done so far.

    Attributes:
        writes: What differs from the project, merged over all orders.
        conversations: By order id.
        conflicts: Faults of the merge, with the order ids of the agents concerned.
        compiled: In a hybrid run, what the compiler made of each order, as a digest.
    """

    writes: Mapping[PurePosixPath, bytes | None] = field(default_factory=dict)
    conversations: Mapping[str, Conversation] = field(default_factory=dict)
    conflicts: tuple[tuple[str, Diagnostic], ...] = ()
    compiled: Mapping[str, str] = field(default_factory=dict)

    def overlay(self, base: ReadableFiles) -> Overlay:
        """Return the merged state as files of its own."""
        return Overlay(base, self.writes)

    def with_writes(self, writes: Mapping[PurePosixPath, bytes | None]) -> "Work":
        """Return the same work with other merged files."""
        return replace(self, writes=writes)

    def without_conflicts(self) -> "Work":
        """Return the same work once its conflicts were told to the agents."""
        return replace(self, conflicts=())

    @property
    def usage(self) -> Usage:
        """What all orders used together."""
        total = Usage()
        for conversation in self.conversations.values():
            total += conversation.usage
        return total

    @property
    def unfinished(self) -> tuple[tuple[str, Conversation], ...]:
        """The orders whose last turn did not end with a summary."""
        return tuple(
            (order, conversation)
            for order, conversation in self.conversations.items()
            if conversation.ending is not Ending.SUBMITTED
        )
