"""`sdd phr show`: one record, and what it is linked with."""

from pathlib import Path

from sdd.cli.commands.phr_list import brief
from sdd.cli.formats import Format
from sdd.cli.json_output import dumps
from sdd.cli.links import write_links
from sdd.cli.streams import write
from sdd.errors import ConfigError, ExitCode
from sdd.records.library import list_phrs
from sdd.wiring.history import open_history
from sdd.wiring.links import links_of


def show_command(name: str, project: Path | None, output_format: Format) -> int:
    """Print a record and its links; it is found by path, number or a part of its file name."""
    history = open_history(project)
    records = list_phrs(history.store)
    wanted = name.lstrip("0")
    found = [
        phr
        for phr in records
        if str(phr.path) == name
        or (wanted.isdecimal() and phr.number == int(wanted))
        or name in phr.path.name
    ]
    if not found:
        raise ConfigError(f"There is no record '{name}'.", hint="`sdd phr list` shows them.")
    if len(found) > 1:
        places = ", ".join(str(phr.path) for phr in found)
        raise ConfigError(f"Several records fit '{name}'.", hint=f"Name one by path: {places}.")
    phr = found[0]
    to, linked_from = links_of(phr, records, history)
    if output_format is Format.JSON:
        texts = {"prompt": phr.prompt, "response": phr.response}
        links = {"links_to": to, "linked_from": linked_from}
        write(dumps({"schema_version": 1, "record": {**brief(phr), **texts, **links}}))
        return ExitCode.CLEAN
    write(phr.text if phr.text.endswith("\n") else f"{phr.text}\n")
    write_links(to, linked_from)
    return ExitCode.CLEAN
