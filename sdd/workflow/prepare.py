"""The stages before any agent works: discover, read, plan."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from sdd.diagnostics import Diagnostic
from sdd.errors import ConfigError
from sdd.ir import Application, Question
from sdd.workflow.context import Context, Project
from sdd.workflow.manifest import load_manifest
from sdd.workflow.questions import settle_questions
from sdd.workflow.request import Ask
from sdd.workflow.snapshot import take_snapshot
from sdd.workflow.specs import Specs, as_documented, find_documents, read_documents
from sdd.workflow.staff import choose_agents

_FOLDERS = ("specs", ".specify", "history/adr")
_FILES = ("CLAUDE.md", "AGENTS.md", "README.md")


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """What the specs say, as far as we understand them.

    Attributes:
        specs: The documents and what was read from them.
        application: The complete application; what a convention filled in is marked.
        answers: What the human answered, by question id.
        open: Questions that must be answered before agents can work.
    """

    specs: Specs
    application: Application
    answers: Mapping[str, str]
    open: tuple[Question, ...] = ()

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What is wrong with the specs, or was not understood."""
        return self.specs.diagnostics

    @property
    def musts(self) -> tuple[str, ...]:
        """What the constitution demands."""
        return tuple(
            requirement.text
            for requirement in self.application.requirements
            if requirement.kind == "constitution"
        )

    @property
    def summary(self) -> str:
        """One line on what was read."""
        application = self.application
        return (
            f"{len(application.endpoints)} endpoints, {len(application.entities)} entities, "
            f"{len(application.requirements)} requirements, {len(self.diagnostics)} remarks"
        )


def discover(context: Context) -> Project:
    """Find the feature's documents, the agents and what stands in the backend.

    Raises:
        SpecError: There are no specs, or the feature is not among them.
        ConfigError: An agent is missing or its file is broken.
        WorkspaceError: A file cannot be read.
    """
    request = context.request
    backend = _backend(request.backend)
    folders = (*_FOLDERS, *request.agent_folders, *_FILES, str(backend))
    base = take_snapshot(context.ports.files, map(PurePosixPath, folders))
    documents = find_documents(base, request.feature)
    agents, diagnostics = choose_agents(base, request.agent_folders, request.agent)
    return Project(
        feature=documents.feature,
        documents=documents,
        agents=agents,
        base=base,
        manifest=load_manifest(base, backend),
        diagnostics=diagnostics,
    )


def _backend(text: str) -> PurePosixPath:
    path = PurePosixPath(text)
    if path.is_absolute() or ".." in path.parts or not path.parts or path.parts[0] in _FOLDERS:
        raise ConfigError(
            f"The backend's folder cannot be {text!r}.",
            hint='Name a folder below the project, for instance backend = "backend".',
        )
    return path


def understand(project: Project, answers: Mapping[str, str], ask: Ask | None) -> Understood:
    """Read the documents, ask what only a human can decide, fill the rest by convention.

    Raises:
        SpecError: The documents hold nothing to implement.
    """
    specs = read_documents(project.documents, answers)
    settled = settle_questions(specs.questions, answers, ask)
    if settled.answers != {key: answers[key] for key in settled.answers if key in answers}:
        specs = read_documents(project.documents, settled.answers)
    return Understood(
        specs=specs,
        application=as_documented(specs),
        answers=settled.answers,
        open=settled.open,
    )
