"""Reports in the forms that other programs and people read."""

from sdd.audit.output.view import View

__all__ = ["View"]
