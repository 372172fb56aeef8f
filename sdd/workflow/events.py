"""What happens in a run, as it happens: the terminal, the journal and tests follow these."""

from dataclasses import dataclass

from sdd.agents.runner import Usage
from sdd.verify.verdict import GateReport
from sdd.workflow.report import RunReport


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStarted:
    """A run begins, or goes on after an interruption."""

    run_id: str
    feature: str
    model: str
    resumed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StageStarted:
    """A stage begins: discover, read, plan, delegate, integrate, gates, repair, land, record."""

    stage: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StageFinished:
    """A stage is over; `summary` is one line on what came out."""

    stage: str
    seconds: float
    summary: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPlanned:
    """A work order is known, in plan order, before any begins."""

    order: str
    title: str
    agent: str
    wave: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderStarted:
    """An agent begins an order; round 0 is the first, later ones are repairs."""

    order: str
    round: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderStep:
    """An agent did something, in one line."""

    order: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFinished:
    """An agent's turn ended."""

    order: str
    ending: str
    seconds: float
    usage: Usage = Usage()


@dataclass(frozen=True, slots=True, kw_only=True)
class GateStarted:
    """A gate begins to judge."""

    gate: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GateFinished:
    """A gate has judged."""

    report: GateReport


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFinished:
    """The run is over, in whatever way."""

    report: RunReport


Event = (
    RunStarted
    | StageStarted
    | StageFinished
    | OrderPlanned
    | OrderStarted
    | OrderStep
    | OrderFinished
    | GateStarted
    | GateFinished
    | RunFinished
)
