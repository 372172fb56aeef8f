"""Differences that somebody accepted: kept in a file until one of the sides changes."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sdd.errors import ConfigError
from sdd.ir.drift.difference import Difference

_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """A difference that is as it should be.

    Attributes:
        revision: The commit at which it was accepted; empty outside of a repository.
        reason: Why, in the words of who accepted it.
    """

    fingerprint: str
    rule: str
    subject: str
    spec: str
    code: str
    revision: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """Differences beside what was accepted of them.

    Attributes:
        changed: For an open difference of which another form was accepted: that acceptance.
        gone: Acceptances of differences that are no more.
    """

    open: tuple[Difference, ...]
    accepted: tuple[tuple[Difference, Acceptance], ...]
    changed: tuple[tuple[Difference, Acceptance], ...]
    gone: tuple[Acceptance, ...]


def judge(differences: Sequence[Difference], acceptances: Iterable[Acceptance]) -> Judged:
    """Tell open differences from accepted ones; what has changed since is open again."""
    known = {item.fingerprint: item for item in acceptances}
    alike = {(item.rule, item.subject): item for item in known.values()}
    here = {item.fingerprint for item in differences}
    left = [item for item in differences if item.fingerprint not in known]
    changed = tuple(
        (item, alike[item.rule, item.subject])
        for item in left
        if (item.rule, item.subject) in alike
    )
    renewed = {acceptance.fingerprint for _, acceptance in changed}
    return Judged(
        open=tuple(left),
        accepted=tuple(
            (item, known[item.fingerprint]) for item in differences if item.fingerprint in known
        ),
        changed=changed,
        gone=tuple(item for item in known.values() if item.fingerprint not in here | renewed),
    )


def accept(judged: Judged, revision: str, reason: str) -> tuple[Acceptance, ...]:
    """Accept everything that is open; older acceptances keep their revision, gone ones go."""
    kept = [acceptance for _, acceptance in judged.accepted]
    new = [
        Acceptance(
            fingerprint=item.fingerprint,
            rule=item.rule,
            subject=item.subject,
            spec=item.spec,
            code=item.code,
            revision=revision,
            reason=reason,
        )
        for item in judged.open
    ]
    return tuple(
        sorted((*kept, *new), key=lambda item: (item.rule, item.subject, item.fingerprint))
    )


def to_text(acceptances: Iterable[Acceptance]) -> str:
    """Write acceptances as JSON that a review can read: sorted, the same bytes each time."""
    entries = [
        {name: getattr(item, name) for name in Acceptance.__dataclass_fields__}
        for item in acceptances
    ]
    data = {"schema_version": _VERSION, "accepted": entries}
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def from_text(text: str, name: str) -> tuple[Acceptance, ...]:
    """Read acceptances.

    Raises:
        ConfigError: The text is none of ours.
    """
    try:
        data: Any = json.loads(text)
        entries = (
            data["accepted"] if data["schema_version"] == _VERSION else data["of another version"]
        )
        return tuple(
            Acceptance(**{field: str(entry[field]) for field in Acceptance.__dataclass_fields__})
            for entry in entries
        )
    except (ValueError, KeyError, TypeError) as error:
        raise ConfigError(
            f"{name} is no list of accepted differences.",
            hint="Restore it from git, or delete it and run: sdd spec diff --accept",
        ) from error
