"""Tells a model that goes round in circles from one that works."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

WARNED = 4
ENDED = 12


@dataclass(slots=True)
class Repetition:
    """Counts, within one turn, calls that were the same in every respect, their result included."""

    _seen: dict[str, int] = field(default_factory=dict)

    def count(self, tool: str, arguments: Mapping[str, Any], result: str) -> int:
        """Note a call and return how often it was made so far."""
        key = json.dumps([tool, arguments, result], sort_keys=True, default=str)
        self._seen[key] = self._seen.get(key, 0) + 1
        return self._seen[key]
