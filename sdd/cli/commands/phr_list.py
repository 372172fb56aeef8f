"""`sdd phr list`, `search` and `stats`: many records at once, on plain lines.

Thousands of rows: laying out a table of them, or a line in colours, takes longer than reading them.
"""

from collections.abc import Mapping
from pathlib import Path

from sdd.cli.formats import Format
from sdd.cli.json_output import dumps
from sdd.cli.streams import say, visible, write
from sdd.errors import ConfigError, ExitCode
from sdd.names import counted
from sdd.records.library import list_phrs, search_phrs, stats
from sdd.records.reading import Phr
from sdd.wiring.history import open_history

_WRITE_ONE = "`sdd phr` writes one, `sdd phr import` those of Claude Code's sessions."


def list_command(feature: str | None, project: Path | None, output_format: Format) -> int:
    """Print the records of a project, or of one feature."""
    records = list_phrs(open_history(project).store)
    found = [phr for phr in records if feature is None or phr.feature == feature]
    if output_format is Format.JSON:
        write(dumps({"schema_version": 1, "records": [brief(phr) for phr in found]}))
        return ExitCode.CLEAN
    widest = max((len(phr.title) for phr in found), default=0)
    write(
        "".join(
            visible(f"{phr.id:<4}  {phr.stage:<12}  {phr.title:<{widest}}  {phr.path}") + "\n"
            for phr in found
        )
    )
    if not records:
        say(f"There are no records yet: {_WRITE_ONE}")
    elif not found:
        names = sorted({phr.feature for phr in records if phr.feature})
        say(f"No record is of the feature '{feature}'. There are records of: {', '.join(names)}.")
    return ExitCode.CLEAN


def brief(phr: Phr) -> Mapping[str, object]:
    """Return what identifies a record, for JSON."""
    names = ("id", "title", "stage", "date", "feature", "model", "path")
    return {name: getattr(phr, name) for name in names}


def search_command(text: str, project: Path | None, output_format: Format) -> int:
    """Print every line of a record that holds the text."""
    if not text.strip():
        raise ConfigError(
            "There is no text to look for.", hint='For example: sdd phr search "login"'
        )
    hits = search_phrs(open_history(project).store, text)
    if output_format is Format.JSON:
        rows = [{"file": hit.path, "line": hit.line, "text": hit.excerpt} for hit in hits]
        write(dumps({"schema_version": 1, "hits": rows}))
        return ExitCode.CLEAN
    write("".join(visible(f"{hit.path}:{hit.line}: {hit.excerpt}") + "\n" for hit in hits))
    if not hits:
        say(f"No record holds '{text}'; `sdd phr list` shows what there is.")
    return ExitCode.CLEAN


def stats_command(project: Path | None, output_format: Format) -> int:
    """Print counts by stage, feature, model and month."""
    counts = stats(list_phrs(open_history(project).store))
    if output_format is Format.JSON:
        write(dumps({"schema_version": 1, "stats": counts}))
        return ExitCode.CLEAN
    write(
        f"{counted(counts.total, 'record')}, {counts.prompt_characters:,} characters of prompts\n"
    )
    for name in ("stages", "features", "models", "months"):
        shown = ", ".join(f"{key} {number}" for key, number in getattr(counts, name).items())
        write(f"{name}: {visible(shown)}\n")
    return ExitCode.CLEAN
