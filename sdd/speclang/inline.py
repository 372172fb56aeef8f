"""The Markdown inside a line: marks taken off, labels found, lists split at their own level."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

_T = TypeVar("_T")
_REMEMBERED = 1 << 14  # many readers look at the same line, and cells say the same again and again
_SHORT = 300


def remembered(function: Callable[[str], _T]) -> Callable[[str], _T]:
    """Let a pure function of a text remember what it answered of short ones."""
    recall = lru_cache(maxsize=_REMEMBERED)(function)

    def answer(text: str) -> _T:
        return recall(text) if len(text) <= _SHORT else function(text)

    answer.__doc__ = function.__doc__
    return answer


_LINK = re.compile(r"!?\[([^\[\]]{0,300})\]\([^()\s]{0,300}\)")
_MARKS = re.compile(r"\*{1,3}|`+|(?<!\w)_{1,2}(?=\S)|(?<=\S)_{1,2}(?!\w)|~~")
_WORD = re.compile(r"[a-z0-9]+")
_MARKED = re.compile(r"[*`_~\\]")
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+\-.!|<>~])")
_TASK_BOX = re.compile(r"^\[[ xX]\]\s+")
_BOLD_LABEL = re.compile(
    r"^(?:\*\*|__)(?P<label>[^*\n]{1,120}?)(?P<in>\s*:)?\s*(?:\*\*|__)"
    r"(?P<note>\s*[(\[][^()\[\]\n]{0,80}[)\]])?\s*(?P<sep>:|—|\u2013|-(?=\s)|→"
    r"|=)?\s*(?P<value>.*)$",
    re.DOTALL,
)
_PLAIN_LABEL = re.compile(
    r"^(?P<label>`?[A-Za-z][\w /&`\[\]{}*.-]{0,60}?)(?P<note>\s*\([^()\n]{0,80}\))?\s*:(?:\s+"
    r"|$)(?P<value>.*)$",
    re.DOTALL,
)
_OPENING = {"(": ")", "[": "]", "{": "}"}
_QUOTES = "\"'`"
_INVISIBLE = dict.fromkeys((0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0xAD))


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A name in front of something: `**Name** (note): value`.

    Attributes:
        name: The label without marks and colon.
        note: What stands in parentheses behind a bold label, without them.
        value: The rest, as Markdown source.
        bold: Whether it is set in bold, so that any name may be a label.
    """

    name: str
    note: str
    value: str
    bold: bool


def visible(text: str) -> str:
    """Return the text without invisible characters and with ordinary spaces."""
    if text.isascii():
        return text
    return text.translate(_INVISIBLE).replace("\u00a0", " ")


@remembered
def plain(text: str) -> str:
    """Return inline Markdown as a reader sees it: no emphasis, code marks or link targets."""
    text = visible(text)
    if "](" in text:
        text = _LINK.sub(r"\1", text)
    if not _MARKED.search(text):
        return text.strip()
    text = _MARKS.sub("", text)
    return (_ESCAPED.sub(r"\1", text) if "\\" in text else text).strip()


def mentions(text: str, words: Iterable[str]) -> bool:
    """Whether one of some words stands in a text; a loop, since it is asked of every line."""
    for word in words:  # noqa: SIM110 - a generator costs more than the search
        if word in text:
            return True
    return False


def unticked(text: str) -> str:
    """Return an item's text without a leading check box."""
    return _TASK_BOX.sub("", text)


@remembered
def label_of(text: str) -> Label | None:
    """Find the label that a line begins with, bold or followed by a colon."""
    text = visible(unticked(text)).strip()
    bold = _BOLD_LABEL.match(text)
    if bold and (bold["in"] or bold["sep"] or not bold["value"] or bold["note"]):
        note = (bold["note"] or "").strip()[1:-1]
        return Label(name=plain(bold["label"]), note=note, value=bold["value"].strip(), bold=True)
    found = _PLAIN_LABEL.match(text)
    if found and "//" not in found["value"][:2]:
        note = (found["note"] or "").strip()[1:-1]
        return Label(
            name=plain(found["label"]), note=note, value=found["value"].strip(), bold=False
        )
    return None


def split_top(text: str, separators: str = ",") -> list[str]:
    """Split at separators that stand outside of brackets and quotes; parts are stripped."""
    parts: list[str] = []
    current: list[str] = []
    closing: list[str] = []
    quote = ""
    for index, character in enumerate(text):
        if quote:
            quote = "" if character == quote else quote
        elif character in _QUOTES and not _is_apostrophe(text, index):
            quote = character if text.find(character, index + 1) > 0 else ""
        elif character in _OPENING:
            closing.append(_OPENING[character])
        elif closing and character == closing[-1]:
            closing.pop()
        elif character in separators and not closing:
            parts.append("".join(current).strip())
            current = []
            continue
        current.append(character)
    parts.append("".join(current).strip())
    return [part for part in parts if part]


def _is_apostrophe(text: str, index: int) -> bool:
    return text[index] == "'" and index > 0 and text[index - 1].isalnum()


def sentences(text: str) -> list[str]:
    """Split running text at full stops and semicolons that end a clause."""
    return [part.strip() for part in re.split(r"(?<=[.;!?])\s+|\n{2,}", text) if part.strip()]


@remembered
def key(text: str) -> str:
    """Return a label in the one form that tables of known labels use."""
    shown = plain(text)
    folded = (shown if shown.isascii() else unicodedata.normalize("NFKC", shown)).casefold()
    return " ".join(_WORD.findall(folded))
