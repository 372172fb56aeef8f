"""One difference between specs and code."""

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from sdd.text import Span


class Side(StrEnum):
    """Who states something that the other does not."""

    SPEC = "spec"
    CODE = "code"
    BOTH = "both"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Something that specs and code state differently, or only one of them states.

    Attributes:
        rule: Kebab-case id of its kind.
        subject: What it is about: `POST /api/notes`, `Note.text`.
        message: One line that names both sides.
        only: Which side states it, or both, each its own.
        spec: What the specs state, in a few words; part of its identity.
        code: What the code does, likewise.
    """

    rule: str
    subject: str
    message: str
    only: Side = Side.BOTH
    spec: str = ""
    code: str = ""
    spec_span: Span | None = None
    code_span: Span | None = None

    @property
    def fingerprint(self) -> str:
        """A stable id of what both sides state: it changes when one of them does."""
        parts = (self.rule, self.subject, self.spec, self.code)
        return hashlib.sha256("\0".join(parts).encode(errors="surrogatepass")).hexdigest()[:20]
