"""All gates in their order, and running them with one child for as many as possible."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

from sdd.verify.contract import check_contract
from sdd.verify.fuzz import check_fuzz
from sdd.verify.isolation import check_isolation
from sdd.verify.loading import check_import
from sdd.verify.observation import PROBED, Observations
from sdd.verify.observe import observe
from sdd.verify.own_tests import check_tests
from sdd.verify.schema import check_schema
from sdd.verify.target import VerifyContext
from sdd.verify.tokens import check_tokens
from sdd.verify.verdict import GateReport


@dataclass(frozen=True, slots=True, kw_only=True)
class DynamicGate:
    """A gate by its name.

    Attributes:
        quick: Part of every run; slow ones are asked for.
        alone: It starts children of its own and uses no observations.
        from_specs: It compares with specs, and has nothing to say without.
        from_code: It needs the backend's files; a server that runs somewhere shows none.
    """

    name: str
    check: Callable[[VerifyContext], GateReport]
    quick: bool = True
    alone: bool = False
    from_specs: bool = False
    from_code: bool = False

    def left_out(self, context: VerifyContext) -> str | None:
        """Say why it has nothing to judge in this backend, or None."""
        if self.from_code and context.target.base_url:
            return "a server shows neither its tables nor its tests"
        if self.from_specs and context.application is None:
            return "there are no specs to compare with"
        return None


GATES: tuple[DynamicGate, ...] = (
    DynamicGate(name="import", check=check_import),
    DynamicGate(name="contract", check=check_contract, from_specs=True),
    DynamicGate(name="schema", check=check_schema, from_specs=True, from_code=True),
    DynamicGate(name="tests", check=check_tests, alone=True, from_code=True),
    DynamicGate(name="isolation probe", check=check_isolation),
    DynamicGate(name="token attacks", check=check_tokens),
    DynamicGate(name="schemathesis", check=check_fuzz, quick=False, alone=True),
)
QUICK = tuple(gate for gate in GATES if gate.quick)


class Verification:
    """The gates of one backend as it stands; they share what one child has seen."""

    def __init__(self, context: VerifyContext) -> None:
        self._context = context

    @cached_property
    def observations(self) -> Observations:
        """What the child saw; it is started when the first gate asks."""
        return observe(self._context, PROBED)

    def check(self, gate: DynamicGate) -> GateReport:
        """Let one gate judge."""
        if gate.alone:
            return gate.check(self._context)
        return gate.check(replace(self._context, observations=self.observations))


def check_all(
    context: VerifyContext, gates: tuple[DynamicGate, ...] = QUICK
) -> tuple[GateReport, ...]:
    """Let every gate judge, in order."""
    verification = Verification(context)
    return tuple(verification.check(gate) for gate in gates)
