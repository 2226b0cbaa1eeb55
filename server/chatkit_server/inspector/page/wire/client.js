// The HTTP of the widget: one POST a request, JSON or events back; every byte passes into the log.
// @ts-check

import { media } from "./exchange.js";
import { Frames, parsed } from "./sse.js";

/** @typedef {import("./exchange.js").Exchange} Exchange */
/** @typedef {import("./log.js").WireLog} WireLog */

/** The server said no, was not reached, or answered with something else; `status` 0: there was no reply at all. */
export class Refusal extends Error {
  /**
   * @param {number} status
   * @param {string} code as the body says it, or `unreachable`, `not_events`, `not_json`, `cut`
   * @param {string} message
   */
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** Names this page for the server, as the widget's frame does. */
const FRAME_ID = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

export class Client {
  /**
   * @param {{endpoint: () => string, headers: () => Record<string, string>, locale?: () => string, log: WireLog}} options
   *   `endpoint` and `headers` are asked anew for each request, since the user may change them
   */
  constructor({ endpoint, headers, locale = () => navigator.language, log }) {
    this.log = log;
    this.endpoint = endpoint;
    this.headers = headers;
    this.locale = locale;
  }

  /**
   * Send a request that is answered with JSON.
   *
   * @param {object} request
   * @param {{own?: boolean}} [how] `own`: the inspector asks by itself, not the chat
   * @returns {Promise<any>}
   * @throws {Refusal}
   */
  async reply(request, { own = false } = {}) {
    const { one, response } = await this.#post(request, undefined, own);
    await this.#whole(one, response);
    if (!response.ok) throw refusal(one);
    if (one.json === null) throw new Refusal(one.status, "not_json", "the reply is no JSON");
    return one.json;
  }

  /**
   * Send a request that is answered with events, until the last one has come.
   *
   * @param {object} request
   * @param {{onEvent: (event: any) => void, signal?: AbortSignal}} options
   * @returns {Promise<void>} also after the signal
   * @throws {Refusal}
   */
  async stream(request, { onEvent, signal }) {
    let posted;
    try {
      posted = await this.#post(request, signal);
    } catch (error) {
      if (signal?.aborted) return;
      throw error;
    }
    const { one, response } = posted;
    if (!response.ok || media(one.headers) !== "text/event-stream") {
      await this.#whole(one, response);
      throw response.ok ? new Refusal(one.status, "not_events", `the reply is no stream of events but ${media(one.headers) || "of no type"}`) : refusal(one);
    }
    await this.#events(one, response, onEvent, signal);
  }

  /**
   * Send what is no ChatKit request, such as the bytes of a file, with its progress.
   *
   * @param {{url: string, method: string, headers?: Record<string, string>, body: Blob | FormData, size: number,
   *   onProgress?: (part: number) => void, signal?: AbortSignal}} options
   * @returns {Promise<string>} the body of the reply
   * @throws {Refusal}
   */
  upload({ url, method, headers = {}, body, size, onProgress, signal }) {
    const place = new URL(url, document.baseURI);
    const one = this.log.open({ method, url: place.href, path: place.pathname + place.search, sentHeaders: { ...headers, "content-length": String(size) } });
    const began = performance.now();
    return new Promise((resolve, reject) => {
      const http = new XMLHttpRequest(); // fetch tells nothing of the progress of what it sends
      http.open(method, place);
      for (const [name, value] of Object.entries(headers)) http.setRequestHeader(name, value);
      http.upload.onprogress = (event) => onProgress?.(event.total ? event.loaded / event.total : 0);
      http.onload = () => {
        const received = new TextEncoder().encode(http.responseText);
        one.body.append(received);
        const told = Object.fromEntries(http.getAllResponseHeaders().trim().split("\r\n").map(pair));
        const patch = { status: http.status, headers: told, received: http.responseText, json: parsed(http.responseText) };
        this.log.close(one, { ...patch, arrivals: arrivals([], received.length, began), state: "done" });
        if (http.status >= 200 && http.status < 300) resolve(http.responseText);
        else reject(refusal(one));
      };
      http.onerror = () => reject(this.#failed(one, `${place.origin} could not be reached, or does not let this page in`));
      http.onabort = () => reject(this.#failed(one, "the upload was stopped", "left"));
      signal?.addEventListener("abort", () => http.abort());
      http.send(body);
    });
  }

  /**
   * @param {any} request
   * @param {AbortSignal} [signal]
   * @param {boolean} [own]
   */
  async #post(request, signal, own = false) {
    const place = new URL(this.endpoint(), document.baseURI);
    const sent = JSON.stringify(request);
    const sentHeaders = {
      "content-type": "application/json",
      accept: "text/event-stream",
      "accept-language": this.locale(),
      "chatkit-frame-instance-id": FRAME_ID,
      ...this.headers(),
    };
    const one = this.log.open({ url: place.href, path: place.pathname + place.search, sentHeaders, sent, own });
    try {
      const response = await fetch(place, { method: "POST", headers: sentHeaders, body: sent, signal, cache: "no-store" });
      const headers = Object.fromEntries(response.headers);
      this.log.close(one, { status: response.status, headers, state: "streaming" });
      return { one, response };
    } catch (error) {
      if (signal?.aborted) throw this.#failed(one, "stopped before there was a reply", "left");
      throw this.#failed(one, `${place.origin} could not be reached, or does not let this page in`);
    }
  }

  /**
   * Read a reply to its end.
   *
   * @param {Exchange} one
   * @param {Response} response
   */
  async #whole(one, response) {
    const began = Date.now() - one.began;
    try {
      one.body.append(new Uint8Array(await response.arrayBuffer()));
    } catch {
      this.log.close(one, { state: "cut" });
      throw new Refusal(one.status, "cut", "the reply broke off");
    }
    const received = one.body.text();
    const seconds = Math.max(began, Date.now() - one.began) / 1000;
    this.log.close(one, { received, json: parsed(received), arrivals: [[one.body.length, seconds]], state: "done" });
  }

  /**
   * @param {Exchange} one
   * @param {Response} response
   * @param {(event: any) => void} onEvent
   * @param {AbortSignal} [signal]
   */
  async #events(one, response, onEvent, signal) {
    const frames = new Frames(one.body);
    const start = performance.now() - (Date.now() - one.began);
    /** @param {import("./sse.js").Frame[]} found */
    const pass = (found) => {
      for (const frame of found) {
        this.log.frame(one, frame);
        if (frame.kind === "event") onEvent(frame.event);
      }
    };
    const reader = /** @type {ReadableStream<Uint8Array>} */ (response.body).getReader();
    const read = () => reader.read().catch(() => null); // null: it broke off, or was stopped
    let piece = await read();
    for (; piece && !piece.done; piece = await read()) {
      const at = performance.now() - start;
      arrivals(one.arrivals, one.body.length + piece.value.length, start);
      pass(frames.push(piece.value, at));
    }
    pass(frames.end(performance.now() - start));
    this.log.close(one, { state: piece ? "done" : signal?.aborted ? "left" : "cut" });
    if (!piece && !signal?.aborted) throw new Refusal(one.status, "cut", "the answer broke off before its end");
  }

  /**
   * @param {Exchange} one
   * @param {string} trouble
   * @param {"failed" | "left"} [state]
   */
  #failed(one, trouble, state = "failed") {
    this.log.close(one, { state, trouble });
    return new Refusal(0, "unreachable", trouble);
  }
}

/**
 * @param {[number, number][]} before
 * @param {number} bytes
 * @param {number} start
 * @returns {[number, number][]}
 */
const arrivals = (before, bytes, start) => {
  before.push([bytes, Math.round(1000 * (performance.now() - start)) / 1e6]);
  return before;
};

/** @param {string} line */
const pair = (line) => {
  const place = line.indexOf(":");
  return [line.slice(0, place).toLowerCase(), line.slice(place + 1).trim()];
};

/**
 * Read what the server says of why not.
 *
 * @param {Exchange} one
 */
const refusal = (one) => {
  const told = one.json && typeof one.json === "object" ? one.json : {};
  const message = typeof told.message === "string" ? told.message : `the server answered with status ${one.status}`;
  return new Refusal(one.status, typeof told.code === "string" ? told.code : "", message);
};
