"""Lets the Messages API fail in every way that it can, and prints what `sdd implement` makes of it.

Usage: python benchmarks/api_faults.py [NAME ...]

A small project is implemented by Claude's client against a server on loopback that fails from its
twelfth request on, for ever or for a while. Printed is how the run ends: exit code, cost within its
budget of one dollar, the last words. Then the server is well and the same command goes on: it must
land what an undisturbed run lands, and ask again for no call that the journal holds. Anything else
ends the script with 1. Gates are left out: what is tried is the line to the model.
"""

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from adversary.seat import seated
from durability.child import Willing
from durability.trial import TASKS, damaged, finished_calls, key, tree
from messages_api import Brain, Reply, Request, messages_api
from workflow.harness import PROJECT

from sdd.errors import SddError
from sdd.wiring.compose import Asked, compose_run
from sdd.workflow import implement
from sdd.workflow.offline.compiler import Compiler
from sdd.workflow.offline.model import OfflineModel

_FIRST = 12
_BUDGET = Decimal(1)
_SOON = {"retry-after-ms": "1"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One way to fail.

    Attributes:
        spoil: Makes the fault of an answer.
        times: How often in a row; None: until the server is mended.
        codes: What the run may end with.
        timeout: Seconds that the run is given.
    """

    spoil: Callable[[Reply], Reply]
    times: int | None = None
    codes: tuple[int, ...] = (1,)
    timeout: float | None = None


def _status(status: int, error: str = "api_error", **headers: str) -> Callable[[Reply], Reply]:
    given = {name.replace("_", "-"): text for name, text in headers.items()}
    return lambda _: Reply(status=status, error=error, headers=given)


def _wrong_arguments(reply: Reply) -> Reply:
    return replace(reply, calls=[(name, {"path": 7, "surplus": []}) for name, _ in reply.calls])


def _half_call(reply: Reply) -> Reply:
    return replace(reply, calls=[(name, '{"path": "backend/') for name, _ in reply.calls])


FAULTS: Mapping[str, Fault] = {
    "429 with retry-after": Fault(
        spoil=_status(429, "rate_limit_error", retry_after="1"), times=2, codes=(0,)
    ),
    "429 without": Fault(spoil=_status(429, "rate_limit_error"), times=2, codes=(0,)),
    "429 for ever": Fault(spoil=_status(429, "rate_limit_error", retry_after_ms="1")),
    "429, come back in an hour": Fault(spoil=_status(429, "rate_limit_error", retry_after="3600")),
    "529 now and then": Fault(
        spoil=_status(529, "overloaded_error", retry_after_ms="1"), times=3, codes=(0,)
    ),
    "529 for ever": Fault(spoil=_status(529, "overloaded_error", retry_after_ms="1")),
    "500 once": Fault(spoil=_status(500, retry_after_ms="1"), times=1, codes=(0,)),
    "500 for ever": Fault(spoil=_status(500, retry_after_ms="1")),
    "cut in the middle, once": Fault(
        spoil=lambda it: replace(it, cut="broken"), times=1, codes=(0,)
    ),
    "cut as if at its end": Fault(spoil=lambda it: replace(it, cut="clean"), times=1, codes=(0,)),
    "cut for ever": Fault(spoil=lambda it: replace(it, cut="broken")),
    "overloaded in the stream": Fault(
        spoil=lambda it: replace(it, cut="error"), times=1, codes=(0,)
    ),
    "half a tool call": Fault(spoil=_half_call, times=2, codes=(0,)),
    "wrong arguments": Fault(spoil=_wrong_arguments, times=2, codes=(0,)),
    "wrong arguments for ever": Fault(spoil=_wrong_arguments),
    "refusal": Fault(spoil=lambda _: Reply(text="I will not.", stop_reason="refusal")),
    "max_tokens once": Fault(
        spoil=lambda it: replace(it, stop_reason="max_tokens"), times=1, codes=(0,)
    ),
    "max_tokens for ever": Fault(
        spoil=lambda it: replace(it, stop_reason="max_tokens"), codes=(4,)
    ),
    "pause_turn": Fault(
        spoil=lambda _: Reply(text="Let me see.", stop_reason="pause_turn"), times=2, codes=(0,)
    ),
    "slow drops": Fault(spoil=lambda it: replace(it, pace=0.2), codes=(4,), timeout=20.0),
    "silence": Fault(spoil=lambda it: replace(it, delay=60.0), codes=(4,), timeout=20.0),
    "401, a wrong key": Fault(spoil=_status(401, "authentication_error")),
    "400, no credit": Fault(spoil=_status(400, "billing_error")),
    "403, not allowed": Fault(spoil=_status(403, "permission_error")),
    "404, no such model": Fault(spoil=_status(404, "not_found_error")),
    "413, too much": Fault(spoil=_status(413, "request_too_large")),
    "a huge answer": Fault(
        spoil=lambda it: replace(it, text="x" * 3_000_000), times=1, codes=(0, 1, 4)
    ),
}


@dataclass
class Line:
    """The way to a brain, which may be out of order."""

    brain: Brain
    fault: Fault | None = None
    asked: int = 0
    left: int = field(default=0)

    def __call__(self, request: Request) -> Reply:
        """Answer, or fail."""
        reply = self.brain(request)
        self.asked += 1
        if self.fault is None or self.asked < _FIRST or self.left == 0:
            return reply
        self.left -= 1
        return self.fault.spoil(reply)

    def spoil(self, fault: Fault | None) -> None:
        """Begin a new run, with a fault or without one."""
        self.fault, self.asked = fault, 0
        self.left = -1 if fault is None or fault.times is None else fault.times


def run(
    project: Path, timeout: float | None = None, budget: Decimal = _BUDGET
) -> tuple[int, Decimal, str]:
    """Implement the project's feature; returns exit code, cost and last words."""
    asked = Asked(
        feature="bookmarks",
        project=project,
        model="sonnet",
        no_input=True,
        budget_usd=budget,
        timeout=timeout,
    )
    composed = compose_run(asked, ask=None)
    ports = replace(composed.ports, verify=Willing)
    try:
        report = asyncio.run(implement(composed.request, ports, lambda _: None))
    except SddError as error:
        return int(error.exit_code), Decimal(0), f"{error.message} {error.hint or ''}"
    return int(report.exit_code), report.usage.usd, report.answer


def made(folder: Path, name: str) -> Path:
    """Make a project that has specs and nothing else."""
    project = folder / name.replace(" ", "-").replace(",", "")
    for path, text in {**PROJECT, "specs/001-bookmarks/tasks.md": TASKS}.items():
        (project / path).parent.mkdir(parents=True, exist_ok=True)
        (project / path).write_text(text, encoding="utf-8")
    return project


def built(project: Path) -> Mapping[str, bytes]:
    """Return a project's files but its records: they say how many requests it took."""
    return {path: data for path, data in tree(project).items() if not path.startswith("history/")}


def main() -> int:
    """Try every fault, or those that are named."""
    line = Line(seated(OfflineModel(compiler=Compiler())))
    bad = 0
    with tempfile.TemporaryDirectory(prefix="sdd-faults-") as name, messages_api(brain=line) as api:
        os.environ.update(ANTHROPIC_API_KEY="x", ANTHROPIC_BASE_URL=api.url, SDD_USER="developer")
        folder = Path(name)
        honest = made(folder, "undisturbed")
        line.spoil(None)
        print(f"undisturbed: {run(honest)[0]}, {len(api.requests)} calls\n", flush=True)
        for what in sys.argv[1:] or FAULTS:
            fault, project = FAULTS[what], made(folder, what)
            line.spoil(fault)
            began = time.monotonic()
            code, usd, words = run(project, fault.timeout)
            seconds = time.monotonic() - began
            finished, before = finished_calls(project), len(api.headers)
            landed = (project / "backend").exists()
            line.spoil(None)
            again = run(project, budget=5 * _BUDGET)[0] if code else 0
            paid = [item for item in api.headers[before:] if key(item) in finished]
            wrong = [
                *([f"ended {code}"] if code not in fault.codes else []),
                *([f"cost {usd}"] if usd > _BUDGET else []),
                *(["landed in part"] if code and landed else []),
                *([f"went on to {again}"] if again else []),
                *([f"{len(paid)} finished calls again"] if paid else []),
                *(["another backend"] if built(project) != built(honest) else []),
                *damaged(project),
            ]
            bad += bool(wrong)
            print(f"{what:26} {code:3} {seconds:5.1f} s  {words.strip()[:150]}")
            print(
                f"{'':26}     {'WRONG: ' + '; '.join(wrong) if wrong else 'nothing lost'}",
                flush=True,
            )
    print(f"{bad} faults of which something was wrong")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
