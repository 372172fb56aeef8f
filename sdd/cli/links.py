"""Prints below a record what it speaks of and what speaks of it."""

from collections.abc import Sequence

from sdd.cli.streams import write
from sdd.records.links import Reference


def write_links(to: Sequence[Reference], linked_from: Sequence[str]) -> None:
    """Write one line for each direction in which there is a link."""
    names = [reference.name for reference in to]
    for title, found in (("links to", names), ("linked from", linked_from)):
        if found:
            write(f"{title}: {', '.join(found)}\n")
