"""Source text with spans, front matter, and Markdown as blocks."""

from sdd.text.frontmatter import FrontMatter, split_front_matter
from sdd.text.source import SourceText, decode
from sdd.text.span import Span

__all__ = ["FrontMatter", "SourceText", "Span", "decode", "split_front_matter"]
