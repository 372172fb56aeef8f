"""The compiler's back end: from a completed application to the files of a FastAPI backend."""

from collections.abc import Mapping
from pathlib import PurePosixPath

from sdd.diagnostics import Diagnostic
from sdd.generate.domain import domain
from sdd.generate.files import Options, RenderedFile, Role
from sdd.generate.layouts import module_of
from sdd.generate.plan import plan
from sdd.generate.plans import FilePlan
from sdd.generate.rendering import render_python, render_text
from sdd.generate.styles import synchronous
from sdd.generate.supported import split
from sdd.ir import Application
from sdd.ir.complete import complete

__all__ = ["Options", "RenderedFile", "Role", "render", "supported", "unsupported"]


def render(application: Application, options: Options) -> tuple[RenderedFile, ...]:
    """Render a backend; pure, deterministic, sorted by path.

    What cannot be compiled is left out: `unsupported` says what and why.
    """
    planned = plan(domain(supported(application), options), options)
    files = (_rendered(item, options, planned.symbols) for item in _chosen(planned.files, options))
    return tuple(sorted(files, key=lambda item: item.path))


def _chosen(files: tuple[FilePlan, ...], options: Options) -> tuple[FilePlan, ...]:
    only = options.only
    return (
        files if only is None else tuple(item for item in files if only(PurePosixPath(item.path)))
    )


def supported(application: Application) -> Application:
    """Return exactly what `render` renders: completed, without what cannot be compiled."""
    return split(complete(application))[0]


def unsupported(application: Application) -> tuple[Diagnostic, ...]:
    """Return what cannot be compiled, each with its place and the reason.

    `unsupported-endpoint` (an error) is left out whole; `unsupported-parameter`,
    `unsupported-field` and `ignored-field` (warnings) are left out of an endpoint that is
    rendered.
    """
    return split(complete(application))[1]


def _rendered(item: FilePlan, options: Options, symbols: Mapping[str, str]) -> RenderedFile:
    text = render_text(item.template, item.values)
    if item.header is not None:
        if options.style == "sync" and not item.stays_async:
            text = synchronous(text)
        text = render_python(item.header, text, _local(item.path, symbols))
    return RenderedFile(
        path=PurePosixPath(item.path),
        content=text.encode(),
        purpose=item.purpose,
        role=item.role,
    )


def _local(path: str, symbols: Mapping[str, str]) -> dict[str, str]:
    """Return where a file's names come from: `Field` is not the same in models and schemas."""
    own = {"Field": "sqlmodel" if path.startswith("app/models/") else "pydantic"}
    module = module_of(path)
    hidden = () if path.startswith("tests/") else ("tests.",)
    others = {
        name: home
        for name, home in symbols.items()
        if home != module and not home.startswith(hidden)
    }
    return {**own, **others}
