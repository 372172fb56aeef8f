"""Our messages in pydantic-ai's types, and back."""

from collections.abc import Iterable, Iterator, Sequence
from typing import assert_never

from pydantic_ai.messages import (
    ModelMessage,
    ModelRequest,
    ModelRequestPart,
    ModelResponse,
    RetryFeedbackPart,
    SystemPromptPart,
    TextPart,
    ToolCallPart,
    ToolReturnPart,
    UserPromptPart,
)

from sdd.agents.conversation import (
    AssistantMessage,
    Message,
    SystemMessage,
    ToolCall,
    ToolResult,
    UserMessage,
)

_SILENCE = "(no answer)"


def to_history(messages: Iterable[Message]) -> list[ModelMessage]:
    """Translate a conversation; the system prompt is left out, it goes along as instructions."""
    history: list[ModelMessage] = []
    parts: list[ModelRequestPart] = []
    for message in messages:
        match message:
            case SystemMessage():
                pass
            case UserMessage():
                parts.append(UserPromptPart(content=message.text))
            case ToolResult():
                parts.append(_to_return(message))
            case AssistantMessage():
                if parts:
                    history.append(ModelRequest(parts=parts))
                    parts = []
                history.append(to_response(message))
            case _:
                assert_never(message)
    if parts:
        history.append(ModelRequest(parts=parts))
    return history


def to_response(message: AssistantMessage) -> ModelResponse:
    """Translate an answer; one without text and calls says so, as frameworks reject silence."""
    text = message.text or ("" if message.calls else _SILENCE)
    calls = [
        ToolCallPart(tool_name=call.name, args=dict(call.arguments), tool_call_id=call.id)
        for call in message.calls
    ]
    return ModelResponse(parts=[*([TextPart(content=text)] if text else ()), *calls])


def from_history(history: Sequence[ModelMessage], prompt: str | None = None) -> tuple[Message, ...]:
    """Translate back, with the system prompt in front if there is one."""
    messages: list[Message] = [SystemMessage(text=prompt)] if prompt is not None else []
    for message in history:
        if isinstance(message, ModelResponse):
            messages.append(from_response(message))
        else:
            messages.extend(_from_request(message))
    return tuple(messages)


def from_response(response: ModelResponse) -> AssistantMessage:
    """Translate an answer back; thoughts are left out."""
    texts = (part.content for part in response.parts if isinstance(part, TextPart))
    calls = (
        ToolCall(id=part.tool_call_id, name=part.tool_name, arguments=_arguments(part))
        for part in response.parts
        if isinstance(part, ToolCallPart)
    )
    return AssistantMessage(text="\n".join(texts), calls=tuple(calls))


def _from_request(request: ModelRequest) -> Iterator[Message]:
    for part in request.parts:
        if isinstance(part, SystemPromptPart):
            yield UserMessage(text=part.content)
        elif isinstance(part, UserPromptPart):
            content = part.content
            text = content if isinstance(content, str) else "\n".join(map(str, content or ()))
            yield UserMessage(text=text)
        elif isinstance(part, ToolReturnPart):
            yield ToolResult(
                call_id=part.tool_call_id,
                name=part.tool_name,
                text=part.content if isinstance(part.content, str) else part.model_response_str(),
                failed=part.outcome != "success",
            )
        elif isinstance(part, RetryFeedbackPart):
            yield UserMessage(text=part.model_response())


def _to_return(result: ToolResult) -> ToolReturnPart[str]:
    return ToolReturnPart(
        tool_name=result.name,
        content=result.text,
        tool_call_id=result.call_id,
        outcome="failed" if result.failed else "success",
    )


def _arguments(part: ToolCallPart) -> dict[str, object]:
    try:
        return dict(part.args_as_dict())
    except (ValueError, AssertionError, TypeError):
        return {}  # no JSON object: the failed result that follows says so
