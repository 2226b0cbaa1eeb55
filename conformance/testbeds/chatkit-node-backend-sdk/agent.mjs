// The agent of the test bed: it answers from the model at OPENAI_BASE_URL, over the SDK's own bridge.

import { Agent, OpenAIProvider, Runner, setTracingDisabled } from "@openai/agents";
import { agents } from "chatkit-node-backend-sdk";

setTracingDisabled(true);
const agent = new Agent({ name: "testbed", instructions: "Answer.", model: "fake-model" });
const runner = new Runner({ modelProvider: new OpenAIProvider({ useResponses: true }) });

export async function* answered(store, thread, message) {
  const context = agents.createAgentContext(thread, store, {});
  const input = message ? await agents.simpleToAgentInput(message) : "go on";
  const result = await runner.run(agent, input, { stream: true, context });
  yield* agents.streamAgentResponse(context, result);
}
