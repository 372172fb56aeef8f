"""A phrase from which each reader takes its words, so that a later one cannot misread them."""

import re
from dataclasses import dataclass


@dataclass(slots=True)
class Phrase:
    """What is left of a phrase."""

    text: str

    def take(self, pattern: "re.Pattern[str]") -> "re.Match[str] | None":
        """Find a pattern and put a semicolon in its place."""
        found = pattern.search(self.text)
        if found:
            self.text = f"{self.text[: found.start()]} ; {self.text[found.end() :]}"
        return found


def pattern(text: str) -> "re.Pattern[str]":
    """Compile a pattern that ignores case."""
    return re.compile(text, re.IGNORECASE)
