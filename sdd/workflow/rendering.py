"""From the texts of documents to the files of a backend: read, complete, render."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from sdd.workflow.conventions import Convention


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedText:
    """A file of the backend as text, and what it does."""

    content: str
    purpose: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendering:
    """A backend as some documents ask for it.

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


def render_texts(
    texts: Mapping[str, str],
    *,
    feature: str,
    backend: PurePosixPath,
    layout: str,
    answers: Mapping[str, str],
) -> Rendering:
    """Compile documents, given as text by path, to the whole backend.

    Raises:
        SpecError: The documents hold nothing to implement.
    """
    raise NotImplementedError
