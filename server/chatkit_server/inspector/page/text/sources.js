// The sources of an answer: each has one number, which stands in the text where it is drawn on and in the list below.
// @ts-check

import { h, icon } from "../dom.js";
import { host, link } from "./links.js";
import { name, plainName } from "./names.js";

/** @typedef {import("../../../../../schemas/chatkit-wire").Annotation} Annotation */
/** @typedef {import("../../../../../schemas/chatkit-wire").AnySource} Source */
/** @typedef {{sources: Source[], of: (annotation: Annotation) => number}} Numbers */
/** @typedef {(source: Source, number: number) => void} OnCitation */

const PATHS = {
  url: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM3 12h18M12 3c3 3 3 15 0 18M12 3c-3 3-3 15 0 18",
  file: "M6 3h8l4 4v14H6zM14 3v4h4",
  entity: "M12 4a4 4 0 1 1 0 8 4 4 0 0 1 0-8zM5 20c1-4 4-5 7-5s6 1 7 5",
};

/**
 * Number the sources of all parts of a message from 1, equal ones once.
 * @param {readonly (readonly Annotation[])[]} parts
 * @returns {Numbers}
 */
export const numbered = (parts) => {
  /** @type {Map<string, number>} */
  const known = new Map();
  const sources = [];
  for (const { source } of parts.flat()) {
    const key = keyOf(source);
    if (known.has(key)) continue;
    sources.push(source);
    known.set(key, sources.length);
  }
  return { sources, of: ({ source }) => known.get(keyOf(source)) ?? 0 };
};

/** @param {Source} source */
const keyOf = (source) => {
  if (source?.type === "url") return `url ${source.url}`;
  if (source?.type === "file") return `file ${source.filename}`;
  return source?.type === "entity" ? `entity ${source.id}` : JSON.stringify(source);
};

/**
 * Put marks into a text where its annotations stand: U+E000, the source's number, U+E001. An index counts characters,
 * as the protocol does, not JavaScript's halves of them.
 * @param {string} text
 * @param {readonly Annotation[]} annotations
 * @param {Numbers} numbers
 */
export const marked = (text, annotations, numbers) => {
  const clean = text.replace(/[\uE000\uE001]/g, "\uFFFD");
  const placed = annotations
    .filter(({ index }) => Number.isInteger(index) && /** @type {number} */ (index) >= 0)
    .sort((a, b) => Number(a.index) - Number(b.index));
  if (placed.length === 0) return clean;
  const pieces = [];
  let at = 0;
  for (const [offset, these] of grouped(clean, placed)) {
    pieces.push(clean.slice(at, offset), ...these.map((each) => `\uE000${numbers.of(each)}\uE001`));
    at = offset;
  }
  return pieces.join("") + clean.slice(at);
};

/** Annotations by the place that they are shown at. @param {string} text @param {readonly Annotation[]} placed */
const grouped = (text, placed) => {
  const offsets = offsetsOf(text, placed.map(({ index }) => Number(index)));
  /** @type {Map<number, Annotation[]>} */
  const places = new Map();
  placed.forEach((annotation, which) => {
    const place = settled(text, offsets[which]);
    places.set(place, [...(places.get(place) ?? []), annotation]);
  });
  return [...places].sort(([a], [b]) => a - b);
};

/** Turn sorted counts of characters into offsets of JavaScript. @param {string} text @param {number[]} counts */
const offsetsOf = (text, counts) => {
  if (!/[\uD800-\uDBFF]/.test(text)) return counts.map((count) => Math.min(count, text.length));
  let [offset, seen] = [0, 0];
  return counts.map((count) => {
    for (; seen < count && offset < text.length; seen += 1) offset += /** @type {number} */ (text.codePointAt(offset)) > 0xffff ? 2 : 1;
    return offset;
  });
};

const WORD = /[A-Za-z0-9\u00C0-\u024F]/;
const MARKUP = /[*_~`\\#>|!\[\]()-]/;

/**
 * Move a place out of what is markup: from a line's beginning to the end of the text before it, and behind the closing
 * marks of what it stands in.
 * @param {string} text
 * @param {number} offset
 */
const settled = (text, offset) => {
  const line = text.lastIndexOf("\n", offset - 1) + 1;
  const lead = /^[\s>#*+|:-]*(?:\d{1,9}[.)]\s)?/.exec(text.slice(line, line + 200))?.[0].length ?? 0;
  if (offset <= line + lead && offset > 0) {
    const before = text.slice(0, line).trimEnd().length;
    return before > 0 && !/[`~]{3,}[^\n]*$/.test(text.slice(Math.max(0, before - 200), before)) ? before : Math.min(text.length, line + lead);
  }
  let at = offset;
  while (at < text.length && at > 0 && text[at] === text[at - 1] && MARKUP.test(text[at])) at += 1;
  // Models count loosely: a mark inside a word stands behind it.
  while (at < text.length && at > 0 && WORD.test(text[at]) && WORD.test(text[at - 1])) at += 1;
  return at;
};

/**
 * Make the mark that stands in the text: the number, or the words that an entity asks for.
 * @param {Source} source
 * @param {number} number
 * @param {OnCitation} [onCitation]
 */
export const citation = (source, number, onCitation) => {
  const inline = source?.type === "entity" && source.inline_label;
  return h(
    "button",
    {
      type: "button",
      class: inline ? "ck-cite ck-cite-label" : "ck-cite",
      title: source?.title ?? null,
      "aria-label": `Source ${number}: ${source?.title ?? ""}`,
      on: { click: () => onCitation?.(source, number) },
    },
    inline || String(number),
  );
};

/**
 * Make the list of sources; null without any.
 * @param {Numbers} numbers
 * @param {OnCitation} [onOpen] called for an entity that the page may open
 */
export const sourceList = (numbers, onOpen) =>
  numbers.sources.length === 0
    ? null
    : h("ol", { class: "ck-sources", "aria-label": "Sources" }, numbers.sources.map((source, index) => entry(source, index + 1, onOpen)));

/** @param {Source} source @param {number} number @param {OnCitation} [onOpen] */
const entry = (source, number, onOpen) => {
  const type = Object.hasOwn(PATHS, source?.type) ? source.type : "entity";
  return h(
    "li",
    { class: "ck-source", dataset: { number: String(number) }, tabIndex: -1 },
    h("span", { class: "ck-source-number", "aria-hidden": "true" }, String(number)),
    icon(PATHS[type]),
    h("span", { class: "ck-source-body" }, title(source, number, onOpen), ...details(source).map((text) => h("span", { class: "ck-source-detail", dir: "auto" }, text))),
  );
};

/** @param {Source} source @param {number} number @param {OnCitation} [onOpen] */
const title = (source, number, onOpen) => {
  const text = source?.title || JSON.stringify(source);
  if (source?.type === "url") return link(source.url, { class: "ck-source-title ck-link" }, text);
  if (source?.type === "entity" && source.interactive && onOpen) {
    return h("button", { type: "button", class: "ck-source-title ck-source-open", on: { click: () => onOpen(source, number) } }, text);
  }
  return h("span", { class: "ck-source-title" }, name(text));
};

/** @param {Source} source */
const details = (source) => {
  const own = source?.type === "url" ? source.attribution || host(source.url) : source?.type === "file" ? source.filename : source?.label;
  return [own, source?.description, source?.timestamp, source?.group].filter((text) => typeof text === "string" && text !== "").map(plainName);
};
