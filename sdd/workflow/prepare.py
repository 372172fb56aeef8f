"""The stages before any agent works: discover, read, plan."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from sdd.diagnostics import Diagnostic
from sdd.errors import ConfigError, SpecError
from sdd.generate import supported, unsupported
from sdd.generate.layouts import DEFAULT_LAYOUT
from sdd.generate.styles import DEFAULT_STYLE, STYLES
from sdd.ir import Application, AuthMode, Question
from sdd.names import counted
from sdd.text import SourceText
from sdd.workflow.context import Context, Project
from sdd.workflow.hybrid import prose
from sdd.workflow.manifest import load_manifest
from sdd.workflow.orders import Form, Plan, Slice
from sdd.workflow.plan import LAYOUTS, ORDER_IDS, make_plan
from sdd.workflow.questions import settle_questions
from sdd.workflow.rendering import sketch
from sdd.workflow.request import Ask, ImplementRequest, is_compiler, is_hybrid
from sdd.workflow.slices import LEFT_TO_AGENTS, Topics, excerpt, slices
from sdd.workflow.snapshot import take_snapshot
from sdd.workflow.specs import (
    Specs,
    find_documents,
    read_documents,
    spec_paths,
    topics_of,
)
from sdd.workflow.staff import choose_agents

_FOLDERS = ("specs", ".specify", "history/adr")


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """What the specs say, as far as we understand them.

    Attributes:
        specs: What was read from the documents.
        answers: What the human answered, by question id.
        open: Questions that must be answered before agents can work.
        left_out: Set when the model cannot build all of it.
        prose: What a compiler leaves to the language model beside it.
        as_it_stands: The backend was there before: specs state neither contract nor tables.
    """

    specs: Specs
    answers: Mapping[str, str]
    open: tuple[Question, ...] = ()
    left_out: "LeftOut | None" = None
    prose: tuple[Diagnostic, ...] = ()
    as_it_stands: bool = False

    @property
    def unsupported(self) -> tuple[Diagnostic, ...]:
        """What the specs state and this run leaves out."""
        return () if self.left_out is None else self.left_out.diagnostics

    @property
    def builds_nothing(self) -> bool:
        """Whether the specs state endpoints, and the model can build none of them."""
        return bool(self.specs.application.endpoints) and not self.application.endpoints

    @property
    def application(self) -> Application:
        """What this run is to build, complete; what a convention filled in is marked."""
        return self.specs.application if self.left_out is None else self.left_out.application

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
            f"{counted(len(application.endpoints), 'endpoint')}, "
            f"{counted(len(application.entities), 'entity')}, "
            f"{counted(len(application.requirements), 'requirement')}, "
            f"{counted(len(self.diagnostics), 'remark')}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """What a compiler cannot build of the specs.

    Attributes:
        application: The rest, which it can.
        diagnostics: What is left out, each with place and reason.
    """

    application: Application
    diagnostics: tuple[Diagnostic, ...]


def discover(context: Context) -> Project:
    """Find the feature's documents, the agents and what stands in the backend.

    Raises:
        SpecError: There are no specs, or the feature is not among them.
        ConfigError: An agent is missing or its file is broken.
        WorkspaceError: A file cannot be read.
    """
    request, files = context.request, context.ports.files
    backend = _backend(request.backend)
    folders = (*_FOLDERS, *request.agent_folders, str(backend))
    base = take_snapshot(files, map(PurePosixPath, folders), spec_paths(files))
    documents = find_documents(base, request.feature)
    agents, diagnostics = choose_agents(base, request.agent_folders, request.agent)
    return Project(
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


def understand(
    project: Project, request: ImplementRequest, answers: Mapping[str, str], ask: Ask | None
) -> Understood:
    """Read the documents, ask what only a human can decide, fill the rest by convention.

    What was answered when the backend was written still holds, unless it is answered anew.

    A compiler in the seat of a language model leaves out what the specs state in a form that it
    cannot build; that is told, and neither built nor judged in this run.

    Raises:
        SpecError: The documents hold nothing to implement.
        ConfigError: The way to verify tokens does not exist.
    """
    specs = read_documents(project.documents.sources, _tokens(request))
    known = {**project.manifest.answers, **answers}
    settled = settle_questions(specs.questions, known, ask)
    if settled.answers:
        specs = _answered(specs, project, _tokens(request), settled.answers)
    left_out = None
    if is_compiler(request.planned_for):
        rest = supported(specs.application)
        diagnostics = unsupported(specs.application)
        left_out = LeftOut(application=rest, diagnostics=diagnostics)
    rest_in_prose = (
        prose(unsupported(specs.application), specs.diagnostics)
        if is_hybrid(request.planned_for)
        else ()
    )
    return Understood(
        specs=specs,
        answers=settled.answers,
        open=settled.open,
        left_out=left_out,
        prose=rest_in_prose,
    )


def _answered(
    asked: Specs, project: Project, tokens: str | None, answers: Mapping[str, str]
) -> Specs:
    """Read again with what was answered; what was asked stays known, for the record."""
    specs = read_documents(project.documents.sources, tokens, answers)
    return replace(specs, stated=replace(specs.stated, questions=asked.stated.questions))


def plan_orders(request: ImplementRequest, project: Project, understood: Understood) -> Plan:
    """Plan the orders: who does what, from which documents, in which files.

    Raises:
        ConfigError: The layout or style asked for does not exist.
    """
    form = _form(request, understood.application)
    backend = PurePosixPath(request.backend)
    agents = {name: agent.name for name, agent in project.agents.items()}
    bare = make_plan(dict.fromkeys(ORDER_IDS, ()), backend, form, agents)
    sufficiency = _Sufficiency(project=project, understood=understood, plan=bare)
    relevant = [
        item for item in project.documents.sources if item.path in understood.specs.relevant
    ]
    parts = None if is_compiler(request.planned_for) else _topics(understood)
    documents = slices(relevant, ORDER_IDS, sufficiency.holds, parts)
    return make_plan(documents, backend, form, agents)


def _topics(understood: Understood) -> Topics:
    """Return what lines of the documents are about; a language model pays for each of them."""
    remarks = (*understood.prose, *unsupported(understood.specs.application))
    places = [item.span for item in (*remarks, *understood.diagnostics) if item.span is not None]
    left = {(place.path, place.line): LEFT_TO_AGENTS for place in places}
    return {**topics_of(understood.specs.stated), **left}


def _form(request: ImplementRequest, application: Application) -> Form:
    """Settle how to build: as asked for, else as the guidelines say, else by default."""
    stated = dict(application.conventions)
    return Form(
        layout=_choice("layout", request.layout, LAYOUTS, stated) or DEFAULT_LAYOUT,
        style=_choice("style", request.style, STYLES, stated) or DEFAULT_STYLE,
        tokens=_tokens(request),
    )


def _tokens(request: ImplementRequest) -> str | None:
    return _choice("auth mode", request.auth_mode, tuple(AuthMode), {})


def _choice(
    what: str, requested: str | None, known: Sequence[str], stated: Mapping[str, str]
) -> str | None:
    if requested is not None and requested not in known:
        raise ConfigError(
            f"There is no {what} called {requested}.", hint=f"There are: {', '.join(known)}."
        )
    said = stated.get(what)
    return requested or (said if said in known else None)


@dataclass(slots=True, kw_only=True)
class _Sufficiency:
    """Tells whether parts of the documents say as much about an order's files as all of them do.

    What is compiled from them is compared, because what a document leaves open another may state.
    """

    project: Project
    understood: Understood
    plan: Plan
    _sketches: dict[tuple[Slice, ...], Mapping[PurePosixPath, str]] = field(default_factory=dict)

    def holds(self, order_id: str, documents: Sequence[Slice]) -> bool:
        order = self.plan.order(order_id)
        whole = self._sketch([Slice(path=path, why="") for path in self.understood.specs.relevant])
        part = self._sketch(documents)
        return all(
            whole.get(path) == part.get(path) for path in {*whole, *part} if order.owns(path)
        )

    def _sketch(self, documents: Sequence[Slice]) -> Mapping[PurePosixPath, str]:
        key = tuple(replace(item, why="") for item in documents)
        if key not in self._sketches:
            parts = {item.path: item.lines for item in documents}
            chosen = [
                replace(item, text=excerpt(item.text, parts[item.path]))
                for item in self.project.documents.sources
                if item.path in parts
            ]
            self._sketches[key] = self._compiled(chosen)
        return self._sketches[key]

    def _compiled(self, sources: Sequence[SourceText]) -> Mapping[PurePosixPath, str]:
        try:
            application = read_documents(
                sources, self.plan.form.tokens, self.understood.answers
            ).application
        except SpecError:
            return {}
        return sketch(application, backend=self.plan.backend, form=self.plan.form)
