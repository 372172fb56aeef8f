"""Brings together what a project's records, decisions and documents say of each other."""

from collections.abc import Collection, Iterable
from pathlib import PurePosixPath

from sdd.records.adr import Adr, list_adrs
from sdd.records.library import list_phrs
from sdd.records.links import Reference, backlinks, references_by_source
from sdd.records.reading import Phr
from sdd.text import SourceText, decode
from sdd.wiring.history import History


def spec_documents(
    history: History, names: Collection[str] = (), feature: str | None = None
) -> tuple[SourceText, ...]:
    """Read the Markdown documents below `specs/`.

    Args:
        history: The project's.
        names: Only files of these names; empty: all.
        feature: Only those whose folder's path holds this.
    """
    return tuple(
        decode(str(path), history.files.read(path) or b"")
        for path in history.files.paths(PurePosixPath("specs"))
        if path.suffix == ".md" and (not names or path.name in names)
        if feature is None or feature in str(path.parent)
    )


def links_of(
    item: Phr | Adr, records: Iterable[Phr], history: History
) -> tuple[tuple[Reference, ...], tuple[str, ...]]:
    """Return what a record or decision speaks of, and the paths of what speaks of it."""
    path = str(item.path)
    if isinstance(item, Adr):
        name = Reference(kind="decision", name=f"ADR-{item.number or 0:04d}")
    else:
        name = Reference(kind="record", name=path)
    # Thousands of records: only what holds the name or the path can speak of it.
    needles = (path, name.name)
    others = [phr for phr in records if phr is item or any(text in phr.text for text in needles)]
    documents = [
        document
        for document in spec_documents(history)
        if any(text in document.text for text in needles) and "prompts/" not in document.path
    ]
    references = references_by_source(others, list_adrs(history.files), documents)
    speaking = backlinks(references).get(name, ())
    return references.get(path, ()), tuple(other for other in speaking if other != path)


def latest_record(history: History, feature: str) -> str | None:
    """Return the path of a feature's newest record: where its decisions came up."""
    found = [phr for phr in list_phrs(history.store) if phr.feature == feature]
    newest = max(found, key=lambda phr: (phr.date, phr.number or 0), default=None)
    return None if newest is None else str(newest.path)
