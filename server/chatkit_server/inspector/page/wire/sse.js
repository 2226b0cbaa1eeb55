// The frames of a stream as the WHATWG grammar reads them, each with its bytes; what is framed wrongly is kept and told.
// @ts-check

import { Bytes } from "./bytes.js";

/**
 * @typedef {object} Frame
 * @property {number | null} number its place among the frames, as the linter counts them; a comment has none
 * @property {number} start
 * @property {number} end the bytes of the body that it takes, its blank line included
 * @property {string} raw
 * @property {any} event the JSON of its data, also where it is framed wrongly; null without any
 * @property {"event" | "comment" | "broken"} kind only an `event` reaches a client
 * @property {number} at milliseconds since the request
 */

/** @typedef {{start: number, end: number, text: string}} Line */

const LF = 10;
const CR = 13;
const BOM = "\ufeff";

/** Reads a stream piece by piece, however it is cut. */
export class Frames {
  #lineStart = 0;
  #read = 0;
  #number = 0;
  /** @type {Line[]} */
  #lines = [];
  #decoder = new TextDecoder("utf-8", { ignoreBOM: true });

  /** @param {Bytes} [bytes] where the bytes are kept */
  constructor(bytes = new Bytes()) {
    this.bytes = bytes;
  }

  /**
   * Take the next bytes; give the frames that they complete.
   *
   * @param {Uint8Array} piece
   * @param {number} [at] milliseconds since the request
   * @returns {Frame[]}
   */
  push(piece, at = 0) {
    this.bytes.append(piece);
    return this.#frames(at, false);
  }

  /**
   * Give what no blank line has ended, which a client never sees.
   *
   * @param {number} [at]
   * @returns {Frame[]}
   */
  end(at = 0) {
    return this.#frames(at, true);
  }

  /**
   * @param {number} at
   * @param {boolean} over
   */
  #frames(at, over) {
    /** @type {Frame[]} */
    const found = [];
    for (const line of this.#ended(over)) {
      if (line.text.startsWith(":") && !this.#lines.length) found.push(this.#comment(line, at));
      else if (line.text) this.#lines.push(line);
      else if (this.#lines.length) found.push(...this.#block(line.end, at, true));
    }
    if (over && this.#lines.length) found.push(...this.#block(this.bytes.length, at, false));
    return found;
  }

  /**
   * Give the lines that are there whole. A carriage return at the end waits for the line feed that may follow it.
   *
   * @param {boolean} over
   * @returns {Generator<Line>}
   */
  *#ended(over) {
    const bytes = this.bytes.part();
    for (; this.#read < bytes.length; this.#read += 1) {
      const byte = bytes[this.#read];
      if (byte !== LF && byte !== CR) continue;
      if (byte === CR && this.#read + 1 === bytes.length && !over) return;
      const textEnd = this.#read;
      if (byte === CR && bytes[this.#read + 1] === LF) this.#read += 1;
      yield this.#line(textEnd, this.#read + 1);
    }
    if (over && this.#lineStart < bytes.length) yield this.#line(bytes.length, bytes.length);
  }

  /**
   * @param {number} textEnd
   * @param {number} end
   * @returns {Line}
   */
  #line(textEnd, end) {
    const start = this.#lineStart;
    const text = this.#decoder.decode(this.bytes.part(start, textEnd));
    this.#lineStart = end;
    return { start, end, text: start === 0 && text.startsWith(BOM) ? text.slice(1) : text };
  }

  /**
   * @param {Line} line
   * @param {number} at
   * @returns {Frame}
   */
  #comment({ start, end }, at) {
    return { number: null, start, end, raw: this.#raw(start, end), event: null, kind: "comment", at };
  }

  /**
   * Make frames of the lines before a blank one: one, or one a line if each is an event by itself and the blank lines
   * between them are missing.
   *
   * @param {number} end
   * @param {number} at
   * @param {boolean} ended whether a blank line ends it
   * @returns {Frame[]}
   */
  #block(end, at, ended) {
    const lines = this.#lines.filter((line) => !line.text.startsWith(":"));
    this.#lines = [];
    if (lines.length < 2 || !lines.every((line) => isObject(parsed(bare(line.text))))) return [this.#frame(lines, end, at, ended)];
    return lines.map((line, place) => this.#frame([line], place === lines.length - 1 ? end : line.end, at, false));
  }

  /**
   * @param {Line[]} lines
   * @param {number} end
   * @param {number} at
   * @param {boolean} whole
   * @returns {Frame}
   */
  #frame(lines, end, at, whole) {
    const start = lines[0].start;
    const data = lines.filter((line) => /^data(:|$)/.test(line.text)).map((line) => bare(line.text));
    const sent = data.length ? parsed(data.join("\n")) : null;
    const meant = isObject(sent) ? sent : parsed(lines.map((line) => bare(line.text)).join("\n"));
    const kind = whole && isObject(sent) && typeof sent.type === "string" ? "event" : "broken";
    const number = this.#number;
    this.#number += 1;
    return { number, start, end, raw: this.#raw(start, end), event: isObject(meant) ? meant : null, kind, at };
  }

  /**
   * @param {number} start
   * @param {number} end
   */
  #raw(start, end) {
    return this.#decoder.decode(this.bytes.part(start, end));
  }
}

/** @param {string} line */
const bare = (line) => line.replace(/^data(?::|$) ?/, "");

/** @param {any} value */
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * Read JSON; what is none is null.
 *
 * @param {string} text
 * @returns {any}
 */
export const parsed = (text) => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};
