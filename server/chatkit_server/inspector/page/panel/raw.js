// Bytes as they came: what has no glyph is shown by its picture, line ends by their characters; or as a hex dump.
// @ts-check

import { h } from "../dom.js";

/** Characters, or bytes of a dump, that are shown before somebody asks for all. */
const FIRST = 24_000;
const FIRST_BYTES = 4096;
const ODD = /\r\n|[\u0000-\u0009\u000a-\u001f\u007f-\u009f\u00ad\u2028\u2029\ufeff\ufffd\u200b-\u200f\u202a-\u202e\u2066-\u2069]/g;
const CONTROLS = "NUL SOH STX ETX EOT ENQ ACK BEL BS TAB LF VT FF CR SO SI DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC FS GS RS US".split(" ");
/** @type {Record<string, string>} */
const NAMES = { "\ufeff": "BOM", "\u2028": "LS", "\u2029": "PS", "\u007f": "DEL", "\u00ad": "SHY" };

/**
 * Text with its control characters visible, and what a search is after marked.
 *
 * @param {string} text
 * @param {{ highlight?: RegExp | null, label?: string }} [options]
 * @returns {HTMLElement}
 */
export const rawView = (text, { highlight = null, label = "Raw" } = {}) => {
  const box = h("pre", { class: "ck-w-raw", tabIndex: 0, role: "region", "aria-label": label });
  box.append(...visible(text.slice(0, FIRST), highlight));
  if (text.length > FIRST) box.append(more(`Show all ${text.length.toLocaleString("en")} characters`, () => visible(text, highlight), box));
  return box;
};

/**
 * A dump: offsets, sixteen bytes a line, and their ASCII.
 *
 * @param {Uint8Array} bytes
 * @param {{ start?: number, label?: string }} [options] `start`: the place of the first byte in its body
 */
export const hexView = (bytes, { start = 0, label = "Raw bytes in hex" } = {}) => {
  const box = h("pre", { class: "ck-w-raw ck-w-hex", tabIndex: 0, role: "region", "aria-label": label });
  box.append(dump(bytes.subarray(0, FIRST_BYTES), start));
  if (bytes.length > FIRST_BYTES) {
    box.append(more(`Show all ${bytes.length.toLocaleString("en")} bytes`, () => [dump(bytes, start)], box));
  }
  return box;
};

/**
 * @param {string} text
 * @param {RegExp | null} highlight
 * @returns {Node[]}
 */
const visible = (text, highlight) => {
  const pieces = highlight ? cut(text, highlight) : [{ text, marked: false }];
  return pieces.flatMap(({ text: piece, marked }) => {
    const nodes = characters(piece);
    return marked ? [h("mark", { class: "ck-w-match" }, nodes)] : nodes;
  });
};

/**
 * Cut a text at the matches of a pattern.
 *
 * @param {string} text
 * @param {RegExp} pattern global
 */
export const cut = (text, pattern) => {
  /** @type {{ text: string, marked: boolean }[]} */
  const pieces = [];
  let from = 0;
  for (const match of text.matchAll(pattern)) {
    if (!match[0]) continue;
    pieces.push({ text: text.slice(from, match.index), marked: false }, { text: match[0], marked: true });
    from = match.index + match[0].length;
  }
  pieces.push({ text: text.slice(from), marked: false });
  return pieces.filter((piece) => piece.text);
};

/** @type {(text: string) => Node[]} */
const characters = (text) => {
  /** @type {Node[]} */
  const nodes = [];
  let from = 0;
  for (const match of text.matchAll(ODD)) {
    if (match.index > from) nodes.push(document.createTextNode(text.slice(from, match.index)));
    nodes.push(h("span", { class: "ck-w-control", title: title(match[0]), text: picture(match[0]) }));
    if (match[0].endsWith("\n") || match[0] === "\r") nodes.push(document.createTextNode("\n"));
    from = match.index + match[0].length;
  }
  if (from < text.length) nodes.push(document.createTextNode(text.slice(from)));
  return nodes;
};

/** @param {string} odd */
export const picture = (odd) => [...odd].map((one) => NAMES[one] ?? CONTROLS[code(one)] ?? point(one)).join(" ");

/** @param {string} odd */
const title = (odd) => [...odd].map(point).join(" ");

/** @param {string} one */
const code = (one) => one.codePointAt(0) ?? 0;

/** @param {string} one */
const point = (one) => `U+${code(one).toString(16).toUpperCase().padStart(4, "0")}`;

/** @type {(bytes: Uint8Array, start: number) => Text} */
const dump = (bytes, start) => {
  const lines = [];
  for (let at = 0; at < bytes.length; at += 16) {
    const line = [...bytes.subarray(at, at + 16)];
    const hex = line.map((byte) => byte.toString(16).padStart(2, "0"));
    const ascii = line.map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : "·")).join("");
    const [left, right] = [hex.slice(0, 8).join(" "), hex.slice(8).join(" ")];
    lines.push(`${(start + at).toString(16).padStart(6, "0")}  ${left.padEnd(23)}  ${right.padEnd(23)}  ${ascii}`);
  }
  return document.createTextNode(`${lines.join("\n")}\n`);
};

/** @type {(label: string, all: () => Node[], box: HTMLElement) => HTMLElement} */
const more = (label, all, box) =>
  h("button", { class: "ck-w-more", type: "button", text: label, on: { click: () => box.replaceChildren(...all()) } });
