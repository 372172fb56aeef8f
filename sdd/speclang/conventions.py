"""Project conventions from guidelines: layout, style."""

import re
from collections.abc import Iterable, Iterator

from sdd.speclang.inline import key, label_of, plain
from sdd.speclang.outline import Document
from sdd.speclang.token_policy import texts_in
from sdd.text.markdown import Fence, Item, Paragraph

_STRUCTURE = re.compile(
    r"\b(?:structure|layout|architecture|organi[sz]ation|files?|folders?|models and services)\b"
)


def read_conventions(documents: Iterable[Document]) -> tuple[tuple[str, str], ...]:
    """Read layout, style and the like from guidelines; the first document that says it counts."""
    found: dict[str, str] = {}
    for document in documents:
        for name, value in _conventions(document):
            found.setdefault(name, value)
    return tuple(sorted(found.items()))


def _conventions(document: Document) -> Iterator[tuple[str, str]]:
    yield from _stated(document)
    structure = "\n".join(_structure(document))
    whole = "\n".join(line for line, _ in texts_in(document))
    if re.search(r"(?m)\bservices/|_service\.py\b|\b\w+/services\b", structure):
        yield "layout", "services"
    elif re.search(r"\bapp/|\brepositories/", structure) or "app.main:app" in whole:
        yield "layout", "app"
    style = _style(whole)
    if style:
        yield "style", style


def _stated(document: Document) -> Iterator[tuple[str, str]]:
    for block in document.blocks:
        if not isinstance(block, Paragraph | Item):
            continue
        for line in block.text.split("\n"):
            label = label_of(line)
            word = re.match(r"\w+", plain(label.value)) if label else None
            if label is not None and word and key(label.name) in {"layout", "style"}:
                yield key(label.name), word.group().casefold()


def _structure(document: Document) -> Iterator[str]:
    """Yield what shows the tree of files."""
    for index, block in enumerate(document.blocks):
        about_files = _STRUCTURE.search(" ".join(document.title_words(index)[:2])) is not None
        if (isinstance(block, Paragraph | Item) and about_files) or (
            isinstance(block, Fence) and (about_files or "main.py" in block.text)
        ):
            yield block.text


def _style(text: str) -> str | None:
    asynchronous = re.search(
        r"(?i)\basync (?:throughout|handlers?|endpoints?|routes?|sessions?|functions?|operations?"
        r"|database|def|patterns?|sqlalchemy)\b|\basync/await\b|\basyncpg\b|\baiosqlite\b"
        r"|\bAsyncSession\b|\basynchronous\b",
        text,
    )
    synchronous = re.search(
        r"(?i)\bsync(?:hronous)? (?:handlers?|sessions?|endpoints?|throughout|database|sqlmodel)\b",
        text,
    )
    if asynchronous and not synchronous:
        return "async"
    return "sync" if synchronous and not asynchronous else None
