"""Work orders: who does what, from which documents, in which files, judged by which gates."""

from dataclasses import dataclass
from pathlib import PurePosixPath

from sdd.workflow.globs import covers

Lines = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """A document that an order needs, or a part of it, and why.

    Attributes:
        lines: First and last line of each part; none: the whole document.
    """

    path: str
    why: str
    lines: tuple[Lines, ...] = ()

    @property
    def shown(self) -> str:
        """The lines as people write them."""
        return shown_lines(self.lines)


def shown_lines(lines: tuple[Lines, ...]) -> str:
    """Write lines as `1-12, 40, 80-95`."""
    return ", ".join(f"{first}-{last}" if last > first else str(first) for first, last in lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkOrder:
    """One piece of work for one agent.

    Attributes:
        id: Stable name (`models`), the same in every run.
        wave: Orders of one wave run at the same time; waves follow each other, from 1.
        documents: What to read, the authority first.
        may_write: Patterns of paths relative to the project; `!` takes out.
        gates: The gates that close it.
    """

    id: str
    title: str
    agent: str
    wave: int
    documents: tuple[Slice, ...]
    may_write: tuple[str, ...]
    gates: tuple[str, ...]

    def owns(self, path: PurePosixPath) -> bool:
        """Tell whether the order may write a path."""
        return covers(self.may_write, path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """How the backend is built, where specs do not say.

    Attributes:
        layout: Where files go.
        style: Whether handlers and sessions are coroutines: async or sync.
        tokens: How tokens are verified, where a setting overrules the specs: hs256 or jwks.
    """

    layout: str
    style: str
    tokens: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The orders of a run, in the order in which they are shown."""

    orders: tuple[WorkOrder, ...]
    backend: PurePosixPath
    form: Form

    def waves(self) -> tuple[tuple[WorkOrder, ...], ...]:
        """Return the orders wave by wave."""
        numbers = sorted({order.wave for order in self.orders})
        return tuple(
            tuple(order for order in self.orders if order.wave == number) for number in numbers
        )

    def owner(self, path: PurePosixPath) -> WorkOrder | None:
        """Find the order that may write a path."""
        return next((order for order in self.orders if order.owns(path)), None)

    def order(self, order_id: str) -> WorkOrder:
        """Return an order by its id."""
        return next(order for order in self.orders if order.id == order_id)
