// The test bed on chatkit-node-backend-sdk, wired to HTTP the way its guide does: `node app.mjs --port N`.

import { ChatKitServer } from "chatkit-node-backend-sdk";
import { createServer } from "node:http";
import { parseArgs } from "node:util";
import { Run } from "./script.mjs";
import { MemoryStore, Uploads } from "./store.mjs";

const HOST = "127.0.0.1";
const quiet = Object.fromEntries(["info", "warn", "error", "debug"].map((level) => [level, () => {}]));
console.log = () => {}; // the SDK prints what it is sent

class TestBed extends ChatKitServer {
  async *respond(thread, message) {
    const told = ["notice", message ? "ack" : "resumed"];
    const plain = process.env.OPENAI_BASE_URL ? ["agent"] : told;
    yield* new Run(this, this.store, thread, { message }).obey(scriptOf(message, thread) ?? [plain]);
  }

  async *action(thread, action, sender) {
    const run = new Run(this, this.store, thread, { sender, payload: action.payload });
    yield* run.obey(action.payload?.ckc ?? [["payload"], ["sender"]]);
  }
}

// The operations that a message carries, or that the thread keeps for a turn without one.
function scriptOf(message, thread) {
  if (!message) return thread.metadata?.next;
  const text = message.content.map((part) => (part.type === "input_text" ? part.text : "")).join("");
  return text.startsWith("ckc:") ? JSON.parse(text.slice("ckc:".length)) : undefined;
}

async function bodyOf(request) {
  const pieces = [];
  for await (const piece of request) pieces.push(piece);
  return Buffer.concat(pieces);
}

async function answer(bed, request, response) {
  const body = await bodyOf(request);
  if (request.url.startsWith("/uploads/")) return response.writeHead(204).end();
  const result = await bed.process(body, {});
  if (!result.isStreaming) {
    response.writeHead(200, { "content-type": "application/json" });
    return response.end(JSON.stringify(result.toJSON()));
  }
  response.setHeader("content-type", "text/event-stream");
  response.setHeader("cache-control", "no-cache");
  response.setHeader("connection", "keep-alive");
  for await (const chunk of result) response.write(chunk);
  return response.end();
}

const { port } = parseArgs({ options: { port: { type: "string" } } }).values;
const bed = new TestBed(new MemoryStore(), new Uploads(`http://${HOST}:${port}`), quiet);
createServer((request, response) => answer(bed, request, response).catch(() => failed(response))).listen(Number(port), HOST);

// What escapes the SDK is a 500, as it is in the frameworks of its guide, or a broken connection when events were sent.
function failed(response) {
  if (response.headersSent) return response.destroy();
  response.getHeaderNames().forEach((name) => response.removeHeader(name));
  return response.writeHead(500).end();
}
