// What other clients say through the proxy, from its feed into the log.
// @ts-check

import { Bytes } from "./bytes.js";
import { media, streams } from "./exchange.js";
import { Frames, parsed } from "./sse.js";

/** @typedef {import("./exchange.js").Exchange} Exchange */
/** @typedef {{one: Exchange, frames: Frames | null}} Passing */

/**
 * Listen as long as the page is there.
 *
 * @param {string} url
 * @param {import("./log.js").WireLog} log
 */
export const listen = (url, log) => {
  /** @type {Map<number, Passing>} */
  const passing = new Map();
  const feed = new EventSource(url);
  feed.addEventListener("message", ({ data }) => {
    const told = JSON.parse(data);
    STEPS[told.type]?.(told, log, passing);
  });
  return feed;
};

/** @type {Record<string, (told: any, log: import("./log.js").WireLog, passing: Map<number, Passing>) => void>} */
const STEPS = {
  begin: ({ id, method, path, headers, sent, began }, log, passing) => {
    const url = new URL(path, document.baseURI).href;
    const one = log.open({ source: "proxy", method, path, url, sentHeaders: headers, sentBytes: new Bytes(bytes(sent)), began });
    passing.set(id, { one, frames: null });
  },
  head: ({ id, status, headers }, log, passing) => {
    const found = passing.get(id);
    if (!found) return;
    log.close(found.one, { status, headers, state: "streaming" });
    if (streams(found.one) && media(headers) === "text/event-stream") found.frames = new Frames(found.one.body);
  },
  piece: ({ id, bytes: body, at }, log, passing) => {
    const found = passing.get(id);
    if (!found) return;
    const { one, frames } = found;
    const piece = bytes(body);
    one.arrivals.push([one.body.length + piece.length, at]);
    if (!frames) one.body.append(piece);
    for (const frame of frames?.push(piece, 1000 * at) ?? []) log.frame(one, frame);
  },
  end: ({ id, state, trouble }, log, passing) => {
    const found = passing.get(id);
    if (!found) return;
    passing.delete(id);
    const { one, frames } = found;
    for (const frame of frames?.end(1000 * (one.arrivals.at(-1)?.[1] ?? 0)) ?? []) log.frame(one, frame);
    const received = frames ? "" : one.body.text();
    log.close(one, { state, trouble, received, json: parsed(received) });
  },
};

/** @param {string} base64 */
const bytes = (base64) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
