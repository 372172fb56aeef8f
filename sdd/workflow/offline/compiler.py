"""From the documents of an order to its files: read, complete, render, keep what is its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock

from sdd.changes import digest
from sdd.errors import SddError
from sdd.text import SourceText
from sdd.workflow.offline.order import Order
from sdd.workflow.rendering import NO_HISTORY, Rendering, render_files
from sdd.workflow.specs import Specs, read_documents


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledFile:
    """A file as the documents ask for it."""

    content: str
    purpose: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """What an order's documents come to.

    Attributes:
        files: By path relative to the project; only those that the order may write.
        assumed: What the documents leave open, a line each.
        unsupported: What they ask for and nobody compiled, a line each with its place.
    """

    files: Mapping[str, CompiledFile]
    assumed: tuple[str, ...] = ()
    unsupported: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Compiler:
    """Compiles documents; remembers readings and renderings, which depend on their key alone."""

    _specs: dict[str, Specs] = field(default_factory=dict)
    _renderings: dict[str, Rendering] = field(default_factory=dict)
    # Runners ask from several threads: compiling twice at a time would only take turns slowly.
    _turn: Lock = field(default_factory=Lock)

    def compile(
        self, order: Order, texts: Mapping[str, str], history: Mapping[str, str] = NO_HISTORY
    ) -> Compiled:
        """Return the files of an order, from the texts of its documents and its migrations."""
        try:
            with self._turn:
                rendering = self._rendering(order, texts, history)
        except SddError as error:
            return Compiled(files={}, unsupported=(f"{error.message} {error.hint or ''}".strip(),))
        files = {
            path: CompiledFile(content=file.content, purpose=file.purpose)
            for path, file in rendering.files.items()
        }
        return Compiled(
            files=files,
            assumed=rendering.assumed_for(order.id),
            unsupported=rendering.unsupported,
        )

    def _rendering(
        self, order: Order, texts: Mapping[str, str], history: Mapping[str, str]
    ) -> Rendering:
        form = order.form
        said = [f"{path}\0{text}" for path, text in texts.items()]
        told = [f"{name}\0{answer}" for name, answer in order.answers]
        documents = _key([form.tokens or "", *said, *told])
        past = [f"{path}\0{text}" for path, text in history.items()]
        form_key = [form.layout, form.style, str(order.backend), *order.may_write]
        key = _key([documents, *form_key, "history", *past])
        if key not in self._renderings:
            if documents not in self._specs:
                sources = [SourceText(path=path, text=text) for path, text in texts.items()]
                self._specs[documents] = read_documents(sources, form.tokens, dict(order.answers))
            self._renderings[key] = render_files(
                self._specs[documents].application,
                backend=order.backend,
                form=form,
                wanted=order.owns,
                named=tuple(texts),
                history=history,
            )
        return self._renderings[key]


def _key(parts: Sequence[str]) -> str:
    return digest("\0\0".join(parts).encode("utf-8", "surrogatepass"))
