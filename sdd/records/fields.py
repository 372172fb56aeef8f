"""Reads the front matter of records: fast for the common form, patient with any other."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from typing_extensions import override

from sdd.records.plain_yaml import NULLS, Node, read_plain_yaml

_KEY = re.compile(r"(?P<indent>[ ]*)(?P<key>[A-Za-z_][\w-]*):(?:[ \t]+(?P<value>.*))?$")
_ITEM = re.compile(r"[ ]*-(?:[ \t]+(?P<value>.*))?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """What stands in a front matter.

    Attributes:
        values: Key in lower case to text, None, list or mapping; numbers and dates stay text.
        names: Keys as they are written.
        lines: Key to its line, counted from 1 in the YAML text.
        quoted: Keys whose value is written in quotes.
        broken: What makes the text no YAML, and its line; then values are a best guess.
    """

    values: Mapping[str, Node]
    names: tuple[str, ...] = ()
    lines: Mapping[str, int] = field(default_factory=dict)
    quoted: frozenset[str] = frozenset()
    broken: tuple[str, int] | None = None


def read_fields(yaml: str) -> Fields:
    """Read the YAML of a front matter; never fails."""
    read = read_plain_yaml(yaml)
    if read is None:
        return read_any_fields(yaml)
    return Fields(
        values=read.values,
        names=tuple(read.names),
        lines=read.lines,
        quoted=frozenset(read.quoted),
    )


def read_any_fields(yaml: str) -> Fields:
    """Read any front matter with a whole YAML reader, slowly; of what is no YAML, guess."""
    lines = yaml.split("\n")
    found, broken = _patient(yaml)
    places, quoted = _find_places(lines)
    values = _guess(lines) if found is None else found
    return Fields(
        values={key.lower(): value for key, value in values.items()},
        names=tuple(values),
        lines={key.lower(): line for key, line in places.items()},
        quoted=frozenset(key.lower() for key in quoted),
        broken=broken,
    )


def _find_places(lines: list[str]) -> tuple[dict[str, int], set[str]]:
    """Return on which lines keys stand, and which values are quoted."""
    places: dict[str, int] = {}
    quoted: set[str] = set()
    for number, line in enumerate(lines, start=1):
        match = _KEY.match(line.rstrip())
        if match and not match["indent"] and match["key"] not in places:
            places[match["key"]] = number
            if match["value"] and match["value"][0] in "\"'":
                quoted.add(match["key"])
    return places, quoted


def _patient(yaml: str) -> tuple[dict[str, Node] | None, tuple[str, int] | None]:
    """Read any YAML mapping with a whole reader; say what is wrong when it is none."""
    # Slow to load, and rarely needed.
    from ruamel.yaml import YAML  # noqa: PLC0415
    from ruamel.yaml.constructor import BaseConstructor  # noqa: PLC0415
    from ruamel.yaml.error import MarkedYAMLError, YAMLError  # noqa: PLC0415
    from ruamel.yaml.nodes import ScalarNode  # noqa: PLC0415

    class Texts(BaseConstructor):
        """Takes every scalar for the text that it is, and `null` for nothing."""

        @override
        def construct_scalar(self, node: ScalarNode) -> str | None:
            text = str(super().construct_scalar(node))
            return None if node.style is None and text in NULLS else text

    reader = YAML(typ="base", pure=True)
    reader.Constructor = Texts
    reader.allow_duplicate_keys = True
    try:
        loaded = reader.load(yaml.replace("\t", "    "))
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        return None, (str(error.problem or "it is no YAML"), line)
    except (YAMLError, ValueError, TypeError) as error:
        return None, (str(error).partition("\n")[0], 1)
    if not isinstance(loaded, dict):
        return None, ("it is no mapping of keys to values", 1)
    return {str(key): _plain(value) for key, value in loaded.items()}, None


def _plain(value: object) -> Node:
    match value:
        case dict():
            return {str(key): _plain(item) for key, item in value.items()}
        case list():
            return [_plain(item) for item in value]
        case None:
            return None
        case _:
            return str(value)


def _guess(lines: list[str]) -> dict[str, Node]:
    """Take what looks like `key: value` and `- item` from text that is no YAML."""
    values: dict[str, Node] = {}
    key = ""
    for raw in lines:
        line = raw.rstrip()
        match = _KEY.match(line)
        if match and not match["indent"]:
            key = match["key"]
            text = (match["value"] or "").strip().strip("\"'")
            values[key] = None if text in NULLS else text
        elif key and (item := _ITEM.match(line)):
            present = values[key]
            if present is None:
                present = values[key] = []
            if isinstance(present, list):
                present.append((item["value"] or "").strip("\"'"))
    return values
