"""Prompt history, architecture decisions and tasks: written by the program, read by anyone."""

from sdd.records.phr import RecordedPhr, record_phr, render_phr, suggest_title
from sdd.records.phr_draft import Evaluation, Links, Outcome, PhrRequest
from sdd.records.reading import Phr, read_phr
from sdd.records.redaction import Redaction, redact
from sdd.records.stages import STAGES
from sdd.records.store import RecordStore

__all__ = [
    "STAGES",
    "Evaluation",
    "Links",
    "Outcome",
    "Phr",
    "PhrRequest",
    "RecordStore",
    "RecordedPhr",
    "Redaction",
    "read_phr",
    "record_phr",
    "redact",
    "render_phr",
    "suggest_title",
]
