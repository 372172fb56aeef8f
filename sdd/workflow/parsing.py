"""Python texts as trees, each parsed once: gates look at the same files round after round."""

import ast
from functools import lru_cache

UNPARSABLE = (SyntaxError, ValueError, RecursionError)


@lru_cache(maxsize=256)
def parsed(text: str) -> ast.Module:
    """Return the tree of a text; nobody may change it.

    Raises:
        SyntaxError: It is not Python; as `UNPARSABLE`, also ValueError or RecursionError.
    """
    return ast.parse(text)
