"""Reads FastAPI and SQLModel code back into the intermediate representation."""

from sdd.audit.lifting.application import lift

__all__ = ["lift"]
