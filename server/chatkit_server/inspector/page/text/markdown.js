// Markdown from a model becomes elements, block by block; while it streams, only what changed is made anew.
// @ts-check

import { arrange, h } from "../dom.js";
import { blocks } from "./blocks.js";
import { imagesFrom } from "./images.js";
import { element } from "./render.js";
import { citation, marked, numbered, sourceList } from "./sources.js";

/** @typedef {import("./sources.js").Annotation} Annotation */
/**
 * @typedef {object} Options
 * @property {readonly Annotation[]} [annotations] of this text
 * @property {(url: unknown) => boolean} [allowedImage] whether an image may be loaded; without it, only the page's own
 * @property {import("./sources.js").OnCitation} [onCitation] called when a citation is chosen
 * @property {import("./sources.js").Numbers} [numbers] of the whole message's sources, if this text is a part of one
 * @property {boolean} [open] whether the text is still being written
 */
/** @typedef {{source: string, node: HTMLElement | null}} Shown */

/**
 * Make the elements of a text, and the list of its sources below it.
 * @param {string} text
 * @param {Options} [options]
 * @returns {DocumentFragment}
 */
export const markdown = (text, options = {}) => {
  const fragment = document.createDocumentFragment();
  const numbers = options.numbers ?? numbered([options.annotations ?? []]);
  const live = liveMarkdown(options);
  live.update(text, { annotations: options.annotations, numbers, open: options.open });
  fragment.append(...live.element.childNodes);
  const list = options.numbers ? null : sourceList(numbers, options.onCitation);
  if (list) fragment.append(list);
  return fragment;
};

/**
 * Make a text that grows: `update` with each new state replaces the blocks that differ, and no others.
 * @param {Options} [options]
 */
export const liveMarkdown = (options = {}) => {
  const host = h("div", { class: "ck-prose" });
  /** @type {Shown[]} */
  let shown = [];
  let parsed = parse("", null);
  /** @param {string} text @param {{annotations?: readonly Annotation[], numbers?: import("./sources.js").Numbers, open?: boolean}} [state] */
  const update = (text, { annotations = [], numbers = numbered([annotations]), open = false } = {}) => {
    parsed = parse(marked(text, annotations, numbers), parsed);
    const allowedImage = options.allowedImage ?? imagesFrom([]);
    const mark = (/** @type {number} */ number) => citationOf(number, numbers, options.onCitation);
    const last = parsed.blocks.length - 1;
    shown = parsed.blocks.map((block, index) => {
      const unfinished = open && index === last;
      // What a block looks like follows from its source, from what labels are defined, and from whether it is complete.
      const source = `${unfinished ? "…" : ""}${parsed.labels}\n${parsed.sources[index]}`;
      if (shown[index]?.source === source) return shown[index];
      const node = element(block, { open: unfinished, definitions: parsed.definitions, allowedImage, citation: mark });
      return { source, node };
    });
    arrange(host, shown.flatMap(({ node }) => node ?? []));
  };
  return { element: host, update };
};

/** @param {number} number @param {import("./sources.js").Numbers} numbers @param {import("./sources.js").OnCitation} [onCitation] */
const citationOf = (number, numbers, onCitation) =>
  numbers.sources[number - 1] ? citation(numbers.sources[number - 1], number, onCitation ?? goTo) : null;

/** Without another wish, a citation leads to its entry in the list of sources. @type {import("./sources.js").OnCitation} */
const goTo = (_source, number) => {
  const message = document.activeElement?.closest("[data-item], .ck-prose")?.parentElement;
  const entry = message?.querySelector(`.ck-source[data-number="${number}"]`);
  if (entry instanceof HTMLElement) entry.focus();
};

/** @typedef {{text: string, blocks: import("./blocks.js").Block[], sources: string[], starts: number[], labels: string, definitions: Map<string, import("./inline.js").Definition>}} Parsed */

/**
 * Parse a text; if it goes on from the one before, only from the last but one block on. (The last one may turn out to
 * belong to the one before it, as `2` does once it reads `2. more`.)
 * @param {string} text
 * @param {Parsed | null} before
 * @returns {Parsed}
 */
const parse = (text, before) => {
  const kept = before && before.text !== "" && text.startsWith(before.text) ? Math.max(0, before.blocks.length - 2) : 0;
  const begin = kept > 0 && before ? before.starts[kept] : 0;
  const lines = text.slice(begin).replace(/\r\n?/g, "\n").replaceAll("\t", "    ").split("\n");
  const found = blocks(lines);
  const all = [...(before?.blocks.slice(0, kept) ?? []), ...found];
  const definitions = defined(all);
  return {
    text,
    blocks: all,
    sources: [...(before?.sources.slice(0, kept) ?? []), ...found.map(({ first, last }) => lines.slice(first, last).join("\n"))],
    starts: [...(before?.starts.slice(0, kept) ?? []), ...startsOf(text, begin, found)],
    labels: [...definitions].map(([label, { url }]) => `${label} ${url}`).join("\n"),
    definitions,
  };
};

/** Where blocks begin in the text. @param {string} text @param {number} begin @param {import("./blocks.js").Block[]} found */
const startsOf = (text, begin, found) => {
  let [line, at] = [0, begin];
  return found.map(({ first }) => {
    for (; line < first; line += 1) at = nextLine(text, at);
    return at;
  });
};

/** @param {string} text @param {number} at */
const nextLine = (text, at) => {
  const ends = /\r\n?|\n/g;
  ends.lastIndex = at;
  ends.exec(text);
  return ends.lastIndex;
};

/** @param {import("./blocks.js").Block[]} all */
const defined = (all) => {
  /** @type {Map<string, import("./inline.js").Definition>} */
  const definitions = new Map();
  for (const block of all) {
    if (block.type === "definition" && !definitions.has(block.label)) definitions.set(block.label, { url: block.url, title: block.title });
  }
  return definitions;
};
