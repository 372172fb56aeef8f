"""What calls are given, and what happens in a request: effects on data and remarks."""

from collections.abc import Mapping
from dataclasses import field

from sdd.audit.logic import Formula
from sdd.audit.state import Place
from sdd.audit.term import record
from sdd.audit.values import Func, HeapObject, Lit, Value

# Effects that are no access to rows: what somebody unknown must not bring about either.
SPENDS, MAILS, ALTERS, FILLS, CONSULTS = "spend", "mail", "alter", "fill", "consult"
REMOVES = "remove"  # from a collection of the process: counts where requests fill it
KEEPS = "keep"  # in the process, what is somebody's: others may find it there
TOUCHES = frozenset({SPENDS, MAILS, ALTERS, FILLS, CONSULTS})
SHOWS = Lit("shows what the process keeps for everybody", "str")
DELEGATES = "delegate"  # an identity is sent to a server that acts for whomever it names
ATTACHES = "(relationship)"  # instead of a column: rows are put beside a row
ISSUES = "issue"  # a token is made: somebody signs in here


@record
class Arguments:
    """The arguments of a call; `star` and `rest` are `*x` and `**x` of unknown content."""

    positional: tuple[Value, ...] = ()
    keywords: tuple[tuple[str, Value], ...] = ()
    star: tuple[Value, ...] = ()
    rest: tuple[Value, ...] = ()

    def get(self, name: str, position: int | None = None) -> Value | None:
        """Find an argument by name, or by position."""
        for key, value in self.keywords:
            if key == name:
                return value
        if position is not None and position < len(self.positional):
            return self.positional[position]
        return None

    def every(self) -> tuple[Value, ...]:
        """Return all values that are passed, in order."""
        named = tuple(value for _, value in self.keywords)
        return (*self.positional, *named, *self.star, *self.rest)


@record
class Effect:
    """Something that happened to data, with everything known when it became lasting.

    Attributes:
        operation: read, create, update or delete; or one of `TOUCHES`; or `ISSUES`.
        target: The rows that were read, or what was written.
        facts: What holds on this path.
        chain: The functions that were called to get here, outermost first.
    """

    operation: str
    target: Value
    place: Place
    facts: tuple[Formula, ...]
    chain: tuple[Place, ...] = ()
    column: str | None = None
    value: Value | None = None
    heap: Mapping[object, HeapObject] = field(default_factory=dict, compare=False)


@record
class Entered:
    """A function of the program that a request ran, and what its parameters held."""

    function: Func
    parameters: Mapping[str, Value]
    heap: Mapping[object, HeapObject]


@record
class Remark:
    """A weakness seen on the way that is not about one access, e.g. an unverified token."""

    rule: str
    place: Place
    message: str
    facts: tuple[Formula, ...] = ()
