"""Models that make a mistake on purpose: they keep repair and gates honest in tests."""

import ast
from collections.abc import Iterator, Sequence
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


def without_owner(code: str) -> str | None:
    """Return code in which one comparison with the user's id compares nothing; None without one."""
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError):
        return None
    for comparison in _owner_comparisons(tree):
        column = ast.get_source_segment(code, comparison.left)
        whole = ast.get_source_segment(code, comparison)
        if column and whole:
            return code.replace(whole, f"{column}{MARK}", 1)
    return None


def _owner_comparisons(tree: ast.Module) -> Iterator[ast.Compare]:
    """Yield `Model.column == parameter` where every public method takes that parameter."""
    scopes = (node for node in ast.walk(tree) if isinstance(node, ast.ClassDef | ast.Module))
    for scope in scopes:
        functions = [
            node
            for node in scope.body
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            and not node.name.startswith("_")
        ]
        if not functions:
            continue
        shared = set.intersection(*(_parameters(function) for function in functions))
        for function in functions:
            for node in ast.walk(function):
                match node:
                    case ast.Compare(
                        left=ast.Attribute(value=ast.Name()),
                        ops=[ast.Eq()],
                        comparators=[ast.Name(id=name)],
                    ) if name in shared:
                        yield node
                    case _:
                        pass


def _parameters(function: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    arguments = function.args
    named = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
    return {argument.arg for argument in named} - {"self", "session"}


def _spoilt_once(calls: Sequence[ToolCall]) -> tuple[ToolCall, ...]:
    changed = list(calls)
    for index, call in enumerate(changed):
        content = str(call.arguments.get("content", ""))
        spoilt = without_owner(content) if call.name == "write_file" else None
        if spoilt is not None:
            changed[index] = replace(call, arguments={**call.arguments, "content": spoilt})
            break
    return tuple(changed)


def _rewrites(texts: dict[str, str], turn: int) -> Iterator[ToolCall]:
    for path, text in texts.items():
        spoilt = without_owner(text)
        if spoilt is not None:
            arguments = {"path": path, "content": spoilt}
            yield ToolCall(id=f"{turn}-1", name="write_file", arguments=arguments)
