"""Ways to write code differently that change nothing; a checker must judge both alike."""

from sdd.faults.rewriting.branches import rewrite_branches
from sdd.faults.rewriting.extractions import rewrite_extractions
from sdd.faults.rewriting.operands import rewrite_operands
from sdd.faults.rewriting.queries import rewrite_queries
from sdd.faults.rewriting.renames import rewrite_names

REWRITERS = (
    rewrite_operands,
    rewrite_queries,
    rewrite_branches,
    rewrite_extractions,
    rewrite_names,
)

__all__ = ["REWRITERS"]
