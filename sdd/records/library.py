"""The project's prompt history as a whole: listed, searched, counted."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from sdd.ports import ReadableFiles
from sdd.records.reading import Phr, decode_record, read_phr

_PLACE = re.compile(r"(?:^|/)(?:history/prompts|docs/prompts|specs/[^/]+/prompts)/.*\.md$")
_NO_RECORDS = frozenset({"readme.md", "index.md"})
_LONGEST_EXCERPT = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchHit:
    """A line of a record that holds what was searched."""

    path: PurePosixPath
    line: int
    excerpt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PhrStats:
    """Counts over the records; each mapping is sorted, most first."""

    total: int
    stages: Mapping[str, int]
    features: Mapping[str, int]
    models: Mapping[str, int]
    months: Mapping[str, int]
    prompt_characters: int


def only_records(paths: Iterable[PurePosixPath]) -> tuple[PurePosixPath, ...]:
    """Keep the paths where records stand: the present place and the older ones, at any depth.

    A repository of several parts has a history in each of them.
    """
    return tuple(
        path for path in paths if _PLACE.search(str(path)) and path.name.lower() not in _NO_RECORDS
    )


def list_phrs(files: ReadableFiles) -> tuple[Phr, ...]:
    """Return all records, by folder and number."""
    read = ((path, files.read(path)) for path in only_records(files.paths()))
    # One may have been taken away in the meantime.
    found = [read_phr(data, path) for path, data in read if data is not None]
    return tuple(
        sorted(found, key=lambda phr: (phr.path.parts[:-1], phr.number or 0, phr.path.name))
    )


def search_phrs(files: ReadableFiles, text: str) -> tuple[SearchHit, ...]:
    """Return every line of a record that holds a text, whatever its case."""
    needle = text.casefold()
    return tuple(hit for path in only_records(files.paths()) for hit in _hits(files, path, needle))


def stats(phrs: Iterable[Phr]) -> PhrStats:
    """Count records by stage, feature, model and month."""
    phrs = tuple(phrs)
    return PhrStats(
        total=len(phrs),
        stages=_counted(phr.stage for phr in phrs),
        features=_counted(phr.feature for phr in phrs),
        models=_counted(phr.model for phr in phrs),
        months=_counted(phr.date[:7] for phr in phrs),
        prompt_characters=sum(len(phr.prompt or "") for phr in phrs),
    )


def _hits(files: ReadableFiles, path: PurePosixPath, needle: str) -> Iterator[SearchHit]:
    text, _ = decode_record(files.read(path) or b"")
    if not needle or needle not in text.casefold():
        return
    for number, line in enumerate(text.split("\n"), start=1):
        if needle in line.casefold():
            yield SearchHit(path=path, line=number, excerpt=_excerpt(line, needle))


def _excerpt(line: str, needle: str) -> str:
    """Return a line, or of a long one the part around what was searched."""
    at = max(line.casefold().find(needle) - _LONGEST_EXCERPT // 2, 0)
    return line[at : at + _LONGEST_EXCERPT].strip()


def _counted(names: Iterable[str]) -> dict[str, int]:
    counts = Counter(name or "none" for name in names)
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
