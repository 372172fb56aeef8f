"""Words and identifiers: case, plural and singular, slugs, the nearest known name."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from sdd import inflection

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+|[0-9]+")


@lru_cache(maxsize=4096)  # the same few names are compared over and over
def words(name: str) -> tuple[str, ...]:
    """Split an identifier or phrase into its lower-case words."""
    return tuple(match.group().lower() for match in _WORD.finditer(name))


@lru_cache(maxsize=4096)
def snake(name: str) -> str:
    """Write a name as `snake_case`."""
    return "_".join(words(name))


def kebab(name: str) -> str:
    """Write a name as `kebab-case`."""
    return "-".join(words(name))


def pascal(name: str) -> str:
    """Write a name as `PascalCase`."""
    return "".join(word.capitalize() for word in words(name))


def plural(word: str) -> str:
    """Return the English plural of a lower-case word or snake_case name (its last word)."""
    head, _, last = word.rpartition("_")
    prefix = f"{head}_" if head else ""
    return prefix + inflection.plural(last)


def counted(number: int, word: str) -> str:
    """Say how many of something there are: `1 route`, `3 open questions`."""
    head, space, last = word.rpartition(" ")
    return f"{number:,} {word if number == 1 else head + space + plural(last)}"


def singular(word: str) -> str:
    """Return the English singular of a lower-case word or snake_case name (its last word)."""
    head, _, last = word.rpartition("_")
    prefix = f"{head}_" if head else ""
    return prefix + inflection.singular(last)


def slug(text: str, *, most_words: int = 7) -> str:
    """Make a file-name part of at most `most_words` ASCII words, or `untitled` if none is left."""
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    parts = re.findall(r"[a-z0-9]+", ascii_text.lower())[:most_words]
    return "-".join(parts) or "untitled"


def nearest(
    name: str, known: Iterable[str], *, most: int = 3, likeness: float = 0.5
) -> tuple[str, ...]:
    """Return the known names that look most like `name`, best first; empty if none is near.

    Args:
        name: What was written.
        known: What could have been meant.
        most: How many to return.
        likeness: From 0, anything, to 1, the same.
    """
    import difflib  # noqa: PLC0415 - only a mistake needs it

    return tuple(difflib.get_close_matches(name, list(known), n=most, cutoff=likeness))
