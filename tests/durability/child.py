"""One run of `sdd implement` in a process of its own, which may kill itself at a step."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

# Imported before the fork: what a killed run costs is then its own work, not seconds of imports.
import anthropic  # noqa: F401
import dbos  # noqa: F401
import jsonschema  # type: ignore[import-untyped] # noqa: F401
import pydantic_ai.models.anthropic  # noqa: F401
from typing_extensions import override

import sdd.adapters.pydantic_guard
import sdd.adapters.pydantic_models  # noqa: F401
from sdd.adapters.clock import SystemClock
from sdd.verify.gates import DynamicGate
from sdd.verify.target import VerifyContext
from sdd.verify.verdict import GateReport, Result
from sdd.wiring.compose import Asked, compose_run
from sdd.workflow import implement
from sdd.workflow.events import Event

STEPS = ("os.rename", "os.link", "os.remove", "os.mkdir", "os.rmdir")


@dataclass(frozen=True)
class Willing:
    """Gates that pass: what is tested is whether anything is lost, not whether it is right."""

    context: VerifyContext

    def check(self, gate: DynamicGate) -> GateReport:
        """Pass."""
        return GateReport(gate=gate.name, result=Result.PASSED, summary="left out here")


@dataclass(frozen=True)
class OneDay(SystemClock):
    """Runs from noon on, as long as trials last: records bear the day, and none has two.

    Attributes:
        noon: When it was noon, in the seconds that all processes of a machine share.
    """

    noon: float

    @override
    def now(self) -> datetime:
        """Return how late it is on this day."""
        return datetime(2026, 1, 2, 12, tzinfo=UTC) + timedelta(
            seconds=self.monotonic() - self.noon
        )


def run(
    project: str,
    model: str,
    environment: dict[str, str],
    die: tuple[str, int],
    verify: str,
    noon: float,
) -> None:
    """Implement a project's one feature and exit with its code; die at a step, if one is named.

    Args:
        project: Its folder.
        model: The model's name.
        environment: Variables for this process.
        die: `event` or `file` and a count: at which event, or at which change of a file's name.
        verify: `gates`: the real ones judge; else all pass.
        noon: When the day of all these runs had its noon.
    """
    os.environ.update(environment)
    kind, count = die
    if kind == "file":
        sys.addaudithook(_dying_at_file(count))
    asked = Asked(feature="bookmarks", project=Path(project), model=model, no_input=True)
    composed = compose_run(asked, ask=None)
    ports = replace(composed.ports, clock=OneDay(noon))
    if verify != "gates":
        ports = replace(ports, verify=Willing)
    seen = [0]

    def on_event(_: Event) -> None:
        seen[0] += 1
        if kind == "event" and seen[0] == count:
            os.kill(os.getpid(), signal.SIGKILL)

    report = asyncio.run(implement(composed.request, ports, on_event))
    if kind == "count":
        Path(project, "..", "events").write_text(str(seen[0]), encoding="ascii")
    os._exit(int(report.exit_code))


def _dying_at_file(count: int) -> Callable[[str, tuple[object, ...]], None]:
    seen = [0]

    def hook(event: str, _: tuple[object, ...]) -> None:
        if event in STEPS:
            seen[0] += 1
            if seen[0] == count:
                os.kill(os.getpid(), signal.SIGKILL)

    return hook
