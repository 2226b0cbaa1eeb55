"""The bridge between a ChatKit backend and the OpenAI Agents SDK."""

from chatkit_agents.approvals import ApprovalRequest, Approvals, approval_card
from chatkit_agents.context import ToolContext
from chatkit_agents.files import Files
from chatkit_agents.outbound import Conversion, model_input
from chatkit_agents.providers import ProviderError, choose, create_model
from chatkit_agents.responder import AgentResponder, agent_responder, stop_at, untraced
from chatkit_agents.run import Activity, Images
from chatkit_agents.stream import agent_events

__all__ = [
    "Activity",
    "AgentResponder",
    "ApprovalRequest",
    "Approvals",
    "Conversion",
    "Files",
    "Images",
    "ProviderError",
    "ToolContext",
    "agent_events",
    "agent_responder",
    "approval_card",
    "choose",
    "create_model",
    "model_input",
    "stop_at",
    "untraced",
]
