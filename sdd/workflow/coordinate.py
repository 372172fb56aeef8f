"""Lets the engineer agent lead: it calls the other agents as a tool, in waves of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sdd.agents.conversation import Tool, ToolError
from sdd.agents.runner import Outcome, Task
from sdd.workflow.briefing import coordination_prompt
from sdd.workflow.context import Context, Conversation, Work
from sdd.workflow.delegate import Errand, Team, delegate
from sdd.workflow.events import OrderFinished, OrderStarted
from sdd.workflow.orders import WorkOrder
from sdd.workflow.request import language_model
from sdd.workflow.tools import make_tools

COORDINATION = "coordination"
_READING = frozenset({"read_file", "list_files", "search"})


async def coordinate(
    context: Context,
    team: Team,
    waves: Sequence[Sequence[Errand]],
    engineer: str,
    work: Work,
) -> Work:
    """Let the engineer send the others, then do in our own waves what it left out.

    Args:
        context: The run's surroundings.
        team: Who works.
        waves: Every order's first turn, in our own waves.
        engineer: The agent that stands in for the engineer.
        work: What was done before, by a compiler.
    """
    errands = {item.order.id: item for item in _all(waves)}
    lead = _Lead(context=context, team=team, errands=errands, work=work)
    outcome = await lead.run(engineer)
    done = lead.work.conversations
    rest = [[item for item in wave if item.key not in done] for wave in waves]
    work = lead.work
    if not work.unfinished:
        work = await delegate(context, team, [wave for wave in rest if wave], work)
    conversation = Conversation(
        agent=engineer,
        model=lead.model(engineer),
        messages=outcome.messages,
        ending=outcome.ending,
        reason=outcome.reason,
        text=outcome.text,
        usage=outcome.usage,
    )
    return replace(work, conversations={COORDINATION: conversation, **work.conversations})


def _all(waves: Sequence[Sequence[Errand]]) -> list[Errand]:
    return [errand for wave in waves for errand in wave]


@dataclass(slots=True, kw_only=True)
class _Lead:
    """The engineer's seat: what it may call, and what has come of it."""

    context: Context
    team: Team
    errands: Mapping[str, Errand]
    work: Work = field(default_factory=Work)

    def model(self, engineer: str) -> str:
        """Return the name of the engineer's model."""
        return language_model(self.context.request.model) or self.team.model_of(engineer)

    async def run(self, engineer: str) -> Outcome:
        """Let it lead to the end of its turn."""
        clock = self.context.ports.clock
        began = clock.monotonic()
        self.context.emit(OrderStarted(order=COORDINATION))
        accounts = self.team.treasury.accounts(engineer, COORDINATION)
        definition = self.team.definitions[engineer]
        outcome = await self.team.runner.run(
            definition,
            Task(
                key=f"{COORDINATION}-0",
                prompt=coordination_prompt([item.order for item in self.errands.values()]),
                model=language_model(self.context.request.model),
                accounts=accounts,
            ),
            self._tools(engineer),
            accounts[0].left,
            lambda _: None,
        )
        self.context.emit(
            OrderFinished(
                order=COORDINATION,
                ending=outcome.ending.value,
                seconds=clock.monotonic() - began,
                usage=outcome.usage,
            )
        )
        return outcome

    def _tools(self, engineer: str) -> tuple[Tool, ...]:
        """Return what an engineer may do: look, and send others."""
        definition = self.team.definitions[engineer]
        order = WorkOrder(
            id=COORDINATION,
            title="Coordination",
            agent=engineer,
            wave=0,
            documents=(),
            may_write=(),
            gates=(),
        )
        reading = make_tools(
            definition,
            order,
            self.work.overlay(self.team.base),
            self.team.owned,
            self.team.services,
        )
        ids = sorted(self.errands)
        send = Tool(
            name="delegate",
            description=(
                "Send the agents of these orders to work, side by side. They see what earlier "
                "waves wrote, not each other. Answers with their summaries."
            ),
            parameters={
                "type": "object",
                "properties": {
                    "orders": {
                        "type": "array",
                        "items": {"type": "string", "enum": ids},
                        "minItems": 1,
                        "uniqueItems": True,
                    }
                },
                "required": ["orders"],
                "additionalProperties": False,
            },
            call=self._send,
        )
        return (*(tool for tool in reading if tool.name in _READING), send)

    async def _send(self, arguments: Mapping[str, Any]) -> str:
        wanted = [str(item) for item in arguments.get("orders", ())]
        if not wanted or any(item not in self.errands for item in wanted):
            raise ToolError(f"There are these orders: {', '.join(sorted(self.errands))}.")
        done = [item for item in wanted if self.errands[item].key in self.work.conversations]
        if done:
            raise ToolError(f"Done already, gates and repair come later: {', '.join(done)}.")
        wave = [self.errands[item] for item in wanted]
        self.work = await delegate(self.context, self.team, [wave], self.work)
        return "\n\n".join(self._told(item) for item in wanted)

    def _told(self, order_id: str) -> str:
        conversation = self.work.conversations[self.errands[order_id].key]
        files = ", ".join(conversation.files) or "none"
        said = conversation.text or conversation.reason
        return f"## {order_id}: {conversation.ending}\n\nFiles: {files}\n\n{said}"
