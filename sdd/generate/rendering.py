"""From a plan to bytes: templates, imports, formatting."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from sdd.generate.imports import import_block

_FOLDER = "templates"
_LINE = 88


@cache
def _environment(layout: str) -> Any:  # noqa: ANN401 - jinja2 is imported late
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415

    return Environment(
        loader=PackageLoader("sdd.generate", f"{_FOLDER}/{layout}"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - Python and Markdown, not HTML
    )


def render_text(layout: str, template: str, values: Mapping[str, Any]) -> str:
    """Fill a template."""
    text: str = _environment(layout).get_template(f"{template}.jinja").render(**values)
    return text


def render_python(header: str, body: str, symbols: Mapping[str, str]) -> str:
    """Join a module's docstring, the imports it needs and its body, formatted by black."""
    from black import Mode, format_str  # noqa: PLC0415
    from black.mode import TargetVersion  # noqa: PLC0415

    imports = import_block(body, symbols)
    source = "\n\n".join(part for part in (f'"""{header}"""', imports, body) if part.strip())
    mode = Mode(line_length=_LINE, target_versions={TargetVersion.PY311})
    return format_str(source, mode=mode)
