"""Counts for how many rules of a secret scanner redaction takes out what they would find.

Usage: python benchmarks/redaction.py gitleaks.toml [--seed N] [--samples N]

From the regular expression of each rule of a gitleaks configuration (its own, or a project's)
texts are drawn that match it. A rule counts when in nine of ten of them the secret is gone after
redaction. Printed: the count, and every other rule with one text that kept its secret.
"""

import argparse
import random
import re
import string
import sys
import tomllib
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sdd.records.redaction import redact

_SIGNS = string.ascii_letters + string.digits
_REPEATS = ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT")
_SPREAD = 12
_TRIES = 40


def compiled(form: str) -> re.Pattern[str]:
    """Return a rule's expression as Python writes it."""
    form = form.replace(r"\z", r"\Z").replace("[[:alnum:]]", "[A-Za-z0-9]")
    try:
        return re.compile(form)
    except re.error:  # flags in the middle
        return re.compile("(?i)" + form.replace("(?i)", "").replace("(?-i:", "(?:"))


def drawn(parts: Sequence[Any], chance: random.Random, *, outermost: bool = True) -> str:
    """Draw a text that matches a parsed expression, what stands around it aside."""
    return "".join(_one(str(kind), given, chance, outermost) for kind, given in parts)


def _one(kind: str, given: Any, chance: random.Random, outermost: bool) -> str:  # noqa: ANN401, FBT001
    if kind == "LITERAL":
        return chr(given)
    if kind == "ANY":  # in a rule, a lone dot is mostly meant as one
        return "." if outermost else chance.choice(_SIGNS)
    if kind == "IN":
        return chance.choice(_choices(given))
    if kind in _REPEATS:
        least, most, inner = given
        most = min(int(most), least + _SPREAD if least else 1)
        times = chance.randint(least, most) if least else chance.randint(0, most) // 2
        return "".join(drawn(inner, chance, outermost=False) for _ in range(times))
    inner = {
        "SUBPATTERN": lambda: given[-1],
        "BRANCH": lambda: chance.choice(given[1]),
        "ATOMIC_GROUP": lambda: given,
    }.get(kind, tuple)
    return drawn(inner(), chance, outermost=outermost)


def _choices(items: Sequence[Any]) -> str:
    """Return the signs that a class allows; letters and digits where it has any."""
    negated = str(items[0][0]) == "NEGATE"
    signs = [sign for sign in map(chr, range(128)) if _is_in(items, sign) is not negated]
    plain = [sign for sign in signs if sign in _SIGNS]
    return "".join(plain or [sign for sign in signs if sign.isprintable()] or signs)


def _is_in(items: Sequence[Any], sign: str) -> bool:
    found = False
    for kind, given in items:
        match str(kind):
            case "LITERAL":
                found |= ord(sign) == given
            case "RANGE":
                found |= given[0] <= ord(sign) <= given[1]
            case "CATEGORY":
                name = str(given).removeprefix("CATEGORY_")
                form = {"DIGIT": r"\d", "WORD": r"\w", "SPACE": r"\s", "NOT_SPACE": r"\S"}.get(name)
                found |= re.match(form or r"\W", sign) is not None
            case _:
                pass
    return found


def samples(rule: dict[str, Any], chance: random.Random) -> Iterator[tuple[str, str]]:
    """Yield texts that a rule matches, each with what it calls the secret."""
    form = compiled(rule["regex"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        parts = list(re._parser.parse(form.pattern))  # type: ignore[attr-defined] # noqa: SLF001
    for _ in range(_TRIES):
        text = drawn(parts, chance) + "\n"
        if match := form.search(text):
            group = rule.get("secretGroup") or (1 if form.groups else 0)
            yield text, match.group(group) or match.group()


def main() -> int:
    """Draw, redact and count."""
    parser = argparse.ArgumentParser()
    parser.add_argument("config", type=Path)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--samples", type=int, default=12)
    asked = parser.parse_args()
    rules = tomllib.loads(asked.config.read_text("utf-8"))["rules"]
    chance = random.Random(asked.seed)  # noqa: S311 - no secret
    counted = well = 0
    for rule in rules:
        pairs = samples(rule, chance) if "regex" in rule else iter(())
        tried = [pair for pair, _ in zip(pairs, range(asked.samples), strict=False)]
        if not tried:
            print(f"{rule['id']}: no text could be drawn")
            continue
        counted += 1
        kept = [text for text, secret in tried if secret in redact(text)[0]]
        well += len(kept) * 10 <= len(tried)
        if len(kept) * 10 > len(tried):
            print(f"{rule['id']}: {len(kept)} of {len(tried)} kept, as in {kept[0].strip()[:80]!r}")
    print(f"{well} of {counted} rules ({well / counted:.1%}): what they find is taken out")
    return 0


if __name__ == "__main__":
    sys.exit(main())
