"""Architecture decision records: read, numbered, superseded, written when asked for only."""

import pkgutil
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from sdd.changes import ChangeSet, plan_changes
from sdd.errors import ConfigError
from sdd.names import slug
from sdd.ports import Clock, ReadableFiles
from sdd.records.redaction import redact
from sdd.records.scalars import one_line
from sdd.records.store import RecordStore, next_number, number_of
from sdd.records.template import Value, fill

ADR_FOLDER = PurePosixPath("history/adr")
TEMPLATE_NAME = "adr-template.md"
TEMPLATE_PATH = PurePosixPath(".specify/templates") / TEMPLATE_NAME
STATUSES = ("Proposed", "Accepted", "Superseded", "Rejected")
_TITLE = re.compile(
    r"^#\s+(?:ADR[-\s]?(?P<number>\d+)\s*[:.\u2013\u2014-]\s*)?(?P<title>.+)$", re.MULTILINE
)
_FIELD = re.compile(
    r"^\s*(?:[-*]\s+)?\**(?P<key>Status|Date|Feature|Context)\**\s*:\**[ \t]*(?P<value>.*)$",
    re.MULTILINE | re.IGNORECASE,
)
_STATUS_LINE = re.compile(
    r"^(\s*(?:[-*]\s+)?\**Status\**\s*:\**[ \t]*)([^\r\n]*)", re.MULTILINE | re.IGNORECASE
)
_STATUS_SECTION = re.compile(
    r"^(##[ \t]+Status[ \t]*\r?\n(?:[ \t]*\r?\n)*)([^\r\n]+)", re.MULTILINE | re.IGNORECASE
)
_SECTION = re.compile(r"^(?P<marks>#{2,3})[ \t]+(?P<title>[^\n]+)$", re.MULTILINE)
_REFERENCE = re.compile(r"ADR-(\d{1,5})", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Adr:
    """An architecture decision record as it was read; what it lacks is empty.

    Attributes:
        path: Where it stands, relative to the project.
        number: The number in its file name or heading.
        heading_number: The number in its heading.
        status: One of `STATUSES` where it begins with one, else as written.
        status_text: The whole status line, as in "Superseded by ADR-0004".
        sections: Heading in lower case to its text.
        text: All of it.
    """

    path: PurePosixPath
    number: int | None
    heading_number: int | None
    title: str
    status: str
    status_text: str
    date: str
    feature: str
    sections: Mapping[str, str] = field(default_factory=dict)
    text: str

    @property
    def decision(self) -> str:
        """What was decided."""
        return self.sections.get("decision", "")

    @property
    def alternatives(self) -> str:
        """What else was weighed."""
        return next(
            (text for name, text in self.sections.items() if name.startswith("alternative")), ""
        )

    @property
    def superseded_by(self) -> int | None:
        """The number of the record that took its place."""
        if self.status != "Superseded":
            return None
        match = _REFERENCE.search(self.status_text)
        return int(match[1]) if match else None


@dataclass(frozen=True, slots=True, kw_only=True)
class AdrRequest:
    """All that a new decision record will say; what is empty is left for a human to fill.

    Attributes:
        title: What the decision is about.
        plan: Path of the plan, relative to the project.
        related: Numbers of related records.
        phr: Path of the prompt history record in which the decision came up.
    """

    title: str
    feature: str = "none"
    status: str = "Proposed"
    context: str = ""
    decision: str = ""
    positive: tuple[str, ...] = ()
    negative: tuple[str, ...] = ()
    alternatives: tuple[str, ...] = ()
    spec: str | None = None
    plan: str | None = None
    related: tuple[int, ...] = ()
    phr: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenAdr:
    """A decision record that was written."""

    number: int
    path: PurePosixPath
    title: str


def read_adr(data: bytes, path: PurePosixPath | str = "") -> Adr:
    """Read a decision record of any form; never fails."""
    path = PurePosixPath(path)
    text = data.decode("utf-8", errors="replace").replace("\r\n", "\n").removeprefix("\ufeff")
    title = _TITLE.search(text)
    head = text[: match.start()] if (match := _SECTION.search(text)) else text
    fields = {match["key"].lower(): match["value"].strip(" *") for match in _FIELD.finditer(head)}
    sections = _read_sections(text)
    status_text = fields.get("status") or sections.get("status", "").partition("\n")[0]
    heading_number = int(title["number"]) if title and title["number"] else None
    number = number_of(path.name)
    return Adr(
        path=path,
        number=number if number is not None else heading_number,
        heading_number=heading_number,
        title=title["title"].strip() if title else "",
        status=_status(status_text),
        status_text=status_text,
        date=fields.get("date", ""),
        feature=fields.get("feature", ""),
        sections=sections,
        text=text,
    )


def list_adrs(files: ReadableFiles) -> tuple[Adr, ...]:
    """Return the project's decision records, by number."""
    found = [
        read_adr(data, path)
        for path in files.paths(ADR_FOLDER)
        if path.suffix == ".md" and path.stem.lower() not in {"readme", "index"}
        if (data := files.read(path)) is not None
    ]
    return tuple(sorted(found, key=lambda adr: (adr.number or 0, adr.path)))


def new_adr(request: AdrRequest, *, store: RecordStore, clock: Clock) -> WrittenAdr:
    """Write a decision record under the next free number. To call this is to have consent.

    Raises:
        ConfigError: The title is empty, the status unknown or the template not usable.
        WorkspaceError: The disk refused; nothing was written.
    """
    title = one_line(request.title)
    if not title:
        raise ConfigError("A decision needs a title.", hint='For example: sdd adr new "Use UUIDs"')
    if request.status not in STATUSES:
        raise ConfigError(
            f"There is no status '{request.status}'.", hint=f"Use one of {', '.join(STATUSES)}."
        )
    date = clock.now().date().isoformat()
    template = _template(store)
    with store.alone(ADR_FOLDER):
        while True:
            number = next_number(store, ADR_FOLDER)
            path = ADR_FOLDER / f"{number:04d}-{slug(title)}.md"
            text, _ = redact(fill(template, _values(request, number, date), name=TEMPLATE_NAME))
            if store.create_exclusive(path, text.encode()):
                return WrittenAdr(number=number, path=path, title=title)


def supersede(old: Adr, new: Adr, files: ReadableFiles) -> ChangeSet:
    """Plan the change that marks `old` as superseded by `new`; nothing else in it changes.

    Raises:
        ConfigError: A record has no number, or `old` has no status line.
    """
    if old.number is None or new.number is None:
        raise ConfigError("A decision without a number cannot supersede or be superseded.")
    if old.number == new.number:
        raise ConfigError(f"ADR-{old.number:04d} cannot supersede itself.")
    data = files.read(old.path) or b""
    text = data.decode()
    match = re.search(
        r"^(\s*(?:[-*]\s+)?\**Status\**\s*:\**[ \t]*)([^\r\n]*)", text, re.MULTILINE | re.IGNORECASE
    )
    match = match or re.search(
        r"^(##[ \t]+Status[ \t]*\r?\n(?:[ \t]*\r?\n)*)([^\r\n]+)", text, re.MULTILINE
    )
    if match is None:
        raise ConfigError(f"{old.path} has no status.", hint="Add a line '- **Status:** Accepted'.")
    mark = f"Superseded by ADR-{new.number:04d}"
    changed = text[: match.start(2)] + mark + text[match.end(2) :]
    return plan_changes(files, {old.path: changed.encode()}, {old.path: mark})


def default_template() -> str:
    """Return the template that is used where a project has none of its own."""
    return (pkgutil.get_data("sdd.records", f"templates/{TEMPLATE_NAME}") or b"").decode()


def _template(store: RecordStore) -> str:
    data = store.read(TEMPLATE_PATH)
    return data.decode("utf-8-sig") if data is not None else default_template()


def _values(request: AdrRequest, number: int, date: str) -> dict[str, Value]:
    values: dict[str, Value] = {
        "ID": f"{number:04d}",
        "TITLE": one_line(request.title),
        "STATUS": request.status,
        "DATE_ISO": date,
        "FEATURE": request.feature,
        "CONTEXT": request.context or _OPEN,
        "DECISION": request.decision or _OPEN,
        "CONSEQUENCES_POSITIVE": _bullets(request.positive),
        "CONSEQUENCES_NEGATIVE": _bullets(request.negative),
        "ALTERNATIVES": _bullets(request.alternatives),
        "LINKS_SPEC": request.spec,
        "LINKS_PLAN": request.plan,
        "LINKS_ADR": ", ".join(f"ADR-{item:04d}" for item in request.related) or None,
        "LINKS_PHR": request.phr,
    }
    return values | {other: values[name] for other, name in _OTHER_NAMES.items()}


# What the template of spec-kit-plus calls them.
_OTHER_NAMES = {
    "FEATURE_NAME": "FEATURE",
    "POSITIVE_CONSEQUENCES": "CONSEQUENCES_POSITIVE",
    "NEGATIVE_CONSEQUENCES": "CONSEQUENCES_NEGATIVE",
    "SPEC_LINK": "LINKS_SPEC",
    "PLAN_LINK": "LINKS_PLAN",
    "RELATED_ADRS": "LINKS_ADR",
    "EVAL_NOTES_LINK": "LINKS_PHR",
}
_OPEN = "To be written."


def _bullets(lines: tuple[str, ...]) -> str:
    return "\n".join(f"- {line}" for line in lines) or _OPEN


def _status(text: str) -> str:
    first = re.match(r"\W*([A-Za-z]+)", text)
    word = first[1].capitalize() if first else ""
    return word if word in STATUSES else text


def _read_sections(text: str) -> dict[str, str]:
    matches = list(_SECTION.finditer(text))
    sections: dict[str, str] = {}
    for at, match in enumerate(matches):
        nexts = [
            other.start()
            for other in matches[at + 1 :]
            if len(other["marks"]) <= len(match["marks"])
        ]
        end = nexts[0] if nexts else len(text)
        sections.setdefault(match["title"].strip().lower(), text[match.end() : end].strip())
    return sections
