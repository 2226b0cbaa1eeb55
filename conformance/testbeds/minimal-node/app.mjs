// A ChatKit backend without any SDK, in plain Node: what the suite asks of any server (L1), and nothing else.
// node app.mjs --port 8000

import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import { parseArgs } from "node:util";

const threads = new Map(); // by id: { thread, items }, in the order in which they were made

class Refusal extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

const newId = (prefix) => `${prefix}_${randomBytes(12).toString("hex")}`;
const now = () => new Date().toISOString();
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

function text(value, name) {
  if (typeof value !== "string") throw new Refusal(400, `${name} has to be a text`);
  return value;
}

function found(rows, id, what) {
  if (!rows.has(text(id, what))) throw new Refusal(404, `no such ${what}`);
  return rows.get(id);
}

// The cursor is the id of the last row of a page. The newest come first unless `asc` is asked for.
function page(rows, { limit, order, after }) {
  const wanted = Number(limit || 20); // none, null and 0 stand for the usual
  if (!Number.isInteger(wanted) || wanted < 0) throw new Refusal(400, "limit has to be a number from 0 on");
  if (!["asc", "desc", undefined, null].includes(order)) throw new Refusal(400, "order is asc or desc");
  const all = order === "asc" ? [...rows] : [...rows].reverse();
  const start = after ? all.findIndex((row) => row.id === after) + 1 : 0;
  if (after && !start) throw new Refusal(404, "no such row to go on after");
  const data = all.slice(start, start + Math.min(wanted, 1000));
  const more = start + data.length < all.length;
  return { data, has_more: more, ...(more ? { after: data.at(-1).id } : {}) };
}

const shown = (thread, items = []) => ({ ...thread, items: page(items, { order: "asc" }) });

function userMessage(thread, input) {
  if (!isObject(input) || !Array.isArray(input.content)) throw new Refusal(400, "input.content has to be a list");
  const known = input.content.every((part) => isObject(part) && ["input_text", "input_tag"].includes(part.type));
  if (!known) throw new Refusal(400, "a part is input_text or input_tag");
  if (input.attachments?.length) throw new Refusal(404, "no such attachment");
  const content = input.content.map((part) =>
    part.type === "input_text"
      ? { type: "input_text", text: text(part.text, "text") }
      : { ...part, id: text(part.id, "id"), text: text(part.text, "text"), data: part.data ?? {}, interactive: part.interactive ?? false });
  const options = Object.fromEntries(Object.entries(input.inference_options ?? {}).filter(([, value]) => value !== null));
  const quote = typeof input.quoted_text === "string" ? { quoted_text: input.quoted_text } : {};
  return item(thread, "user_message", "msg", { content, attachments: [], ...quote, inference_options: options });
}

const item = (thread, type, prefix, fields) => ({ type, id: newId(prefix), thread_id: thread.id, created_at: now(), ...fields });

function* answer({ thread, items }, message) {
  const heard = message.content.map((part) => part.text).join("");
  const part = { type: "output_text", text: "", annotations: [] };
  const said = item(thread, "assistant_message", "msg", { content: [] });
  const update = (fields) => ({ type: "thread.item.updated", item_id: said.id, update: { ...fields, content_index: 0 } });
  const words = `You said: ${heard}`.split(/(?<= )/);
  yield { type: "thread.item.added", item: said };
  yield update({ type: "assistant_message.content_part.added", content: part });
  for (const delta of words) yield update({ type: "assistant_message.content_part.text_delta", delta });
  const whole = { ...part, text: words.join("") };
  yield update({ type: "assistant_message.content_part.done", content: whole });
  const done = { ...said, content: [whole] };
  items.push(done); // stored before it is told: who reloads now sees it
  yield { type: "thread.item.done", item: done };
}

function* turn(entry, message) {
  entry.items.push(message);
  yield { type: "thread.item.done", item: message };
  yield { type: "stream_options", stream_options: { allow_cancel: true } };
  yield* answer(entry, message);
}

// Requests that are answered with events. What is wrong with one is found before the first event.
const streaming = {
  "threads.create"({ input }) {
    const thread = { id: newId("thr"), created_at: now(), status: { type: "active" }, metadata: {} };
    const message = userMessage(thread, input);
    const entry = { thread, items: [] };
    threads.set(thread.id, entry);
    return (function* () {
      yield { type: "thread.created", thread: shown(thread) };
      yield* turn(entry, message);
    })();
  },
  "threads.add_user_message"({ thread_id, input }) {
    const entry = found(threads, thread_id, "thread_id");
    return turn(entry, userMessage(entry.thread, input));
  },
  "threads.retry_after_item"({ thread_id, item_id }) {
    const entry = found(threads, thread_id, "thread_id");
    const place = entry.items.findIndex((one) => one.id === text(item_id, "item_id"));
    if (place < 0) throw new Refusal(404, "no such item");
    if (entry.items[place].type !== "user_message") throw new Refusal(400, "only a user's message can be answered again");
    entry.items.splice(place + 1);
    return (function* () {
      yield { type: "stream_options", stream_options: { allow_cancel: true } };
      yield* answer(entry, entry.items[place]);
    })();
  },
};

// Requests that are answered with JSON.
const plain = {
  "threads.get_by_id"({ thread_id }) {
    const { thread, items } = found(threads, thread_id, "thread_id");
    return shown(thread, items);
  },
  "threads.list"(params = {}) {
    const all = page([...threads.values()].map(({ thread }) => thread), params ?? {});
    return { ...all, data: all.data.map((thread) => shown(thread)) };
  },
  "threads.update"({ thread_id, title }) {
    const { thread } = found(threads, thread_id, "thread_id");
    thread.title = text(title, "title");
    return shown(thread);
  },
  "threads.delete"({ thread_id }) {
    found(threads, thread_id, "thread_id");
    threads.delete(thread_id);
    return {};
  },
  "items.list"({ thread_id, ...params }) {
    return page(found(threads, thread_id, "thread_id").items, params);
  },
  "items.feedback"({ thread_id, item_ids, kind }) {
    const { items } = found(threads, thread_id, "thread_id");
    if (!Array.isArray(item_ids)) throw new Refusal(400, "item_ids has to be a list");
    if (!["positive", "negative"].includes(kind)) throw new Refusal(400, "kind is positive or negative");
    if (!item_ids.every((id) => items.some((one) => one.id === id))) throw new Refusal(404, "no such item");
    return {};
  },
};

async function serve(request, response) {
  const pieces = [];
  for await (const piece of request) pieces.push(piece);
  const asked = parsed(Buffer.concat(pieces));
  if (streaming[asked.type]) {
    const events = streaming[asked.type](params(asked));
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
    for (const event of events) response.write(`data: ${JSON.stringify(event)}\n\n`);
    response.end();
  } else if (plain[asked.type]) {
    send(response, 200, plain[asked.type](params(asked)));
  } else {
    throw new Refusal(400, "a request of this type is not known here");
  }
}

function parsed(body) {
  try {
    const asked = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
    if (isObject(asked)) return asked;
  } catch {} // said below
  throw new Refusal(400, "the body is no JSON object");
}

function params(asked) {
  if (isObject(asked.params)) return asked.params;
  if (asked.type === "threads.list") return {};
  throw new Refusal(400, "params has to be an object");
}

function send(response, status, value) {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
}

const { port } = parseArgs({ options: { port: { type: "string", default: "8000" } } }).values;
createServer((request, response) =>
  serve(request, response).catch((error) => send(response, error.status ?? 500, { message: error.status ? error.message : "failed" })),
).listen(Number(port), "127.0.0.1");
