"""The head of a generated module: what the module is, and the documents that it follows."""

import re
from collections.abc import Collection, Iterable

_SPECS = "\n\nSpecs:\n\n"
_HEAD = re.compile(r'"""(?P<purpose>[^"\n]+)\n\nSpecs:\n\n(?P<specs>(?:- [^\n]+\n)+)"""\n')


def head(purpose: str, specs: Iterable[str]) -> str:
    """Return the docstring of a module that follows some documents."""
    listed = "\n".join(f"- {path}" for path in specs)
    return f"{purpose}{_SPECS}{listed}\n" if listed else purpose


def followed(source: str) -> tuple[str, ...]:
    """Return the documents that a module says it follows."""
    found = _HEAD.match(source)
    return tuple(line[2:] for line in found["specs"].splitlines()) if found else ()


def beside(fresh: str, standing: str, documents: Collection[str]) -> str:
    """Return a fresh rendering of a module that other features may have asked for before.

    A module whose code is the same stays as it stands: it is none of this feature's business.
    One that changes keeps naming the documents of before.

    Args:
        fresh: The module as this feature's documents ask for it.
        standing: The module as it stands.
        documents: The documents that there are; what is gone is named no more.
    """
    old, new = _HEAD.match(standing), _HEAD.match(fresh)
    if old is None or new is None or old["purpose"] != new["purpose"]:
        return fresh
    before, now = followed(standing), followed(fresh)
    if standing[old.end() :] == fresh[new.end() :] and all(path in documents for path in before):
        return standing
    kept = [path for path in before if path in documents and path not in now]
    return f'"""{head(new["purpose"], (*now, *kept))}"""\n{fresh[new.end() :]}'
