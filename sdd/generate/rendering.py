"""From a plan to bytes: templates, imports, formatting."""

import ast
import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from sdd.generate.imports import import_block

_LINE = 88


@cache
def _environment() -> Any:  # noqa: ANN401 - jinja2 is imported late
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415

    environment = Environment(
        loader=PackageLoader("sdd.generate", "templates"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - Python and Markdown, not HTML
    )
    environment.filters["literal"] = _typescript
    return environment


def _typescript(source: str) -> str:
    """Turn the source of a Python text into that of a TypeScript one."""
    return json.dumps(ast.literal_eval(source))


def render_text(template: str, values: Mapping[str, Any]) -> str:
    """Fill a template."""
    text: str = _environment().get_template(f"{template}.jinja").render(**values)
    return text


def render_python(header: str, body: str, symbols: Mapping[str, str]) -> str:
    """Join a module's docstring, the imports it needs and its body, formatted by black."""
    from black import Mode, format_str  # noqa: PLC0415
    from black.mode import TargetVersion  # noqa: PLC0415

    imports = import_block(body, symbols)
    source = "\n\n".join(part for part in (f'"""{header}"""', imports, body) if part.strip())
    mode = Mode(line_length=_LINE, target_versions={TargetVersion.PY311})
    return format_str(source, mode=mode)
