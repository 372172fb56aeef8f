"""What a run works from, as one hash: by it an interrupted run is found again."""

from typing import Any

from sdd import __version__
from sdd.changes import ChangeSet
from sdd.text import decode
from sdd.workflow.context import Project
from sdd.workflow.request import ImplementRequest
from sdd.workflow.runs import inputs_hash

_KEPT = (
    "agent",
    "max_rounds",
    "commit",
    "layout",
    "style",
    "auth_mode",
    "thorough",
    "keep",
    "overwrite",
    "allow_partial",
    "lead",
    "append_findings",
)


def inputs_of(request: ImplementRequest, project: Project, landing: ChangeSet | None = None) -> str:
    """Return the hash of specs, agents, model and options, as a landing will leave them."""
    landed = {str(change.path): change.new for change in landing.changes} if landing else {}
    texts = {
        path: text if (new := landed.get(path)) is None else decode(path, new).text
        for path, text in project.documents.texts.items()
    }
    return inputs_hash(texts, project.agents.values(), _options(request, project))


def options_of(request: ImplementRequest) -> dict[str, Any]:
    """Return the options that a run keeps, to go on by its id alone; budgets are given anew."""
    return {name: getattr(request, name) for name in _KEPT} | {"answers": dict(request.answers)}


def _options(request: ImplementRequest, project: Project) -> dict[str, object]:
    """Return what changes an agent's work; bounds and manners of reporting do not."""
    return {
        "version": __version__,
        "feature": project.feature,
        "model": request.model,
        "agent": request.agent,
        "lead": request.lead,
        "layout": request.layout,
        "style": request.style,
        "auth_mode": request.auth_mode,
        "backend": request.backend,
    }
