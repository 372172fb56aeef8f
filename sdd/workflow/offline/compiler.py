"""From the documents of an order to its files: read, complete, render, keep what is its own."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from sdd.changes import digest
from sdd.errors import SddError
from sdd.workflow.offline.order import Order
from sdd.workflow.rendering import Rendering, render_texts


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
    """Compiles documents; remembers renderings, which depend on nothing but their key."""

    _renderings: dict[str, Rendering] = field(default_factory=dict)

    def compile(self, order: Order, texts: Mapping[str, str]) -> Compiled:
        """Return the files of an order, from the texts of its documents and nothing else."""
        try:
            rendering = self._rendering(order, texts)
        except SddError as error:
            return Compiled(files={}, unsupported=(f"{error.message} {error.hint or ''}".strip(),))
        files = {
            path: CompiledFile(content=file.content, purpose=file.purpose)
            for path, file in rendering.files.items()
            if order.owns(path)
        }
        return Compiled(
            files=files,
            assumed=rendering.assumed_for(order.id),
            unsupported=rendering.unsupported,
        )

    def _rendering(self, order: Order, texts: Mapping[str, str]) -> Rendering:
        parts = [order.feature, order.layout, str(order.backend), *map(repr, order.answers)]
        parts += [f"{path}\0{text}" for path, text in sorted(texts.items())]
        key = digest("\0\0".join(parts).encode("utf-8", "surrogatepass"))
        if key not in self._renderings:
            self._renderings[key] = render_texts(
                texts,
                feature=order.feature,
                backend=PurePosixPath(order.backend),
                layout=order.layout,
                answers=dict(order.answers),
            )
        return self._renderings[key]
