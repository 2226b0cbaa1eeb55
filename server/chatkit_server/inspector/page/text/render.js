// Markdown's blocks and inline nodes become elements, each kind by its own function; text stays text.
// @ts-check

import { h } from "../dom.js";
import { image } from "./images.js";
import { inline, plain, uncited } from "./inline.js";
import { link } from "./links.js";
import { codeBlock } from "./code.js";

/** @typedef {import("./blocks.js").Block} Block */
/** @typedef {import("./inline.js").Node} Inline */
/**
 * What rendering needs to know: whether the text is still being written, definitions of links, images, and how a
 * citation is shown.
 * @typedef {{open: boolean, definitions: Map<string, import("./inline.js").Definition>, allowedImage: (url: unknown) => boolean,
 *   citation: (number: number) => HTMLElement | null}} Context
 */

/**
 * Make the element of a block.
 * @param {Block} block
 * @param {Context} context
 * @returns {HTMLElement | null}
 */
export const element = (block, context) => BLOCKS[block.type](block, context);

/** @type {{[K in Block["type"]]: (block: any, context: Context) => HTMLElement | null}} */
const BLOCKS = {
  // The page has headings of its own above those of an answer.
  heading: ({ level, text }, context) => h(`h${Math.min(6, level + 2)}`, { dataset: { level: String(level) } }, phrase(text, context)),
  paragraph: ({ text }, context) => h("p", null, phrase(text, context)),
  rule: () => h("hr"),
  code: ({ info, text }, context) => {
    const { text: bare, numbers } = uncited(text);
    return h("div", { class: "ck-code-block" }, codeBlock(bare, uncited(info).text), numbers.map(context.citation));
  },
  quote: ({ blocks }, context) => h("blockquote", null, inner(blocks, context)),
  list: ({ ordered, start, tight, items }, context) =>
    h(ordered ? "ol" : "ul", ordered && start !== 1 ? { start } : null, items.map((/** @type {any} */ item) => listItem(item, tight, context))),
  table: (block, context) => table(block, context),
  definition: () => null,
};

/** @param {Block[]} blocks @param {Context} context */
const inner = (blocks, context) => {
  const last = blocks.length - 1;
  return blocks.map((block, index) => element(block, index === last ? context : { ...context, open: false }));
};

/** @param {import("./blocks.js").ListItem} item @param {boolean} tight @param {Context} context */
const listItem = ({ blocks, checked }, tight, context) => {
  const children = blocks.map((block) => (tight && block.type === "paragraph" ? phrase(block.text, context) : element(block, context)));
  if (checked === null) return h("li", null, ...children);
  const box = h("input", { type: "checkbox", disabled: true, checked, "aria-label": checked ? "Done" : "To do" });
  return h("li", { class: "ck-task-item" }, box, h("div", null, ...children));
};

/** @param {Extract<Block, {type: "table"}>} block @param {Context} context */
const table = ({ aligns, head, rows }, context) => {
  /** @param {string} tag @param {string} text @param {number} column */
  const cell = (tag, text, column) =>
    h(tag, { scope: tag === "th" ? "col" : undefined, style: aligns[column] ? { textAlign: aligns[column] } : null }, phrase(text, context));
  /** @param {string} tag @param {string[]} texts */
  const row = (tag, texts) => h("tr", null, texts.map((text, column) => cell(tag, text, column)));
  const whole = h("table", null, h("thead", null, row("th", head)), h("tbody", null, rows.map((texts) => row("td", texts))));
  return h("div", { class: "ck-table", tabIndex: 0, role: "region", "aria-label": "Table" }, whole);
};

/**
 * Make the nodes of a line of text.
 * @param {string} text
 * @param {Context} context
 * @returns {Node[]}
 */
export const phrase = (text, context) => kept(inline(text, context)).flatMap((node) => made(node, context, false));

/** @typedef {{type: "kept", children: Inline[]}} Kept a word, its citations and the punctuation behind them, on one line */

const WORD = /[^\s]{1,24}$/;
const PUNCTUATION = /^[.,;:!?)\]}»”’…]{1,8}/;

/** Keep citations on the line of what they belong to: browsers break lines around buttons. @param {Inline[]} nodes @returns {(Inline | Kept)[]} */
const kept = (nodes) => {
  /** @type {(Inline | Kept)[]} */
  const lines = [];
  let rest = [...nodes];
  while (rest.length) {
    const begin = rest.findIndex(({ type }) => type === "citation");
    if (begin < 0) break;
    const length = [...rest.slice(begin), null].findIndex((node) => node?.type !== "citation");
    const [before, word] = cut(rest[begin - 1], WORD);
    const [after, punctuation] = cut(rest[begin + length], PUNCTUATION);
    lines.push(...rest.slice(0, Math.max(0, begin - 1)), ...before);
    lines.push({ type: "kept", children: [...word, ...rest.slice(begin, begin + length), ...punctuation] });
    rest = [...after, ...rest.slice(begin + length + 1)];
  }
  return [...lines, ...rest];
};

/** Cut what fits a pattern off a text; anything else stays whole. @param {Inline | undefined} node @param {RegExp} pattern @returns {[Inline[], Inline[]]} */
const cut = (node, pattern) => {
  const piece = node?.type === "text" ? (pattern.exec(node.text)?.[0] ?? "") : "";
  if (!node || node.type !== "text" || !piece) return [node ? [node] : [], []];
  return [[{ type: "text", text: node.text.replace(pattern, "") }], [{ type: "text", text: piece }]];
};

/** @param {Inline | Kept} node @param {Context} context @param {boolean} inLink @returns {Node[]} */
const made = (node, context, inLink) => {
  /** @param {Inline[]} nodes @param {boolean} [linked] */
  const children = (nodes, linked = inLink) => (node.type === "kept" ? nodes : kept(nodes)).flatMap((each) => made(each, context, linked));
  switch (node.type) {
    case "text":
      return [document.createTextNode(node.text)];
    case "code":
      return [h("code", null, node.text)];
    case "break":
      return [h("br")];
    case "citation":
      return [context.citation(node.number)].filter((mark) => mark !== null);
    case "kept":
      return [h("span", { class: "ck-kept" }, children(node.children))];
    case "link":
      return inLink || node.url === "" ? children(node.children) : [link(node.url, { title: node.title }, ...children(node.children, true))];
    case "image":
      return [image(node.url, { alt: plain(node.children), title: node.title, allowed: context.allowedImage })];
    default:
      return [h(node.type, null, children(node.children))];
  }
};
