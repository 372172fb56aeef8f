"""What a document states about one endpoint, before documents are brought together."""

from dataclasses import dataclass

from sdd.ir import Endpoint, Shape
from sdd.text import Span
from sdd.text.markdown import Block


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """A place where a method and a path are written.

    Attributes:
        path: Cleaned, but without a base path in front.
        form: Which form found it, e.g. `heading`.
        strong: False for a mention in running text, which counts only where nothing else does.
        block: Index of the block it stands in.
        region: The blocks that speak of it.
        cells: For a table row: header in lower case → cell.
        summary: What the line says besides the route.
    """

    method: str
    path: str
    form: str
    span: Span
    block: int
    strong: bool = True
    region: tuple[Block, ...] = ()
    cells: tuple[tuple[str, str], ...] = ()
    summary: str = ""
    query: str = ""
    odd: str = ""
    host: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorExample:
    """The body of an error answer as an example shows it."""

    status: int | None
    shape: Shape
    code: str | None
    message: str | None
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """An endpoint as one place states it.

    Attributes:
        places: Attribute → where it is stated, for contradictions.
        errors: Error bodies shown here, as evidence for the error policy.
        section: Index of the section it stands in.
        request_name: Words that name the request body without showing it.
    """

    endpoint: Endpoint
    form: str
    document: str
    strong: bool = True
    places: tuple[tuple[str, Span], ...] = ()
    errors: tuple[ErrorExample, ...] = ()
    section: int = 0
    request_name: str = ""
    response_name: str = ""

    def place(self, attribute: str) -> Span | None:
        """Return where an attribute is stated."""
        return dict(self.places).get(attribute, self.endpoint.span)
