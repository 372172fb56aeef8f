"""Suggests architecture decision records from evidence, and never writes one."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

from sdd.records.adr import Adr, AdrRequest
from sdd.records.decisions import Decision, find_decisions, plain
from sdd.records.significance import Significance, weigh
from sdd.text import SourceText, Span

_COMMON = frozenset(
    word.removesuffix("s")
    for word in (
        "a", "an", "and", "app", "application", "approach", "architectural", "architecture", "as",
        "at", "be", "best", "by", "choice", "choose", "chosen", "decision", "design", "for", "from",
        "implement", "implementation", "in", "integration", "into", "is", "it", "its", "model",
        "of", "on", "only", "or", "over", "pattern", "per", "practice", "research", "select",
        "selected", "selection", "strategy", "system", "the", "this", "to", "use", "used", "using",
        "via", "we", "with",
    )
)  # fmt: skip
_COVERED = 0.6
_MOST_NAMED = 3
_TITLE_WORDS = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A question that a human answered, with the options that were open."""

    question: str
    answer: str
    options: tuple[str, ...] = ()
    span: Span | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What is known of a feature when a suggestion is asked for.

    Attributes:
        feature: The feature's name.
        documents: research.md, plan.md and other prose in which decisions stand.
        new_dependencies: Names of packages that came in.
        schema_changes: What changed in tables and columns, each in a few words.
        auth_changes: What changed in who may do what, each in a few words.
        waivers: Findings of the audit that were waived, each in a few words.
        answers: Questions that a human answered.
        existing: The decision records that there are.
    """

    feature: str
    documents: tuple[SourceText, ...] = ()
    new_dependencies: tuple[str, ...] = ()
    schema_changes: tuple[str, ...] = ()
    auth_changes: tuple[str, ...] = ()
    waivers: tuple[str, ...] = ()
    answers: tuple[Answer, ...] = ()
    existing: tuple[Adr, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """Related decisions that deserve one record.

    Attributes:
        title: The title that the record would have.
        description: What was decided, in one line.
        feature: The feature that it came up in.
        decisions: The decisions, as their documents state them.
        significance: The three tests and what they rest on.
    """

    title: str
    description: str
    feature: str
    decisions: tuple[Decision, ...]
    significance: Significance

    @property
    def evidence(self) -> tuple[str, ...]:
        """The three tests, each with what it rests on, for people to judge."""
        found = self.significance
        return (
            f"impact: {', '.join(found.impact)}",
            f"alternatives: {', '.join(found.alternatives)}",
            f"scope: {'; '.join(found.scope)}",
        )

    @property
    def text(self) -> str:
        """The suggestion as it is shown."""
        title = self.title.replace('"', "'")
        return (
            f"📋 Architectural decision detected: {self.description}\n"
            f"   Document reasoning and tradeoffs? Run `/sp.adr {self.title}`\n"
            f'   or `sdd adr new "{title}"`'
        )


def suggest_adrs(evidence: Evidence) -> tuple[Suggestion, ...]:
    """Return what deserves a record and has none: all three tests hold, related choices as one."""
    groups: dict[tuple[str, str], list[tuple[Decision, Significance]]] = defaultdict(list)
    for decision in _decisions(evidence):
        significance = weigh(decision, _facts(decision, evidence))
        if significance.holds and not is_covered(decision, evidence.existing):
            folder = PurePosixPath(decision.span.path).parent.name
            groups[folder, significance.area].append((decision, significance))
    return tuple(
        _suggestion(area, _without_repeats(group), folder or evidence.feature)
        for (folder, area), group in groups.items()
    )


def draft_of(suggestion: Suggestion, *, plan: str | None = None) -> AdrRequest:
    """Return a record with what the documents say filled in; the rest is for a human."""
    decisions = suggestion.decisions
    return AdrRequest(
        title=suggestion.title,
        feature=suggestion.feature,
        context="\n".join(f"- {line}" for line in suggestion.evidence),
        decision="\n".join(f"- {decision.headline}" for decision in decisions),
        positive=tuple(plain(item.rationale) for item in decisions if item.rationale),
        alternatives=suggestion.significance.alternatives,
        spec=", ".join(dict.fromkeys(item.span.path for item in decisions if item.span.path))
        or None,
        plan=plan,
    )


def is_covered(decision: Decision, existing: Iterable[Adr]) -> bool:
    """Tell whether a record that still counts speaks of what a decision is about."""
    wanted = key_words(decision.headline)
    return any(
        len(wanted & key_words(f"{adr.title} {adr.decision}")) >= _COVERED * len(wanted)
        for adr in existing
        if adr.status != "Superseded"
    )


def key_words(text: str) -> set[str]:
    """Return the words of a text that tell one decision from another."""
    found = re.findall(r"[a-z0-9]{2,}", text.lower())
    return {word.removesuffix("s") for word in found} - _COMMON


def _decisions(evidence: Evidence) -> list[Decision]:
    found = [item for document in evidence.documents for item in find_decisions(document)]
    for answer in evidence.answers:
        others = tuple(option for option in answer.options if option != answer.answer)
        found.append(
            Decision(
                topic=plain(answer.question),
                choice=plain(answer.answer),
                alternatives=others,
                span=answer.span or Span(path=""),
            )
        )
    return found


def _facts(decision: Decision, evidence: Evidence) -> tuple[str, ...]:
    named = key_words(decision.headline)
    kinds = (
        ("new dependency", evidence.new_dependencies),
        ("schema change", evidence.schema_changes),
        ("auth change", evidence.auth_changes),
        ("audit waiver", evidence.waivers),
    )
    return tuple(
        f"{kind}: {change}"
        for kind, changes in kinds
        for change in changes
        if key_words(change) & named
    )


def _without_repeats(
    group: list[tuple[Decision, Significance]],
) -> list[tuple[Decision, Significance]]:
    """Drop a decision that an earlier document of the feature states already."""
    kept: list[tuple[Decision, Significance]] = []
    for decision, significance in group:
        named = key_words(decision.headline)
        if not any(
            len(named & key_words(other.headline)) >= _COVERED * len(named) for other, _ in kept
        ):
            kept.append((decision, significance))
    return kept


def _suggestion(area: str, group: list[tuple[Decision, Significance]], feature: str) -> Suggestion:
    decisions = tuple(decision for decision, _ in group)
    significance = Significance(
        area=area,
        impact=_union(item.impact for _, item in group),
        alternatives=_union(item.alternatives for _, item in group),
        scope=_union(item.scope for _, item in group),
    )
    return Suggestion(
        title=_title(area, decisions),
        description=_description(decisions),
        feature=feature,
        decisions=decisions,
        significance=significance,
    )


def _title(area: str, decisions: tuple[Decision, ...]) -> str:
    if len(decisions) == 1:
        return " ".join(decisions[0].topic.split()[:_TITLE_WORDS])
    return f"{area.capitalize()}: {decisions[0].topic} and related choices"


def _description(decisions: tuple[Decision, ...]) -> str:
    named = [decision.headline for decision in decisions[:_MOST_NAMED]]
    more = len(decisions) - len(named)
    return "; ".join(named) + (f"; and {more} more" if more else "")


def _union(groups: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item for group in groups for item in group))
