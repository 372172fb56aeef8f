"""The specs of a feature: which documents there are, and what they say."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Documents:
    """The documents of a feature, by authority, not yet read."""

    feature: str
    paths: tuple[str, ...]
