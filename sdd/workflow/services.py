"""What agents may ask for while they work: their tests, the audit, and the human."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from sdd.agents.conversation import HumanNeeded
from sdd.diagnostics import Diagnostic
from sdd.ir import Question
from sdd.verify.gates import GATES
from sdd.verify.target import VerifyContext
from sdd.verify.verdict import GateReport
from sdd.workflow.auditing import audit_gate
from sdd.workflow.context import Context
from sdd.workflow.gates import TIME_LIMIT, audit_terms, backend_files, target_for
from sdd.workflow.overlay import Overlay
from sdd.workflow.prepare import Understood
from sdd.workflow.questions import agents_question_id
from sdd.workflow.tools import Services

MOST_TOLD = 30
_TESTS = next(gate for gate in GATES if gate.name == "tests")


def services_for(
    context: Context,
    understood: Understood,
    answers: Mapping[str, str],
    remember: Callable[[Mapping[str, str]], None],
) -> Services:
    """Return the services of a run.

    Args:
        context: The run's surroundings.
        understood: What the backend should be.
        answers: What the human has answered so far, to specs and agents.
        remember: Keeps the human's answers, all of them so far.
    """
    backend = PurePosixPath(context.request.backend)
    asking = _Asking(context=context, remember=remember, answers=dict(answers))
    return Services(
        run_tests=lambda overlay, path: _run_tests(context, understood, overlay, path),
        audit=lambda overlay: told(
            audit_gate(
                overlay,
                backend,
                understood.application,
                audit_terms(context, context.ports.files),
            )
        ),
        ask=asking.ask,
        open_questions=lambda: tuple(asking.open.values()),
    )


def _run_tests(context: Context, understood: Understood, overlay: Overlay, path: str | None) -> str:
    backend = PurePosixPath(context.request.backend)
    files = backend_files(overlay, backend)
    if path is not None:
        wanted = PurePosixPath(path)
        files = {
            name: data
            for name, data in files.items()
            if not name.name.startswith("test_") or (backend / name).is_relative_to(wanted)
        }
    with context.ports.scratch(files) as folder:
        verifier = context.ports.verify(
            VerifyContext(
                target=target_for(context, folder, overlay, backend),
                application=understood.application,
                processes=context.ports.processes,
                timeout=TIME_LIMIT,
            )
        )
        report = verifier.check(_TESTS)
    return told(report)


def told(report: GateReport) -> str:
    """Write a gate's report for a model: the result, then a line for each finding."""
    head = f"{report.gate}: {report.result.value}. {report.summary} {report.reason}".strip()
    lines = [_line(diagnostic) for diagnostic in report.diagnostics[:MOST_TOLD]]
    rest = len(report.diagnostics) - len(lines)
    more = [f"… and {rest} more"] if rest > 0 else []
    return "\n".join([head, *lines, *more])


def _line(diagnostic: Diagnostic) -> str:
    place = f"{diagnostic.span}: " if diagnostic.span else ""
    reason = f" ({diagnostic.reason})" if diagnostic.reason else ""
    return f"{place}{diagnostic.severity} {diagnostic.rule}: {diagnostic.message}{reason}"


@dataclass(slots=True, kw_only=True)
class _Asking:
    """Asks the human one question at a time, and never the same one twice."""

    context: Context
    remember: Callable[[Mapping[str, str]], None]
    answers: dict[str, str]
    open: dict[str, Question] = field(default_factory=dict)
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def ask(self, text: str, choices: tuple[str, ...]) -> str | None:
        question = Question(
            id=agents_question_id(text),
            text=text,
            choices=choices,
            proposal=choices[0] if choices else None,
        )
        with self._turn:
            if question.id in self.answers:
                return self.answers[question.id]
            asked = None if self.context.request.no_input else self.context.ports.ask
            if asked is None:
                self.open[question.id] = question
                raise HumanNeeded(f"a human has to answer {question.id}: {text}")
            answer = asked(question)
            if answer:
                self.answers[question.id] = answer
                self.remember(dict(self.answers))
        return answer or None
