// The language of the filter: words that must stand in the raw text, and `key:value` about the row. All must hold.
// @ts-check

import { family, isDelta, itemOf, typeOf } from "./gist.js";

/**
 * What a filter looks at: a row of the list. Of a request, `frame` is null and `raw` the body.
 * @typedef {object} Subject
 * @property {import("../wire/exchange.js").Exchange} exchange
 * @property {import("../wire/exchange.js").Frame | null} frame
 * @property {string} raw
 * @property {number} gap ms since the frame before
 * @property {number} size bytes
 * @property {number} findings
 * @property {string} thread
 */
/** @typedef {(subject: Subject) => boolean} Test */
/** @typedef {{ test: Test, highlight: RegExp | null, trouble: string, empty: boolean }} Query */

/** The keys, each with what it is for: shown in the help. */
export const HELP = [
  ["word  \"two words\"  /regex/i", "in the raw text of a frame, a request or a reply"],
  ["type:text_delta", "events whose type, or update's type, has this in it"],
  ["request:threads.create", "everything of requests whose type has this in it"],
  ["is:finding", "also is:delta  is:error  is:notice  is:broken  is:ping  is:request  is:failed"],
  ["item:msg_1  thread:thr_1", "about this item, in this thread (beginnings do)"],
  ["gap:>200  size:>1000", "ms since the frame before, bytes; also <"],
  ["status:4  source:proxy", "HTTP status beginning so; page, proxy or file"],
  ["-is:delta", "a minus before anything: not"],
];

const TERM = /(-?)(?:([a-z]+):)?("(?:[^"\\]|\\.)*"?|\/(?:[^/\\]|\\.)+\/[a-z]*|\S+)/g;

/**
 * Read a query. One that cannot be read says so in `trouble`, and lets everything pass.
 *
 * @param {string} text
 * @returns {Query}
 */
export const query = (text) => {
  try {
    const terms = [...text.matchAll(TERM)].map(([, minus, key, value]) => term(Boolean(minus), key, value));
    const marks = terms.flatMap(({ mark }) => (mark ? [mark] : []));
    return {
      test: (subject) => terms.every(({ test }) => test(subject)),
      highlight: marks.length ? new RegExp(marks.join("|"), "gi") : null,
      trouble: "",
      empty: !terms.length,
    };
  } catch (error) {
    return { test: () => true, highlight: null, trouble: error instanceof Error ? error.message : String(error), empty: true };
  }
};

/** @type {(minus: boolean, key: string | undefined, value: string) => { test: Test, mark: string }} */
const term = (minus, key, value) => {
  const { test, mark = "" } = key && key in KEYS ? { test: KEYS[key](bare(value)) } : words(key ? `${key}:${value}` : value);
  return minus ? { test: (subject) => !test(subject), mark: "" } : { test, mark };
};

/** @type {(value: string) => { test: Test, mark: string }} */
const words = (value) => {
  const regex = /^\/(.+)\/([a-z]*)$/.exec(value);
  const mark = regex ? regex[1] : escaped(bare(value));
  const pattern = new RegExp(mark, regex ? regex[2].replace(/[gy]/g, "") : "i");
  return { test: ({ raw }) => pattern.test(raw), mark };
};

/** @param {string} value */
const bare = (value) => (value.startsWith('"') ? value.replace(/^"|"$/g, "").replace(/\\(.)/g, "$1") : value);

/** @param {string} text */
const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** @type {(value: string) => (number: number) => boolean} */
const measure = (value) => {
  const [, sign, digits] = /^([<>]?)=?(\d+(?:\.\d+)?)$/.exec(value) ?? [];
  if (digits === undefined) throw new Error(`"${value}" is no number; write gap:>200`);
  const bound = Number(digits);
  return (number) => (sign === "<" ? number < bound : number > bound || (!sign && number === bound));
};

/** @type {Record<string, Test>} */
const STATES = {
  finding: ({ findings }) => findings > 0,
  delta: ({ frame }) => isDelta(frame?.event ?? null),
  error: ({ frame }) => family(frame?.event ?? null) === "error",
  notice: ({ frame }) => family(frame?.event ?? null) === "notice",
  broken: ({ frame }) => frame?.kind === "broken",
  ping: ({ frame }) => frame?.kind === "comment",
  request: ({ frame }) => !frame,
  failed: ({ exchange }) => exchange.status >= 400 || ["cut", "failed", "left"].includes(exchange.state),
};

/** @type {Record<string, (value: string) => Test>} */
const KEYS = {
  type: (value) => ({ frame }) => {
    const event = frame?.event ?? null;
    return Boolean(event) && (typeOf(event).includes(value) || String(event?.type).includes(value));
  },
  request: (value) => ({ exchange }) => exchange.kind.includes(value),
  is: (value) => {
    if (!(value in STATES)) throw new Error(`is:${value} is not known; there are ${Object.keys(STATES).join(", ")}`);
    return STATES[value];
  },
  item: (value) => ({ frame, raw }) => (frame ? itemOf(frame.event).startsWith(value) : raw.includes(`"${value}`)),
  thread: (value) => ({ thread }) => Boolean(thread) && thread.startsWith(value),
  status: (value) => ({ exchange }) => String(exchange.status).startsWith(value),
  source: (value) => ({ exchange }) => exchange.source.startsWith(value),
  gap: (value) => {
    const fits = measure(value);
    return ({ frame, gap }) => Boolean(frame) && fits(gap);
  },
  size: (value) => {
    const fits = measure(value);
    return ({ size }) => fits(size);
  },
};
