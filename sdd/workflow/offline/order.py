"""Reads a work order back from the prompt, which is all that the model is told."""

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePosixPath

from sdd.text import SourceText
from sdd.text.markdown import Block, Heading, Item, parse_blocks
from sdd.workflow.globs import EXCEPT, covers
from sdd.workflow.orders import Form

_CODE = re.compile(r"`([^`]+)`")
_TITLE = re.compile(r"Work order `([^`]+)`")


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A work order as a model understands it."""

    id: str
    feature: str
    backend: PurePosixPath
    form: Form
    documents: tuple[str, ...]
    may_write: tuple[str, ...]
    left_over: tuple[str, ...] = ()
    answers: tuple[tuple[str, str], ...] = ()

    def owns(self, path: str) -> bool:
        """Tell whether the order may write a path."""
        return covers(self.may_write, PurePosixPath(path))


@lru_cache(maxsize=64)
def parse_order(prompt: str) -> Order | None:
    """Read the order form; None when the text is no work order."""
    blocks = parse_blocks(SourceText(path="order", text=prompt))
    title = next((block for block in blocks if isinstance(block, Heading)), None)
    found = _TITLE.match(title.text) if title else None
    if found is None:
        return None
    sections = _sections(blocks)
    head = dict(_pair(text) for text in sections.get("", ()))
    allowed, excepted = _allowed(blocks)
    return Order(
        id=found.group(1),
        feature=head.get("Feature", ""),
        backend=PurePosixPath(head.get("Backend", "backend").strip("`/")),
        form=Form(
            layout=head.get("Layout", ""),
            style=head.get("Style", ""),
            tokens=head.get("Tokens"),
        ),
        documents=_codes(sections.get("Documents to read", ())),
        may_write=(*allowed, *(EXCEPT + pattern for pattern in excepted)),
        left_over=_codes(sections.get("Files of earlier runs", ())),
        answers=tuple(map(_answer, sections.get("What the human answered", ()))),
    )


def _sections(blocks: tuple[Block, ...]) -> dict[str, list[str]]:
    sections: dict[str, list[str]] = {}
    current = ""
    for block in blocks:
        if isinstance(block, Heading) and block.level > 1:
            current = block.text
        elif isinstance(block, Item):
            sections.setdefault(current, []).append(block.text)
    return sections


def _allowed(blocks: tuple[Block, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Split the items of the section on paths at the paragraph that begins with "Except"."""
    allowed: list[str] = []
    excepted: list[str] = []
    target: list[str] | None = None
    for block in blocks:
        if isinstance(block, Heading):
            target = allowed if block.text == "Paths that you may write" else None
        elif target is not None and isinstance(block, Item):
            target += _codes([block.text])[:1]
        elif target is allowed and getattr(block, "text", "").startswith("Except"):
            target = excepted
    return tuple(allowed), tuple(excepted)


def _pair(text: str) -> tuple[str, str]:
    name, _, value = text.partition(":")
    return name.strip(), value.strip()


def _codes(texts: list[str] | tuple[()]) -> tuple[str, ...]:
    """Return the first piece of code of each item."""
    found = (_CODE.search(text) for text in texts)
    return tuple(match.group(1) for match in found if match)


def _answer(text: str) -> tuple[str, str]:
    name, _, value = text.partition(":")
    return name.strip("` "), str(json.loads(value))
