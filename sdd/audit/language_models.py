"""Language models: what they answer and what they call tools with is chosen by whoever writes."""

import ast
import re
from collections.abc import Iterator

from sdd.audit.annotations import annotation_value
from sdd.audit.contents import held
from sdd.audit.effects import Arguments
from sdd.audit.engine import Engine
from sdd.audit.state import State
from sdd.audit.values import (
    Apply,
    Bound,
    Func,
    Generic,
    Instance,
    Lib,
    LibObject,
    ListObject,
    Phi,
    Ref,
    Sym,
    Tup,
    Value,
)

_PACKAGES = frozenset(
    {"openai", "anthropic", "groq", "cohere", "mistralai", "litellm", "together", "vertexai",
     "agents", "pydantic_ai", "langchain", "langchain_core", "langchain_openai", "langgraph",
     "langchain_anthropic", "langchain_google_genai", "langchain_community", "llama_index",
     "ollama", "instructor", "smolagents", "crewai", "autogen", "google_adk", "semantic_kernel"}
)  # fmt: skip
_PATHS = ("google.generativeai", "google.genai", "google.adk")
NOTE = "model"
ANSWER = Sym("client", "the model's answer", NOTE)
_CONTEXT = re.compile(r"Context|RunnableConfig|Injected")
_CONTEXT_KEYWORDS = ("context", "deps", "dependencies", "state", "config")
_MOST_SEEN = 60


def is_of_model(name: str) -> bool:
    """Whether a library's name is one that talks to language models."""
    return name.partition(".")[0] in _PACKAGES or name.startswith(_PATHS)


def answers(name: str) -> bool:
    """Whether calling this function of such a library asks a model; classes only set one up."""
    last = name.rpartition(".")[2]
    return is_of_model(name) and last[:1].islower() and not last.startswith(("set_", "function_"))


def is_chosen_by_model(value: Value) -> bool:
    """Whether a value, or one of its alternatives, comes from a model's answer or tool call."""
    match value:
        case Sym(note=note):
            return note == NOTE
        case Phi(cases=cases):
            return any(is_chosen_by_model(item) for _, item in cases)
        case _:
            return any(map(is_chosen_by_model, _inner(value)))


def _inner(value: Value) -> tuple[Value, ...]:
    match value:
        case Apply(args=args) | LibObject(args=args):
            return args
        case _:
            base = getattr(value, "base", None)
            return (base,) if isinstance(base, Value) and not isinstance(value, Generic) else ()


def tools_of(engine: Engine, value: Value, state: State) -> Iterator[Value]:
    """Yield the program's functions that an agent was given as tools, at any depth."""
    stack, seen = [value], set[Value]()
    while stack and len(seen) < _MOST_SEEN:
        item = stack.pop()
        if item in seen:
            continue
        seen.add(item)
        if isinstance(item, (Func, Bound)):
            yield item
        elif isinstance(item, Tup):
            stack.extend(item.items)
        elif isinstance(item, LibObject):
            inner = (*item.args, *(one for _, one in item.keywords), *held(engine, item, state))
            stack.extend(one for one in inner if not isinstance(one, Lib))
        elif isinstance(item, Ref):
            inside = engine.load(state, item)
            if isinstance(inside, ListObject):
                stack.extend((*(one for _, one in inside.items), *inside.more))


def tool_arguments(engine: Engine, tool: Value, given: Arguments, state: State) -> Arguments:
    """Return what a model calls a tool with: what it likes, but for the context of the run."""
    function = tool.function if isinstance(tool, Bound) else tool
    if not isinstance(function, Func):
        return Arguments(star=(ANSWER,))
    spec = function.node.args
    parameters = [*spec.posonlyargs, *spec.args][1 if isinstance(tool, Bound) else 0 :]
    named: list[tuple[str, Value]] = []
    for parameter in [*parameters, *spec.kwonlyargs]:
        text = ast.unparse(parameter.annotation) if parameter.annotation is not None else ""
        if _CONTEXT.search(text):
            value = _context(engine, given, state)
        else:
            value = Sym(
                "client",
                parameter.arg,
                NOTE,
                annotation_value(engine, parameter.annotation, function.module, function),
            )
        named.append((parameter.arg, value))
    return Arguments((), tuple(named))


def _context(engine: Engine, given: Arguments, state: State) -> Value:
    """Return the wrapper in which a tool finds what its caller passed along."""
    passed = [value for key, value in given.keywords if key in _CONTEXT_KEYWORDS]
    if not passed:
        return Sym("unknown", "the context of a run")
    fields = tuple((name, passed[0]) for name in _CONTEXT_KEYWORDS)
    return engine.allocate(state, Instance(None, fields))
