"""Where something stands in a file."""

from dataclasses import dataclass

from typing_extensions import override


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Span:
    """A range in a file; lines and columns count from 1, the end column is exclusive."""

    path: str
    line: int = 1
    column: int = 1
    end_line: int | None = None
    end_column: int | None = None

    @override
    def __str__(self) -> str:
        """Return `path:line`, the form that editors and terminals make clickable."""
        return f"{self.path}:{self.line}"
