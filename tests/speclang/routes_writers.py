"""Writes endpoints down in the nine forms that people use, and in the words that they vary."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sdd.ir import Endpoint, Field, Parameter, Shape, Type

JSON = {
    Type.STR: '"Call the plumber"',
    Type.INT: "7",
    Type.FLOAT: "1.5",
    Type.BOOL: "true",
    Type.DATETIME: '"2026-03-09T10:00:00Z"',
    Type.DATE: '"2026-03-09"',
    Type.UUID: '"550e8400-e29b-41d4-a716-446655440000"',
}
WORDS = {
    Type.STR: "string",
    Type.INT: "integer",
    Type.FLOAT: "float",
    Type.BOOL: "boolean",
    Type.DATETIME: "datetime",
    Type.DATE: "date",
    Type.UUID: "uuid",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How somebody writes: what they call things, and how they set them off.

    Attributes:
        level: Of an endpoint's heading.
        numbered: Whether headings bear numbers.
        tick: What stands around code: a back tick, or nothing.
        label: The three words for access, request and response.
        bullets: Whether labels are items.
        yes: The word for access that needs a token; `no`: for one that does not.
        colon_inside: Whether the colon of a label is bold too.
        shuffled: Whether the columns of tables come in another order.
    """

    level: int = 3
    numbered: bool = False
    tick: str = ""
    label: tuple[str, str, str] = ("Authentication", "Request Body", "Response")
    bullets: bool = False
    yes: str = "Required"
    no: str = "None"
    colon_inside: bool = False
    shuffled: bool = False

    def heading(self, number: int, text: str) -> str:
        """Return a heading of an endpoint."""
        return f"{'#' * self.level} {f'{number}. ' if self.numbered else ''}{text}"

    def labelled(self, name: str, value: str) -> str:
        """Return a label with its value on one line."""
        bold = f"**{name}:**" if self.colon_inside else f"**{name}**:"
        return f"{'- ' if self.bullets else ''}{bold} {value}".rstrip()

    def code(self, text: str) -> str:
        """Return a text as code, or as it is."""
        return f"{self.tick}{text}{self.tick}"

    def table(self, header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
        """Return a table, its columns in this manner's order."""
        order = list(range(len(header)))
        if self.shuffled:
            order.reverse()
        lines = [
            "| " + " | ".join(header[at] for at in order) + " |",
            "|" + "---|" * len(header),
            *("| " + " | ".join(row[at] for at in order) + " |" for row in rows),
        ]
        return "\n".join(lines)


def _title(endpoint: Endpoint) -> str:
    words = [part.strip("{}") for part in endpoint.path.split("/") if part]
    return f"{endpoint.method.capitalize()} the {' '.join(words).replace('_', ' ')}"


def _object(shape: Shape) -> str:
    lines = ",\n".join(f'  "{item.name}": {JSON[item.shape.type]}' for item in shape.fields)
    return f"```json\n{{\n{lines}\n}}\n```"


def _parameters(endpoint: Endpoint, manner: Manner) -> list[str]:
    if not endpoint.parameters:
        return []
    rows = [_row(item) for item in endpoint.parameters]
    header = ("Parameter", "Type", "Default", "Description")
    return ["**Query Parameters**:", manner.table(header, rows)]


def _row(item: Parameter) -> tuple[str, str, str, str]:
    assert item.type is not None
    default = "-" if item.default is None else str(item.default.value)
    return item.name, WORDS[item.type], default, "What to show"


def _fields(shape: Shape, manner: Manner) -> str:
    header = ("Field", "Type", "Required", "Description")
    rows = [(item.name, WORDS[item.shape.type], *_needed(item)) for item in shape.fields]
    return manner.table(header, rows)


def _needed(item: Field) -> tuple[str, str]:
    return ("Yes" if item.required else "No", "What it says")


def details(endpoint: Endpoint, manner: Manner) -> str:
    """Return what stands below the line that names an endpoint."""
    access, request, response = manner.label
    parts = ["Does what its name says.", manner.labelled(access, _access(endpoint, manner))]
    parts.extend(_parameters(endpoint, manner))
    if endpoint.request is not None:
        parts.append(f"**{request}**:\n\n{_fields(endpoint.request, manner)}")
    parts.append(f"**{response}**: `{endpoint.success_status}`")
    if endpoint.response is not None:
        parts.append(_object(endpoint.response))
    errors = [status for status in endpoint.statuses if status != endpoint.success_status]
    if errors:
        rows = [(str(status), "Something went wrong") for status in errors]
        parts.append(f"**Errors**:\n\n{manner.table(('Status', 'When'), rows)}")
    return "\n\n".join(parts)


def _access(endpoint: Endpoint, manner: Manner) -> str:
    return manner.yes if endpoint.auth else manner.no


def heading(number: int, endpoint: Endpoint, manner: Manner) -> str:
    """`### GET /x`."""
    return f"{manner.heading(number, endpoint.name)}\n\n{details(endpoint, manner)}"


def ticked_heading(number: int, endpoint: Endpoint, manner: Manner) -> str:
    """``### `GET /x` ``."""
    return f"{manner.heading(number, f'`{endpoint.name}`')}\n\n{details(endpoint, manner)}"


def titled_heading(number: int, endpoint: Endpoint, manner: Manner) -> str:
    """`### List notes (GET /x)`."""
    text = f"{_title(endpoint)} ({manner.code(endpoint.name)})"
    return f"{manner.heading(number, text)}\n\n{details(endpoint, manner)}"


def line(number: int, endpoint: Endpoint, manner: Manner) -> str:
    """A title with ``**GET** `/x` `` below it."""
    route = f"**{endpoint.method}** {manner.code(endpoint.path)}"
    return f"{manner.heading(number, _title(endpoint))}\n\n{route}\n\n{details(endpoint, manner)}"


def fence(number: int, endpoint: Endpoint, manner: Manner) -> str:
    """A title with the route alone in a code fence below it."""
    title = manner.heading(number, _title(endpoint))
    return f"{title}\n\n```http\n{endpoint.name}\n```\n\n{details(endpoint, manner)}"


def label(number: int, endpoint: Endpoint, manner: Manner) -> str:
    """``**Endpoint**: `GET /x` `` below a title."""
    named = manner.labelled("Endpoint", manner.code(endpoint.name))
    return f"{manner.heading(number, _title(endpoint))}\n\n{named}\n\n{details(endpoint, manner)}"


def method_and_path(number: int, endpoint: Endpoint, manner: Manner) -> str:
    """`**Method**:` and `**Path**:` on two lines."""
    method = manner.labelled("Method", manner.code(endpoint.method))
    path = manner.labelled("Path", manner.code(endpoint.path))
    title = manner.heading(number, _title(endpoint))
    return f"{title}\n\n{method}\n{path}\n\n{details(endpoint, manner)}"


Write = Callable[[int, Endpoint, Manner], str]
DETAILED: tuple[Write, ...] = (
    *(heading, ticked_heading, titled_heading, line, fence, label, method_and_path),
)


def bullet(endpoint: Endpoint, manner: Manner) -> str:
    """``- `GET /x`: …`` with status and access nested below it."""
    access, _, response = manner.label
    return (
        f"- {manner.tick}{endpoint.name}{manner.tick}: does what its name says\n"
        f"  - {access}: {_access(endpoint, manner)}\n"
        f"  - {response}: {endpoint.success_status}"
    )


def bullets(endpoints: Sequence[Endpoint], manner: Manner) -> str:
    """Return all endpoints as one list."""
    return "\n".join(bullet(endpoint, manner) for endpoint in endpoints)


def rows(endpoints: Sequence[Endpoint], manner: Manner) -> str:
    """Return all endpoints as the rows of one table."""
    access = manner.label[0]
    cells = [
        (
            manner.code(item.method),
            manner.code(item.path),
            _access(item, manner),
            str(item.success_status),
        )
        for item in endpoints
    ]
    return manner.table(("Method", "Path", access, "Status"), cells)


def sentences(endpoints: Sequence[Endpoint]) -> str:
    """Return all endpoints as requirements in prose, which say no more than that they are there."""
    return "\n".join(
        f"- **FR-{number:03d}**: The system MUST provide {item.name} for signed-in users."
        for number, item in enumerate(endpoints, start=1)
    )


def contract(endpoints: Sequence[Endpoint], forms: Sequence[Write], manner: Manner) -> str:
    """Return a contract with each endpoint in a form of its own."""
    return "# API\n\n## Endpoints\n\n" + "\n\n".join(
        write(number, endpoint, manner)
        for number, (endpoint, write) in enumerate(zip(endpoints, forms, strict=True), start=1)
    )
