"""Models that make a mistake on purpose: they keep repair and gates honest in tests."""

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from sdd.agents.conversation import (
    AssistantMessage,
    DeterministicModel,
    Message,
    Tool,
    ToolCall,
    UserMessage,
)
from sdd.workflow.offline.model import OfflineModel
from sdd.workflow.offline.order import parse_order
from sdd.workflow.offline.transcript import read_transcript

QUERIES = "repositories"


@dataclass(frozen=True, slots=True, kw_only=True)
class DropsFilter:
    """Works like another model, but leaves the owner out of one query.

    Attributes:
        inner: Does the work.
        mends: Whether it lets the other model mend the query once diagnostics come back.
    """

    inner: DeterministicModel
    mends: bool = True

    @property
    def name(self) -> str:
        """Return what the report calls it."""
        return f"scripted:{'drops-filter' if self.mends else 'never-mends'}"

    def respond(self, messages: Sequence[Message], tools: Sequence[Tool]) -> AssistantMessage:
        """Return the other model's answer, spoilt where this model's part comes."""
        answer = self.inner.respond(messages, tools)
        asked = [message.text for message in messages if isinstance(message, UserMessage)]
        order = parse_order(asked[0]) if asked else None
        if order is None or order.id != QUERIES or (self.mends and len(asked) > 1):
            return answer
        if answer.calls:
            return replace(answer, calls=_spoilt_once(answer.calls))
        texts = read_transcript(messages).texts
        own = {path: text for path, text in sorted(texts.items()) if order.owns(path)}
        if any(MARK in text for text in own.values()):
            return answer
        # Nothing had to be written, so the mistake is made in a file that stood there.
        calls = tuple(_rewrites(own, len(messages)))
        return AssistantMessage(calls=calls[:1]) if calls else answer


def deterministic_models() -> dict[str, DeterministicModel]:
    """Return the models that need no provider, by the name that `--model` takes."""
    offline = OfflineModel()
    models: tuple[DeterministicModel, ...] = (
        offline,
        DropsFilter(inner=offline),
        DropsFilter(inner=offline, mends=False),
    )
    return {model.name: model for model in models}


# It looks like a filter and lets every row through that has an owner.
MARK = ".is_not(None)"


def without_owner(code: str, owner: str) -> str | None:
    """Return code in which one query lost its owner; None where that would change nothing.

    A method that uses the owner elsewhere too, for instance to check the parent first, would
    still be confined.
    """
    for function in ast.walk(_parsed(code)):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        uses = sum(isinstance(node, ast.Name) and node.id == owner for node in ast.walk(function))
        for node in ast.walk(function) if uses == 1 else ():
            match node:
                case ast.Compare(
                    left=ast.Attribute(value=ast.Name()) as column,
                    ops=[ast.Eq()],
                    comparators=[ast.Name(id=name)],
                ) if name == owner:
                    return _replaced(code, node, column)
                case _:
                    pass
    return None


def _replaced(code: str, comparison: ast.Compare, column: ast.Attribute) -> str | None:
    whole = ast.get_source_segment(code, comparison)
    kept = ast.get_source_segment(code, column)
    if whole is None or kept is None:
        return None
    lines = code.split("\n")
    start = sum(len(line) + 1 for line in lines[: comparison.lineno - 1])
    before, after = code[:start], code[start:]
    return before + after.replace(whole, f"{kept}{MARK}", 1)


def find_owner(codes: Iterable[str]) -> str | None:
    """Return the parameter that every public method takes, the first one if there are several."""
    signatures = [signature for code in codes for signature in _signatures(_parsed(code))]
    if not signatures:
        return None
    shared = set.intersection(*map(set, signatures))
    return next((name for name in signatures[0] if name in shared), None)


def _parsed(code: str) -> ast.Module:
    try:
        return ast.parse(code)
    except (SyntaxError, ValueError):
        return ast.Module(body=[], type_ignores=[])


def _signatures(tree: ast.Module) -> Iterator[list[str]]:
    for scope in ast.walk(tree):
        if not isinstance(scope, ast.ClassDef):
            continue
        for node in scope.body:
            match node:
                case ast.FunctionDef() | ast.AsyncFunctionDef() if not node.name.startswith("_"):
                    arguments = node.args
                    named = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
                    yield [item.arg for item in named if item.arg not in {"self", "session"}]
                case _:
                    pass


def _spoilt_once(calls: Sequence[ToolCall]) -> tuple[ToolCall, ...]:
    changed = list(calls)
    owner = find_owner(_content(call) for call in calls)
    for index, call in enumerate(changed):
        spoilt = without_owner(_content(call), owner) if owner is not None else None
        if spoilt is not None:
            changed[index] = replace(call, arguments={**call.arguments, "content": spoilt})
            break
    return tuple(changed)


def _content(call: ToolCall) -> str:
    return str(call.arguments.get("content", "")) if call.name == "write_file" else ""


def _rewrites(texts: dict[str, str], turn: int) -> Iterator[ToolCall]:
    owner = find_owner(texts.values())
    for path, text in texts.items():
        spoilt = without_owner(text, owner) if owner is not None else None
        if spoilt is not None:
            arguments = {"path": path, "content": spoilt}
            yield ToolCall(id=f"{turn}-1", name="write_file", arguments=arguments)
