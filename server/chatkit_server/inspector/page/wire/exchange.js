// One request and what came back for it, to the byte, as it grows.
// @ts-check

import { Bytes } from "./bytes.js";
import { Frames, parsed } from "./sse.js";

/** @typedef {import("./sse.js").Frame} Frame */

/**
 * @typedef {object} Finding what the linter says: `FileReport.finding` of the conformance package
 * @property {string} rule
 * @property {string} severity
 * @property {string} requirement
 * @property {{exchange: number, request: string, event?: number, bytes?: [number, number], path?: string}} where
 * @property {any} expected
 * @property {any} actual
 * @property {string} why
 * @property {string} mend
 */

/**
 * @typedef {object} Exchange
 * @property {string} id
 * @property {number} number its place in the log, from 0
 * @property {"page" | "proxy" | "file"} source who asked: this page, another client through the proxy, or a file
 * @property {boolean} own whether the inspector asked by itself, not the chat
 * @property {string} method
 * @property {string} path
 * @property {string} url
 * @property {string} user
 * @property {Record<string, string>} sentHeaders
 * @property {string} sent the body of the request
 * @property {Bytes} sentBytes
 * @property {any} request the same as JSON; null when it is no object
 * @property {string} kind the request's type, or `POST /path`
 * @property {number} began milliseconds since the epoch
 * @property {number} offset seconds from the start of the conversation to the request
 * @property {number} status 0: there is no reply, and `trouble` says why
 * @property {Record<string, string>} headers of the reply, names in lower case
 * @property {Bytes} body of the reply
 * @property {Frame[]} frames of a stream
 * @property {string} received the body of a reply that is no stream
 * @property {any} json the same as JSON; null when it is none
 * @property {[number, number][]} arrivals how many bytes of the body were there after how many seconds
 * @property {string[]} model the requests that the model got meanwhile, as JSON; files alone have them
 * @property {"waiting" | "streaming" | "done" | "left" | "cut" | "failed"} state
 * @property {string} trouble
 * @property {Finding[]} findings
 */

export const STREAMING = new Set([
  "threads.create",
  "threads.add_user_message",
  "threads.add_client_tool_output",
  "threads.add_structured_input",
  "threads.retry_after_item",
  "threads.custom_action",
]);
const OK = 200;

/**
 * Begin an exchange.
 *
 * @param {Partial<Exchange>} known
 * @returns {Exchange}
 */
export const exchange = (known) => {
  const sentBytes = known.sentBytes ?? new Bytes(new TextEncoder().encode(known.sent ?? ""));
  const sent = known.sent ?? sentBytes.text();
  const request = parsed(sent);
  const typed = request && typeof request === "object" && !Array.isArray(request) ? request : null;
  const method = known.method ?? "POST";
  const path = known.path ?? "";
  return {
    id: known.id ?? `x${(count += 1)}`,
    number: 0,
    source: "page",
    own: false,
    url: path,
    user: "",
    sentHeaders: {},
    began: Date.now(),
    offset: 0,
    status: 0,
    headers: {},
    body: new Bytes(),
    frames: [],
    received: "",
    json: null,
    arrivals: [],
    model: [],
    state: "waiting",
    trouble: "",
    findings: [],
    ...known,
    method,
    path,
    sent,
    sentBytes,
    request: typed,
    kind: typeof typed?.type === "string" ? typed.type : `${method} ${path.split("?")[0]}`,
  };
};
let count = 0;

/**
 * Whether the reply is an answer in events: to a streaming request, or by its own word.
 *
 * @param {Exchange} one
 */
export const streams = (one) => {
  const kind = typeof one.request?.type === "string" ? one.request.type : "";
  return one.status === OK && (STREAMING.has(kind) || media(one.headers) === "text/event-stream");
};

/** @param {Record<string, string>} headers */
export const media = (headers) => (headers["content-type"] ?? "").split(";")[0].trim().toLowerCase();

/**
 * Read the whole body of an exchange that came at once, from a file: its frames with the times of their last bytes, or
 * its text.
 *
 * @param {Exchange} one
 */
export const filled = (one) => {
  if (!streams(one)) {
    one.received = one.body.text();
    one.json = parsed(one.received.replace(/^\ufeff/, ""));
    return one;
  }
  const frames = new Frames();
  one.frames = [...frames.push(one.body.part()), ...frames.end()];
  let place = 0; // frames and arrivals are both in order: one pass over each
  for (const frame of one.frames) {
    while (place < one.arrivals.length && one.arrivals[place][0] < frame.end) place += 1;
    frame.at = 1000 * (one.arrivals[place]?.[1] ?? 0);
  }
  return one;
};
