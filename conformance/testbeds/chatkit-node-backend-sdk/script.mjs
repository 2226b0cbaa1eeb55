// The operations of a script (see conformance/IMPLEMENTING.md) on chatkit-node-backend-sdk, by its public API.

import { CustomStreamError, ErrorCode, StreamError, agents } from "chatkit-node-backend-sdk";
import { setTimeout as sleep } from "node:timers/promises";

export class Run {
  ids = new Map();

  constructor(server, store, thread, { message = null, sender = null, payload = null } = {}) {
    Object.assign(this, { server, store, thread, message, sender, payload });
  }

  async *obey(operations) {
    for (const [name, ...given] of operations) yield* this[`op_${name}`](...given);
  }

  // Replaces what the strings that start with `$` stand for, at every depth.
  filled(value) {
    if (Array.isArray(value)) return value.map((one) => this.filled(one));
    if (value && typeof value === "object")
      return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, this.filled(inner)]));
    if (typeof value !== "string" || !value.startsWith("$")) return value;
    const [name, ...rest] = value.slice(1).split(":");
    if (name === "ID") return this.id(value, rest[0]);
    if (name === "THREAD") return this.thread.id;
    if (name === "NOW") return new Date().toISOString();
    return name === "CANARY" ? `${rest.join(":")}-CANARY` : value;
  }

  id(name, kind) {
    if (!this.ids.has(name)) this.ids.set(name, this.store.generateItemId(kind, this.thread, {}));
    return this.ids.get(name);
  }

  async *op_emit(event) { yield this.filled(event); }

  // The SDK streams widgets for an agent; its context is the public way to them.
  async *op_widget(states) {
    const roots = states.map((state) => this.filled(state));
    const context = agents.createAgentContext(this.thread, this.store, {});
    await context.streamWidget(roots.length === 1 ? roots[0] : oneByOne(roots));
    yield* context._events.drain();
  }

  async *op_title(title) { this.thread.title = this.filled(title); }

  async *op_status(status) { this.thread.status = this.filled(status); }

  async *op_meta(key, value) { this.thread.metadata = { ...this.thread.metadata, [key]: value }; }

  async *op_domains(domains) { this.thread.allowed_image_domains = domains; }

  async *op_hidden(text) {
    const place = { id: this.store.generateItemId("message", this.thread, {}), thread_id: this.thread.id };
    const item = { type: "hidden_context_item", ...place, created_at: new Date().toISOString() };
    await this.store.addThreadItem(this.thread.id, { ...item, content: this.filled(text) }, {});
  }

  async *op_raise(kind, message = "", allowRetry = undefined) {
    const text = this.filled(message);
    if (kind === "custom") throw new CustomStreamError(text, Boolean(allowRetry));
    if (kind === "stream") throw new StreamError(ErrorCode.STREAM_ERROR, allowRetry ?? undefined);
    throw new Error(text);
  }

  async *op_sleep(milliseconds) { await sleep(milliseconds); }

  async *op_repeat(times, operations) {
    for (let n = 0; n < times; n += 1) yield* this.obey(operations);
  }

  async *op_notice(text) { yield { type: "notice", level: "info", message: this.filled(text) }; }

  async *op_sender() { yield* this.op_notice(`sender=${this.sender ? this.sender.id : "null"}`); }

  async *op_payload() { yield* this.op_notice(`payload=${JSON.stringify(this.payload ?? null)}`); }

  async *op_input() { yield* this.op_notice(`input=${JSON.stringify(this.message)}`); }

  async *op_agent() {
    const { answered } = await import("./agent.mjs");
    yield* answered(this.store, this.thread, this.message);
  }
}

async function* oneByOne(roots) {
  yield* roots;
}
