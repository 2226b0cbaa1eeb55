// Transcripts as files: JSON Lines, a header and two lines for each exchange, which give back every byte that passed.
// @ts-check

import { Bytes, encoded } from "./bytes.js";
import { exchange, filled, streams } from "./exchange.js";
import { elements, fields, float, isCompact, quoted } from "./json.js";

/** @typedef {import("./exchange.js").Exchange} Exchange */
/** @typedef {{name?: string, note?: string, producer?: string, version?: string, python?: string, agents_version?: string, recorded?: string}} Header */

const HEADER = /** @type {const} */ (["name", "note", "producer", "version", "python", "agents_version", "recorded"]);
const METHOD = "POST";
const PREFIX = "data: ";

/** The file is no transcript; the message names the line. */
export class TranscriptError extends Error {}

/**
 * Write a transcript.
 *
 * @param {Exchange[]} exchanges
 * @param {Header} [header]
 * @returns {string}
 */
export const write = (exchanges, header = {}) => {
  const head = HEADER.filter((name) => header[name]).map((name) => `${quoted(name)}:${quoted(header[name] ?? "")}`);
  return [`{${head.join(",")}}`, ...exchanges.flatMap(pair)].map((line) => `${line}\n`).join("");
};

/**
 * Read a transcript.
 *
 * @param {string} text
 * @returns {Exchange[]}
 * @throws {TranscriptError}
 */
export const read = (text) => {
  /** @type {Exchange[]} */
  const found = [];
  text.split("\n").forEach((line, place) => {
    if (place === 0 || !line.trim()) return;
    try {
      take(found, line);
    } catch (error) {
      throw new TranscriptError(`line ${place + 1}: ${error instanceof Error ? error.message : error}`);
    }
  });
  return found.map((one, number) => Object.assign(filled(one), { number }));
};

/**
 * Read what a transcript is of.
 *
 * @param {string} text
 * @returns {Header}
 */
export const headerOf = (text) => {
  const value = JSON.parse(text.split("\n", 1)[0].trim() || "{}");
  return Object.fromEntries(HEADER.filter((name) => typeof value[name] === "string").map((name) => [name, value[name]]));
};

/**
 * @param {Exchange[]} found
 * @param {string} line
 */
const take = (found, line) => {
  const sides = fields(line);
  const sent = sides.get(">");
  const received = sides.get("<");
  if (sent) found.push(asked(fields(sent)));
  else if (!received) throw new Error("neither `>` nor `<`");
  else if (!found.length) throw new Error("a reply to nothing");
  else answered(/** @type {Exchange} */ (found.at(-1)), fields(received));
};

/** @param {Map<string, string>} side */
const asked = (side) => {
  const path = JSON.parse(side.get("path") ?? '""');
  const offset = Number(side.get("began") ?? 0);
  return exchange({
    source: "file",
    path,
    url: path,
    method: JSON.parse(side.get("method") ?? quoted(METHOD)),
    user: JSON.parse(side.get("user") ?? '""'),
    sentHeaders: JSON.parse(side.get("headers") ?? "{}"),
    sentBytes: new Bytes(bytesOf(side)),
    began: 1000 * offset,
    offset,
    state: "failed",
  });
};

/**
 * @param {Exchange} one
 * @param {Map<string, string>} side
 */
const answered = (one, side) => {
  const status = Number(side.get("status"));
  if (!side.has("status")) throw new Error("there is no `status`");
  const state = side.get("cut") === "true" ? "cut" : side.get("left") === "true" ? "left" : status ? "done" : "failed";
  Object.assign(one, {
    status,
    state,
    headers: JSON.parse(side.get("headers") ?? "{}"),
    body: new Bytes(bytesOf(side)),
    trouble: JSON.parse(side.get("trouble") ?? '""'),
    arrivals: JSON.parse(side.get("arrivals") ?? "[]"),
    model: side.has("model") ? elements(/** @type {string} */ (side.get("model"))) : [],
  });
};

/** @type {Record<string, (value: string) => Uint8Array>} */
const READ = {
  base64: (value) => Uint8Array.from(atob(JSON.parse(value)), (letter) => letter.charCodeAt(0)),
  frames: (value) => encoded(elements(value).map((one) => (one.startsWith('"') ? JSON.parse(one) : `${PREFIX}${one}\n\n`)).join("")),
  json: encoded,
  text: (value) => encoded(JSON.parse(value)),
};

/** @param {Map<string, string>} side */
const bytesOf = (side) => {
  const form = Object.keys(READ).find((name) => side.has(name));
  return form ? READ[form](/** @type {string} */ (side.get(form))) : new Uint8Array();
};

/**
 * Write the two lines of an exchange.
 *
 * @param {Exchange} one
 * @returns {[string, string]}
 */
const pair = (one) => {
  const sent = [
    one.path && `"path":${quoted(one.path)}`,
    one.method !== METHOD && `"method":${quoted(one.method)}`,
    one.user && `"user":${quoted(one.user)}`,
    Object.keys(one.sentHeaders).length && `"headers":${headersOf(one.sentHeaders)}`,
    body(one.sentBytes, false),
    one.offset && `"began":${float(one.offset)}`,
  ];
  const received = [
    `"status":${one.status}`,
    `"headers":${headersOf(one.headers)}`,
    body(one.body, streams(one)),
    one.state === "cut" && '"cut":true',
    one.state === "left" && '"left":true',
    one.trouble && `"trouble":${quoted(one.trouble)}`,
    one.arrivals.length && `"arrivals":[${one.arrivals.map(([count, seconds]) => `[${count},${float(seconds)}]`).join(",")}]`,
    one.model.length && `"model":[${one.model.join(",")}]`,
  ];
  return [`{">":{${sent.filter(Boolean).join(",")}}}`, `{"<":{${received.filter(Boolean).join(",")}}}`];
};

/** @param {Record<string, string>} headers */
const headersOf = (headers) => `{${Object.entries(headers).map(([name, value]) => `${quoted(name)}:${quoted(value)}`).join(",")}}`;

/**
 * Write a body as the first form that gives it back to the byte; nothing for an empty one.
 *
 * @param {Bytes} bytes
 * @param {boolean} inFrames
 */
const body = (bytes, inFrames) => {
  let text;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes.part());
  } catch {
    return `"base64":"${btoa(Array.from(bytes.part(), (byte) => String.fromCharCode(byte)).join(""))}"`;
  }
  if (inFrames) return `"frames":[${pieces(text).join(",")}]`;
  if (text && isCompact(text)) return `"json":${text}`;
  return text ? `"text":${quoted(text)}` : "";
};

/**
 * Cut a stream after each blank line: JSON for frames as ours, text for all others.
 *
 * @param {string} text
 */
const pieces = (text) => {
  const parts = text.split("\n\n");
  const last = parts.pop();
  const found = parts.map((part) => {
    const data = part.startsWith(PREFIX) ? part.slice(PREFIX.length) : "";
    return data.startsWith("{") && isCompact(data) ? data : quoted(`${part}\n\n`);
  });
  return last ? [...found, quoted(last)] : found;
};
