// Everything that passed over the wire, in the order in which it began, and who wants to know of it.
// @ts-check

import { exchange } from "./exchange.js";

/** @typedef {import("./exchange.js").Exchange} Exchange */
/** @typedef {import("./sse.js").Frame} Frame */

/**
 * Tells of `open`, `frame`, `close`, `findings` (detail `{exchange, frame?}`) and `reset`, which means: all are others.
 * Frames come hundreds a second: listeners draw once a frame of the screen.
 */
export class WireLog extends EventTarget {
  /** @type {Exchange[]} */
  #live = [];
  /** @type {Exchange[] | null} */
  #file = null;
  #start = 0;

  /** The exchanges: those that passed, or those of a file that is open. */
  get exchanges() {
    return this.#file ?? this.#live;
  }

  /** Whether a file is open. */
  get loaded() {
    return this.#file !== null;
  }

  /**
   * Begin an exchange.
   *
   * @param {Partial<Exchange>} known
   * @returns {Exchange}
   */
  open(known) {
    const one = exchange(known);
    if (!this.#live.length) this.#start = one.began;
    one.number = this.#live.length;
    one.offset = Math.max(0, Math.round(1000 * (one.began - this.#start)) / 1e6);
    this.#live.push(one);
    this.#tell("open", one);
    return one;
  }

  /**
   * Add a frame.
   *
   * @param {Exchange} one
   * @param {Frame} frame
   */
  frame(one, frame) {
    one.frames.push(frame);
    this.#tell("frame", one, frame);
  }

  /**
   * End an exchange, or tell more of it.
   *
   * @param {Exchange} one
   * @param {Partial<Exchange>} known
   */
  close(one, known) {
    Object.assign(one, known);
    this.#tell("close", one);
  }

  /**
   * Put findings on an exchange.
   *
   * @param {Exchange} one
   * @param {import("./exchange.js").Finding[]} findings
   */
  found(one, findings) {
    one.findings = findings;
    this.#tell("findings", one);
  }

  /**
   * Show the exchanges of a file; those that pass meanwhile are kept.
   *
   * @param {Exchange[]} exchanges
   */
  load(exchanges) {
    this.#file = exchanges;
    exchanges.forEach((one, number) => {
      one.number = number;
    });
    this.#reset();
  }

  /** Close the file. */
  unload() {
    this.#file = null;
    this.#reset();
  }

  /** Forget everything that has passed, and close the file. */
  clear() {
    this.#live = this.#live.filter((one) => one.state === "waiting" || one.state === "streaming");
    this.#live.forEach((one, number) => {
      one.number = number;
    });
    this.#file = null;
    this.#reset();
  }

  /**
   * @param {string} name
   * @param {Exchange} one
   * @param {Frame} [frame]
   */
  #tell(name, one, frame) {
    const hidden = this.#file !== null && one.source !== "file";
    if (!hidden) this.dispatchEvent(new CustomEvent(name, { detail: { exchange: one, frame } }));
  }

  #reset() {
    this.dispatchEvent(new CustomEvent("reset", { detail: {} }));
  }
}
