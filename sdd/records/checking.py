"""Checks a prompt history record: one rule for each thing that goes wrong with them."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import date
from pathlib import PurePosixPath
from typing import NamedTuple

from sdd.diagnostics import Diagnostic, Severity
from sdd.records.phr_draft import TITLE_WORDS, count_words
from sdd.records.reading import Phr
from sdd.records.redaction import find_secrets
from sdd.records.scalars import one_line
from sdd.records.stages import FEATURE_STAGES, HISTORY, NO_FEATURE, STAGES
from sdd.records.template import placeholders
from sdd.text import Span

FIELDS = (
    "id", "title", "stage", "date", "surface", "model", "feature", "branch", "user", "command",
    "labels", "links", "files", "tests",
)  # fmt: skip
NEEDED = FIELDS[:4]
_FIELD_NAMES = frozenset(FIELDS)
RENAMED = {"date_iso": "date", "files_yaml": "files", "tests_yaml": "tests"}
_SECTIONS = {
    "response": "Response snapshot",
    "outcome": "Outcome",
    "evaluation": "Evaluation notes (flywheel)",
}
_EMPTY = re.compile(r"(?i)\W*(?:none|null|n/?a|tbd|todo|not applicable)?\W*")
_UNFILLED = re.compile(r"\s*(?:\$ARGUMENTS|\{\{PROMPT_TEXT\}\}|\{\{RESPONSE_TEXT\}\})?\s*")
_TRUNCATED = re.compile(r"(?i)(?:\.{3}|…|[\[(](?:\.{3}|…|(?:\w+ )*truncated[^\])]*)[\])])\s*$")
_ROOTS = (
    *("home", "Users", "mnt/[a-z]", "root", "tmp", "var", "opt", "private"),
    *("workspace", "workspaces"),
)
_LOCAL_PATH = re.compile(
    rf"(?<![\w.:/\\-])(?:/(?:{'|'.join(_ROOTS)})/[^\s`)\"'*,]+"
    r"|[A-Za-z]:\\[^\s`)\"'*,]+|file:///[^\s`)\"']+)"
)
_LOCAL_START = re.compile(rf"/(?:{'|'.join(_ROOTS)})/")
_ABSOLUTE = re.compile(r"(?:/|~/|[A-Za-z]:[\\/]|\\\\|file:)")
_NUMBERED = re.compile(r"^\d+-")
_FIGURES = re.compile(r"(?<=\d)-(?=\d)")
_OCTAL = re.compile(r"0\d+")
LIKE_A_PATH = re.compile(r"[/.]")
_Check = Callable[[Phr], Iterator[Diagnostic]]


class Link(NamedTuple):
    """A link of a record: under which key, to what, and on which line."""

    key: str
    target: str
    line: int


def check_phr(phr: Phr) -> Iterator[Diagnostic]:
    """Yield what is wrong with one record by itself; an error is what makes it invalid."""
    if not phr.is_utf8:
        yield _error("not-utf8", "The file is not UTF-8", phr, hint="Save it as UTF-8.")
    yield from _check_name(phr)
    if phr.has_front_matter:
        yield from _check_front_matter(phr)
    else:
        message = "No front matter between '---' lines at the head"
        yield _error("missing-front-matter", message, phr)
    for check in _BODY_CHECKS:
        yield from check(phr)


def _check_front_matter(phr: Phr) -> Iterator[Diagnostic]:
    if phr.fields.broken:
        problem, line = phr.fields.broken
        line += phr.fields_line - 1
        if not placeholders(phr.text):
            message = f"The front matter is no YAML: {problem}"
            yield _error("broken-front-matter", message, phr, line)
    for check in _FIELD_CHECKS:
        yield from check(phr)


def _check_name(phr: Phr) -> Iterator[Diagnostic]:
    if phr.name_stage is None:
        message = "The file name is not NNNN-slug.stage.prompt.md"
        yield _error("file-name", message, phr)
    elif phr.slug and slug_words(phr.slug) not in TITLE_WORDS:
        message = f"The slug '{phr.slug}' has not three to seven words"
        yield _warning("slug-length", message, phr)


def slug_words(slug: str) -> int:
    """Count words; figures in a row, as of a version, are one."""
    return slug.count("-") + 1 - len(_FIGURES.findall(slug))


def _check_missing(phr: Phr) -> Iterator[Diagnostic]:
    if phr.fields.values.keys() >= _FIELD_NAMES and all(getattr(phr, key) for key in NEEDED):
        return
    written = {RENAMED.get(key, key) for key in phr.fields.values}
    lost = [key for key in FIELDS if key not in written]
    needed = [key for key in NEEDED if key not in lost and not getattr(phr, key)]
    needed += [key for key in lost if key in NEEDED]
    if needed:
        message = f"Fields without a value: {', '.join(needed)}"
        yield _error("missing-field", message, phr, phr.fields_line)
    if others := [key for key in lost if key not in NEEDED]:
        message = f"Fields that are missing: {', '.join(others)}"
        yield _warning("missing-field", message, phr, phr.fields_line)


def _check_renamed(phr: Phr) -> Iterator[Diagnostic]:
    if _FIELD_NAMES.issuperset(phr.fields.names):
        return
    pairs = [(name, proper_name(name)) for name in phr.fields.names if name != proper_name(name)]
    if pairs:
        message = f"Fields under other names: {', '.join(f'{old} for {new}' for old, new in pairs)}"
        yield _warning("renamed-field", message, phr, _line(phr, pairs[0][0].lower()))


def proper_name(written: str) -> str:
    """Return what a field is called that is written in capitals or under an older name."""
    lower = written.lower()
    name = RENAMED.get(lower, lower)
    return name if name in FIELDS else written


def _check_id(phr: Phr) -> Iterator[Diagnostic]:
    line = _line(phr, "id")
    if not phr.id or "{{" in phr.id or _EMPTY.fullmatch(phr.id):
        return
    if not phr.id.isdecimal():
        yield _error("id-form", f"The id '{phr.id}' is not a number of four digits", phr, line)
        return
    if "id" not in phr.fields.quoted:
        octal = _OCTAL.fullmatch(phr.id) is not None
        why = "read as a number, with zeros lost or as octal" if octal else "read as a number"
        yield Diagnostic(
            rule="unquoted-id",
            severity=Severity.ERROR if octal else Severity.WARNING,
            message=f"The id {phr.id} is {why}",
            span=_span(phr, line),
            hint=f'Write id: "{phr.id}".',
            subject=str(phr.path),
        )
    if phr.name_stage is not None and phr.number is not None and int(phr.id) != phr.number:
        message = f"The id says {phr.id}, the file name {phr.number}"
        yield _error("id-mismatch", message, phr, line)


def _check_title(phr: Phr) -> Iterator[Diagnostic]:
    words = count_words(phr.title)
    if phr.title and "{{" not in phr.title and words not in TITLE_WORDS:
        message = f"The title has {words} word{'' if words == 1 else 's'}, not three to seven"
        yield _warning("title-length", message, phr, _line(phr, "title"))


def _check_stage(phr: Phr) -> Iterator[Diagnostic]:
    line = _line(phr, "stage")
    if not phr.stage or "{{" in phr.stage:
        return
    if phr.stage not in STAGES:
        message = f"There is no stage '{phr.stage}'"
        hint = f"Use one of {', '.join(STAGES)}."
        yield _error("invented-stage", message, phr, line, hint=hint)
    elif phr.name_stage not in {None, phr.stage}:
        message = f"The stage is '{phr.stage}', the file name says '{phr.name_stage}'"
        yield _error("stage-mismatch", message, phr, line)


def _check_folder(phr: Phr) -> Iterator[Diagnostic]:
    place = phr.path.parts[:-1]
    home = next((at for at in range(len(place)) if place[at : at + 2] == HISTORY.parts), None)
    if home is None:
        return
    if len(place) != home + len(HISTORY.parts) + 1:
        message = f"Records stand in {HISTORY}/FOLDER/, and this one in {'/'.join(place[home:])}/"
        yield _warning("wrong-folder", message, phr)
        return
    folder = place[-1]
    stage = phr.name_stage if phr.name_stage in STAGES else phr.stage
    if stage in FEATURE_STAGES:
        if folder in {"constitution", "general"}:
            message = f"A record of stage '{stage}' belongs to its feature, not to {folder}/"
            yield _error("wrong-folder", message, phr)
        elif not _is_own_folder(folder, phr):
            message = f"The feature is '{phr.feature}', the folder '{folder}'"
            yield _warning("wrong-folder", message, phr, _line(phr, "feature"))
    elif stage in STAGES and folder != stage:
        message = f"A record of stage '{stage}' belongs to {stage}/, not to {folder}/"
        yield _error("wrong-folder", message, phr)


def _is_own_folder(folder: str, phr: Phr) -> bool:
    if phr.feature in {"", NO_FEATURE, "unknown"} or "{{" in phr.feature:
        return True
    return _NUMBERED.sub("", folder) in {
        _NUMBERED.sub("", name) for name in (phr.feature, phr.branch)
    }


def _check_date(phr: Phr) -> Iterator[Diagnostic]:
    if phr.date and "{{" not in phr.date and not is_date(phr.date):
        message = f"'{one_line(phr.date)[:40]}' is no date; write YYYY-MM-DD"
        line = _line(phr, "date") if "date" in phr.fields.lines else _line(phr, "date_iso")
        yield _error("invalid-date", message, phr, line)


def is_date(text: str) -> bool:
    """Tell whether a text begins with a date."""
    try:
        date.fromisoformat(text[:10])
    except ValueError:
        return False
    return len(text) == 10 or text[10] in "T "  # noqa: PLR2004 - YYYY-MM-DD


def _check_lists(phr: Phr) -> Iterator[Diagnostic]:
    for key in ("labels", "files", "tests", "files_yaml", "tests_yaml"):
        if isinstance(phr.fields.values.get(key), str) and not phr.fields.broken:
            message = f"The field '{key}' is text and should be a list"
            yield _warning("not-a-list", message, phr, _line(phr, key))


def _check_paths(phr: Phr) -> Iterator[Diagnostic]:
    listed = {"files": phr.files, "tests": phr.tests, "links": tuple(phr.links.values())}
    for key, paths in listed.items():
        if absolute := [path for path in paths if _ABSOLUTE.match(path)]:
            more = f" and {len(absolute) - 1} more" if len(absolute) > 1 else ""
            message = f"An absolute path under '{key}': {one_line(absolute[0])[:60]}{more}"
            line = _line(phr, key) if key in phr.fields.lines else _line(phr, f"{key}_yaml")
            yield _error("absolute-path", message, phr, line)


def _check_user(phr: Phr) -> Iterator[Diagnostic]:
    if "@" in phr.user:
        message = f"The user '{phr.user}' names a host"
        yield _warning("host-name", message, phr, _line(phr, "user"))


def _check_local_paths(phr: Phr) -> Iterator[Diagnostic]:
    if not may_name_a_place(phr.text):
        return
    for name in ("response", "outcome", "evaluation"):
        section = phr.sections.get(name)
        if section is not None and (match := _LOCAL_PATH.search(section.text)):
            message = f"An absolute path in the {name}: {match[0][:60]}"
            yield _warning("absolute-path", message, phr, section.line)


def may_name_a_place(text: str) -> bool:
    """Tell whether a text may hold an absolute path; where not, there is none."""
    return _LOCAL_START.search(text) is not None or ":\\" in text or "file:" in text


def _check_placeholders(phr: Phr) -> Iterator[Diagnostic]:
    if "{{" not in phr.text:
        return
    quoted = [text for text in (phr.prompt, phr.response) if text and not _UNFILLED.fullmatch(text)]
    rest = phr.text
    for text in quoted:
        at = rest.find(text)
        rest = rest[:at] + re.sub(r"[^\n]", " ", text) + rest[at + len(text) :] if at >= 0 else rest
    if found := placeholders(rest):
        more = f" and {len(found) - 1} more" if len(found) > 1 else ""
        line = rest.count("\n", 0, found[0].start()) + 1
        message = f"Placeholder {found[0][0]}{more} not filled"
        yield _error("unfilled-placeholder", message, phr, line)


def _check_prompt(phr: Phr) -> Iterator[Diagnostic]:
    section = phr.sections.get("prompt")
    if section is None:
        message = "No section '## Prompt'"
        yield _error("missing-prompt", message, phr, phr.body_line)
    elif _UNFILLED.fullmatch(section.text) or (
        not section.fenced and _EMPTY.fullmatch(section.text)
    ):
        yield _error("empty-prompt", "The prompt is empty", phr, section.line)
    elif section.line < phr.body_line:
        message = "The prompt stands in the front matter, not under '## Prompt'"
        yield _warning("misplaced-prompt", message, phr, section.line)
    elif not section.fenced and _TRUNCATED.search(section.text[-60:]):
        message = "The prompt looks cut off; it is to be verbatim and whole"
        yield _warning("truncated-prompt", message, phr, section.line)


def _check_sections(phr: Phr) -> Iterator[Diagnostic]:
    if lost := [title for name, title in _SECTIONS.items() if name not in phr.sections]:
        message = f"Sections that are missing: {', '.join(lost)}"
        yield _warning("missing-section", message, phr, phr.body_line)


def _check_secrets(phr: Phr) -> Iterator[Diagnostic]:
    for place in find_secrets(phr.text):
        line = phr.text.count("\n", 0, place.start) + 1
        message = f"The record holds a secret ({place.kind})"
        yield _error("secret-in-record", message, phr, line, hint="Take it out and revoke it.")


_FIELD_CHECKS: tuple[_Check, ...] = (
    _check_missing, _check_renamed, _check_id, _check_title, _check_stage, _check_folder,
    _check_date, _check_lists, _check_paths, _check_user,
)  # fmt: skip
_BODY_CHECKS: tuple[_Check, ...] = (
    _check_placeholders, _check_prompt, _check_sections, _check_local_paths, _check_secrets,
)  # fmt: skip


def links_to_files(phr: Phr) -> Iterator[Link]:
    """Yield what a record links to that may be a file of the project."""
    for key in ("spec", "adr", "plan", "tasks"):
        link = phr.links.get(key, "")
        if "{{" not in link and "://" not in link and LIKE_A_PATH.search(link):
            yield Link(key, link, _line(phr, "links"))


def dangling(
    path: PurePosixPath, links: Iterable[Link], known: Collection[str]
) -> Iterator[Diagnostic]:
    """Yield the links of a record that lead to none of the project's files and folders."""
    for link in links:
        if not _exists(link.target, path.parent, known):
            message = f"The link '{link.key}' leads to no file: {one_line(link.target)[:60]}"
            yield Diagnostic(
                rule="dangling-link",
                severity=Severity.WARNING,
                message=message,
                span=Span(path=str(path), line=link.line),
                subject=str(path),
            )


def _exists(link: str, folder: PurePosixPath, known: Collection[str]) -> bool:
    parts: list[str] = []
    inside = link.startswith(".")
    for part in (*(folder.parts if inside else ()), *link.strip("/").split("/")):
        if part == "..":
            del parts[-1:]
        elif part != ".":
            parts.append(part)
    return not parts or str(PurePosixPath(*parts)) in known


def _span(phr: Phr, line: int) -> Span:
    return Span(path=str(phr.path), line=line)


def _line(phr: Phr, key: str) -> int:
    return phr.fields.lines.get(key, 1) + phr.fields_line - 1


def _error(
    rule: str, message: str, phr: Phr, line: int = 1, *, hint: str | None = None
) -> Diagnostic:
    return Diagnostic(
        rule=rule,
        severity=Severity.ERROR,
        message=message,
        span=_span(phr, line),
        hint=hint,
        subject=str(phr.path),
    )


def _warning(rule: str, message: str, phr: Phr, line: int = 1) -> Diagnostic:
    return Diagnostic(
        rule=rule,
        severity=Severity.WARNING,
        message=message,
        span=_span(phr, line),
        subject=str(phr.path),
    )
