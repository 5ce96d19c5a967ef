"""All tools, those of a session, and how one is called.

Owns the list of tools. A call that cannot be done gives a result that says why; it raises nothing for the model's
mistakes.
"""

from __future__ import annotations

from collections.abc import Sequence

from backend_specialist.domain.document import Unreadable
from backend_specialist.domain.permission import Chain, hidden_in_chain
from backend_specialist.tools import schema
from backend_specialist.tools.deliver import Deliver
from backend_specialist.tools.edit import Edit
from backend_specialist.tools.glob import Glob
from backend_specialist.tools.grep import Grep
from backend_specialist.tools.question import Question
from backend_specialist.tools.read import Read
from backend_specialist.tools.registry import Tool, ToolContext, ToolFailed, ToolOutput
from backend_specialist.tools.webfetch import WebFetch
from backend_specialist.tools.write import Write

TOOLS: tuple[Tool, ...] = (
    Deliver(),
    Edit(),
    Glob(),
    Grep(),
    Question(),
    Read(),
    WebFetch(),
    Write(),
)


def offered(chain: Chain, more: Sequence[Tool] = ()) -> tuple[Tool, ...]:
    """The tools that a session under these rule sets has, sorted by name; what one of them denies is absent.

    ``more`` are tools that only some sessions have.
    """
    tools = (*TOOLS, *more)
    hidden = hidden_in_chain(chain, [tool.spec.name for tool in tools])
    allowed = (tool for tool in tools if tool.spec.name not in hidden)
    return tuple(sorted(allowed, key=lambda tool: tool.spec.name))


async def call(
    tool_name: str, arguments: object, tools: Sequence[Tool], context: ToolContext
) -> tuple[ToolOutput, bool]:
    """Call one of ``tools``; give its output, and whether it is an error."""
    try:
        tool = _find(tool_name, tools)
        checked = schema.check(tool.spec.name, tool.spec.schema, arguments)
        output = await tool.run(context, checked.values)
    except (ToolFailed, Unreadable) as error:
        return ToolOutput(str(error)), True
    if checked.notes:
        output = ToolOutput("\n".join((output.text, *checked.notes)), output.title)
    return output, False


def _find(name: str, tools: Sequence[Tool]) -> Tool:
    """A name in another case is taken for what it means."""
    for tool in tools:
        if tool.spec.name == name.strip().lower():
            return tool
    existing = ", ".join(tool.spec.name for tool in tools) or "none"
    raise ToolFailed(f"There is no tool called {name[:80]!r} here. The tools are: {existing}.")
