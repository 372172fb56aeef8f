"""The specs of a feature: which documents there are, and what they say."""

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

ALL = "all"
_NUMBER = re.compile(r"^(\d{3}|\d{8}-\d{6})-")


@dataclass(frozen=True, slots=True, kw_only=True)
class Documents:
    """The documents of a feature, by authority, not yet read."""

    feature: str
    paths: tuple[str, ...]


def concerns(feature: str, path: PurePosixPath) -> bool:
    """Tell whether a file of a numbered folder belongs to a feature."""
    folder = path.parent.name
    return feature in {ALL, folder, _NUMBER.sub("", folder)}
