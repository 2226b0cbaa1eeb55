"""What the Agents SDK sends and the thread has no use for, each with the reason: nothing vanishes by accident.

A test compares these tables and those of `inbound` with the installed packages, so a new event type fails it.
"""

_DELTA = "arguments and code of tools are for the server; `activity` shows calls when they begin and end"
_PROGRESS = "`activity` shows a call from its output item, which comes with more to say"
_AUDIO = "ChatKit has no spoken answers"
_WHOLE = "the output item or the part says the same when it is whole"
_RAW = "raw reasoning is not for the user; its summary is"
_COURSE = "how a response as a whole fares: the runner raises what has to be told"

MODEL: dict[str, str] = {
    "error": _COURSE,
    "response.audio.delta": _AUDIO,
    "response.audio.done": _AUDIO,
    "response.audio.transcript.delta": _AUDIO,
    "response.audio.transcript.done": _AUDIO,
    "response.code_interpreter_call.completed": _PROGRESS,
    "response.code_interpreter_call.in_progress": _PROGRESS,
    "response.code_interpreter_call.interpreting": _PROGRESS,
    "response.code_interpreter_call_code.delta": _DELTA,
    "response.code_interpreter_call_code.done": _DELTA,
    "response.compaction.compacting": "how the provider shortens its own context",
    "response.completed": _COURSE,
    "response.content_part.done": _WHOLE,
    "response.created": _COURSE,
    "response.custom_tool_call_input.delta": _DELTA,
    "response.custom_tool_call_input.done": _DELTA,
    "response.failed": _COURSE,
    "response.file_search_call.completed": _PROGRESS,
    "response.file_search_call.in_progress": _PROGRESS,
    "response.file_search_call.searching": _PROGRESS,
    "response.function_call_arguments.delta": _DELTA,
    "response.function_call_arguments.done": _DELTA,
    "response.image_generation_call.completed": _WHOLE,
    "response.image_generation_call.generating": "the image item that was added says as much",
    "response.image_generation_call.in_progress": "the image item that was added says as much",
    "response.in_progress": _COURSE,
    "response.incomplete": _COURSE,
    "response.mcp_call.completed": _PROGRESS,
    "response.mcp_call.failed": _PROGRESS,
    "response.mcp_call.in_progress": _PROGRESS,
    "response.mcp_call_arguments.delta": _DELTA,
    "response.mcp_call_arguments.done": _DELTA,
    "response.mcp_list_tools.completed": "which tools there are is not for the user",
    "response.mcp_list_tools.failed": "which tools there are is not for the user",
    "response.mcp_list_tools.in_progress": "which tools there are is not for the user",
    "response.queued": _COURSE,
    "response.reasoning_summary_part.added": "the first delta of the thought begins it",
    "response.reasoning_summary_part.done": _WHOLE,
    "response.reasoning_text.delta": _RAW,
    "response.reasoning_text.done": _RAW,
    "response.shell_call_command.added": _DELTA,
    "response.shell_call_command.delta": _DELTA,
    "response.shell_call_command.done": _DELTA,
    "response.shell_call_output_content.delta": _DELTA,
    "response.shell_call_output_content.done": _DELTA,
    "response.web_search_call.completed": _PROGRESS,
    "response.web_search_call.in_progress": _PROGRESS,
    "response.web_search_call.searching": _PROGRESS,
}
"""Events of the model, by type."""

_CALL = "the function call is an output of the model, and shown as one"
_PLUMBING = "between the model and the server"

OUTPUTS: dict[str, str] = {
    "additional_tools": _PLUMBING,
    "apply_patch_call_output": _PLUMBING,
    "compaction": _PLUMBING,
    "computer_call_output": _PLUMBING,
    "custom_tool_call_output": _PLUMBING,
    "function_call_output": _PLUMBING,
    "local_shell_call_output": _PLUMBING,
    "mcp_approval_request": "the run stops for it and `approvals` asks the user",
    "mcp_approval_response": _PLUMBING,
    "mcp_list_tools": _PLUMBING,
    "program": _PLUMBING,
    "program_output": _PLUMBING,
    "shell_call_output": _PLUMBING,
    "tool_search_call": _PLUMBING,
    "tool_search_output": _PLUMBING,
}
"""Output items of the model, by type."""

STEPS: dict[str, str] = {
    "message_output_created": _WHOLE,
    "reasoning_item_created": _WHOLE,
    "tool_called": _CALL,
    "tool_search_called": _PLUMBING,
    "tool_search_output_created": _PLUMBING,
    "handoff_requested": _CALL,
    "mcp_approval_requested": "the run stops for it and `approvals` asks the user",
    "mcp_approval_response": _PLUMBING,
    "mcp_list_tools": _PLUMBING,
}
"""Steps of the run, by name."""
