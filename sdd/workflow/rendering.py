"""From what documents say to the files of a backend, as text."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from types import MappingProxyType

from sdd.generate import Options, render, supported, unsupported
from sdd.generate.domain import domain
from sdd.generate.plan import plan
from sdd.generate.rendering import render_text
from sdd.ir import Application
from sdd.workflow.conventions import Convention, conventions
from sdd.workflow.orders import Form

NO_HISTORY: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedText:
    """A file of the backend as text, and what it does."""

    content: str
    purpose: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendering:
    """A backend, or a part of it, as some documents ask for it.

    Attributes:
        files: By path relative to the project.
        found: What convention filled in.
        unsupported: What the documents ask for and is in no file, a line each with its place.
    """

    files: Mapping[str, RenderedText]
    found: tuple[Convention, ...] = ()
    unsupported: tuple[str, ...] = ()

    def assumed_for(self, order: str) -> tuple[str, ...]:
        """Return what convention filled in, as far as an order needs it."""
        lines = (str(item) for item in self.found if order in item.orders)
        return tuple(dict.fromkeys(lines))


def sketch(
    application: Application, *, backend: PurePosixPath, form: Form
) -> Mapping[PurePosixPath, str]:
    """Return the backend's files before imports and form: enough to see whether two differ."""
    options = Options(layout=form.layout, style=form.style)
    planned = plan(domain(supported(application), options), options)
    return {backend / item.path: render_text(item.template, item.values) for item in planned.files}


def render_files(
    application: Application,
    *,
    backend: PurePosixPath,
    form: Form,
    wanted: Callable[[str], bool],
    named: Sequence[str] = (),
    history: Mapping[str, str] = NO_HISTORY,
) -> Rendering:
    """Render files of a backend.

    Args:
        application: What it should be, complete.
        backend: The backend's folder.
        form: How it is built.
        wanted: Chooses files by their path relative to the project.
        named: The documents that each file names as its specs.
        history: The migrations that there are, by path relative to the project.
    """
    options = Options(
        layout=form.layout,
        style=form.style,
        specs=tuple(named),
        only=lambda path: wanted(str(backend / path)),
        history={
            str(PurePosixPath(path).relative_to(backend)): text for path, text in history.items()
        },
    )
    files = {
        str(backend / file.path): RenderedText(content=file.content.decode(), purpose=file.purpose)
        for file in render(application, options)
    }
    return Rendering(
        files=files,
        found=conventions(application),
        unsupported=tuple(
            f"{item.message} ({item.span})" if item.span else item.message
            for item in unsupported(application)
        ),
    )
