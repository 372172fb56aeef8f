"""Events as lines of JSON, in the run's folder, for anybody who wants to follow."""

import json
from dataclasses import asdict
from datetime import datetime

from sdd.names import kebab
from sdd.records.redaction import without_secrets
from sdd.workflow.events import Event, GateFinished, RunFinished
from sdd.workflow.report import summary

EVENTS = "events.jsonl"


def event_line(event: Event, moment: datetime) -> bytes:
    """Return one event as one line of JSON: when, what kind, and its fields; no secret in it."""
    match event:
        case RunFinished(report=report):
            fields = {
                "run_id": report.run_id,
                "exit_code": int(report.exit_code),
                "answer": report.answer,
                "landed": report.landed,
                **summary(report),
            }
        case GateFinished(report=report):
            fields = {
                "gate": report.gate,
                "result": report.result.value,
                "summary": report.summary,
                "reason": report.reason,
                "seconds": round(report.seconds, 3),
                "findings": len(report.diagnostics),
            }
        case _:
            fields = asdict(event)
    values = {"at": moment.isoformat(), "event": kind_of(event), **fields}
    # Before it is JSON: there a quote or a line's end is written otherwise and hides a secret.
    text = json.dumps(without_secrets(values), ensure_ascii=False, default=str)
    return text.encode("utf-8", "replace") + b"\n"


def kind_of(event: Event) -> str:
    """Return the name of an event's kind, as in `order-step`."""
    return kebab(type(event).__name__)
