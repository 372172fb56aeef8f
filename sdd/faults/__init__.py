"""Seeds defects into programs, and puts programs differently without changing their meaning."""

from sdd.faults.model import Kind, Mutation, Rewrite
from sdd.faults.seeding import faults, locks, mutated, rewrites

__all__ = ["Kind", "Mutation", "Rewrite", "faults", "locks", "mutated", "rewrites"]
