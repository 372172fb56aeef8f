"""Front matter of agent files, read as its author meant it even where it is not valid YAML."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sdd.diagnostics import Diagnostic, Edit, Severity
from sdd.text import FrontMatter, SourceText, Span, split_front_matter

KNOWN_KEYS = frozenset(
    {
        "name",
        "description",
        "tools",
        "disallowedTools",
        "model",
        "color",
        "skills",
        "permissionMode",
        "maxTurns",
        "hooks",
        "mcpServers",
        "memory",
        "background",
        "isolation",
        "effort",
        "initialPrompt",
    }
)
_KEY = re.compile(r"^([A-Za-z_][\w-]*)[ \t]*:(?:[ \t]+(.*))?$")
_RULE = re.compile(r"^(-{3,}|\.{3})\s*$")
_BLOCK_MARK = re.compile(r"^[|>][+-]?\d?$")
_DIALOGUE = frozenset({"user", "assistant", "human", "context", "example", "commentary", "system"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The values of a file's front matter, where each stands, and the text below it."""

    values: Mapping[str, Any]
    spans: Mapping[str, Span]
    body: str
    diagnostics: tuple[Diagnostic, ...] = ()

    def text(self, key: str) -> str:
        """Return a value as text, or nothing when it is absent, a list or a mapping."""
        value = self.values.get(key)
        return "" if value is None or isinstance(value, (dict, list)) else str(value).strip()


@dataclass(slots=True, kw_only=True)
class _Entry:
    """The lines of one top-level key."""

    key: str
    line: int
    rows: list[str] = field(default_factory=list)

    def is_running_text(self) -> bool:
        """Tell whether unindented lines follow the key's own: text, not YAML."""
        return any(row.strip() and not row[0].isspace() for row in self.rows[1:])

    def span(self, path: str) -> Span:
        """Return the span of the lines, trailing blank ones left out."""
        length = len(self.rows)
        while length > 1 and not self.rows[length - 1].strip():
            length -= 1
        last = self.rows[length - 1]
        return Span(
            path=path, line=self.line, end_line=self.line + length - 1, end_column=len(last) + 1
        )


def read_header(source: SourceText) -> Header | None:
    """Read a file's front matter; None when it has none.

    Valid YAML is read as YAML. Anything else is read line by line, and every value that had to be
    read so is a warning that says where it is and how to write it.
    """
    matter, notes = _split(source)
    if matter.yaml is None:
        return None
    rows = matter.yaml.split("\n")
    entries = tuple(_entries(rows, matter.yaml_line))
    if not entries:
        return None
    spans = {entry.key: entry.span(source.path) for entry in reversed(entries)}
    values, problem = _load_yaml(matter.yaml)
    if not isinstance(values, dict):
        values, found = _read_leniently(entries, source.path)
        notes += found or [_whole(source, matter, problem)]
    values, found = _unescape(values, spans)
    if found:  # its edit covers the same lines, and does more
        notes = [
            replace(note, edits=()) if note.subject == "description" else note for note in notes
        ]
    return Header(values=values, spans=spans, body=matter.body, diagnostics=tuple(notes + found))


def _split(source: SourceText) -> tuple[FrontMatter, list[Diagnostic]]:
    blank = len(source.text) - len(source.text.lstrip("\n"))
    matter = split_front_matter(source.text[blank:])
    matter = FrontMatter(
        yaml=matter.yaml,
        yaml_line=matter.yaml_line + blank,
        body=matter.body,
        body_line=matter.body_line + blank,
        closed=matter.closed,
    )
    if matter.closed:
        return matter, []
    lines = matter.body.split("\n")
    end, resume = _guess_end(lines)
    guessed = FrontMatter(
        yaml="\n".join(lines[1:end]),
        yaml_line=2 + blank,
        body="\n".join(lines[resume:]),
        body_line=resume + 1 + blank,
        closed=False,
    )
    if not any(row.startswith("name:") for row in lines[1:end]):
        return matter, []
    return guessed, [
        Diagnostic(
            rule="unclosed-front-matter",
            severity=Severity.WARNING,
            message="The front matter has no closing `---`.",
            span=source.span(end + blank + 1),
            hint="Write `---` alone on the line after the last key.",
        )
    ]


def _guess_end(lines: Sequence[str]) -> tuple[int, int]:
    """Return where unclosed front matter ends, and where the body begins."""
    previous_blank = False
    for number, line in enumerate(lines[1:], start=1):
        if _RULE.match(line):
            return number, number + 1
        begun = number > 1 and any(row.strip() for row in lines[1:number])
        if begun and (line.startswith("#") or (previous_blank and line and not _KEY.match(line))):
            return number, number
        previous_blank = not line.strip()
    return len(lines), len(lines)


def _load_yaml(text: str) -> tuple[Any, Exception | None]:
    from ruamel.yaml import YAML  # noqa: PLC0415 - only agent files need it
    from ruamel.yaml.error import YAMLError  # noqa: PLC0415

    try:
        return YAML(typ="safe", pure=True).load(text), None
    except (YAMLError, ValueError, TypeError, NotImplementedError, RecursionError) as error:
        return None, error


def _entries(rows: Sequence[str], first_line: int) -> Iterator[_Entry]:
    keys = [match.group(1) if (match := _KEY.match(row)) else None for row in rows]
    current: _Entry | None = None
    seen: set[str] = set()
    for index, row in enumerate(rows):
        key = keys[index]
        if key is not None and _begins(key, current, seen | {*keys[index + 1 :]}):
            seen.add(key)
            if current is not None:
                yield current
            current = _Entry(key=key, line=first_line + index, rows=[row])
        elif current is not None:
            current.rows.append(row)
    if current is not None:
        yield current


def _begins(key: str, current: _Entry | None, elsewhere: Collection[str | None]) -> bool:
    """Tell a key from a line of running text that looks like one (`user: …`)."""
    if current is None or current.key in KNOWN_KEYS - {"description"}:
        return True
    if key in KNOWN_KEYS:
        return not (current.is_running_text() and key in elsewhere)
    if key[0].isupper() or key in _DIALOGUE:
        return False
    return not current.is_running_text()


def _read_leniently(
    entries: Sequence[_Entry], path: str
) -> tuple[dict[str, Any], list[Diagnostic]]:
    values: dict[str, Any] = {}
    found: list[Diagnostic] = []
    for entry in entries:
        span = entry.span(path)
        if entry.key in values:
            found.append(_twice(entry.key, span))
            continue
        values[entry.key], problem = _value(entry)
        if problem is not None:
            found.append(_invalid(entry, values[entry.key], span, problem))
    return values, found


def _value(entry: _Entry) -> tuple[Any, str | None]:
    text = "\n".join(entry.rows)
    loaded, _ = _load_yaml(text)
    if isinstance(loaded, dict) and list(loaded) == [entry.key]:
        return loaded[entry.key], None
    if "\t" in text:
        loaded, _ = _load_yaml(text.expandtabs(2))
        if isinstance(loaded, dict) and list(loaded) == [entry.key]:
            return loaded[entry.key], "it is indented with tabs"
    raw = _raw(entry)
    return raw, _cause(raw)


def _raw(entry: _Entry) -> str:
    first = _KEY.match(entry.rows[0])
    head = (first.group(2) or "").strip() if first else ""
    rest = [row.expandtabs(2) for row in entry.rows[1:]]
    margin = min((len(row) - len(row.lstrip()) for row in rest if row.strip()), default=0)
    rows = ([] if _BLOCK_MARK.match(head) else [head]) + [row[margin:].rstrip() for row in rest]
    text = "\n".join(rows).strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        return text[1:-1]
    return text


def _cause(raw: str) -> str:
    if raw.startswith("*"):
        return "a leading `*` makes it an alias"
    if raw.startswith(("&", "!", "%", "@", "`")):
        return f"it begins with `{raw[0]}`"
    if re.search(r":(\s|$)", raw):
        return "it holds a colon without quotes"
    if raw.startswith(("[", "{", '"', "'")):
        return f"its `{raw[0]}` is not closed"
    return "its lines are not indented"


def _invalid(entry: _Entry, value: Any, span: Span, problem: str) -> Diagnostic:  # noqa: ANN401
    key = entry.key
    if key == "tools" and value == "*":
        hint = 'Leave `tools` out to allow every tool, or write `tools: "*"`.'
    else:
        hint = f"Write `{key}: |-` and the text indented by two spaces on the lines below."
    colon = re.search(r":\s", entry.rows[0][len(key) + 1 :])
    column = len(key) + 2 + colon.start() if colon and "colon" in problem else 1
    return Diagnostic(
        rule="invalid-front-matter",
        severity=Severity.WARNING,
        message=f"`{key}` is not valid YAML: {problem}.",
        span=replace(span, column=column),
        hint=hint,
        reason="It was read as plain text; other tools may reject the file.",
        subject=key,
        edits=(Edit(span=span, new_text=_block(key, value)),) if isinstance(value, str) else (),
    )


def _twice(key: str, span: Span) -> Diagnostic:
    return Diagnostic(
        rule="duplicate-key",
        severity=Severity.WARNING,
        message=f"`{key}` stands twice; the first one counts.",
        span=span,
        hint="Remove one of the two.",
        subject=key,
    )


def _whole(source: SourceText, matter: FrontMatter, problem: Exception | None) -> Diagnostic:
    mark = getattr(problem, "problem_mark", None)
    line = matter.yaml_line + (mark.line if mark is not None else 0)
    return Diagnostic(
        rule="invalid-front-matter",
        severity=Severity.WARNING,
        message="The front matter is not valid YAML; it was read line by line.",
        span=source.span(line),
        hint="Write one `key: value` a line, and quote values that hold `: ` or `#`.",
    )


def _unescape(
    values: Mapping[str, Any], spans: Mapping[str, Span]
) -> tuple[dict[str, Any], list[Diagnostic]]:
    read = {str(key): value for key, value in values.items()}
    text = read.get("description")
    if not isinstance(text, str) or "\\n" not in text:
        return read, []
    read["description"] = text.replace("\\n", "\n").replace('\\"', '"').replace("\\t", " ")
    span = spans.get("description")
    edits = (Edit(span=span, new_text=_block("description", read["description"])),) if span else ()
    return read, [
        Diagnostic(
            rule="literal-newline",
            severity=Severity.WARNING,
            message="`description` holds a literal `\\n`; it was read as a line break.",
            span=span,
            hint="Write `description: |-` and the lines indented by two spaces below.",
            subject="description",
            edits=edits,
        )
    ]


def _block(key: str, text: str) -> str:
    if "\n" not in text and len(text) < 20:  # noqa: PLR2004 - a word or two
        quoted = text.replace("\\", "\\\\").replace('"', '\\"')
        return f'{key}: "{quoted}"'
    return f"{key}: |-\n" + "\n".join(f"  {line}" if line else "" for line in text.split("\n"))
