"""Several agents: one hands over to another, the user sees it as a step, and a guardrail stops what must not get in.

The demo model answers, but does not decide to hand over; "my password is x" stops at the guardrail all the same.
The fake model hands over on command, offline as well: `fake:[["call", "transfer_to_poet"], ["then"], ["text", "…"]]`

    uvicorn --app-dir agents/examples 04_multi_agent:app
    chatkit-wire fake-model --port 8009
    LLM_PROVIDER=compatible LLM_BASE_URL=http://127.0.0.1:8009/v1 uvicorn --app-dir agents/examples 04_multi_agent:app
    chatkit-wire chat http://127.0.0.1:8000/chatkit/api
"""

from agents import Agent, GuardrailFunctionOutput, RunContextWrapper, input_guardrail
from chatkit_agents import Activity, ToolContext, agent_responder, create_model
from chatkit_server import create_app

model = create_model()


@input_guardrail(run_in_parallel=False)  # before the model is asked; in parallel, what it said would be taken back
async def no_passwords(
    wrapper: RunContextWrapper[ToolContext[None]], _agent: object, _told: object
) -> GuardrailFunctionOutput:
    """Stop a message with a password. Looks at this turn alone: the model is told the whole thread."""
    found = "password" in wrapper.context.turn.text.lower()
    return GuardrailFunctionOutput(output_info=None, tripwire_triggered=found)


poet = Agent[ToolContext[None]](
    name="Poet",
    handoff_description="Writes poems.",
    instructions="Answer in verse.",
    model=model,
)
clerk = Agent[ToolContext[None]](
    name="Clerk",
    handoff_description="Knows about orders and bills.",
    instructions="Answer precisely.",
    model=model,
)
reception = Agent[ToolContext[None]](
    name="Reception",
    instructions="Greet the user. Hand over to the poet for poems, to the clerk for orders and bills.",
    model=model,
    handoffs=[poet, clerk],
    input_guardrails=[no_passwords],
)

respond = agent_responder(reception, activity=Activity(tools={"handoff": "task"}))
app = create_app(respond, allow_origins=["http://localhost:3000"])
