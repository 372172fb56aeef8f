"""Reads FastAPI and SQLModel code back into the intermediate representation."""

from sdd.audit.lift.application import lift

__all__ = ["lift"]
