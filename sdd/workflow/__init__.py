"""Spec-driven development itself: stages, work orders, gates, tools, landing."""

from sdd.workflow.implement import implement
from sdd.workflow.report import RunReport
from sdd.workflow.request import ImplementRequest, Ports
from sdd.workflow.runs import list_runs, show_run

__all__ = ["ImplementRequest", "Ports", "RunReport", "implement", "list_runs", "show_run"]
