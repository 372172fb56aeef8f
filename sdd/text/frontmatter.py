"""The YAML block between `---` lines at the head of a Markdown file."""

from dataclasses import dataclass

_FENCE = "---"


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontMatter:
    """The raw YAML text and the rest.

    Attributes:
        yaml: The lines between the fences, or None when the file has no front matter.
        yaml_line: The line number (from 1) of the first YAML line.
        body: Everything after the closing fence, unchanged.
        body_line: The line number (from 1) of the body's first line.
        closed: False when the opening fence has no closing one; then all is body.
    """

    yaml: str | None
    yaml_line: int
    body: str
    body_line: int
    closed: bool = True


def split_front_matter(text: str) -> FrontMatter:
    """Split a decoded text; nothing is lost: fences, YAML and body make the text."""
    lines = text.split("\n")
    if not lines or lines[0].rstrip() != _FENCE:
        return FrontMatter(yaml=None, yaml_line=1, body=text, body_line=1)
    for number, line in enumerate(lines[1:], start=1):
        if line.rstrip() == _FENCE:
            return FrontMatter(
                yaml="\n".join(lines[1:number]),
                yaml_line=2,
                body="\n".join(lines[number + 1 :]),
                body_line=number + 2,
            )
    return FrontMatter(yaml=None, yaml_line=1, body=text, body_line=1, closed=False)
