"""Puts a deterministic model behind the Messages API, where a language model would sit."""

from collections.abc import Iterator, Mapping
from typing import Any

from messages_api import Brain, Reply, Request

from sdd.agents.conversation import (
    AssistantMessage,
    DeterministicModel,
    Message,
    SystemMessage,
    Tool,
    ToolCall,
    ToolResult,
    UserMessage,
)


def seated(model: DeterministicModel) -> Brain:
    """Return a brain that asks a model; its answers count tokens by their length."""

    def brain(request: Request) -> Reply:
        answer = model.respond(tuple(conversation(request)), tuple(tools(request)))
        calls = [(call.name, call.arguments) for call in answer.calls]
        size = len(answer.text) + sum(len(str(call.arguments)) for call in answer.calls)
        usage = {"input_tokens": len(str(request)) // 4, "output_tokens": size // 4 + 1}
        return Reply(text=answer.text, calls=calls, usage=usage)

    return brain


def tools(request: Request) -> Iterator[Tool]:
    """Yield the tools that a request offers; nobody calls them here."""
    for tool in request.get("tools", ()):
        yield Tool(
            name=tool["name"],
            description=tool.get("description", ""),
            parameters=tool["input_schema"],
            call=lambda _: "",
        )


def conversation(request: Request) -> Iterator[Message]:
    """Yield a request's messages in our types."""
    system = request.get("system") or ()
    yield SystemMessage(text="\n".join(block["text"] for block in system))
    names: dict[str, str] = {}
    for message in request["messages"]:
        content = message["content"]
        blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
        if message["role"] == "assistant":
            answer = _answer(blocks)
            names.update({call.id: call.name for call in answer.calls})
            yield answer
            continue
        for block in blocks:
            yield _said(block, names)


def _answer(blocks: list[Mapping[str, Any]]) -> AssistantMessage:
    texts = [block["text"] for block in blocks if block["type"] == "text"]
    calls = tuple(
        ToolCall(id=block["id"], name=block["name"], arguments=block["input"])
        for block in blocks
        if block["type"] == "tool_use"
    )
    return AssistantMessage(text="\n".join(texts), calls=calls)


def _said(block: Mapping[str, Any], names: Mapping[str, str]) -> Message:
    if block["type"] == "text":
        return UserMessage(text=block["text"])
    content = block.get("content") or ""
    text = content if isinstance(content, str) else "\n".join(item["text"] for item in content)
    return ToolResult(
        call_id=block["tool_use_id"],
        name=names[block["tool_use_id"]],
        text=text,
        failed=bool(block.get("is_error")),
    )
